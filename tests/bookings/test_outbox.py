"""Sending the outbox to a real mail server that refuses, stalls, hangs up or is away."""

import datetime as dt
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bookings import places
from bookings.due import Done, run_due
from bookings.mail import answers, links
from bookings.mail.answers import GIVE_UP_AFTER
from bookings.mail.claiming import LEASE, InHand
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail
from bookings.rule.party import NewVisitor
from bookings.states import Status
from bookings.verbs import hand_over, visitors
from hubs.models import ShowcaseSession
from hubs.vocabulary.logs import PrivateFormatter
from tests.bookings.conftest import MailServer
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
State = Mail.State


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def a_session() -> ShowcaseSession:
    session: ShowcaseSession = SessionFactory(title="Year 6 lesson")
    return session


def hold(*addresses: str, session: Any = None) -> list[Booking]:
    """A hold each, and so a mail each that is due."""
    session = session or a_session()
    made = [places.hold(session.pk, party(email=address), clock=at()) for address in addresses]
    return [booking for booking in made if booking]


def mail_to(address: str) -> Mail:
    return Mail.objects.get(recipient=address)


@pytest.fixture
def black_hole(settings: Settings) -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        settings.EMAIL_BACKEND = "bookings.mail.line.Line"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        settings.EMAIL_TIMEOUT = 0.2
        yield server


# --- it is sent -----------------------------------------------------------------------------------------------------


def test_mail_is_sent_with_its_link_and_marked(smtp_server: MailServer) -> None:
    (booking,) = hold("a@school.example")
    assert send_due(at()) == 1
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at, mail.tries, mail.last_error) == (State.SENT, NOW, 1, "")
    assert smtp_server.to == ["a@school.example"]
    text = smtp_server.message().get_body(("plain",)).get_content()
    assert links.url(links.Purpose.CONTACT, booking) in text.splitlines()
    assert smtp_server.message()["Message-ID"] == f"<{mail.message_id}@showcase.invalid>"


