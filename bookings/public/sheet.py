"""The visitors' sheet: one page to print for the day, with what happens when, how to be in a classroom, and room for
notes. It names nobody, so that it may be left on a desk."""

from typing import Any

from django.utils.translation import gettext as _

from bookings.public import morning
from hubs.models import ShowcaseSession

MANY_LINES = 9  # from so many on the programme is set smaller, so that there is room for notes


def sheet_of(session: ShowcaseSession) -> dict[str, Any]:
    """What its page says. Three queries with the session's hub at hand."""
    lessons = list(session.lessons.all())
    lines = morning.lines_of(session, list(session.programme.all()), lessons)
    own = [line.strip() for line in session.hub.in_the_classroom.splitlines() if line.strip()]
    return {
        "session": session,
        "lines": lines,
        "lines_are": morning.heading(session),
        "lessons": lessons,
        "behave": own or _our_own_words(),
        "behave_is_ours": not own,
        "is_long": len(lines) + len(own) > MANY_LINES,
    }


def _our_own_words() -> list[str]:
    return [
        _("Watch the learning and not the teacher: what do pupils say, write and draw?"),
        _("Do not help pupils, and do not talk to them or to each other while they work."),
        _("Take no photographs and record nothing. Keep your phone silent and in your bag."),
        _("Stay where you were asked to sit or stand, and keep your questions for the discussion."),
    ]
