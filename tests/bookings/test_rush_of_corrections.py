"""Everybody corrects at once, by all links there are; new addresses are pressed, and bookings cancelled."""

import random

import pytest
from django.db import connection

from bookings import places
from bookings.models import AddressChange, AuditEntry, Booking, Mail, Visitor
from bookings.operations.counting import miscounts
from bookings.rule.party import NewVisitor
from bookings.states import LIVE, Status, Verb
from bookings.verbs import addresses
from tests.bookings import rush
from tests.bookings.test_rush import env, told  # noqa: F401  (fixtures)
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NEW = "new@school.example"


def clock():
    return NOW


def confirmed(session, name, *colleagues, **asked):
    visitors = (NewVisitor(), *(NewVisitor(full_name=one, email=f"{one}.{name}@school.example") for one in colleagues))
    made = places.hold(session.pk, party(email=f"{name}@school.example", visitors=visitors, **asked), clock=clock)
    return places.confirm(made.pk, clock=clock)


def rush_of(env, told, attempts):  # noqa: F811
    random.Random(13).shuffle(attempts)
    rush.order(env, do="all_of_it", told=told.path, attempts=attempts)
    print(f"\n{connection.vendor}: {len(attempts)} attempts in {told.seconds:.2f} s, {dict(told.answers)}")
    assert miscounts() == []
    return told.answers


def test_corrections_and_cancels_at_once_double_no_address_and_leave_what_is_cancelled(env, told):  # noqa: F811
    session = SessionFactory(room__capacity=60)
    bookings = [confirmed(session, f"ada{n}", "ben", "cara") for n in range(6)]
    attempts = [("cancel", booking.pk) for booking in bookings[:3]]
    for booking in bookings:
        colleagues = booking.visitors.filter(is_contact=False)
        attempts += [("correct", (booking.pk, one.pk)) for one in colleagues for _ in range(8)]
        attempts += [("own", one.pk) for one in colleagues]
    answers = rush_of(env, told, attempts)
    assert set(answers) <= {"cancel", "correct", "own", "Ended", "InThisBooking"}
    assert answers["cancel"] == 3
    for booking in bookings:
        keys = list(Visitor.objects.filter(booking=booking).values_list("email_key", flat=True))
        assert len(set(keys)) == len(keys) == 3
    named = AuditEntry.objects.filter(verb=Verb.NAME)
    for entry in named:
        assert Mail.objects.filter(dedupe_key__startswith=f"{entry.pk}:", kind="named").count() == 1
    assert Booking.objects.filter(status=Status.CANCELLED).count() == 3
    assert not AuditEntry.objects.filter(from_status=Status.CANCELLED).exists()
    versions = dict(Visitor.objects.filter(is_contact=False).values_list("pk", "link_version"))
    assert sum(versions.values()) - len(versions) == named.count()


def test_one_link_pressed_by_eight_at_once_moves_the_contact_once(env, told):  # noqa: F811
    session = SessionFactory()
    booking = confirmed(session, "ada", "ben")
    addresses.ask_for_address(booking.pk, NEW, clock=clock)
    asked = AddressChange.objects.get()
    answers = rush_of(env, told, [("take_address", (asked.pk, asked.link_version))] * 8)
    assert answers == {"take_address": 8}
    booking.refresh_from_db()
    assert (booking.email_key, booking.link_version) == (NEW, 2)
    assert AuditEntry.objects.filter(verb=Verb.TAKE_ADDRESS).count() == 1
    assert Mail.objects.filter(recipient=NEW, kind="confirmed").count() == 1


def test_two_parties_that_take_one_address_at_once_share_it_never(env, told):  # noqa: F811
    """The database would refuse it too: what is tried here is that nobody is answered by a breakdown."""
    session, school = SessionFactory(), SchoolFactory()
    bookings = [confirmed(session, f"ada{n}", school=school) for n in range(4)]
    for booking in bookings:
        addresses.ask_for_address(booking.pk, NEW, clock=clock)
    attempts = [("take_address", (one.pk, one.link_version)) for one in AddressChange.objects.all()]
    answers = rush_of(env, told, attempts * 2)
    assert answers == {"take_address": 8}
    assert Booking.objects.filter(email_key=NEW, status__in=LIVE).count() == 1
    assert AuditEntry.objects.filter(verb=Verb.DROP_ADDRESS).count() == 3
    assert Mail.objects.filter(recipient=NEW, kind="address_taken").count() == 1


def test_who_is_cancelled_while_they_press_has_either_moved_before_or_not_at_all(env, told):  # noqa: F811
    session = SessionFactory(room__capacity=40)
    bookings = [confirmed(session, f"ada{n}") for n in range(12)]
    for n, booking in enumerate(bookings):
        addresses.ask_for_address(booking.pk, f"new{n}@school.example", clock=clock)
    attempts = [("take_address", (one.pk, one.link_version)) for one in AddressChange.objects.all()]
    answers = rush_of(env, told, attempts + [("cancel", booking.pk) for booking in bookings])
    assert set(answers) <= {"take_address", "cancel", "Ended"}
    for booking in bookings:
        booking.refresh_from_db()
        moved = AuditEntry.objects.filter(booking=booking, verb=Verb.TAKE_ADDRESS).exists()
        assert booking.status == Status.CANCELLED
        assert booking.contact_email.startswith("new" if moved else "ada")
        assert Mail.objects.get(booking=booking, kind="cancelled").recipient == booking.contact_email
