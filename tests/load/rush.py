"""Many people press at once for a few places: when the last of them has an answer, and the last mail has left."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, NamedTuple

from tests.load.asking import Client
from tests.load.counting import Row
from tests.load.installation import Installation
from tests.load.whole_booking import wait_for_mail

PROCESSES = 4  # of clients: more would only take turns


class Rush(NamedTuple):
    """How many got places, and seconds from the start: to the last of these answers, to the last of all, to the last
    mail."""

    booked: int
    last_booked: float
    last: float
    last_mail: float


def rushes(at: Installation) -> Iterator[Row]:
    ran = [rush(at, number) for number in range(at.size.rushes)]
    booked, last = median(one.last_booked for one in ran), median(one.last for one in ran)
    name = f"rush of {at.size.rush}: last answer ÷ last of {ran[0].booked} bookings, by the clock"
    yield Row(name, last, "s", "≤ 1.5", booked)
    lag = median(one.last_mail - one.last_booked for one in ran)
    yield Row("last confirm mail after the last booking of a rush, by the clock", lag, "s", "≤ 1 s")


def rush(at: Installation, number: int = 0) -> Rush:
    """The rush of a session of its own for each number."""
    wait_for_mail(at.made)
    ref, *drafts = at.made(f"rush:{at.size.rush}:{at.size.room}:{number}").split()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(PROCESSES + 1), context.Queue()
    shares = [drafts[n::PROCESSES] for n in range(PROCESSES)]
    clients = [context.Process(target=_press, args=(at.port, ref, share, barrier, answers)) for share in shares]
    for client in clients:
        client.start()
    barrier.wait()
    began = time.monotonic()
    said = [answer for _ in clients for answer in answers.get()]
    for client in clients:
        client.join()
    wait_for_mail(at.made)
    booked = [moment - began for moment, status in said if status == 302]
    return Rush(len(booked), max(booked), max(moment for moment, _status in said) - began, at.mail.taken[-1] - began)


def _press(port: int, ref: str, drafts: list[str], barrier: Any, answers: Any) -> None:
    """Every one of these people at once."""

    def press(draft: str) -> tuple[float, int]:
        answer = Client(port, draft=draft).post(f"/sessions/{ref}/book/check/", expect=0)
        return time.monotonic(), answer.status

    with ThreadPoolExecutor(len(drafts)) as pool:
        barrier.wait()
        answers.put(list(pool.map(press, drafts)))
