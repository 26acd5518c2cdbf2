"""`manage.py check_mail`: a person reads at which step it stopped, and which records the domain needs."""

import io
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import Settings

from tests.faults.mail_server import Does, IllServer, drop, says, silence

pytestmark = pytest.mark.django_db
TO = "operator@hub.example"


@pytest.fixture
def server(settings: Settings) -> Iterator[IllServer]:
    server = IllServer()
    settings.EMAIL_BACKEND = "bookings.mail.line.Line"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.3
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL, settings.BOUNCE_ADDRESS = "bookings@showcase.example", "bounces@mail.showcase.example"
    yield server
    server.stop()


def said(*args: str, code: int = 0) -> str:
    out = io.StringIO()
    ended: object = 0
    try:
        call_command("check_mail", *args, stdout=out)
    except SystemExit as error:
        ended = error.code
    assert ended == code
    return out.getvalue()


def test_each_step_and_each_record_is_said(server: IllServer) -> None:
    text = said(TO)
    for line in (
        f"1. Connect to 127.0.0.1, port {server.port}: yes.",
        "4. Send as bounces+check@mail.showcase.example: yes. 250 OK",
        f"5. To {TO}: yes. 250 OK",
        "6. The mail itself: yes. 250 OK",
        f"Sent. Look whether it arrives at {TO}.",
        '    mail.showcase.example.  TXT  "v=spf1 a:127.0.0.1 -all"',
        '    <selector>._domainkey.showcase.example.  TXT  "v=DKIM1; k=rsa; p=<its public key>"',
        '    _dmarc.showcase.example.  TXT  "v=DMARC1; p=none; rua=mailto:postmaster@showcase.example"',
        "Mail to bounces+…@mail.showcase.example must reach `manage.py bounce`: mail.showcase.example needs an MX that "
        "leads there.",
    ):
        assert line in text.splitlines()
    assert "all depends on DKIM" not in text
    ((_at, to, message),) = server.taken
    assert (to, message["From"], message["To"]) == (TO, "Showcase <bookings@showcase.example>", TO)
    body = message.get_body(("plain",))
    assert body
    assert "https://testserver can send" in body.get_content()


@pytest.mark.parametrize(
    "step, does, line",
    [
        ("greeting", drop, "1. Connect to 127.0.0.1, port PORT: no. SMTPServerDisconnected: Connection"),
        (
            "greeting",
            silence,
            "1. Connect to 127.0.0.1, port PORT: no. SMTPServerDisconnected: Connection",
        ),
        ("mail", says("553 5.7.1 Not yours"), "4. Send as bounces+check@mail.showcase.example: no. NotAccepted: 553"),
        ("rcpt", says("550 5.7.1 Relaying denied"), f"5. To {TO}: no. NotAccepted: 550 5.7.1 Relaying denied"),
        ("data", says("451 4.3.0 Later"), "6. The mail itself: no. SMTPDataError: 451 4.3.0 Later"),
        ("end", says("554 5.6.0 No"), "6. The mail itself: no. NotAccepted: 554 5.6.0 No"),
        ("end", drop, "6. The mail itself: no. Taken without an answer. SMTPServerDisconnected: Connection"),
    ],
)
def test_step_at_which_it_stops_is_said_with_what_to_look_at(
    server: IllServer, step: str, does: Does, line: str
) -> None:
    server.step, server.ill = step, does
    lines = said(TO, code=1).splitlines()
    at = next(n for n, one in enumerate(lines) if one.startswith(line.replace("PORT", str(server.port))))
    assert lines[at + 1].startswith("    ")
    assert lines[at + 2] == "Not sent."
    assert any(one.startswith("DMARC") for one in lines)


def test_nobody_listens(server: IllServer, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    assert "1. Connect to 127.0.0.1, port 1: no. ConnectionRefusedError" in said(TO, code=1)


def test_what_is_no_address_is_said(server: IllServer) -> None:
    for odd in ("nobody", "a@b.example\nBcc: c@d.example", ""):
        assert said(odd, code=1).startswith("That is not an address that mail can be sent to.\nNot sent.")
    assert server.taken == []


def test_installation_that_keeps_its_mail_says_so(server: IllServer, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert said(TO, code=1).startswith("This installation sends no mail, it keeps it in a folder. Set EMAIL_URL.")


def test_return_path_of_another_domain_leaves_all_to_dkim(server: IllServer, settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@elsewhere.example"
    assert "elsewhere.example is not of showcase.example: SPF does not count for DMARC then" in said(TO)


def test_without_a_bounce_address_it_says_that_nobody_is_told(server: IllServer, settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = ""
    text = said(TO)
    assert "4. Send as bookings@showcase.example: yes." in text
    assert "BOUNCE_ADDRESS is not set: a mail that comes back is told to nobody here" in text
