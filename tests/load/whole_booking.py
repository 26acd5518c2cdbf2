"""A whole booking: every page from the list to "you are booked", and both mails."""

import re
import time
import uuid
from collections.abc import Iterator
from statistics import median

from tests.load.asking import Client
from tests.load.counting import Row, cpu
from tests.load.installation import Installation
from tests.load.running import Inside


def statements(at: Installation) -> Iterator[Row]:
    total, hold, confirm = map(int, at.made("statements").split())
    yield Row("statements of a whole booking", total, "", "≤ 40")
    yield Row("statements under the lock: hold", hold, "", "≤ 8")
    yield Row("statements under the lock: confirm", confirm, "", "≤ 8")


def whole_bookings(at: Installation) -> Iterator[Row]:
    """Pages and mails beside as many template-only pages; the pages alone; and PostgreSQL beside web and worker.

    Of servers that have run for a while: some bookings go before, since each connection has a statement planned
    anew at its first askings, and each process puts it into words once. The worker's share has all its rounds in it,
    also those in which it finds nothing: on a slow machine these are many.
    """
    spent, floors, n = [], [], at.size.bookings
    some_bookings(at, at.size.before)
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


def some_bookings(at: Installation, number: int) -> int:
    """So many teachers' way from the list to the confirmed mail; how many requests it took."""
    ref, clients = at.made("ref"), [Client(at.port) for _n in range(number)]
    for n, client in enumerate(clients):
        client.get("/")
        book(client, ref, f"teacher-{uuid.uuid4().hex[:8]}@load.example", n)
    wait_for_mail(at.made)
    for client, token in zip(clients, at.made(f"tokens:{number}").split(), strict=True):
        client.get(f"/bookings/{token}/")
        client.post(f"/bookings/{token}/confirm/")
        client.get(f"/bookings/{token}/")
    wait_for_mail(at.made)
    return sum(client.asked for client in clients)


def book(client: Client, ref: str, email: str, which: int) -> None:
    """From the session's page to "check your email", for that one of the schools that are found: no school of England
    sends a hundred teachers."""
    base = f"/sessions/{ref}/book/"
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
