"""The rush from outside, and what is left of it: every page that said "booked" compared with rows, mails and links."""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import count, pairwise
from types import TracebackType
from typing import Any

from tests.cluster.databases import wait_for
from tests.cluster.hosts import Host
from tests.cluster.sites import Sites

CLIENTS, SESSIONS, CAPACITY = 3, 60, 8
BEFORE, AFTERWARDS = 10, 20  # bookings that are seen before something happens, and once it is over
PATIENCE = 90
MOST = 10_000  # people of one rush
numbers = count()


class Rush:
    """People who book, from `with` to its end: `CLIENTS` at a time, one booking after the other."""

    def __init__(self, sites: Sites, people: Host) -> None:
        self.sites, self.people, self.number = sites, people, next(numbers)
        folder = sites.room.folder
        self.told, self.stop, self.order = (folder / f"{what}-{self.number}" for what in ("told", "stop", "order"))
        self.told.touch()
        self.fault_at = 0.0

    def __enter__(self) -> "Rush":
        sessions = self.sites.rows("sessions", number=SESSIONS, capacity=CAPACITY)
        self.order.write_text(
            json.dumps(
                {
                    "do": "book",
                    "sessions": sessions,
                    "first": 1 + MOST * self.number,
                    "clients": CLIENTS,
                    "told": str(self.told),
                    "mails": str(self.sites.mails),
                    "stop": str(self.stop),
                    "certificate": str(self.sites.certificate),
                }
            )
        )
        self.process = self.people.begin(sys.executable, "-m", "tests.cluster.people", self.order, log="people")
        self.wait_for_bookings(BEFORE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.touch()
        self.process.wait(PATIENCE)

    def happens(self) -> None:
        """The moment in which something happens."""
        self.fault_at = time.monotonic()

    def wait_for_bookings(self, more: int) -> None:
        """Until so many more have been booked."""
        wanted = self.answers()["booked"] + more
        wait_for(lambda: self.answers()["booked"] >= wanted, PATIENCE, lambda: f"Nobody can book: {self.answers()}")

    def lines(self) -> list[dict[str, Any]]:
        text = self.told.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def told_that(self, *what: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["said"] in what]

    def is_of(self, email: str) -> bool:
        """Whether a teacher came in this rush: their numbers say so."""
        number = "".join(letter for letter in email if letter.isdigit())
        return email.startswith("teacher") and (int(number) - 1) // MOST == self.number

    def answers(self) -> Counter[str]:
        return Counter(line["said"] for line in self.lines())

    def seconds_without(self) -> tuple[float, float]:
        """When nobody was booked for longest after it happened: from when until when, in seconds since."""
        moments = [line["at"] - self.fault_at for line in self.told_that("booked")]
        gaps = [(start, end) for start, end in pairwise(moments) if end > 0]
        return max(gaps, key=lambda gap: gap[1] - gap[0])


@dataclass
class Found:
    """What was seen from outside and is not so: whom or what it concerns."""

    lost: list[str]  # were told that they have a place, or that it is confirmed, and do not
    astray: list[str]  # had to begin anew
    doubled: list[str]
    oversold: list[str]
    miscounts: list[int]

    @property
    def nothing(self) -> bool:
        return not any(vars(self).values())


def compare(rush: Rush) -> Found:
    """Every page that was seen from outside with what stands in the database."""
    everything = rush.sites.rows("all")
    rows = Counter((email, session) for email, session, _status in everything["bookings"])
    status = {email: status for email, _session, status in everything["bookings"]}
    booked = [(line["who"], line["session"]) for line in rush.told_that("booked")]
    confirmed = [line["who"] for line in rush.told_that("confirmed")]
    pages = Counter(session for _email, session in booked)
    seated = Counter(session for _email, session in rows.elements())
    return Found(
        lost=[email for email, session in booked if not rows[email, session]]
        + [email for email in confirmed if status.get(email) != "confirmed"],
        astray=[line["who"] for line in rush.told_that("astray", "not confirmed", "broken")],
        doubled=[email for (email, _session), number in rows.items() if number > 1],
        oversold=[
            session
            for session, taken, room in everything["places"]
            if max(taken, pages[session], seated[session]) > room
        ],
        miscounts=everything["miscounts"],
    )


@dataclass
class Letters:
    """What is wrong with the mails of a rush."""

    without: list[str]  # were told to check their email, and got none
    of_nobody: list[str]  # got one of a booking that is not there
    dead: list[str]  # links that do not open

    @property
    def nothing(self) -> bool:
        return not any(vars(self).values())


def compare_letters(rush: Rush, everything: dict[str, Any]) -> Letters:
    """Every "booked" page with the mails that came, and every link in them with what it opens, seen from outside."""
    came = [one for one in rush.sites.letters() if rush.is_of(one["to"])]
    status = {email: status for email, _session, status in everything["bookings"]}
    return Letters(
        without=sorted({line["who"] for line in rush.told_that("booked")} - {one["to"] for one in came}),
        of_nobody=sorted({one["to"] for one in came} - set(status)),
        dead=rush.sites.dead_links([link for one in came for link in one["links"]], rush.people),
    )
