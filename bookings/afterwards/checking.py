"""Whether a code and a name are those of a certificate: for a school that was shown one, and for nobody's curiosity.

An answer needs both, and depends on nothing else: an unknown code, another's name and a wrong one are told the same.
Of a certificate whose name is no longer kept the code alone says for which session it was issued, to whoever was given
that code: there are 590 million million of them, and so many tries an hour.
"""

import datetime as dt
from enum import Enum
from typing import NamedTuple

from bookings.afterwards.certificates import OF_ITS_VISITOR, OF_WHO_TAUGHT, holds
from bookings.models import Certificate
from hubs.vocabulary.references import as_code
from hubs.vocabulary.school_words import searchable

# What a name is compared with where no certificate has the code: as long as names are, so that it takes as long.
NOBODY = "Katarzyna Wiśniewska-Brown"
FIRST_OF_CHINESE = "\u2e80"


class Found(Enum):
    """What a code and a name were answered."""

    GENUINE = "genuine"
    NAME_GONE = "name_gone"  # issued for this session; the name is no longer kept
    ENDED = "ended"  # of this name once, but a newer one, or the register, says otherwise
    NOTHING = "nothing"


class Answer(NamedTuple):
    """What was found, with the certificate where the answer may say what it was issued for."""

    found: Found
    certificate: Certificate | None = None


def check(code: str, name: str, *, now: dt.datetime) -> Answer:
    """What `code` and `name` come to: one query, and a second where they say something."""
    row = Certificate.objects.filter(code=as_code(code)).values("pk", "full_name", "ended_at").first()
    same = is_same_name(name, (row and row["full_name"]) or NOBODY)
    if row is None or (row["full_name"] and not same):
        return Answer(Found.NOTHING)
    certificate = Certificate.objects.select_related(*OF_ITS_VISITOR, *OF_WHO_TAUGHT).get(pk=row["pk"])
    good = holds(certificate, now=now)
    if not row["full_name"]:
        return Answer(Found.NAME_GONE, certificate) if good else Answer(Found.NOTHING)
    return Answer(Found.GENUINE, certificate) if good else Answer(Found.ENDED)


def is_same_name(typed: str, name: str) -> bool:
    """Whether they are one name as names are compared: without case, accents or marks. Of a name in two scripts, as
    "Wang Fang 王芳", either alone will do."""
    han = "".join(c if c >= FIRST_OF_CHINESE else " " for c in name)
    latin = "".join(c for c in name if c < FIRST_OF_CHINESE)
    wanted, names = searchable(typed), {searchable(one) for one in (name, latin, han)}
    return wanted != "" and wanted in names
