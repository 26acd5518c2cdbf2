"""Booking for somebody: on the telephone, for a guest, for whoever stands at the door."""

import html
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places, SchoolKind, Source, Visitor
from bookings.states import SessionStatus, Status
from tests.answers import errors_of, messages_of
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def held(session=None, **asked):
    session = session or SessionFactory()
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def page_of(booking):
    return reverse("admin:bookings_booking_overview", args=[booking.pk])


# --- booking for somebody --------------------------------------------------------------------------------------------


def told(session, /, **changes):
    """What staff send for one teacher of a school of the register."""
    sent = {
        "request_key": str(uuid.uuid4()),
        "session": session.pk,
        "contact_name": "Jo Bloggs",
        "contact_email": "jo@school.example",
        "contact_mobile": "",
        "contact_comes": "on",
        "school": "",
        "school_kind": "register",
        "school_name": "",
        "school_place": "",
        "size": "1",
        "names": "",
        "why": "",
    }
    if changes.get("school_kind", "register") == "register" and "school" not in changes:
        sent["school"] = SchoolFactory().pk
    sent = {name: value for name, value in (sent | changes).items() if value is not None}
    others = int(sent["size"]) - ("contact_comes" in sent) if sent["size"].isdecimal() else 0
    return {f"role_{n}": "" for n in range(1, others + 1)} | sent  # what the second page asks of each


def book(client, session, /, **changes):
    return client.post(reverse("admin:bookings_booking_add"), told(session, **changes))


def test_add_page_is_a_form_of_ours_with_a_key_and_the_session_chosen(admin_client):
    session = SessionFactory(title="Division")
    page = admin_client.get(reverse("admin:bookings_booking_add"), {"session": session.ref}).content.decode()
    assert "<h1>Book for somebody</h1>" in page
    assert re.search(r'name="request_key" value="[0-9a-f-]{36}"', page)
    assert f'<option value="{session.pk}" selected>Division ({session.ref})</option>' in page


@pytest.mark.parametrize("typed", ["nonsense", "999999", "²"])
def test_add_page_opens_whatever_its_address_says(admin_client, typed):
    assert admin_client.get(reverse("admin:bookings_booking_add"), {"session": typed}).status_code == 200


def test_booking_for_somebody_confirms_it_at_once(admin_client, admin_user):
    session = SessionFactory()
    answer = book(admin_client, session)
    booking = Booking.objects.get()
    assert answer.headers["Location"] == page_of(booking)
    assert messages_of(answer) == [f"Booked: {booking}."]
    assert (booking.status, booking.source, booking.party) == (Status.CONFIRMED, Source.STAFF, 1)
    assert Places.objects.get().places_taken == 1
    assert AuditEntry.objects.get().staff == admin_user
    assert Mail.objects.get().kind == Kind.CONFIRMED


def test_names_go_one_a_line_and_the_rest_is_to_be_named(admin_client):
    book(admin_client, SessionFactory(share=None), size="5", names="Ann  Other\r\n\r\n Bo Third \r\n")
    people = Visitor.objects.values_list("full_name", "is_contact", "email")
    assert [*people] == [
        ("Jo Bloggs", True, "jo@school.example"),
        ("Ann Other", False, None),
        (None, False, None),
        ("Bo Third", False, None),
        (None, False, None),
    ]


def test_contact_who_does_not_come_is_no_visitor(admin_client):
    book(admin_client, SessionFactory(), contact_comes=None, size="2", names="Ann Other\nBo Third")
    assert [*Visitor.objects.values_list("full_name", flat=True)] == ["Ann Other", "Bo Third"]
    assert not Booking.objects.get().contact_comes


def test_more_names_than_visitors_are_refused(admin_client):
    page = book(admin_client, SessionFactory(), size="2", names="Ann Other\nBo Third")
    assert page.status_code == 422
    assert errors_of(page) == ["You gave 2 names, but 1 other is coming."]


def test_number_longer_than_its_column_is_refused(admin_client):
    page = book(admin_client, SessionFactory(), contact_mobile="(" * 23 + "07700900")
    assert errors_of(page) == ["Enter 30 characters or fewer"]


def test_name_that_is_too_long_is_refused(admin_client):
    page = book(admin_client, SessionFactory(), size="2", names="A" * 201)
    assert errors_of(page) == ["Enter names of 200 characters or fewer."]


