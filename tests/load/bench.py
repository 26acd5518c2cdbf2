"""Requests a second; see README.md beside this.

python -m tests.load.table rates          on both databases, each of its own
python -m tests.load.table rates sqlite   on one of them
"""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.load.asking import Client
from tests.load.installation import Installation
from tests.load.whole_booking import wait_for_mail


def rates(at: Installation) -> Iterator[str]:
    """Requests a second, median latency, and the ratio to the constant view."""
    ref, size = at.made("ref"), at.size
    constant: dict[int, float] = {}
    yield "  requests a second (median ms)   " + "".join(f"{n:>4} clients      " for n in size.clients)
    for name, path in (("constant", "/constant/"), ("list", "/"), ("session", f"/sessions/{ref}/"), ("hold", "")):
        cells = []
        for n in size.clients:
            drafts = at.made(f"drafts:{ref}:{size.drafts}").split() if name == "hold" else []
            rate, latency = load(at.port, n, size.seconds, path or f"/sessions/{ref}/book/check/", drafts)
            constant.setdefault(n, rate)
            cells.append(f"{rate:7.0f} ({latency:5.1f}) {rate / constant[n]:4.2f}")
        yield f"    {name:<28}" + "".join(cells)
    wait_for_mail(at.made)


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