def test_message_id_has_a_random_part_and_does_not_tell_the_token(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    a, b = mail_to("a@school.example"), mail_to("b@school.example")
    assert re.fullmatch("[2-9a-z]{26}", a.token)
    assert a.token != b.token
    assert re.fullmatch(f"mail-{a.pk}-[0-9a-f]{{16}}", a.message_id)
    send_due(at())
    sent = b"".join(smtp_server.raw).decode()
    assert (a.message_id in sent, a.token in sent, b.token in sent) == (True, False, False)


def test_mail_has_the_same_message_id_at_every_try(smtp_server: MailServer) -> None:
    hold("a@school.example")
    smtp_server.rcpt["a@school.example"] = "451 Later"
    before = mail_to("a@school.example").message_id
    send_due(at())
    del smtp_server.rcpt["a@school.example"]
    send_due(at(NOW + MINUTE))
    assert smtp_server.message()["Message-ID"] == f"<{before}@showcase.invalid>"


def test_mails_of_one_run_share_a_connection(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example", "c@school.example")
    assert send_due(at()) == 3
    assert smtp_server.connections == 1


def test_urgent_mail_goes_first_then_the_oldest(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example", "c@school.example")
    Mail.objects.filter(recipient="b@school.example").update(due_at=NOW - MINUTE)
    Mail.objects.filter(recipient="c@school.example").update(urgent=True)
    send_due(at())
    assert smtp_server.to == ["c@school.example", "b@school.example", "a@school.example"]


def test_mail_that_is_not_due_yet_waits(smtp_server: MailServer) -> None:
    hold("a@school.example")
    assert send_due(at(NOW - MINUTE)) == 0
    assert smtp_server.connections == 0


def test_run_sends_no_more_than_it_may(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example", "c@school.example")
    assert send_due(at(), most=2) == 2
    assert smtp_server.to == ["a@school.example", "b@school.example"]


def test_run_that_is_told_to_stop_finishes_the_mail_in_hand(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    Mail.objects.filter(recipient="b@school.example").update(due_at=NOW - SECOND / 2)
    Mail.objects.filter(recipient="a@school.example").update(due_at=NOW - SECOND)
    assert send_due(at(), stop=lambda: bool(smtp_server.received)) == 1
    assert smtp_server.to == ["a@school.example"]
    untried = mail_to("b@school.example")
    assert (untried.tries, untried.due_at <= NOW) == (0, True)


# --- what the server answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, answer, state",
    [
        ("rcpt", "550 No such user", State.REFUSED),
        ("rcpt", "550 5.1.1 No such user", State.REFUSED),
        ("rcpt", "552 5.2.2 Mailbox full", State.REFUSED),
        ("rcpt", "551 User not local", State.REFUSED),
        ("data", "550 Not wanted", State.REFUSED),
        ("rcpt", "451 4.7.1 Greylisted, come back later", State.WAITING),
        ("rcpt", "421 4.3.2 Shutting down", State.WAITING),
        ("data", "452 4.3.1 Out of space", State.WAITING),
        # said of us, not of the address
        ("rcpt", "550 5.7.1 Relaying denied", State.WAITING),
        ("rcpt", "550 5.4.5 Daily sending limit exceeded", State.WAITING),
        ("data", "554 5.7.1 Looks like spam", State.WAITING),
    ],
)
def test_answer_of_the_server_decides(smtp_server: MailServer, asked: str, answer: str, state: str) -> None:
    hold("a@school.example", "b@school.example")
    getattr(smtp_server, asked)["a@school.example"] = answer
    assert send_due(at()) == 2
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at) == (state, NOW if state == State.REFUSED else None)
    assert mail.due_at > NOW
    assert answer.partition(" ")[2] in mail.last_error
    assert smtp_server.to == ["b@school.example"]
    assert smtp_server.connections == 2  # a new one for the mail behind it


def test_refusal_is_kept_without_the_address(smtp_server: MailServer) -> None:
    hold("secret.name@school.example")
    smtp_server.rcpt["secret.name@school.example"] = "550 <secret.name@school.example>: no such user"
    send_due(at())
    error = mail_to("secret.name@school.example").last_error
    assert error == "SMTPRecipientsRefused: 550 <[address]>: no such user"


@pytest.mark.parametrize("asked, code, state", [("rcpt", 550, State.REFUSED), ("data", 451, State.WAITING)])
def test_answer_that_no_column_can_hold_holds_nobody_up(
    smtp_server: MailServer, asked: str, code: int, state: str
) -> None:
    """Relays repeat what others said to them. PostgreSQL takes no NUL, and then every round would end here."""
    hold("a@school.example", "b@school.example")
    getattr(smtp_server, asked)["a@school.example"] = f"{code} No\0such\x07user"
    assert send_due(at()) == 2
    mail = mail_to("a@school.example")
    assert (mail.state, smtp_server.to) == (state, ["b@school.example"])
    assert mail.last_error.endswith(f"{code} No such user")


def test_dropped_connection_is_no_answer_and_does_not_stop_the_next(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    smtp_server.drops = {"a@school.example"}
    assert send_due(at()) == 2
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at, mail.due_at) == (State.WAITING, None, NOW + 10 * MINUTE)
    assert smtp_server.to == ["b@school.example"]


def test_slow_answer_is_given_up_and_does_not_stop_the_next(smtp_server: MailServer, settings: Settings) -> None:
    hold("a@school.example", "b@school.example")
    smtp_server.slow, settings.EMAIL_TIMEOUT = {"a@school.example"}, 0.2
    assert send_due(at()) == 2
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at) == (State.WAITING, None)
    assert smtp_server.to == ["b@school.example"]


def test_three_unanswered_mails_in_a_row_end_the_run(smtp_server: MailServer) -> None:
    addresses = [f"{n}@school.example" for n in range(6)]
    hold(*addresses)
    smtp_server.drops = set(addresses)
    assert send_due(at()) == 3
    assert sorted(Mail.objects.values_list("tries", "due_at", "answered_at")) == (
        [(0, NOW + SECOND, None)] * 3 + [(1, NOW + 10 * MINUTE, None)] * 3
    )


def test_server_that_takes_every_mail_in_silence_is_tried_less_and_less_often(smtp_server: MailServer) -> None:
    addresses = [f"{n}@school.example" for n in range(30)]
    hold(*addresses)
    smtp_server.drops = set(addresses)
    tried_at = [second for second in range(300) for _each in range(send_due(at(NOW + second * SECOND)))]
    assert tried_at == [0, 0, 0, 1, 3, 7, 15, 31, 63, 123, 183, 243]
    assert Mail.objects.filter(state=State.WAITING, tries=0).count() == 30 - len(tried_at)
    smtp_server.drops = set()
    assert send_due(at(NOW + 303 * SECOND)) == 30 - len(tried_at)


# --- the server is away ---------------------------------------------------------------------------------------------


def test_connection_refused_makes_every_mail_wait_untried(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    smtp_server.stop()
    assert send_due(at()) == 0
    for mail in Mail.objects.all():
        assert (mail.state, mail.answered_at, mail.tries, mail.due_at) == (State.WAITING, None, 0, NOW + MINUTE)
        assert mail.last_error.startswith("ConnectionRefusedError")


def test_silent_server_costs_one_time_out_and_not_one_a_mail(black_hole: socket.socket) -> None:
    hold(*(f"{n}@school.example" for n in range(20)))
    began = time.monotonic()
    assert send_due(at()) == 0
    assert send_due(at()) == 0
    assert time.monotonic() - began < 3  # 20 time-outs would be 4 seconds
    assert Mail.objects.filter(due_at=NOW + MINUTE, tries=0, answered_at=None).count() == 20


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_refused_sign_in_is_no_answer(smtp_server: MailServer, settings: Settings) -> None:
    smtp_server.stop()
    smtp_server.start(
        auth_required=True, auth_require_tls=False, authenticator=lambda *_: AuthResult(success=False, handled=False)
    )
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "wrong"
    hold("a@school.example")
    assert send_due(at()) == 0
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at, mail.tries, mail.due_at) == (State.WAITING, None, 0, NOW + MINUTE)
    assert mail.last_error.startswith("SMTPAuthenticationError: 535")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_sender_that_may_not_send_is_no_answer(smtp_server: MailServer) -> None:
    smtp_server.stop()
    smtp_server.start(auth_required=True, auth_require_tls=False)
    hold("a@school.example")
    send_due(at())
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at) == (State.WAITING, None)
    assert mail.last_error.startswith("SMTPSenderRefused: 530")


def test_mails_go_within_a_minute_once_the_server_is_back(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    smtp_server.stop()
    for minute in range(120):
        assert send_due(at(NOW + minute * MINUTE)) == 0
    smtp_server.start()
    assert send_due(at(NOW + 120 * MINUTE)) == 2
    assert smtp_server.to == ["a@school.example", "b@school.example"]


def test_mail_is_given_up_after_three_days_without_a_server(smtp_server: MailServer) -> None:
    hold("a@school.example")
    smtp_server.stop()
    send_due(at(NOW + GIVE_UP_AFTER - MINUTE))
    assert mail_to("a@school.example").state == State.WAITING
    send_due(at(NOW + GIVE_UP_AFTER))
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at) == (State.FAILED, None)


def test_dead_mail_server_destroys_no_booking(smtp_server: MailServer) -> None:
    (booking,) = hold("a@school.example")
    smtp_server.stop()
    deadline = booking.deadline
    assert deadline is not None
    for hours in range(0, 24, 6):
        run_due(at(deadline + dt.timedelta(hours=hours)))
    booking.refresh_from_db()
    assert booking.status == Status.HELD
    smtp_server.start()
    back = deadline + dt.timedelta(hours=24)
    run_due(at(back))
    run_due(at(back + dt.timedelta(hours=3) - MINUTE))
    booking.refresh_from_db()
    assert booking.status == Status.HELD
    run_due(at(back + dt.timedelta(hours=3)))
    booking.refresh_from_db()
    assert (booking.status, [message["Subject"] for _to, message in smtp_server.received]) == (
        Status.LAPSED,
        ["Confirm by 21:00 on Wednesday 6 January: Year 6 lesson", "Not confirmed in time: Year 6 lesson"],
    )


def test_refused_mail_lets_the_hold_lapse(smtp_server: MailServer) -> None:
    (booking,) = hold("a@school.example")
    assert booking.deadline is not None
    smtp_server.rcpt["a@school.example"] = "550 No such user"
    run_due(at())
    run_due(at(booking.deadline))
    booking.refresh_from_db()
    assert booking.status == Status.LAPSED


# --- trying again ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_mail_is_tried_less_and_less_often_and_then_given_up(smtp_server: MailServer) -> None:
    hold("a@school.example")
    smtp_server.rcpt["a@school.example"] = "451 Later"
    waits, now, mail = [], NOW, mail_to("a@school.example")
    while mail.state == State.WAITING and len(waits) < 100:
        send_due(at(now))
        mail.refresh_from_db()
        waits.append(int((mail.due_at - now) / MINUTE))
        now = mail.due_at
    assert waits[:8] == [1, 2, 5, 15, 30, 60, 60, 60]
    assert (mail.state, mail.answered_at) == (State.FAILED, None)
    assert now >= NOW + GIVE_UP_AFTER
    assert now < NOW + GIVE_UP_AFTER + 3 * 60 * MINUTE


def claimed(now: dt.datetime) -> Mail:
    (mail,) = InHand().next(at(now))
    return mail


def test_claimed_mail_is_left_alone_until_its_lease_ends(smtp_server: MailServer) -> None:
    hold("a@school.example")
    assert claimed(NOW)  # by a sender that is killed now
    assert send_due(at(NOW + LEASE - dt.timedelta(seconds=1))) == 0
    assert send_due(at(NOW + LEASE)) == 1
    assert (smtp_server.to, mail_to("a@school.example").tries) == (["a@school.example"], 2)


def test_lease_outlasts_the_slowest_sending() -> None:
    """MAIL, RCPT, DATA, the mail itself, and the answer to it."""
    assert dt.timedelta(seconds=5 * django_settings.EMAIL_TIMEOUT) < LEASE


def test_sender_whose_lease_ended_does_not_disturb_the_next_one() -> None:
    hold("a@school.example")
    slow, _next = claimed(NOW), claimed(NOW + LEASE)
    answers.retry(slow, OSError("gone"), NOW + LEASE)
    mail = mail_to("a@school.example")
    assert (mail.due_at, mail.last_error) == (NOW + LEASE + LEASE, "")


def test_what_was_said_of_a_mail_first_stands() -> None:
    hold("a@school.example")
    first, second = claimed(NOW), claimed(NOW + LEASE)
    answers.mark(first, State.SENT, answered_at=NOW)
    answers.mark(second, State.REFUSED, answered_at=NOW + LEASE, last_error="550")
    answers.retry(second, OSError("gone"), NOW + LEASE)
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at, mail.last_error) == (State.SENT, NOW, "")


