"""Private links: one address form for every purpose, `/bookings/<token>/` (rule.md#links).

A token is base64url of a 16-byte public id, one byte of purpose, four of link version and a 16-byte MAC under
LINK_KEYS: the first key signs, all verify. Raising a row's link version revokes its tokens.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from enum import IntEnum
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from hubs.models.private_link import PrivateLink

MAC_LENGTH = 16
TOKEN_LENGTH = 50  # 37 bytes in base64url, without padding


class Purpose(IntEnum):
    """What a link opens."""

    CONTACT = 1
    VISITOR = 2
    OFFICE = 3
    ITINERARY = 4
    UNSUBSCRIBE = 5
    CERTIFICATE = 6
    FEEDBACK = 7
    INVITATION = 8  # to a group, for the teacher who is asked first
    NEW_ADDRESS = 9
    UNPROVED = 11  # all that an address has not confirmed, by one of them
    HEAD = 10  # the same invitation, for the head teacher who says yes


class Link(NamedTuple):
    """What a genuine token says; whether its row and version still stand is the reader's to check."""

    purpose: Purpose
    public_id: uuid.UUID
    version: int


def token(purpose: Purpose, row: PrivateLink, *, version: int | None = None) -> str:
    """The token that opens `row` for `purpose`."""
    said = row.public_id.bytes + bytes([purpose]) + (version or row.link_version).to_bytes(4, "big")
    return _as_text(said + _mac(settings.LINK_KEYS[0], said))


def url(purpose: Purpose, row: PrivateLink, *, version: int | None = None) -> str:
    """The whole address, for mails; of an earlier version of the link where that is said."""
    return f"{settings.SITE_URL}{reverse('booking', args=[token(purpose, row, version=version)])}"


def read(text: str) -> Link | None:
    """What `text` opens, or None where it is no token of ours, whatever is wrong with it."""
    if len(text) != TOKEN_LENGTH:
        return None
    try:
        raw = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
    if _as_text(raw) != text:  # base64 has spare bits, and Python takes two alphabets: one spelling of a token is ours
        return None
    if not any(hmac.compare_digest(mac, _mac(key, said)) for key in settings.LINK_KEYS):
        return None
    if said[16] not in set(Purpose):
        return None
    return Link(Purpose(said[16]), uuid.UUID(bytes=said[:16]), int.from_bytes(said[17:21], "big"))


def _as_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(key: str, said: bytes) -> bytes:
    return hmac.digest(key.encode(), said, hashlib.sha256)[:MAC_LENGTH]
