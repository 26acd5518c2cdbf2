"""A process that test_worker_kills.py keeps warm, and that forks runs of run_due which kill themselves on the way.

It reads a line of JSON from its input for each order and answers with one: {"now": ISO, "kill_at": n} forks one run
that dies before its n-th step, a statement that writes or locks or something said to or heard from the mail server;
{"now": ISO, "at_once": n} forks n whole runs at the same time. The answer is how each of them ended, and how many
steps the last one took. Forked from here because this process has one thread; the tests' own has several.
"""

import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.mail.utils import DNS_NAME
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime


class Steps:
    """Counts the steps of a run; dies by SIGKILL before step `kill_at`.

    A statement that only reads is none: whoever dies before it leaves what he would have left before the step after it.
    """

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at, self.taken = kill_at, 0

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if not sql.startswith("SELECT") or "FOR UPDATE" in sql:
            self.step()
        return execute(sql, *args)

    def before(self, owner: type, name: str) -> None:
        does = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step()
            return does(*args, **kwargs)

        setattr(owner, name, counted)


def run(now: str, kill_at: int | None, answer: int) -> None:
    """One run of run_due in a process of its own, which ends with it."""
    from bookings.due import run_due  # after django.setup()

    steps = Steps(kill_at)
    for name in ("send", "getreply"):
        steps.before(smtplib.SMTP, name)
    moment = parse_datetime(now)
    assert moment
    with connection.execute_wrapper(steps.before_statement):
        run_due(lambda: moment)
    os.write(answer, str(steps.taken).encode())


def fork(now: str, kill_at: int | None, start: int, answer: int) -> int:
    """Returns the child's id; the child waits until `start` is closed."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.read(start, 1)
        run(now, kill_at, answer)
        code = 0
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
    finally:
        connection.close()
        os._exit(code)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    start, go = os.pipe()
    read, answer = os.pipe()
    children = [fork(order["now"], order.get("kill_at"), start, answer) for _ in range(order.get("at_once", 1))]
    for descriptor in (start, answer):
        os.close(descriptor)
    os.write(go, b"!" * len(children))
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    steps = os.read(read, 100).decode() or "0"
    for descriptor in (go, read):
        os.close(descriptor)
    return {"ends": ends, "steps": int(steps) if len(children) == 1 else 0}


def warm() -> None:
    """Do once what every run would do first: imports, addresses, templates."""
    from bookings.mail import rendering
    from bookings.mail_kinds import Kind
    from bookings.models import Mail
    from bookings.operations import counting

    for kind in (Kind.CONFIRM, Kind.LAPSED):
        facts = {"ref": "ABCDEF", "title": "", "hub": "", "party": 1}
        mail = Mail(kind=kind, recipient="a@school.example", facts=facts)
        rendering.render(mail, now=timezone.now()).message()
        rendering.can_be_written_to(mail.recipient)
    counting.miscounts([])
    DNS_NAME.get_fqdn()


def main() -> None:
    django.setup()
    warm()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
