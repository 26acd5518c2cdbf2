"""How everything stands: each check says its word, Home and status share the list, and alerts come once an hour."""

import datetime as dt
import io
import json
import socket

import pytest
from django.conf import settings
from django.core import mail as outgoing
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from bookings import places
from bookings.management.commands import status as command
from bookings.models import AuditEntry, Booking, KeptReport, Mail, Places, Running
from bookings.operations import (
    alerts,
    counting,
    heartbeat,
    of_data,
    of_host,
    of_mail,
    of_worker,
    ready,
    rounds,
    status,
    trial,
)
from bookings.operations.found import Found, Word, fine, worst
from bookings.report import kept
from bookings.rule.refusals import SessionFull
from hubs.models import Exchange, Hub, HubYear, ShowcaseSession
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BAD, WARN, FINE = Word.BAD, Word.WARN, Word.FINE


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def run(*options):
    """What `manage.py status` prints, and exits with."""
    told = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("status", *options, stdout=told)
    return told.getvalue(), ended.value.code


def running(**columns):
    return Running.objects.update_or_create(pk=1, defaults={"round_at": NOW, "backed_up_at": NOW} | columns)[0]


def held(**columns):
    booking = places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    Mail.objects.filter(booking=booking).update(**columns)
    return booking


# --- the checks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check, columns, word, says",
    [
        (of_worker.worker, {"round_at": None}, BAD, "No worker has run yet"),
        (of_worker.worker, {"round_at": NOW, "round_host": "app1"}, FINE, "on app1"),
        (of_worker.worker, {"round_at": NOW - 3 * MINUTE}, WARN, "last round was at"),
        (of_worker.worker, {"round_at": NOW - 2 * 24 * HOUR}, BAD, "places do not come free"),
        (of_worker.trial, {"trial_at": NOW}, FINE, "went through"),
        (of_worker.trial, {"trial_at": NOW, "trial_said": "OperationalError"}, BAD, "failed with OperationalError"),
        (of_worker.mail_held, {}, FINE, "Mail is sent"),
        (of_worker.mail_held, {"mail_held_at": NOW}, WARN, "manage.py release_mail"),
        (of_worker.clock_held, {"clock_held_at": NOW}, BAD, "manage.py trust_clock"),
        (of_data.miscounts, {"counted_at": NOW}, FINE, "right in every session"),
        (of_data.miscounts, {"counted_at": NOW, "miscounted": [7, 9]}, BAD, "in sessions 7, 9"),
        (of_data.reports, {"reports_differing": [3]}, WARN, "1 kept reports"),
        (of_data.backup, {"backed_up_at": None}, WARN, "No backup has been made"),
        (of_data.backup, {"backed_up_at": NOW - 25 * HOUR}, FINE, "last backup was made at"),
        (of_data.backup, {"backed_up_at": NOW - 27 * HOUR}, BAD, "last backup was made at"),
    ],
)
def test_check_of_the_row(check, columns, word, says):
    found = check(running(**columns), NOW)
    assert found.word is word
    assert says in found.said


@pytest.mark.parametrize(
    "columns, word",
    [
        ({"due_at": NOW - MINUTE, "created_at": NOW - MINUTE}, FINE),
        ({"due_at": NOW - MINUTE, "created_at": NOW - 16 * MINUTE}, WARN),
        ({"due_at": NOW - MINUTE, "created_at": NOW - 2 * HOUR}, BAD),
        # Put off because the server is away: nothing is due just now, and it has waited all the same.
        ({"due_at": NOW + MINUTE, "created_at": NOW - 2 * HOUR, "last_error": "ConnectionRefusedError"}, BAD),
        ({"due_at": NOW + HOUR, "created_at": NOW - 2 * HOUR}, FINE),  # it is not due, and was never tried
        ({"due_at": NOW - MINUTE, "created_at": NOW - 99 * HOUR, "again_at": NOW - MINUTE}, FINE),  # staff: once more
    ],
)
def test_mail_that_waits_too_long(columns, word):
    held(**columns)
    assert of_mail.waits(running(), NOW).word is word
    assert of_mail.waits(running(mail_held_at=NOW), NOW).word is FINE


