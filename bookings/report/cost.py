"""What it cost, in pounds and in teacher-days side by side, and never in one sum. It does not say what is better.

Pounds are those that the hub entered: a kind that was not entered is named, and the total reads "at least". Days are
those entered, and half a day for each visit in the register.
"""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bookings.models.feedback import Form
from bookings.report.cells import Cell, Days, Each, Money, People, Sentence, Spent, Unknown, Words, sentence
from bookings.report.chain import answered_enough
from bookings.report.charts import Bar, Bars
from bookings.report.facts import Facts
from bookings.report.places import came, settings, visitors
from bookings.report.section import Beside, Block, Figure, Said, Section
from bookings.report.table import APART, SUM, Row, Table
from hubs.models import Cost

Kind = Cost.Kind
IN_POUNDS = (Kind.TRAVEL, Kind.COVER, Kind.VENUE, Kind.OTHER)
LABELS = {
    Kind.TRAVEL: _lazy("Travel"),
    Kind.COVER: _lazy("Cover"),
    Kind.VENUE: _lazy("Venue and food"),
    Kind.OTHER: _lazy("Other"),
    Kind.SPECIALISTS: _lazy("Specialists away"),
    Kind.HOSTS: _lazy("Host staff"),
}
LESSONS_A_DAY = 5


class Spending:
    """What the sums of a report come to."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.pence: dict[str, int] = {}
        self.days: dict[str, Decimal] = {}
        for kind, _who, pence, days in facts.costs:
            if pence is not None:
                self.pence[kind] = self.pence.get(kind, 0) + pence
            if days is not None:
                self.days[kind] = self.days.get(kind, Decimal(0)) + days

    @property
    def missing(self) -> list[str]:
        """Kinds of which nothing was entered, in words."""
        return [str(LABELS[kind]) for kind in IN_POUNDS if kind not in self.pence]

    @property
    def pounds(self) -> Money | None:
        if not self.pence:
            return None
        return Money(sum(self.pence.values()), at_least=bool(self.missing))

    @property
    def visits(self) -> Days | None:
        """Visitors' own half-days."""
        return Days(visits=came(self.facts)) if self.facts.recorded else None

    @property
    def teacher_days(self) -> Days | None:
        if not self.days and self.visits is None:
            return None
        return Days(sum(self.days.values(), Decimal(0)), came(self.facts) if self.facts.recorded else None)

    def of(self, kind: str) -> Cell:
        """One line as it was entered, or that it was not."""
        if kind in self.pence:
            return Money(self.pence[kind])
        return Days(self.days[kind]) if kind in self.days else Unknown(_("not entered"))


def cost(facts: Facts) -> Section | None:
    """Pounds and days; None where nothing was entered and nobody came."""
    spent = Spending(facts)
    if spent.pounds is None and spent.teacher_days is None:
        return None
    blocks: list[Block] = [
        Beside([_pounds(spent), _days(spent)]),
        Beside([_for_each(facts, spent), *_otherwise(facts, spent)]),
    ]
    blocks += [Said(one, quiet=True) for one in _notes(spent)]
    blocks.append(Said(sentence(_("This page does not say which is better."))))
    return Section("cost", _("Cost, in pounds and in teacher-days"), blocks, list(_figures(facts, spent)))


def _figures(facts: Facts, spent: Spending) -> list[Figure]:
    made = []
    if spent.pounds:
        says = _("%(each)s a teacher who came.")
        if spent.missing:
            says = _("%(each)s a teacher who came. Not entered: %(missing)s.")
        figure = sentence(says, each=Each(spent.pounds, visitors(facts)), missing=Words(", ".join(spent.missing)))
        made.append(Figure(_("Pounds"), spent.pounds, figure))
    if spent.teacher_days:
        own = sentence(
            _("%(each)s a teacher who came. %(own)s of them are the visitors’ own half-days."),
            each=Each(spent.teacher_days, visitors(facts)),
            own=spent.visits or Unknown(_("not known")),
        )
        made.append(Figure(_("Teacher-days"), spent.teacher_days, own))
    return made


