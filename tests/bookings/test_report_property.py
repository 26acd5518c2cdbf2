"""Random exchanges, registers, feedback and forgetting: every figure of a hub's own report is a plain count.

The counts here are made in Python over all rows, one after another, and know nothing of how the report asks. After
forgetting the rows say less, and each figure is what it was.
"""

import datetime as dt
import os
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bookings.attendance import perhaps
from bookings.forgetting import steps
from bookings.models import Asked, DayAnswer, LaterAnswer, Register, Visitor
from bookings.report.contents import SECTIONS
from bookings.report.facts import Facts
from bookings.report.persons import Persons, first_time, phase_of
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.vocabulary.teaching import STAGES, Years
from tests.bookings.past import ABSENT, ATTENDED, past_exchange
from tests.bookings.voices import voices_of
from tests.factories import NOW, HubYearFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = int(os.environ.get("REPORT_EXAMPLES", "5"))
YEARS_ON = NOW + dt.timedelta(days=3 * 366)  # every name has had its time
SCHOOL_NONE, TRAINEE = "none", 32
QUESTIONS = {
    DayAnswer: ("lesson", "discussion", "thought_before"),
    LaterAnswer: ("changed", "how_far", "watched", "in_the_way", "shared_with"),
}


class Rows:
    """What the rows of one hub's exchange say, by going through them."""

    def __init__(self, hub_year):
        self.hub_year = hub_year
        held = hub_year.sessions.select_related("places")
        self.sessions = [one for one in held if one.places.status not in ("cancelled", "postponed", "draft")]
        self.recorded = {one.pk for one in self.sessions if Register.objects.filter(session=one).exists()}
        every = Visitor.objects.select_related("booking__school", "booking__session").order_by("pk")
        self.visits = [
            one
            for one in every
            if one.booking.status == "confirmed" and one.released_at is None
            if one.booking.session_id in self.recorded and one.role != TRAINEE
        ]
        self.came = [one for one in self.visits if one.attendance == ATTENDED]
        self.people = {}
        for one in self.came:
            self.people.setdefault(one.person_id or f"nobody {one.pk}", one)

    def places(self):
        return {
            "offered": sum(one.places.capacity for one in self.sessions),
            "taken": sum(one.places.places_taken for one in self.sessions),
            "recorded": len(self.recorded),
            "came": len(self.came),
            "absent": sum(one.attendance == ABSENT for one in self.visits),
            "people": len(self.people),
            "at least": len({one.perhaps_id or one.person_id for one in self.came}),
            "settings": len({one.booking.school_key for one in self.came}),
        }

    def who(self):
        first = list(self.people.values())
        visits = Counter(one.person_id or f"nobody {one.pk}" for one in self.came)
        return {
            "phases": Counter(
                phase_of(one.booking.school and one.booking.school.phase, one.booking.school_kind) for one in first
            ),
            "roles": Counter(one.role for one in first),
            "times": Counter(first_time(one.seen_before, one.first_time) for one in first),
            "often": Counter({1: "once", 2: "twice"}.get(n, "more") for n in visits.values()),
            "stages": Counter(stage for one in first for stage in taught(one.years)),
            "authorities": Counter(
                one.booking.school and one.booking.school.local_authority and one.booking.school.local_authority.name
                for one in first
            ),
            "company": company(first),
        }

    def said(self):
        found = {}
        for model, questions in QUESTIONS.items():
            answers = list(model.objects.filter(hub_year=self.hub_year))
            found[model.__name__] = (len(answers), sum(one.on_paper for one in answers))
            found |= {name: Counter(getattr(one, name) for one in answers) for name in questions}
        for form in ("day", "later"):
            asked = list(Asked.objects.filter(hub_year=self.hub_year, form=form))
            found[form] = (len(asked), sum(one.answered_at is not None for one in asked))
        return found


def taught(years):
    return [n for n, of_it in ((0, Years.RECEPTION), *STAGES) if years & of_it] or ["not known"]


def company(first):
    schools = Counter(one.booking.school_key for one in first)
    return Counter("alone" if schools[one.booking.school_key] == 1 else "with" for one in first)


class OfReport:
    """The same, as the report has it."""

    def __init__(self, hub_year, now):
        self.facts = Facts(Selection(Of.EXCHANGE, hub_year, now.date()), now=now)

    def places(self):
        facts = self.facts
        return {
            "offered": sum(one.capacity for one in facts.held),
            "taken": sum(one.taken for one in facts.held),
            "recorded": len(facts.recorded),
            "came": facts.visits(["visitor"], ATTENDED),
            "absent": facts.visits(["visitor"], ABSENT),
            "people": facts.people_most,
            "at least": facts.people_least,
            "settings": facts.people["settings"],
        }

    def who(self):
        persons = Persons(self.facts)
        return {
            "phases": +Counter({name: n for name, (n, _settings) in persons.phases.items()}),
            "roles": +persons.roles,
            "times": +Counter(persons.times),
            "often": +Counter(persons.often),
            "stages": +Counter(persons.stages),
            "authorities": +Counter(dict(persons.authorities)),
            "company": +Counter({name: persons.company[name] for name in ("alone", "with")}),
        }

    def said(self):
        voices = self.facts.voices
        found = {}
        for model, tally in ((DayAnswer, voices.day), (LaterAnswer, voices.later)):
            found[model.__name__] = (tally.n, tally.paper)
            found |= {name: tally.said.get(name, Counter()) for name in QUESTIONS[model]}
        for form in ("day", "later"):
            found[form] = (self.facts.asked(form), self.facts.answered(form))
        return found


def printed(hub_year, now):
    """Every table of the hub's own copy, to the digit."""
    report = Report(Selection(Of.EXCHANGE, hub_year, NOW.date()), leaves=False, now=now)
    return {one.name: [[str(cell) for cell in line] for line in one.lines(report.copy)] for one in report.tables()}


def everything(of):
    return {"places": of.places(), "who": of.who(), "said": of.said()}


def forget_all(now):
    """Rounds of it, until nothing more goes."""
    for _round in range(30):
        steps.forget(now=now)


@settings(
    max_examples=EXAMPLES,
    phases=[Phase.reuse, Phase.generate],  # a smaller seed is no simpler exchange
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), sessions=st.integers(2, 4), most=st.integers(6, 20), people=st.integers(8, 30))
def test_every_figure_is_a_plain_count_before_and_after_forgetting(seed, sessions, most, people):
    with transaction.atomic():
        hub_year = HubYearFactory()
        held = past_exchange(hub_year, seed=seed, sessions=sessions, most=most)
        voices_of(hub_year, held, seed=seed, people=people)
        for session in held:
            perhaps.make(session.pk, NOW)
        counted = everything(Rows(hub_year))
        assert everything(OfReport(hub_year, NOW)) == counted
        tables = printed(hub_year, NOW)
        assert len(tables) >= len(SECTIONS) // 2 or not counted["places"]["recorded"]
        names = Visitor.objects.exclude(full_name=None)
        assert names.exists() == bool(counted["places"]["taken"])
        forget_all(YEARS_ON)
        assert not names.exists()
        assert everything(OfReport(hub_year, YEARS_ON)) == counted
        assert printed(hub_year, NOW) == tables
        transaction.set_rollback(True)