def test_mails_that_came_to_nothing():
    held(state=Mail.State.FAILED, created_at=NOW - dt.timedelta(days=6))
    held(state=Mail.State.FAILED, created_at=NOW - dt.timedelta(days=8))
    held(state=Mail.State.REFUSED, answered_at=NOW, created_at=NOW)
    assert of_mail.given_up(running(), NOW).said.endswith("in the last seven days: 1.")
    assert of_mail.refused(running(), NOW).word is FINE


def test_disk_that_fills_up_is_said_before_it_is_full(monkeypatch):
    def left(free, total=1000 * of_host.GIGABYTE):
        usage = type("Usage", (), {"free": free * of_host.GIGABYTE, "total": total})
        monkeypatch.setattr(of_host.shutil, "disk_usage", lambda _path: usage)
        return of_host.disk().word

    assert [left(6), left(4), left(0.5)] == [FINE, WARN, BAD]
    small = 10 * of_host.GIGABYTE  # of such a disk a twentieth is enough
    assert [left(0.6, small), left(0.4, small), left(0.1, small)] == [FINE, WARN, BAD]


def test_clocks_that_are_apart_are_said(monkeypatch):
    running()
    if connection.vendor == "sqlite":
        assert of_host.clocks().said == "The database is on this host."
        return
    right = dt.datetime.now(dt.timezone.utc)
    for seconds, word in ((0, FINE), (60, WARN), (-60, WARN)):
        monkeypatch.setattr(timezone, "now", lambda: right + dt.timedelta(seconds=seconds))  # noqa: B023
        assert of_host.clocks().word is word


def test_status_asks_as_often_however_much_there_is(django_assert_num_queries):
    running()
    statements = 1 + len(of_mail.CHECKS)
    for _ in range(3):
        with django_assert_num_queries(statements):
            status.of_installation(NOW)
        held(created_at=NOW - 2 * HOUR)


def test_status_says_a_word_each_and_exits_with_the_worst(monkeypatch):
    running()
    monkeypatch.setattr(command, "look", lambda clock: [fine("a", "All right."), Found("b", WARN, "Hm.")])
    assert run() == ("warn  b: Hm.\nfine  a: All right.\n", 1)
    said, code = run("--json")
    assert (json.loads(said)["b"], code) == ({"word": "warn", "said": "Hm."}, 1)
    assert worst([]) is FINE


def test_everything_is_fine_on_a_host_where_it_is(monkeypatch):
    running(counted_at=NOW, trial_at=NOW)
    usage = type("Usage", (), {"free": 50 * of_host.GIGABYTE, "total": 100 * of_host.GIGABYTE})
    monkeypatch.setattr(of_host.shutil, "disk_usage", lambda _path: usage)
    monkeypatch.setattr(of_host, "clocks", lambda: fine("clock", "", of_host=True))
    said, code = run()
    assert [line for line in said.splitlines() if not line.startswith("fine")] == []
    assert code == 0


def test_database_that_is_away_is_all_that_is_said_of_it(monkeypatch):
    monkeypatch.setattr(ready, "problems", lambda: [ready.AWAY])
    found = status.look(timezone.now)
    assert [one.name for one in found] == ["ready", "disk"]
    assert found[0] == Found("ready", BAD, ready.AWAY, of_host=True)


# --- what the worker notes --------------------------------------------------------------------------------------------


def test_worker_notes_its_round_seldom_and_tries_a_booking_once_a_minute(monkeypatch, django_assert_num_queries):
    tried, ticks = [], iter((100.0, 101.0, 116.0, 200.0, 200.0, 300.0))
    monkeypatch.setattr(rounds, "attempt", lambda clock: tried.append(clock()) or "")
    monkeypatch.setattr(rounds, "monotonic", lambda: next(ticks, 1000.0))
    one = rounds.Rounds()
    one.note(lambda: NOW)
    assert (Running.objects.now().round_at, Running.objects.now().round_host) == (NOW, socket.gethostname())
    with django_assert_num_queries(0):
        one.note(lambda: NOW + MINUTE / 60)
    one.note(lambda: NOW + MINUTE / 2)
    rounds.Rounds().note(lambda: NOW + MINUTE / 2)  # another host's
    assert tried == [NOW]
    one.note(lambda: NOW + MINUTE)
    assert tried == [NOW, NOW + MINUTE]


