"""What few pages need is read when one of them is asked for, and not by every process as it starts."""

import subprocess
import sys

import pytest

from hubs.vocabulary.later import Later

LATER = {"PIL", "pyrage", "segno", "typst", "xlsxwriter"}
WEB = "import sys, showcase.wsgi; print(*sys.modules)"


def test_web_server_starts_without_what_few_pages_need():
    """A package of ours that imports one by itself would bring it into each process for good."""
    started = subprocess.run([sys.executable, "-W", "ignore", "-c", WEB], check=True, capture_output=True, text=True)
    read = {name.partition(".")[0] for name in started.stdout.split()}
    assert {"django", "bookings", "icalendar"} <= read
    assert read & LATER == set()


def test_library_is_there_when_it_is_asked():
    assert Later("fractions").Fraction(1, 2) * 2 == 1
    with pytest.raises(AttributeError):
        Later("fractions").nothing  # noqa: B018
    with pytest.raises(ModuleNotFoundError):
        Later("no_such_library").anything  # noqa: B018
