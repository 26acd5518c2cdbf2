"""Booking opens, by hand or by the clock: whoever asked to be told of it is written to once (rule.md#opening).

Nobody writes that a session has opened, so each round looks for those that are open and not marked as told of. Each is
told of to some addresses at a time, and marked at the end: a worker that dies in between begins again, and the keys of
the mails see to it that nobody is told twice.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bookings.mail import searched
from bookings.mail.searched import Search
from bookings.mail_kinds import Kind
from bookings.models import Erasure, Mail, Places, TellMe, Told
from bookings.models.places import can_be_booked
from bookings.rule import mails as emails
from bookings.rule.room import session_facts
from bookings.rule.words import who_may_book
from bookings.states import Standing
from hubs.models import HostSchool, Hub, HubYear, ShowcaseSession
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.email_address import email_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN = "open"  # what the mark is called
AT_A_TIME = 500  # addresses that are told of a session in one transaction
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
    return ShowcaseSession.objects.filter(can_be_booked(now), last_day__gte=timezone.localdate(now))


def make(session_id: int, now: dt.datetime) -> None:
    """Make the mails of one session that has opened, and then the mark that they are made.

    One mail for each address, whatever it asked for; any number of processes may do it at once.
    """
    session = ShowcaseSession.objects.with_names().get(pk=session_id)
    news = session.visibility == PUBLIC and not Told.objects.filter(session=session, of=OPEN).exists()
    facts = session_facts(session, sequence=0) | {"for_whom": who_may_book(session, now=now)}
    wishes = _wishes(session, of_all=news)
    addresses = _next(wishes, "")
    while addresses:
        _tell(session, wishes.filter(email_key__in=addresses), facts, now)
        addresses = _next(wishes, addresses[-1]) if len(addresses) == AT_A_TIME else []
    if news:
        Told.objects.bulk_create([Told(session=session, of=OPEN, at=now)], ignore_conflicts=True)


def _next(wishes: "QuerySet[TellMe]", after: str) -> list[str]:
    """Some of the addresses to tell, in the order of the database."""
    addresses = wishes.filter(email_key__gt=after).order_by("email_key").values_list("email_key", flat=True)
    return list(addresses.distinct()[:AT_A_TIME])


@transaction.atomic
def _tell(session: ShowcaseSession, wishes: "QuerySet[TellMe]", facts: dict[str, Any], now: dt.datetime) -> None:
    """Tell some addresses, each once, by the wish that is nearest to the session; all of theirs are done then."""
    found = list(wishes)
    first: dict[str, TellMe] = {}
    for wish in found:
        first.setdefault(wish.email_key, wish)
    Mail.objects.bulk_create([_mail(session, wish, facts, now) for wish in first.values()], ignore_conflicts=True)
    done = TellMe.objects.filter(pk__in=[wish.pk for wish in found])
    list(done.select_for_update().order_by("pk").values_list("pk"))  # in one order, or two workers wait for each other
    done.update(told_at=now)


def _wishes(session: ShowcaseSession, *, of_all: bool) -> "QuerySet[TellMe]":
    """Whoever asked for this session and has not been told; with `of_all`, for its visit, one of its hubs or a search
    that finds it too."""
    proved = TellMe.objects.proved()
    wanted = [proved.filter(session=session, told_at=None)]
    if of_all:
        hubs = hubs_of(session)
        wanted.append(proved.filter(hub__in=hubs, search=""))
        wanted += [proved.filter(host_school=session.host_school_id)] if session.host_school_id else []
        wanted += searched.fitting(session, hubs=hubs)
    first, *others = (wishes.values("pk") for wishes in wanted)
    by_what = (F("session").asc(nulls_last=True), F("host_school").asc(nulls_last=True), "search", "pk")
    return TellMe.objects.filter(pk__in=first.union(*others)).order_by(*by_what)


def hubs_of(session: ShowcaseSession) -> list[int]:
    """The hubs that run it."""
    return [session.hub.pk, *session.also_run_by.values_list("hub_id", flat=True)]


def _mail(session: ShowcaseSession, wish: TellMe, facts: dict[str, object], now: dt.datetime) -> Mail:
    key = f"{Kind.BOOKING_OPEN}:{session.pk}:{emails.of_whom(wish.email_key)}"
    mail = emails.of_wish(wish, Kind.BOOKING_OPEN, facts | {"asked_for": wish.words}, now=now, key=key)
    mail.session, mail.expires_at = session, session.closes_at or session.starts_at
    return mail


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether it still makes sense to say that booking is open: to somebody who wants it, of a session with places."""
    places = Places.objects.select_related("session__hub_year__hub").filter(session=mail.session_id).first()
    if places is None or mail.wish is None or not mail.wish.proved_at:
        return False
    if mail.wish.search and not _still_fits(mail.wish, places.session):
        return False
    seen = {PUBLIC} if mail.wish.session_id is None else set(ShowcaseSession.Visibility) - {STAFF}
    return places.session.visibility in seen and places.standing(now=now) == Standing.OPEN