def test_address_may_be_left_out_and_then_no_mail_is_sent(admin_client):
    book(admin_client, SessionFactory(), contact_email="")
    assert Booking.objects.get().contact_email is None
    assert not Mail.objects.exists()


def test_place_outside_the_register_is_booked_by_kind_name_and_town(admin_client):
    changes = {"school_kind": "university", "school_name": "University of Kent", "school_place": "Canterbury"}
    book(admin_client, SessionFactory(), **changes)
    booking = Booking.objects.get()
    assert (booking.school_kind, booking.school_in_words) == (SchoolKind.UNIVERSITY, "University of Kent, Canterbury")


def test_somebody_without_a_school_needs_no_name_of_it(admin_client):
    book(admin_client, SessionFactory(), school_kind="none", school_name="left over")
    assert (Booking.objects.get().school_key, Booking.objects.get().school_name) == ("none", "")


@pytest.mark.parametrize(
    "changes, sentences",
    [
        ({"school": ""}, ["Choose the school, or say what kind of place it is."]),
        ({"school_kind": "abroad"}, ["Enter the name of the place.", "Enter its postcode or town."]),
        ({"contact_name": " "}, ["Enter the contact's full name"]),
        ({"contact_email": "nobody"}, ["Enter an email address in the correct format, like name@school.sch.uk"]),
        ({"size": "0"}, ["Ensure this value is greater than or equal to 1."]),
        ({"session": ""}, ["This field is required."]),
        ({"session": "x"}, ["Select a valid choice. That choice is not one of the available choices."]),
        ({"session": "9" * 30}, ["Select a valid choice. That choice is not one of the available choices."]),
    ],
    ids=["no school", "no name", "no contact", "address", "nobody", "no session", "no id", "no id of any"],
)
def test_booking_form_says_what_is_missing(admin_client, changes, sentences):
    page = book(admin_client, SessionFactory(), **changes)
    assert errors_of(page) == sentences
    assert "<title>Error: Book for somebody" in page.content.decode()
    assert not Booking.objects.exists()


def test_school_and_other_place_together_are_refused(admin_client):
    page = book(admin_client, SessionFactory(), school=SchoolFactory().pk, school_kind="trust", school_name="Trust")
    assert errors_of(page) == ["Choose a school in England or name another place, not both."]


def test_pressing_twice_books_once(admin_client):
    session, school = SessionFactory(), SchoolFactory()
    sent = told(session, school=school.pk)
    first = admin_client.post(reverse("admin:bookings_booking_add"), sent)
    admin_client.get(first.headers["Location"])
    second = admin_client.post(reverse("admin:bookings_booking_add"), sent)
    booking = Booking.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == page_of(booking)
    assert messages_of(second) == [f"This form has booked already: {booking}."]
    assert Places.objects.get().places_taken == 1
    assert AuditEntry.objects.count() == 1


def test_full_session_is_refused_in_a_sentence(admin_client):
    page = book(admin_client, SessionFactory(room__capacity=2, share=None), size="3")
    assert errors_of(page) == ["Only 2 places are left, fewer than you asked for."]
    assert 'value="jo@school.example"' in page.content.decode()


def test_held_back_places_are_used_only_when_asked_for(admin_client):
    session = SessionFactory(room__capacity=2, room__held_back=2)
    assert errors_of(book(admin_client, session)) == ["Every place at this session is taken."]
    page = book(admin_client, session, size="3", use_held_back="on")
    assert errors_of(page) == ["Only 2 places are held back."]
    book(admin_client, session, use_held_back="on")
    row = Places.objects.get()
    assert (row.places_taken, row.held_back) == (1, 1)


def test_more_than_the_share_needs_a_reason(admin_client):
    session, school = SessionFactory(share=2), SchoolFactory()
    page = book(admin_client, session, school=school.pk, size="3")
    assert errors_of(page) == ["The school would have more than its share: say why."]
    book(admin_client, session, school=school.pk, size="3", why="They host the next one")
    assert AuditEntry.objects.get().why == "They host the next one"


def test_address_that_has_a_booking_is_refused_in_a_sentence(admin_client):
    session, school = SessionFactory(), SchoolFactory()
    held(session, email="jo@school.example", school=school)
    page = book(admin_client, session, school=school.pk)
    assert errors_of(page) == ["This address already has a booking for this session."]


def test_session_that_is_postponed_is_refused_in_a_sentence(admin_client):
    page = book(admin_client, SessionFactory(room__status=SessionStatus.POSTPONED))
    assert errors_of(page) == ["This session is postponed."]


