"""The demo's mail: kept as files and shown at /dev/mail/, so that a newcomer can press the link."""

import email
import email.policy
import time
from collections.abc import Sequence
from email.message import EmailMessage as ParsedMail
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def _folder() -> Path:
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class KeptMail(BaseEmailBackend):
    """Writes each mail to a file of its own, named by the time it was sent (ns since 1970)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            (_folder() / f"{time.time_ns()}.eml").write_bytes(message.message().as_bytes())
        return len(email_messages)


class Kept(NamedTuple):
    """A mail that is kept, by the time when it was sent."""

    name: str
    mail: ParsedMail

    @property
    def text(self) -> str:
        return self._said_in("plain")

    @property
    def html(self) -> str:
        return self._said_in("html")

    @property
    def entry(self) -> str:
        """The calendar entries that go with it, their lines unfolded as a calendar reads them; or an empty string."""
        entries = [str(one.get_content()) for one in self.mail.walk() if one.get_content_type() == "text/calendar"]
        return "\n".join(entries).replace("\r\n", "\n").replace("\n ", "")

    def _said_in(self, kind: str) -> str:
        body = self.mail.get_body((kind,))
        return str(body.get_content()) if body else ""


def newest_first(most: int = 100) -> list[Kept]:
    """The kept mails, newest first, at most `most`."""
    return [_read(file) for file in sorted(_folder().glob("*.eml"), reverse=True)[:most]]


def find(name: int) -> Kept | None:
    """The mail that was sent at that time, if it is kept."""
    file = _folder() / f"{name}.eml"
    return _read(file) if file.exists() else None


def _read(file: Path) -> Kept:
    return Kept(file.stem, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