def _still_fits(wish: TellMe, session: ShowcaseSession) -> bool:
    return any(fit.filter(pk=wish.pk).exists() for fit in searched.fitting(session, hubs=hubs_of(session)))


# Being told when booking opens: ask, prove the address, be told, stop (rule.md#opening).
#
# A wish is of one session, of one host school's visit, of a hub, or of what a search finds (searched.py).


Thing = ShowcaseSession | HostSchool | Hub | Search
RELATED = (
    *(*OF_ITS_SESSION, "session__places"),
    *("host_school__school", "host_school__hub_year__hub", "hub"),
)


def ask(address: str, of: Thing, *, language: str, now: dt.datetime) -> None:
    """Keep the wish of an address, and send it the link that confirms it, or nothing where it has just asked.

    An address that was typed alike and never proved gives way: the mail goes to where it was asked for last.
    """
    wish = TellMe(email=address, email_key=email_key(address), language=language, created_at=now, **_kept(of))
    TellMe.objects.bulk_create([wish], ignore_conflicts=True)
    own = TellMe.objects.filter(email_key=wish.email_key, **_of(of))
    own.filter(proved_at=None).update(email=address, language=language, created_at=now)
    kept = own.select_related(*RELATED).first()
    if kept:
        emails.ask_to_prove(kept, facts_of(kept, now=now), now=now)


def _of(thing: Thing) -> dict[str, Any]:
    """The thing by the name of its column: what a wish of it is known by."""
    if isinstance(thing, Search):
        return {"search": thing.query}
    names = {ShowcaseSession: "session", HostSchool: "host_school", Hub: "hub"}
    return {names[type(thing)]: thing, "search": ""}


def _kept(thing: Thing) -> dict[str, Any]:
    """All that is kept of it."""
    return thing.kept if isinstance(thing, Search) else _of(thing)


def thing_of(wish: TellMe) -> Thing:
    """What a wish is of."""
    if wish.search:
        return Search(wish.search, wish.words, wish.hub)
    thing = wish.session or wish.host_school or wish.hub
    assert thing is not None  # the database says so  # noqa: S101
    return thing


def prove(wish: TellMe, *, now: dt.datetime) -> None:
    """The button behind the mailed link has been pressed: from now on this address is told. Twice is once."""
    TellMe.objects.filter(pk=wish.pk, proved_at=None).update(proved_at=now)


@transaction.atomic
def stop(wish: TellMe, *, now: dt.datetime) -> None:
    """Forget the wish, and the mails that it was about to have."""
    Erasure.objects.note([wish], at=now)
    wish.delete()


def delete_outlived(*, now: dt.datetime) -> None:
    """Forget wishes that have had their time. A round with nothing to forget only reads."""
    outlived = list(TellMe.objects.outlived(now=now).values_list("pk", flat=True))
    if outlived:
        TellMe.objects.filter(pk__in=outlived).delete()


def beside(wish: TellMe) -> list[TellMe]:
    """The other wishes of the same address, for whoever holds its link."""
    others = TellMe.objects.filter(~Q(pk=wish.pk), email_key=wish.email_key)
    return list(others.select_related(*RELATED).order_by("-created_at", "pk")[:20])


def year_of(hub: Hub, *, now: dt.datetime) -> HubYear | None:
    """A hub as it is now."""
    return HubYear.objects.current(today=timezone.localdate(now)).filter(hub=hub).first()


def facts_of(wish: TellMe, *, now: dt.datetime) -> dict[str, Any]:
    """What the mail with the link says of the thing."""
    if wish.session:
        return session_facts(wish.session, sequence=0)
    year = wish.host_school.hub_year if wish.host_school else year_of(wish.hub, now=now) if wish.hub else None
    said = {"hub": year.name, "reply_to": year.contact_email} if year else {}
    with translation.override(wish.language):  # of the mail, whatever that of the page is
        return said | {"title": title_of(thing_of(wish), now=now)}


def title_of(thing: Thing, *, now: dt.datetime) -> str:
    """What somebody asks to be told of, in words."""
    if isinstance(thing, Search):
        return thing.title
    if isinstance(thing, ShowcaseSession):
        return thing.name
    if isinstance(thing, HostSchool):
        if not thing.school:
            return _("A host school of %(hub)s, to be announced") % {"hub": thing.hub_year.name}
        return _("Lessons at %(school)s, %(town)s") % {"school": thing.school.name, "town": thing.school.town}
    year = year_of(thing, now=now)
    return _("Lessons of %(hub)s") % {"hub": year.name} if year else _("Lessons of a hub")
