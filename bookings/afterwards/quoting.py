"""Quotes: a sentence leaves the hub only as the very text that staff have released, and only while it may.

Staff see a sentence by a key that says nothing of its row, in an order that says nothing of time.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from bookings.models import Asked, Booking, DayAnswer, LaterAnswer, Quote, Visitor
from bookings.rule.refusals import NotToQuote
from hubs.models import HubYear, ShowcaseSession, StaffUser
from hubs.vocabulary.teaching import Roles, roles_in_words

ENOUGH = 10  # answers, before a role is shown beside what was said
OF_DAY, OF_LATER = ("take", "change"), ("sentence",)
MOST = 1000
WORD = re.compile(r"[^\W\d_][\w'’-]*")
SHORTEST_NAME = 3  # letters: of shorter parts of names too many words are one


@dataclass(frozen=True)
class Sentence:
    """What somebody said in words, without them."""

    key: str
    of: str  # which question, by the answer's column
    text: str
    may_quote: bool
    role: str  # in words; empty where too few have answered
    on_paper: bool
    answer: DayAnswer | LaterAnswer
    quote: Quote | None = None

    @property
    def question(self) -> Any:
        return self.answer._meta.get_field(self.of).verbose_name  # type: ignore[union-attr]  # a column, not a relation


def of_session(session: ShowcaseSession) -> list[Sentence]:
    """Every sentence that was said of a session."""
    return _sentences(DayAnswer.objects.filter(session=session), OF_DAY)


def of_year(hub_year: HubYear) -> list[Sentence]:
    """What may be quoted of all that a hub was told in a year. A role stands there only where it also stands on the
    page of the session alone: what is read in the one is read in the other."""
    may = {"hub_year": hub_year, "may_quote": True}
    of_day = DayAnswer.objects.filter(**may).select_related("session")
    return _sentences(of_day, OF_DAY) + of_later(hub_year, only_quotable=True)


def of_later(hub_year: HubYear, *, only_quotable: bool = False) -> list[Sentence]:
    """What was said six school weeks later."""
    rows = LaterAnswer.objects.filter(hub_year=hub_year)
    return _sentences(rows.filter(may_quote=True) if only_quotable else rows, OF_LATER)


def _sentences(rows: Any, names: Sequence[str]) -> list[Sentence]:
    found = list(rows[:MOST])
    quotes = {(one.voice, one.session_id, one.of): one for one in _quotes(found)}
    enough = _with_enough(found)
    said = []
    for answer in found:
        session_id = getattr(answer, "session_id", None)
        role = roles_in_words(Roles(answer.role)) if answer.role and (session_id or 0) in enough else ""
        for name in names:
            text = getattr(answer, name)
            if text:
                quote = quotes.get((answer.voice, session_id, name))
                key = key_of(answer, name)
                said.append(Sentence(key, name, text, answer.may_quote, role, answer.on_paper, answer, quote))
    return sorted(said, key=lambda one: one.key)


def _quotes(answers: Sequence[DayAnswer | LaterAnswer]) -> Iterable[Quote]:
    return Quote.objects.filter(voice__in={one.voice for one in answers}) if answers else []


def _with_enough(answers: Sequence[DayAnswer | LaterAnswer]) -> set[int]:
    """Of which sessions (0: of the later form) enough people have answered by their own link. Paper forms are not
    counted: staff enter these, and could fill up the ten."""
    found: dict[int, int] = {}
    for session_id in {getattr(one, "session_id", None) for one in answers}:
        model: Any = DayAnswer if session_id else LaterAnswer
        of = {"session": session_id} if session_id else {"hub_year": answers[0].hub_year_id}
        found[session_id or 0] = model.objects.filter(**of, on_paper=False).count()
    return {session_id for session_id, number in found.items() if number >= ENOUGH}


def key_of(answer: DayAnswer | LaterAnswer, of: str) -> str:
    """What stands for a sentence in an address: it leads neither to the row nor to other answers of that voice."""
    said = f"{answer._meta.model_name}:{answer.pk}:{answer.voice}:{of}"
    return salted_hmac("bookings.quoting", said).hexdigest()[:24]


def find(sentences: Iterable[Sentence], key: str) -> Sentence | None:
    return next((one for one in sentences if one.key == key), None)


@transaction.atomic
def release(sentence: Sentence, text: str, *, by: StaffUser, now: dt.datetime) -> Quote:
    """Let that text leave the hub, as it stands. Again, with another text, puts that in its place.

    Raises NotToQuote where its writer does not allow it (any longer).
    """
    row: Any = type(sentence.answer).objects.select_for_update(no_key=True).get(pk=sentence.answer.pk)
    if not row.may_quote or not getattr(row, sentence.of):
        raise NotToQuote
    of = {"voice": row.voice, "session_id": getattr(row, "session_id", None), "of": sentence.of}
    said = {"hub_year_id": row.hub_year_id, "text": text, "released_at": now, "released_by": by}
    quote, _new = Quote.objects.update_or_create(**of, defaults=said)
    return quote


def take_back(asked: Asked, of: Iterable[str]) -> None:
    """Delete what was released of somebody's sentences."""
    Quote.objects.filter(voice=asked.voice, session=asked.session_id, of__in=list(of)).delete()


# --- names ------------------------------------------------------------------------------------------------------------


def names_in(text: str, *, hub_year: HubYear, session: ShowcaseSession | None) -> list[str]:
    """Words of a text that may name somebody: a visitor, a school, or a pupil by a capital within a sentence."""
    known = _known_names(hub_year, session)
    found: list[str] = []
    begins = True
    for word, before in _words(text):
        plain = word.removesuffix("’s").removesuffix("'s")
        starts = begins or "\n" in before or (before.rstrip() or "-")[-1] in '.!?:“"'
        capital = plain[:1].isupper() and not starts and plain not in ("I", "I’m", "I'm", "I’ve", "I've")
        if (plain.casefold() in known and (len(plain) >= SHORTEST_NAME or capital)) or capital:
            found.append(word)
        begins = False
    return list(dict.fromkeys(found))


def _words(text: str) -> Iterable[tuple[str, str]]:
    end = 0
    for match in WORD.finditer(text):
        yield match.group(), text[end : match.start()]
        end = match.end()


def _known_names(hub_year: HubYear, session: ShowcaseSession | None) -> set[str]:
    """Parts of the names of visitors, and of their schools and the host's, of that session or of the hub's year."""
    of = {"session": session} if session else {"session__hub_year": hub_year}
    visitors = Visitor.objects.filter(**{f"booking__{name}": value for name, value in of.items()})
    names = list(visitors.exclude(full_name=None).values_list("full_name", flat=True)[: 20 * MOST])
    bookings = Booking.objects.filter(**of)
    for column in ("contact_name", "school__name", "school_name"):
        names += bookings.exclude(**{column: None}).order_by().values_list(column, flat=True).distinct()
    if session:
        names.append(session.where_name)
    parts = {part.casefold() for name in names for part in WORD.findall(name or "") if len(part) >= SHORTEST_NAME}
    return parts - ORDINARY


# Words of schools' names that name none.
ORDINARY = frozenset(
    (
        *("school", "primary", "junior", "infant", "infants", "nursery", "academy", "college", "community", "church"),
        *("england", "catholic", "the", "and", "for", "high", "lower", "middle", "upper", "grammar", "first"),
        *("special", "trust", "federation", "centre", "with", "all", "new"),
    )
)
