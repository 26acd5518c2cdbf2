"""A mail that comes back later: reports as mail servers write them, and what anybody else may send to that address."""

import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from bookings import places
from bookings.due import run_due
from bookings.mail import bounces
from bookings.mail.bounces import take
from bookings.mail.reports import Means, read
from bookings.mail.return_path import return_path
from bookings.mail.sending import send_again, send_due
from bookings.models import Booking, Mail
from bookings.states import Status
from hubs.models import Membership, ShowcaseSession
from hubs.vocabulary.references import mail_token
from tests.bookings.conftest import MailServer
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
REPORTS = Path(__file__).parent / "reports"
State = Mail.State


@pytest.fixture(autouse=True)
def _takes_reports(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@showcase.example"


@pytest.fixture
def session() -> ShowcaseSession:
    session: ShowcaseSession = SessionFactory(hub_year=HubYearFactory())
    return session


@pytest.fixture
def booking(session: ShowcaseSession, smtp_server: MailServer) -> Booking:
    """A hold whose mail a relay has accepted."""
    booking = places.hold(session.pk, party(email="teacher@school.example"), clock=lambda: NOW)
    assert booking
    assert send_due(lambda: NOW) == 1
    return booking


def the_mail() -> Mail:
    return Mail.objects.get()


def report(name: str, token: str = "") -> bytes:
    return (REPORTS / f"{name}.eml").read_bytes().replace(b"TOKEN", (token or the_mail().token).encode())


def came(name: str) -> Means:
    return take(report(name), return_path(the_mail()), now=timezone.now())


# --- the way there --------------------------------------------------------------------------------------------------


def test_each_mail_has_a_return_path_of_its_own_that_its_reader_is_not_shown(smtp_server: MailServer) -> None:
    session = SessionFactory()
    for address in ("a@school.example", "b@school.example"):
        places.hold(session.pk, party(email=address), clock=lambda: NOW)
    send_due(lambda: NOW)
    tokens = [mail.token for mail in Mail.objects.order_by("pk")]
    assert smtp_server.senders == [f"bounces+{token}@showcase.example" for token in tokens]
    for token, raw, (_to, message) in zip(tokens, smtp_server.raw, smtp_server.received, strict=True):
        assert message["From"].addresses[0].addr_spec == "bookings@showcase.invalid"
        assert token.encode() not in raw


def test_without_the_setting_mails_come_from_where_they_say(smtp_server: MailServer, settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = ""
    places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    send_due(lambda: NOW)
    assert smtp_server.senders == ["bookings@showcase.invalid"]


# --- what a report says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, means, state, said",
    [
        ("postfix_unknown", Means.REFUSED, State.REFUSED, "Came back: 5.1.1 550 5.1.1 <[address]>: Recipient address"),
        ("exchange_unknown", Means.REFUSED, State.REFUSED, "Came back: 5.1.10 550 5.1.10 RESOLVER.ADR.RecipientNot"),
        ("gmail_full", Means.REFUSED, State.REFUSED, "Came back: 5.2.2 552-5.2.2 The recipient's inbox is out of"),
        ("exim_unrouteable", Means.REFUSED, State.REFUSED, "Came back: 5.0.0"),
        ("postfix_relaying", Means.GIVEN_UP, State.FAILED, "Came back: 5.7.1 554 5.7.1 <[address]>: Relay access den"),
        ("postfix_expired", Means.GIVEN_UP, State.FAILED, "Came back: 4.4.1 connect to mail.school.example[192.0.2."),
        ("postfix_delayed", Means.DELAYED, State.SENT, "Delayed: 4.4.1 connect to mail.school.example[192.0.2.25]"),
        ("postfix_delivered", Means.NOTHING, State.SENT, ""),
        ("group_of_three", Means.NOTHING, State.SENT, ""),
        ("out_of_office", Means.NOTHING, State.SENT, ""),
        ("read_notice", Means.NOTHING, State.SENT, ""),
        ("complaint", Means.NOTHING, State.SENT, ""),
        ("attached_report", Means.NOTHING, State.SENT, ""),
    ],
)
def test_what_a_report_does(booking: Booking, name: str, means: Means, state: str, said: str) -> None:
    assert came(name) is means
    mail = the_mail()
    assert (mail.state, mail.last_error.startswith(said), bool(mail.last_error)) == (state, True, bool(said))
    # When it was accepted stays: a hold's three hours are counted from there (rule.md#hold).
    assert mail.answered_at == (None if state == State.FAILED else NOW)
    assert "@" not in mail.last_error


def test_every_sample_is_tried() -> None:
    tried = {str(case[0]) for case in test_what_a_report_does.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert {file.stem for file in REPORTS.glob("*.eml")} == tried


def test_second_report_changes_nothing(booking: Booking) -> None:
    came("postfix_unknown")
    before = Mail.objects.values().get()
    for name in ("postfix_unknown", "postfix_relaying", "postfix_delayed", "gmail_full"):
        assert came(name) is Means.NOTHING
    assert Mail.objects.values().get() == before


def test_delay_and_then_the_end_of_it(booking: Booking) -> None:
    assert [came("postfix_delayed"), came("postfix_expired")] == [Means.DELAYED, Means.GIVEN_UP]


def test_report_finds_its_mail_where_the_address_that_it_came_to_is_lost(booking: Booking) -> None:
    for lost in ("", "postmaster@showcase.example", "bounces@showcase.example"):
        Mail.objects.update(state=State.SENT)
        assert take(report("postfix_unknown"), lost, now=NOW) is Means.REFUSED


def test_address_is_found_in_either_case(booking: Booking) -> None:
    assert take(report("exim_unrouteable"), return_path(the_mail()).upper(), now=NOW) is Means.REFUSED


def test_mail_that_may_have_arrived_and_comes_back_has_not(booking: Booking) -> None:
    Mail.objects.update(state=State.UNSURE, answered_at=None)
    assert came("postfix_unknown") is Means.REFUSED
    assert the_mail().answered_at is not None


def test_report_that_is_faster_than_the_sender_stands(booking: Booking) -> None:
    Mail.objects.update(state=State.WAITING, answered_at=None)
    assert came("postfix_unknown") is Means.REFUSED


@pytest.mark.parametrize("state", [State.DROPPED, State.FAILED, State.REFUSED])
def test_mail_that_is_done_with_is_not_marked(booking: Booking, state: str) -> None:
    Mail.objects.update(state=state)
    assert came("postfix_unknown") is Means.NOTHING


def test_mail_that_was_never_tried_cannot_come_back(booking: Booking) -> None:
    Mail.objects.update(state=State.WAITING, answered_at=None, tries=0)
    assert came("postfix_unknown") is Means.NOTHING


def test_mail_sent_again_is_not_marked_by_the_report_about_the_first(booking: Booking) -> None:
    old = report("postfix_expired")
    came("postfix_expired")
    send_again(the_mail().pk, now=NOW)
    send_due(lambda: NOW)
    assert take(old, "", now=NOW) is Means.NOTHING
    assert the_mail().state == State.SENT


# --- what else hangs on it ------------------------------------------------------------------------------------------


@pytest.fixture
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.usefixtures("_later")
def test_home_and_the_bookings_page_say_that_it_came_back(booking: Booking) -> None:
    came("postfix_unknown")
    user = StaffFactory()
    Membership.objects.create(user=user, hub=booking.session.hub_year.hub)
    lead = Client()
    lead.force_login(user)
    home = lead.get(reverse("admin:index")).context["home"]
    assert "1 email was not delivered" in [one.words for one in home["needs"]]
    page = lead.get(reverse("admin:bookings_booking_overview", args=[booking.pk])).content.decode()
    assert "refused by the address" in page
    assert "Came back: 5.1.1" in page


def test_hold_whose_mail_came_back_lapses_as_one_refused_at_the_door(booking: Booking) -> None:
    came("postfix_unknown")
    assert booking.deadline
    run_due(lambda: booking.deadline)  # type: ignore[arg-type,return-value]
    booking.refresh_from_db()
    assert booking.status == Status.LAPSED


def test_hold_whose_mail_was_given_up_stands(booking: Booking) -> None:
    came("postfix_relaying")
    assert booking.deadline
    run_due(lambda: booking.deadline)  # type: ignore[arg-type,return-value]
    booking.refresh_from_db()
    assert booking.status == Status.HELD


# --- what anybody may send ------------------------------------------------------------------------------------------


def rows() -> Any:
    return list(Mail.objects.values()), list(Booking.objects.values())


ODD: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _report: b"",
    "zeros": lambda _report: bytes(100_000),
    "a picture": lambda _report: random.Random(0).randbytes(200_000),
    "no blank line": lambda report: report.replace(b"\n\n", b"\n"),
    "cut short": lambda report: report[: report.index(b"Action")],
    "no action": lambda report: report.replace(b"Action: failed", b"Action:"),
    "an action of its own": lambda report: report.replace(b"failed", b"fa\x00iled"),
    "no status": lambda report: report.replace(b"5.1.1", b"?").replace(b"550", b"?"),
    "a status of its own": lambda report: report.replace(b"5.1.1", b"9.9.9").replace(b"550", b"999"),
    "2000 boxes in each other": lambda report: (
        b"".join(b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)) + report
    ),
    "no type that is known": lambda report: report.replace(b"message/delivery-status", b"message/\xff\xfe"),
    "a boundary without end": lambda report: report.replace(b"boundary=", b"boundary=" + b"x" * 50_000),
    "no boundary": lambda report: report.replace(b"boundary=", b"b="),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_report_changes_nothing(booking: Booking, odd: str) -> None:
    before = rows()
    assert take(ODD[odd](report("postfix_unknown")), return_path(the_mail()), now=NOW) is Means.NOTHING
    assert rows() == before


def test_report_of_which_any_byte_is_another_raises_nothing(booking: Booking) -> None:
    whole, dice = report("postfix_unknown"), random.Random(50)
    for _try in range(500):
        broken = bytearray(whole)
        for _byte in range(dice.randint(1, 40)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        read(bytes(broken))


def test_nobody_marks_a_mail_whose_token_they_do_not_have(booking: Booking) -> None:
    """Its row's number, Message-ID, address and reference are not secret; its token is."""
    before, mail = rows(), the_mail()
    guesses = [
        *(mail_token() for _ in range(50)),
        *("", str(mail.pk), mail.message_id, booking.reference, mail.token[:-1], mail.token + "a", "%", "a' OR '1'='1"),
    ]
    for guess in guesses:
        said = report("postfix_unknown", guess or "x")
        for to in (f"bounces+{guess}@showcase.example", "", f"{mail.message_id}@showcase.example"):
            assert take(said, to, now=NOW) is Means.NOTHING
    assert rows() == before


def test_report_that_names_two_mails_marks_neither(booking: Booking) -> None:
    places.hold(booking.session_id, party(email="b@school.example"), clock=lambda: NOW)
    send_due(lambda: NOW)
    first, second = Mail.objects.order_by("pk")
    both = report("postfix_unknown", first.token) + f"bounces+{second.token}@showcase.example".encode()
    assert take(both, "", now=NOW) is Means.NOTHING
    assert take(both, return_path(first), now=NOW) is Means.REFUSED  # that it came to one of them is enough


def test_what_a_stranger_puts_into_a_report_is_one_short_line(booking: Booking) -> None:
    words = b"550 5.1.1 " + b"<script>alert(1)</script> victim@school.example \xe2\x80\xae\x00\x1b[31m " * 200
    take(report("postfix_unknown").replace(b"550 5.1.1 <teacher", words + b"<teacher"), "", now=NOW)
    said = the_mail().last_error
    assert (len(said) <= 300, said.isprintable(), "victim" in said) == (True, True, False)


# --- the command ----------------------------------------------------------------------------------------------------


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes, *recipient: str) -> str:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    out = io.StringIO()
    call_command("bounce", *recipient, stdout=out, stderr=out)
    return out.getvalue()


def test_command_marks_by_its_argument_or_by_what_postfix_says(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = report("exim_unrouteable", "x")
    assert pipe(monkeypatch, said, return_path(the_mail())) == "This report says refused.\n"
    Mail.objects.update(state=State.SENT)
    monkeypatch.setenv("ORIGINAL_RECIPIENT", return_path(the_mail()))
    assert pipe(monkeypatch, said) == "This report says refused.\n"
    assert pipe(monkeypatch, said) == "This report says nothing.\n"


def test_command_reads_a_huge_report_to_its_end(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    said = report("postfix_unknown") + b"x" * 3_000_000
    assert pipe(monkeypatch, said, return_path(the_mail())) == "This report says refused.\n"
    assert sys.stdin.buffer.read() == b""


@pytest.mark.parametrize("line", ["Content-Type: multipart/report; " + ";" * 1024**2, "A" * 1024**2])
def test_command_is_done_with_what_was_made_to_be_slow(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may write to that address, and a mail server has few pipes."""
    raw = SimpleNamespace(buffer=io.BytesIO(f"{line}\r\n\r\nx".encode()))
    monkeypatch.setattr(sys, "stdin", raw)
    began = time.monotonic()
    call_command("bounce", "bounces@showcase.example")
    assert time.monotonic() - began < 10


def test_command_asks_for_another_try_while_the_database_is_away(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(SystemExit) as ended, connection.execute_wrapper(away):
        pipe(monkeypatch, report("postfix_unknown", mail_token()), "")
    assert ended.value.code == os.EX_TEMPFAIL


def test_command_as_postfix_runs_it_ends_well_and_says_nobodys_name(tmp_path: Path) -> None:
    """In a process of its own, with a database that has nothing in it: first without a table, then without a mail."""
    env = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'db'}", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", "bounce", "--", "-x bounces+abc@showcase.example"]
    said = (REPORTS / "postfix_unknown.eml").read_bytes().replace(b"TOKEN", mail_token().encode())
    for raw, code in ((said, os.EX_TEMPFAIL), (b"hello", 0)):
        ran = subprocess.run(
            command, input=raw, env=env, cwd=django_settings.BASE_DIR, capture_output=True, check=False
        )
        assert (ran.returncode, b"teacher" in ran.stdout + ran.stderr) == (code, False)


def test_only_what_the_outbox_may_forget_is_marked(booking: Booking) -> None:
    said, to = report("postfix_unknown"), return_path(the_mail())
    Mail.objects.update(recipient=None, recipient_key=None)
    assert bounces.take(said, to, now=NOW) is Means.NOTHING
