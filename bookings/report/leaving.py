"""What leaves the hub: one function over one cell, for pages, print, charts and CSV alike (decision 0042).

Whole totals of 10 or more leave exactly where nothing smaller can be worked out from them; all else of people is
rounded to the nearest 5, and 0 to 4 is "fewer than 5". What is worked out (percentages, costs a head, half-days) is
worked out from the rounded figures, and never on fewer than 10 people. The hub's own copy is exact.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from bookings.report.cells import (
    Between,
    Cell,
    Counted,
    Days,
    Each,
    Middle,
    Money,
    People,
    Rest,
    Seats,
    Sentence,
    Share,
    Spent,
    Text,
    Unknown,
    Whole,
    Words,
    walk,
)

STEP = 5  # to which a figure is rounded, and under which it is not said
ENOUGH = 10  # people, for a whole total and for anything that is worked out


class Shown(NamedTuple):
    """A figure as it is printed, and as it is drawn: None where there is nothing to draw."""

    text: str
    value: float | None = None


def rounded(n: int) -> int:
    """To the nearest 5; 0 to 4 comes to 0, and is said as "fewer than 5"."""
    return 0 if n < STEP else (n + 2) // STEP * STEP


@dataclass(frozen=True)
class Copy:
    """The hub's own copy: every figure as it is."""

    leaves: bool = False

    def people(self, cell: People) -> int:
        """The count as this copy has it."""
        return cell.n

    def says(self, cell: Cell) -> str:
        """A figure or a sentence in words."""
        return self.shown(cell).text

    def shown(self, cell: Cell) -> Shown:
        """A figure as this copy prints and draws it. There is no other way to print one."""
        match cell:
            case Words(text):
                return Shown(str(text))
            case Unknown(why):
                return Shown(str(why))
            case Seats(n):
                return Shown(f"{n:,}", n)
            case People():
                return self._counted(cell)
            case Between(low, high):
                return self._between(low, high)
            case Counted(what, one, many):
                counted = self.shown(what)
                return Shown(f"{counted.text} {one if counted.text == '1' else many}", counted.value)
            case Money(pence, at_least):
                return Shown(_at_least(_pounds(pence), at_least=at_least), pence / 100)
            case Days():
                return Shown(in_days(days := self._days(cell)), float(days))
            case Spent(of_days, a_day):
                return Shown(f"{int(self._days(of_days) * a_day):,}", int(self._days(of_days) * a_day))
            case Middle(bands):
                return Shown(self._middle(bands))
            case Share(part, of):
                return self._share(part, of)
            case Each(what, among):
                return self._each(what, among)
            case Sentence(text, figures):
                return Shown(str(text) % {name: self.says(one) for name, one in figures.items()})
        raise TypeError(f"{cell!r} does not say what it is")

    def _counted(self, cell: People) -> Shown:
        return Shown(f"{cell.n:,}", cell.n)

    def _between(self, low: int, high: People) -> Shown:
        top = self._counted(high)
        if low == high.n:
            return top
        return Shown(_("%(low)s to %(high)s") % {"low": f"{low:,}", "high": top.text}, top.value)

    def _middle(self, bands: Sequence[tuple[Text, People]]) -> str:
        counts = [self.people(people) for _label, people in bands]
        if sum(counts) < ENOUGH:
            return _("too few to say")
        middle = next(n for n in range(len(counts)) if 2 * sum(counts[: n + 1]) >= sum(counts))
        return str(bands[middle][0])

    def _days(self, cell: Days) -> Decimal:
        return cell.entered + (Decimal(self.people(cell.visits)) / 2 if cell.visits else 0)

    def _count(self, cell: Cell) -> int | None:
        """What may be divided by: a count of people as this copy has it, or of places."""
        if isinstance(cell, Seats):
            return cell.n
        if isinstance(cell, Between):
            cell = cell.high
        return self.people(cell) if isinstance(cell, People) else None

    def _share(self, part: Cell, of: Cell) -> Shown:
        among, n = self._count(of), self._count(part)
        if among is None or n is None:
            return Shown(_("not known"))
        of_people = isinstance(part, People) or not isinstance(of, Seats)
        if among == 0 or (of_people and (among < ENOUGH or (self.leaves and n < STEP))):
            return Shown(_("too few"))
        percent = int(Decimal(100 * n / among).quantize(Decimal(1), ROUND_HALF_UP))
        return Shown(f"{min(percent, 100)}%", percent)

    def _each(self, what: Money | Days, among: People) -> Shown:
        n = self.people(among)
        if n < ENOUGH:
            return Shown(_("too few"))
        if isinstance(what, Money):
            pence = int((Decimal(what.pence) / n).quantize(Decimal(1), ROUND_HALF_UP))
            text = _pounds(pence, whole=pence >= 1000)
            return Shown(_at_least(text, at_least=what.at_least), pence / 100)
        days = (self._days(what) / n).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return Shown(f"{days}", float(days))


