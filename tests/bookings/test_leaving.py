"""What leaves the hub, attacked: everything that is printed is put together, and no small count of people may come out.

The attacker reads every table of every report that leaves, as CSV prints it, knows what is public (places offered and
taken, which registers were recorded) and the code; and narrows each figure by all others until nothing changes.
"""

import dataclasses
import datetime as dt
import re

import pytest

from bookings.models import Register, Visitor
from bookings.report import cells as kinds
from bookings.report.cells import (
    Between,
    Days,
    Each,
    Middle,
    Money,
    People,
    Rest,
    Seats,
    Share,
    Spent,
    Unknown,
    Whole,
    Words,
    sentence,
)
from bookings.report.leaving import OWN, Leaving, leaving, rounded
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import HostSchool, ShowcaseSession
from tests.bookings.past import ABSENT, past_exchange, past_session, visitor
from tests.factories import NOW, HubYearFactory

TODAY = dt.date(2027, 1, 4)
WEEK = dt.timedelta(days=7)
COUNT = re.compile(r"[\d,]+")

# --- one figure -----------------------------------------------------------------------------------------------------

OUT = Leaving()


@pytest.mark.parametrize(
    "n, said",
    [(0, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (7, "5"), (8, "10"), (12, "10"), (13, "15"), (1234, "1,235")],
)
def test_count_of_people_leaves_rounded_to_the_nearest_5(n, said):
    assert (OUT.says(People(n)), OWN.says(People(n))) == (said, f"{n:,}")


@pytest.mark.parametrize(
    "cell, said, own",
    [
        (Seats(3), "3", "3"),
        (People(18, public=18), "15", "18"),
        (People(6, public=9), "fewer than 10", "6"),
        (Rest(18, public=36, beside=(People(18, public=36),)), "15", "18"),
        (Unknown("not known"), "not known", "not known"),
        (Words("Kent"), "Kent", "Kent"),
        (Between(203, People(217)), "205 to 215", "203 to 217"),
        (Between(2, People(3)), "fewer than 5", "2 to 3"),
        (Money(1234567, at_least=True), "at least £12,346", "at least £12,346"),
        (Days(visits=People(241)), "120", "120½"),
        (Share(People(46), People(217)), "21%", "21%"),
        (Share(People(3), People(217)), "too few", "1%"),
        (Share(People(9), People(9)), "100%", "too few"),
        (Share(Seats(3), Seats(9)), "33%", "33%"),
        (Each(Money(1078000), People(217)), "£50", "£50"),
        (Each(Money(1000), People(7)), "too few", "too few"),
        (Spent(Days(visits=People(7))), "2", "3"),
        (Middle((("1 day", People(9)), ("longer", People(3)))), "1 day", "1 day"),
        (Middle((("1 day", People(3)), ("longer", People(4)))), "too few to say", "too few to say"),
        (kinds.Counted(People(1), "visit", "visits"), "fewer than 5 visits", "1 visit"),
        (kinds.Counted(People(12), "visit", "visits"), "10 visits", "12 visits"),
        (sentence("%(n)s came", n=People(3)), "fewer than 5 came", "3 came"),
    ],
)
def test_each_kind_of_figure_has_its_way_out(cell, said, own):
    assert (OUT.says(cell), OWN.says(cell)) == (said, own)


def test_every_kind_of_cell_can_be_printed_and_what_is_none_cannot():
    made = {one for one in vars(kinds).values() if dataclasses.is_dataclass(one) and issubclass(one, kinds.Cell)}
    tried = {
        Seats,
        Unknown,
        Words,
        Between,
        Money,
        Days,
        Share,
        Each,
        Spent,
        Middle,
        People,
        Rest,
        Whole,
        kinds.Counted,
        kinds.Sentence,
    }
    assert made - {kinds.Cell} == tried
    with pytest.raises(TypeError):
        OUT.says(kinds.Cell())


# --- whole totals ---------------------------------------------------------------------------------------------------


def totals(*wholes, settled=True, parts=()):
    copy = leaving(wholes, settled=settled, parts=parts)
    return [copy.says(one) for one in wholes]


def test_whole_total_of_ten_leaves_exactly_once_it_has_settled():
    assert totals(Whole(217, name="people")) == ["217"]
    assert totals(Whole(217, name="people"), settled=False) == ["215"]
    assert totals(Whole(9, name="people")) == ["10"]


def test_total_close_to_the_one_that_it_is_a_part_of_is_rounded_and_never_to_more():
    for asked in (213, 209, 208):
        assert totals(Whole(213, name="people"), Whole(asked, name="asked", within="people")) == ["213", "210"]
    assert totals(Whole(217, name="people"), Whole(190, name="asked", within="people")) == ["217", "190"]


def test_total_is_rounded_where_the_rest_of_what_is_public_is_small():
    assert totals(Whole(217, name="visits", public=220)) == ["215"]
    assert totals(Whole(18, name="visits", public=18)) == ["15"]
    assert totals(Whole(207, name="visits", public=220)) == ["207"]


def test_total_is_rounded_where_it_would_tell_one_of_its_rows():
    assert totals(Whole(36, name="people"), parts=[("people", [32, 4])]) == ["35"]
    assert totals(Whole(33, name="people"), parts=[("people", [30, 3])]) == ["33"]


# --- the attack -----------------------------------------------------------------------------------------------------


def could_be(text, *, public=None, whole=False):
    """The least and the most that a printed count can stand for, for somebody who knows the code."""
    if text == "fewer than 10":
        return 0, 9
    if text != "fewer than 5" and not COUNT.fullmatch(text):
        return None
    if public is not None:
        fits = [
            n for n in range(public + 1) if OUT.says(People(n, public=public)) == text or (whole and text == f"{n:,}")
        ]
        return min(fits), max(fits)
    if text == "fewer than 5":
        return 0, 4
    n = int(text.replace(",", ""))
    if n % 5:
        return n, n
    return n - 2, n + 7  # whatever is as large as what is public is rounded down


class Attacker:
    """What somebody knows of each count: between which numbers it lies; and which counts add up to which."""

    def __init__(self):
        self.spans, self.sums, self.most = {}, [], []

    def read(self, name, text, *, public=None, whole=False):
        """A printed count. Two printed for one thing narrow each other."""
        if found := could_be(text, public=public, whole=whole):
            low, high = self.spans.get(name, (0, 10**9))
            self.spans[name] = (max(low, found[0]), min(high, found[1]))

    def knows(self, name, n):
        self.spans[name] = (n, n)

    def adds_up(self, total, rows):
        rows = [row for row in rows if row in self.spans]
        if total in self.spans and rows:
            self.sums.append((total, rows))

    def at_most(self, rows, total):
        """These together are not more than that."""
        if total in self.spans:
            self.most.append(([row for row in rows if row in self.spans], total))

    def think(self):
        """Narrow everything until nothing changes."""
        before = None
        while before != self.spans:
            before = dict(self.spans)
            for total, rows in self.sums:
                self._between(total, *(sum(self.spans[row][end] for row in rows) for end in (0, 1)))
                for row in rows:
                    others = [self.spans[one] for one in rows if one != row]
                    low, high = self.spans[total]
                    self._between(row, low - sum(o[1] for o in others), high - sum(o[0] for o in others))
            for rows, total in self.most:
                for row in rows:
                    rest = sum(self.spans[one][0] for one in rows if one != row)
                    self._between(row, 0, self.spans[total][1] - rest)
                self._between(total, sum(self.spans[row][0] for row in rows), 10**9)

    def _between(self, name, low, high):
        was = self.spans[name]
        self.spans[name] = (max(was[0], low), min(was[1], high))
        assert self.spans[name][0] <= self.spans[name][1], f"{name}: nothing fits {was} and {(low, high)}"


PARTITIONS = ("phases", "roles", "first-time", "authorities", "how-often", "with-whom")


def rows_of(report, name):
    """A table as it is printed: its columns, and its lines by their heading."""
    for one in report.tables():
        if one.name == name:
            columns, *lines = list(one.lines(report.copy))
            return columns[1:], {line[0]: line[1:] for line in lines}
    return [], {}


def read_report(attacker, report, of):
    """All that one report prints."""
    columns, lines = rows_of(report, "places")
    for head, line in lines.items():
        session = "all" if head == "All together" else head
        for column, text in zip(columns, line, strict=True):
            if column == "Taken":
                attacker.knows((of, session, column), int(text))
            elif column in ("Came", "Apart from visitors"):
                taken = None if session == "all" else int(line[columns.index("Taken")])
                attacker.read((of, session, column), text, public=taken, whole=session == "all")
            elif column == "Did not come" and text != "not known":  # worked out from the others: it tells no more
                attacker.spans[(of, session, column)] = (0, int(line[columns.index("Taken")]))
            elif column == "Cancelled late":
                attacker.read((of, session, column), text)
        if line[columns.index("Came")] != "not known" and session != "all":
            used = [(of, session, column) for column in ("Came", "Did not come", "Apart from visitors")]
            attacker.at_most(used, (of, session, "Taken"))
    for column in ("Came", "Did not come", "Cancelled late", "Apart from visitors"):
        attacker.adds_up((of, "all", column), [(of, head, column) for head in lines if head != "All together"])
    for name in PARTITIONS:
        _columns, found = rows_of(report, name)
        for head, line in found.items():
            attacker.read((of, "people") if head == "All" else (of, name, head), line[0], whole=head == "All")
        attacker.adds_up((of, "people"), [(of, name, head) for head in found if head != "All"])
    _columns, found = rows_of(report, "together")
    for head, line in found.items():
        if head.startswith("Came, where"):
            attacker.read((of, "all", "Came"), line[0], whole=True)
    attacker.at_most([(of, "people")], (of, "all", "Came"))


def truth(report, of):
    """The same names with what they are, read from the hub's own copy."""
    exact = Report(report.selection, leaves=False, now=report.now)
    exact.sections = report.sections  # the same cells: a copy only says how they are shown
    found = Attacker()
    found.read = lambda name, text, **_more: COUNT.fullmatch(text) and found.knows(name, int(text.replace(",", "")))
    read_report(found, exact, of)
    columns, lines = rows_of(exact, "places")
    absent = columns.index("Did not come")
    for head, line in lines.items():
        if COUNT.fullmatch(line[absent]):
            found.knows((of, "all" if head == "All together" else head, "Did not come"), int(line[absent]))
    return {name: low for name, (low, _high) in found.spans.items()}


def attack(reports):
    """What an attacker knows of each count, and what it is."""
    attacker, known = Attacker(), {}
    for of, report in reports.items():
        read_report(attacker, report, of)
        known |= truth(report, of)
    return attacker, known


def told(attacker, known):
    """Small counts of people that the attacker can name, or nearly; what is public tells some of one or two places."""
    found = {}
    for name, span in attacker.spans.items():
        taken = min(known.get((*name[:2], "Taken"), 10**9), known.get((name[0], "all", "Taken"), 10**9))
        if name[-1] != "Taken" and known[name] < 5 and span[1] - span[0] < min(2, taken):
            found[name] = (known[name], span)
    return found


def reports_of(hub_year, *, now=NOW):
    """Every report that leaves: of the exchange, its visits, its sessions, the hub and the country."""
    found = {
        "exchange": Selection(Of.EXCHANGE, hub_year, TODAY),
        "hub": Selection(Of.HUB, hub_year.hub, TODAY),
        "country": Selection(Of.COUNTRY, hub_year.exchange, TODAY),
    }
    for visit in HostSchool.objects.filter(hub_year=hub_year):
        found[f"visit {visit.pk}"] = Selection(Of.VISIT, visit, TODAY)
    for session in ShowcaseSession.objects.filter(hub_year=hub_year):
        found[f"session {session.pk}"] = Selection(Of.SESSION, session, TODAY)
    return {name: Report(one, leaves=True, now=now) for name, one in found.items()}


def tie(attacker, hub_year):
    """What is one thing in two reports: a session's own figures and its line in the exchange; the parts of a whole."""
    columns = ("Came", "Did not come", "Cancelled late", "Apart from visitors")
    names = {name[:2] for name in attacker.spans if name[0] == "exchange" and len(name) == 3 and name[1] != "all"}
    for column in columns:
        sessions = [name for name in attacker.spans if name[0].startswith("session") and name[1:] == ("all", column)]
        recorded = Register.objects.filter(session__hub_year=hub_year).count()
        if len(sessions) == recorded:
            attacker.adds_up(("exchange", "all", column), sessions)
        for of, head in names:
            theirs = [one for one in attacker.spans if one[0].startswith("session") and one[1:] == (head, column)]
            for one in theirs:
                attacker.adds_up((of, head, column), [one])
                attacker.adds_up(one, [(of, head, column)])
        for other in ("hub", "country"):
            attacker.adds_up(("exchange", "all", column), [(other, "all", column)])
            attacker.adds_up((other, "all", column), [("exchange", "all", column)])
    for other in ("hub", "country"):
        attacker.adds_up(("exchange", "people"), [(other, "people")])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 3, 5, 7, 11, 21, 24, 31, 36, 53, 55])
