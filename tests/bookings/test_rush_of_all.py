"""Everything at the same moment: who books, who cancels, who waits, who hands over, what lapses, and the mails."""

import random
from collections import Counter

import pytest
from django.db import connection

from bookings import places
from bookings.mail_kinds import READING_TIME
from bookings.models import AuditEntry, Booking, HandOver, Mail, Places, Visitor
from bookings.operations.counting import miscounts
from bookings.states import SEATED, row_for
from bookings.verbs import waiting_list
from tests.bookings import rush
from tests.bookings.test_rush import env, told  # noqa: F401  (fixtures)
from tests.factories import NOW, SessionFactory, party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def held(session, n, *, size=1):
    return places.hold(session.pk, party(email=f"before{n}@school.example", size=size), clock=lambda: NOW)


def confirmed(session, n, *, size=1):
    return places.confirm(held(session, n, size=size).pk, clock=lambda: NOW)


def waits(session, n, *, size=1):
    wanted = party(email=f"waits{n}@school.example", size=size)
    booking = waiting_list.join(session.pk, wanted, clock=lambda: NOW).booking
    return waiting_list.wait(booking.pk, clock=lambda: NOW)


def test_everything_at_once_oversells_nothing_and_passes_nobody_over(env, told):  # noqa: F811
    session = SessionFactory(room__capacity=30)
    seated = [confirmed(session, n) for n in range(20)]
    pairs = [confirmed(session, 100 + n, size=2) for n in range(3)]
    lapsing = [held(session, 200 + n) for n in range(4)]
    list_ = [waits(session, n) for n in range(8)] + [waits(session, 50, size=2)]
    Mail.objects.filter(booking__in=lapsing).update(state=Mail.State.SENT, answered_at=NOW - READING_TIME)
    Booking.objects.filter(pk__in=[one.pk for one in lapsing]).update(deadline=NOW)
    attempts = [
        *(("cancel", one.pk) for one in seated[:10]),
        *(("hand_over", one.visitors.get().pk) for one in seated[10:15]),
        *(("release", one.visitors.get(position=2).pk) for one in pairs),
        *(("confirm", one.pk) for one in lapsing[:2]),
        *(("cancel", one.pk) for one in list_[:2]),
        *(("hold", session.pk) for _ in range(80)),
        *(("join", session.pk) for _ in range(20)),
        *(("settle", session.pk) for _ in range(10)),
    ]
    random.Random(7).shuffle(attempts)
    rush.order(env, do="all_of_it", told=told.path, attempts=attempts)
    print(f"\n{connection.vendor}: {len(attempts)} attempts in {told.seconds:.2f} s, {dict(told.answers)}")
    known = {verb for verb, _pk in attempts} | {"SessionFull", "Ended", "SchoolShareUsed"}
    assert set(told.answers) <= known, told.answers
    assert told.answers["cancel"] == 12
    assert (told.answers["hand_over"], told.answers["release"], told.answers["join"]) == (5, 3, 20)
    assert HandOver.objects.open().count() == 5
    assert_it_adds_up(session)


def assert_it_adds_up(session):
    row = Places.objects.get(pk=session.pk)
    assert miscounts() == []
    assert row.places_taken <= row.capacity
    left = row.capacity - row.places_taken
    eligible = Booking.objects.waiting().filter(address_proved_at__isnull=False)
    assert [one.pk for one in eligible if one.least <= left] == []
    stands = {}
    for entry in AuditEntry.objects.filter(booking__isnull=False).order_by("pk"):
        assert entry.from_status == stands.get(entry.booking_id, "")
        assert row_for(entry.verb, entry.from_status) is not None
        stands[entry.booking_id] = entry.to_status
    assert dict(Booking.objects.values_list("pk", "status")) == stands
    told_of = Counter(Mail.objects.values_list("kind", flat=True))
    changes = Counter(AuditEntry.objects.values_list("verb", flat=True))
    assert (told_of["offered"], told_of["lapsed"]) == (changes["offer"], changes["lapse"])
    assert Visitor.objects.coming().filter(booking__status__in=SEATED).count() == row.places_taken
    assert changes["lapse"] == 4
