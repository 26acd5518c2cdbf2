"""Logs carry no private link and no e-mail address (rule.md#links)."""

import logging
import re

PRIVATE_LINK = re.compile(r"(/bookings/|/admin/password/\w+/)[\w%-]{20,}[^\s'\"?]*")  # a token, and no file of ours
ADDRESS = re.compile(r"[^\s@<>()'\"=,;:]+@[^\s@<>()'\"=,;:]+")


def without_private(text: str) -> str:
    """`text` with private links cut short and addresses blanked."""
    return ADDRESS.sub("[address]", PRIVATE_LINK.sub(r"\1[link]", text))


class PrivateFormatter(logging.Formatter):
    """Formats as usual, traceback included (a database error quotes the row), then blanks what is private."""

    def format(self, record: logging.LogRecord) -> str:
        return without_private(super().format(record))
