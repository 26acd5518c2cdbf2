"""What processes have used: CPU, memory; and figures beside their floors."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

Processes = Iterable[psutil.Process]
RESTS = 0.01  # of a core is used by what only looks whether there is something to do


class Row(NamedTuple):
    """A figure of the table. The floor is what was measured beside it, in turn; some figures have none."""

    figure: str
    run: float
    unit: str
    aim: str
    floor: float | None = None

    def __str__(self) -> str:
        floor = f"{_short(self.floor)} {self.unit}" if self.floor is not None else ""
        ratio = _short(self.run / self.floor) if self.floor else ""
        return f"{self.figure:<66} {_short(self.run) + ' ' + self.unit:>14} {floor:>14} {ratio:>8}   {self.aim}"


HEAD = f"{'figure':<66} {'this run':>14} {'floor':>14} {'ratio':>8}   aim"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def in_turn(figure: Callable[[], float], floor: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Medians of the two, asked for in turn: whatever else the machine does, it does to both."""
    pairs = [(figure(), floor()) for _round in range(rounds)]
    return median(first for first, _second in pairs), median(second for _first, second in pairs)


def cpu_of_each(tops: Processes, times: int, do: Callable[[], object]) -> float:
    """Milliseconds of CPU that these processes spend on what is done, each time."""
    tops = list(tops)
    before = cpu(tops)
    for _time in range(times):
        do()
    return 1000 * (cpu(tops) - before) / times


def cpu(tops: Processes) -> float:
    """Seconds of CPU of these processes and all below them, those that have ended too."""
    return sum(_own_cpu(process) for process in _trees(tops))


def wait_until_it_rests(tops: Processes, seconds: float) -> None:
    """A worker that has just begun has years of others to forget. Twice these seconds at most, looked at in tenths."""
    tops, deadline = list(tops), time.monotonic() + 2 * seconds
    while time.monotonic() < deadline:
        before = cpu(tops)
        time.sleep(seconds / 10)
        if cpu(tops) - before < RESTS * seconds / 10:
            return


def _own_cpu(process: psutil.Process) -> float:
    """By the scheduler's nanoseconds where it says them: the other clock goes in hundredths of a second."""
    with suppress(psutil.NoSuchProcess, FileNotFoundError):
        times = process.cpu_times()
        tasks = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
        own = sum(int(task.read_text().split()[0]) for task in tasks) / 1e9 if tasks else times.user + times.system
        return own + times.children_user + times.children_system
    return 0.0


def memory(tops: Processes) -> float:
    """Megabytes of these processes and all below them; what they share is counted once (PSS)."""
    return sum(process.memory_full_info().pss for process in _trees(tops)) / 1e6


def _trees(tops: Processes) -> Iterator[psutil.Process]:
    for top in tops:
        yield top
        yield from top.children(recursive=True)
