"""What somebody meets when a thing is not to be had: the sentence, where it stands, and that nothing has changed."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import links
from bookings.models import Booking, Mail, SchoolKind
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.rule.refusals import Ended, ListEnded, NotBookable
from bookings.sessions import changes
from bookings.states import Status
from bookings.verbs import staff_booking, visitors, waiting_list
from hubs.models import Hub, OldHubAddress, Resource, ShowcaseSession
from tests.answers import errors_of, messages_of
from tests.bookings.observed import everything
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
TYPED = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="St Ronan’s", place="Hawkhurst")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub():
    return HubYearFactory()


@pytest.fixture
def client(hub):
    """A hub administrator."""
    client = Client()
    client.force_login(staff_of(hub.hub))
    return client


def at(now):
    return lambda: now


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=at(NOW))
    return places.confirm(booking.pk, clock=at(NOW))


def page_of(booking, page="change"):
    return reverse(f"admin:bookings_booking_{page}", args=[booking.pk])


# --- the contact ----------------------------------------------------------------------------------------------------


def test_name_put_right_without_a_new_address_writes_to_nobody(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    mails = Mail.objects.count()
    sent = {"contact_name": "Right Name", "contact_email": "teacher@school.example", "contact_mobile": ""}
    assert b"The old link stops working." not in client.post(page_of(booking, "contact"), sent).content
    answer = client.post(page_of(booking, "contact"), sent | {"send": "1"})
    assert messages_of(answer) == [f"Changed: {booking}."]
    now = Booking.objects.get()
    assert (now.contact_name, now.link_version, Mail.objects.count()) == ("Right Name", booking.link_version, mails)


def test_contact_without_an_address_is_put_right_and_written_to_by_nobody(client, hub):
    session = SessionFactory(hub_year=hub)
    booking = staff_booking.staff_booking(session.pk, party(email=""), by=StaffFactory(), clock=at(NOW))
    mails = Mail.objects.count()
    sent = {"contact_name": "Right Name", "contact_email": "", "contact_mobile": "07700 900123", "send": "1"}
    answer = client.post(page_of(booking, "contact"), sent)
    assert messages_of(answer) == [f"Changed: {booking}."]
    now = Booking.objects.get()
    assert (now.contact_name, now.contact_mobile, Mail.objects.count()) == ("Right Name", "07700 900123", mails)


def test_contact_of_a_booking_that_has_ended_is_put_right_no_more(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    places.cancel(booking.pk, clock=at(NOW))
    before = everything(booking.session)
    sent = {"contact_name": "B", "contact_email": "b@school.example", "contact_mobile": "", "send": "1"}
    answer = client.post(page_of(booking, "contact"), sent)
    assert answer.status_code == 422
    assert errors_of(answer) != []
    assert everything(booking.session) == before


# --- another session, another school --------------------------------------------------------------------------------


def test_held_back_places_that_are_not_there_are_refused_beside_their_box(client, hub):
    old, new = SessionFactory(hub_year=hub), SessionFactory(hub_year=hub, room__held_back=1)
    booking = confirmed(old, size=2)
    sent = {"session": new.pk, "why": "", "use_held_back": "on", "send": "1"}
    page = client.post(page_of(booking, "move"), sent)
    assert errors_of(page) == ["Only 1 place is held back there."]
    assert Booking.objects.get().session == old


def test_booking_that_cannot_have_the_school_is_named(client, hub):
    """The same contact has two bookings under names that turn out to be one school."""
    session, school = SessionFactory(hub_year=hub), SchoolFactory()
    confirmed(session, school=school)
    colleague = (NewVisitor(full_name="Ben Colleague"),)
    booking = confirmed(session, visiting=TYPED, contact_comes=False, visitors=colleague)
    before = everything(session)
    answer = client.post(page_of(booking, "school"), {"school": school.pk, "send": "1"})
    assert messages_of(answer) == [
        f"Changed: 0 bookings. Left as typed, for the same contact has another booking of that school there: {booking}."
    ]
    assert everything(session) == before


# --- the waiting list -----------------------------------------------------------------------------------------------


def waits(**session):
    """Somebody who has asked to wait for the one place of a full session, and has not pressed the link yet."""
    session = SessionFactory(room__capacity=1, **session)
    confirmed(session, email="first@school.example")
    return waiting_list.join(session.pk, party(), clock=at(NOW)).booking


def test_nobody_waits_for_a_session_that_is_off():
    booking = waits()
    changes.postpone(booking.session_id, by=StaffFactory(), clock=at(NOW))
    before = everything(booking.session)
    with pytest.raises(NotBookable):
        waiting_list.wait(booking.pk, clock=at(NOW))
    assert everything(booking.session) == before


def test_nobody_waits_again_once_the_list_has_ended():
    booking = waits()
    Booking.objects.filter(pk=booking.pk).update(status=Status.LAPSED, deadline=NOW)
    ShowcaseSession.objects.filter(pk=booking.session_id).update(waiting_closes_at=NOW)
    before = everything(booking.session)
    with pytest.raises(ListEnded):
        waiting_list.wait(booking.pk, clock=at(NOW))
    assert everything(booking.session) == before


def test_confirmed_booking_does_not_start_to_wait():
    booking = confirmed(SessionFactory())
    assert waiting_list.wait(booking.pk, clock=at(NOW)).status == Status.CONFIRMED


# --- links and public pages -----------------------------------------------------------------------------------------


def test_named_visitor_can_neither_wait_nor_stop_waiting(client):
    """Only the contact speaks for the whole party."""
    booking = confirmed(SessionFactory(), size=2)
    link = links.token(links.Purpose.VISITOR, booking.visitors.get(is_contact=False))
    assert Client().post(f"/bookings/{link}/wait/").status_code == 404
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_old_address_of_a_hub_that_is_in_no_year_leads_nowhere():
    hub = Hub.objects.create(slug="later")
    OldHubAddress.objects.create(hub=hub, slug="once")
    assert Client().get("/hubs/once/sessions.ics").status_code == 404


def test_resource_that_is_a_link_alone_is_no_file():
    resource = Resource.objects.create(session=SessionFactory(), title="Plan", url="https://example.org/plan")
    address = f"/sessions/{resource.session.ref}/files/{resource.pk}/"
    assert Client().get(address).status_code == 404


# --- the door -------------------------------------------------------------------------------------------------------


def test_place_that_was_given_back_gets_no_name():
    booking = staff_booking.staff_booking(
        SessionFactory().pk, party(size=2, email=""), by=StaffFactory(), clock=at(NOW)
    )
    visitor = booking.visitors.get(is_contact=False)
    visitors.release(visitor.pk, clock=at(NOW))
    before = everything(booking.session)
    with pytest.raises(Ended):
        visitors.name_at_the_door(visitor.pk, "Dee New", by=StaffFactory(), clock=at(NOW))
    assert everything(booking.session) == before
