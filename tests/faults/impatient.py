"""The settings of the tests, for processes that give up early: so that a test of waiting takes a few seconds."""

from tests.settings import *  # noqa: F403

DATABASE_PATIENCE = 4
