"""A hub writes to everyone: whom it touches, a test first, once however often it is pressed, and what is kept of it."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import rendering, sending
from bookings.mail_kinds import Kind
from bookings.models import Booking, Letter, Mail
from bookings.rule.refusals import BadNews, NobodyThere
from bookings.sessions import changes, messages, moving
from bookings.sessions.messages import Message
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus
from bookings.verbs import staff_booking, waiting_list
from hubs.models import HostSchool, Membership
from hubs.vocabulary.school_days import london
from tests.answers import errors_of, messages_of, untouched
from tests.bookings.observed import everything, statements
from tests.factories import DAY, NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(weeks=1)
MESSAGE = "Bring a coat & gloves.\n\n<b>It is cold.</b>"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory(name="Kent & Medway Maths Hub")


@pytest.fixture
def session(hub_year):
    """Two with places, Ben among them with an address of his own; one who has not confirmed; one who waits."""
    session = SessionFactory(hub_year=hub_year, title="Year 6 lesson", room__capacity=3)
    confirmed(session, "ada@school.example", size=2)
    places.hold(session.pk, party(email="held@school.example"), clock=lambda: NOW)
    waiting_list.join(session.pk, party(email="waits@school.example"), clock=lambda: NOW)
    return session


@pytest.fixture
def administrator(hub_year):
    return signed_in(hub_year)


def signed_in(hub_year, role="administrator"):
    user = StaffFactory(email="sam@hub.example")
    Membership.objects.create(user=user, hub=hub_year.hub, role=role)
    client = Client()
    client.force_login(user)
    return client


def confirmed(session, email, **fields):
    held = places.hold(session.pk, party(email=email, **fields), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def page_of(row):
    return reverse(f"admin:hubs_{row._meta.model_name}_write", args=[row.pk])


def fill_in(client, row, **said):
    return client.post(page_of(row), untouched(client.get(page_of(row))) | {"message": MESSAGE} | said)


def rows_of(page):
    content = page.content.decode().partition('id="content-main"')[2]
    return [" ".join(row.split()) for row in re.findall(r"<li>(.*?)</li>", content, re.S)]


def written():
    return sorted(Mail.objects.filter(kind=Kind.LETTER).values_list("recipient", flat=True))


def write(session, **said):
    words = Message(**({"to": "all", "subject": "Coats", "message": MESSAGE} | said))
    return messages.write([session.pk], words, by=StaffFactory(), clock=lambda: NOW)


def message_to(address):
    return rendering.render(Mail.objects.get(kind=Kind.LETTER, recipient=address), now=NOW)


# --- whom it touches ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to, addresses",
    [
        ("confirmed", ["ada+2@school.example", "ada@school.example"]),
        ("waiting", ["waits@school.example"]),
        ("all", ["ada+2@school.example", "ada@school.example", "held@school.example", "waits@school.example"]),
    ],
)
def test_letter_goes_to_whom_it_is_for(administrator, session, to, addresses):
    preview = fill_in(administrator, session, to=to)
    assert f"{len(addresses)} email" in rows_of(preview)[0]
    assert written() == []
    answer = administrator.post(page_of(session), untouched(preview))
    assert messages_of(answer)[-1].startswith(f"{len(addresses)} email")
    assert written() == addresses


def test_preview_shows_the_words_and_who_has_no_address(administrator, session):
    nobody = party(email="", contact_name="No Address")
    staff_booking.staff_booking(SessionFactory().pk, nobody, by=StaffFactory(), clock=lambda: NOW)  # elsewhere
    Booking.objects.filter(contact_email="waits@school.example").update(contact_email=None, email_key=None)
    preview = fill_in(administrator, session, to="all", subject="Coats & gloves")
    assert rows_of(preview) == [
        "To everyone: confirmed, not confirmed yet, and waiting: 3 emails",
        "1 booking has no email address: ring or write to them",
        "Subject: Coats &amp; gloves",
        "Your message: Bring a coat &amp; gloves.<br><br>&lt;b&gt;It is cold.&lt;/b&gt;",
        "Nothing has been sent yet. Go back in your browser to change it.",
    ]


def test_party_in_two_parts_is_written_to_once(session):
    booking = Booking.objects.get(contact_email="ada@school.example")
    waits = Booking.objects.get(contact_email="waits@school.example")
    Booking.objects.filter(pk=waits.pk).update(
        contact_email=booking.contact_email,
        email_key=booking.email_key,
        goes_with=booking,
        school_key="x",
        contact_comes=False,
    )
    write(session)
    assert written() == ["ada+2@school.example", "ada@school.example", "held@school.example"]


def test_another_sessions_people_are_not_written_to(session, hub_year):
    confirmed(SessionFactory(hub_year=hub_year), "beside@school.example")
    write(session)
    assert "beside@school.example" not in written()


# --- once -----------------------------------------------------------------------------------------------------------


def test_pressed_twice_is_one_letter(administrator, session):
    sent = untouched(fill_in(administrator, session))
    first = administrator.post(page_of(session), sent)
    after = everything(session)
    again = administrator.post(page_of(session), sent)
    assert everything(session) == after
    assert Letter.objects.count() == 1
    assert messages_of(again)[-1] == messages_of(first)[-1]


def test_same_words_written_anew_are_another_letter(session):
    write(session)
    write(session)
    assert (Letter.objects.count(), len(written())) == (2, 8)


def test_letter_takes_as_many_statements_for_twelve_as_for_four(session):
    with statements() as for_four:
        write(session)
    hall = SessionFactory(room__capacity=20)
    for number in range(12):
        confirmed(hall, f"t{number}@school.example")
    with statements() as for_twelve:
        write(hall)
    assert len(for_twelve) == len(for_four)


# --- what is kept of it ---------------------------------------------------------------------------------------------


def test_letter_is_kept_with_who_wrote_it_and_to_how_many(administrator, session):
    administrator.post(page_of(session), untouched(fill_in(administrator, session, subject="Coats")))
    letter = Letter.objects.get()
    assert (letter.session, letter.staff.email, letter.to) == (session, "sam@hub.example", "confirmed")
    assert (letter.subject, letter.message, letter.mails) == ("Coats", MESSAGE, 2)
    page = administrator.get(reverse("admin:hubs_showcasesession_change", args=[session.pk])).content.decode()
    assert "Coats" in page
    assert (
        MESSAGE.split("\n")[0].replace("&", "&amp;")
        in administrator.get(reverse("admin:bookings_letter_change", args=[letter.pk])).content.decode()
    )


def test_another_hub_and_the_programme_office_see_no_letter(session):
    (letter,) = write(session)
    office = Client()
    office.force_login(StaffFactory(is_programme_office=True))
    for client in (signed_in(HubYearFactory()), office):
        for page in (page_of(session), reverse("admin:bookings_letter_change", args=[letter.pk])):
            assert client.get(page).status_code in (302, 403, 404)
        before = everything(session)
        assert client.post(page_of(session), {"send": "1"}).status_code in (403, 404)
        assert everything(session) == before
    shown = office.get(reverse("admin:hubs_showcasesession_change", args=[session.pk]))
    assert shown.status_code == 200
    assert "Coats" not in shown.content.decode()


# --- a test first ---------------------------------------------------------------------------------------------------


def test_test_goes_to_whoever_writes_and_to_nobody_else(administrator, session):
    preview = fill_in(administrator, session, subject="Coats")
    sent = untouched(preview) | {"test": "Send me a test first"}
    for _press in range(2):
        page = administrator.post(page_of(session), sent)
        assert messages_of(page)[-1] == "A test is on its way to sam@hub.example."
    assert written() == ["sam@hub.example"]
    assert Letter.objects.count() == 0
    message = message_to("sam@hub.example")
    assert message.subject == "Test: Coats"
    assert "This is a test, sent to nobody but you." in message.body
    assert "/bookings/" not in message.body.replace("/my-bookings/", "")
    administrator.post(page_of(session), untouched(page))
    assert written() == ["ada+2@school.example", "ada@school.example", "sam@hub.example"]


# --- the mail -------------------------------------------------------------------------------------------------------


def test_mail_carries_the_words_the_hub_and_the_readers_own_link(session):
    write(session, subject="Coats\nBcc: somebody@else.example")
    message, other = message_to("ada@school.example"), message_to("ada+2@school.example")
    assert message.subject == "Coats Bcc: somebody@else.example"
    assert message.from_email.startswith("Kent & Medway Maths Hub <")
    assert message.reply_to == ["office@hub.example"]
    assert "Kent & Medway Maths Hub writes:\n\nBring a coat & gloves.\n\n<b>It is cold.</b>\n" in message.body
    assert "&lt;b&gt;It is cold.&lt;/b&gt;" in message.alternatives[0][0]
    links = [re.findall(r"https://testserver/bookings/\S+", one.body) for one in (message, other)]
    assert [len(found) for found in links] == [1, 1]
    assert links[0] != links[1]


def test_letter_says_the_session_as_it_is_when_it_is_sent(session, smtp_server):
    write(session, to="confirmed")
    later = Plan.of(session, starts_at=session.starts_at + WEEK, ends_at=session.ends_at + WEEK)
    moving.move(session.pk, later, by=StaffFactory(), clock=lambda: NOW)
    sending.send_due(lambda: NOW)
    body = next(m for a, m in smtp_server.received if a == "ada@school.example" and "coat" in m.as_string())
    assert "Tuesday 2 February 2027, 9:00 to 11:45" in body.get_body(("plain",)).get_content()


def test_letter_about_a_session_that_is_off_says_so_and_is_sent(session, smtp_server):
    changes.postpone(session.pk, by=StaffFactory(), clock=lambda: NOW)
    write(session, to="waiting")
    sending.send_due(lambda: NOW)
    assert Mail.objects.get(kind=Kind.LETTER).state == Mail.State.SENT
    assert "This session is postponed:" in message_to("waits@school.example").body


def test_who_has_cancelled_since_gets_no_letter(session, smtp_server):
    write(session)
    places.cancel(Booking.objects.get(contact_email="held@school.example").pk, clock=lambda: NOW)
    sending.send_due(lambda: NOW)
    letter = Mail.objects.get(kind=Kind.LETTER, recipient="held@school.example")
    assert letter.state == Mail.State.DROPPED


@pytest.mark.parametrize(
    "now, urgent",
    [
        (london(DAY - dt.timedelta(days=2), dt.time(9)), False),
        (london(DAY - dt.timedelta(days=1), dt.time(0, 1)), True),
        (london(DAY, dt.time(6, 30)), True),
        (london(DAY + dt.timedelta(days=1), dt.time(9)), False),
    ],
)
def test_letter_of_today_or_tomorrow_goes_first(session, now, urgent):
    messages.write([session.pk], Message("confirmed", "Coats", "x"), by=StaffFactory(), clock=lambda: now)
    assert {mail.urgent for mail in Mail.objects.filter(kind=Kind.LETTER)} == {urgent}


def test_letter_after_the_session_is_sent_too(session, smtp_server):
    after = session.ends_at + dt.timedelta(hours=1)
    messages.write([session.pk], Message("confirmed", "Thank you", "x"), by=StaffFactory(), clock=lambda: after)
    sending.send_due(lambda: after)
    assert {mail.state for mail in Mail.objects.filter(kind=Kind.LETTER)} == {Mail.State.SENT}


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"message": "x" * 3001}, "Write 3,000 characters or fewer."),
        ({"message": "  "}, "This field is required."),
        ({"subject": "x" * 101}, "Write 100 characters or fewer."),
        ({"subject": ""}, "This field is required."),
        ({"to": "everybody"}, "Select a valid choice. everybody is not one of the available choices."),
        ({"key": "x"}, "Enter a valid UUID."),
        ({"subject": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_refused_in_a_sentence(administrator, session, said, sentence):
    before = everything(session)
    for more in ({}, {"send": "1"}, {"test": "1"}):
        page = fill_in(administrator, session, **said, **more)
        assert (page.status_code, errors_of(page)) == (422, [sentence])
    assert everything(session) == before


def test_session_with_nobody_to_write_to_says_so(administrator, hub_year):
    empty = SessionFactory(hub_year=hub_year)
    page = administrator.post(page_of(empty), untouched(fill_in(administrator, empty)))
    assert errors_of(page) == ["None of these people has an email address, so there is nobody to write to."]
    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    "said", [{"subject": " "}, {"message": "\r\n"}, {"message": "x" * 3001}, {"subject": "x" * 101}]
)
def test_verb_refuses_what_the_form_would(session, said):
    with pytest.raises(BadNews):
        write(session, **said)


def test_verb_refuses_to_write_to_nobody(hub_year):
    with pytest.raises(NobodyThere):
        write(SessionFactory(hub_year=hub_year))


# --- a visit, a hub's year ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["visit", "hub_year"])
def test_people_of_several_sessions_are_written_to_at_once(session, hub_year, of):
    lead = signed_in(hub_year, "lead")
    visit = HostSchool.objects.create(hub_year=hub_year)
    session.host_school = visit
    session.save()
    other = SessionFactory(hub_year=hub_year, host_school=visit, title="Other")
    confirmed(other, "other@school.example")
    SessionFactory(hub_year=hub_year, host_school=visit, title="Empty")
    SessionFactory(hub_year=hub_year, host_school=visit, title="Draft", room__status=SessionStatus.DRAFT)
    row = visit if of == "visit" else hub_year
    preview = fill_in(lead, row, subject="Coats")
    assert "3 emails" in rows_of(preview)[0]
    for _press in range(2):
        lead.post(page_of(row), untouched(preview))
    assert written() == ["ada+2@school.example", "ada@school.example", "other@school.example"]
    assert {(letter.session.title, letter.mails) for letter in Letter.objects.all()} == {
        ("Year 6 lesson", 2),
        ("Other", 1),
    }


def test_another_hubs_visit_cannot_be_written_to(administrator):
    theirs = HostSchool.objects.create(hub_year=HubYearFactory())
    mine = fill_in(administrator, SessionFactory(hub_year=Membership.objects.get().hub.years.get()))
    assert mine.status_code == 200
    assert administrator.get(page_of(theirs)).status_code == 404
    foreign = SessionFactory()
    confirmed(foreign, "foreign@school.example")
    visit = HostSchool.objects.create(hub_year=Membership.objects.get().hub.years.get())
    page = administrator.post(
        page_of(visit),
        {"key": uuid.uuid4(), "sessions": [foreign.pk], "to": "all", "subject": "x", "message": "x", "send": "1"},
    )
    assert page.status_code == 422
    assert written() == []
