"""Sessions in brief, kept for all searches: what is put in order and counted from them is what the database says."""

import datetime as dt
import random
from itertools import combinations

import pytest
from django.test import Client
from django.utils import timezone

from bookings import places
from bookings.models.places import can_be_booked
from bookings.public import gaps
from bookings.public.answers import answers
from bookings.public.brief import Sessions, all_to_come, in_brief
from bookings.public.session import IN_ORDER, announced, bookable_first
from bookings.states import SessionStatus
from hubs.models import ShowcaseSession
from hubs.schools.whereabouts import Place, metres_between
from tests.browser.rows import questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, party

HERE = Place("here", 573_842, 155_270)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def some_sessions(number: int) -> None:
    """On few days and in few places, so that many are alike; some without either; drawn at random."""
    draw, hubs = random.Random(64), HubYearFactory.create_batch(3)
    schools = [SchoolFactory(easting=HERE.easting + 20_000 * n, northing=HERE.northing) for n in range(6)]
    nowhere = SchoolFactory(easting=None, northing=None, postcode="")
    for _n in range(number):
        venue = draw.choice([*schools, nowhere])
        if draw.random() < 0.3:
            first, long = draw.choice([None, DAY, DAY + dt.timedelta(days=1)]), dt.timedelta(days=draw.randrange(2))
            days = {"first_day": first, "last_day": first and first + long, "starts_at": None, "ends_at": None}
            made = SessionFactory(hub_year=draw.choice(hubs), venue=venue, **days, room__status=SessionStatus.ANNOUNCED)
        else:
            status = draw.choice([SessionStatus.OPEN, SessionStatus.CLOSED])
            room = {"room__status": status, "room__held_back": draw.choice([0, 30])}
            made = SessionFactory(hub_year=draw.choice(hubs), venue=venue, **room)
        made.also_run_by.set(draw.sample(hubs, draw.randrange(3)))  # alone, or two or three hubs together


def keys_of(sessions: Sessions) -> list[int]:
    return [row.pk for row in sessions.rows]


@pytest.mark.django_db
def test_order_and_counts_are_as_the_database_has_them() -> None:
    some_sessions(60)
    found, rows = in_brief(announced(), now=NOW), announced()
    assert keys_of(found) == list(rows.order_by(*IN_ORDER).values_list("pk", flat=True))
    in_order = rows.order_by(*bookable_first(NOW), *IN_ORDER).values_list("pk", flat=True)
    assert keys_of(found.bookable_first) == list(in_order)
    assert set(keys_of(found.free)) == set(rows.filter(can_be_booked(NOW)).values_list("pk", flat=True))
    for slug, of_hub in found.by_hub.hubs.items():
        run = rows.run_by(slug)
        assert (slug, of_hub.sessions, of_hub.free) == (slug, run.count(), run.filter(can_be_booked(NOW)).count())
    assert found.by_hub.of(found.by_hub.hubs) == (60, len(found.free))
    for pair in combinations(found.by_hub.hubs, 2):  # one counter of the map; who shares a session need not run it
        run = rows.filter(pk__in=[one.pk for slug in pair for one in rows.run_by(slug)])
        assert found.by_hub.of(pair) == (run.count(), run.filter(can_be_booked(NOW)).count())


@pytest.mark.django_db
@pytest.mark.parametrize("past", [False, True])
def test_nearest_come_first_within_each_day(past: bool) -> None:
    some_sessions(60)
    found = in_brief(announced().exclude(first_day=None), now=NOW)
    rows = {one.pk: one for one in announced()}

    def far(key: int) -> float:
        metres = metres_between(rows[key].easting, rows[key].northing, HERE.easting, HERE.northing)
        return float("inf") if metres is None else metres

    def days(key: int) -> tuple[int, ...]:
        return tuple((-1 if past else 1) * day.toordinal() for day in (rows[key].first_day, rows[key].last_day))

    expected = sorted(keys_of(found), key=lambda key: (days(key), far(key), rows[key].starts_at is None, key))
    whole = (found.backwards if past else found).nearest_first(HERE, 0, 99, past=past)
    assert whole == expected
    assert (found.backwards if past else found).nearest_first(HERE, 7, 20, past=past) == expected[7:20]


@pytest.fixture
def kept(settings: object) -> None:
    settings.PAGES_KEPT = 8  # type: ignore[attr-defined]
    gaps.pages.__init__()  # type: ignore[misc]
    answers.forget()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_next_place_that_is_typed_asks_for_the_rows_of_its_page_alone(client: Client) -> None:
    SessionFactory.create_batch(4)
    client.get("/?near=ME16")
    assert [questions(client, f"/?near={near}") for near in ("ME15", "ME14", "CT5&within=england")] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_what_is_kept_is_new_once_a_session_has_changed_or_is_full(client: Client) -> None:
    sessions = SessionFactory.create_batch(3, room__capacity=2)
    assert all_to_come(now=NOW) is all_to_come(now=NOW)
    assert counted() == (3, 3)
    SessionFactory(room__capacity=2)
    assert counted() == (4, 4)
    ShowcaseSession.objects.filter(pk=sessions[0].pk).update(visibility="staff")
    assert counted() == (3, 3)
    places.hold(sessions[1].pk, party(size=2, school=sessions[1].venue), clock=lambda: NOW)
    assert counted() == (3, 2)


def counted() -> tuple[int, int]:
    """How many there are, and how many of them can be booked."""
    found = all_to_come(now=NOW)
    return len(found), len(found.free)
