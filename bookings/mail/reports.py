"""Delivery reports, as mail servers write them (RFC 3464): what one says of the mail that it is about.

Anybody can write one, so nothing of it is believed but for its kind, and nothing is an error: what cannot be read says
nothing. An answer by a person or by their holiday, a notice that a mail was read, a complaint: all say nothing.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from enum import Enum
from typing import NamedTuple

from bookings.mail.answers import OUR_FAULT
from hubs.vocabulary.logs import without_private
from hubs.vocabulary.one_line import one_line

ARRIVED = {"delivered", "relayed", "expanded"}
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
CODE = re.compile(r"(?<![\d.])[245]\d\d(?![\d.])")
UNSAID = re.compile(r"[45]\.0\.0")  # as much as a class


class Means(Enum):
    """What a report says of the mail."""

    NOTHING = "nothing"
    DELAYED = "delayed"  # not there yet, and the server goes on trying
    GIVEN_UP = "given up"  # for good, and not for a fault of the address
    REFUSED = "refused"  # for good, by the address


class Report(NamedTuple):
    """What it means, and in the server's words, without addresses."""

    means: Means
    said: str = ""


def read(raw: bytes) -> Report:
    """What a delivery report says. Never raises: whatever has been sent here."""
    try:
        return _read(email.message_from_bytes(raw, policy=email.policy.compat32))
    except Exception:  # the library's own, on what was made to break it
        return Report(Means.NOTHING)


def _read(message: Message) -> Report:
    blocks = list(_recipients(message))
    actions = [_field(block, "Action").lower() for block in blocks]
    if ARRIVED & set(actions):  # one of those whom the address stands for has it
        return Report(Means.NOTHING)
    for wanted in ("failed", "delayed"):
        for action, block in zip(actions, blocks, strict=True):
            if action == wanted:
                return _meaning(wanted, block)
    return Report(Means.NOTHING)


def _recipients(message: Message) -> Iterator[Message]:
    """What the report says of each recipient: of the message itself, and not of one that somebody attached to it."""
    parts = message.get_payload()
    if not isinstance(parts, list):
        return
    for part in parts:
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            said = part.get_payload()
            yield from (block for block in said if isinstance(block, Message)) if isinstance(said, list) else ()
            return


def _field(block: Message, name: str) -> str:
    return one_line(str(block.get(name) or ""))


def _meaning(action: str, block: Message) -> Report:
    diagnosis = _field(block, "Diagnostic-Code").partition(";")[2].strip()
    said = STATUS.findall(_field(block, "Status"))[:1] + STATUS.findall(diagnosis)[:1]
    status = next((one for one in said if not UNSAID.fullmatch(one)), "") or next(iter(said), "")
    kind = (status or next(iter(CODE.findall(diagnosis)), ""))[:1]
    if kind not in ("4", "5"):
        return Report(Means.NOTHING)
    words = without_private(" ".join(filter(None, (status, diagnosis))))[:260]
    if action == "delayed":
        return Report(Means.DELAYED, words)
    return Report(Means.REFUSED if kind == "5" and not OUR_FAULT.search(status) else Means.GIVEN_UP, words)
