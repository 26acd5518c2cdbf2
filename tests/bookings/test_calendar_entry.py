"""The calendar entry that goes with a place, as a calendar program reads it."""

import datetime as dt
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import translation
from icalendar import Calendar

from bookings import places
from bookings.mail import rendering
from bookings.mail.calendar_entry import calendar_entry
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail, Places
from hubs.vocabulary.school_days import london
from tests.bookings.conftest import MailServer
from tests.factories import NOW, SessionFactory, party

SUMMER = dt.date(2027, 3, 30)  # the clocks go forward on 28 March 2027


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "calendar_of": 7,
        "sequence": 2,
        "ref": "7F3QKM",
        "title": "Year 6 lesson",
        "hub": "Kent & Medway Maths Hub",
        "reply_to": "office@hub.example",
        "place": "West Borough Primary School, Maidstone ME16 8TL",
        "starts_at": london(dt.date(2027, 1, 26), dt.time(9)),
        "ends_at": london(dt.date(2027, 1, 26), dt.time(11, 45)),
    } | changed


def entry(*, method: str = "REQUEST", attendee: str = "teacher@school.example", **changed: Any) -> str:
    return calendar_entry(facts(**changed), attendee=attendee, created_at=NOW, method=method)


def only_event(text: str) -> Any:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_entry_is_exactly_this() -> None:
    assert entry().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Showcase//Maths Hubs//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "SUMMARY:Year 6 lesson",
        "DTSTART:20270126T090000Z",
        "DTEND:20270126T114500Z",
        "DTSTAMP:20270104T093000Z",
        "UID:visitor-7@showcase.invalid",
        "SEQUENCE:2",
        "ATTENDEE;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:teacher@",
        " school.example",
        "DESCRIPTION:Declining here does not release your place\\nSee\\, change or ca",
        " ncel your place: https://testserver/my-bookings/\\n\\nReport to the school o",
        " ffice: it signs every visitor in.",
        "LOCATION:West Borough Primary School\\, Maidstone ME16 8TL",
        'ORGANIZER;CN="Kent & Medway Maths Hub":mailto:office@hub.example',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:https://testserver/sessions/7F3QKM/",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_times_are_utc_on_either_side_of_the_change_of_clocks() -> None:
    summer = only_event(entry(starts_at=london(SUMMER, dt.time(9)), ends_at=london(SUMMER, dt.time(11, 45))))
    assert summer.to_ical().count(b"DTSTART:20270330T080000Z") == 1
    assert summer.to_ical().count(b"DTEND:20270330T104500Z") == 1
    assert b"DTSTART:20270126T090000Z" in only_event(entry()).to_ical()


def test_lines_are_short_and_end_as_the_standard_says() -> None:
    text = entry(title="分数的基本性质与四则混合运算" * 8, place="Ysgol " + "ŵ" * 90)
    assert text.replace("\r\n", "").count("\n") == 0
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert only_event(text)["SUMMARY"] == "分数的基本性质与四则混合运算" * 8


@pytest.mark.parametrize(
    "nasty",
    [
        "Lesson\r\nATTENDEE:mailto:victim@school.example",
        'quo"ted; semi, colon: back\\slash',
        "line\nbreak",
        "^n caret ^' and {{ 7|add:1 }}",
    ],
)
def test_nothing_breaks_out_of_its_line(nasty: str) -> None:
    event = only_event(entry(title=nasty, hub=nasty, place=nasty))
    assert event["ATTENDEE"] == "mailto:teacher@school.example"
    assert str(event["SUMMARY"]) == nasty.replace("\r\n", "\n")
    assert str(event["LOCATION"]) == nasty.replace("\r\n", "\n")
    assert [name for name in event if name.startswith("X-")] == []


def test_cancelling_has_the_same_uid_and_a_higher_sequence() -> None:
    request, cancel = only_event(entry()), only_event(entry(method="CANCEL"))
    assert Calendar.from_ical(entry(method="CANCEL"))["METHOD"] == "CANCEL"
    assert (cancel["UID"], cancel["STATUS"]) == (request["UID"], "CANCELLED")
    assert cancel["SEQUENCE"] > request["SEQUENCE"]


def test_organizer_is_ours_where_the_hub_has_no_address() -> None:
    assert only_event(entry(reply_to=""))["ORGANIZER"] == "mailto:bookings@showcase.invalid"


def test_visitor_without_an_address_is_no_attendee() -> None:
    assert "ATTENDEE" not in only_event(entry(attendee=""))


