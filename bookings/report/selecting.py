"""Was the audience self-selecting? The schools that came beside all of the area, and what visitors thought before.

What is known is said, and never yes or no: those who never booked were not asked.
"""

from collections.abc import Callable, Iterator
from statistics import median_low
from typing import Any

from django.utils.translation import gettext as _

from bookings.models.feedback import Form, ThoughtBefore
from bookings.report.area import FARTHEST_MILES, Area, Country, Seen
from bookings.report.asked import answers
from bookings.report.cells import Cell, People, Seats, Sentence, Share, Whole, sentence
from bookings.report.chain import adds_up_to, answered_enough, chain
from bookings.report.charts import Bar, Bars
from bookings.report.facts import Facts
from bookings.report.section import Beside, Block, Said, Title
from bookings.report.table import SUM, Row, Table
from bookings.report.voices import ENOUGH_ANSWERS, LEFT
from hubs.models import School

ENOUGH = 10  # schools, on either side
PRIMARY = (School.Phase.PRIMARY, School.Phase.MIDDLE_PRIMARY)
SECONDARY = (School.Phase.SECONDARY, School.Phase.MIDDLE_SECONDARY)
ALREADY = (ThoughtBefore.TEACHES, ThoughtBefore.INTERESTED)


def selecting(facts: Facts) -> list[Block]:
    """A table of schools, a picture of what was thought, and a sentence of what is known."""
    if not facts.recorded:
        return []
    beside: list[Block] = [_schools(facts.area)]
    if _speaks(facts):
        beside.append(_thoughts(facts))
    return [
        Title(_("Was the audience self-selecting?")),
        Beside(beside),
        Said(_known(facts)),
    ]


def _speaks(facts: Facts) -> bool:
    return answered_enough(facts, Form.DAY) and facts.voices.day.to("thought_before") >= ENOUGH_ANSWERS


# --- schools ----------------------------------------------------------------------------------------------------------


def _schools(area: Area | Country) -> Table:
    if isinstance(area, Country):
        every, reached = area.by_phase
        kinds = [(_("Primary"), PRIMARY), (_("Secondary"), SECONDARY)]
        lines = [
            _line(label, sum(every.get(n, 0) for n in phases), sum(reached.get(n, 0) for n in phases))
            for label, phases in kinds
        ]
        rest = {n for n in every if n not in PRIMARY + SECONDARY}
        lines.append(_line(_("Other schools"), sum(every[n] for n in rest), sum(reached.get(n, 0) for n in rest)))
        lines.append(_line(_("All"), sum(every.values()), sum(reached.values()), SUM))
        return _table(lines, _("Schools that came beside all schools of England"), note="")
    counted = ((label, *_of(area, has)) for label, has in _kinds(area))
    lines = [_line(label, every, reached) for label, every, reached in counted if every]
    lines.append(_line(_("All of the area"), *_of(area, lambda _one: True), kind=SUM))
    known = any(one.pupils is not None or one.free_meals is not None for one in area.schools)
    note = "" if known else _("Size and free school meals: the imported register has no such columns.")
    return _table(lines, _("Schools that came beside all schools of the area"), note=note)


def _table(lines: list[Row], caption: str, *, note: str) -> Table:
    columns = [_("Schools"), _("All"), _("Came"), _("Share")]
    return Table("beside-all-schools", caption, columns, lines, note=note, open=True)


def _line(label: str, every: int, reached: int, kind: str = "") -> Row:
    return Row(label, [Seats(every), People(reached), Share(People(reached), Seats(every))], kind)


def _of(area: Area, has: Callable[[Seen], Any]) -> tuple[int, int]:
    there = [one.urn for one in area.schools if has(one)]
    return len(there), len(area.reached_urns.intersection(there))


