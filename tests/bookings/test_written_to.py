"""Whoever holds a link has us write to a party and its changes of mind, and to no mailing list."""

import datetime as dt
import uuid

import pytest

from bookings import places
from bookings.models import Mail, Visitor
from bookings.rule.party import Correction, NewVisitor
from bookings.rule.refusals import SentJustNow
from bookings.verbs import details, hand_over, visitors
from bookings.verbs.written_to import MOST
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    held = places.hold(SessionFactory(share=None).pk, party(size=2), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def colleague_of(booking):
    return Visitor.objects.coming().get(booking=booking, is_contact=False)


def to_and_fro(booking, n, *, now=NOW):
    visitor = colleague_of(booking)
    taker = NewVisitor(full_name="Stranger", email=f"stranger{n}@anywhere.example")
    hand_over.hand_over(visitor.pk, taker, clock=lambda: now)
    hand_over.take_back(visitor.pk, clock=lambda: now)


def renamed(booking, n, *, now=NOW, **how):
    said = {colleague_of(booking).pk: Correction(email=f"stranger{n}@anywhere.example")}
    details.change_details(booking.pk, visitors=said, clock=lambda: now, **how)


def added(booking, n, *, now=NOW):
    stranger = NewVisitor(full_name="Stranger", email=f"stranger{n}@anywhere.example")
    visitors.add_visitor(booking.pk, stranger, clock=lambda: now, key=uuid.uuid4())
    last = Visitor.objects.coming().filter(booking=booking).latest("position")
    visitors.release(last.pk, clock=lambda: now)


@pytest.mark.parametrize("does", [to_and_fro, renamed, added])
def test_link_writes_to_so_many_people_a_day_and_again_the_next(booking, does):
    with pytest.raises(SentJustNow) as refused:
        for n in range(100):
            does(booking, n)
    assert refused.value.at == NOW + dt.timedelta(days=1)
    strangers = Mail.objects.filter(recipient__endswith="@anywhere.example", kind__in=("named", "handed_to_you"))
    assert strangers.count() < MOST
    stands = list(Visitor.objects.coming().filter(booking=booking).values_list("email", flat=True))
    does(booking, "later", now=NOW + dt.timedelta(days=1, minutes=1))
    assert len(stands) == 2  # nothing of what was refused has been done


def test_staff_are_not_held_up(booking):
    staff = StaffFactory()
    for n in range(MOST + 1):
        renamed(booking, n, by=staff)
    assert Mail.objects.filter(recipient__startswith="stranger").count() == MOST + 1


def test_party_of_ten_is_named_and_put_right_in_one_day():
    held = places.hold(SessionFactory(share=None).pk, party(size=10), clock=lambda: NOW)
    booking = places.confirm(held.pk, clock=lambda: NOW)
    colleagues = Visitor.objects.coming().filter(booking=booking, is_contact=False)
    said = {one.pk: Correction(email=f"right{one.pk}@school.example") for one in colleagues}
    details.change_details(booking.pk, visitors=said, clock=lambda: NOW)
    assert Mail.objects.filter(kind="named").count() == 18
