"""What mails say: every kind, in plain text and in HTML, to the right people, and nothing breaks out of its place."""

import datetime as dt
import html
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import getaddresses
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries, Settings

from bookings import places
from bookings.attendance import office
from bookings.mail import links, openings, rendering
from bookings.mail import openings as telling
from bookings.mail.arriving import colleagues
from bookings.mail.sending import send_due
from bookings.mail_kinds import MAILS, Kind
from bookings.models import AuditEntry, Booking, Mail, Places, TellMe, Visitor
from bookings.rule import mails
from bookings.rule.party import NewVisitor
from bookings.sessions import messages
from bookings.states import TABLE, Row, SessionStatus, Status, Verb, Who
from bookings.verbs import addresses, staff_booking, visitors, waiting_list
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.bookings.conftest import MailServer
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
NASTY = 'Reasoning "backwards" & {{ 7|add:1 }} {% now "Y" %} <b>it\'s</b>'


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def a_session(**fields: Any) -> ShowcaseSession:
    """The announcement of rule.md#booking-essential, three weeks from now."""
    known = {
        "title": "Year 6 lesson",
        "hub_year": HubYearFactory(name="Kent & Medway Maths Hub"),
        "venue": SchoolFactory(name="West Borough Primary School"),
        "arrival_at": london(DAY, dt.time(8, 45)),
        "entrance": "Main entrance on Greenway",
        "bring": "photo ID or school badge",
        "day_contact": "Sara, 07700 900123",
        "office_phone": "01622 726391",
        "joining_instructions": "Sign in at the office.\r\n\r\nPhones off.",
    }
    session: ShowcaseSession = SessionFactory(**(known | fields))
    return session


def hold(session: ShowcaseSession | None = None, **fields: Any) -> Booking:
    booking = places.hold((session or a_session()).pk, party(**fields), clock=at())
    assert booking
    return booking


def confirmed(session: ShowcaseSession | None = None, **fields: Any) -> Booking:
    return places.confirm(hold(session, **fields).pk, clock=at())


def rendered(kind: Kind, *, now: dt.datetime = NOW, **of: Any) -> EmailMultiAlternatives:
    """The latest mail of that kind."""
    mail = Mail.objects.filter(kind=kind, **of).order_by("pk").last()
    assert mail
    return rendering.render(mail, now=now)


def words(text: str) -> str:
    return " ".join(text.split())


def shown(message: EmailMultiAlternatives) -> str:
    """The words of the HTML."""
    content = str(message.alternatives[0][0])
    body = re.sub(r"(?s)<(style|title)>.*?</\1>|<!--.*?-->", "", content)
    return words(html.unescape(re.sub(r"<[^>]+>", " ", body)))


def kinds() -> list[tuple[str, str | None]]:
    return list(Mail.objects.order_by("pk").values_list("kind", "recipient"))


def a_mail_of_each_kind() -> dict[Kind, Mail]:
    """One mail of every kind, made as the rule makes them where it does so already."""
    session = a_session()
    booking = confirmed(session, size=2)
    again = hold(session, email="again@school.example")
    places.hold(session.pk, party(email="again@school.example", school=again.school), clock=at())
    visitors.release(booking.visitors.get(is_contact=False).pk, clock=at())
    with places.locked(session.pk, at()) as room:
        mails.tell_not_booked(room, party(email="new@school.example", size=2))
        table = {kind for row in TABLE for kind in row.mails}
        of_all = Row(Verb.CHANGE, None, None, Who.VISITOR, tuple(sorted(table)))
        for mail in mails.compose(room, booking, of_all, AuditEntry(pk=1000)):
            mail.save()
        visitor = booking.visitors.get(is_contact=False)
        of_them = of_all._replace(mails=(Kind.VISITOR_CANCELLED,))
        for mail in mails.compose(room, booking, of_them, AuditEntry(pk=1001), visitors=[visitor]):
            mail.save()
        for mail in mails.remind(room, [booking], to=[], key="remind"):
            mail.save()
    messages.write(
        [session.pk],
        messages.Message("all", "Bring a coat", "It is cold.\n\nDress warmly."),
        by=StaffFactory(),
        clock=at(),
    )
    addresses.ask_for_address(booking.pk, "newer@school.example", clock=at())
    addresses.ask_for_address(booking.pk, "again@school.example", clock=at(NOW + HOUR))
    mails.tell_my_bookings("again@school.example", language="en-gb", now=NOW)
    ShowcaseSession.objects.filter(pk=session.pk).update(office_email="office@school.example")
    office.give(session.pk, may_mark=True, key=uuid.uuid4(), by=StaffFactory(), clock=at())
    telling.ask("tell@school.example", session, language="en-gb", now=NOW)
    telling.prove(TellMe.objects.get(), now=NOW)
    openings.make(session.pk, NOW)
    deadline = Mail.objects.filter(kind=Kind.CONFIRM).latest("pk").facts["deadline"]
    found = {Kind(mail.kind): mail for mail in Mail.objects.order_by("pk")}
    assert {Kind.REMINDER, Kind.TELL_ME, Kind.BOOKING_OPEN} <= set(found)
    for mail in found.values():
        mail.facts |= {"deadline": deadline, "to_be_named": 1}
        mail.save()
    return found


