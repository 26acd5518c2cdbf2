"""What a figure is: people, places, pounds. Nothing prints one without knowing: see leaving.py.

A sentence has its figures as cells too (`Sentence`), so that none can be written into its words by forgetting.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
NO_END = 10**9  # people: more than there are


@dataclass(frozen=True)
class Cell:
    """One figure, or words in its place."""

    def inside(self) -> "Iterator[Cell]":
        """The cells that this one is worked out from."""
        return iter(())


@dataclass(frozen=True)
class Words(Cell):
    """Words that hold no figure of ours: a name of a hub, what staff wrote."""

    text: Text


@dataclass(frozen=True)
class Unknown(Cell):
    """What nobody recorded or said. Never 0."""

    why: Text = "not known"


@dataclass(frozen=True)
class Seats(Cell):
    """A count of places, sessions, registers or schools of the register: public, and never rounded."""

    n: int


@dataclass(frozen=True)
class People(Cell):
    """A count of people, visits, answers, bookings, settings: whatever a person could be told from.

    `public` is a count that everybody knows and that this one is a part of: of places taken so many came.
    """

    n: int
    public: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Rest(People):
    """What is left of `public` without `beside`. Out of the hub it is worked out from these, and tells no more."""

    beside: tuple[People, ...] = ()

    def inside(self) -> Iterator[Cell]:
        return iter(self.beside)


@dataclass(frozen=True)
class Counted(Cell):
    """A count with the word for what is counted: "1 session", "12 sessions", "fewer than 5 visits"."""

    what: Cell
    one: Text
    many: Text

    def inside(self) -> Iterator[Cell]:
        return iter((self.what,))


@dataclass(frozen=True)
class Whole(People):
    """A whole total, which may leave exactly where nothing smaller can be worked out from it.

    `within` names the total that it is a part of: "answered" within "asked". `parts` are the same totals of each hub,
    where it is of several: it is added up from what they say, less those who are of two.
    """

    name: str = ""
    within: str = ""
    parts: tuple[People, ...] = ()


@dataclass(frozen=True)
class Between(Cell):
    """A count of people of whom some may be the same: "203 to 217"."""

    low: int
    high: People

    def inside(self) -> Iterator[Cell]:
        return iter((self.high,))


@dataclass(frozen=True)
class Money(Cell):
    """Pounds that the hub entered, in pence; `at_least` where a kind was not entered."""

    pence: int
    at_least: bool = False


@dataclass(frozen=True)
class Days(Cell):
    """Days of teachers: those entered, and half a day for each of so many visits."""

    entered: Decimal = Decimal(0)
    visits: People | None = None

    def inside(self) -> Iterator[Cell]:
        return iter((self.visits,) if self.visits else ())


@dataclass(frozen=True)
class Spent(Cell):
    """The same days spent otherwise: as many teachers as they are enough for, so many each day."""

    days: Days
    a_day: int = 1

    def inside(self) -> Iterator[Cell]:
        return iter((self.days,))


@dataclass(frozen=True)
class Middle(Cell):
    """In which of some bands the middle one of all stands."""

    bands: tuple[tuple[Text, People], ...]

    def inside(self) -> Iterator[Cell]:
        return (people for _label, people in self.bands)


@dataclass(frozen=True)
class Share(Cell):
    """A part of a whole, as a percentage."""

    part: Cell
    of: Cell

    def inside(self) -> Iterator[Cell]:
        return iter((self.part, self.of))


@dataclass(frozen=True)
class Each(Cell):
    """Pounds or days for each of so many people."""

    what: Money | Days
    among: People

    def inside(self) -> Iterator[Cell]:
        return iter((self.what, self.among))


@dataclass(frozen=True)
class Sentence(Cell):
    """A sentence and its figures: Sentence("%(came)s of %(seats)s came", {"came": …, "seats": …}). Nothing is counted
    in `text` itself."""

    text: Text
    figures: Mapping[str, Cell] = field(default_factory=dict)

    def inside(self) -> Iterator[Cell]:
        return iter(self.figures.values())


def sentence(text: Text, **figures: Cell) -> Sentence:
    """A sentence with its figures by name."""
    return Sentence(text, figures)


def apart(n: int) -> People:
    """A count that is no part of the places taken at the sessions that a report is of, as those of a group."""
    return People(n, public=NO_END)


def walk(cells: Any) -> Iterator[Cell]:
    """These cells and all that they are worked out from."""
    for cell in cells:
        yield cell
        yield from walk(cell.inside())
