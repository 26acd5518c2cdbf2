"""How the installation stands, for whoever is at Home: what manage.py status says, where it is not fine.

Who answers for all of it reads each sentence; a hub only what changes what it should expect, in words of its own.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from bookings.operations.found import Word
from bookings.operations.status import of_installation


@dataclass(frozen=True)
class Standing:
    """One thing that is not as it should be."""

    said: str
    is_urgent: bool


def standing(user: Any, *, now: dt.datetime) -> list[Standing]:
    """What this member of staff should know of, the worst first: a statement, and one for each check of the outbox."""
    found = sorted((one for one in of_installation(now) if one.word > Word.FINE), key=lambda one: -one.word)
    answers_for_all = user.is_superuser or user.is_programme_office
    said = ((one.said if answers_for_all else one.for_all, one) for one in found)
    return [Standing(words, one.word is Word.BAD) for words, one in said if words]