# --- every kind -----------------------------------------------------------------------------------------------------


def test_every_kind_carries_session_link_and_no_template_left_over() -> None:
    for kind, mail in a_mail_of_each_kind().items():
        message = rendering.render(mail, now=NOW)
        text = str(message.body)
        assert "Year 6 lesson" in text
        assert "Tuesday 26 January 2027, 9:00 to 11:45" in text
        assert "West Borough Primary School, Maidstone ME16 8TL" in text
        own = "/sessions/" if kind == Kind.NOT_BOOKED else "/bookings/"
        assert [line for line in text.splitlines() if line.startswith("https://testserver" + own)] != []
        assert [mark for mark in ("{{", "{%", "None", "&amp;", "&#", "  \n") if mark in text + message.subject] == []
        assert "\n\n\n" not in text
        assert max(len(line) for line in text.splitlines() if "://" not in line) <= 72


def test_every_kind_says_the_same_in_html() -> None:
    for mail in a_mail_of_each_kind().values():
        message = rendering.render(mail, now=NOW)
        links = re.findall(r'href="([^"]+)"', str(message.alternatives[0][0]))
        seen = " ".join([shown(message), *links])
        paragraphs = [words(part) for part in re.split(r"\n\n|\n(?=https://)|:\n", str(message.body)) if part != "--"]
        plain, leads_to = seen.replace(":", ""), str(message.alternatives[0][0])  # a row has cells in place of a colon
        said = [part.removeprefix("-- ") for part in paragraphs if f'href="{part}"' not in leads_to]
        missing = [part for part in said if part.replace(":", "") not in plain]
        assert (mail.kind, missing) == (mail.kind, [])


def test_every_kind_is_plain_english() -> None:
    for mail in a_mail_of_each_kind().values():
        said = f"{rendering.render(mail, now=NOW).subject} {shown(rendering.render(mail, now=NOW))}".lower()
        assert [word for word in ("please", "sorry", "invalid", "!", "e-mail", "ticket") if word in said] == []


def test_every_kind_reads_in_chinese_too_and_has_a_subject() -> None:
    for mail in a_mail_of_each_kind().values():
        for mail.language in ("en-gb", "zh-hans"):
            message = rendering.render(mail, now=NOW)
            assert (mail.kind, message.subject) != (mail.kind, "")
            own_words = [line for line in str(message.body).splitlines() if re.search(r"[\u4e00-\u9fff]", line)]
            assert (own_words != []) == (mail.language == "zh-hans")


def test_line_separator_that_somebody_typed_starts_no_line() -> None:
    booking = confirmed(size=2)
    mail = Mail.objects.filter(kind=Kind.CONFIRMED, booking=booking).get()
    mail.facts["visitors"], mail.facts["bring"] = ["Ada\u2028Pay here: now", "Ben"], "a coat\u2028Pay here: now"
    message = rendering.render(mail, now=NOW)
    assert [line for line in str(message.body).splitlines() if line.startswith("Pay")] == []
    assert "<br>Pay" not in str(message.alternatives[0][0])
    assert "Bring: a coat Pay here: now" in str(message.body).splitlines()


def test_html_stands_alone_and_names_its_language() -> None:
    for mail in a_mail_of_each_kind().values():
        content = str(rendering.render(mail, now=NOW).alternatives[0][0])
        assert '<html lang="en-GB">' in content
        assert '<meta name="color-scheme" content="light dark">' in content
        assert re.findall(r"<(?:img|link|script|iframe)|src=|@import|url\(", content) == []
        assert content.count('class="go"') == 1


def test_every_kind_reads_well_with_nothing_but_what_opening_requires() -> None:
    a_mail_of_each_kind()
    bare = {"place": "Hall", "hub": "Hub", "reply_to": "", "arrival_at": None, "joining": "", "calendar_of": None}
    empty = dict.fromkeys(("bring", "parking", "entrance", "office_phone", "day_contact"), "")
    as_it_is = [kind for kind, row in MAILS.items() if row.as_it_is]  # not as the session was frozen
    for mail in Mail.objects.exclude(kind__in=as_it_is):
        mail.facts |= bare | empty
        message = rendering.render(mail, now=NOW)
        assert [line for line in str(message.body).splitlines() if re.search(r": *$|^[,.]| ,|\( *\)", line)] == [
            line for line in str(message.body).splitlines() if line.endswith(":")
        ]
        assert (message.reply_to, message.attachments) == ([], [])
        assert "Entrance" not in shown(message)


