"""School days: no weekends, bank holidays or Christmas; and what a hub says otherwise."""

import datetime as dt
import time

import pytest
from django.db import transaction

from hubs.models import ClosedDay
from hubs.models.calendar import KEPT_FOR, _kept, calendar_of_hub, calendar_of_session
from hubs.vocabulary.school_days import SchoolDays, london
from tests.factories import HubFactory, HubYearFactory, SessionFactory

ENGLAND = SchoolDays()


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "date, is_one",
    [
        ("2027-01-04", True),
        ("2027-01-08", True),
        ("2027-01-09", False),  # Saturday
        ("2027-01-10", False),
        ("2026-12-21", True),
        ("2026-12-22", False),
        ("2027-01-01", False),
        ("2025-01-02", False),  # a Thursday at Christmas
        ("2025-01-03", True),
        ("2022-01-03", False),  # a bank holiday for New Year's Day
        ("2027-03-26", False),  # Good Friday
        ("2027-03-29", False),  # Easter Monday
        ("2027-05-03", False),
        ("2027-08-30", False),
        ("2027-03-17", True),  # St Patrick's is no bank holiday in England
        ("2027-11-30", True),  # nor is St Andrew's
        ("2022-09-19", False),  # the Queen's funeral
        ("2023-05-08", False),  # the coronation
    ],
)
def test_day_is_a_school_day(date, is_one):
    assert (day(date) in ENGLAND) == is_one


@pytest.mark.parametrize(
    "start, days, before, after",
    [
        ("2027-01-26", 0, "2027-01-26", "2027-01-26"),
        ("2027-01-26", 1, "2027-01-25", "2027-01-27"),
        ("2027-01-26", 2, "2027-01-22", "2027-01-28"),
        ("2027-01-26", 5, "2027-01-19", "2027-02-02"),
        ("2027-01-24", 1, "2027-01-22", "2027-01-25"),  # from a Sunday
        ("2027-01-05", 2, "2026-12-21", "2027-01-07"),  # over Christmas
        ("2027-03-30", 1, "2027-03-25", "2027-03-31"),  # over Easter
    ],
)
def test_days_are_counted_in_school_days(start, days, before, after):
    assert ENGLAND.before(day(start), days) == day(before)
    assert ENGLAND.after(day(start), days) == day(after)


def test_hub_closes_days_and_opens_others():
    half_term = (day("2027-02-15"), day("2027-02-19"))
    saturday = (day("2027-02-20"), day("2027-02-20"))
    hub = SchoolDays(closed=(half_term,), opened=(saturday,))
    assert hub.after(day("2027-02-12")) == day("2027-02-20")
    assert hub.before(day("2027-02-22"), 2) == day("2027-02-12")
    assert day("2027-02-17") not in hub
    assert day("2027-02-17") in ENGLAND


def test_hub_may_open_a_day_at_christmas_and_within_a_closure():
    christmas = SchoolDays(opened=((day("2026-12-22"), day("2026-12-23")),))
    assert christmas.after(day("2026-12-21")) == day("2026-12-22")
    closure = SchoolDays(
        closed=((day("2027-02-15"), day("2027-02-19")),), opened=((day("2027-02-17"), day("2027-02-17")),)
    )
    assert closure.after(day("2027-02-12")) == day("2027-02-17")


def test_closure_without_an_end_in_sight_does_not_hang():
    for_ever = SchoolDays(closed=((day("2027-01-01"), day("9999-12-31")),))
    assert for_ever.after(day("2027-01-04")) == day("2027-01-04") + dt.timedelta(days=366)


@pytest.mark.django_db
def test_calendar_of_a_session_is_its_hubs_alone():
    hub, other = HubFactory(), HubFactory()
    closed = {"first_day": day("2027-02-15"), "last_day": day("2027-02-19")}
    ClosedDay.objects.create(hub=hub, **closed)
    ClosedDay.objects.create(hub=hub, first_day=day("2027-02-20"), last_day=day("2027-02-20"), is_open=True)
    session = SessionFactory(hub_year=HubYearFactory(hub=hub))
    elsewhere = SessionFactory(hub_year=HubYearFactory(hub=other))
    expected = SchoolDays(closed=(tuple(closed.values()),), opened=((day("2027-02-20"), day("2027-02-20")),))
    assert calendar_of_session(session.pk) == calendar_of_hub(hub.pk) == expected
    assert calendar_of_session(elsewhere.pk) == calendar_of_hub(other.pk) == ENGLAND


@pytest.fixture
def closed(transactional_db):
    """A session whose hub is closed for a week of February."""
    session = SessionFactory()
    day_off = ClosedDay.objects.create(hub=session.hub, first_day=day("2027-02-15"), last_day=day("2027-02-19"))
    return session, day_off


def test_calendar_is_asked_for_once_while_nothing_changes(closed, django_assert_num_queries):
    session, _ = closed
    calendar = calendar_of_session(session.pk)
    with django_assert_num_queries(0):
        assert calendar_of_session(session.pk) == calendar


def test_calendar_is_new_once_a_closed_day_has_changed(closed):
    session, day_off = closed
    assert calendar_of_session(session.pk) == SchoolDays(closed=((day("2027-02-15"), day("2027-02-19")),))
    ClosedDay.objects.filter(pk=day_off.pk).update(last_day=day("2027-02-22"))
    assert calendar_of_session(session.pk) == SchoolDays(closed=((day("2027-02-15"), day("2027-02-22")),))
    with transaction.atomic():
        day_off.delete()
        assert calendar_of_session(session.pk) == ENGLAND
    assert calendar_of_session(session.pk) == ENGLAND


def test_calendar_is_kept_for_seconds_and_where_changes_cannot_be_told_not_at_all(
    closed, monkeypatch, django_assert_num_queries
):
    session, _ = closed
    calendar_of_session(session.pk)
    long_ago = time.monotonic() - KEPT_FOR
    monkeypatch.setattr("hubs.models.calendar._kept", {n: one._replace(since=long_ago) for n, one in _kept.items()})
    with django_assert_num_queries(1):
        calendar_of_session(session.pk)
    monkeypatch.setattr("hubs.vocabulary.changes.state", lambda: None)
    with django_assert_num_queries(2):
        assert calendar_of_session(session.pk) == calendar_of_session(session.pk)


def test_so_many_calendars_are_kept_and_no_more(closed, monkeypatch):
    session, _ = closed
    monkeypatch.setattr("hubs.models.calendar.MOST_KEPT", 2)
    for pk in (session.pk, -1, -2, -3):
        calendar_of_session(pk)
    assert len(_kept) <= 2


@pytest.mark.parametrize(
    "date, in_utc",
    [("2027-03-27", "18:00"), ("2027-03-28", "17:00"), ("2027-10-30", "17:00"), ("2027-10-31", "18:00")],
)
def test_london_time_follows_the_clocks(date, in_utc):
    assert london(day(date), dt.time(18)).astimezone(dt.timezone.utc).strftime("%H:%M") == in_utc