def test_entry_says_what_one_needs_on_the_day_and_a_cancelled_one_does_not() -> None:
    said = {
        "arrival_at": london(dt.date(2027, 1, 26), dt.time(8, 45)),
        "entrance": "The gate in Greenway",
        "day_contact": "Sara",
        "bring": "photo ID",
        "colleagues": ["Ann Lee", "Bo Day"],
        "has_page": True,
    }
    assert str(only_event(entry(**said))["DESCRIPTION"]).splitlines() == [
        "Declining here does not release your place",
        "See, change or cancel your place: https://testserver/my-bookings/",
        "",
        "Report to the school office: it signs every visitor in.",
        "Come from: 8:45",
        "Entrance: The gate in Greenway",
        "Ask for: Sara",
        "Bring: photo ID",
        "Also coming: Ann Lee and Bo Day",
        "Directions: https://testserver/sessions/7F3QKM/directions/",
    ]
    assert len(str(only_event(entry(**said, method="CANCEL"))["DESCRIPTION"]).splitlines()) == 2


def test_entry_says_it_in_chinese_too() -> None:
    with translation.override("zh-hans"):
        said = str(only_event(entry(at_school=False, entrance="The gate", colleagues=["Ann Lee"]))["DESCRIPTION"])
    assert said.splitlines()[3:] == [
        "请先到前台报到：每位访客都要登记。",
        "入口：The gate",
        "同行人员：Ann Lee",
    ]


# --- in the mail ----------------------------------------------------------------------------------------------------


def confirmed(**fields: Any) -> Booking:
    booking = places.hold(SessionFactory().pk, party(**fields), clock=lambda: NOW)
    assert booking
    return places.confirm(booking.pk, clock=lambda: NOW)


def calendars(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if part.get_content_maintype() != "multipart" and part.get_filename()]


@pytest.mark.django_db
def test_entry_is_one_attachment_with_method_charset_and_name(smtp_server: MailServer) -> None:
    confirmed()
    send_due(lambda: NOW)
    message = smtp_server.message()
    (part,) = calendars(message)
    assert (part.get_content_type(), part.get_content_charset()) == ("text/calendar", "utf-8")
    assert (part.get_param("method"), part.get_param("name")) == ("REQUEST", "showcase.ics")
    assert (part.get_content_disposition(), part.get_filename()) == ("attachment", "showcase.ics")
    assert [child.get_content_type() for child in message.iter_parts()] == ["multipart/alternative", "text/calendar"]
    assert b"\r\nBEGIN:VEVENT\r\n" in smtp_server.raw[0]


@pytest.mark.django_db
def test_entry_holds_no_private_link(smtp_server: MailServer) -> None:
    confirmed()
    send_due(lambda: NOW)
    (part,) = calendars(smtp_server.message())
    assert "/bookings/" in smtp_server.message().get_body(("plain",)).get_content()
    text = part.get_content().replace("\r\n ", "").replace("\n ", "")
    assert "https://testserver/my-bookings/" in text
    assert text.count("/bookings/") == 0


@pytest.mark.django_db
def test_each_visitor_has_an_entry_of_their_own(smtp_server: MailServer) -> None:
    booking = confirmed(size=3)
    send_due(lambda: NOW)
    found = {}
    for address, message in smtp_server.received:
        (part,) = calendars(message)
        event = only_event(part.get_content())
        assert event["ATTENDEE"] == f"mailto:{address}"
        found[address] = event["UID"]
    assert found == {visitor.email: f"visitor-{visitor.pk}@showcase.invalid" for visitor in booking.visitors.all()}


@pytest.mark.django_db
def test_contact_who_does_not_come_gets_no_entry(smtp_server: MailServer) -> None:
    confirmed(contact_comes=False)
    send_due(lambda: NOW)
    assert calendars(smtp_server.message()) == []
    assert "calendar entry" not in smtp_server.message().get_body(("plain",)).get_content()


@pytest.mark.django_db
def test_cancelling_takes_it_out_of_every_calendar(smtp_server: MailServer) -> None:
    booking = confirmed(size=2)
    send_due(lambda: NOW)
    places.cancel(booking.pk, clock=lambda: NOW)
    send_due(lambda: NOW)
    methods = [
        (address, part.get_param("method"), str(Calendar.from_ical(part.get_content())["METHOD"]))
        for address, message in smtp_server.received
        for part in calendars(message)
    ]
    assert methods == [
        ("teacher@school.example", "REQUEST", "REQUEST"),
        ("teacher+2@school.example", "REQUEST", "REQUEST"),
        ("teacher@school.example", "CANCEL", "CANCEL"),
        ("teacher+2@school.example", "CANCEL", "CANCEL"),
    ]


@pytest.mark.django_db
def test_hold_that_ends_takes_nothing_out_of_a_calendar(smtp_server: MailServer) -> None:
    booking = places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    assert booking
    places.cancel(booking.pk, clock=lambda: NOW)
    send_due(lambda: NOW)
    assert calendars(smtp_server.message()) == []


@pytest.mark.django_db
def test_sequence_is_the_session_s_own() -> None:
    session = SessionFactory()
    Places.objects.filter(session=session).update(calendar_sequence=4)
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    assert booking
    places.confirm(booking.pk, clock=lambda: NOW)
    mail = Mail.objects.get(kind=Kind.CONFIRMED)
    (attachment,) = rendering.render(mail, now=NOW).attachments
    assert only_event(attachment.content)["SEQUENCE"] == 4
