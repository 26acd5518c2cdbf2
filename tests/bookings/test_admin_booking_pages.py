"""A booking's pages: to another session, the contact put right, the school that was typed, the link sent again."""

import html
import re
import uuid

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Booking, Mail, SchoolKind
from bookings.rule.party import VisitingSchool
from bookings.states import Status, Verb
from bookings.verbs.staff_booking import staff_booking
from hubs.models import Membership, StaffUser
from tests.answers import errors_of, messages_of
from tests.bookings.observed import count
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

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
    user = StaffFactory(full_name="Ada Admin")
    Membership.objects.create(user=user, hub=hub.hub)
    client = Client()
    client.force_login(user)
    return client


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def page_of(booking, page="overview"):
    return reverse(f"admin:bookings_booking_{page}", args=[booking.pk])


def words_of(answer):
    body = answer.content.decode().partition('id="content-main"')[2] or answer.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def two_sessions(hub, **new):
    return SessionFactory(hub_year=hub, title="Tuesday"), SessionFactory(hub_year=hub, title="Thursday", **new)


# --- another session ------------------------------------------------------------------------------------------------


def test_move_says_first_what_it_will_do_and_then_does_it(client, hub):
    old, new = two_sessions(hub)
    booking = confirmed(old, size=2)
    assert f'href="{page_of(booking, "move")}"' in client.get(page_of(booking)).content.decode()
    assert "Tuesday" in words_of(client.get(page_of(booking, "move")))
    sent = {"session": new.pk, "why": ""}
    said = words_of(client.post(page_of(booking, "move"), sent))
    for sentence in ("2 places move", "Thursday", "0 of 30 taken", "Nothing has been done yet."):
        assert sentence in said
    assert Booking.objects.get().session == old
    answer = client.post(page_of(booking, "move"), sent | {"send": "1"})
    assert answer.headers["Location"] == page_of(booking)
    assert messages_of(answer) == [f"Moved: {booking}, now at {new}."]
    assert (count(old)[0], count(new)[0]) == (0, 2)
    assert AuditEntry.objects.get(verb=Verb.MOVE_IN).staff.full_name == "Ada Admin"


def test_move_says_beside_the_field_why_not(client, hub):
    old, new = two_sessions(hub, share=1, room__capacity=2, room__held_back=1)
    school = SchoolFactory()
    booking = confirmed(old, school=school)
    confirmed(new, school=school, email="other@school.example")
    sent = {"session": new.pk, "send": "1"}
    page = client.post(page_of(booking, "move"), sent)
    assert (page.status_code, errors_of(page)) == (422, ["Every place at this session is taken."])
    page = client.post(page_of(booking, "move"), sent | {"use_held_back": "on"})
    assert errors_of(page) == ["The school would have more than its share there: say why."]
    client.post(page_of(booking, "move"), sent | {"use_held_back": "on", "why": "The head rang"})
    assert Booking.objects.get(pk=booking.pk).session == new


def test_session_of_another_hub_cannot_be_named(client, hub):
    """Also where the same person is staff of both."""
    old, abroad = SessionFactory(hub_year=hub), SessionFactory()
    Membership.objects.create(user=StaffUser.objects.get(), hub=abroad.hub_year.hub)
    booking = confirmed(old)
    page = client.post(page_of(booking, "move"), {"session": abroad.pk, "send": "1"})
    assert errors_of(page) == ["Choose a session of the same hub."]
    assert Booking.objects.get().session == old


@pytest.mark.parametrize("page", ["move", "contact", "school"])
def test_pages_of_another_hubs_booking_are_not_there(client, page):
    booking = confirmed(SessionFactory(), visiting=TYPED)
    sent = {"session": booking.session_id, "contact_name": "X", "contact_email": "x@y.example", "send": "1"}
    for answer in (client.get(page_of(booking, page)), client.post(page_of(booking, page), sent)):
        assert answer.status_code == 404
    assert Booking.objects.get().contact_name == "Test Teacher"


@pytest.mark.parametrize("page", ["move", "contact", "school"])
@pytest.mark.parametrize("sent", ["\x00", "x" * 5000, "9" * 30, "-1", "🙂"])
def test_pages_answer_odd_input_with_a_sentence(client, hub, page, sent):
    booking = confirmed(SessionFactory(hub_year=hub), visiting=TYPED)
    fields = ("session", "why", "contact_name", "contact_email", "contact_mobile", "school")
    answer = client.post(page_of(booking, page), dict.fromkeys(fields, sent) | {"send": "1"})
    assert answer.status_code == 422
    assert errors_of(answer) != []


