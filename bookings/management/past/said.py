"""What they said, made up: both forms of that exchange, which have closed, so that nobody is tied to an answer."""

import datetime as dt
import uuid
from random import Random

from bookings.models import Asked, DayAnswer, LaterAnswer, Quote, Visitor
from bookings.models.feedback import (
    Changed,
    Form,
    HowFar,
    InTheWay,
    SharedWith,
    TaughtFor,
    ThoughtBefore,
    Useful,
    Watched,
)
from hubs.models import HubYear, ShowcaseSession, StaffUser

ANSWER_THE_DAY, ANSWER_LATER = 0.7, 0.7
FORTNIGHT, LATER = dt.timedelta(days=14), dt.timedelta(weeks=7)

LESSON = ((Useful.VERY, 58), (Useful.QUITE, 30), (Useful.LITTLE, 8), (Useful.NOT, 2), ("", 2))
DISCUSSION = ((Useful.VERY, 46), (Useful.QUITE, 34), (Useful.LITTLE, 13), (Useful.NOT, 3), (Useful.RATHER_NOT, 4))
TAUGHT = ((TaughtFor.UP_TO_2, 16), (TaughtFor.UP_TO_5, 24), (TaughtFor.UP_TO_10, 30), (TaughtFor.MORE, 26), ("", 4))
BEFORE = (
    (ThoughtBefore.TEACHES, 27), (ThoughtBefore.INTERESTED, 48), (ThoughtBefore.UNSURE, 14), (ThoughtBefore.DOUBTS, 7),
    (ThoughtBefore.RATHER_NOT, 4),
)  # fmt: skip
CHANGED = (
    (Changed.ALREADY, 14), (Changed.NOTHING, 12), (Changed.TRIED, 34), (Changed.MOST_WEEKS, 24),
    (Changed.HOW_I_TEACH, 10), (Changed.NO_TEACHER, 4), ("", 2),
)  # fmt: skip
FAR = ((HowFar.ONLY_ME, 44), (HowFar.FEW, 33), (HowFar.SCHOOL, 12), (HowFar.UNKNOWN, 8), ("", 3))
WATCHED = ((Watched.NO, 46), (Watched.PLANNED, 22), (Watched.ONCE, 20), (Watched.MORE, 9), ("", 3))
IN_THE_WAY = (
    (InTheWay.TIME, 41), (InTheWay.SCHEME, 22), (InTheWay.NOTHING, 18), (InTheWay.CLASS, 8), (InTheWay.LEADERS, 6),
    (InTheWay.ELSE, 5),
)  # fmt: skip
SHARED = (
    (SharedWith.NONE, 22),
    (SharedWith.FEW, 38),
    (SharedWith.SOME, 24),
    (SharedWith.MANY, 10),
    (SharedWith.MORE, 6),
)
TAKE = (
    "Ask one question, and wait for the whole class to have an answer.",
    "Fewer examples, each a small step from the one before.",
    "Children saying the whole sentence, not only the number.",
    "Put the wrong answer on the board and let them explain it.",
    "Stay with one idea for the whole lesson.",
)
CHANGE = (
    "More time for the discussion: it ended when it became interesting.",
    "We could not see the board from the back row.",
    "Send the lesson plan before the day.",
)
SENTENCES = (
    "My class now expects to be asked why.",
    "I teach one step at a time, and the slowest are less lost.",
    "We have no time to plan like that every day.",
    "Our scheme moves on every day, so it stayed with one lesson a week.",
)


def enter(hub_year: HubYear, placed: list[Visitor], rng: Random, *, by: StaffUser) -> None:
    """Both forms, and what was released of them."""
    _quotes(hub_year, *answers_of(hub_year, placed, rng), by=by)