def _pounds(spent: Spending) -> Bars:
    heading = (
        sentence(_("Pounds: %(sum)s"), sum=spent.pounds) if spent.pounds else sentence(_("Pounds: nothing was entered"))
    )
    lines = [Row(LABELS[kind], [spent.of(kind)]) for kind in IN_POUNDS]
    lines.append(Row(_("In all"), [spent.pounds or Unknown(_("not entered"))], SUM))
    lines += [Row(_("of it paid by %(who)s") % {"who": who}, [money], APART) for who, money in _who_pays(spent)]
    bars = [Bar(LABELS[kind], spent.of(kind), strong=kind in spent.pence) for kind in IN_POUNDS]
    table = Table("pounds", _("Pounds as the hub entered them"), ["", _("Pounds")], lines)
    return Bars(heading, sentence(_("As the hub entered them.")), table, bars=bars)


def _who_pays(spent: Spending) -> list[tuple[str, Cell]]:
    paid: dict[str, int] = {}
    for _kind, who, pence, _days in spent.facts.costs:
        if pence is not None and who:
            paid[who] = paid.get(who, 0) + pence
    return [(who, Money(pence)) for who, pence in sorted(paid.items())]


def _days(spent: Spending) -> Bars:
    own: Cell = spent.visits or Unknown(_("not known"))
    total: Cell = spent.teacher_days or Unknown(_("not known"))
    lines = [
        Row(_("Visitors’ own half-days"), [own]),
        *(Row(LABELS[kind], [spent.of(kind)]) for kind in (Kind.SPECIALISTS, Kind.HOSTS)),
        Row(_("In all"), [total], SUM),
    ]
    bars = [Bar(_("Visitors’ own half-days"), own, strong=True)]
    bars += [Bar(LABELS[kind], spent.of(kind)) for kind in (Kind.SPECIALISTS, Kind.HOSTS)]
    counted = sentence(_("Days as entered, and half a day for each visit in the register."))
    table = Table("days", _("Teacher-days"), ["", _("Days")], lines)
    return Bars(sentence(_("Teacher-days: %(sum)s"), sum=total), counted, table, bars=bars)


def _for_each(facts: Facts, spent: Spending) -> Table:
    def each(what: Money | Days | None, among: People) -> Cell:
        return Each(what, among) if what else Unknown(_("not known"))

    among: list[tuple[str, People]] = []
    if facts.recorded:
        among = [(_("teacher who came"), visitors(facts)), (_("setting"), settings(facts))]
    changed = _("who said their teaching has changed")
    spoken = answered_enough(facts, Form.LATER)
    if spoken:
        among.append((changed, People(facts.voices.changed)))
    lines = [Row(label, [each(spent.pounds, n), each(spent.teacher_days, n)]) for label, n in among]
    if not spoken:
        few = Unknown(_("too few answered"))
        lines.append(Row(changed, [few, few]))
    return Table("for-each", _("For each"), ["", _("Pounds"), _("Days")], lines, open=True)


def _otherwise(facts: Facts, spent: Spending) -> list[Table]:
    """The author's two alternatives in the same days; then the pounds in days at the hub's own figure."""
    if spent.teacher_days is None:
        return []
    lessons = _("an hour each, in their own school (%(n)s lessons a day)") % {"n": LESSONS_A_DAY}
    lines = [
        Row(_("a day each, watching a good teacher nearby"), [Spent(spent.teacher_days)]),
        Row(lessons, [Spent(spent.teacher_days, LESSONS_A_DAY)]),
    ]
    lines += _in_days(facts, spent)
    caption = _("The same days could also be, for so many teachers")
    return [Table("otherwise", caption, ["", _("Teachers")], lines, open=True)]


def _in_days(facts: Facts, spent: Spending) -> list[Row]:
    """The pounds that did not pay for cover, as days of it: those that did are among the days already."""
    year = facts.selection.hub_year
    a_day = year.cover_day_pence if year else None
    pence = sum(one for kind, one in spent.pence.items() if kind != Kind.COVER)
    if not a_day or not pence:
        return []
    figures = {"sum": f"£{pence // 100:,}", "day": f"£{a_day / 100:,.0f}"}
    label = _("a day each for the %(sum)s that was not cover, at the hub’s own %(day)s for a day’s cover") % figures
    return [Row(label, [Spent(Days(Decimal(pence) / a_day))], APART)]


def _notes(spent: Spending) -> list[Sentence]:
    said = []
    if spent.missing and spent.pence:
        said.append(
            sentence(_("Not entered: %(kinds)s. So the sum is at least that."), kinds=Words(", ".join(spent.missing)))
        )
    if Kind.COVER in spent.pence:
        said.append(sentence(_("Do not add the two: what was paid for cover paid for some of these days.")))
    return said
