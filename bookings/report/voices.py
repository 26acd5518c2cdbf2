"""Which answers belong to a report, and how many said what (docs/decisions/0044).

An answer on the day belongs to its session. One of six weeks later is of all that somebody saw in a hub's exchange: its
`voice` was also asked on the day, and so belongs to the sessions of which it was. Who came to showcases and to a group
has an answer in both; one whose voice was asked of no session belongs to the showcases. All of this stands on rows that
outlive the tie to the person.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import cached_property

from bookings.models import Asked, DayAnswer, LaterAnswer
from bookings.models.feedback import Changed, Form, Useful
from bookings.report.selection import Selection

CHANGED = (Changed.MOST_WEEKS, Changed.HOW_I_TEACH)  # and nothing else
ENOUGH_ANSWERS, ENOUGH_OF_TEN = 10, 3
LEFT = ("", Useful.RATHER_NOT.value)  # the same word in every question


def enough(answered: int, asked: int) -> bool:
    """Whether those who answered may be spoken of: 10 at least, and 30 % of those who were asked."""
    return answered >= ENOUGH_ANSWERS and 10 * answered >= ENOUGH_OF_TEN * asked


def of_form(selection: Selection, form: str) -> Q:
    """Rows of `Asked` or of that form's answers that belong to a selection."""
    if form == Form.DAY:
        return (selection.hub_years("hub_year") if selection.is_whole else Q()) & selection.sessions("session")
    of_these = Q(voice__in=_voices(selection.sessions("session"), selection))
    if not selection.is_whole:
        return Q(hub_year=selection.hub_year) & of_these
    if selection.takes_the_rest:
        of_these |= ~Q(voice__in=_voices(Q(session__group__isnull=False), selection))
    return selection.hub_years("hub_year") & of_these


def _voices(sessions: Q, selection: Selection) -> QuerySet[Any]:
    """Who was asked on the day of such sessions."""
    inside = selection.hub_years("hub_year") if selection.is_whole else Q(hub_year=selection.hub_year)
    return Asked.objects.filter(inside, sessions, form=Form.DAY).values("voice")


@dataclass
class Tally:
    """How many answers there are, how many of them on paper, and how many said what to each question."""

    n: int = 0
    paper: int = 0
    said: dict[str, Counter[Any]] = field(default_factory=dict)

    def to(self, question: str) -> int:
        """How many answered that question: whoever left it or would rather not say did not."""
        counted = self.said.get(question, Counter())
        return counted.total() - sum(counted[one] for one in LEFT)

    def count(self, question: str, *answers: Any) -> int:
        return sum(self.said.get(question, Counter())[one] for one in answers)


def _tally(rows: QuerySet[Any], *together: Iterable[str]) -> Tally:
    """Counted by the database, some questions at once: as many rows come back as there are ways to answer these."""
    found = Tally()
    for number, questions in enumerate(together):
        names = [*questions, "on_paper"]
        for *said, n in rows.order_by().values_list(*names).annotate(n=Count("pk")):
            for name, value in zip(names, said, strict=True):
                found.said.setdefault(name, Counter())[value] += n
            if number == 0:
                found.n += n
                found.paper += n if said[-1] else 0
    return found


class Voices:
    """What was said of one selection. Six statements."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection

    @cached_property
    def day(self) -> Tally:
        rows = DayAnswer.objects.filter(of_form(self.selection, Form.DAY))
        return _tally(rows, ("lesson", "discussion", "thought_before"), ("role",))

    @cached_property
    def later(self) -> Tally:
        rows = LaterAnswer.objects.filter(of_form(self.selection, Form.LATER))
        return _tally(rows, ("changed", "how_far", "watched"), ("in_the_way", "shared_with"), ("role",))

    def of(self, form: str) -> Tally:
        return self.day if form == Form.DAY else self.later

    @property
    def changed(self) -> int:
        """Who said that their teaching has changed."""
        return self.later.count("changed", *CHANGED)

    @cached_property
    def by_thought(self) -> dict[str, tuple[int, int]]:
        """By what somebody thought before: how many of these said later what has changed, and for how many it has.

        Two answers of one voice in one exchange. Who said different things of two lessons stands in both lines.
        """
        same = LaterAnswer.objects.filter(hub_year=OuterRef("hub_year"), voice=OuterRef("voice"))
        rows = DayAnswer.objects.filter(of_form(self.selection, Form.DAY)).exclude(thought_before__in=LEFT)
        paired = rows.annotate(changed=Subquery(same.values("changed")[:1])).exclude(changed=None)
        counted = paired.exclude(changed__in=LEFT).order_by().values_list("thought_before", "changed")
        found: dict[str, tuple[int, int]] = {}
        for thought, changed, n in counted.annotate(n=Count(F("voice"), distinct=True)):
            both, of_them = found.get(thought, (0, 0))
            found[thought] = both + n, of_them + (n if changed in CHANGED else 0)
        return found
