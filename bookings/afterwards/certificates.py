"""Certificates of those who came: made when somebody first asks for one, and good as long as the rows say the same.

Nothing has to run for a code to end: whether it holds is read from the register and the name as they stand now
(`holds`). `ended_at` is written when the certificate is looked for again (docs/decisions/0040).
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from bookings.models import Certificate, Visitor
from bookings.states import FROZEN, Status
from hubs.models import Exchange, ShowcaseSession
from hubs.models.session import NAMED_BY

OF_ITS_VISITOR = (
    "visitor__booking__session__places",
    "visitor__booking__session__hub_year__exchange",
    *(f"session__{name}" for name in NAMED_BY),
)
OF_WHO_TAUGHT = ("host_school__school", "host_school__hub_year__exchange", "teacher", "specialist")
CAME = Q(attendance=Visitor.Attendance.ATTENDED, released_at=None, booking__status=Status.CONFIRMED)


def who_came(visitors: "QuerySet[Visitor]", *, now: dt.datetime) -> "QuerySet[Visitor]":
    """Those of them who were seen at a session that took place and is over; its register need not be recorded."""
    took_place = Q(booking__session__ends_at__lte=now) & ~Q(booking__session__places__status__in=FROZEN)
    return visitors.filter(CAME, took_place)


def name_may_change(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether a name that is put right makes a new certificate: until the exchange's reporting date."""
    return _names_may_change(session.hub_year.exchange, now=now)


def _names_may_change(exchange: Exchange, *, now: dt.datetime) -> bool:
    until = exchange.reporting_date
    return until is None or timezone.localdate(now) < until


def certificate_of(visitor: Visitor, *, now: dt.datetime) -> Certificate | None:
    """The visitor's certificate, made where they have earned one and have none; None where they have not. Its private
    link is `links.url(Purpose.CERTIFICATE, certificate)`."""
    return certificates_of(Visitor.objects.filter(pk=visitor.pk), now=now).get(visitor.pk)


def certificates_of(visitors: "QuerySet[Visitor]", *, now: dt.datetime) -> dict[int, Certificate]:
    """The certificates of all of them who have earned one, by the visitor's id. Only reads where nothing is to be done.

    Somebody who has a certificate and is not named any longer keeps it; somebody who never had a name gets none.
    """
    if found := _to_settle(visitors, now=now):
        _settle(found, now=now)
    theirs = _live().filter(visitor__in=visitors.order_by().values("pk")).select_related(*OF_ITS_VISITOR)
    return {one.visitor_id: one for one in theirs if one.visitor_id and holds(one, now=now)}


def holds(certificate: Certificate, *, now: dt.datetime) -> bool:
    """Whether its code is good: it has not been ended, and its visitor is still one who came, under that name.

    Asks nothing of a certificate with `OF_ITS_VISITOR`.
    """
    if certificate.ended_at:
        return False
    if certificate.host_school:
        return stands_for(certificate, now=now)
    visitor = certificate.visitor
    return visitor is None or (_came(visitor, now=now) and not _is_renamed(visitor, certificate, now=now))


def stands_for(certificate: Certificate, *, now: dt.datetime) -> bool:
    """Whether a certificate of who taught is of the name that they have, as far as a name still makes another one. Asks
    nothing of one with `OF_WHO_TAUGHT`."""
    who, visit = certificate.teacher or certificate.specialist, certificate.host_school
    if visit is None or who is None or not certificate.full_name or str(who) == certificate.full_name:
        return True
    return not _names_may_change(visit.hub_year.exchange, now=now)


def _live() -> "QuerySet[Certificate]":
    return Certificate.objects.filter(ended_at=None)


def _to_settle(visitors: "QuerySet[Visitor]", *, now: dt.datetime) -> list[int]:
    """Visitors whose certificate is not as it should be. One query."""
    theirs = _live().filter(visitor=OuterRef("pk"))
    asked = Visitor.objects.filter(pk__in=visitors.order_by().values("pk")).order_by()
    came = Exists(who_came(Visitor.objects.filter(pk=OuterRef("pk")), now=now).order_by())
    renamed = Exists(theirs.exclude(full_name=OuterRef("full_name")))
    until = F("booking__session__hub_year__exchange__reporting_date")
    rows = asked.annotate(came=came, has=Exists(theirs), renamed=renamed, until=until)
    found = rows.exclude(came=False, has=False).values_list("pk", "came", "has", "renamed", "until", "full_name")
    today = timezone.localdate(now)
    return [
        pk
        for pk, came, has, renamed, until, name in found
        if (has and not came) or (came and name and not has) or (renamed and name and (until is None or today < until))
    ]


@transaction.atomic
def _settle(visitor_ids: Iterable[int], *, now: dt.datetime) -> None:
    """End what holds no longer and make what is missing. Two who ask at once wait for each other at the visitors' rows,
    which are locked in one order, and the second finds what the first has made."""
    ids = sorted(visitor_ids)
    list(Visitor.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    related = ("booking__session__places", "booking__session__hub_year__exchange")
    visitors = Visitor.objects.filter(pk__in=ids).select_related(*related)
    certificates = {one.visitor_id: one for one in _live().filter(visitor__in=ids)}
    ended, made = [], []
    for visitor in visitors:
        has, came = certificates.get(visitor.pk), _came(visitor, now=now)
        renamed = has is not None and _is_renamed(visitor, has, now=now)
        if has and (not came or renamed):
            ended.append(has.pk)
        if came and visitor.full_name and (has is None or renamed):
            new = {"session": visitor.booking.session, "visitor": visitor, "full_name": visitor.full_name}
            made.append(Certificate(issued_at=now, **new))
    Certificate.objects.filter(pk__in=ended).update(ended_at=now)
    Certificate.objects.bulk_create(made)


def _came(visitor: Visitor, *, now: dt.datetime) -> bool:
    """`who_came`, of a row at hand."""
    session, booking = visitor.booking.session, visitor.booking
    is_there = visitor.attendance == Visitor.Attendance.ATTENDED and visitor.released_at is None
    took_place = session.ends_at is not None and session.ends_at <= now and session.places.status not in FROZEN
    return is_there and took_place and booking.status == Status.CONFIRMED


def _is_renamed(visitor: Visitor, certificate: Certificate, *, now: dt.datetime) -> bool:
    """Whether the visitor's name has been put right since, while that still makes another certificate. A name that is
    no longer kept has not been put right."""
    if not visitor.full_name or not certificate.full_name or visitor.full_name == certificate.full_name:
        return False
    return name_may_change(visitor.booking.session, now=now)
