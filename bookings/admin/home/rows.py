"""What needs somebody, row by row: what it is, for which session and day, and the one page where it is done.

Home shows the first few of each kind, the soonest first, and leads to the list of the rest (needs.py counts them).
Nothing is shown that `scope` does not let its reader see: the programme office gets rows of sessions and no name.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hubs.models import ShowcaseSession
from hubs.staff import scope
from hubs.vocabulary.dates import days_between, moment

EACH = 3  # rows of one kind, beyond which one row stands for all of them
OF_PEOPLE = 6  # what somebody needs is said one by one for longer

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Row:
    """One thing to do. `day` is that of its session, None where it has none."""

    title: str
    detail: str
    day: dt.date | None
    address: str
    label: str
    soon: str = ""  # "Today", "Tomorrow", "In 3 days"
    is_urgent: bool = False


def page_of(row: Model, page: str = "") -> str:
    """The address of a page about a row in the staff pages: of the one that its list leads to, unless it is said."""
    model_admin: Any = admin.site.get_model_admin(type(row))
    return str(model_admin.url_of(row.pk, page))


@dataclass(frozen=True)
class Shown:
    """How rows of one kind are shown: with which others they are fetched, in which order, and what each says."""

    title: Callable[[Any], str]
    detail: Callable[[Any], str]
    session: Callable[[Any], ShowcaseSession | None]
    label: Any
    page: str = ""
    related: tuple[str, ...] = ()
    lessons: str = ""  # the path to the lessons that name a session without a title
    order: tuple[Any, ...] = ("pk",)
    most: int = EACH


def rows_of(shown: Shown, needed: Rows, user: Any, *, now: dt.datetime) -> list[Row]:
    """The first of them: one query, and one for the names of their sessions."""
    found = needed.select_related(*shown.related).order_by(*shown.order)
    if shown.lessons:
        found = found.prefetch_related(shown.lessons)
    found = found[: shown.most]
    may_change = scope.may(user, "change", needed.model)
    page, label = (shown.page, str(shown.label)) if may_change else ("", _now("Look"))
    return [_row(shown, one, now=now, page=page, label=label) for one in found]


def _row(shown: Shown, one: Any, *, now: dt.datetime, page: str, label: str) -> Row:
    session = shown.session(one)
    day = session.first_day if session else None
    detail = ", ".join(part for part in (shown.detail(one), at_session(session) if session else "") if part)
    days = (day - timezone.localdate(now)).days if day else None
    return Row(
        shown.title(one),
        detail,
        day,
        page_of(one, page),
        label,
        soon=_soon(days),
        is_urgent=days in (0, 1),
    )


def _soon(days: int | None) -> str:
    if days is None or not 0 <= days <= 14:
        return ""
    if days == 0:
        return _now("Today")
    return _now("Tomorrow") if days == 1 else ngettext("In %(n)d day", "In %(n)d days", days) % {"n": days}


def at_session(session: ShowcaseSession) -> str:
    """As in "Year 6 lesson, Wednesday 27 January 2027"."""
    when = days_between(session.first_day, session.last_day)
    return ", ".join(part for part in (session.name, when) if part)


def _person(visitor: Any) -> str:
    return ", ".join(part for part in (str(visitor), visitor.booking.school_in_words) if part)


def _what(visitor: Any) -> str:
    said = "; ".join(part for part in (visitor.needs, visitor.needs_added) if part)
    return _now("%(need)s: nobody has said what is arranged") % {"need": said}


def _party(booking: Any) -> str:
    many = ngettext("%(n)d place", "%(n)d places", booking.party) % {"n": booking.party}
    return ", ".join(part for part in (booking.contact_name, booking.school_in_words, many) if part)


def _to_whom(mail: Any) -> str:
    named = (mail.visitor and mail.visitor.full_name) or (mail.booking and mail.booking.contact_name)
    school = mail.invitation and mail.invitation.school.name
    return ", ".join(part for part in (named or school, mail.recipient) if part)


def _itself(session: Any) -> ShowcaseSession | None:
    found: ShowcaseSession = session
    return found


def _none(_row: Any) -> ShowcaseSession | None:
    return None


SOONEST = (F("first_day").asc(nulls_last=True), "starts_at", "pk")
OF_SESSION = ("session__hub_year", "session__host_school__school")
LESSONS = "session__lessons"

SHOWN: dict[str, Shown] = {
    "contact": Shown(
        lambda year: _now("%(hub)s has no contact email") % {"hub": year.name},
        lambda _year: _now("Answers to our emails would reach nobody, so nothing of it can be announced"),
        _none,
        _("Give one"),
        page="change",
        related=("exchange",),
    ),
    "arrange": Shown(
        _what,
        _person,
        lambda visitor: visitor.booking.session,
        _("Say what is arranged"),
        page="arrange",
        related=("booking__session__hub_year", "booking__school"),
        lessons="booking__session__lessons",
        order=(F("booking__session__first_day").asc(nulls_last=True), "pk"),
        most=OF_PEOPLE,
    ),
    "register": Shown(
        lambda session: _now("%(session)s: the register is not recorded") % {"session": session.name},
        lambda session: (
            _now("Counts as not recorded: nobody as having come, nobody as absent")
            if session.counts_as_not_recorded
            else ""
        ),
        _itself,
        _("Record it"),
        page="register",
        related=("hub_year",),
        lessons="lessons",
        order=("-first_day", "pk"),
    ),
    "failed": Shown(
        lambda mail: _now("Not delivered: %(mail)s") % {"mail": mail.get_kind_display()},
        _to_whom,
        lambda mail: mail.session,
        _("Put it right"),
        related=("session__hub_year", "booking", "visitor", "invitation__school"),
        lessons=LESSONS,
        order=("-pk",),
    ),
    "one_network": Shown(
        lambda session: (
            _now(
                "%(places)d of %(of)d places that nobody has confirmed have been held from one network for half an hour"
            )
            % {"places": session.of_one_network, "of": session.of_all_networks}
        ),
        lambda _session: "",
        _itself,
        _("Look at them"),
        page="one_network",
        related=("hub_year",),
        lessons="lessons",
        order=SOONEST,
    ),
    "unsure": Shown(
        lambda mail: _now("May have arrived: %(mail)s") % {"mail": mail.get_kind_display()},
        _to_whom,
        lambda mail: mail.session,
        _("Say whether it arrived"),
        related=("session__hub_year", "booking", "visitor", "invitation__school"),
        lessons=LESSONS,
        order=("-pk",),
    ),
    "held": Shown(
        lambda booking: _now("Not confirmed yet: kept until %(at)s") % {"at": moment(booking.deadline)},
        _party,
        lambda booking: booking.session,
        _("See the booking"),
        related=("session__hub_year", "school"),
        lessons=LESSONS,
        order=("deadline", "pk"),
    ),
    "waiting": Shown(
        lambda booking: (
            ngettext("%(n)d person waits for a place", "A party of %(n)d waits for places", booking.party)
            % {"n": booking.party}
        ),
        _party,
        lambda booking: booking.session,
        _("See the booking"),
        related=("session__hub_year", "school"),
        lessons=LESSONS,
        order=(F("session__first_day").asc(nulls_last=True), "joined_at", "pk"),
    ),
    "group_problems": Shown(
        lambda group: _now("%(group)s: places that a school was promised are not booked") % {"group": group.name},
        lambda group: group.hub_year.name,
        _none,
        _("See why"),
        related=("hub_year",),
    ),
    "group_unanswered": Shown(
        lambda group: _now("%(group)s: a school has not answered for five school days") % {"group": group.name},
        lambda group: group.hub_year.name,
        _none,
        _("See which"),
        related=("hub_year",),
    ),
    "group_meetings": Shown(
        lambda group: _now("%(group)s has schools and no meeting yet") % {"group": group.name},
        lambda group: group.hub_year.name,
        _none,
        _("Make the meetings"),
        page="meetings",
        related=("hub_year",),
    ),
    "opening": Shown(
        lambda _session: _now("Nobody has said when booking opens"),
        lambda _session: "",
        _itself,
        _("Say when"),
        page="change",
        related=("hub_year",),
        lessons="lessons",
        order=SOONEST,
    ),
    "dates": Shown(
        lambda visit: _now("The visit to %(school)s has no dates yet") % {"school": visit.school or _now("a school")},
        lambda visit: str(visit.hub_year),
        _none,
        _("Give them"),
        related=("school", "hub_year__exchange"),
    ),
    "files": Shown(
        lambda _session: _now("Files that nobody can see yet: say what may be seen of pupils"),
        lambda _session: "",
        _itself,
        _("Say it"),
        page="change",
        related=("hub_year",),
        lessons="lessons",
        order=SOONEST,
    ),
    "photographs": Shown(
        lambda teacher: _now("A photograph of %(who)s is not published yet") % {"who": teacher.name_pinyin},
        lambda _teacher: _now("Say what may be seen of pupils"),
        _none,
        _("Say it"),
    ),
}