# --- one by one -----------------------------------------------------------------------------------------------------


def test_mail_to_confirm_says_what_to_do_and_by_when() -> None:
    booking = hold(size=2)
    message = rendered(Kind.CONFIRM)
    assert message.subject == "Confirm by 18:00 on Tuesday 5 January: Year 6 lesson"
    assert message.body == (
        "Confirm your 2 places\n"
        "\n"
        "You asked for 2 places at this session. They are kept for you until\n"
        "18:00 on Tuesday 5 January: confirm them by then, or others can have\n"
        "them.\n"
        "\n"
        "Year 6 lesson\n"
        "Tuesday 26 January 2027, 9:00 to 11:45\n"
        "West Borough Primary School, Maidstone ME16 8TL\n"
        "\n"
        "Confirm your 2 places:\n"
        f"{links.url(links.Purpose.CONTACT, booking)}\n"
        "\n"
        "Opening the link changes nothing. It shows your booking with a button:\n"
        "press it to confirm.\n"
        "\n"
        "If you did not ask for this, do nothing. Nothing is booked unless you\n"
        "confirm.\n"
        "\n"
        "--\n"
        "Kent & Medway Maths Hub\n"
        "To ask the hub something, reply to this email.\n"
        "All your bookings:\n"
        "https://testserver/my-bookings/\n"
    )


def test_mail_to_confirm_repeats_no_name_that_a_stranger_typed() -> None:
    hold(contact_name="Win a prize at evil.example", size=2)
    message = rendered(Kind.CONFIRM)
    assert "prize" not in str(message.subject) + str(message.body) + str(message.alternatives[0][0])


def test_late_mail_to_confirm_leaves_three_hours_to_read_it() -> None:
    booking = hold()
    assert booking.deadline
    assert rendered(Kind.CONFIRM, now=booking.deadline - 3 * HOUR).subject.startswith("Confirm by 18:00 on Tuesday 5")
    assert rendered(Kind.CONFIRM, now=booking.deadline - HOUR).subject.startswith("Confirm by 20:00 on Tuesday 5")
    assert rendered(Kind.CONFIRM, now=booking.deadline + 9 * HOUR).subject.startswith("Confirm by 6:00 on Wednesday 6")
    assert booking.session.starts_at
    late = rendered(Kind.CONFIRM, now=booking.session.starts_at - HOUR)
    assert late.subject.startswith("Confirm by 9:00 on Tuesday 26 January")


def test_second_mail_to_confirm_does_not_promise_more_than_the_first() -> None:
    booking = hold()
    assert booking.deadline
    Mail.objects.update(state=Mail.State.SENT, answered_at=booking.deadline - 2 * HOUR)
    mails.resend_link(booking, now=booking.deadline)
    assert rendered(Kind.CONFIRM, now=booking.deadline).subject.startswith("Confirm by 19:00 on Tuesday 5 January")


def test_confirmed_mail_has_all_that_a_visitor_needs() -> None:
    booking = confirmed(size=3, visitors=(NewVisitor(), NewVisitor(full_name="Ann Lee"), NewVisitor()))
    message = rendered(Kind.CONFIRMED)
    text = words(str(message.body))
    assert message.subject == "3 places confirmed: Year 6 lesson, Tuesday 26 January"
    for said in (
        f"Your reference is {booking.reference_spaced}.",
        "Visitors: Test Teacher and Ann Lee.",
        "Give us the name of 1 visitor before the session starts",
        "Come from: 8:45",
        "Entrance: Main entrance on Greenway",
        "Bring: photo ID or school badge",
        "School office: 01622 726391",
        "Ask for: Sara, 07700 900123",
        "Sign in at the office. Phones off.",
        "A calendar entry is attached. Declining it does not release your place.",
    ):
        assert said in text


GIVEN = ("confirmed", "named", "handed_to_you", "handed_back", "reminder", "booking_moved", "place_moved")


@pytest.mark.parametrize(
    "language, heading, said",
    [
        ("en-gb", "When you arrive", "Report to the school office: it signs every visitor in."),
        ("zh-hans", "到访须知", "请先到学校办公室报到：每位访客都要在那里登记。"),
    ],
)
def test_whoever_has_a_place_reads_how_to_arrive_also_where_the_hub_has_said_nothing(
    language: str, heading: str, said: str
) -> None:
    confirmed()
    mail = Mail.objects.get(kind=Kind.CONFIRMED)
    mail.facts |= dict.fromkeys(("entrance", "bring", "parking", "office_phone", "day_contact", "joining"), "")
    mail.facts["arrival_at"] = None
    mail.language = language
    for mail.kind in GIVEN:
        message = rendering.render(mail, now=NOW)
        assert f"{heading} {said}" in words(str(message.body))
        assert f'<h2 style="margin:24px 0 8px;font-size:20px;line-height:1.25">{heading}</h2>' in str(
            message.alternatives[0][0]
        )


