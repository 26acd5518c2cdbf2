"""What we write of a calendar is, octet for octet, what the package that knows all of them writes, and it reads it."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vCalAddress, vText

from hubs.vocabulary.calendar_lines import component, line, moment, text, written

AT = dt.datetime(2027, 3, 28, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
odd = st.text(st.sampled_from([*"aé学🎓 ,;:\"'^’\\\n-"]), min_size=1, max_size=200)
# "\N" is one way to write a line's end, so the package takes it for one; whoever has typed it meant what stands there.
WORDS = odd.filter(lambda words: "\\N" not in words)
NAMES = odd.map(lambda words: words.replace("\n", " "))


def theirs(words: str, name: str) -> str:
    calendar, event, person = Calendar(), Event(), vCalAddress("mailto:office@hub.example")
    person.params["cn"] = vText(name)
    event.add("summary", words)
    event.add("dtstart", AT.astimezone(dt.timezone.utc))
    event.add("sequence", 3)
    event.add("organizer", person)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def ours(words: str, name: str) -> str:
    event = [
        text("SUMMARY", words),
        line("DTSTART", moment(AT)),
        line("SEQUENCE", 3),
        line("ORGANIZER", "mailto:office@hub.example", cn=name),
    ]
    return written(component("VCALENDAR", [line("VERSION", "2.0")], component("VEVENT", event)))


@given(words=WORDS, name=NAMES)
@example(words="学" * 80, name="Kent, Surrey; Sussex: a “hub”")
@example(words="a" * 65 + "\\,;\n", name='The "old" ^hub')
def test_what_is_written_is_what_the_package_writes(words: str, name: str) -> None:
    assert ours(words, name) == theirs(words, name)


@given(words=WORDS, name=NAMES)
def test_no_line_is_longer_than_75_octets_and_all_can_be_read(words: str, name: str) -> None:
    said = ours(words, name)
    assert max(len(one.encode()) for one in said.split("\r\n")) <= 75
    (event,) = Calendar.from_ical(said).walk("VEVENT")
    assert (event["summary"], event["dtstart"].dt) == (words, AT)


def test_line_ends_of_any_kind_are_escaped() -> None:
    assert text("SUMMARY", "a\r\nb\rc\nd\\N") == "SUMMARY:a\\nb\\nc\\nd\\\\N"


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_address_that_holds_another_line_is_no_line(end: str) -> None:
    with pytest.raises(ValueError, match=r"^ATTENDEE$"):
        written([line("ATTENDEE", f"mailto:a@b.example{end}BEGIN:VEVENT")])
