"""Short permanent names that people can read aloud: no 0 O 1 I L."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def session_ref() -> str:
    """A session's name in addresses. Never made from its date, which may change."""
    return _random(6)


def booking_reference() -> str:
    """A booking's name on the telephone. Long enough that a million never meet by chance."""
    return _random(8)
