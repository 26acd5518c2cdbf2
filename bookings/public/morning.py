"""What happens when in a session: its programme; else what its lessons' times say. Times of day are London's."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

MINUTE, SHORTEST = 1.9, 29  # how high a minute is drawn, and the least that a line of text needs
NOON, HOME_TIME = 12 * 60, 13 * 60 + 30


@dataclass(frozen=True)
class Line:
    """One thing that happens; `ours` where no hub wrote it, so that it is said in the language of the page."""

    text: str
    starts: dt.time | None = None
    minutes: int = 0  # 0: not known
    is_lesson: bool = False
    place: str = ""
    ours: bool = False

    @property
    def long(self) -> str:
        """How long it takes, in words."""
        return duration(self.minutes) if self.minutes else ""

    @property
    def height(self) -> int:
        """How high it is drawn: a session's time is to scale."""
        return max(SHORTEST, round(self.minutes * MINUTE))


def duration(minutes: int) -> str:
    """40 min, 1 hour, 1 hour 15 min."""
    hours, rest = divmod(minutes, 60)
    said = [ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}] if hours else []
    return " ".join([*said, _("%(n)d min") % {"n": rest}] if rest else said)


def heading(session: Any) -> str:
    """The morning, the afternoon or the day, whichever it fills."""
    if not session.starts_at or not session.ends_at:
        return _("What happens")
    start, end = (_minutes(timezone.localtime(at).time()) for at in (session.starts_at, session.ends_at))
    if end <= HOME_TIME:
        return _("The morning")
    return _("The afternoon") if start >= NOON else _("The day")


def lines_of(session: Any, programme: Sequence[Any], lessons: Sequence[Any]) -> list[Line]:
    """What happens, in order, with how long each takes as far as that is known; empty where nothing is."""
    ends = _time(session.ends_at)
    if programme:
        said = [
            Line(one.text, one.starts, _between(one.starts, one.ends), one.is_lesson, one.place) for one in programme
        ]
        return _with_durations(said, ends)
    timed = sorted((one for one in lessons if one.starts), key=lambda one: one.starts)
    if not timed:
        return []
    taught = [
        Line(
            _("The lesson: %(lesson)s") % {"lesson": one.name}
            if one.name
            else pgettext("a line of the programme", "The lesson"),
            one.starts,
            _between(one.starts, one.ends),
            is_lesson=True,
            ours=True,
        )
        for one in timed
    ]
    return _with_durations([*_before(session, timed[0]), *taught, *_after(session, timed[-1])], ends)


def _before(session: Any, first: Any) -> list[Line]:
    arrival, start = _time(session.arrival_at), _time(session.starts_at)
    said = [Line(_("Arrive, sign in"), arrival, ours=True)] if arrival else []
    return [*said, Line(_("Welcome"), start, ours=True)] if start and start < first.starts else said


def _after(session: Any, last: Any) -> list[Line]:
    end = _time(session.ends_at)
    return [Line(_("Discussion of the lesson"), last.ends, ours=True)] if last.ends and end and last.ends < end else []


def _with_durations(lines: list[Line], ends: dt.time | None) -> list[Line]:
    """Each line lasts until the next one starts, where both times are known and in order."""
    following = [*(line.starts for line in lines[1:]), ends]
    return [
        line if line.minutes else replace(line, minutes=_between(line.starts, after))
        for line, after in zip(lines, following, strict=True)
    ]


def _between(start: dt.time | None, end: dt.time | None) -> int:
    """Minutes from one time of day to a later one; 0 where that is not known."""
    return max(_minutes(end) - _minutes(start), 0) if start and end else 0


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _time(at: dt.datetime | None) -> dt.time | None:
    return timezone.localtime(at).time() if at else None
