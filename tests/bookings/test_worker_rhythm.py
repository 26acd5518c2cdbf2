"""When the worker does what: a look for mails, a round, and what is seldom due."""

from typing import Any

import pytest

from bookings.due import Done
from bookings.mail import sending
from bookings.management.commands import worker
from bookings.management.commands.worker import AFTER_WORK, ROUND, SELDOM, Work
from bookings.rule.one_by_one import never

pytestmark = pytest.mark.django_db


class Watched:
    """A worker by a clock that the test turns, and what it has done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.done, self.found, self.mails, self.due = 100.0, [], 0, 0, False
        monkeypatch.setattr(worker, "monotonic", lambda: self.at)
        monkeypatch.setattr(worker, "close_old_connections", lambda: None)
        monkeypatch.setattr(worker, "run_due", self._round)
        monkeypatch.setattr(worker, "once_a_day", lambda clock: self.done.append("day"))
        monkeypatch.setattr(worker.Rounds, "note", lambda rounds, clock: None)
        monkeypatch.setattr(sending, "is_due", lambda: self.due)
        monkeypatch.setattr(sending, "send_due", lambda clock, *, stop, seen: self.done.append("mails"))
        self.work = Work(ROUND)

    done: list[str]

    def _round(self, clock: Any, *, stop: Any, seldom: bool) -> Done:
        if self.found < 0:
            raise RuntimeError("a fault of ours")
        self.done.append("all" if seldom else "round")
        return Done(self.mails, self.found)

    def after(self, seconds: float) -> list[str]:
        self.at, self.done = self.at + seconds, []
        self.work.go_on(never)
        return self.done


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    one = Watched(monkeypatch)
    assert one.after(0) == ["all", "day"]
    return one


def test_between_rounds_only_mails_are_looked_for(watched: Watched) -> None:
    assert watched.after(0.25) == []
    watched.due = True
    assert watched.after(0.25) == ["mails"]
    assert watched.after(ROUND) == ["round"]  # which sends them too


def test_what_is_seldom_due_waits_for_its_minute(watched: Watched) -> None:
    times = int(SELDOM / ROUND)
    assert [watched.after(ROUND) for _ in range(2 * times)] == [
        *[["round"]] * (times - 1),
        ["all"],
        *[["round"]] * (times - 1),
        ["all"],
    ]


def test_round_that_found_something_is_followed_by_another_of_everything(watched: Watched) -> None:
    watched.found = 1
    assert watched.after(ROUND) == ["round"]
    watched.found = 0
    assert watched.after(AFTER_WORK / 2) == []
    assert watched.after(AFTER_WORK / 2) == ["all"]
    assert watched.after(AFTER_WORK) == []


def test_round_that_only_sent_mails_is_followed_by_looks(watched: Watched) -> None:
    """Else each second of a busy morning has a round of everything."""
    watched.mails = 5
    assert watched.after(ROUND) == ["round"]
    assert watched.after(AFTER_WORK) == []
    assert watched.after(ROUND - AFTER_WORK) == ["round"]


def test_what_fails_is_followed_by_a_round(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> bool:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(sending, "is_due", away)
        with pytest.raises(OSError, match="away"):
            watched.after(0.25)
    watched.found = -1
    with pytest.raises(RuntimeError):
        watched.after(0.25)
    watched.found = 0
    assert watched.after(0.25) == ["round"]
