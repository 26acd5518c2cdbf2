"""Two members of staff write down at the same moment that they have told the same person: who was first stands."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from bookings import places
from bookings.models import AuditEntry, Phoned
from bookings.sessions import changes, phoning
from bookings.sessions.phoning import Whom
from bookings.states import Verb
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db(transaction=True)


def now():
    return NOW


def test_who_was_first_stands_and_a_press_undoes_only_what_it_saw():
    session = SessionFactory()
    booking = places.confirm(places.hold(session.pk, party(), clock=now).pk, clock=now)
    change = changes.cancel_session(session.pk, by=StaffFactory(), clock=now)
    people = [StaffFactory() for _ in range(4)]

    def press(by):
        try:
            return phoning.tell(change, Whom("b", booking.pk), by=by, clock=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, people))
    row = Phoned.objects.get()
    assert [new for _row, new in answers].count(True) == 1
    assert {found.staff_id for found, _new in answers} == {row.staff_id}
    told = AuditEntry.objects.filter(verb=Verb.PHONE)
    assert list(told.values_list("booking", "staff")) == [(booking.pk, row.staff_id)]

    def undo(by):
        try:
            return phoning.take_back(change, row.pk, by=by, clock=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(undo, people)).count(True) == 1
    assert (Phoned.objects.count(), AuditEntry.objects.filter(verb=Verb.UNPHONE).count()) == (0, 1)
