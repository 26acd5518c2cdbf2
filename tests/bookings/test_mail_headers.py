"""What people type never becomes a header, a recipient, a calendar's line or markup of a mail, whichever mail it is."""

import email
import email.policy
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.dateparse import parse_datetime
from pytest_django import Settings

from bookings.mail import sending
from bookings.mail.rendering import render
from bookings.models import Mail
from tests.bookings.conftest import MailServer
from tests.factories import NOW
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db

VICTIM = "victim@elsewhere.example"
ODD = (
    'Ann"><script>alert(1)</script>\r\nBcc: victim@elsewhere.example\rX-Evil: 1\n'
    "Reply-To: victim@elsewhere.example\u2028To: victim@elsewhere.example\x85Cc: victim@elsewhere.example"
    "\x0bEND:VEVENT\r\nATTENDEE:mailto:victim@elsewhere.example\r\n\r\n--==\r\n.\r\nRCPT TO:<victim@elsewhere.example> "
    "=?utf-8?B?QmNjOiB2aWN0aW0=?= {{ 7|add:7 }} \u202e"
)
# What facts name and nobody types.
CODES = {"ref", "was", "status", "standing", "verb", "calendar_of", "wide", "off", "as", "lapsed_from", "why_not"}
# What is compared with names, or read by programs.
NOT_TYPED = {"contact_name", "full_name", "school_name", "language", "history_change_reason", "slug", "kind"}
HEADERS = {
    *("from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "mime-version", "content-type"),
    "content-transfer-encoding",
}


def typed_columns() -> Iterator[tuple[Any, list[Any]]]:
    """Every column that somebody types words into."""
    for model in apps.get_models():
        if (
            model._meta.app_label not in ("hubs", "bookings")
            or model is Mail
            or model.__name__.startswith("Historical")
        ):
            continue
        yield (
            model,
            [
                field
                for field in model._meta.concrete_fields
                if type(field) in (models.CharField, models.TextField)
                and field.editable
                and not (field.choices or field.unique or field.name in NOT_TYPED)
                and (field.max_length or 1000) >= 60
            ],
        )


def odd(said: Any, key: str = "") -> Any:
    """Facts with every word that was typed made odd."""
    if isinstance(said, dict):
        return {name: odd(value, name) for name, value in said.items()}
    if isinstance(said, list):
        return [odd(value, key) for value in said]
    if not isinstance(said, str) or key in CODES or key.endswith(("_at", "deadline", "_until")) or not said:
        return said
    return said if parse_datetime(said) else ODD


@pytest.fixture
def mails(settings: Settings) -> list[Mail]:
    """Mails of many kinds, in which all is odd that anybody typed."""
    one_of_each(1)
    for model, fields in typed_columns():
        for field in fields:
            with suppress(IntegrityError), transaction.atomic():  # a name that two rows of one hub cannot share
                model._base_manager.update(**{field.name: ODD[: field.max_length]})
    found = list(Mail.objects.order_by("pk"))
    for mail in found:
        mail.facts = odd(mail.facts)
        mail.save(update_fields=["facts"])
    return found


def entries(message: email.message.EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            yield re.sub(r"\r?\n[ \t]", "", part.get_content())


def test_no_mail_has_a_header_a_recipient_or_markup_of_what_somebody_typed(mails: list[Mail]) -> None:
    checked = Counter(mail.kind for mail in mails)
    assert len(checked) >= 10
    for mail in mails:
        made = render(mail, now=NOW)
        assert made.recipients() == [mail.recipient]
        message = email.message_from_bytes(made.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
        names = Counter(name.lower() for name in message)
        assert (mail.kind, set(names) - HEADERS, set(names.values())) == (mail.kind, set(), {1})
        for name in ("From", "To", "Reply-To"):
            addresses = message[name].addresses if message[name] else []
            assert VICTIM not in [one.addr_spec for one in addresses]
            assert len(addresses) <= 1
        seen = message.get_body(("html",))
        assert seen
        assert "<script" not in seen.get_content()
        for entry in entries(message):
            lines = Counter(line.partition(":")[0].partition(";")[0] for line in entry.splitlines())
            assert (lines["BEGIN"], lines["END"], lines["ATTENDEE"], lines["X-Evil"]) == (
                2,
                2,
                lines["ATTENDEE"] and 1,
                0,
            )


def test_they_reach_their_readers_and_nobody_else(mails: list[Mail], smtp_server: MailServer) -> None:
    Mail.objects.update(due_at=NOW, expires_at=None)
    while sending.send_due(lambda: NOW):
        pass
    assert smtp_server.received
    assert set(smtp_server.to) <= {mail.recipient for mail in mails}
    assert VICTIM not in smtp_server.to
    assert Mail.objects.filter(state=Mail.State.WAITING).count() == 0
