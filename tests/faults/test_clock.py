"""A clock that is wrong: ahead, back, and right again. Nothing lapses by it, and on PostgreSQL nobody asks it."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bookings import places
from bookings.due import run_due
from bookings.management.commands import trust_clock  # noqa: F401  (called by its name)
from bookings.models import AuditEntry, Mail, Places, Running
from bookings.rule import clock_jumps
from bookings.states import Status, Verb
from hubs.vocabulary import clock
from tests.bookings.observed import count, statements, statuses
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
HOLDS = 32


@pytest.fixture
def on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("There the database's clock counts.")


@pytest.fixture
def on_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock of its own.")


@pytest.fixture
def held():
    """A session with holds that were mailed long ago, and a worker that has seen the clock."""
    clock_jumps.watch(now=NOW)
    session = SessionFactory(room__capacity=HOLDS)
    for n in range(HOLDS):
        visiting = {"email": f"teacher{n}@school.example"}
        places.hold(session.pk, party(**visiting), clock=lambda: NOW)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    return session


def a_round(now):
    """As the worker does it."""
    clock_jumps.watch(now=now)
    run_due(lambda: now)


def lapsed(session):
    return statuses(session).count(Status.LAPSED)


def test_clock_two_days_ahead_lapses_nothing_and_the_log_says_so(on_sqlite, held, caplog):
    a_round(NOW + 2 * DAY)
    assert (lapsed(held), count(held)[0]) == (0, HOLDS)
    assert "The clock jumped by 2880 minutes" in caplog.text
    assert Running.objects.now().clock_held_at == NOW + 2 * DAY
    a_round(NOW + 2 * DAY + HOUR)  # and it stays so
    assert lapsed(held) == 0


def test_page_that_is_first_to_meet_that_clock_lapses_nothing_either(on_sqlite, held):
    assert places.settle_if_due(held.pk, lambda: NOW + 2 * DAY)  # it looked, under the lock
    assert lapsed(held) == 0
    assert AuditEntry.objects.filter(verb=Verb.LAPSE).count() == 0


def test_clock_that_is_put_right_still_waits_for_a_person(on_sqlite, held):
    a_round(NOW + 2 * DAY)
    a_round(NOW + HOUR)
    assert Running.objects.now().clock_held_at is not None
    clock_jumps.trust(now=NOW + HOUR)
    a_round(NOW + HOUR)
    assert lapsed(held) == 0  # none is due
    assert Running.objects.now().clock_held_at is None


def test_whoever_trusts_the_new_clock_lets_lapse_what_is_due(on_sqlite, held):
    a_round(NOW + 2 * DAY)
    clock_jumps.trust(now=NOW + 2 * DAY)
    a_round(NOW + 2 * DAY)
    assert (lapsed(held), count(held)[0]) == (HOLDS, 0)


@pytest.mark.parametrize("back", [11 * MINUTE, 2 * DAY])
def test_clock_set_back_holds_too(on_sqlite, held, back):
    a_round(NOW - back)
    assert Running.objects.now().clock_held_at == NOW - back
    a_round(NOW + 2 * DAY)  # right again, or ahead: nobody here can tell
    assert lapsed(held) == 0


@pytest.mark.parametrize("drift", [-9 * MINUTE, 9 * MINUTE])
def test_small_correction_is_no_jump(on_sqlite, held, drift):
    a_round(NOW + drift)
    assert Running.objects.now().clock_held_at is None


def test_machine_that_was_off_over_a_weekend_is_trusted(on_sqlite, held, monkeypatch, tmp_path):
    Running.objects.update_or_create(pk=1, defaults={"round_at": NOW})
    another_start(monkeypatch, tmp_path)
    a_round(NOW + 3 * DAY)
    assert Running.objects.now().clock_held_at is None
    assert lapsed(held) == HOLDS


def test_machine_that_starts_with_a_clock_behind_its_last_round_is_not(on_sqlite, held, monkeypatch, tmp_path):
    Running.objects.update_or_create(pk=1, defaults={"round_at": NOW})
    another_start(monkeypatch, tmp_path)
    a_round(NOW - DAY)
    assert Running.objects.now().clock_held_at == NOW - DAY


def another_start(monkeypatch, folder):
    (folder / "boot").write_text("another start of the machine")
    monkeypatch.setattr(clock_jumps, "BOOT", folder / "boot")


def test_held_back_places_and_waiting_lists_wait_for_it_too(on_sqlite):
    clock_jumps.watch(now=NOW)
    session = SessionFactory(room__capacity=2, room__held_back=1, release_at=NOW + DAY)
    a_round(NOW + 2 * DAY)
    assert Places.objects.get(session=session).held_back == 1
    clock_jumps.trust(now=NOW + 2 * DAY)
    a_round(NOW + 2 * DAY)
    assert Places.objects.get(session=session).held_back == 0


def test_round_of_a_clock_that_is_right_writes_nothing(on_sqlite):
    clock_jumps.watch(now=timezone.now())
    with statements() as asked:
        clock_jumps.watch(now=timezone.now())
    assert len(asked) == 1
    assert asked[0].startswith("SELECT")


def test_person_says_that_it_is_right(on_sqlite):
    Running.objects.update_or_create(pk=1, defaults={"clock_held_at": NOW})
    said = io.StringIO()
    call_command("trust_clock", stdout=said)
    assert "Held until now." in said.getvalue()
    assert "0 holds and offers are past their deadline" in said.getvalue()
    assert Running.objects.now().clock_held_at is None


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def test_clock_of_the_host_is_not_asked_where_the_database_has_one(on_postgres, monkeypatch):
    """A page passes its host's clock on; that is two days ahead, and the database's is not."""
    ahead = timezone.now() + 2 * DAY
    session = SessionFactory(starts_at=timezone.now() + 30 * DAY, ends_at=timezone.now() + 30 * DAY + HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: ahead)
        patched.setattr(clock, "THIS_MACHINES", timezone.now)
        booking = places.hold(session.pk, party(), clock=timezone.now)
        Mail.objects.update(state=Mail.State.SENT, answered_at=ahead - 2 * DAY)
        assert AuditEntry.objects.get(verb=Verb.HOLD).at < ahead - DAY
        assert booking.deadline < ahead + 2 * DAY
        assert clock.difference() > DAY
        assert abs(clock.now() - (ahead - 2 * DAY)) < MINUTE
        run_due(clock.now)
        places.settle_if_due(session.pk, timezone.now)
    assert statuses(session) == [Status.HELD]
    assert abs(clock.difference()) < MINUTE


def test_clock_is_asked_after_the_lock_and_once(on_postgres):
    session = SessionFactory(starts_at=timezone.now() + 30 * DAY, ends_at=timezone.now() + 30 * DAY + HOUR)
    with statements() as asked:
        places.hold(session.pk, party(), clock=timezone.now)
    found = [n for n, one in enumerate(asked) if "clock_timestamp" in one]
    locks = [n for n, one in enumerate(asked) if "FOR NO KEY UPDATE" in one]
    assert len(found) == 1
    assert found[0] > locks[0]


def test_clock_that_a_test_gives_is_taken_as_it_is(on_postgres):
    assert clock.moment(lambda: NOW) == NOW