def answers_of(hub_year: HubYear, placed: list[Visitor], rng: Random) -> tuple[list[DayAnswer], list[LaterAnswer]]:
    """The forms of everybody who came and has an address, and of those whose register nobody recorded."""
    asked: list[tuple[uuid.UUID | None, Asked]] = []
    on_the_day: list[DayAnswer] = []
    later: list[LaterAnswer] = []
    voices: dict[uuid.UUID | None, uuid.UUID] = {}
    last: dict[uuid.UUID | None, Visitor] = {}
    recorded = {one.pk for one in hub_year.sessions.filter(register__isnull=False)}
    for visitor in placed:
        session = visitor.booking.session
        if_you_came = session.pk not in recorded
        came = visitor.attendance == Visitor.Attendance.ATTENDED or if_you_came
        if not came or not visitor.email or session.places.status == "cancelled":
            continue
        at = (session.ends_at or visitor.booking.created_at) + dt.timedelta(hours=2)
        answers = rng.random() < (0.3 if if_you_came else ANSWER_THE_DAY)
        row = _asked(Form.DAY, hub_year, at, answers, session=session, if_you_came=if_you_came)
        asked.append((visitor.person_id, row))
        if answers:
            voice = voices.setdefault(visitor.person_id, _uuid(rng))
            on_the_day.append(_of_the_day(hub_year, visitor, voice, at, rng))
        if not if_you_came:
            last[visitor.person_id] = visitor
    for person, visitor in last.items():
        at = (visitor.booking.session.ends_at or visitor.booking.created_at) + LATER
        answers = rng.random() < ANSWER_LATER
        asked.append((person, _asked(Form.LATER, hub_year, at, answers)))
        if answers:
            voice = voices.get(person) or voices.setdefault(person, _uuid(rng))
            later.append(_later(hub_year, visitor, voice, at, rng))
    silent = Random(hub_year.pk)  # noqa: S311  (made up)
    for person, row in asked:
        row.voice = voices.get(person) or voices.setdefault(person, _uuid(silent))
    Asked.objects.bulk_create(sorted((row for _person, row in asked), key=lambda one: one.voice.int))
    DayAnswer.objects.bulk_create(sorted(on_the_day, key=lambda one: one.voice.int))
    LaterAnswer.objects.bulk_create(sorted(later, key=lambda one: one.voice.int))
    return on_the_day, later


def _asked(form: Form, hub_year: HubYear, at: dt.datetime, answers: bool, **fields: object) -> Asked:  # noqa: FBT001
    """That somebody was asked, as it is left once the tie is cut."""
    closes_at = at + FORTNIGHT
    return Asked(
        form=form, hub_year=hub_year, visitor=None, asked_at=closes_at, closes_at=closes_at,
        answered_at=closes_at if answers else None, link_version=2, **fields,
    )  # fmt: skip


def _of_the_day(hub_year: HubYear, visitor: Visitor, voice: uuid.UUID, at: dt.datetime, rng: Random) -> DayAnswer:
    return DayAnswer(
        voice=voice, hub_year=hub_year, session=visitor.booking.session, role=visitor.role, answered_at=at,
        lesson=_one(LESSON, rng), discussion=_one(DISCUSSION, rng), taught_for=_one(TAUGHT, rng),
        thought_before=_one(BEFORE, rng), take=rng.choice((*TAKE, "", "", "")),
        change=rng.choice((*CHANGE, "", "", "")), may_quote=rng.random() < 0.3,
    )  # fmt: skip


def _later(hub_year: HubYear, visitor: Visitor, voice: uuid.UUID, at: dt.datetime, rng: Random) -> LaterAnswer:
    return LaterAnswer(
        voice=voice, hub_year=hub_year, role=visitor.role, answered_at=at, changed=_one(CHANGED, rng),
        how_far=_one(FAR, rng), watched=_one(WATCHED, rng), in_the_way=_one(IN_THE_WAY, rng),
        shared_with=_one(SHARED, rng), sentence=rng.choice((*SENTENCES, "", "", "", "")), may_quote=rng.random() < 0.3,
    )  # fmt: skip


def _one(choices: tuple[tuple[str, int], ...], rng: Random) -> str:
    words, weights = zip(*choices, strict=True)
    return str(rng.choices(words, weights)[0])


def _uuid(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _quotes(hub_year: HubYear, on_the_day: list[DayAnswer], later: list[LaterAnswer], *, by: StaffUser) -> None:
    """One of each text that may be quoted, released by staff."""
    texts: dict[str, tuple[str, ShowcaseSession | None, dt.datetime]] = {}
    texts |= {one.take: ("take", one.session, one.answered_at) for one in on_the_day if one.may_quote and one.take}
    texts |= {one.sentence: ("sentence", None, one.answered_at) for one in later if one.may_quote and one.sentence}
    Quote.objects.bulk_create(
        Quote(
            hub_year=hub_year, session=session, voice=None, of=of, text=text, released_at=at + FORTNIGHT, released_by=by
        )
        for text, (of, session, at) in sorted(texts.items())
    )