def test_no_small_count_can_be_worked_out_from_all_that_leaves(seed):
    hub_year = HubYearFactory()
    sessions = past_exchange(hub_year, seed=seed, sessions=2 + seed % 4, most=6 + 3 * (seed % 5))
    for session in sessions:
        Register.objects.get_or_create(session=session, defaults={"recorded_at": session.ends_at})
    attacker, known = attack(reports_of(hub_year))
    tie(attacker, hub_year)
    attacker.think()
    assert told(attacker, known) == {}
    assert {name for name, (low, high) in attacker.spans.items() if not low <= known[name] <= high} == set()


@pytest.mark.django_db
def test_exchange_less_its_other_sessions_does_not_tell_the_last():
    hub_year = HubYearFactory()
    for number, size in enumerate((21, 18, 3)):
        session = past_session(hub_year, number)
        for n in range(size):
            visitor(session, email=f"t{number}-{n}@school.example")
            visitor(session, ABSENT)
    attacker, known = attack(reports_of(hub_year))
    tie(attacker, hub_year)
    attacker.think()
    assert known[("exchange", "all", "Came")] == 42
    assert attacker.spans[("exchange", "all", "Came")] == (42, 42)  # the total leaves exactly, and the three stay
    assert told(attacker, known) == {}


@pytest.mark.django_db
def test_country_less_the_other_hubs_does_not_tell_the_last():
    years = [HubYearFactory(), HubYearFactory()]
    for year, size in zip(years, (30, 3), strict=True):
        session = past_session(year)
        for n in range(size):
            visitor(session, email=f"t{year.pk}-{n}@school.example")
            visitor(session, ABSENT)
    country = Report(Selection(Of.COUNTRY, years[0].exchange, TODAY), leaves=True, now=NOW)
    _columns, lines = rows_of(country, "places")
    said = {name: line[3] for name, line in lines.items()}
    assert said == {years[0].name: "30", years[1].name: "fewer than 10", "All together": "30"}


