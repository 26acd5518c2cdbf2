"""A real mail server for tests of the outbox; and after every test, nobody is found by another name than theirs."""

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.db.models import QuerySet
from pytest_django import Settings

from bookings.models import Booking, Visitor
from hubs.vocabulary.school_words import searchable
from tests.bookings.observed import rows_of, something_booked


def names_booked() -> QuerySet[Booking, Any]:
    return Booking.objects.values_list("pk", "contact_name", "name_words")


def names_coming() -> QuerySet[Visitor, Any]:
    return Visitor.objects.values_list("pk", "full_name", "name_words")


def wrong_words() -> list[tuple[int, str, str]]:
    """Rows whose words are not those of their name."""
    rows = [*rows_of(names_booked), *rows_of(names_coming)]
    return [row for row in rows if row[2] != searchable(row[1] or "")]


@pytest.fixture(autouse=True)
def _words_go_with_names(request: pytest.FixtureRequest, _places_counted: None) -> Iterator[None]:
    """However a test wrote names, their words are theirs (bookings/models/names.py)."""
    yield
    if request.node.get_closest_marker("django_db") and not connection.needs_rollback and something_booked():
        assert wrong_words() == []


class MailServer:
    """An SMTP server on a free port of this machine, which answers each address as it is told.

    `rcpt` and `data` are its answers to an address at RCPT and at DATA, by default 250. It closes the connection
    instead for `drops`, and takes `seconds` to answer for `slow`.
    """

    def __init__(self) -> None:
        self.rcpt: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.drops: set[str] = set()
        self.slow: set[str] = set()
        self.seconds = 1.0
        self.busy = False
        self.connections = 0
        self.received: list[tuple[str, EmailMessage]] = []
        self.senders: list[str] = []
        self.raw: list[bytes] = []
        self.controller: Controller | None = None
        self.port = 0

    def start(self, **options: Any) -> None:
        """Start; after stop(), on the same port."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        late = {"ready_timeout": 60}  # five seconds, which is its own, is too short on a busy machine
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **(late | options))
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
            self.controller = None

    @property
    def to(self) -> list[str]:
        """Whom mail was accepted for, in order."""
        return [address for address, _message in self.received]

    def message(self) -> EmailMessage:
        """The one mail that was accepted."""
        ((_address, message),) = self.received
        return message

    def copies(self) -> Counter[str]:
        """How often each mail was accepted, by its Message-ID."""
        return Counter(message["Message-ID"] for _address, message in self.received)

    # what the server asks its handler

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, answers: Any) -> Any:  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        if address in self.drops:
            server.transport.abort()
            return "421 never heard"
        if address in self.slow:
            self.busy = True
            await asyncio.sleep(self.seconds)
        answer = self.data.get(address, "250 OK")
        if answer.startswith("250"):
            message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
            self.raw.append(envelope.original_content)
            self.received.append((address, message))
            self.senders.append(envelope.mail_from)
        return answer


@pytest.fixture
def smtp_server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that takes everything, and settings that send there."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "bookings.mail.line.Line"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    yield server
    server.stop()
