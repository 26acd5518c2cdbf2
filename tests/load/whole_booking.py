"""A whole booking: every page from the list to "you are booked", and both mails."""

import re
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from statistics import median

from tests.load.asking import Answer, Client
from tests.load.counting import Row, cpu, wait_until_it_rests
from tests.load.installation import Installation
from tests.load.running import THREADS, Inside

REQUESTS, MAILS = 14, 2  # of a whole booking


def statements(at: Installation) -> Iterator[Row]:
    total, hold, confirm = map(int, at.made("statements").split())
    yield Row("statements of a whole booking", total, "", "≤ 40")
    yield Row("statements under the lock: hold", hold, "", "≤ 8")
    yield Row("statements under the lock: confirm", confirm, "", "≤ 8")


class Alternating(Client):
    """Asks for a template-only page before each request, and adds up what these took of the web server's CPU.

    The floor is asked for at the same pace. A server that has waited spends up to a millisecond more on whatever it is
    asked next; so each ratio is of a pace. On a quiet machine it is 3.5 where requests follow without a pause, 2.7 here
    where CPU is read between them, and 2.3 where they come ten milliseconds apart, which is nearer to how people press.
    """

    def __init__(self, at: Installation) -> None:
        super().__init__(at.port)
        self.web, self.floor = at.web, 0.0

    def _ask(self, method: str, path: str, body: str | None = None, *, expect: int) -> Answer:
        before = cpu(self.web)
        super()._ask("GET", "/template-only/", expect=200)
        self.floor += cpu(self.web) - before
        return super()._ask(method, path, body, expect=expect)


def whole_bookings(at: Installation) -> Iterator[Row]:
    """Pages and mails beside as many template-only pages; the pages alone; and PostgreSQL beside web and worker.

    Of servers that have run for a while: some bookings go before, since each connection has a statement planned
    anew at its first askings, and each process puts it into words once; and the worker has done what a start brings.
    The worker's share has all its rounds in it, also those in which it finds nothing: on a slow machine these are
    many.
    """
    some_bookings(at, [Client(at.port) for _n in range(at.size.before)], at_once=THREADS)
    wait_until_it_rests(at.worker, at.size.idle)
    rounds = [measured(at) for _round in range(at.size.rounds)]
    web, worker, postgres, floor = (median(each) for each in zip(*rounds, strict=True))
    name = f"whole booking ÷ {REQUESTS} + {MAILS} template-only pages in turn, web + worker"
    yield Row(name, web + worker, "ms", "≤ 2", floor * (REQUESTS + MAILS))
    yield Row("its pages ÷ as many template-only pages, web", web, "ms", "≤ 2", floor * REQUESTS)
    if at.postgres:
        yield Row("the same booking, PostgreSQL ÷ web + worker", postgres, "ms", "≤ 0.3", web + worker)


def measured(at: Installation) -> tuple[float, float, float, float]:
    """Milliseconds of a booking's CPU: of the web server, the worker and PostgreSQL; and those of a template-only page
    in turn with its own."""
    clients = [Alternating(at) for _n in range(at.size.bookings)]
    servers, taken = (at.web, at.worker, at.postgres), len(at.mail.taken)
    before = [cpu(one) for one in servers]
    some_bookings(at, clients)
    web, worker, postgres = (cpu(one) - earlier for one, earlier in zip(servers, before, strict=True))
    floor, n = sum(client.floor for client in clients), len(clients)
    assert [client.asked for client in clients] == [2 * REQUESTS] * n
    assert len(at.mail.taken) - taken == MAILS * n
    return 1000 * (web - floor) / n, 1000 * worker / n, 1000 * postgres / n, 1000 * floor / n / REQUESTS


def some_bookings(at: Installation, clients: Sequence[Client], *, at_once: int = 1) -> None:
    """As many teachers' way from the list to the confirmed mail, some of them at once."""
    ref = at.made("ref")
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(partial(book, ref), clients, count()))
        wait_for_mail(at.made)
        list(pool.map(confirm, clients, at.made(f"tokens:{len(clients)}").split()))
    wait_for_mail(at.made)


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