# --- mails that make no sense any longer ----------------------------------------------------------------------------


def test_expired_mail_is_dropped(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    Mail.objects.filter(recipient="a@school.example").update(expires_at=NOW)
    send_due(at())
    assert (mail_to("a@school.example").state, smtp_server.to) == (State.DROPPED, ["b@school.example"])


def test_mail_to_somebody_erased_is_dropped(smtp_server: MailServer) -> None:
    hold("a@school.example", "b@school.example")
    Mail.objects.filter(recipient="a@school.example").update(recipient=None, recipient_key=None)
    send_due(at())
    assert (Mail.objects.get(recipient=None).state, smtp_server.to) == (State.DROPPED, ["b@school.example"])


def test_mail_to_confirm_is_dropped_once_confirmed(smtp_server: MailServer) -> None:
    (booking,) = hold("a@school.example")
    places.confirm(booking.pk, clock=at())
    send_due(at())
    assert [message["Subject"] for _to, message in smtp_server.received] == [
        "1 place confirmed: Year 6 lesson, Tuesday 26 January"
    ]
    assert Mail.objects.get(kind=Kind.CONFIRM).state == State.DROPPED


def test_only_the_last_word_is_sent_of_a_booking_made_and_cancelled(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=2), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    places.cancel(booking.pk, clock=at(), by=StaffFactory(), why="snow")
    send_due(at())
    assert [(to, message["Subject"].partition(":")[0]) for to, message in smtp_server.received] == [
        ("teacher@school.example", "The hub has cancelled your booking"),
        ("teacher+2@school.example", "The hub has cancelled your place"),
    ]


def test_colleague_whose_place_was_released_first_is_told_only_that_it_has_gone(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=2), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    visitors.release(booking.visitors.get(is_contact=False).pk, clock=at())
    send_due(at())
    assert [(to, message["Subject"].partition(":")[0]) for to, message in smtp_server.received] == [
        ("teacher@school.example", "2 places confirmed"),
        ("teacher@school.example", "The place of Colleague 2 was given back"),
        ("teacher+2@school.example", "Your place is cancelled"),
    ]
    assert Mail.objects.get(kind=Kind.NAMED).state == State.DROPPED


def test_mail_of_a_place_that_has_another_visitor_meanwhile_is_dropped(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=2), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    visitor = booking.visitors.get(is_contact=False)
    visitor.set_email("another@school.example")
    visitor.save()
    send_due(at())
    assert (smtp_server.to, Mail.objects.get(kind=Kind.NAMED).state) == (["teacher@school.example"], State.DROPPED)


def test_place_that_was_taken_back_at_once_is_not_handed_over_by_mail(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=2), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    Mail.objects.all().delete()
    place = booking.visitors.get(is_contact=False).pk
    hand_over.hand_over(place, NewVisitor(full_name="Cara Lee", email="cara@school.example"), clock=at())
    hand_over.take_back(place, clock=at())
    send_due(at())
    assert Mail.objects.get(kind=Kind.HANDED_TO_YOU).state == State.DROPPED


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "jürgen@school.example",
        "two@school.example, three@school.example",
        "a@school.example\nBcc: victim@school.example",
        "no address at all",
        '"\x01"@school.example',
        f"a@{'b' * 64}.example",
    ],
)
def test_address_that_cannot_be_written_is_refused_and_holds_nobody_up(smtp_server: MailServer, address: str) -> None:
    hold("a@school.example", "b@school.example")
    Mail.objects.filter(recipient="a@school.example").update(recipient=address)
    assert send_due(at()) == 2
    mail = mail_to(address)
    assert (mail.state, mail.answered_at) == (State.REFUSED, NOW)
    assert smtp_server.to == ["b@school.example"]