def test_who_is_expected_somewhere_else_than_at_a_school_reports_to_reception() -> None:
    confirmed(a_session(venue=None, place_name="The Barn", place_town="Ash"))
    assert "When you arrive Report to reception: every visitor signs in." in words(str(rendered(Kind.CONFIRMED).body))


def test_mails_say_how_to_get_there_as_the_page_of_the_session_does() -> None:
    session = a_session()
    confirmed(session)
    message = rendered(Kind.CONFIRMED)
    text = str(message.body)
    assert "How to get there\n\nWest Borough Primary School, Maidstone ME16 8TL\n" in text
    assert f"Directions\nhttps://testserver/sessions/{session.ref}/directions/\n" in text
    assert "OpenStreetMap\nhttps://www.openstreetmap.org/search?query=ME16%208TL\n" in text
    assert f'href="https://testserver/sessions/{session.ref}/directions/"' in str(message.alternatives[0][0])


def test_session_that_has_no_page_has_no_directions_of_ours() -> None:
    confirmed(a_session(visibility=ShowcaseSession.Visibility.STAFF))
    text = str(rendered(Kind.CONFIRMED).body)
    assert ("/directions/" in text, "https://www.openstreetmap.org/" in text) == (False, True)


def test_colleague_reads_who_else_of_the_party_comes_and_nobody_else() -> None:
    session = a_session()
    others = (NewVisitor(full_name="Ann Lee", email="ann@school.example"), NewVisitor(full_name="Bo Day"), NewVisitor())
    booking = confirmed(session, contact_name="Jo Brown", visitors=(NewVisitor(), *others))
    confirmed(session, contact_name="Foreign Party", email="foreign@school.example", school=booking.school)
    message = rendered(Kind.NAMED, booking=booking)
    assert "Also coming: Jo Brown and Bo Day." in words(str(message.body))
    (entry,) = message.attachments
    (event,) = Calendar.from_ical(entry.content).walk("VEVENT")
    assert "Also coming: Jo Brown and Bo Day" in str(event["DESCRIPTION"])
    visitors.release(booking.visitors.get(full_name="Bo Day").pk, clock=at())
    message = rendered(Kind.NAMED, booking=booking)
    assert "Also coming: Jo Brown." in words(str(message.body))
    assert "Foreign" not in str(message.body) + str(message.alternatives[0][0])


def test_who_comes_alone_has_no_colleagues_and_nobody_who_comes_with_another_is_left_out() -> None:
    session = a_session()
    alone = confirmed(session)
    assert (colleagues(alone, None), colleagues(alone, alone.visitors.get())) == ([], [])
    sent = confirmed(
        session, email="b@school.example", contact_comes=False, visitors=(NewVisitor(full_name="Ann Lee"),)
    )
    assert (colleagues(sent, None), colleagues(sent, sent.visitors.get())) == (["Ann Lee"], [])
    two = confirmed(session, email="c@school.example", size=2)
    own = two.visitors.get(is_contact=True)
    visitors.release(own.pk, clock=at())
    own, two = Visitor.objects.get(pk=own.pk), Booking.objects.get(pk=two.pk)
    assert (two.party, colleagues(two, None), colleagues(two, own)) == (1, ["Colleague 2"], ["Colleague 2"])


def test_who_comes_alone_beside_others_of_the_same_party_has_them_as_colleagues() -> None:
    joined = waiting_list.join(a_session(share=1).pk, party(size=2), clock=at(), fewer=True)
    first = places.confirm(joined.booking.pk, clock=at())
    rest = Booking.objects.get(goes_with=first)
    places.confirm(rest.pk, clock=at(), by=StaffFactory())
    rest = Booking.objects.get(pk=rest.pk)
    assert (first.party, colleagues(first, None), colleagues(rest, rest.visitors.get())) == (
        1,
        ["Colleague 2"],
        ["Test Teacher"],
    )


def test_contact_who_comes_has_the_others_in_their_calendar() -> None:
    confirmed(size=2)
    message = rendered(Kind.CONFIRMED)
    (event,) = Calendar.from_ical(message.attachments[0].content).walk("VEVENT")
    assert "Also coming: Colleague 2" in str(event["DESCRIPTION"])
    assert "Also coming" not in str(message.body)  # it lists the visitors already


