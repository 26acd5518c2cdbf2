"""Sessions as Home and Today show them: ten frames, counts, and buttons for what may have to be done in a hurry."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Places, SessionChange
from bookings.public.session import Showing
from bookings.sessions.seen import not_seen_of
from bookings.states import SESSION_TABLE, SessionStatus, Status, Verb
from hubs.models import ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.staff import scope

# The pages of a session that have a button on its card: the end of the page's name, the label, and the statuses at
# which it makes sense (None: at any). A page that is not there has no button.
TOLD = frozenset(SessionStatus) - {SessionStatus.DRAFT}
BUTTONS: tuple[tuple[str, Any, frozenset[SessionStatus]], ...] = (
    ("register", _("Register"), TOLD),
    ("write", _("Write"), TOLD),
    ("late", _("Late start"), SESSION_TABLE[Verb.POSTPONE][0]),
    ("postpone", _("Postpone"), SESSION_TABLE[Verb.POSTPONE][0]),
    ("cancel", _("Cancel"), SESSION_TABLE[Verb.CANCEL_SESSION][0]),
    ("reinstate", _("Reinstate"), SESSION_TABLE[Verb.REINSTATE][0]),
)
AFTER_ITS_START = ("register", "write")


@dataclass(frozen=True)
class Wider:
    """What is wider than one session: of how many it is, and the pages that call them off or bring them back."""

    of: Any
    number: int
    buttons: list[tuple[str, Any]]


@dataclass
class Card:
    """One session, with what a member of staff may do to it."""

    showing: Showing
    waiting: int = 0
    buttons: list[tuple[str, str]] = field(default_factory=list)
    unseen: int = 0
    wider: "list[Wider]" = field(default_factory=list)

    @property
    def session(self) -> ShowcaseSession:
        return self.showing.session

    @property
    def page(self) -> str:
        return url_of(self.session, "overview")

    @property
    def seen_page(self) -> str:
        return url_of(self.session, "seen")


def is_near(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether it is today or tomorrow, and has not started: then what is done to it is done in a hurry."""
    today = timezone.localdate(now)
    days = (today, today + dt.timedelta(days=1))
    return session.day in days and session.starts_at is not None and session.starts_at > now


def url_of(session: ShowcaseSession, name: str) -> str:
    return reverse(f"admin:hubs_showcasesession_{name}", args=[session.pk])


def cards(user: Any, sessions: Sequence[ShowcaseSession], *, now: dt.datetime) -> list[Card]:
    """The sessions as cards, in their order: a handful of queries, however many there are."""
    pks = [session.pk for session in sessions]
    waiting = dict(
        Booking.objects.filter(session__in=pks, status=Status.WAITING)
        .order_by()
        .values_list("session")
        .annotate(n=Count("pk"))
    )
    theirs = scope.rows(user, ShowcaseSession.objects.filter(pk__in=pks), "change")
    mine = set(theirs.order_by().values_list("pk", flat=True))
    near = {timezone.localdate(now), timezone.localdate(now) + dt.timedelta(days=1)}
    soon = [session.pk for session in sessions if session.pk in mine and session.day in near]
    unseen = _unseen(soon) if scope.may(user, "view", Booking) else {}
    return [
        Card(
            Showing(session, now),
            waiting.get(session.pk, 0),
            list(_buttons(session, now)) if session.pk in soon else [],
            unseen.get(session.pk, 0),
        )
        for session in sessions
    ]


def _buttons(session: Any, now: dt.datetime) -> Iterator[tuple[str, str]]:
    places: Places = session.places
    for name, label, at in BUTTONS:
        too_late = session.starts_at and session.starts_at <= now and name not in AFTER_ITS_START
        if places.status in at and not too_late:
            try:
                yield url_of(session, name), str(label)
            except NoReverseMatch:
                continue


def _unseen(session_ids: Sequence[int]) -> dict[int, int]:
    """How many have not said that they have seen the last change of each session, where there was one."""
    newest = SessionChange.objects.filter(session=OuterRef("session")).order_by("-pk").values("pk")[:1]
    last = SessionChange.objects.filter(session__in=session_ids, pk=Subquery(newest))
    return {change.session_id: len(people) for change, people in not_seen_of(list(last)).items()}


def seen_by(user: Any) -> ShowcaseSessionQuerySet:
    """The sessions that somebody may see, with what a card says of them."""
    mine: ShowcaseSessionQuerySet = scope.rows(user, ShowcaseSession.objects.all())
    return mine.with_names().select_related("places")


def next_ones(user: Any, *, now: dt.datetime) -> ShowcaseSessionQuerySet:
    """Sessions that somebody may see and that are not over, the next first; those without a date are not in it."""
    to_come = seen_by(user).filter(ends_at__gt=now, last_day__gte=timezone.localdate(now))
    # What ends at an hour has one day. By its last day, an index leads to the first of them (session_by_day).
    return to_come.order_by("last_day", "first_day", "starts_at", "pk")


# --- snow shuts a school, not a session -------------------------------------------------------------------------------

WIDE_BUTTONS: tuple[tuple[str, Any, Verb], ...] = (
    ("postpone", _("Postpone"), Verb.POSTPONE),
    ("cancel", _("Cancel"), Verb.CANCEL_SESSION),
    ("reinstate", _("Reinstate"), Verb.REINSTATE),
)


def offer_wider(found: Sequence[Card], *, now: dt.datetime) -> None:
    """Beside the sessions of today and tomorrow that somebody may change: everything at its school on that day, and the
    whole visit. One query, however many they are."""
    mine = [card for card in found if card.buttons and is_near(card.session, now=now)]
    visits = {visit for card in mine if (visit := card.session.host_school_id)}
    to_come = ShowcaseSession.objects.upcoming(today=timezone.localdate(now)).filter(host_school__in=visits)
    of_visits: dict[int, list[str]] = {}
    for of, status in to_come.order_by().values_list("host_school", "places__status"):
        of_visits.setdefault(of or 0, []).append(status)
    together: dict[tuple[object, ...], list[Card]] = {}
    for card in mine:
        if card.session.school:
            together.setdefault(_where_and_when(card.session), []).append(card)
    for card in mine:
        session, visit = card.session, card.session.host_school_id
        beside = together.get(_where_and_when(session), []) if session.school else []
        if len(beside) > 1 and session.school:
            year = f"admin:hubs_hubyear_school_%s?school={session.school.pk}&day={session.day}"
            statuses = [str(one.session.places.status) for one in beside]
            card.wider += _wider(_("Everything at this school on this day"), statuses, year, session.hub_year_id)
        if visit and len(of_visits.get(visit, [])) > 1:
            card.wider += _wider(_("The whole visit"), of_visits[visit], "admin:hubs_hostschool_%s?", visit)


def _where_and_when(session: ShowcaseSession) -> tuple[object, ...]:
    return session.hub_year_id, session.school and session.school.pk, session.day


def _wider(of: Any, statuses: list[str], pages: str, row: int) -> list[Wider]:
    """One line of it, with the buttons of what can be done to any of its sessions."""
    name, _mark, query = pages.partition("?")
    buttons = [
        (reverse(name % page, args=[row]) + (f"?{query}" if query else ""), label)
        for page, label, verb in WIDE_BUTTONS
        if set(statuses) & SESSION_TABLE[verb][0]
    ]
    return [Wider(of, len(statuses), buttons)] if buttons else []
