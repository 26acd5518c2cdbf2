"""Logs carry no private link, no email address and nobody's name (rule.md#links).

What a program says of itself stays: where it was, which kind of error, which column. What somebody typed goes: a
database error quotes rows, a Python error values, and a mail server addresses.
"""

import datetime as dt
import json
import logging
import re
import socket
import traceback
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import UnreadablePostError

from hubs.vocabulary import request_ids

PRIVATE_LINK = re.compile(r"(/bookings/|/admin/password/\w+/)[\w%-]{20,}[^\s'\"?]*")  # a token, and no file of ours
OF_ADDRESS = r"[^\s@<>()'\"=,;:]"
# It begins where such letters begin: tried at each of them, a long word without an @ would take hours.
ADDRESS = re.compile(f"(?<!{OF_ADDRESS}){OF_ADDRESS}+@{OF_ADDRESS}+")
NETWORK = re.compile(r"\bip=\S+")  # as gunicorn names who sent what it cannot read
# How PostgreSQL quotes the row, the parameters and, where it points at a mistake, the statement with all its values.
QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|QUERY|STATEMENT):.*(\n\s+\^)?", re.MULTILINE)
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
OF_A_PROGRAM = re.compile(r"[a-z_][a-z0-9_.]*|[0-9.:]+|[A-Z_]+")  # a column, a module, a number: no name is written so
LONGEST = 2000  # characters of what an error says; its traceback stands besides


def without_private(text: str) -> str:
    """`text` with private links cut short, addresses and callers' networks blanked."""
    text = ADDRESS.sub("[address]", PRIVATE_LINK.sub(r"\1[link]", text))
    return NETWORK.sub("ip=[network]", text)


def without_values(said: str) -> str:
    """What an error says, without the values that it quotes."""
    said = QUOTED_ROW.sub(r"\1: [values]", said[:LONGEST])
    return QUOTED.sub(_unless_of_a_program, said)


def _unless_of_a_program(found: re.Match[str]) -> str:
    quoted = found[1] if found[1] is not None else found[2]
    return found[0] if OF_A_PROGRAM.fullmatch(quoted) else "[value]"


def _told(error: BaseException, told: frozenset[int] = frozenset()) -> str:
    """An error with those that led to it: where each was, and what it says without values."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = ""
    if before and id(before) not in told:
        first = f"{_told(before, told | {id(error)})}\n\nand then:\n\n"
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"{first}{where}{type(error).__name__}: {without_values(str(error))}"


class PrivateFormatter(logging.Formatter):
    """Formats as usual, traceback included, then blanks what is private."""

    def format(self, record: logging.LogRecord) -> str:
        return without_private(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  (logging's own)
        return _told(ei[1])


class JsonFormatter(PrivateFormatter):
    """One object a line, for whatever collects logs: when, how bad, who says so, what, of which request."""

    def __init__(self, *, version: str, **said: Any) -> None:
        super().__init__(**said)
        self.always = {"version": version, "host": socket.gethostname()}

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": dt.datetime.fromtimestamp(record.created, dt.timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_private(record.getMessage()),
            "request": request_ids.current(),
        }
        if record.exc_info and record.exc_info[1]:
            said["exception"] = without_private(self.formatException(record.exc_info))
        return json.dumps(said | self.always, ensure_ascii=False)


CAUSED_BY_STRANGERS = (PermissionDenied, UnreadablePostError, BrokenPipeError)


class NoTraceback(logging.Filter):
    """What strangers cause is one line and a warning: a host name that is not ours, a form that no page of ours sends,
    a page that is not theirs, hanging up in the middle. Hundreds of tracebacks a night hide the one that matters."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith("django.security") or isinstance(error, CAUSED_BY_STRANGERS):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True


class TurnedAway(logging.Filter):
    """Of all that Django says of requests: faults of ours, and who was refused a page. Not each wrong address."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or getattr(record, "status_code", None) == HTTPStatus.FORBIDDEN
