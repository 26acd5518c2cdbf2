"""A rush for the places of one session: processes that all start at once, each with a connection of its own.

It is a program, run by `order`, and not a thread or a fork of the tests: it has one thread, so that it may fork. It
reads one order as JSON from its input. What each attempt was told is a line of JSON in the file `told`, written as
soon as it is known, so that a reader knows it even when all of this has been killed.
"""

import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds; what takes longer is broken

# --- what tests call ------------------------------------------------------------------------------------------------


def environment(database: str, **more: str) -> dict[str, str]:
    """What a process needs to work with that database."""
    ours = {name: value for name, value in os.environ.items() if name != "SHOWCASE_DEMO"}
    return ours | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database} | more


@contextmanager
def begun(env: dict[str, str], **order: Any) -> Iterator[subprocess.Popen[str]]:
    """Begin what the order says, in a group of processes of its own; wait for its end."""
    command = [sys.executable, "-m", "tests.bookings.rush"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, start_new_session=True, **pipes) as process:
        assert process.stdin
        process.stdin.write(json.dumps(order, default=str))
        process.stdin.close()
        process.stdin = None
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def order(env: dict[str, str], **what: Any) -> Any:
    """Have it done, and give what it says."""
    with begun(env, **what) as process:
        said, errors = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == 0, errors
    return json.loads(said)


