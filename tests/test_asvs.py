"""What docs/asvs.md claims names tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "asvs.md").read_text()
STATES = {"met", "n/a", "differs", "open"}
FULL = ("V2", "V6", "V8", "V14", "V16")


def test_every_file_it_names_is_there():
    named = set(re.findall(r"`((?:tests|hubs|bookings)/[\w/]+\.py)`", PAGE))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("chapter", FULL)
def test_every_requirement_has_a_state_and_what_is_met_says_how(chapter):
    section = PAGE.split(f"## {chapter} ")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\d.–]+) \| (\S+) \| (.+) \|$", section, re.MULTILINE)
    assert len(rows) >= 7
    assert all(number.startswith(f"{chapter[1:]}.") for number, _state, _how in rows)
    assert {state for _number, state, _how in rows} <= STATES
    assert len({number for number, _state, _how in rows}) == len(rows)