def everything():
    models = (Hub, HubYear, Exchange, ShowcaseSession, Places, Booking, AuditEntry, Mail, ShowcaseSession.history.model)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.usefixtures("versions_kept")
@pytest.mark.parametrize("exchanges", [0, 1])
def test_trial_booking_goes_through_the_verb_and_leaves_nothing(exchanges, monkeypatch):
    for _ in range(exchanges):
        SessionFactory()
    before, made = everything(), []
    hold = trial.hold
    monkeypatch.setattr(trial, "hold", lambda *args, **how: made.append(hold(*args, **how)) or made[-1])
    assert trial.attempt(lambda: NOW) == ""
    assert [one.status for one in made] == ["held"]
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_trial_booking_is_rolled_back_in_a_transaction_of_its_own():
    assert trial.attempt(lambda: NOW) == ""
    assert set(everything().values()) == {0}
    assert not connection.in_atomic_block


def test_trial_that_cannot_be_made_says_why_and_in_the_log_more(monkeypatch, caplog):
    def refuse(*_, **__):
        raise SessionFull(0)

    monkeypatch.setattr(trial, "hold", refuse)
    assert trial.attempt(lambda: NOW) == "SessionFull"
    assert "The trial booking failed" in caplog.text
    monkeypatch.setattr(trial, "hold", lambda *_, **__: None)
    assert trial.attempt(lambda: NOW) == "NotMade"
    assert set(everything().values()) == {0}


def test_mail_that_no_verb_writes_is_found_by_the_trial(monkeypatch):
    monkeypatch.setattr(places.emails, "one_a_party", lambda room, mails: ([], []))
    assert trial.attempt(lambda: NOW) == "NotMade"


def test_count_that_is_wrong_is_kept_until_all_are_counted_right():
    session = SessionFactory()
    Places.objects.filter(pk=session.pk).update(places_taken=3)
    assert counting.report_miscounts([session.pk], now=NOW) == [session.pk]
    Places.objects.filter(pk=session.pk).update(places_taken=0)
    assert counting.report_miscounts([session.pk], now=NOW) == []
    assert Running.objects.now().miscounted == [session.pk]  # nobody has counted the others
    assert counting.report_miscounts(now=NOW) == []
    assert Running.objects.now().miscounted == []


def test_kept_report_that_differs_from_its_rows_is_kept_too():
    year = SessionFactory().hub_year
    kept.HUBS.make(year.pk, NOW)
    assert counting.compare_reports(now=NOW) == []
    wrong = KeptReport.objects.filter(hub_year=year).order_by("pk").first()
    KeptReport.objects.filter(pk=wrong.pk).update(page="<p>Something else</p>")
    assert counting.compare_reports(now=NOW) == [wrong.pk]
    assert Running.objects.now().reports_differing == [wrong.pk]
    KeptReport.objects.filter(pk=wrong.pk).update(made_of="of other rows")  # they have changed since: it is not shown
    assert counting.compare_reports(now=NOW) == []


# --- alerts -----------------------------------------------------------------------------------------------------------

DEAD = Found("worker", BAD, "The worker’s last round was long ago.")
FULL = Found("disk", BAD, "0.1 GB of the disk are free.", of_host=True)
ALIVE, ROOM = fine("worker", "At work."), fine("disk", "Enough.", of_host=True)


@pytest.fixture
def operator(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "ALERT_EMAIL", ["ops@programme.example"])
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)


