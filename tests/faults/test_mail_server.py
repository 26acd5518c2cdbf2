"""The mail server slow, refusing, silent or gone at each step: what is kept, and what visitor and staff see."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from bookings import places
from bookings.due import run_due
from bookings.mail import answers, links
from bookings.mail.sending import send_due
from bookings.models import Booking, Mail
from bookings.operations.counting import miscounts
from bookings.states import Status
from hubs.models import Membership, ShowcaseSession, StaffUser
from tests.answers import messages_of
from tests.browser.reading import Page
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party
from tests.faults.mail_server import STEPS, Does, IllServer, drip, drop, says, silence

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
TIME_OUT = 0.3
State = Mail.State


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


@pytest.fixture
def ill(settings: Settings) -> Iterator[Callable[..., IllServer]]:
    """Starts a server that is ill at a step, and has mail sent there."""
    started = []

    def start(*how: Any, **more: Any) -> IllServer:
        server = IllServer(*how, **more)
        started.append(server)
        settings.EMAIL_BACKEND = "bookings.mail.line.Line"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, TIME_OUT
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        return server

    yield start
    for server in started:
        server.stop()


def a_session(**fields: Any) -> ShowcaseSession:
    session: ShowcaseSession = SessionFactory(title="Year 6 lesson", room__capacity=30, **fields)
    return session


def hold(session: ShowcaseSession, *addresses: str) -> list[Booking]:
    made = [places.hold(session.pk, party(email=address), clock=at()) for address in addresses]
    return [booking for booking in made if booking]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


# --- each step ------------------------------------------------------------------------------------------------------

AWAY, AGAIN, LATER, REFUSED, SENT = "away", "again", "later", "refused", "sent"
# What becomes of a mail: away, nothing was tried and it waits a minute; again, the line broke on it, so it waits a
# minute behind the others; later, it was answered and waits a minute; in silence, it may have arrived and waits ten.
SILENCE = "in silence"
ILL: dict[str, Does] = {
    "drops": drop,
    "says nothing": silence,
    "says a letter at a time": drip,
    "refuses for now": says("451 4.3.0 Try again later"),
    "refuses for good": says("550 5.1.1 No such user"),
    "refuses us": says("554 5.7.1 You are not welcome"),
    "talks nonsense": says("nonsense"),
}
BROKEN = ("drops", "says nothing", "says a letter at a time")
BECOMES = (
    {("greeting", how): AWAY for how in ILL}
    | {("ehlo", how): AWAY if how in BROKEN else SENT for how in ILL}  # refused, it says HELO as in 1982
    | {(step, how): AGAIN for step in ("mail", "rcpt", "data") for how in BROKEN}
    | {(step, how): SILENCE for step in ("body", "end") for how in BROKEN}
    | {("mail", how): AGAIN for how in ILL}
    | {(step, "refuses for now"): LATER for step in ("rcpt", "data", "end")}
    | {(step, "refuses us"): LATER for step in ("rcpt", "data", "end")}
    | {(step, "refuses for good"): REFUSED for step in ("rcpt", "data", "end")}
    | {("rcpt", "talks nonsense"): LATER, ("data", "talks nonsense"): LATER, ("end", "talks nonsense"): SILENCE}
    | {("quit", how): SENT for how in ILL}
)
# A server that answers in the middle of a mail has not read it: the words come where it is asked for its answer.
BECOMES |= {("body", "refuses for now"): LATER, ("body", "refuses us"): LATER, ("body", "refuses for good"): REFUSED}
BECOMES |= {("body", "talks nonsense"): SILENCE}


def became(mail: Mail) -> str:
    if mail.state != State.WAITING:
        return mail.state
    waits = mail.due_at - NOW
    if mail.unanswered:
        assert (waits, mail.broken_at, mail.tries) == (10 * MINUTE, NOW, 1)
        return SILENCE
    assert waits == MINUTE
    return AWAY if not mail.tries else AGAIN if mail.broken_at else LATER


@pytest.mark.parametrize("how", ILL)
@pytest.mark.parametrize("step", STEPS)
def test_what_becomes_of_a_mail(ill: Callable[..., IllServer], step: str, how: str) -> None:
    server = ill(step, ILL[how])
    (booking,) = hold(a_session(), "a@school.example")
    with at_most(TIME_OUT * 3 + 2):  # for a busy machine; a letter at a time would take for ever
        send_due(at())
    mail = Mail.objects.get()
    assert became(mail) == BECOMES[step, how]
    # An answer of the address is the only thing that starts the clock of a hold.
    assert (mail.answered_at is None) == (mail.state == State.WAITING)
    assert "school.example" not in mail.last_error
    booking.refresh_from_db()
    assert booking.status == Status.HELD
    if became(mail) in (SILENCE, SENT):
        assert len(server.taken) <= 1
    else:
        assert [to for _at, to, _message in server.taken] == ["a@school.example"] * (step in ("body", "end"))


@pytest.mark.parametrize("how", ["drops", "refuses for now", "refuses for good", "talks nonsense"])
@pytest.mark.parametrize("step", ["rcpt", "data", "body", "end"])
def test_one_mail_that_goes_wrong_holds_up_no_other(ill: Callable[..., IllServer], step: str, how: str) -> None:
    server = ill(step, ILL[how], lambda to: to.startswith("bad"))
    hold(a_session(), "bad1@school.example", "a@school.example", "bad2@school.example", "b@school.example")
    assert send_due(at()) == 4
    arrived = [to for _at, to, _message in server.taken if not to.startswith("bad")]
    assert arrived == ["a@school.example", "b@school.example"]


# --- after DATA -----------------------------------------------------------------------------------------------------


def test_five_of_thirteen_dropped_after_data_hold_up_nobody_and_none_is_sent_more_than_three_times(
    ill: Callable[..., IllServer],
) -> None:
    """The worst order: the five come first. Rounds of the worker, a second apart, by a clock that tests turn."""
    bad, good = [f"bad{n}@school.example" for n in range(5)], [f"good{n}@school.example" for n in range(8)]
    server = ill("end", drop, lambda to: to.startswith("bad"))
    session = a_session()
    hold(session, *bad, *good)
    fresh_at, first_seen = {}, {}
    for second in [*range(600), *range(600, 5400, 5)]:
        now = NOW + second * SECOND
        if second % 300 == 7 and second < 4000:  # somebody books
            places.hold(session.pk, party(email=f"fresh{second}@school.example"), clock=at(now))
            fresh_at[f"fresh{second}@school.example"] = second
        send_due(at(now))
        for _at, to, _message in server.taken:
            first_seen.setdefault(to, second)
    assert max(server.copies().values()) == 3
    assert Counter(to for _at, to, _message in server.taken) == Counter(bad * 3 + good + list(fresh_at))
    assert {to: first_seen[to] - second for to, second in fresh_at.items()} == dict.fromkeys(fresh_at, 0)
    assert max(first_seen[to] for to in good) <= 7
    assert Counter(Mail.objects.values_list("state", flat=True)) == {
        State.SENT: len(good) + len(fresh_at),
        State.UNSURE: len(bad),
    }


def test_every_try_after_silence_has_the_same_message_id_and_waits_ten_minutes_and_an_hour(
    ill: Callable[..., IllServer],
) -> None:
    server = ill("end", drop)
    hold(a_session(), "a@school.example")
    now, sent_after = NOW, []
    for minute in range(300):
        now = NOW + minute * MINUTE
        if send_due(at(now)):
            sent_after.append(minute)
    mail = Mail.objects.get()
    assert (sent_after, mail.state, mail.unanswered, mail.answered_at) == ([0, 10, 70], State.UNSURE, 3, None)
    assert list(server.copies().values()) == [3]
    assert mail.last_error.startswith("Taken without an answer. SMTPServerDisconnected")


def test_fresh_mail_goes_before_urgent_ones_on_which_the_line_broke(ill: Callable[..., IllServer]) -> None:
    server = ill()
    hold(a_session(), "broken@school.example", "fresh@school.example")
    Mail.objects.filter(recipient="broken@school.example").update(broken_at=NOW - MINUTE, urgent=True)
    assert send_due(at()) == 2
    assert [to for _at, to, _message in server.taken] == ["fresh@school.example", "broken@school.example"]


def test_run_tries_one_broken_mail_of_a_server_that_hangs(ill: Callable[..., IllServer]) -> None:
    ill("end", silence)
    hold(a_session(), *(f"{n}@school.example" for n in range(4)))
    Mail.objects.update(broken_at=NOW - 2 * HOUR)
    assert send_due(at()) == 1


# --- what people see ------------------------------------------------------------------------------------------------


def in_silence(ill: Callable[..., IllServer], session: ShowcaseSession) -> tuple[IllServer, Booking, Mail]:
    """A mail that was taken three times, each without an answer."""
    server = ill("end", drop)
    (booking,) = hold(session, "jo@school.example")
    for minute in (0, 10, 70):
        send_due(at(NOW + minute * MINUTE))
    return server, booking, Mail.objects.get()


def press(client: Client, mail: Mail, button: str) -> Any:
    marked = {"action": button, "_selected_action": mail.pk, "_from_row": mail.pk}
    return client.post(reverse("admin:bookings_mail_changelist"), marked, follow=True)


@pytest.fixture
def session() -> ShowcaseSession:
    return a_session(hub_year=HubYearFactory())


@pytest.fixture
def lead(session: ShowcaseSession) -> Client:
    user = StaffFactory(full_name="Ada Admin")
    Membership.objects.create(user=user, hub=session.hub_year.hub)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def _two_hours_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW + 2 * HOUR)


def page_of(mail: Mail) -> str:
    return reverse("admin:bookings_mail_change", args=[mail.pk])


def said_by_home(lead: Client) -> list[tuple[str, int]]:
    """Each sentence that Home says of mails, and how many rows its list has."""
    needs = lead.get(reverse("admin:index")).context["home"]["needs"]
    found = [(one.words, len(lead.get(one.address).context["cl"].result_list)) for one in needs]
    return [(words, rows) for words, rows in found if "mail" in words]


@pytest.mark.usefixtures("_two_hours_on")
def test_staff_see_what_may_have_arrived_wherever_they_look(
    ill: Callable[..., IllServer], session: ShowcaseSession, lead: Client
) -> None:
    _server, booking, mail = in_silence(ill, session)
    assert said_by_home(lead) == [("1 email may have arrived: the mail server took it and did not answer", 1)]
    own = Page(lead.get(page_of(mail)))
    assert "Ask whoever it is for." in own.text
    assert {"Send again", "It arrived"} <= set(own.buttons)
    of_session = Page(lead.get(reverse("admin:hubs_showcasesession_overview", args=[session.pk])))
    assert "1 may have arrived" in of_session.text
    assert "Email may have arrived" in of_session.text
    assert "Email not delivered" not in of_session.text
    of_booking = Page(lead.get(reverse("admin:bookings_booking_overview", args=[booking.pk])))
    assert "may have arrived" in of_booking.text


@pytest.mark.usefixtures("_two_hours_on")
def test_what_staff_say_arrived_counts_as_sent_from_then_on(
    ill: Callable[..., IllServer], session: ShowcaseSession, lead: Client
) -> None:
    _server, booking, mail = in_silence(ill, session)
    assert messages_of(press(lead, mail, "it_arrived")) == ["Counts as sent: confirm your places (jo@school.example)"]
    mail.refresh_from_db()
    assert (mail.state, mail.answered_at) == (State.SENT, NOW + 2 * HOUR)
    assert said_by_home(lead) == []
    press(lead, mail, "it_arrived")
    press(lead, mail, "send_again")
    mail.refresh_from_db()
    assert (mail.state, mail.answered_at) == (State.SENT, NOW + 2 * HOUR)
    assert booking.deadline
    run_due(at(booking.deadline))
    booking.refresh_from_db()
    assert booking.status == Status.LAPSED


@pytest.mark.usefixtures("_two_hours_on")
def test_what_staff_send_again_goes_once_more_under_the_same_name(
    ill: Callable[..., IllServer], session: ShowcaseSession, lead: Client
) -> None:
    server, _booking, mail = in_silence(ill, session)
    press(lead, mail, "send_again")
    press(lead, mail, "send_again")  # pressed twice
    for hours in range(2, 12):
        send_due(at(NOW + hours * HOUR))
    mail.refresh_from_db()
    assert (list(server.copies().values()), mail.state) == ([4], State.UNSURE)
    server.ill = None
    press(lead, mail, "send_again")
    send_due(at(NOW + 12 * HOUR))
    mail.refresh_from_db()
    assert (list(server.copies().values()), mail.state) == ([5], State.SENT)


@pytest.mark.usefixtures("_two_hours_on")
def test_hold_whose_mail_may_have_arrived_stands_and_is_confirmed_by_its_link(
    ill: Callable[..., IllServer], session: ShowcaseSession, lead: Client
) -> None:
    server, booking, mail = in_silence(ill, session)
    assert booking.deadline
    run_due(at(booking.deadline + 12 * HOUR))
    booking.refresh_from_db()
    assert (booking.status, booking.told_at()) == (Status.HELD, None)
    text = server.taken[0][2].get_body(("plain",))
    assert text
    link = next(line for line in text.get_content().splitlines() if "/bookings/" in line)
    assert link == links.url(links.Purpose.CONTACT, booking)
    places.confirm(booking.pk, clock=at(booking.deadline + 12 * HOUR))
    lead.force_login(StaffUser.objects.get(full_name="Ada Admin"))  # who was signed out in the night
    assert said_by_home(lead) == []  # who pressed the link has had the mail
    mail.refresh_from_db()
    assert mail.state == State.UNSURE
    assert miscounts() == []


def test_visitor_books_while_the_mail_server_is_ill(
    ill: Callable[..., IllServer], session: ShowcaseSession, client: Client
) -> None:
    """Nothing that a visitor does waits for a mail server."""
    ill("greeting", silence)
    hold(session, "jo@school.example")
    with at_most(TIME_OUT + 2):
        page = client.get(session.get_absolute_url())
    assert page.status_code == 200
    assert Mail.objects.get().tries == 0


def test_server_that_is_well_again_gets_every_mail_once(ill: Callable[..., IllServer]) -> None:
    server = ill("mail", drop)
    hold(a_session(), *(f"{n}@school.example" for n in range(9)))
    for second in range(60):
        send_due(at(NOW + second * SECOND))
    server.ill = None
    for second in range(60, 190):
        send_due(at(NOW + second * SECOND))
    assert sorted(server.copies().values()) == [1] * 9
    assert set(Mail.objects.values_list("state", flat=True)) == {State.SENT}


def test_tries_after_silence_are_those_that_the_docs_name() -> None:
    assert answers.AFTER_SILENCE == [10 * MINUTE, HOUR]
