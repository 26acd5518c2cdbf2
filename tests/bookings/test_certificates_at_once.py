"""Several ask for one certificate at the same moment: one is made, and each is given that one."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from bookings import places
from bookings.afterwards.certificates import certificate_of, certificates_of
from bookings.afterwards.taught import certificates_of_visit
from bookings.models import Certificate, Register, Visitor
from bookings.verbs import details
from hubs.models import HostSchool, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db(transaction=True)
OVER = london(DAY, dt.time(18))
AT_ONCE = 6


def together(*does):
    """What each of them gives, begun together, each with a connection of its own."""

    def one(do):
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(does)) as pool:
        return list(pool.map(one, does))


@pytest.fixture
def visitors():
    session = SessionFactory(share=None)
    booking = places.confirm(places.hold(session.pk, party(size=4), clock=lambda: NOW).pk, clock=lambda: NOW)
    booking.visitors.update(attendance="attended", marked_at=OVER)
    return list(booking.visitors.order_by("pk"))


def test_one_is_made_by_however_many_at_once(visitors):
    found = together(*[lambda: certificate_of(visitors[0], now=OVER)] * AT_ONCE)
    assert {one.code for one in found} == {Certificate.objects.get().code}


def test_who_asks_for_all_and_who_for_one_wait_for_each_other_and_not_for_ever(visitors):
    def of_all():
        return certificates_of(Visitor.objects.order_by("-pk"), now=OVER)

    found = together(of_all, *[lambda one=one: certificate_of(one, now=OVER) for one in visitors], of_all)
    assert (Certificate.objects.count(), len(found[0]), len(found[-1])) == (4, 4, 4)


def test_name_put_right_twice_at_once_leaves_one_that_is_good(visitors):
    certificate_of(visitors[1], now=OVER)
    names = [f"Ben {n}" for n in range(4)]
    together(*[lambda name=name: details.put_name_right(visitors[1].pk, name, clock=lambda: OVER) for name in names])
    good = Certificate.objects.get(ended_at=None)
    assert good.full_name == Visitor.objects.get(pk=visitors[1].pk).full_name
    assert Certificate.objects.exclude(ended_at=None).count() == Certificate.objects.count() - 1


def test_who_taught_gets_one_too():
    session = SessionFactory()
    visit = HostSchool.objects.create(hub_year=session.hub_year)
    type(session).objects.filter(pk=session.pk).update(host_school=visit)
    fang = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang")
    session.lessons.get().visiting_teachers.add(fang)
    Register.objects.create(session=session, recorded_at=OVER, recorded_by=StaffFactory())
    found = together(*[lambda: certificates_of_visit(visit, now=OVER)] * AT_ONCE)
    assert {one.code for each in found for one in each} == {Certificate.objects.get().code}
