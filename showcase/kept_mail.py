"""The demo's mail: kept as files and shown at /dev/mail/, so that a newcomer can press the link."""

import email
import email.policy
import time
from collections.abc import Sequence
from email.message import EmailMessage as ParsedMail
from pathlib import Path

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


def newest_first(most: int = 100) -> list[ParsedMail]:
    """The kept mails, newest first, at most `most`."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:most]
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
