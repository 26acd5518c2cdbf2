"""Every figure with its floor, its ratio and the aim; see README.md beside this.

python -m tests.load.table                     on both databases, each of its own
python -m tests.load.table sqlite              on one of them
python -m tests.load.table postgres booking    some groups of figures alone
python -m tests.load.table 5000 1000000        so many sessions and bookings are many, instead of 5,000 and 100,000
python -m tests.load.table brief               fewer of everything but rows, in a few minutes
python -m tests.load.table small               with few of everything: whether it runs, not how fast
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from tests.load import bench, kept_running, public_pages, rush, sizes, whole_booking
from tests.load.counting import HEAD, Row
from tests.load.installation import BRIEF, FULL, SMALL, Installation, Size, installed, served
from tests.load.running import DATABASES, MailServer, database

PLAIN = (60, 0)  # sessions, and bookings at the beginning
Figures = Callable[[Installation], Iterator[Row | str]]
# What is measured on one installation with web and worker, in order: what is idle or full comes after what made it so.
GROUPS: dict[str, list[Figures]] = {
    "pages": [public_pages.unchanged, public_pages.first_readers],
    "booking": [whole_booking.whole_bookings],
    "rush": [rush.rushes],
    "memory": [kept_running.held],
    "idle": [kept_running.idle],
    "rates": [bench.rates],
}
NAMED = {"rates"}  # left out where no group is named: they say as much of the machine as of us

# Programs of their own, which print their figures themselves.
PROGRAMS = {"row": "tests.load.hot_row", "visit": "tests.load.first_visit"}


def main(arguments: list[str]) -> None:
    known = [*GROUPS, "mails", "sizes", *PROGRAMS]
    groups = [one for one in arguments if one in known] or [one for one in known if one not in NAMED]
    size = SMALL if "small" in arguments else BRIEF if "brief" in arguments else FULL
    if many := [int(one) for one in arguments if one.isdecimal()]:
        size = size._replace(many=(many[0], many[1]))
    for name in [one for one in arguments if one in DATABASES] or DATABASES[:2]:
        with tempfile.TemporaryDirectory(prefix="showcase-load-") as folder:
            print(f"\n{name}\n{HEAD}", flush=True)
            with closing(measured(name, groups, size, Path(folder))) as rows:  # its servers too, whatever happens
                for row in rows:
                    print(row, flush=True)
        for group in PROGRAMS.keys() & {*groups}:
            how = ["small"] if "small" in arguments else []
            subprocess.run([sys.executable, "-m", PROGRAMS[group], name, *how], check=True)


def measured(name: str, groups: list[str], size: Size, folder: Path) -> Generator[Row | str, None, None]:
    """The figures of these groups on one database."""
    with database(name, folder) as migrated, MailServer() as mail:
        if {*groups} & {*GROUPS, "mails"}:
            with installed("one", (size.schools, *PLAIN), migrated, mail, folder, size) as at:
                yield from of_one(at, groups)
        if "sizes" in groups:
            with (
                installed("many", (size.schools, *size.many), migrated, mail, folder, size) as many,
                installed("few", (size.schools, *size.few), migrated, mail, folder, size) as few,
                served(many, with_worker=False),
                served(few, with_worker=False),
            ):
                yield from sizes.compared(many, few)


def of_one(at: Installation, groups: list[str]) -> Iterator[Row | str]:
    """What one installation shows: by itself, with its servers, and then by a worker that finds much to do."""
    if "booking" in groups:  # a worker beside it would send some of the mails that are counted
        yield from whole_booking.statements(at)
    if figures := [one for group in groups for one in GROUPS.get(group, [])]:
        with served(at, with_worker=True):
            for some in figures:
                yield from some(at)
    if "mails" in groups:
        yield from kept_running.mails(at)


if __name__ == "__main__":
    main(sys.argv[1:])