def test_domain_that_is_not_ascii_is_written_as_mail_servers_know_it(smtp_server: MailServer) -> None:
    hold("a@schüle.example")
    send_due(at())
    assert smtp_server.to == ["a@xn--schle-mva.example"]
    assert smtp_server.message()["To"] == "a@xn--schle-mva.example"


def test_mail_that_cannot_be_made_holds_nobody_up(smtp_server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    hold("a@school.example", "b@school.example")
    Mail.objects.filter(recipient="a@school.example").update(kind="of the next release")
    assert send_due(at()) == 2
    mail = mail_to("a@school.example")
    assert (mail.state, mail.answered_at, mail.due_at) == (State.WAITING, None, NOW + MINUTE)
    assert mail.last_error.startswith("TemplateDoesNotExist")
    assert smtp_server.to == ["b@school.example"]
    assert [record.getMessage() for record in caplog.records] == [f"Mail {mail.pk} could not be made"]


def test_log_of_a_whole_sending_names_nobody(smtp_server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    (booking,) = hold("jo.brown@school.example")
    token = links.token(links.Purpose.CONTACT, booking)
    smtp_server.rcpt["jo.brown@school.example"] = f"451 <jo.brown@school.example> said /bookings/{token}/"
    send_due(at())
    error = mail_to("jo.brown@school.example").last_error
    smtp_server.stop()
    send_due(at(NOW + MINUTE))
    logged = "".join(PrivateFormatter("{message}", style="{").format(record) for record in caplog.records)
    assert (error, "No mail can be sent" in logged) == (
        "SMTPRecipientsRefused: 451 <[address]> said /bookings/[link]",
        True,
    )
    assert [private for private in ("jo.brown", token) if private in error + logged] == []


# --- how much it asks of the database -------------------------------------------------------------------------------


def statements(captured: CaptureQueriesContext) -> list[str]:
    words = [query["sql"].lstrip("(").split()[0] for query in captured.captured_queries]
    return [word for word in words if word in {"SELECT", "UPDATE", "INSERT", "DELETE"}]


def test_a_mail_to_who_is_expected_costs_four_statements(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=3), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    Mail.objects.filter(kind=Kind.CONFIRM).delete()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert send_due(at()) == 3
    # Is any due? Then claim them all, and read them with all that is asked of them and whether others are due. For each
    # look for who comes too and for other places at the same time, and mark it; of the next, whether it stands.
    claim, each, still = ["SELECT", "UPDATE", "SELECT"], ["SELECT", "SELECT", "UPDATE"], ["SELECT"]
    assert statements(captured) == ["SELECT", *claim, *each, *still, *each, *still, *each]


def test_a_mail_to_who_comes_alone_costs_two_statements_once_it_is_read(smtp_server: MailServer) -> None:
    booking = places.hold(a_session().pk, party(size=1), clock=at())
    assert booking
    places.confirm(booking.pk, clock=at())
    Mail.objects.filter(kind=Kind.CONFIRM).delete()
    with CaptureQueriesContext(connection) as captured:
        assert send_due(at(), seen=True) == 1
    claim, clashes, mark = ["SELECT", "UPDATE", "SELECT"], ["SELECT"], ["UPDATE"]
    assert statements(captured) == [*claim, *clashes, *mark]


def test_round_with_nothing_to_do_only_reads() -> None:
    SessionFactory()
    run_due(at())  # marks that its opening has been told of
    with CaptureQueriesContext(connection) as captured:
        assert run_due(at()) == Done(mails=0, other=0)
    whether_the_clock_is_trusted = connection.vendor == "sqlite"
    assert statements(captured) == ["SELECT"] * (41 + whether_the_clock_is_trusted)
