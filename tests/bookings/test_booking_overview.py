"""A booking's own page, from which a phone call is answered; a person's page; and those about each of its people."""

import datetime as dt
import html
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.booking.overview import others_of
from bookings.models import AuditEntry, Booking, Mail, Visitor
from bookings.rule.party import NewVisitor
from bookings.states import Verb
from bookings.verbs import visitors, waiting_list
from bookings.verbs.staff_booking import staff_booking
from hubs.models import Membership, ShowcaseSession
from hubs.vocabulary.access import Has
from tests.answers import errors_of, messages_of
from tests.bookings.observed import count
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def office():
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    return client


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def page_of(row, page="overview"):
    return reverse(f"admin:bookings_{row._meta.model_name}_{page}", args=[row.pk])


def words_of(answer):
    body = answer.content.decode().partition('id="content-main"')[2] or answer.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def colleague_of(booking):
    return booking.visitors.coming().get(is_contact=False)


# --- the booking's page -----------------------------------------------------------------------------------------------


def test_page_says_who_which_session_how_it_stands_and_what_was_sent(client, hub):
    session = SessionFactory(hub_year=hub, title="Division")
    booking = confirmed(session, size=2, contact_mobile="07700 900982")
    Visitor.objects.filter(booking=booking, is_contact=False).update(needs="A lift")
    said = words_of(client.get(page_of(booking)))
    for words in (
        *("2 places confirmed", booking.reference_spaced, "Test Teacher", "07700 900982", "teacher@school.example"),
        *("Division", booking.school.name, "“A lift”", "Say what is arranged", "Confirm your places", "Confirmed"),
        *("“I never got the email”", "“I picked the wrong school”", "“One more of us would like to come”"),
    ):
        assert words in said


