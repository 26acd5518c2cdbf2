"""Presses at the same moment at the edge of what a network may have: one is held, the other is confirmed first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from bookings import places
from bookings.models import Booking, NetworkUse
from bookings.operations.counting import miscounts
from bookings.rule.refusals import ConfirmFirst, Refused
from bookings.states import Status
from bookings.views import limits
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "a" * 32


def at_once(*presses):
    """What each answers, pressed in a thread of its own."""
    together = Barrier(len(presses))

    def press(does):
        try:
            together.wait()
            return does()
        except Refused as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def test_two_at_the_edge_of_the_allowance_are_never_both_held():
    for attempt in range(5):
        session = SessionFactory(share=None, room__capacity=60)
        first = party(size=19, email=f"first{attempt}@school.example", network=HERE)
        for asked in (first.parts(10)[0], party(size=9, email=f"second{attempt}@school.example", network=HERE)):
            places.hold(session.pk, asked, clock=lambda: NOW)

        def asks(n, session=session, attempt=attempt):
            asked = party(email=f"edge{attempt}{n}@school.example", network=HERE)

            def press():
                try:
                    return places.hold(session.pk, asked, clock=lambda: NOW).status
                except ConfirmFirst:
                    return places.hold(session.pk, asked, clock=lambda: NOW, first=True).status

            return press

        assert sorted(at_once(asks(1), asks(2))) == [Status.HELD, Status.LAPSED]
        held = Booking.objects.filter(session=session, held_from=HERE)
        assert sum(one.party for one in held) == 20
    assert miscounts() == []


def test_count_of_a_network_is_exact_however_many_ask_at_once(rf):
    most, request = limits.MOST_AN_HOUR[limits.SIGN_IN], rf.get("/", REMOTE_ADDR="192.0.2.1")

    def asks():
        return limits.use(request, limits.SIGN_IN, now=NOW)

    said = [answer for _round in range(4) for answer in at_once(*[asks] * 6)]
    assert (said.count(None), said.count("TooManyFromHere")) == (most, 24 - most)
    assert NetworkUse.objects.get().used == most