# --- the contact ----------------------------------------------------------------------------------------------------


def test_number_longer_than_its_column_is_refused_in_words(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    sent = {"contact_name": "A", "contact_email": "a@school.example", "contact_mobile": "(" * 23 + "07700900"}
    answer = client.post(page_of(booking, "contact"), sent | {"send": "1"})
    assert (answer.status_code, errors_of(answer)) == (422, ["Enter 30 characters or fewer"])


def test_contact_is_put_right_and_page_says_where_the_link_went(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub), email="typo@school.example")
    sent = {"contact_name": "Right Name", "contact_email": "right@school.example", "contact_mobile": ""}
    said = words_of(client.post(page_of(booking, "contact"), sent))
    assert "Now: Test Teacher, typo@school.example" in said
    assert "Until it is pressed, the old address stays." in said
    answer = client.post(page_of(booking, "contact"), sent | {"send": "1"})
    assert messages_of(answer) == ["A link goes to right@school.example. It counts once they press it."]
    changed = Booking.objects.get()
    assert (changed.contact_email, changed.contact_name) == ("typo@school.example", "Right Name")


def test_address_that_nobody_reads_is_put_right_at_once_with_a_reason(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub), email="typo@school.example")
    sent = {"contact_name": "A", "contact_email": "right@school.example", "contact_mobile": "", "at_once": "on"}
    page = client.post(page_of(booking, "contact"), sent)
    assert errors_of(page) == ["Say how you know that the old address is wrong."]
    sent["why"] = "It came back"
    assert "The old link stops working" in words_of(client.post(page_of(booking, "contact"), sent))
    answer = client.post(page_of(booking, "contact"), sent | {"send": "1"})
    assert messages_of(answer) == [f"Changed: {booking}. An email with a new link goes to right@school.example."]
    assert Booking.objects.get().contact_email == "right@school.example"


def test_address_that_has_a_booking_is_refused_beside_it(client, hub):
    session, school = SessionFactory(hub_year=hub), SchoolFactory()
    confirmed(session, school=school, email="right@school.example")
    booking = confirmed(session, school=school, email="typo@school.example")
    sent = {"contact_name": "A", "contact_email": "right@school.example", "send": "1"}
    page = client.post(page_of(booking, "contact"), sent)
    assert errors_of(page) == ["This address already has a booking for this session."]


# --- the school -----------------------------------------------------------------------------------------------------


def test_typed_school_is_said_to_be_one_of_the_register_for_all_alike(client, hub):
    session, school = SessionFactory(hub_year=hub, share=2), SchoolFactory(name="St Ronan's School")
    booking = confirmed(session, visiting=TYPED)
    confirmed(session, visiting=TYPED, email="other@school.example")
    confirmed(session, school=school, email="third@school.example")
    page = page_of(booking, "school")
    said = words_of(client.post(page, {"school": school.pk}))
    assert "2 live bookings of this hub were typed so. They are for St Ronan's School" in said
    answer = client.post(page, {"school": school.pk, "send": "1"})
    assert messages_of(answer) == [f"Changed: 2 bookings. The school now has more than its share at: {session}."]
    assert set(Booking.objects.values_list("school", flat=True)) == {school.pk}