def test_list_of_bookings_leads_to_it(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    assert f'href="{page_of(booking)}"' in client.get(reverse("admin:bookings_booking_changelist")).content.decode()


def test_page_has_as_many_statements_however_many_come_and_mails_there_are(client, hub):
    one = confirmed(SessionFactory(hub_year=hub))
    other = staff_booking(
        SessionFactory(hub_year=hub).pk, party(size=8, email="b@school.example"), by=StaffFactory(), clock=lambda: NOW
    )
    numbers = []
    client.get(page_of(other))  # notes once in ten minutes who looks
    for booking in (one, one, other):
        with CaptureQueriesContext(connection) as statements:
            client.get(page_of(booking))
        numbers.append(len(statements))
    assert numbers[1] == numbers[2]


def test_page_of_a_person_has_as_many_statements_however_much_they_have_booked(client, hub):
    numbers = []
    for n in range(3):
        booking = confirmed(SessionFactory(hub_year=hub))
        full = SessionFactory(hub_year=hub, room__capacity=1)
        confirmed(full, email=f"other{n}@school.example")
        waiting_list.join(full.pk, party(), clock=lambda: NOW)
        client.get(page_of(booking, "person"))
        with CaptureQueriesContext(connection) as statements:
            client.get(page_of(booking, "person"))
        numbers.append(len(statements))
    assert len(set(numbers)) == 1


def test_mail_that_came_back_is_said_on_the_page_of_the_booking_and_of_the_person(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    Mail.objects.filter(kind="confirmed").update(
        state=Mail.State.REFUSED, answered_at=NOW, last_error="550 no such user"
    )
    assert "550 no such user" in words_of(client.get(page_of(booking)))
    assert "1 email to this address came back" in words_of(client.get(page_of(booking, "person")))


def test_other_bookings_are_those_of_the_same_address_and_of_none_without_one(hub):
    staff = staff_of(hub.hub)
    same, other = (confirmed(SessionFactory(hub_year=hub)) for _n in range(2))
    confirmed(SessionFactory(hub_year=hub), email="another@school.example")
    confirmed(SessionFactory())  # of another hub
    no_address = [staff_booking(one.session_id, party(email=""), by=staff, clock=lambda: NOW) for one in (same, other)]
    assert others_of(staff, same) == [other]
    assert others_of(staff, no_address[0]) == []


def test_what_has_ended_is_shown_and_nothing_can_be_done_to_it(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    places.cancel(booking.pk, clock=lambda: NOW)
    answer = client.get(page_of(booking))
    assert "Cancelled" in words_of(answer)
    assert "What are they asking?" not in words_of(answer)
    assert "Correct their details" not in words_of(answer)


@pytest.mark.parametrize("page", ["overview", "person", "put_in", "other_school"])
def test_programme_office_and_another_hub_see_no_page_of_a_booking(client, office, page):
    booking = confirmed(SessionFactory())
    assert (client.get(page_of(booking, page)).status_code, office.get(page_of(booking, page)).status_code) == (
        404,
        404,
    )


@pytest.mark.parametrize("page", ["person", "correct", "take_out", "instead"])
def test_programme_office_and_another_hub_see_no_page_of_a_visitor(client, office, page):
    visitor = colleague_of(confirmed(SessionFactory(), size=2))
    for one in (client, office):
        assert one.get(page_of(visitor, page)).status_code == 404
        assert one.post(page_of(visitor, page), {"send": "1", "why": "x", "name": "X"}).status_code in (404, 405)
    assert Visitor.objects.get(pk=visitor.pk).released_at is None


# --- one person -------------------------------------------------------------------------------------------------------


def test_details_are_put_right_after_they_have_been_read_again(client, hub):
    ben = colleague_of(confirmed(SessionFactory(hub_year=hub, step_free=Has.YES), size=2))
    shown = client.get(page_of(ben, "correct"))
    assert shown.status_code == 200
    sent = {"full_name": "Benjamin", "initial-full_name": ben.full_name, "email": ben.email, "initial-email": ben.email}
    said = words_of(client.post(page_of(ben, "correct"), sent))
    assert f"Full name: {ben.full_name} → Benjamin" in said
    assert Visitor.objects.get(pk=ben.pk).full_name == ben.full_name
    answer = client.post(page_of(ben, "correct"), sent | {"send": "1"})
    assert answer.headers["Location"] == page_of(ben.booking)
    assert messages_of(answer) == ["Put right: Benjamin."]
    assert AuditEntry.objects.latest("pk").staff.full_name == "Ada Admin"


def test_whoever_writes_down_a_need_reads_first_whether_the_place_is_step_free(client, hub):
    session = SessionFactory(hub_year=hub, step_free=Has.NO, step_free_note="Four steps at the gate.")
    ben = colleague_of(confirmed(session, size=2))
    sent = {"full_name": ben.full_name, "initial-full_name": ben.full_name, "needs": "I use a wheelchair"}
    said = words_of(client.post(page_of(ben, "correct"), sent))
    assert "has no step-free way in. Four steps at the gate." in said
    person = {"name": "Cara", "needs": "I use a wheelchair", "key": str(uuid.uuid4())}
    assert "has no step-free way in" in words_of(client.post(page_of(ben, "instead"), person))
    assert "has no step-free way in" in words_of(client.post(page_of(ben.booking, "put_in"), person))
    assert "has no step-free way in" not in words_of(client.post(page_of(ben, "instead"), person | {"needs": ""}))


def test_two_who_put_right_different_things_at_once_both_do(client, hub):
    ben = colleague_of(confirmed(SessionFactory(hub_year=hub), size=2))
    shown = {"initial-full_name": ben.full_name, "initial-needs": "", "full_name": ben.full_name, "needs": ""}
    shown |= {"email": ben.email, "initial-email": ben.email, "send": "1"}
    client.post(page_of(ben, "correct"), shown | {"needs": "No nuts"})
    client.post(page_of(ben, "correct"), shown | {"full_name": "Benjamin"})
    ben.refresh_from_db()
    assert (ben.full_name, ben.needs) == ("Benjamin", "No nuts")


def test_one_person_is_taken_out_on_a_page_that_says_so_first(client, hub):
    session = SessionFactory(hub_year=hub)
    ben = colleague_of(confirmed(session, size=2))
    assert "One place is given back" in words_of(client.post(page_of(ben, "take_out"), {"why": ""}))
    assert count(session)[0] == 2
    assert messages_of(client.post(page_of(ben, "take_out"), {"why": "", "send": "1"})) == [f"Taken out: {ben}."]
    assert count(session)[0] == 1


def test_last_one_is_taken_out_with_a_reason_alone(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub))
    me = booking.visitors.get()
    page = client.post(page_of(me, "take_out"), {"why": "", "send": "1"})
    assert errors_of(page) == ["Say why: it is the last one, so the booking is cancelled."]
    client.post(page_of(me, "take_out"), {"why": "Is ill", "send": "1"})
    assert Booking.objects.get().status == "cancelled"


def test_somebody_is_put_in_and_over_the_share_with_a_reason(client, hub):
    session = SessionFactory(hub_year=hub, share=1)
    booking = confirmed(session)
    sent = {"name": "Cara", "key": str(uuid.uuid4()), "send": "1"}
    page = client.post(page_of(booking, "put_in"), sent)
    assert errors_of(page) == ["The school would have more than its share there: say why."]
    assert messages_of(client.post(page_of(booking, "put_in"), sent | {"why": "A trainee"})) == ["Cara has a place."]
    client.post(page_of(booking, "put_in"), sent | {"why": "A trainee"})
    assert count(session)[0] == 2


def test_last_place_taken_while_the_page_was_open_is_said_and_nothing_typed_is_lost(client, hub):
    session = SessionFactory(hub_year=hub, room__capacity=2)
    booking = confirmed(session)
    sent = {"name": "Cara", "needs": "No nuts", "key": str(uuid.uuid4())}
    client.post(page_of(booking, "put_in"), sent)
    confirmed(session, email="quicker@school.example")
    page = client.post(page_of(booking, "put_in"), sent | {"send": "1"})
    assert errors_of(page) == ["There is no place for them now: tick this to let them wait."]
    assert 'value="No nuts"' in page.content.decode()
    answer = client.post(page_of(booking, "put_in"), sent | {"send": "1", "may_wait": "on"})
    assert messages_of(answer) == ["Cara waits for a place."]


def test_place_is_given_to_somebody_else(client, hub):
    ben = colleague_of(confirmed(SessionFactory(hub_year=hub), size=2))
    sent = {"name": "Cara", "email": "cara@school.example", "role": "2"}
    assert f"Cara gets the place of {ben}" in words_of(client.post(page_of(ben, "instead"), sent))
    client.post(page_of(ben, "instead"), sent | {"send": "1"})
    cara = Visitor.objects.get(pk=ben.pk)
    assert (cara.full_name, int(cara.role)) == ("Cara", 2)


def test_school_that_was_picked_wrong_is_put_right(client, hub):
    booking, right = confirmed(SessionFactory(hub_year=hub)), SchoolFactory()
    sent = {"school": right.pk, "school_kind": "register"}
    assert f"New: {right}" in words_of(client.post(page_of(booking, "other_school"), sent))
    answer = client.post(page_of(booking, "other_school"), sent | {"send": "1"})
    assert messages_of(answer) == [f"Changed: the school is {right}."]
    assert Booking.objects.get().school == right


def test_school_that_may_not_book_takes_a_reason(client, hub):
    session = SessionFactory(hub_year=hub)
    booking = confirmed(session)
    ShowcaseSession.objects.update(who_may_book=ShowcaseSession.WhoMayBook.AUTHORITIES)
    sent = {"school": SchoolFactory().pk, "school_kind": "register", "send": "1"}
    page = client.post(page_of(booking, "other_school"), sent)
    assert errors_of(page) == ["Only some schools may book, and this is none of them: say why."]


@pytest.mark.parametrize("typed", ["\x00", "x" * 5000, "9" * 30, "-1", "🙂"])
def test_odd_input_is_answered_in_words_and_changes_nothing(client, hub, typed):
    booking = confirmed(SessionFactory(hub_year=hub), size=2)
    ben, before = colleague_of(booking), Booking.objects.values().get()
    fields = ("name", "full_name", "email", "role", "years", "needs", "why", "key", "school", "school_kind")
    sent = dict.fromkeys(fields, typed) | {"initial-full_name": "x"}
    for row, page in [(ben, "correct"), (ben, "instead"), (booking, "put_in"), (booking, "other_school")]:
        assert client.post(page_of(row, page), sent).status_code in (200, 422)
    assert Booking.objects.values().get() == before


# --- the person's page ------------------------------------------------------------------------------------------------


def test_person_has_a_page_of_everything_of_their_address_in_the_hub(client, hub):
    here = [confirmed(SessionFactory(hub_year=hub, title=title)) for title in ("Tuesday", "Thursday")]
    elsewhere = confirmed(SessionFactory(title="Elsewhere"))
    confirmed(
        SessionFactory(hub_year=hub, title="By another"),
        email="head@school.example",
        visitors=(NewVisitor(), NewVisitor(full_name="T", email="teacher@school.example")),
    )
    answer = client.get(page_of(here[0], "person"))
    said = words_of(answer)
    for words in ("Tuesday", "Thursday", "By another", "booked by", "teacher@school.example", "Send the link again"):
        assert words in said
    assert "Elsewhere" not in said
    assert elsewhere.reference_spaced not in said
    assert "teacher" not in page_of(here[0], "person")


def test_colleague_is_sent_the_link_of_their_place_again(client, hub, monkeypatch):
    ben = colleague_of(confirmed(SessionFactory(hub_year=hub), size=2))
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(hours=1))
    shown = client.get(reverse("admin:bookings_visitor_change", args=[ben.pk])).content.decode()
    assert '<button type="submit">Send their link again</button>' in shown
    action = {"action": "send_place", "_selected_action": ben.pk, "_from_row": ben.pk}
    answer = client.post(reverse("admin:bookings_visitor_changelist"), action)
    assert messages_of(answer) == [f"Link on its way: {ben} ({ben.email})"]
    assert Mail.objects.filter(kind="named", visitor=ben).count() == 2
    assert AuditEntry.objects.latest("pk").verb == Verb.SEND_PLACE
    answer = client.post(reverse("admin:bookings_visitor_changelist"), action)
    assert "has just been sent" in messages_of(answer)[-1]
    assert Mail.objects.filter(kind="named", visitor=ben).count() == 2


def test_nobody_without_an_address_has_such_a_page(client, hub):
    session = SessionFactory(hub_year=hub)
    booking = staff_booking(session.pk, party(email=""), by=StaffFactory(), clock=lambda: NOW)
    assert client.get(page_of(booking, "person")).status_code == 404


def test_link_of_whoever_has_left_is_not_sent_again(client, hub):
    ben = colleague_of(confirmed(SessionFactory(hub_year=hub), size=2))
    visitors.release(ben.pk, clock=lambda: NOW)
    answer = client.post(
        reverse("admin:bookings_visitor_changelist"), {"action": "send_place", "_selected_action": ben.pk}
    )
    assert "has ended" in messages_of(answer)[-1]


# --- lists by session -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model, field", [("booking", "session__id__exact"), ("visitor", "session")])
def test_lists_of_bookings_and_visitors_are_filtered_by_session(client, hub, model, field):
    session, other, elsewhere = SessionFactory(hub_year=hub), SessionFactory(hub_year=hub), SessionFactory()
    for n, one in enumerate((session, other, elsewhere)):
        confirmed(one, email=f"t{n}@school.example")
    page = reverse(f"admin:bookings_{model}_changelist")
    shown = client.get(page)
    assert f"?{field}={session.pk}" in shown.content.decode()
    assert f"{field}={elsewhere.pk}" not in shown.content.decode()
    rows = client.get(page, {field: session.pk}).context["cl"].result_list
    assert {getattr(row, "session_id", None) or row.booking.session_id for row in rows} == {session.pk}
    assert list(client.get(page, {field: elsewhere.pk}).context["cl"].result_list) == []
