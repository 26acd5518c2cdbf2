"""Showcase before a real browser; and what reads its pages without one, for the tests of the views too."""

import pytest

pytest.register_assert_rewrite("tests.browser.look", "tests.browser.steps", "tests.browser.showcase_server")
