"""A whole booking: every page from the list to "you are booked", and both mails."""

import re
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from statistics import median

from tests.load.asking import Client
from tests.load.counting import Row, cpu, wait_until_it_rests
from tests.load.installation import Installation
from tests.load.running import THREADS, Inside


def statements(at: Installation) -> Iterator[Row]:
    total, hold, confirm = map(int, at.made("statements").split())
    yield Row("statements of a whole booking", total, "", "≤ 40")
    yield Row("statements under the lock: hold", hold, "", "≤ 8")
    yield Row("statements under the lock: confirm", confirm, "", "≤ 8")


def whole_bookings(at: Installation) -> Iterator[Row]:
    """Pages and mails beside as many template-only pages; the pages alone; and PostgreSQL beside web and worker.

    Of servers that have run for a while: some bookings go before, since each connection has a statement planned
    anew at its first askings, and each process puts it into words once; and the worker has done what a start brings.
    The worker's share has all its rounds in it, also those in which it finds nothing: on a slow machine these are
    many.
    """
    spent, floors, n = [], [], at.size.bookings
    some_bookings(at, at.size.before, at_once=THREADS)
    wait_until_it_rests(at.worker, at.size.idle)
    for _round in range(at.size.rounds):
        wait_for_mail(at.made)
        taken, before = len(at.mail.taken), (cpu(at.web), cpu(at.worker), cpu(at.postgres))
        asked = some_bookings(at, n)
        after = cpu(at.web), cpu(at.worker), cpu(at.postgres)
        spent.append([1000 * (later - earlier) / n for later, earlier in zip(after, before, strict=True)])
        mails = len(at.mail.taken) - taken
        floors.append(at.template_only())
    floor, ours = median(floors), median(web + worker for web, worker, _database in spent)
    name = f"whole booking ÷ {asked // n} + {mails // n} template-only pages, web + worker"
    yield Row(name, ours, "ms", "≤ 2", floor * (asked + mails) / n)
    yield Row(
        "its pages ÷ as many template-only pages, web", median(one[0] for one in spent), "ms", "≤ 2", floor * asked / n
    )
    if at.postgres:
        yield Row("the same booking, PostgreSQL ÷ web + worker", median(one[2] for one in spent), "ms", "≤ 0.3", ours)


def some_bookings(at: Installation, number: int, *, at_once: int = 1) -> int:
    """So many teachers' way from the list to the confirmed mail, some of them at once; how many requests it took."""
    ref, clients = at.made("ref"), [Client(at.port) for _n in range(number)]
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(partial(book, ref), clients, count()))
        wait_for_mail(at.made)
        list(pool.map(confirm, clients, at.made(f"tokens:{number}").split()))
    wait_for_mail(at.made)
    return sum(client.asked for client in clients)


def book(ref: str, client: Client, which: int) -> None:
    """From the list to "check your email", for that one of the schools that are found: no school of England sends a
    hundred teachers."""
    base, email = f"/sessions/{ref}/book/", f"teacher-{uuid.uuid4().hex[:8]}@load.example"
    client.get("/")
    client.get(f"/sessions/{ref}/")
    client.get(base)
    client.cookies |= client.post(base, school="primary maidstone").cookies
    urns = re.findall(r'value="(\d{6})"', client.get(f"{base}school/").body)
    client.post(f"{base}school/", urn=urns[which % len(urns)])
    client.get(f"{base}who/")
    client.post(f"{base}who/", coming="yes", name="Bench Teacher", email=email, role_own="1")
    client.get(f"{base}check/")
    client.post(f"{base}check/")
    client.get(f"{base}sent/")


def confirm(client: Client, token: str) -> None:
    """From the mail's link to "you are booked"."""
    client.get(f"/bookings/{token}/")
    client.post(f"/bookings/{token}/confirm/")
    client.get(f"/bookings/{token}/")


def wait_for_mail(made: Inside) -> None:
    """Until the worker has sent what is due; asked from outside, so that the asking costs the servers nothing.

    Raises AssertionError where it sends none for a minute.
    """
    left, deadline = "", 0.0
    while (now := made("unsent")) != "0":
        if now != left:
            left, deadline = now, time.monotonic() + 60
        assert time.monotonic() < deadline, f"{left} mails are due and none is sent."
        time.sleep(0.2)