@pytest.mark.parametrize("name", ["http://evil.example", "see evil.com"])
def test_name_of_a_colleague_that_carries_a_link_is_not_passed_on(name: str) -> None:
    others = (NewVisitor(full_name="Ann Lee", email="ann@school.example"), NewVisitor(full_name=name))
    confirmed(visitors=(NewVisitor(), *others))
    message = rendered(Kind.NAMED)
    assert "evil" not in str(message.body) + str(message.alternatives[0][0]) + str(message.attachments[0].content)


def test_whoever_books_for_others_is_told_how_those_arrive() -> None:
    confirmed(contact_comes=False, visitors=(NewVisitor(full_name="Ann Lee"),))
    text = words(str(rendered(Kind.CONFIRMED).body))
    assert "When they arrive Report to the school office: it signs every visitor in. Pass this on" in text
    assert "When you arrive" not in text


def test_only_people_with_a_place_are_told_of_the_entrance() -> None:
    told = {
        kind for kind, mail in a_mail_of_each_kind().items() if "Greenway" in str(rendering.render(mail, now=NOW).body)
    }
    assert told == {Kind.CONFIRMED, Kind.NAMED, Kind.REMINDER, Kind.BOOKING_MOVED}


def test_colleague_is_told_by_whom_and_given_a_link_to_that_place_alone() -> None:
    booking = confirmed(size=2, contact_name="Jo Brown")
    message = rendered(Kind.NAMED)
    colleague = booking.visitors.get(is_contact=False)
    assert message.to == [colleague.email]
    assert "Jo Brown has booked a place for you at this session." in words(str(message.body))
    assert links.url(links.Purpose.VISITOR, colleague) in str(message.body)
    assert links.url(links.Purpose.CONTACT, booking) not in str(message.body)
    assert "Not you, or you cannot come? Release the place with the same link" in words(str(message.body))


EVIL = [
    *("http://evil.example", "Win at www.evil", "see evil.com", "jo@evil", "EVIL.COM", "Evil.Co.Uk", "evil.de"),
    *("WWW.EVIL", "e.evil.de Souza", "x.la evil", "m.de/evil", "evil-m.de Souza", "J.van.evil.de x"),
    *("evil．com", "evil。com", "evil\u200d.com"),
]


@pytest.mark.parametrize("name", EVIL)
def test_name_that_carries_a_link_is_not_passed_on(name: str) -> None:
    confirmed(size=2, contact_name=name)
    message = rendered(Kind.NAMED)
    assert "evil" not in str(message.body) + str(message.alternatives[0][0])
    assert "A colleague has booked a place for you" in str(message.body)


PLAIN = [
    *("Dr. J. O’Brien-Šimić", "Jo, of 6B", "李 老师", "J.R. Smith", "J.van der Berg", "M.de Souza", "J.P.van Damme"),
    *("R.vanBuren", "Ada M.de la Cruz", "J.R.R.Tolkien", "Dr.Smith", "علی‌رضا", "ක්‍රිෂාන්", "രാജന്‍"),
]


@pytest.mark.parametrize("name", PLAIN)
def test_ordinary_name_is_passed_on(name: str) -> None:
    confirmed(size=2, contact_name=name)
    assert f"{name} has booked a place for you" in words(str(rendered(Kind.NAMED).body))


def test_address_that_is_booked_already_is_told_so_with_its_own_link() -> None:
    session = a_session()
    booking = hold(session)
    assert places.hold(session.pk, party(school=booking.school), clock=at()) is None
    text = words(str(rendered(Kind.ALREADY_BOOKED).body))
    assert "It already has a booking there, so nothing new was booked." in text
    assert "A place is kept for you until 18:00 on Tuesday 5 January: confirm it by then" in text
    assert rendered(Kind.ALREADY_BOOKED).subject == "Confirm by 18:00 on Tuesday 5 January: Year 6 lesson"
    assert links.url(links.Purpose.CONTACT, booking) in text
    places.confirm(booking.pk, clock=at())
    assert "confirm it by" not in str(rendered(Kind.ALREADY_BOOKED).body)


@pytest.mark.parametrize(
    "room, asked, why",
    [
        ({"capacity": 1}, 2, "Only 1 place is left, fewer than you asked for."),
        ({"capacity": 1, "held_back": 1}, 1, "Every place at this session is taken."),
        ({"status": SessionStatus.CLOSED}, 1, "Booking for this session has closed."),
        ({"status": SessionStatus.CANCELLED}, 1, "This session is cancelled."),
        ({"status": SessionStatus.POSTPONED}, 1, "This session is postponed."),
        ({"share": True}, 2, "Your school cannot have that many more places at present."),
    ],
)
def test_new_address_is_told_why_nothing_was_booked(room: dict[str, Any], asked: int, why: str) -> None:
    share = {"share": 1} if room.pop("share", None) else {}
    session = a_session(**share)
    Places.objects.filter(session=session).update(**room)
    wanted = party(email="new@school.example", size=asked)
    assert waiting_list.at_another_address(session.pk, wanted, clock=at(), instead_of=None) is None
    message = rendered(Kind.NOT_BOOKED)
    assert message.to == ["new@school.example"]
    assert why in words(str(message.body))
    assert f"https://testserver/sessions/{session.ref}/" in str(message.body).splitlines()
    assert "/bookings/" not in str(message.body)


