"""Each change of places is told to the host's processes once it is committed, and never before."""

import pytest
from django.db import transaction

from bookings import places
from bookings.models import Mail
from bookings.rule.refusals import SessionFull
from bookings.states import Verb
from hubs.vocabulary import changes
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session():
    return SessionFactory(room__capacity=2)


@pytest.fixture
def mark(session):
    """The mark of the session, as every process of this host reads it."""
    return lambda: changes.state().of(session.pk)


def asked_by(session, **said):
    """What a school asks for that is there already: a new one would be news for every page."""
    return party(school=session.venue, **said)


def hold(session, **said):
    return places.hold(session.pk, asked_by(session, **said), clock=lambda: NOW)


def test_hold_is_told_once_it_is_committed(session, mark, monkeypatch):
    before, during, told = mark(), [], changes.changed
    write = places.write

    def seen_inside(*args, **said):
        write(*args, **said)
        during.append(mark())

    monkeypatch.setattr(places, "write", seen_inside)

    def seen_when_told(ids, **on_lists):
        during.append(transaction.get_connection().in_atomic_block)
        told(ids, **on_lists)

    monkeypatch.setattr(changes, "changed", seen_when_told)
    hold(session)
    assert during == [before, False]  # inside the transaction nothing; then told, after it
    assert mark() != before


def test_other_session_is_not_told(mark):
    other, before, of_all = SessionFactory(), mark(), changes.state().of_all()
    hold(other)
    assert mark() == before
    assert changes.state().of_all() != of_all


def test_nothing_is_told_of_what_was_taken_back(session, mark):
    before = mark()
    with pytest.raises(ZeroDivisionError), places.locked(session.pk, lambda: NOW) as room:
        places.write(room, Verb.CHANGE, by=places.By.CLOCK)
        raise ZeroDivisionError
    assert mark() == before


def test_what_was_settled_before_a_refusal_is_told(session, mark):
    held = hold(session, size=2)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)  # or its hours would not have begun
    before = mark()
    with pytest.raises(SessionFull):
        places.hold(session.pk, asked_by(session, size=3, email="b@school.example"), clock=lambda: held.deadline)
    assert mark() != before


def test_verb_stands_though_nobody_can_be_told(session, monkeypatch, caplog):
    """What fails after the commit undoes nothing, and is no error of whoever pressed."""

    def fails(_ids, **_on_lists):
        raise ZeroDivisionError

    monkeypatch.setattr(changes, "changed", fails)
    assert hold(session).pk
    assert "ZeroDivisionError" in caplog.text
