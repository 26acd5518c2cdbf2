"""Staff cancel somebody's booking: the mail and the page say that it was the hub, and why where staff chose to."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import links, rendering
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail
from bookings.states import Status, Verb
from bookings.verbs import waiting_list
from hubs.models import HubYear
from tests.answers import untouched
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WHY = "The lesson is for Year 6 teachers <only> & their heads"
TEACHERS = ("You have left", "given back", "book again", "book a place", "declined")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", room__capacity=2)


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def confirmed(session, **asked):
    return places.confirm(held(session, size=2, **asked).pk, clock=lambda: NOW)


def waiting(session, **asked):
    held(session, size=2, email="first@school.example")
    joined = waiting_list.join(session.pk, party(size=2, **asked), clock=lambda: NOW).booking
    return waiting_list.wait(joined.pk, clock=lambda: NOW)


def offered(session, **asked):
    booking = waiting(session, **asked)
    places.cancel(Booking.objects.earliest("pk").pk, clock=lambda: NOW)
    booking.refresh_from_db()
    assert booking.status == Status.OFFERED
    return booking


def withdraw(booking, **said):
    places.cancel(booking.pk, clock=lambda: NOW, by=StaffFactory(), why=WHY, **said)


def mail_of(kind, booking):
    """Subject, text, and what the HTML shows."""
    message = rendering.render(Mail.objects.filter(kind=kind, booking=booking).latest("pk"), now=NOW)
    seen = html.unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", message.alternatives[0][0]))
    return message.subject, *(" ".join(part.split()) for part in (message.body, seen))


def page_of(client, purpose, row, prefix=""):
    return Page(client.get(f"{prefix}/bookings/{links.token(purpose, row)}/")).text


SAYS = {
    held: ("The hub has cancelled your booking", "Your place is no longer kept for you."),
    confirmed: ("The hub has cancelled your booking", "Your 2 places are no longer kept for you."),
    offered: ("The hub has withdrawn its offer", "The 2 places that were offered to you are no longer kept"),
    waiting: ("The hub has taken you off the waiting list", "You are no longer on the waiting list"),
}
SAYS_IN_CHINESE = {
    held: "数学中心已取消您的预约",
    confirmed: "数学中心已取消您的预约",
    offered: "数学中心已收回提供给您的递补名额",
    waiting: "数学中心已将您移出候补名单",
}


@pytest.mark.parametrize("stood", SAYS)
def test_mail_says_that_it_was_the_hub(session, stood):
    booking = stood(session)
    withdraw(booking)
    subject, *bodies = mail_of(Kind.CANCELLED, booking)
    heading, lead = SAYS[stood]
    assert subject.startswith(f"{heading}: Year 6 lesson")
    for body in bodies:
        assert heading in body
        assert lead in body
        assert [words for words in (*TEACHERS, WHY) if words in body] == []


@pytest.mark.parametrize("stood", SAYS_IN_CHINESE)
def test_mail_says_so_in_chinese(session, stood):
    booking = stood(session, language="zh-hans")
    withdraw(booking, tell_why=True)
    subject, *bodies = mail_of(Kind.CANCELLED, booking)
    assert subject.startswith(SAYS_IN_CHINESE[stood])
    for body in bodies:
        assert SAYS_IN_CHINESE[stood] in body
        assert WHY in body


def test_reason_that_staff_chose_to_tell_stands_in_every_mail_and_page(client, session):
    booking = confirmed(session)
    colleague = booking.visitors.get(is_contact=False)
    withdraw(booking, tell_why=True)
    hub = HubYear.objects.get().name
    for kind in (Kind.CANCELLED, Kind.VISITOR_CANCELLED):
        for body in mail_of(kind, booking)[1:]:
            assert f"{hub} writes: {WHY}" in body
    said = f"The hub has cancelled this booking {hub} writes: {WHY} Nobody is expected on it."
    assert said in page_of(client, links.Purpose.CONTACT, booking)
    theirs = page_of(client, links.Purpose.VISITOR, colleague)
    assert f"You have no place on this booking {hub} writes: {WHY} The hub has cancelled the booking." in theirs
    assert WHY in page_of(client, links.Purpose.CONTACT, booking, prefix="/zh-hans")


def test_reason_that_staff_keep_stands_nowhere(client, session):
    booking = confirmed(session)
    colleague = booking.visitors.get(is_contact=False)
    withdraw(booking)
    _subject, *bodies = mail_of(Kind.VISITOR_CANCELLED, booking)
    lead = "The hub has cancelled the booking that Test Teacher made for you."
    assert [body for body in bodies if lead in body] == bodies
    pages = [page_of(client, links.Purpose.CONTACT, booking), page_of(client, links.Purpose.VISITOR, colleague)]
    assert "The hub has cancelled this booking Nobody is expected on it." in pages[0]
    assert [text for text in (*bodies, *pages) if WHY in text] == []
    assert WHY not in str([*Mail.objects.values_list("facts", flat=True)])


def test_teacher_who_cancels_is_told_as_before(client, session):
    booking = confirmed(session)
    places.cancel(booking.pk, clock=lambda: NOW)
    _subject, *bodies = mail_of(Kind.CANCELLED, booking)
    assert [body for body in bodies if "Your 2 places have been given back" in body] == bodies
    assert [body for body in bodies if "The hub has" in body] == []
    assert "This booking is cancelled Nobody" in page_of(client, links.Purpose.CONTACT, booking)


@pytest.mark.parametrize("tells", [True, False])
def test_staff_choose_on_the_page_that_asks_why(admin_client, session, tells):
    booking = confirmed(session)
    address = reverse("admin:bookings_booking_changelist")
    asked = admin_client.post(address, {"action": "cancel", "_selected_action": [booking.pk]})
    form = untouched(asked) | {"why": WHY} | ({"tell_why": "on"} if tells else {})
    assert admin_client.post(address, form).status_code == 302
    entry = AuditEntry.objects.get(verb=Verb.WITHDRAW)
    assert (entry.why, entry.why_told) == (WHY, tells)
    assert Mail.objects.filter(kind=Kind.CANCELLED).latest("pk").facts["reason"] == (WHY if tells else "")