class Told:
    """What the attempts were told so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self) -> list[dict[str, Any]]:
        text = self.path.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    @property
    def answers(self) -> Counter[str]:
        return Counter(line["said"] for line in self.lines() if "said" in line)

    def who_was_told(self, *answers: str) -> set[int]:
        """The attempts that were given one of these answers."""
        return {line["n"] for line in self.lines() if line.get("said") in answers}

    @property
    def seconds(self) -> float:
        """From the start of all to the last answer."""
        lines = self.lines()
        return max(line["at"] for line in lines) - min(line["at"] for line in lines if "n" not in line)


def request_key(n: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"rush:{n}")


# --- the program ----------------------------------------------------------------------------------------------------


def main() -> None:
    import django

    django.setup()
    what = json.load(sys.stdin)
    orders = (prepare, prepare_ahead, hold, post, work, all_of_it)
    done = {order.__name__: order for order in orders}[what.pop("do")](**what)
    print(json.dumps(done))


def prepare(*, capacity: int) -> int:
    """Migrate a database and put a session into it."""
    from tests import kept_database
    from tests.factories import SessionFactory

    kept_database.migrate()
    return SessionFactory(room__capacity=capacity).pk


def prepare_ahead(*, capacity: int, drafts: int, rooms: list[int]) -> dict[str, Any]:
    """Migrate a database and put into it a session ahead of the real day, drafts that want a place of it, and further
    sessions as `prepare` makes them."""
    from django.test import Client

    from tests import kept_database
    from tests.bookings import test_rush
    from tests.factories import SessionFactory

    kept_database.migrate_as_owner()
    session = test_rush.session_ahead(capacity)
    keys = test_rush.drafts(Client(), session, drafts)
    further = [SessionFactory(room__capacity=room).pk for room in rooms]
    return {"session": session.pk, "ref": session.ref, "keys": keys, "further": further}


def hold(
    *,
    session: int,
    told: str,
    attempts: list[int],
    processes: int = 8,
    one_school: bool = False,
    with_lock: bool = True,
    worker: bool = False,
    patient: bool = False,
) -> None:
    """Try to hold a place for every attempt, and with `worker` send the mails meanwhile.

    With `patient`, an attempt that loses the database is made again until it is back.
    """
    from bookings import places
    from hubs.vocabulary.school_days import SchoolDays
    from tests.factories import DAY

    SchoolDays().before(DAY, 1)  # reads the bank holidays, once for all
    if not with_lock:
        _take_the_lock_out(processes)

    def attempt(n: int) -> str:
        places.hold(session, _party(n, one_school=one_school), clock=_clock)
        return "booked"

    _all_at_once(attempt, told, attempts, processes, patient=patient, beside=_send if worker else None)


def post(*, port: int, path: str, told: str, attempts: list[str], processes: int = 8) -> None:
    """Press the last button for every draft, by its key."""
    secret = "c" * 32
    body = urlencode({"csrfmiddlewaretoken": secret})

    def attempt(n: int) -> str:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        from_afar = f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"  # each teacher is at a school of their own
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": from_afar}
        headers["Cookie"] = f"draft={attempts[n]}; csrftoken={secret}"
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        page = answer.read().decode()
        if answer.status == 303:  # refused: the page itself says why
            line.request("GET", answer.headers["Location"], headers=headers)
            answer = line.getresponse()
            page = answer.read().decode()
        line.close()
        if answer.status == 302:
            return f"302 {answer.headers['Location']}"
        full = "<title>Full" in page or "Every place at this session is taken" in page
        return "full" if full else f"{answer.status} {page[:300]}"

    _all_at_once(attempt, told, list(range(len(attempts))), processes)


def all_of_it(*, told: str, attempts: list[list[Any]], processes: int = 8) -> None:
    """Verbs of every kind at once, each `[verb, id]`: of a session for those who come, else of a booking or visitor; to
    move, of a booking, a session and a member of staff; by staff, with theirs; to correct, of a booking and a visitor;
    and a new address with the version of its link."""
    from bookings import places
    from bookings.rule.party import Correction, NewVisitor, VisitingSchool
    from bookings.verbs import addresses, hand_over, waiting_list
    from bookings.verbs import details as put_right
    from bookings.verbs import visitors as details
    from bookings.verbs.another_session import to_another_session
    from bookings.verbs.school import change_school
    from hubs.models import School, StaffUser
    from hubs.vocabulary.school_days import SchoolDays
    from tests.factories import DAY

    SchoolDays().before(DAY, 1)
    by_staff: Callable[[int], dict[str, Any]] = lambda pk: {"by": StaffUser.objects.get(pk=pk), "clock": _clock}  # noqa: E731
    taker = NewVisitor(full_name="Taker", email="taker@school.example")
    verbs: dict[str, Callable[[Any, int], Any]] = {
        "hold": lambda pk, n: places.hold(pk, _party(n), clock=_clock),
        "join": lambda pk, n: waiting_list.join(pk, _party(n), clock=_clock),
        "confirm": lambda pk, n: places.confirm(pk, clock=_clock),
        "cancel": lambda pk, n: places.cancel(pk, clock=_clock),
        "wait": lambda pk, n: waiting_list.wait(pk, clock=_clock),
        "release": lambda pk, n: details.release(pk, clock=_clock),
        "hand_over": lambda pk, n: hand_over.hand_over(pk, taker, clock=_clock),
        "move": lambda pks, n: to_another_session(
            pks[0], pks[1], by=StaffUser.objects.get(pk=pks[2]), clock=_clock, why="They rang"
        ),
        "correct": lambda pks, n: put_right.change_details(
            pks[0], visitors={pks[1]: Correction(email=f"typed{n % 4}@school.example")}, clock=_clock
        ),
        "own": lambda pk, n: put_right.change_own(pk, Correction(needs=f"need {n}"), clock=_clock),
        "take_address": lambda pks, n: addresses.take_address(pks[0], pks[1], clock=_clock),
        "take_out": lambda pks, n: details.take_out(pks[0], **by_staff(pks[1]), why="They rang"),
        "put_in": lambda pks, n: details.put_in(
            pks[0], NewVisitor(full_name=f"Put in {n}"), **by_staff(pks[1]), key=request_key(n), why="They rang"
        ),
        "correct_by_staff": lambda pks, n: put_right.correct(
            pks[0], Correction(email=f"typed{n % 4}@school.example", needs=f"need {n}"), **by_staff(pks[1])
        ),
        "change_school": lambda pks, n: change_school(
            pks[0], VisitingSchool(school=School.objects.get(pk=pks[2])), **by_staff(pks[1]), why="Picked wrong"
        ),
        "settle": lambda pk, n: places.settle_if_due(pk, _clock),
    }

    def attempt(n: int) -> str:
        verb, pk = attempts[n]
        verbs[verb](pk, n)
        return str(verb)

    _all_at_once(attempt, told, list(range(len(attempts))), processes, beside=_send)


def work(*, moments: list[str]) -> dict[str, Any]:
    """Do what is due at each moment; then say how every booking stands."""
    from bookings.due import run_due
    from bookings.models import AuditEntry, Booking, Mail, Places
    from bookings.operations.counting import miscounts

    for now in map(dt.datetime.fromisoformat, moments):
        run_due(repeat(now).__next__)
    confirming = Mail.objects.filter(kind="confirm").values_list("booking__request_key", "state")
    return {
        "bookings": [[str(key), status] for key, status in Booking.objects.values_list("request_key", "status")],
        "mails": [[str(key), state] for key, state in confirming],
        "events": list(AuditEntry.objects.values_list("verb", flat=True)),
        "taken": Places.objects.get().places_taken,
        "miscounts": miscounts(),
    }


def _clock() -> Any:
    from tests.factories import NOW

    return NOW


def _party(n: int, *, one_school: bool = False) -> Any:
    from bookings.models import SchoolKind
    from bookings.rule.party import VisitingSchool
    from tests.factories import party

    name = "The School" if one_school else f"School {n}"
    school = VisitingSchool(kind=SchoolKind.INDEPENDENT, name=name, place="Kent")
    return party(visiting=school, email=f"teacher{n}@school.example", request_key=request_key(n))


def _all_at_once(
    attempt: Callable[[int], str],
    told: str,
    attempts: list[int],
    processes: int,
    *,
    patient: bool = False,
    beside: Callable[[], None] | None = None,
) -> None:
    """Share the attempts among processes that begin when the last one is ready."""
    context = get_context("fork")
    ready = context.Barrier(processes)
    children = [
        context.Process(
            target=_child, args=(attempt, told, attempts[number::processes], ready), kwargs={"patient": patient}
        )
        for number in range(processes)
    ]
    helper = context.Process(target=beside, daemon=True) if beside else None
    for child in (*children, *([helper] if helper else [])):
        child.start()
    for child in children:
        child.join()
    if helper:
        helper.terminate()
        helper.join()


def _child(attempt: Callable[[int], str], told: str, attempts: list[int], ready: Any, *, patient: bool) -> None:
    from django.db import connection

    connection.ensure_connection()
    paper = os.open(told, os.O_WRONLY | os.O_APPEND)
    ready.wait(PATIENCE)
    _write(paper)
    for n in attempts:
        while not _answered(attempt, n, paper):
            if not patient:
                return  # the database is gone
            connection.close()
            time.sleep(0.25)


def _answered(attempt: Callable[[int], str], n: int, paper: int) -> bool:
    """Whether an attempt was answered, also by a refusal or a breakdown; not where the database has gone."""
    from django.db import InterfaceError, OperationalError

    try:
        said, answered = attempt(n), True
    except Exception as error:
        said, answered = type(error).__name__, not isinstance(error, InterfaceError | OperationalError)
    _write(paper, n=n, said=said)
    return answered


def _write(paper: int, **line: Any) -> None:
    os.write(paper, (json.dumps(line | {"at": time.monotonic()}) + "\n").encode())


def _send() -> None:
    from django.db import InterfaceError, OperationalError, connection

    from bookings.mail.sending import send_due

    while True:
        try:
            send_due(_clock)
        except (InterfaceError, OperationalError):
            connection.close()
        time.sleep(0.02)


def _take_the_lock_out(processes: int) -> None:
    """Reads what it read, and locks nothing; and the first attempt of each waits until all have read."""
    from django.db import connection

    from bookings.models import Places
    from bookings.rule import locking
    from bookings.rule.room import Room

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    rows = Places.objects.select_related("session__hub_year__hub", "session__venue", "session__host_school__school")
    locking.lock = lambda session_id: rows.get(session_id=session_id)
    all_have_read = get_context("fork").Barrier(processes)
    reads = Room.read_beside
    met = []

    def reads_and_waits(room: Room, booking: Any) -> Any:
        found = reads(room, booking)
        if not met:
            met.append(True)
            all_have_read.wait(PATIENCE)
        return found

    Room.read_beside = reads_and_waits  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
