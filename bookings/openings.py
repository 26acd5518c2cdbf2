"""Booking opens, by hand or by the clock: whoever asked to be told of it is written to once (product.md section 3.12).

Nobody writes that a session has opened, so each round looks for those that are open and not marked as told of.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from bookings import emails
from bookings.models import Mail, Places, TellMe, Told
from bookings.room import session_facts
from bookings.states import Kind, SessionStatus, Standing
from bookings.words import who_may_book
from hubs.models import ShowcaseSession

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN = "open"  # what the mark is called
PUBLIC, STAFF = ShowcaseSession.Visibility.PUBLIC, ShowcaseSession.Visibility.STAFF


def due(now: dt.datetime) -> list[int]:
    """Open sessions with somebody to tell, or that nobody has been told of: one query.

    Those that are full wait until they have a place: there is nothing to tell before.
    """
    told = Told.objects.filter(session=OuterRef("pk"), of=OPEN)
    waiting = TellMe.objects.proved().filter(session=OuterRef("pk"), told_at=None)
    news = Q(~Exists(told), visibility=PUBLIC) | (Q(Exists(waiting)) & ~Q(visibility=STAFF))
    return sorted(_with_places(now).filter(news).order_by().values_list("pk", flat=True))


def _with_places(now: dt.datetime) -> "QuerySet[ShowcaseSession]":
    """Sessions to come that the public can book, as `Places.standing` has it."""
    return ShowcaseSession.objects.filter(
        Q(closes_at__gt=now) | Q(closes_at=None, starts_at__gt=now),
        Q(opens_at=None) | Q(opens_at__lte=now),
        last_day__gte=timezone.localdate(now),
        places__status=SessionStatus.OPEN,
        places__capacity__gt=F("places__places_taken") + F("places__held_back"),
        booked_elsewhere="",
    )


@transaction.atomic
def make(session_id: int, now: dt.datetime) -> None:
    """Make the mails of one session that has opened, and the mark that they are made: both or neither.

    One mail for each address, whatever it asked for; any number of processes may do it at once.
    """
    session = ShowcaseSession.objects.with_names().get(pk=session_id)
    news = session.visibility == PUBLIC and not Told.objects.filter(session=session, of=OPEN).exists()
    wishes = list(_wishes(session, of_all=news))
    if news:
        Told.objects.bulk_create([Told(session=session, of=OPEN, at=now)], ignore_conflicts=True)
    facts = session_facts(session, sequence=0) | {"for_whom": who_may_book(session, now=now)}
    first: dict[str, TellMe] = {}
    for wish in wishes:
        first.setdefault(wish.email_key, wish)
    mails = [_mail(session, wish, facts, now) for wish in first.values()]
    Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)
    TellMe.objects.filter(pk__in=[wish.pk for wish in wishes]).update(told_at=now)


def _wishes(session: ShowcaseSession, *, of_all: bool) -> "QuerySet[TellMe]":
    """Whoever asked for this session and has not been told; with `of_all`, for its visit or one of its hubs too."""
    wanted = Q(session=session, told_at=None)
    if of_all:
        hubs = [session.hub.pk, *session.also_run_by.values_list("hub_id", flat=True)]
        wanted |= Q(hub__in=hubs)
        wanted |= Q(host_school=session.host_school_id, host_school__isnull=False)
    by_what = (F("session").asc(nulls_last=True), F("host_school").asc(nulls_last=True), "pk")
    return TellMe.objects.proved().filter(wanted).order_by(*by_what)


def _mail(session: ShowcaseSession, wish: TellMe, facts: dict[str, object], now: dt.datetime) -> Mail:
    key = f"{Kind.BOOKING_OPEN}:{session.pk}:{emails.of_whom(wish.email_key)}"
    mail = emails.of_wish(wish, Kind.BOOKING_OPEN, facts, now=now, key=key)
    mail.session, mail.expires_at = session, session.closes_at or session.starts_at
    return mail


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether it still makes sense to say that booking is open: to somebody who wants it, of a session with places."""
    places = Places.objects.select_related("session").filter(session=mail.session_id).first()
    if places is None or mail.wish is None or not mail.wish.proved_at:
        return False
    seen = {PUBLIC} if mail.wish.session_id is None else set(ShowcaseSession.Visibility) - {STAFF}
    return places.session.visibility in seen and places.standing(now=now) == Standing.OPEN
