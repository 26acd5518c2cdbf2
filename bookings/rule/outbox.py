"""Where a mail's row is made, whatever it is about: a test finds every `Mail(...)` elsewhere."""

import datetime as dt
from typing import Any

from bookings.mail_kinds import Kind
from bookings.models import Mail
from hubs.vocabulary.email_address import email_key


def new_mail(
    kind: Kind,
    to: str | None,
    facts: dict[str, Any],
    *,
    key: str,
    now: dt.datetime,
    until: dt.datetime | None,
    language: str = "en-gb",
    **of: Any,
) -> Mail:
    """A mail to be sent at once and not after `until`, not saved yet. `key` makes it the only one of its event; `of` is
    what it is about, by the names of Mail's columns."""
    return Mail(
        kind=kind,
        recipient=to,
        recipient_key=None if to is None else email_key(to),
        language=language,
        facts=facts,
        created_at=now,
        due_at=now,
        expires_at=until,
        dedupe_key=key,
        **of,
    )
