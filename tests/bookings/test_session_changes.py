"""What staff do to a session's places: make, announce, open, close, and set how many there are."""

import pytest
from django.db import IntegrityError, transaction

from bookings import places
from bookings.models import AuditEntry, By, Places
from bookings.rule import room
from bookings.rule.refusals import NoReplies, NotReady, TooFewPlaces, WrongStatus
from bookings.sessions import changes
from bookings.states import SessionStatus, Standing, Verb
from hubs.models import HubYear, ShowcaseSession
from tests.bookings.observed import count, events, everything, mails, verbs
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db


def status(session):
    return Places.objects.get(pk=session.pk).status


def set_places(session, capacity, held_back=0):
    changes.set_places(session.pk, capacity=capacity, held_back=held_back, by=StaffFactory(), clock=lambda: NOW)


def test_create_gives_a_session_its_places_as_a_draft():
    session, staff = ShowcaseSession.objects.create(hub_year=HubYearFactory()), StaffFactory()
    places.create(session, by=staff, clock=lambda: NOW)
    assert (status(session), count(session)) == (SessionStatus.DRAFT, (0, 0, 0))
    assert events(session) == [("create", "", "", 0)]
    assert AuditEntry.objects.values_list("by", "staff", "at").get() == (By.STAFF, staff.pk, NOW)


VERBS = {"announce": Verb.ANNOUNCE, "open_booking": Verb.OPEN, "close_booking": Verb.CLOSE}
ALLOWED = {
    "announce": {"draft": "announced"},
    "open_booking": {"draft": "open", "announced": "open", "closed": "open"},
    "close_booking": {"open": "closed"},
}


@pytest.mark.parametrize("was", SessionStatus)
@pytest.mark.parametrize("verb", VERBS)
def test_staff_change_what_they_intend_with_a_session_as_the_table_says(verb, was):
    session, staff = SessionFactory(room__status=was), StaffFactory()
    before, becomes = everything(session), ALLOWED[verb].get(was)
    if becomes:
        getattr(changes, verb)(session.pk, by=staff, clock=lambda: NOW)
        assert (status(session), mails(session)) == (becomes, [])
        assert AuditEntry.objects.values_list("verb", "by", "staff").get() == (VERBS[verb], By.STAFF, staff.pk)
    elif was in ALLOWED[verb].values():  # twice is once
        getattr(changes, verb)(session.pk, by=staff, clock=lambda: NOW)
        assert everything(session) == before
    else:
        with pytest.raises(WrongStatus) as refused:
            getattr(changes, verb)(session.pk, by=staff, clock=lambda: NOW)
        assert refused.value.status == was
        assert everything(session) == before


def test_announce_needs_nothing_to_be_known():
    session = ShowcaseSession.objects.create(hub_year=HubYearFactory())
    places.create(session, by=StaffFactory(), clock=lambda: NOW)
    changes.announce(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert Places.objects.get(pk=session.pk).standing(now=NOW) == Standing.ANNOUNCED


@pytest.mark.parametrize(
    "lacks",
    [
        pytest.param({"starts_at": None, "ends_at": None}, id="times"),
        pytest.param({"venue": None}, id="venue"),
        pytest.param({"booked_elsewhere": "By telephone"}, id="booked-elsewhere"),
        pytest.param({"room__capacity": 0}, id="places"),
    ],
)
def test_open_booking_needs_a_date_times_a_venue_and_places(lacks):
    session = SessionFactory(**({"room__status": SessionStatus.ANNOUNCED} | lacks))
    before = everything(session)
    with pytest.raises(NotReady):
        changes.open_booking(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert everything(session) == before


def test_close_booking_leaves_the_bookings_as_they_are():
    session = SessionFactory()
    places.hold(session.pk, party(size=2), clock=lambda: NOW)
    changes.close_booking(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert count(session) == (2, 0, 30)
    assert verbs(session) == ["hold", "close"]


def test_set_places_changes_how_many_there_are_and_how_many_are_kept():
    session = SessionFactory()
    set_places(session, 45, held_back=5)
    assert count(session) == (0, 5, 45)
    assert verbs(session) == ["set_places"]


def test_set_places_never_goes_below_what_is_taken_and_kept():
    session = SessionFactory()
    places.hold(session.pk, party(size=3), clock=lambda: NOW)
    before = everything(session)
    with pytest.raises(TooFewPlaces) as refused:
        set_places(session, 4, held_back=2)
    assert refused.value.needed == 5
    assert everything(session) == before
    set_places(session, 5, held_back=2)
    assert count(session) == (3, 2, 5)


def test_set_places_keeps_a_place_in_an_open_session():
    session = SessionFactory()
    with pytest.raises(TooFewPlaces) as refused:
        set_places(session, 0)
    assert refused.value.needed == 1
    closed = SessionFactory(room__status=SessionStatus.CLOSED)
    set_places(closed, 0)
    assert count(closed) == (0, 0, 0)


def test_database_refuses_a_smaller_room_whoever_asks():
    session = SessionFactory()
    places.hold(session.pk, party(size=3), clock=lambda: NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        unlocked = room.Room(places.lock(session.pk), NOW)
        places.write(unlocked, Verb.SET_PLACES, by=By.CLOCK, capacity=2)
    assert count(session) == (3, 0, 30)


@pytest.mark.parametrize("verb", ["announce", "open_booking"])
def test_hub_that_answers_would_not_reach_announces_nothing(verb):
    session = SessionFactory(room__status=SessionStatus.DRAFT, hub_year__contact_email="")
    before = everything(session)
    with pytest.raises(NoReplies):
        getattr(changes, verb)(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert everything(session) == before
    HubYear.objects.update(contact_email="office@hub.example")
    getattr(changes, verb)(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert Places.objects.get(session=session).status != SessionStatus.DRAFT
