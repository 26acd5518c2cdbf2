"""Text on one line: what cannot be seen goes, and what joins the letters of a name stays."""

import pytest

from bookings.forms import Line
from hubs.vocabulary.one_line import one_line

NAMES = ["علی‌رضا", "ක්‍රිෂාන්", "രാജന്‍", "शक्‍ति", "👩🏽‍🏫"]


@pytest.mark.parametrize("name", NAMES)
def test_joiners_of_a_name_stay(name):
    assert one_line(f" {name}\n{name} ") == Line(max_length=80).clean(f"{name}  {name}") == f"{name} {name}"


@pytest.mark.parametrize(
    "text, kept",
    [
        ("A\r\nBcc: x\x00y\u2028z", "A Bcc: x y z"),
        ("\ufeffAda\u200b\u00a0\u3000Lee\u200e", "Ada Lee"),
        ("Mül\u00adler", "Müller"),
        ("A\u202eB\u2066", "AB"),
        ("\u200d\u200c \u200b", ""),
        ("Ada \u200dLee", "Ada Lee"),
        ("\ud800\ue000\U0010ffff", ""),
    ],
)
def test_what_cannot_be_seen_goes(text, kept):
    assert one_line(text) == kept
