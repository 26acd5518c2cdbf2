"""Requests a second; see README.md beside this.

python -m tests.load.bench          on both databases, each of its own
python -m tests.load.bench sqlite   on one of them
python -m tests.load.bench small    with few of everything: whether it runs, not how fast
"""

import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.load.asking import Client
from tests.load.installation import FULL, Installation, installed, served
from tests.load.running import DATABASES, MailServer, database


class Size(NamedTuple):
    """How much of everything is asked for."""

    schools: int = 5000
    clients: tuple[int, ...] = (1, 8, 32)
    seconds: float = 4.0
    drafts: int = 4000


SMALL = Size(schools=200, clients=(1, 2), seconds=0.3, drafts=200)


def main(arguments: list[str]) -> None:
    size = SMALL if "small" in arguments else Size()
    for name in [one for one in arguments if one in DATABASES] or DATABASES[:2]:
        print(f"\n{name}")
        with tempfile.TemporaryDirectory(prefix="showcase-load-") as folder, ExitStack() as stack:
            made_by = stack.enter_context(database(name, Path(folder))), stack.enter_context(MailServer())
            at = stack.enter_context(installed("bench", (size.schools, 60, 0), *made_by, Path(folder), FULL))
            stack.enter_context(served(at, with_worker=True))
            rates(at, size)


def rates(at: Installation, size: Size) -> None:
    """Requests a second, median latency, and the ratio to the constant view."""
    ref = at.made("ref")
    constant: dict[int, float] = {}
    print("  requests a second (median ms)   " + "".join(f"{n:>4} clients      " for n in size.clients))
    for name, path in (("constant", "/constant/"), ("list", "/"), ("session", f"/sessions/{ref}/"), ("hold", "")):
        cells = []
        for n in size.clients:
            drafts = at.made(f"drafts:{ref}:{size.drafts}").split() if name == "hold" else []
            rate, latency = load(at.port, n, size.seconds, path or f"/sessions/{ref}/book/check/", drafts)
            constant.setdefault(n, rate)
            cells.append(f"{rate:7.0f} ({latency:5.1f}) {rate / constant[n]:4.2f}")
        print(f"    {name:<28}" + "".join(cells))


def load(port: int, clients: int, seconds: float, path: str, drafts: list[str]) -> tuple[float, float]:
    """Ask from `clients` connections in at most four processes; with drafts, press their last button."""
    processes = min(clients, 4)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        share = [(port, clients // processes, seconds, path, drafts[n::processes]) for n in range(processes)]
        results = pool.starmap(_asking, share)
    times = [one for client in results for one in client]
    return len(times) / seconds, 1000 * median(times)


def _asking(port: int, threads: int, seconds: float, path: str, drafts: list[str]) -> list[float]:
    end, presses = time.monotonic() + seconds, bool(drafts)

    def one() -> list[float]:
        client, times = Client(port), []
        while drafts or not presses:
            started = time.monotonic()
            if presses:
                client.cookies = {"draft": drafts.pop()}
                client.press(path)
            else:
                client.get(path)
            times.append(time.monotonic() - started)
            if time.monotonic() >= end:
                break
        return times

    with ThreadPoolExecutor(threads) as pool:
        return [taken for future in [pool.submit(one) for _ in range(threads)] for taken in future.result()]


if __name__ == "__main__":
    main(sys.argv[1:])