def test_lapsed_hold_is_told_how_to_book_again() -> None:
    session = a_session()
    booking = hold(session, size=2)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    assert booking.deadline
    with places.locked(session.pk, at(booking.deadline)):
        pass
    message = rendered(Kind.LAPSED, now=booking.deadline)
    assert message.subject == "Not confirmed in time: Year 6 lesson"
    text = str(message.body)
    assert "They were held until 18:00 on Tuesday 5 January and not confirmed" in text
    assert f"Book 2 places again:\n{links.url(links.Purpose.CONTACT, booking)}\n" in text
    assert session.starts_at
    started = rendered(Kind.LAPSED, now=session.starts_at)
    assert "again" not in str(started.body)


def test_release_tells_the_contact_how_many_remain() -> None:
    booking = confirmed(size=3)
    visitors.release(booking.visitors.filter(is_contact=False).last().pk, clock=at())
    assert "2 places remain." in words(str(rendered(Kind.RELEASED).body))
    visitors.release(booking.visitors.filter(is_contact=False).first().pk, clock=at())
    assert "1 place remains." in words(str(rendered(Kind.RELEASED).body))


def test_cancelling_tells_the_contact_and_every_colleague() -> None:
    booking = confirmed(size=3)
    Mail.objects.all().delete()
    places.cancel(booking.pk, clock=at(), by=StaffFactory(), why="snow")
    assert kinds() == [
        ("cancelled", "teacher@school.example"),
        ("visitor_cancelled", "teacher+2@school.example"),
        ("visitor_cancelled", "teacher+3@school.example"),
    ]
    assert "Your 3 places are no longer kept for you." in str(rendered(Kind.CANCELLED).body)
    assert "snow" not in "".join(str(rendering.render(mail, now=NOW).body) for mail in Mail.objects.all())


def test_times_are_london_s_when_the_clocks_have_changed() -> None:
    summer = dt.date(2027, 6, 15)
    session = a_session(starts_at=london(summer, dt.time(9)), ends_at=london(summer, dt.time(11, 45)), arrival_at=None)
    confirmed(session)
    assert "Tuesday 15 June 2027, 9:00 to 11:45" in str(rendered(Kind.CONFIRMED).body)


# --- nothing breaks out ---------------------------------------------------------------------------------------------


def test_title_arrives_as_it_was_written(smtp_server: MailServer) -> None:
    hold(a_session(title=NASTY))
    send_due(at())
    message = smtp_server.message()
    text = message.get_body(("plain",)).get_content()
    seen = message.get_body(("html",)).get_content()
    assert message["Subject"] == f"Confirm by 18:00 on Tuesday 5 January: {NASTY}"
    assert NASTY in text.splitlines()
    assert html.escape(NASTY) in seen
    assert NASTY not in seen


def test_line_breaks_in_a_title_or_a_name_stay_in_their_line(smtp_server: MailServer) -> None:
    hub = HubYearFactory(name="Kent\r\nBcc: victim@school.example", contact_email="office@hub.example")
    confirmed(
        a_session(title="Fractions\r\nBcc: victim@school.example\u2028x", hub_year=hub),
        size=2,
        contact_name="Jo\nBrown",
    )
    send_due(at())
    assert sorted(smtp_server.to) == ["teacher+2@school.example", "teacher@school.example"]
    for _to, message in smtp_server.received:
        assert message["Bcc"] is None
        assert "Fractions Bcc: victim@school.example x" in message["Subject"]
        assert "Fractions Bcc: victim@school.example x" in message.get_body(("plain",)).get_content().splitlines()
    assert "Jo Brown has booked" in smtp_server.received[-1][1].get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "name",
    [
        "Kent & Medway, and more",
        'The "Shanghai" <hub>',
        "Canolfan Fathemateg Ŵyr",
        "上海数学中心" * 8,
        "evil@other.example, Hub",
        "back\\slash; semi:colon",
    ],
)
def test_hub_s_name_stays_a_name(smtp_server: MailServer, name: str) -> None:
    hold(a_session(hub_year=HubYearFactory(name=name, contact_email="office@hub.example")))
    send_due(at())
    message = smtp_server.message()
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "bookings@showcase.invalid")
    assert getaddresses(message.get_all("Reply-To")) == [("", "office@hub.example")]
    assert getaddresses(message.get_all("To")) == [("", "teacher@school.example")]


