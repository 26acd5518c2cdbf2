"""The demo's past exchange: made up, and every count of it agrees with its rows."""

import datetime as dt

import pytest
from django.db.models import Count, Sum

from bookings.attendance import standing
from bookings.due import run_due
from bookings.management import demo
from bookings.management.past.exchange import PLANS, first_day
from bookings.management.past.group import DECLINED, JOINED, WEEKS
from bookings.management.past.made_up import MADE_UP
from bookings.models import (
    Asked,
    AuditEntry,
    Booking,
    DayAnswer,
    Enrolment,
    GroupTeacher,
    Invitation,
    LaterAnswer,
    Mail,
    Person,
    Places,
    Quote,
    Register,
    TurnedAway,
    Visitor,
)
from bookings.models.feedback import Form
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import Cost, HubYear, ShowcaseSession
from hubs.vocabulary.school_days import london

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = london(dt.date(2026, 11, 22), dt.time(12))
SOME = 50
ROWS_OF = (
    *(Booking, Visitor, DayAnswer, LaterAnswer, Asked, Cost, TurnedAway, Register, Quote),
    *(Enrolment, GroupTeacher, Invitation),
)


@pytest.fixture(scope="module", autouse=True)
def _loaded(shared_rows):
    demo.load(lambda: NOW)


def exchange():
    return HubYear.objects.get(hub__slug="kent-medway", exchange__year=2025)


def visitors():
    placed = Visitor.objects.coming().filter(booking__session__hub_year=exchange(), booking__status="confirmed")
    return placed.filter(standing.recorded("booking__session"))


def of_showcases():
    return visitors().filter(booking__session__group=None)


@pytest.mark.parametrize(
    "now, day",
    [
        ((2026, 11, 22), (2026, 1, 13)),
        ((2026, 6, 2), (2026, 1, 13)),
        ((2026, 6, 1), (2025, 1, 14)),
        ((2027, 2, 1), (2026, 1, 13)),
    ],
)
def test_it_is_in_the_last_january_whose_forms_have_closed(now, day):
    assert first_day(london(dt.date(*now), dt.time(12))) == dt.date(*day)


def test_it_says_that_it_is_made_up():
    year = exchange()
    assert ("made up" in year.programme_name, year.about, "made up" in year.exchange.name) == (True, MADE_UP, True)
    assert {one.about for one in year.sessions.all()} == {MADE_UP}


def test_it_is_as_large_as_a_hubs_exchange():
    came = of_showcases().filter(attendance="attended")
    assert (came.count(), came.values("booking__school_key").distinct().count()) == (215, 72)
    asked = Asked.objects.filter(form=Form.DAY, if_you_came=False, session__group=None)
    report = Report(Selection(Of.EXCHANGE, exchange(), NOW.date()), leaves=False, now=NOW)
    answered = [report.facts.answered(form) for form in (Form.DAY, Form.LATER)]
    assert (asked.count(), *answered) == (183, 129, 89)


def test_every_count_agrees_with_its_rows():
    seated = Booking.objects.filter(session__hub_year=exchange(), status="confirmed").values("session")
    taken = dict(seated.annotate(n=Sum("party")).values_list("session", "n"))
    assert dict(Places.objects.filter(session__in=taken).values_list("session", "places_taken")) == taken
    come = dict(
        Visitor.objects.coming().filter(booking__session__in=taken).values_list("booking").annotate(n=Count("pk"))
    )
    assert {one.pk: one.party for one in Booking.objects.filter(pk__in=come)} == come
    audited = AuditEntry.objects.filter(session__in=taken).values("session").annotate(n=Sum("places"))
    assert {one["session"]: one["n"] for one in audited} == taken
    assert len(taken) == len(PLANS) + len(WEEKS)


def test_what_it_says_of_each_person_is_true():
    first = {}
    placed = Visitor.objects.filter(booking__session__hub_year=exchange(), booking__status="confirmed")
    for one in placed.order_by("booking__session__starts_at", "pk").select_related("booking"):
        assert one.first_time == (one.person_id not in first), one
        first[one.person_id] = one
    named = Visitor.objects.filter(booking__session__hub_year=exchange()).exclude(email=None)
    people = dict(Person.objects.values_list("email_key", "pk"))
    assert {(one.email_key, one.person_id) for one in named if one.person_id} <= set(people.items())


def test_rows_are_as_their_model_wants_them():
    """Each row passed the database's own checks when it was written; what the model says in Python is the same."""
    for model in ROWS_OF:
        for row in model.objects.all()[:SOME]:
            row.validate_constraints()


def test_late_and_missed_are_told_apart_and_what_was_off_counts_for_neither():
    sessions = ShowcaseSession.objects.filter(hub_year=exchange())
    off = sessions.exclude(places__status="open")
    assert off.count() == 1
    assert Visitor.objects.filter(booking__session__in=off).exclude(attendance="expected").count() == 0
    assert sessions.filter(standing.not_recorded(now=NOW)).count() == 1
    assert sessions.filter(standing.recorded()).count() == len(PLANS) + len(WEEKS) - 2
    late = Booking.objects.filter(session__in=sessions, status="cancelled", ended_late=True)
    assert all(one.ended_at > one.session.closes_at for one in late.select_related("session"))


def test_nobody_is_tied_to_an_answer_and_no_kind_of_cost_but_other_is_missing():
    assert not Asked.objects.exclude(visitor=None).exists()
    assert not Quote.objects.exclude(voice=None).exists()
    assert set(Cost.Kind) - set(Cost.objects.values_list("kind", flat=True)) == {Cost.Kind.OTHER}


def test_group_of_it_met_in_that_year_and_its_report_has_something_to_say():
    group = exchange().groups.get()
    states = group.invitations.values_list("state").annotate(n=Count("pk")).order_by("state")
    assert dict(states) == {"joined": JOINED, "declined": DECLINED}
    assert set(group.schools.schools.all()) == {one.school for one in group.invitations.filter(state="joined")}
    assert {exchange().exchange.has(one.first_day) for one in group.meetings.all()} == {True}
    assert Enrolment.objects.filter(invitation__group=group, booking__status="confirmed").count() == JOINED * len(WEEKS)
    report = Report(Selection(Of.EXCHANGE, exchange(), NOW.date()), leaves=False, now=NOW)
    [table] = [one for one in report.tables() if one.name == "groups"]
    [*_others, groups] = table.lines(report.copy)
    assert groups[:4] == ["Work groups", str(JOINED + DECLINED), str(JOINED), str(2 * JOINED)]


def test_area_of_it_is_kent_and_medway():
    assert [one.name for one in exchange().area.all()] == ["Kent", "Medway"]


def test_loading_it_again_adds_nothing_and_the_worker_writes_to_nobody_of_it():
    before = Visitor.objects.count(), Asked.objects.count(), Places.objects.count()
    demo.load(lambda: NOW)
    run_due(lambda: NOW)
    assert (Visitor.objects.count(), Asked.objects.count(), Places.objects.count()) == before
    assert not Mail.objects.filter(session__hub_year=exchange()).exists()
