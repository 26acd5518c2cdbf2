"""What it takes to keep it running: memory, an idle worker, and what one worker sends."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.load.asking import Client
from tests.load.counting import Row, cpu, memory, wait_until_it_rests
from tests.load.installation import Installation
from tests.load.running import THREADS, worker
from tests.load.whole_booking import wait_for_mail


def held(at: Installation) -> Iterator[Row]:
    """Memory once so many last buttons were pressed and the mails have left, after all else that was measured."""
    ref = at.made("ref")
    drafts = at.made(f"drafts:{ref}:{at.size.pressed}").split()

    def press(some: list[str]) -> None:
        client = Client(at.port)
        for draft in some:
            client.cookies = {"draft": draft}
            client.press(f"/sessions/{ref}/book/check/")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(press, [drafts[n::THREADS] for n in range(THREADS)]))
    wait_for_mail(at.made)
    yield Row(
        f"memory of web + worker after {at.size.pressed} bookings (PSS)", memory([*at.web, *at.worker]), "MB", "≤ 160"
    )


def idle(at: Installation) -> Iterator[Row]:
    wait_until_it_rests(at.worker, at.size.idle)
    began, before = time.monotonic(), (cpu(at.worker), cpu(at.postgres))
    time.sleep(at.size.idle)
    spent, seconds = (cpu(at.worker) - before[0], cpu(at.postgres) - before[1]), time.monotonic() - began
    yield Row(f"idle worker, share of a core over {seconds:.0f} s", 100 * spent[0] / seconds, "%", "≤ 0.5 %")
    if at.postgres:
        yield Row("and of PostgreSQL", 100 * spent[1] / seconds, "%", "≤ 0.3 %")


def mails(at: Installation) -> Iterator[Row]:
    """What one worker sends of mails that have become due while there was none; from the first to the last."""
    wait = len(at.mail.taken) + 1
    at.made(f"take:{at.size.mails}")
    with worker(at.env) as process:
        while len(at.mail.taken) < wait:
            time.sleep(0.01)
        first, before = len(at.mail.taken), (cpu([process]), cpu(at.postgres))
        wait_for_mail(at.made)
        sent, spent = len(at.mail.taken) - first, (cpu([process]) - before[0], cpu(at.postgres) - before[1])
    seconds = at.mail.taken[-1] - at.mail.taken[first - 1]
    yield Row("mails a second of one worker, by its CPU", sent / spent[0], "", "≥ 80")
    yield Row("mails a second of one worker, by the clock of this machine", sent / seconds, "", "≥ 80")
    if at.postgres:
        yield Row("PostgreSQL's CPU of a mail", 1000 * spent[1] / sent, "ms", "")