def test_school_of_the_register_has_no_such_button(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    assert page_of(booking, "school") not in client.get(page_of(booking)).content.decode()


# --- the link again, warnings, history ------------------------------------------------------------------------------


def press(client, action, booking):
    sent = {"action": action, "_selected_action": booking.pk, "_from_row": booking.pk}
    return client.post(reverse("admin:bookings_booking_changelist"), sent)


def test_link_is_sent_again_and_the_page_says_where(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    answer = press(client, "send_link", booking)
    assert messages_of(answer) == [f"Link on its way: {booking} (teacher@school.example)"]
    assert answer.headers["Location"] == page_of(booking)
    said = messages_of(press(client, "send_link", booking))[-1]
    assert said.startswith(
        f"{booking}: The link has just been sent, or has been sent often enough today. You can send it again from 9:40"
    )


def test_booking_without_an_address_says_so(client, hub):
    session = SessionFactory(hub_year=hub)
    booking = staff_booking(session.pk, party(email=""), by=StaffFactory(), clock=lambda: NOW)
    page = words_of(client.get(page_of(booking)))
    assert "No email address: no email is sent and there is no link." in page
    assert "Send the link again" not in page
    assert messages_of(press(client, "send_link", booking)) == [
        f"{booking}: This booking has no email address, so there is nobody to send it to."
    ]


def test_hold_whose_mail_was_given_up_warns(client, hub):
    booking = places.hold(SessionFactory(hub_year=hub).pk, party(), clock=lambda: NOW)
    assert "could not be sent" not in words_of(client.get(page_of(booking)))
    Mail.objects.update(state=Mail.State.FAILED, last_error="ConnectionRefusedError")
    page = words_of(client.get(page_of(booking)))
    assert "The email that asks to confirm could not be sent, so nobody knows of these places." in page
    assert "ConnectionRefusedError" in page
    assert "may not have arrived" not in page
    press(client, "send_link", booking)
    assert "could not be sent, so nobody" not in words_of(client.get(page_of(booking)))


@pytest.mark.parametrize(
    "state, said",
    [
        (None, []),  # there is no such mail
        ("waiting", []),
        ("failed", ["could not be sent"]),
        ("unsure", ["may not have arrived"]),
    ],
)
def test_hold_is_warned_of_by_what_became_of_its_mail(hub, state, said):
    booking = places.hold(SessionFactory(hub_year=hub).pk, party(), clock=lambda: NOW)
    Mail.objects.update(state=state) if state else Mail.objects.all().delete()
    warnings = list(site.get_model_admin(Booking).warnings(None, booking))
    assert [words for words in ("could not be sent", "may not have arrived") if words in str(warnings)] == said
    assert len(warnings) == len(said)


def test_history_tells_events_and_mails_in_time_order_and_who_did_it(client, hub):
    old, new = two_sessions(hub)
    booking = places.hold(old.pk, party(), clock=lambda: NOW)
    press(client, "confirm", booking)
    client.post(page_of(booking, "move"), {"session": new.pk, "why": "She rang", "send": "1"})
    page = client.get(page_of(booking, "change"))
    told = [" ".join([one.what, *filter(None, one.details)]) for one in page.context["story"]]
    assert told == [
        "Places held by visitor to be confirmed, 1 place taken",
        "Booked by staff by Ada Admin to be confirmed → confirmed",
        "Moved to another session by Ada Admin confirmed, 1 place given back She rang",
        f"Moved here from another session by Ada Admin confirmed, 1 place taken now at {new.ref} She rang",
        "Confirm your places email to teacher@school.example to be sent",
        "Confirmed email to teacher@school.example to be sent",
        "Your booking moved to another session email to teacher@school.example to be sent",
    ]


def test_booking_page_asks_as_often_after_a_long_history(client, hub):
    old, new = two_sessions(hub)
    booking, counts = confirmed(old, size=2), []
    for session in (new, old, new):
        client.get(page_of(booking))
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(booking))
        counts.append(len(asked))
        client.post(page_of(booking, "move"), {"session": session.pk, "send": "1"})
    assert counts == [counts[0]] * 3


def test_forty_places_at_once_with_names_to_follow(client, hub):
    session = SessionFactory(hub_year=hub, share=2, room__capacity=60, room__held_back=45)
    asked = {
        "request_key": uuid.uuid4(),
        "session": session.pk,
        "contact_name": "Host Office",
        "contact_email": "",
        "contact_comes": "",
        "school": SchoolFactory().pk,
        "school_kind": "register",
        "size": "40",
        "names": "Ada Lovelace",
        "use_held_back": "on",
    }
    add = reverse("admin:bookings_booking_add")
    assert errors_of(client.post(add, asked)) == ["The school would have more than its share: say why."]
    client.post(add, asked | {"why": "The host's own staff"})
    booking = Booking.objects.get()
    assert (booking.status, booking.party, count(session)) == (Status.CONFIRMED, 40, (40, 5, 60))
    assert sum(1 for visitor in booking.visitors.all() if not visitor.full_name) == 39