@pytest.mark.django_db
def test_report_a_week_later_does_not_tell_who_came_in_between():
    hub_year = HubYearFactory()
    one, two = past_session(hub_year, 0), past_session(hub_year, 1, recorded=False)
    for n in range(30):
        visitor(one, email=f"t{n}@school.example")
        visitor(one, ABSENT)
    for n in range(3):
        visitor(two, email=f"u{n}@school.example")
    before = Report(Selection(Of.EXCHANGE, hub_year, TODAY), leaves=True, now=NOW)
    was = rows_of(before, "together")[1]
    Register.objects.create(session=two, recorded_at=two.ends_at)
    after = Report(Selection(Of.EXCHANGE, hub_year, TODAY + WEEK), leaves=True, now=NOW + WEEK)
    [first] = [line[0] for head, line in was.items() if head.startswith("Came, where")]
    [second] = [line[0] for head, line in rows_of(after, "together")[1].items() if head.startswith("Came, where")]
    assert first == "30"  # rounded: a register was open
    assert (first, second) != ("30", "33") or not before.copy.exact
    assert before.copy.exact == frozenset()


def test_rounding_never_says_less_than_it_hides():
    assert {n - rounded(n) for n in range(5, 500)} == {-2, -1, 0, 1, 2}
    assert Visitor.Attendance.ATTENDED == "attended"
