"""Bookings in the admin: shown as they stand, changed by verbs alone."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Booking, Places, Visitor
from bookings.states import SessionStatus, Status, Verb
from tests.answers import errors_of, messages_of
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

LIST = "admin:bookings_booking_changelist"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def held(session=None, **asked):
    session = session or SessionFactory()
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def confirmed(session=None, **asked):
    return places.confirm(held(session, **asked).pk, clock=lambda: NOW)


def act(client, action, *bookings, **more):
    sent = {"action": action, "_selected_action": [booking.pk for booking in bookings]}
    return client.post(reverse(LIST), sent | more)


def page_of(booking):
    return reverse("admin:bookings_booking_overview", args=[booking.pk])


def status_of(booking):
    return Booking.objects.get(pk=booking.pk).status


# --- looking ---------------------------------------------------------------------------------------------------------


def test_booking_page_shows_its_visitors_mails_and_history(admin_client):
    booking = confirmed(size=2, email="teacher@school.example")
    page = admin_client.get(page_of(booking)).content.decode()
    for words in ["Test Teacher", "Colleague 2", "teacher+2@school.example", "Confirm your places", "Places held"]:
        assert words in page
    assert booking.reference_spaced in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("typed", ["reference", "spaced", "address", "name", "school"])
def test_bookings_are_found_by(admin_client, typed):
    school = SchoolFactory(name="West Borough Primary School")
    booking = held(email="Head@WestBorough.example", school=school, contact_name="Jo Bloggs")
    held(email="other@school.example")
    term = {
        "reference": booking.reference.lower(),
        "spaced": booking.reference_spaced,
        "address": "HEAD@westborough.example",
        "name": "bloggs",
        "school": "west borough",
    }[typed]
    page = admin_client.get(reverse(LIST), {"q": term})
    assert [*page.context["cl"].result_list] == [booking]


@pytest.mark.parametrize("typed", ["Colleague 2", "teacher+2@school.example"])
def test_visitors_are_found_by_name_and_address(admin_client, typed):
    held(size=3, email="teacher@school.example")
    page = admin_client.get(reverse("admin:bookings_visitor_changelist"), {"q": typed})
    assert [one.full_name for one in page.context["cl"].result_list] == ["Colleague 2"]


def test_visitors_of_a_booking_are_found_by_its_reference(admin_client):
    booking = held(size=3)
    held(email="other@school.example")
    page = admin_client.get(reverse("admin:bookings_visitor_changelist"), {"q": booking.reference_spaced})
    assert {one.booking for one in page.context["cl"].result_list} == {booking}
    assert len(page.context["cl"].result_list) == 3


def test_crafted_post_changes_no_booking_and_no_count(admin_client):
    booking = held(size=2)
    row = Places.objects.get()
    sent = {"status": "confirmed", "party": "9", "_save": "Save", "places_taken": "0", "capacity": "500"}
    form = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert admin_client.post(form, sent).status_code == 403
    admin_client.post(page_of(booking), sent)
    assert admin_client.post(reverse("admin:bookings_places_change", args=[row.pk]), sent).status_code == 403
    assert (Booking.objects.get().status, Booking.objects.get().party) == (Status.HELD, 2)
    assert Places.objects.values().get() == {field: getattr(row, field) for field in Places.objects.values().get()}


def test_visitor_cannot_be_changed_by_a_crafted_post(admin_client):
    held()
    visitor = Visitor.objects.get()
    change = reverse("admin:bookings_visitor_change", args=[visitor.pk])
    assert admin_client.post(change, {"full_name": "Somebody Else", "_save": "Save"}).status_code == 403
    assert Visitor.objects.get().full_name == "Test Teacher"


# --- confirming and cancelling ---------------------------------------------------------------------------------------


def test_confirm_confirms_in_the_name_of_whoever_pressed(admin_client, admin_user):
    booking = held()
    answer = act(admin_client, "confirm", booking)
    assert messages_of(answer) == [f"Confirmed: {booking}"]
    assert answer.headers["Location"] == reverse(LIST)
    assert status_of(booking) == Status.CONFIRMED
    entry = AuditEntry.objects.get(verb=Verb.BOOK)
    assert (entry.staff, entry.booking) == (admin_user, booking)


def test_confirm_says_why_not_for_each_that_cannot_be(admin_client):
    session = SessionFactory()
    one, gone = held(session, email="one@school.example"), held(session, email="two@school.example")
    places.cancel(gone.pk, clock=lambda: NOW)
    answer = act(admin_client, "confirm", one, gone)
    assert messages_of(answer) == [
        f"{gone}: it is cancelled, and only held places can be confirmed.",
        f"Confirmed: {one}",
    ]


def test_confirm_is_refused_in_words_while_a_session_is_cancelled(admin_client):
    booking = held()
    Places.objects.update(status=SessionStatus.CANCELLED)
    assert messages_of(act(admin_client, "confirm", booking)) == [f"{booking}: This session is cancelled."]
    assert status_of(booking) == Status.HELD


def test_cancel_asks_for_a_reason_first_and_once_for_all(admin_client):
    session = SessionFactory()
    bookings = [held(session, email=f"{n}@school.example") for n in range(2)]
    page = act(admin_client, "cancel", *bookings)
    words = page.content.decode()
    assert "<h1>Cancel 2 bookings</h1>" in words
    assert words.count('name="why"') == 1
    assert all(booking.reference_spaced in words for booking in bookings)
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert {status_of(booking) for booking in bookings} == {Status.HELD}


def test_cancel_with_a_reason_gives_the_places_back(admin_client, admin_user):
    session = SessionFactory()
    bookings = [confirmed(session, email=f"{n}@school.example") for n in range(2)]
    answer = act(admin_client, "cancel", *bookings, why="They rang")
    assert answer.headers["Location"] == reverse(LIST)
    assert len(messages_of(answer)) == 1
    assert messages_of(answer)[0].startswith("Cancelled: ")
    assert Places.objects.get().places_taken == 0
    whys = AuditEntry.objects.filter(verb=Verb.WITHDRAW).values_list("why", "staff__email")
    assert [*whys] == [("They rang", admin_user.email)] * 2


@pytest.mark.parametrize("why", ["", "   "])
def test_cancel_without_a_reason_asks_again(admin_client, why):
    booking = held()
    page = act(admin_client, "cancel", booking, why=why)
    assert page.status_code == 422
    assert errors_of(page) == ["This field is required."]
    assert status_of(booking) == Status.HELD


def test_cancel_says_that_a_lapsed_booking_has_ended(admin_client):
    booking = held()
    Booking.objects.update(status=Status.LAPSED)
    Places.objects.update(places_taken=0)
    answer = act(admin_client, "cancel", booking, why="They rang")
    assert messages_of(answer) == [f"{booking}: This booking has ended, so that cannot be done."]


def test_cancel_takes_at_most_a_hundred_at_once(admin_client, monkeypatch):
    monkeypatch.setattr("bookings.admin.booking.booking.MOST_AT_ONCE", 1)
    session = SessionFactory()
    bookings = [held(session, email=f"{n}@school.example") for n in range(2)]
    assert messages_of(act(admin_client, "cancel", *bookings)) == ["Cancel at most 1 bookings at once."]


def test_buttons_on_a_booking_confirm_and_cancel_it_and_lead_back(admin_client):
    booking = held()

    def labels():
        page = admin_client.get(page_of(booking)).content.decode()
        return re.findall(r'<button class="button(?: danger)?">(.*?)</button>', page.partition("asked-title")[2])

    assert labels() == ["Confirm", "Send the link again", "Cancel this booking"]
    answer = act(admin_client, "confirm", booking, _from_row=booking.pk)
    assert answer.headers["Location"] == page_of(booking)
    assert labels() == ["Send the link again", "Cancel this booking"]
    page = act(admin_client, "cancel", booking, _from_row=booking.pk)
    assert f'name="_from_row" value="{booking.pk}"' in page.content.decode()
    act(admin_client, "cancel", booking, _from_row=booking.pk, why="They rang")
    assert labels() == []


# --- which bookings the list shows first -----------------------------------------------------------------------------


def bookings_shown(client, **asked):
    return {one.contact_name for one in client.get(reverse(LIST), asked).context["cl"].result_list}


def test_list_begins_with_sessions_to_come_and_a_search_finds_those_gone_by(admin_client, admin_user, monkeypatch):
    old = SessionFactory()
    held(old, contact_name="Old Teacher", email="old@school.example")
    later = old.ends_at + dt.timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    admin_client.force_login(admin_user)  # two weeks have passed
    day = later + dt.timedelta(days=30)
    new = SessionFactory(starts_at=day, ends_at=day + dt.timedelta(hours=2))
    places.hold(new.pk, party(contact_name="New Teacher"), clock=lambda: later)
    assert bookings_shown(admin_client) == {"New Teacher"}
    assert bookings_shown(admin_client, of="past") == {"Old Teacher"}
    assert bookings_shown(admin_client, of="all") == {"New Teacher", "Old Teacher"}
    assert bookings_shown(admin_client, q="teacher") == {"New Teacher", "Old Teacher"}
    assert bookings_shown(admin_client, q="old@school.example") == {"Old Teacher"}
    assert bookings_shown(admin_client, session__id__exact=old.pk) == {"Old Teacher"}
    assert bookings_shown(admin_client, q="teacher", of="to_come") == {"New Teacher"}
    assert bookings_shown(admin_client, of="nonsense") == {"New Teacher", "Old Teacher"}
