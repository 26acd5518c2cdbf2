"""What past visitors said: rows of feedback, for tests of reports."""

import datetime as dt
import random
import uuid
from typing import Any

from bookings.models import Asked, DayAnswer, LaterAnswer
from bookings.models.feedback import Changed, Form, HowFar, InTheWay, SharedWith, ThoughtBefore, Useful, Watched
from hubs.models import HubYear, ShowcaseSession
from tests.factories import NOW

AT = {"asked_at": NOW, "closes_at": NOW + dt.timedelta(days=14)}


def asked_on_the_day(session: ShowcaseSession, voice: Any = None, *, answers: bool = False, **said: Any) -> uuid.UUID:
    """Somebody is asked of that lesson, and answers where something is `said`."""
    voice = voice or uuid.uuid4()
    answered = NOW if answers or said else None
    known = {"hub_year": session.hub_year, "session": session, "voice": voice}
    Asked.objects.create(form=Form.DAY, answered_at=answered, **known, **AT)
    if answered:
        DayAnswer.objects.create(answered_at=answered, **known, **said)
    return voice


def asked_later(hub_year: HubYear, voice: Any = None, *, answers: bool = False, **said: Any) -> uuid.UUID:
    """And six weeks later of all that they saw."""
    voice = voice or uuid.uuid4()
    answered = NOW if answers or said else None
    Asked.objects.create(form=Form.LATER, hub_year=hub_year, voice=voice, answered_at=answered, **AT)
    if answered:
        LaterAnswer.objects.create(hub_year=hub_year, voice=voice, answered_at=answered, **said)
    return voice


def voices_of(hub_year: HubYear, sessions: list[ShowcaseSession], *, seed: int, people: int = 60) -> None:
    """People by chance: some saw two lessons, some never answer, a few on paper."""
    chance = random.Random(seed)
    for _n in range(people):
        voice = uuid.uuid4()
        for session in chance.sample(sessions, chance.choice([1, 1, 1, min(2, len(sessions))])):
            said = {
                "lesson": chance.choice(["", *Useful.values]),
                "discussion": chance.choice(["", *Useful.values]),
                "thought_before": chance.choice(["", *ThoughtBefore.values]),
                "role": chance.choice([0, 1, 1, 2]),
            }
            asked_on_the_day(session, voice, **(said if chance.random() < 0.7 else {}))
        later = {
            "changed": chance.choice(["", *Changed.values]),
            "how_far": chance.choice(["", *HowFar.values]),
            "watched": chance.choice(["", *Watched.values]),
            "in_the_way": chance.choice(["", *InTheWay.values]),
            "shared_with": chance.choice(["", *SharedWith.values]),
            "role": chance.choice([0, 1, 1, 2]),
        }
        asked_later(hub_year, voice, **(later if chance.random() < 0.6 else {}))
    for _n in range(chance.randrange(4)):
        on_paper = {"on_paper": True, "answered_at": NOW, "hub_year": hub_year}
        DayAnswer.objects.create(session=chance.choice(sessions), lesson=Useful.VERY, **on_paper)
        LaterAnswer.objects.create(changed=Changed.TRIED, **on_paper)