def test_session_that_is_past_cannot_be_chosen(admin_client):
    past = SessionFactory(starts_at=NOW.replace(month=12, year=2026), ends_at=NOW.replace(month=12, year=2026, hour=11))
    page = book(admin_client, past)
    assert errors_of(page) == ["Select a valid choice. That choice is not one of the available choices."]
    asked = {"term": "", "app_label": "bookings", "model_name": "booking", "field_name": "session"}
    assert admin_client.get(reverse("admin:autocomplete"), asked).json()["results"] == []


def test_sessions_to_come_are_offered_the_next_one_first(admin_client):
    SessionFactory(title="Without a date", starts_at=None, ends_at=None, first_day=None, room__status="announced")
    division = SessionFactory(title="Division")
    SessionFactory(title="Fractions", starts_at=NOW.replace(hour=13), ends_at=NOW.replace(hour=15))
    asked = {"term": "", "app_label": "bookings", "model_name": "booking", "field_name": "session"}
    results = admin_client.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert results[1]["text"] == f"{division}, Tuesday 26 January 2027, 9:00, {division.where_name}"
    assert [row["text"].partition(" (")[0] for row in results] == ["Fractions", "Division", "Without a date"]


# --- roles and needs --------------------------------------------------------------------------------------------------


def test_each_of_a_party_is_asked_about_before_anybody_is_booked(admin_client):
    session = SessionFactory(step_free="yes")
    sent = told(session, size="3", names="Ann Other", role_own="2", needs_own="No nuts")
    asked = {name: value for name, value in sent.items() if not name.startswith("role_") or name == "role_own"}
    page = admin_client.post(reverse("admin:bookings_booking_add"), asked)
    shown = page.content.decode()
    assert Booking.objects.count() == 0
    for words in ("Nothing is booked yet", "Ann Other", "A visitor to be named", "What do they do? (optional)"):
        assert words in shown
    assert 'value="No nuts"' in shown
    said = sent | {"role_1": "4", "needs_1": "A lift", "needs_2": "Vegetarian"}
    admin_client.post(reverse("admin:bookings_booking_add"), said | {"size": "3"})
    people = [
        (one.full_name, int(one.role), one.needs, one.needs_added) for one in Booking.objects.get().visitors.all()
    ]
    assert people == [
        ("Jo Bloggs", 2, "No nuts", ""),
        ("Ann Other", 4, "", "A lift"),
        (None, 0, "", "Vegetarian"),
    ]


def test_whoever_writes_down_a_need_reads_first_whether_the_place_is_step_free(admin_client):
    session = SessionFactory(step_free="no", step_free_note="Four steps.")
    sent = told(session, needs_own="I use a wheelchair")
    page = admin_client.post(reverse("admin:bookings_booking_add"), sent)
    shown = page.content.decode()
    assert "has no step-free way in. Four steps." in html.unescape(shown)
    assert Booking.objects.count() == 0
    assert 'name="told" value="1"' in shown
    admin_client.post(reverse("admin:bookings_booking_add"), sent | {"told": "1"})
    assert Booking.objects.get().visitors.get().needs == "I use a wheelchair"


def test_booking_by_phone_without_an_address_asks_the_same(admin_client):
    session = SessionFactory(step_free="yes")
    book(admin_client, session, contact_email="", role_own="2", needs_own="No nuts")
    booking = Booking.objects.get()
    assert (booking.contact_email, booking.visitors.get().needs) == (None, "No nuts")


def test_need_of_a_contact_who_is_not_coming_is_not_lost_silently(admin_client):
    page = book(admin_client, SessionFactory(), contact_comes=None, needs_own="No nuts")
    assert page.status_code == 422
    assert "The contact is not coming" in page.content.decode()
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("typed", ["\x00", "x" * 400, "9" * 30, "-1", "🙂"])
def test_odd_input_of_a_party_is_answered_in_words(admin_client, typed):
    sent = told(SessionFactory(), size="2", names=typed) | {"role_1": typed, "needs_1": typed, "role_own": typed}
    assert admin_client.post(reverse("admin:bookings_booking_add"), sent).status_code == 422
    for size in (typed, "²", "10", "11"):
        answer = admin_client.post(reverse("admin:bookings_booking_add"), sent | {"size": size, "role_own": ""})
        assert answer.status_code in (200, 302, 422)