def _kinds(area: Area) -> Iterator[tuple[str, Callable[[Seen], Any]]]:
    """By phase, by type, by distance, and by size and free school meals where these are known."""
    yield _("Primary"), lambda one: one.phase in PRIMARY
    yield _("Secondary"), lambda one: one.phase in SECONDARY
    yield _("Of another phase, or none"), lambda one: one.phase not in PRIMARY + SECONDARY
    yield _("Academies and free schools"), lambda one: one.is_academy
    yield _("Of every other type"), lambda one: not one.is_academy
    yield _("Up to 10 miles from a host"), lambda one: one.miles is not None and one.miles <= 10
    yield _("More than 10 miles"), lambda one: one.miles is not None and 10 < one.miles <= FARTHEST_MILES
    yield from _halves(area, "pupils", _("Up to %(n)s pupils"), _("More than %(n)s pupils"), _("Size not known"))
    yield from _halves(
        area,
        "free_meals",
        _("Free school meals: up to %(n)s%%"),
        _("Free school meals: more than %(n)s%%"),
        _("Free school meals not known"),
    )


def _halves(area: Area, name: str, lower: str, upper: str, unknown: str) -> Iterator[tuple[str, Callable[[Seen], Any]]]:
    """The lower and the upper half of the area's schools, parted at the middle one."""
    known = [getattr(one, name) for one in area.schools if getattr(one, name) is not None]
    if not known:
        return
    middle = median_low(known)
    said = {"n": f"{float(middle):g}"}
    yield lower % said, lambda one: getattr(one, name) is not None and getattr(one, name) <= middle
    yield upper % said, lambda one: getattr(one, name) is not None and getattr(one, name) > middle
    yield unknown, lambda one: getattr(one, name) is None


# --- what they thought ------------------------------------------------------------------------------------------------


def _thoughts(facts: Facts) -> Bars:
    tally = facts.voices.day
    said = [one for one in ThoughtBefore if one not in LEFT]
    counts = {one: tally.count("thought_before", one) for one in said}
    heading = sentence(
        _("%(already)s of the %(said)s who said were interested or taught this way already; %(doubts)s had doubts"),
        already=People(sum(counts[one] for one in ALREADY)),
        said=People(tally.to("thought_before")),
        doubts=People(counts[ThoughtBefore.DOUBTS]),
    )
    counted = sentence(
        _("“What did you think of teaching for mastery before you came?” %(chain)s"),
        chain=chain(facts, Form.DAY, said=tally.to("thought_before")),
    )
    lines = [Row(one.label, [People(counts[one])]) for one in said]
    lines += [
        Row(_("Left it, or would rather not say"), [People(tally.count("thought_before", *LEFT))]),
        Row(_("Answered"), [Whole(tally.n) if tally.paper else answers(facts, Form.DAY)], SUM),
    ]
    adds_up = adds_up_to(Form.DAY, tally)
    table = Table("thought-before", _("Thought before they came"), [_("Answer"), _("Answers")], lines, adds_up=adds_up)
    bars = [Bar(one.label, People(counts[one]), strong=one in ALREADY) for one in said]
    return Bars(heading=heading, counted=counted, table=table, bars=bars)


def _known(facts: Facts) -> Sentence:
    """Never yes or no."""
    words: list[str] = []
    parts: dict[str, Cell] = {}
    if isinstance(facts.area, Area):
        (near, near_came), (far, far_came) = facts.area.between(-1, 10), facts.area.between(10, FARTHEST_MILES)
        if min(near, far) >= ENOUGH:
            words.append(_("Of the schools up to 10 miles from a host %(near)s came, of those further away %(far)s."))
            parts |= {"near": People(near_came), "far": People(far_came)}
    if _speaks(facts):
        count = facts.voices.day.count
        words.append(_("%(already)s of the %(said)s who said were interested or taught this way already."))
        parts["already"] = People(sum(count("thought_before", one) for one in ALREADY))
        parts["said"] = People(facts.voices.day.to("thought_before"))
    words.append(_("Those who never booked were not asked."))
    return sentence(" ".join(words), **parts)
