"""How it filled: places over the days before, when sessions were full, how long people waited and what became of it."""

from django.utils.translation import gettext as _

from bookings.report.cells import Counted, Middle, People, Seats, Sentence, Share, Words, sentence
from bookings.report.charts import Columns, Point
from bookings.report.facts import Facts
from bookings.report.filling import BEFORE, Filling
from bookings.report.places import sessions
from bookings.report.section import Beside, Block, Said, Section
from bookings.report.table import SUM, Row, Table
from bookings.states import Status
from hubs.vocabulary.teaching import listed

WEEK = 7


def filled(facts: Facts) -> Section | None:
    """None where no session has been held yet."""
    if not facts.held:
        return None
    filling = Filling(facts)
    blocks: list[Block] = []
    if any(filling.taken.values()):
        blocks.append(_over_the_days(facts, filling))
    blocks += [Said(one) for one in _sentences(facts, filling)]
    if filling.waited:
        blocks.append(Beside([_waiting(filling), _outcomes(filling)]))
    return Section("filled", _("How it filled"), blocks) if blocks else None


def _over_the_days(facts: Facts, filling: Filling) -> Columns:
    offered = sum(one.capacity for one in facts.held)
    taken = filling.taken
    half = next((days for days in taken if 2 * taken[days] >= taken[0] > 0), 0)
    heading = sentence(
        _("Half of the places that were taken had gone %(half)s before; a week before it was %(week)s"),
        half=Counted(Seats(half), _("day"), _("days")),
        week=Seats(taken[WEEK]),
    )
    counted = sentence(_("Places taken at %(sessions)s together, by days before each."), sessions=sessions(facts))
    heard = sentence(
        _("Places taken: %(first)s of %(offered)s eight weeks before, %(week)s a week before, %(last)s on the day."),
        first=Seats(taken[BEFORE[0]]),
        offered=Seats(offered),
        week=Seats(taken[WEEK]),
        last=Seats(taken[0]),
    )
    lines = [Row(str(days), [Seats(taken[days]), Share(Seats(taken[days]), Seats(offered))]) for days in BEFORE]
    columns = [_("Days before"), _("Places taken"), _("Of those offered")]
    table = Table("filled", _("Places taken by days before the session"), columns, lines)
    labels = {BEFORE[0]: _("8 weeks"), 4 * WEEK: _("4 weeks before"), 0: _("the day")}
    says = {4 * WEEK: _("four weeks before"), WEEK: _("a week before"), 0: _("taken")}
    points = [Point(Seats(n), labels.get(days, ""), says.get(days, "")) for days, n in taken.items()]
    return Columns(heading, counted, table, points=points, top=Seats(offered), tops=_("places offered"), says=heard)


def _sentences(facts: Facts, filling: Filling) -> list[Sentence]:
    if facts.names:
        days = [str(one) for one in filling.full]
        if not days:
            return [sentence(_("Full at some time: none of %(held)s."), held=sessions(facts))]
        return [
            sentence(
                _("Full at some time: %(full)s of %(held)s; first so many days before: %(days)s."),
                full=Seats(len(days)),
                held=sessions(facts),
                days=Words(listed(days)),
            )
        ]
    full = sum(1 for one in facts.held if one.capacity and one.taken >= one.capacity)
    return [sentence(_("Full at the start: %(full)s of %(held)s."), full=Seats(full), held=sessions(facts))]


def _waiting(filling: Filling) -> Table:
    """How long those waited who got a place."""
    bands = {_("the same day"): (0, 0), _("1 or 2 days"): (1, 2), _("3 to 7 days"): (3, 7), _("longer"): (8, 10_000)}
    counts = tuple(
        (label, People(sum(one.places for one in filling.waited if one.days is not None and low <= one.days <= high)))
        for label, (low, high) in bands.items()
    )
    lines = [Row(label, [people]) for label, people in counts]
    lines.append(Row(_("The middle one of them"), [Middle(counts)], SUM))
    return Table("waited", _("How long they waited who got a place"), ["", _("Places")], lines, open=True)


def _outcomes(filling: Filling) -> Table:
    """What became of the places that were waited for."""

    def places(*statuses: str, got: bool) -> People:
        among = [one for one in filling.waited if (one.days is not None) == got]
        return People(sum(one.places for one in among if not statuses or one.status in statuses))

    lines = [
        Row(_("Got a place"), [places(got=True)]),
        Row(_("Left the list, or declined"), [places(Status.CANCELLED, got=False)]),
        Row(_("Did not answer, or waited to the end"), [places(Status.LAPSED, Status.WAITING, got=False)]),
    ]
    return Table("waiting", _("What became of places that were waited for"), ["", _("Places")], lines, open=True)
