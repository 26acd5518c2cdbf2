"""An installation that is measured, and how much is asked of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.load.asking import Client
from tests.load.counting import cpu_of_each
from tests.load.running import Env, Inside, MailServer, copied, environment, web, worker


class Size(NamedTuple):
    """How much of everything is asked for."""

    schools: int = 5000
    rounds: int = 7  # of which the median counts
    quick: int = 200  # requests a round where an answer takes little
    pages: int = 12  # where it is a page
    bookings: int = 8  # whole ones a round
    before: int = 240  # and before the first: thirty a thread, all threads at once
    rushes: int = 3
    rush: int = 200
    room: int = 30
    pressed: int = 1000  # bookings after which memory is read
    mails: int = 300
    idle: float = 60.0  # seconds
    few: tuple[int, int] = (50, 1000)  # sessions, bookings
    many: tuple[int, int] = (5000, 100_000)
    clients: tuple[int, ...] = (1, 8, 32)  # of the rates: so many at once
    seconds: float = 4.0
    drafts: int = 4000  # more than are pressed in that time


FULL = Size()
BRIEF = Size(1000, 3, 40, 6, 4, 24, 1, pressed=200, mails=100, idle=30.0)
SMALL = Size(200, 1, 2, 2, 1, 1, 1, 16, 3, 8, 6, 1.0, (10, 20), (20, 60), (1, 2), 0.3, 200)


@dataclass
class Installation:
    """Servers over one database: where they answer, what makes rows in it, and whose CPU is counted."""

    env: Env
    made: Inside
    mail: MailServer
    postgres: list[psutil.Process]
    size: Size
    port: int = 0
    web: list[psutil.Process] = field(default_factory=list)
    worker: list[psutil.Process] = field(default_factory=list)

    def empty(self) -> float:
        """Milliseconds of an answer that is nothing."""
        return self.of_web("/constant/", self.size.quick)

    def template_only(self) -> float:
        """Milliseconds of a page that asks for nothing."""
        return self.of_web("/template-only/", 4 * self.size.pages)

    def of_web(self, path: str, times: int) -> float:
        """Milliseconds of the web server's CPU that an answer takes."""
        client = Client(self.port)
        client.get(path)
        return cpu_of_each(self.web, times, lambda: client.get(path))


@contextmanager
def installed(
    name: str,
    rows: tuple[int, int, int],
    migrated: tuple[str, list[psutil.Process]],
    mail: MailServer,
    folder: Path,
    size: Size,
) -> Iterator[Installation]:
    """An installation over a copy of a migrated database, with so many schools, sessions and bookings. No server runs
    yet."""
    url, processes = migrated
    with copied(url, f"load_{name}", folder) as copy:
        env = environment(copy, folder / name, mail)
        with Inside(env) as made:
            made("prepare:" + ":".join(map(str, rows)))
            made("settle_in")
            yield Installation(env, made, mail, processes, size)


@contextmanager
def served(at: Installation, *, with_worker: bool) -> Iterator[None]:
    """While its web server runs, and its worker."""
    with ExitStack() as stack:
        at.port, server = stack.enter_context(web(at.env))
        at.web, at.worker = [server], [stack.enter_context(worker(at.env))] if with_worker else []
        yield