def tell(*found, after=dt.timedelta(0), host="app1", monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    outgoing.outbox.clear()
    assert alerts.tell(list(found), lambda: NOW + after)
    return [message.subject.removeprefix("Showcase: ") for message in outgoing.outbox]


@pytest.mark.usefixtures("operator")
def test_alert_is_mailed_once_an_hour_in_all_and_once_that_it_is_over(monkeypatch):
    def told(*found, **how):
        return tell(*found, monkeypatch=monkeypatch, **how)

    assert told(DEAD, ROOM) == ["worker"]
    assert told(DEAD, ROOM, host="app2") == []
    assert told(DEAD, FULL, host="app2", after=MINUTE) == ["disk"]
    assert told(DEAD, FULL, after=59 * MINUTE) == ["disk"]  # of the other host
    assert told(DEAD, ROOM, after=60 * MINUTE) == ["worker"]  # it says too that app1's disk is no longer full
    assert "Over: disk on app1." in outgoing.outbox[0].body
    assert told(ALIVE, ROOM, after=61 * MINUTE) == ["over: worker"]
    assert told(ALIVE, ROOM, after=62 * MINUTE) == []
    assert told(DEAD, ROOM, after=63 * MINUTE) == []  # again, within the hour of the last one
    assert told(DEAD, ROOM, after=121 * MINUTE) == ["worker"]


@pytest.mark.usefixtures("operator")
def test_what_one_host_says_of_itself_no_other_takes_back(monkeypatch):
    assert tell(FULL, host="app1", monkeypatch=monkeypatch) == ["disk"]
    assert tell(ROOM, host="app2", monkeypatch=monkeypatch) == []
    assert tell(ROOM, host="app1", monkeypatch=monkeypatch) == ["over: disk on app1"]


@pytest.mark.usefixtures("operator")
def test_alert_goes_to_the_operator_past_the_outbox(monkeypatch):
    tell(DEAD, monkeypatch=monkeypatch)
    (message,) = outgoing.outbox
    assert message.to == ["ops@programme.example"]
    assert "worker: The worker’s last round was long ago." in message.body
    assert Mail.objects.count() == 0


@pytest.mark.usefixtures("operator")
def test_nothing_is_mailed_while_mail_is_held(monkeypatch):
    running(mail_held_at=NOW)
    assert tell(DEAD, monkeypatch=monkeypatch) == []
    running(mail_held_at=None)
    assert tell(DEAD, monkeypatch=monkeypatch) == ["worker"]


@pytest.mark.usefixtures("operator")
def test_alert_that_could_not_be_mailed_is_due_again_at_once(monkeypatch):
    def away(_message):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(alerts.EmailMessage, "send", away)
        assert not alerts.tell([DEAD], lambda: NOW)
    assert Running.objects.now().alerted == {}
    assert tell(DEAD, monkeypatch=monkeypatch) == ["worker"]


@pytest.mark.usefixtures("operator")
def test_database_that_is_away_is_alerted_of_all_the_same(monkeypatch):
    away = Found("ready", BAD, ready.AWAY, of_host=True)

    def no_row(*_, **__):
        raise OperationalError

    monkeypatch.setattr(alerts, "_by_row", no_row)
    assert tell(away, monkeypatch=monkeypatch) == ["ready"]
    assert tell(away, after=MINUTE, monkeypatch=monkeypatch) == []
    assert tell(away, after=HOUR, monkeypatch=monkeypatch) == ["ready"]
    assert tell(ROOM, after=2 * HOUR, monkeypatch=monkeypatch) == ["over: ready on app1"]


# --- the sign of life -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    "found, beats", [([ROOM], 1), ([Found("x", WARN, "Hm.")], 1), ([DEAD], 0), ([Found("mail held", WARN, "")], 0)]
)
def test_sign_of_life_is_given_while_nothing_is_bad(found, beats, monkeypatch):
    fetched = []
    monkeypatch.setattr(settings, "HEARTBEAT_URL", "https://alive.example/x")
    monkeypatch.setattr(heartbeat, "urlopen", lambda *args, **how: fetched.append(args) or io.BytesIO())
    monkeypatch.setattr(command, "look", lambda clock: found)
    run("--alert")
    assert len(fetched) == beats
    run()
    assert len(fetched) == beats  # who only looks gives no sign


@pytest.mark.usefixtures("operator")
def test_sign_of_life_that_nobody_takes_harms_nothing(monkeypatch, caplog):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setattr(settings, "HEARTBEAT_URL", f"http://127.0.0.1:{port}/")
    monkeypatch.setattr(command, "look", lambda clock: [ROOM])
    assert run("--alert")[1] == 0
    assert "The heartbeat could not be told: URLError" in caplog.text
