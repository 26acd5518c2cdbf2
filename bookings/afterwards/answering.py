"""What somebody says in a form: without their name under their voice, and with it on rows that know no voice.

Neither says when it was said, or the one would give away the other: answers carry the day on which they were asked for.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from bookings.afterwards import news, quoting
from bookings.afterwards.asking import Stands, stands_of
from bookings.models import Asked, DayAnswer, Interest, LaterAnswer
from bookings.models.feedback import Form
from bookings.rule.room import Clock
from hubs.vocabulary.clock import moment

OF_FORM: dict[str, type[DayAnswer | LaterAnswer]] = {Form.DAY: DayAnswer, Form.LATER: LaterAnswer}
WITH = ("visitor__booking__session__hub_year__hub", "visitor__booking__session__places", "hub_year__hub", "session")
# What somebody says in words, and so what can be quoted.
IN_WORDS = {Form.DAY: ("take", "change"), Form.LATER: ("sentence",)}


@dataclass(frozen=True)
class Said:
    """A form as it was sent: answers by the columns of the answer, and what is said with a name."""

    answers: dict[str, Any]
    wants: str = ""  # to join a group
    role: str = ""
    news: bool | None = None  # None: not asked
    stops: bool = field(default=False)


@transaction.atomic
def answer(asked_id: int, said: Said, *, clock: Clock) -> Stands:
    """Keep what somebody says, or do nothing where they cannot any longer; returns how it stood. Twice is once."""
    asked = Asked.objects.select_related(*WITH).select_for_update(of=("self",), no_key=True).get(pk=asked_id)
    now = moment(clock)
    how = stands_of(asked, now=now)
    if how is not Stands.OPEN or asked.visitor is None:
        return how
    _keep(asked, said)
    if asked.form == Form.DAY:
        _keep_interest(asked, said, now)
        if said.news is not None:
            news.say(asked.visitor, agrees=said.news, now=now)
    asked.answered_at = asked.answered_at or now
    asked.save(update_fields=["answered_at"])
    return how


def _keep(asked: Asked, said: Said) -> None:
    """The answers, and what of them may be quoted no longer."""
    model: Any = OF_FORM[asked.form]
    assert asked.visitor is not None  # the caller has asked  # noqa: S101
    of = {"voice": asked.voice, "hub_year": asked.hub_year}
    of |= {"session": asked.session} if asked.form == Form.DAY else {}
    fixed = {"role": asked.visitor.role, "answered_at": asked_on(asked)}
    model.objects.update_or_create(**of, defaults=said.answers | fixed)
    gone = [name for name in IN_WORDS[Form(asked.form)] if not said.answers["may_quote"] or not said.answers[name]]
    quoting.take_back(asked, gone)


def asked_on(asked: Asked) -> dt.datetime:
    """What stands as the time of an answer: the end of the session; of the later form, when it closes."""
    if asked.session and asked.session.ends_at:
        return asked.session.ends_at
    return asked.closes_at


def of(asked: Asked) -> DayAnswer | LaterAnswer | None:
    """What they have said so far."""
    rows: Any = OF_FORM[asked.form].objects.filter(voice=asked.voice, hub_year=asked.hub_year_id)
    found: DayAnswer | LaterAnswer | None = (
        rows.filter(session=asked.session_id).first() if asked.form == Form.DAY else rows.first()
    )
    return found


def _keep_interest(asked: Asked, said: Said, now: dt.datetime) -> None:
    """One a person and exchange: what they say last counts."""
    visitor = asked.visitor
    assert visitor is not None  # the caller has asked  # noqa: S101
    interests_of(asked).exclude(visitor=visitor).delete()
    if said.wants:
        kept = {"wants": said.wants, "role": said.role if said.wants != Interest.Wants.NO else ""}
        Interest.objects.update_or_create(visitor=visitor, defaults=kept | {"hub_year": asked.hub_year, "at": now})
    else:
        Interest.objects.filter(visitor=visitor).delete()


def interests_of(asked: Asked) -> Any:
    """What this person has said of groups in this hub's exchange, at whichever of their places."""
    visitor = asked.visitor
    if visitor is None or visitor.person_id is None:
        return Interest.objects.filter(visitor=visitor)
    return Interest.objects.filter(visitor__person_id=visitor.person_id, hub_year=asked.hub_year_id)


@transaction.atomic
def quote_no_more(asked_id: int) -> None:
    """Take back the permission to quote, also after the form has closed, while the tie stands."""
    asked = Asked.objects.select_for_update(no_key=True).get(pk=asked_id)
    if asked.visitor_id is None:
        return
    rows: Any = OF_FORM[asked.form].objects.filter(voice=asked.voice, hub_year=asked.hub_year_id)
    (rows.filter(session=asked.session_id) if asked.form == Form.DAY else rows).update(may_quote=False)
    quoting.take_back(asked, IN_WORDS[Form(asked.form)])