@pytest.mark.parametrize(
    "address", ["office@hub.example\nBcc: victim@school.example", "no address", "a@b.example, c@d.example"]
)
def test_reply_to_that_is_no_address_is_left_out(smtp_server: MailServer, address: str) -> None:
    hold(a_session(hub_year=HubYearFactory(contact_email=address)))
    send_due(at())
    assert (smtp_server.message()["Reply-To"], smtp_server.message()["Bcc"]) == (None, None)


def test_reply_to_with_letters_of_another_alphabet_is_written_as_mail_knows_it(smtp_server: MailServer) -> None:
    hold(a_session(hub_year=HubYearFactory(contact_email="office@schüle.example")))
    send_due(at())
    assert smtp_server.message()["Reply-To"] == "office@xn--schle-mva.example"


def test_sender_with_a_name_of_its_own_gives_only_its_address(smtp_server: MailServer, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Showcase <bookings@maths.example>"
    hold()
    send_due(at())
    message = smtp_server.message()
    assert message["From"] == "Kent & Medway Maths Hub <bookings@maths.example>"
    assert message["Message-ID"].endswith("@maths.example>")


def test_mail_says_that_no_person_wrote_it(smtp_server: MailServer) -> None:
    hold()
    send_due(at())
    assert smtp_server.message()["Auto-Submitted"] == "auto-generated"


def test_row_holds_no_usable_link() -> None:
    booking = confirmed(size=2)
    kept = "".join(f"{mail.facts} {mail.dedupe_key} {mail.last_error}" for mail in Mail.objects.all())
    secret = [booking.public_id.hex, str(booking.public_id), links.token(links.Purpose.CONTACT, booking)]
    assert [part for part in secret if part in kept] == []


# --- send it again --------------------------------------------------------------------------------------------------


def presses(booking: Booking, *minutes: float) -> int:
    """How many mails there are after pressing "Send it again" so many minutes after the hold."""
    for minute in minutes:
        mails.resend_link(booking, now=NOW + minute * MINUTE)
    return Mail.objects.filter(booking=booking, kind=Kind.CONFIRM).count()


def test_link_is_sent_again_twice_ten_minutes_apart() -> None:
    booking = hold()
    assert presses(booking, 1) == 2
    assert presses(booking, 1, 2, 10.9) == 2
    assert presses(booking, 11) == 3
    assert presses(booking, 12, 22, 600) == 3


def test_mail_sent_again_says_the_same_with_the_same_link(smtp_server: MailServer) -> None:
    booking = hold()
    send_due(at())
    presses(booking, 1)
    send_due(at(NOW + MINUTE))
    (_, first), (_, second) = smtp_server.received
    assert [first[name] for name in ("Subject", "From", "To")] == [second[name] for name in ("Subject", "From", "To")]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
    assert first["Message-ID"] != second["Message-ID"]


def test_only_a_hold_is_sent_again() -> None:
    booking = hold()
    places.confirm(booking.pk, clock=at())
    booking.refresh_from_db()
    assert presses(booking, 20) == 1


def test_nothing_is_sent_again_to_somebody_erased() -> None:
    booking = hold()
    Mail.objects.update(recipient=None, recipient_key=None)
    assert presses(booking, 20) == 1


def test_booking_by_staff_has_nothing_to_send_again() -> None:
    booking = staff_booking.staff_booking(a_session().pk, party(), by=StaffFactory(), clock=at())
    booking.status = Status.HELD
    assert presses(booking, 20) == 0


# --- links asked for ------------------------------------------------------------------------------------------------


def asks(address: str, *hours: float) -> int:
    for hour in hours:
        mails.tell_my_bookings(address, language="en-gb", now=NOW + hour * HOUR)
    return Mail.objects.filter(kind=Kind.MY_BOOKINGS).count()


def test_my_bookings_lists_bookings_and_places_to_come_soonest_first() -> None:
    later = a_session(
        title="Later",
        starts_at=london(dt.date(2027, 2, 2), dt.time(9)),
        ends_at=london(dt.date(2027, 2, 2), dt.time(11)),
    )
    sooner, gone = a_session(title="Sooner"), a_session(title="Gone")
    mine = confirmed(later, email="jo@school.example")
    theirs = confirmed(
        sooner,
        email="head@school.example",
        visitors=(NewVisitor(), NewVisitor(full_name="Jo", email="JO@school.example")),
    )
    places.cancel(hold(gone, email="jo@school.example").pk, clock=at())
    assert asks("jo@school.example", 0) == 1
    message = rendered(Kind.MY_BOOKINGS)
    text = str(message.body)
    own = links.url(links.Purpose.VISITOR, theirs.visitors.get(is_contact=False))
    assert (
        text.index("Sooner")
        < text.index(own)
        < text.index("Later")
        < text.index(links.url(links.Purpose.CONTACT, mine))
    )
    assert ("Gone" in text, text.count("/bookings/")) == (False, 2)
    assert words(shown(message)).count("Tuesday 26 January 2027, 9:00 to 11:45") == 1


def test_my_bookings_is_one_mail_an_hour_and_five_a_day() -> None:
    hold(email="jo@school.example")
    assert asks("jo@school.example", 0, 0.1, 0.5, 0.99) == 1
    assert asks("jo@school.example", 1, 1.5, 2, 3, 4) == 5
    assert asks("jo@school.example", 5, 6, 12, 23.9) == 5
    assert asks("jo@school.example", 24.5) == 6


def test_asking_twice_at_once_sends_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hold(email="jo@school.example")
    monkeypatch.setattr(Mail.objects, "to", lambda *_, **__: Mail.objects.none())  # neither has seen the other
    assert asks("jo@school.example", 0, 0) == 1


def test_address_without_bookings_gets_nothing() -> None:
    hold(email="jo@school.example")
    assert asks("nobody@school.example", 0) == 0


def test_place_that_is_not_confirmed_tells_its_visitor_nothing_yet() -> None:
    hold(size=2)
    assert asks("teacher+2@school.example", 0) == 0


def test_session_that_is_over_is_not_listed() -> None:
    session = a_session()
    confirmed(session, email="jo@school.example")
    assert asks("jo@school.example", 24 * 23) == 0


def test_links_go_to_the_address_as_it_was_booked_with() -> None:
    hold(email="jo@school.example")
    mails.tell_my_bookings(" JO@\N{FULLWIDTH LATIN SMALL LETTER S}chool.example", language="en-gb", now=NOW)
    assert Mail.objects.get(kind=Kind.MY_BOOKINGS).recipient == "jo@school.example"


def test_list_of_links_takes_the_same_queries_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for wanted in (1, 2):
        for _ in range(wanted):
            confirmed(a_session(), email="jo@school.example")
        Mail.objects.filter(kind=Kind.MY_BOOKINGS).delete()
        asks("jo@school.example", 0)
        mail = Mail.objects.get(kind=Kind.MY_BOOKINGS)
        with django_assert_num_queries(3):  # bookings, their visitors, and places that others booked
            message = rendering.render(mail, now=NOW)
        assert str(message.body).count("/bookings/") == Booking.objects.count()


def test_key_of_a_mail_does_not_keep_the_address() -> None:
    session = a_session()
    booking = hold(session, email="jo@school.example")
    places.hold(session.pk, party(email="jo@school.example", school=booking.school), clock=at())
    asks("jo@school.example", 0)
    assert [key for key in Mail.objects.values_list("dedupe_key", flat=True) if "jo" in key] == []


def test_each_kind_of_link_mail_has_its_own_limit() -> None:
    session = a_session()
    booking = hold(session, email="jo@school.example")
    asks("jo@school.example", 0)
    for minute in (1, 2):
        wanted = party(email="jo@school.example", school=booking.school)
        assert places.hold(session.pk, wanted, clock=at(NOW + minute * MINUTE)) is None
    assert [kind for kind, _to in kinds()] == ["confirm", "my_bookings", "already_booked"]


# --- pressed at the same time ---------------------------------------------------------------------------------------


def at_once(times: int, press: Callable[[], object]) -> None:
    """Press in as many threads as `times`, each with a connection of its own; an error in any is raised here."""
    ready = threading.Barrier(times)

    def pressed(_number: int) -> None:
        try:
            connection.ensure_connection()
            ready.wait()
            press()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(pressed, range(times)))


@pytest.mark.django_db(transaction=True)
def test_sending_again_pressed_by_many_at_once_sends_one() -> None:
    booking = hold()
    at_once(8, lambda: mails.resend_link(booking, now=NOW + MINUTE))
    assert Mail.objects.filter(kind=Kind.CONFIRM).count() == 2


@pytest.mark.django_db(transaction=True)
def test_links_asked_for_by_many_at_once_are_one_mail() -> None:
    hold(email="jo@school.example")
    at_once(8, lambda: asks("jo@school.example", 0))
    assert Mail.objects.filter(kind=Kind.MY_BOOKINGS).count() == 1


@pytest.mark.django_db(transaction=True)
def test_second_booking_pressed_by_many_at_once_is_told_once() -> None:
    session = a_session()
    school = hold(session).school
    at_once(8, lambda: places.hold(session.pk, party(school=school), clock=at()))
    assert Mail.objects.filter(kind=Kind.ALREADY_BOOKED).count() == 1