@dataclass(frozen=True)
class Leaving(Copy):
    """The copy that leaves. `totals` are whole totals by name as they may be said: see `leaving`.

    `public` is how many places were taken: nothing is rounded to more than that, or it would be told that all of it.
    """

    leaves: bool = True
    totals: Mapping[str, int] = field(default_factory=dict)
    exact: Collection[str] = ()
    public: int | None = None

    def people(self, cell: People) -> int:
        if isinstance(cell, Whole) and cell.name in self.totals:
            return self.totals[cell.name]
        if isinstance(cell, Rest):
            return rounded(max((cell.public or 0) - sum(self.people(one) for one in cell.beside), 0))
        return at_most(cell.n, self._of(cell))

    def _counted(self, cell: People) -> Shown:
        n = self.people(cell)
        if n >= STEP:
            return Shown(f"{n:,}", n)
        of = self._of(cell)
        return Shown(_("fewer than 10") if of is not None and of < ENOUGH else _("fewer than 5"), 0)

    def _of(self, cell: People) -> int | None:
        """Of how many that are public it is a part: of the places taken, unless it says something else."""
        return self.public if cell.public is None else cell.public

    def _between(self, low: int, high: People) -> Shown:
        """The lower end is a smaller total: rounded, and never above the upper."""
        top, bottom = self._counted(high), rounded(low)
        if bottom >= self.people(high) or bottom < STEP or not top.value:
            return top
        return Shown(_("%(low)s to %(high)s") % {"low": f"{bottom:,}", "high": top.text}, top.value)


OWN = Copy()


def leaving(cells: Iterable[Cell], *, settled: bool, parts: Iterable[tuple[str, list[int]]] = ()) -> Leaving:
    """The copy that leaves of these figures.

    `settled`: nothing that is still to come can move a whole total, so that two reports a week apart differ in none.
    `parts` are the rows that add up to a whole total, by its name. See decision 0042 for why each is asked.
    """
    wholes = {cell.name: cell for cell in walk(cells) if isinstance(cell, Whole) and cell.name}
    public = max((one.public for one in wholes.values() if one.public is not None), default=None)
    pinned = _pinned(wholes, parts)
    totals: dict[str, int] = {}
    exact: set[str] = set()
    for name in _outer_first(wholes):
        one = wholes[name]
        known = [*_exact_around(wholes, name, exact), *([one.public] if one.public is not None else [])]
        large = one.n >= ENOUGH and all(other - one.n >= ENOUGH for other in known)
        if settled and large and not one.parts and name not in pinned:
            exact.add(name)
        totals[name] = one.n if name in exact else _whole(one, *known, public)
    return Leaving(totals=totals, exact=frozenset(exact), public=public)


def at_most(n: int, *known: int | None) -> int:
    """A count rounded, and never to more than is known of the whole: 18 of 18 comes to 15, for 20 would tell it."""
    wholes = [one for one in known if one is not None]
    if min(wholes, default=ENOUGH) < ENOUGH:
        return 0  # of so few nothing is said
    return min([rounded(n), *(rounded_down(one) for one in wholes)])


def rounded_down(n: int) -> int:
    """To the next 5 below."""
    return n // STEP * STEP


def _whole(one: Whole, *known: int | None) -> int:
    """A total that does not leave exactly; of several hubs, added up from what each says."""
    if not one.parts:
        return at_most(one.n, *known)
    said = sum(at_most(part.n, part.public) for part in one.parts)
    return max(said - rounded(sum(part.n for part in one.parts) - one.n), 0)


def _exact_around(wholes: Mapping[str, Whole], name: str, exact: Collection[str]) -> list[int]:
    """The exact totals that this one is a part of."""
    found, outer = [], wholes[name].within
    while outer in wholes:
        if outer in exact:
            found.append(wholes[outer].n)
        outer = wholes[outer].within
    return found


def _pinned(wholes: Mapping[str, Whole], parts: Iterable[tuple[str, list[int]]]) -> set[str]:
    """The totals that would tell a row if they left exactly: one of their own, or of a total that is a part of them."""
    found = set()
    for name, rows in parts:
        outer, own = name, True
        while outer in wholes:
            if _pins(wholes[outer].n, rows, all_of_it=own):
                found.add(outer)
            outer, own = wholes[outer].within, False
    return found


def _pins(total: int, rows: list[int], *, all_of_it: bool = True) -> bool:
    """Whether the rounded rows and an exact total would tell a row that is not to be told. `all_of_it`: the rows add
    up to it; else they are not more than it.

    A row is known to lie within 2 of what is said, or from 0 to 4; the total narrows that.
    """
    spans = [(0, STEP - 1) if n < STEP else (rounded(n) - 2, rounded(n) + 2) for n in rows]
    lowest, highest = sum(low for low, _high in spans), sum(high for _low, high in spans)
    for low, high in spans:
        least = max(low, total - (highest - high)) if all_of_it else low
        if min(high, total - (lowest - low)) - least < 2:  # three possible values at the least
            return True
    return False


def _outer_first(wholes: Mapping[str, Whole]) -> list[str]:
    """Names of totals, each after the one that it is a part of."""
    ordered: list[str] = []

    def add(name: str) -> None:
        if name in wholes and name not in ordered:
            add(wholes[name].within)
            ordered.append(name)

    for name in wholes:
        add(name)
    return ordered


def _at_least(text: str, *, at_least: bool) -> str:
    return _("at least %(sum)s") % {"sum": text} if at_least else text


def _pounds(pence: int, *, whole: bool = True) -> str:
    """Whole pounds, but small sums to the penny."""
    if whole or pence % 100 == 0:
        return f"£{int((Decimal(pence) / 100).quantize(Decimal(1), ROUND_HALF_UP)):,}"
    return f"£{Decimal(pence) / 100:,.2f}"


def in_days(days: Decimal) -> str:
    """Days with a half as people write it: 146½."""
    halves = int((days * 2).quantize(Decimal(1), ROUND_HALF_UP))
    if Decimal(halves) / 2 != days:
        return f"{days.normalize():f}"
    whole, half = divmod(halves, 2)
    return f"{whole:,}½" if half and whole else "½" if half else f"{whole:,}"
