"""What a check has found: a name, one of three words, and a sentence."""

from dataclasses import dataclass
from enum import IntEnum


class Word(IntEnum):
    """How bad it is; also what `manage.py status` exits with."""

    FINE = 0
    WARN = 1  # somebody should look at it in the next days
    BAD = 2  # people are kept from booking, or told nothing, now


@dataclass(frozen=True)
class Found:
    """One check's answer. Says no name, no address and no secret: it is mailed, logged and scraped."""

    name: str
    word: Word
    said: str
    of_host: bool = False  # of this host, not of the installation
    for_all: str = ""  # the same in words for every member of staff, where it changes what they should expect


def fine(name: str, said: str, *, of_host: bool = False) -> Found:
    return Found(name, Word.FINE, said, of_host=of_host)


def worst(found: "list[Found]") -> Word:
    return max((one.word for one in found), default=Word.FINE)
