"""A figure of what they said with its chain: from who came to who was asked, answered and said so.

Where too few answered there is no percentage, no headline and no comparison: `answered_enough`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from bookings.models.feedback import Form
from bookings.report.asked import answers, asked
from bookings.report.cells import Cell, People, Sentence, Text, Whole, sentence
from bookings.report.charts import Chart
from bookings.report.facts import Facts
from bookings.report.leaving import Copy
from bookings.report.places import came, visitors
from bookings.report.voices import Tally, enough

MOST_COUNTERS = 400  # above which they are no picture any longer
OF_A_FRAME, ACROSS = 10, 5


def answered_enough(facts: Facts, form: Form) -> bool:
    """Whether those who answered may be spoken of; a form on paper was asked and answered."""
    tally = facts.voices.of(form)
    return enough(facts.answered(form) + tally.paper, facts.asked(form) + tally.paper)


def chain(facts: Facts, form: Form, *, said: int | None = None) -> Sentence:
    """217 came, 190 were asked, 88 answered, 83 said."""
    tally = facts.voices.of(form)
    parts: dict[str, Cell] = {"came": base(facts, form), "asked": asked(facts, form), "answered": answers(facts, form)}
    words = [_("%(came)s came") if facts.recorded else _("Who came is not known"), _("%(asked)s were asked")]
    if form == Form.DAY and _some_unsure(facts):
        words.append(_("%(unsure)s of them only “if you came”, for no register was recorded"))
        parts["unsure"] = People(facts.asked_if_they_came(form))
    words.append(_("%(answered)s answered"))
    if tally.paper:
        words.append(_("%(paper)s on paper"))
        parts["paper"] = People(tally.paper)
    if said is not None:
        words.append(_("%(said)s said"))
        parts["said"] = People(said)
    return sentence(", ".join(words) + ".", **parts)


def _some_unsure(facts: Facts) -> bool:
    """Whether more may have been asked than came: a session has no register."""
    return 0 < len(facts.recorded) < len(facts.held)


def base(facts: Facts, form: Form) -> Whole:
    """Who came: on the day visits are asked of, later people."""
    return came(facts) if form == Form.DAY else visitors(facts)


def adds_up_to(form: Form, tally: Tally) -> dict[int, str]:
    """Of a table whose lines are all that was answered: its total. With paper it is another, which has no name and is
    rounded."""
    return {} if tally.paper else {0: f"answered {form.value}"}


class Step(NamedTuple):
    """A link of a chain: 190 were asked."""

    cell: Cell
    words: Text


class Counters(NamedTuple):
    """Counters of one shape."""

    mark: str
    cell: People
    words: Text


@dataclass(frozen=True)
class Chain(Chart):
    """From who came to who said so, and a counter for each who came: also for those of whom we do not know."""

    steps: Sequence[Step] = ()
    counters: Sequence[Counters] = ()
    template = "report/chart_chain.html"

    def inside(self) -> Iterator[Cell]:
        yield from super().inside()
        yield from (step.cell for step in self.steps)
        yield from (one.cell for one in self.counters)

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        """All counters together are everybody who came."""
        yield from super().parts()
        if self.counters:
            yield "people", [one.cell.n for one in self.counters]

    def shown(self, copy: Copy) -> dict[str, Any]:
        steps = [{"n": copy.says(step.cell), "words": step.words} for step in self.steps]
        key = [{"mark": one.mark, "n": copy.says(one.cell), "words": one.words} for one in self.counters]
        marks = [one.mark for one in self.counters for _n in range(int(copy.shown(one.cell).value or 0))]
        drawn = list(_frames(marks)) if len(marks) <= MOST_COUNTERS else []
        return super().shown(copy) | {"steps": steps, "key": key, "frames": drawn}


def _frames(marks: list[str]) -> Iterator[dict[str, Any]]:
    """Ten frames: each its grid, and what stands where."""
    for start in range(0, len(marks), OF_A_FRAME):
        some = marks[start : start + OF_A_FRAME]
        at = [(1 + 16 * (n % ACROSS), 1 + 16 * (n // ACROSS)) for n in range(len(some))]
        grid = "".join(f"M{x} {y}h16v16h-16z" for x, y in at)
        yield {"grid": grid, "spots": [{"mark": m, "x": x, "y": y} for m, (x, y) in zip(some, at, strict=True)]}
