"""Short permanent names that people can read aloud: no 0 O 1 I L."""

import secrets
import unicodedata
import uuid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DRAWN = ALPHABET.replace("E", "")  # a spreadsheet makes a number of 234E56; older names have an E


def _random(length: int) -> str:
    return "".join(secrets.choice(DRAWN) for _ in range(length))


def session_ref() -> str:
    """A session's name in addresses. Never made from its date, which may change."""
    return _random(6)


def session_ref_of(key: uuid.UUID, number: int) -> str:
    """The name of the session that a form with this random key makes as its `number`-th: the same form, the same
    name, so that pressing twice makes it once."""
    left = uuid.uuid5(key, str(number)).int
    letters = []
    for _place in range(6):
        left, letter = divmod(left, len(DRAWN))
        letters.append(DRAWN[letter])
    return "".join(letters)


def certificate_code() -> str:
    """A certificate's name, typed from paper. Whoever guesses one learns nothing without the name that it is of."""
    return _random(10)


def in_two_halves(code: str) -> str:
    """A certificate's code as it is printed: K7M2P-4XQ9T."""
    return f"{code[:5]}-{code[5:]}"


def as_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed: in either case, with or without the line between its halves."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c in ALPHABET)[:20]


def booking_reference() -> str:
    """A booking's name on the telephone. Long enough that a million never meet by chance."""
    return _random(8)


def mail_token() -> str:
    """What a mail is known by to mail servers, as part of an address: 128 bits, and the same in either case."""
    return _random(26).lower()
