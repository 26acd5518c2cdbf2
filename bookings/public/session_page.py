"""All that the page of a session says."""

import datetime as dt
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bookings.models import SessionChange
from bookings.public import morning
from bookings.public.answers import answers
from bookings.public.directions import open_street_map
from bookings.public.feeds import as_script, schema_event, summary
from bookings.public.flyer import invites
from bookings.public.for_a_colleague import mail_to_a_colleague
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.rule.judging import hold_deadline
from bookings.rule.words import who_may_book
from bookings.states import FROZEN, Standing, Verb
from hubs.models import Lesson, Notice, Photograph, ShowcaseSession
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary.changes import State

WITH_A_LESSON = {
    ShowcaseSession.Kind.SHOWCASE,
    ShowcaseSession.Kind.OPEN_CLASSROOM,
    ShowcaseSession.Kind.MASTER_CLASS,
    ShowcaseSession.Kind.MEETING,
}
# What happens, where the hub has not written it: a talk is no lesson.
USUAL = {
    ShowcaseSession.Kind.SHOWCASE: _(
        "See the lesson, then talk it through with the teachers and with colleagues from nearby schools."
    ),
    ShowcaseSession.Kind.OPEN_CLASSROOM: _(
        "See a lesson in its own classroom, then talk it through with the teachers and with colleagues from nearby "
        "schools."
    ),
    ShowcaseSession.Kind.MASTER_CLASS: _(
        "See the master class, then talk it through with the teachers and with colleagues from nearby schools."
    ),
    ShowcaseSession.Kind.WORKSHOP: _("Work on it together, with the teachers and with colleagues from nearby schools."),
    ShowcaseSession.Kind.MEETING: _("Talk before the lesson, watch it together, and talk it through afterwards."),
    ShowcaseSession.Kind.TALK: _("Hear the talk, then ask and discuss, with colleagues from nearby schools."),
}
DETAILS = "bookings/session/details.html"
BEFORE_IT_CLOSES = {Standing.ANNOUNCED, Standing.SOON, Standing.OPEN, Standing.FULL}


def said_of(showing: Showing) -> dict[str, Any]:
    """All that the page of a session says."""
    found, now = showing.session, showing.now
    rows = answers.get(("session", found.pk), lambda: _rows_of(showing), now=now)
    lessons = rows.lessons
    lines = morning.lines_of(found, rows.programme, lessons)
    to_come = showing.standing in BEFORE_IT_CLOSES
    return page_of(showing) | {
        "notices": rows.notices,
        "lessons": lessons,
        "hero": next((lesson for lesson in lessons if lesson.picture_of), None),
        "teachers": _teachers(lessons),
        "morning": lines,
        "morning_is": morning.heading(found),
        "times_follow": not lines and to_come and found.kind in WITH_A_LESSON,
        "resources": rows.resources,
        "usual": USUAL[ShowcaseSession.Kind(found.kind)],
        "for_whom": who_may_book(found, now=now) if to_come or showing.is_booked_elsewhere else "",
        "open_street_map": open_street_map(found),
        "to_a_colleague": mail_to_a_colleague(showing) if to_come else "",
        "has_flyer": invites(showing),
        "about": summary(showing),
        "event": as_script(schema_event(showing, rows.moved)),
    }


def details_of(showing: Showing, said: dict[str, Any], before: State) -> SafeString:
    """The part of the page that a place more or less does not change, ready: half of what there is to render. Kept for
    as long as the rows that it says; `before` is how things stood before anything of `said` was read."""
    drawn_for = get_language(), showing.session.pk, showing.standing, showing.kept
    draw = partial(render_to_string, DETAILS, said)
    return answers.get(("details", *drawn_for), draw, now=rows_read_at(showing), before=before)


def rows_read_at(showing: Showing) -> dt.datetime:
    """When what the page says besides the session's own row was read."""
    return answers.read_at(("session", showing.session.pk), now=showing.now)


class Rows(NamedTuple):
    """What the page says besides the session's own row: no place that is taken changes it."""

    lessons: list[Lesson]
    programme: list[Any]
    notices: list[Notice]
    resources: list[Any]
    moved: SessionChange | None


def _rows_of(showing: Showing) -> Rows:
    found, now = showing.session, showing.now
    return Rows(
        _lessons(showing),
        list(found.programme.all()),
        list(Notice.objects.showing(now=now).filter(Q(hub=None) | Q(hub=found.hub))),
        list(found.resources.public(now=now)),
        found.changes.filter(verb=Verb.MOVE).newest(),
    )


def _lessons(showing: Showing) -> list[Lesson]:
    """The lessons with who teaches them, each with the photograph that may be shown. As many queries for any number,
    and one for photographs only where somebody has agreed to one."""
    lessons = list(showing.session.lessons.prefetch_related("visiting_teachers", "specialists"))
    agreed = [one for lesson in lessons for one in lesson.visiting_teachers.all() if one.photo_agreed_at]
    shown = Photograph.objects.published(today=showing.today)
    prefetch_related_objects(agreed, Prefetch("photographs", shown, to_attr="photographs_shown"))
    return lessons


def _teachers(lessons: list[Lesson]) -> dict[str, list[Any]]:
    """Who teaches in it, each once: visiting teachers, and the names of others."""
    visiting = dict.fromkeys(teacher for lesson in lessons for teacher in lesson.visiting_teachers.all())
    specialists = dict.fromkeys(str(one) for lesson in lessons for one in lesson.specialists.all())
    named = dict.fromkeys(lesson.other_teacher for lesson in lessons if lesson.other_teacher)
    return {"visiting": list(visiting), "others": [*specialists, *named]}


def page_of(showing: Showing) -> dict[str, Any]:
    """What the panel "what to do now" needs: until when places would be kept, or sessions to go to instead."""
    found, now = showing.session, showing.now
    if showing.is_open:
        calendar = calendar_of_session(found.pk)
        return {"showing": showing, "session": found, "keep_until": hold_deadline(found, calendar, now=now)}
    off = found.changes.newest() if showing.places.status in FROZEN else None
    instead = SimpleLazyObject(lambda: alternatives(showing))  # a page for a party asks for its own, and this is not
    return {"showing": showing, "session": found, "instead": instead, "change": off} | offered_instead(off, now)


def offered_instead(change: SessionChange | None, now: dt.datetime) -> dict[str, Any]:
    """The sessions that the hub itself offers instead of one that is off, if any can be booked still."""
    offered = change.instead_now(now=now) if change else []
    return {"instead": [Showing(session, now) for session in offered], "of_hub": True} if offered else {}
