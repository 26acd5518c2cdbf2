"""What may leave the hub of what they wrote: the sentences that staff released, word for word."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bookings.models import Quote
from bookings.report.cells import Cell, Sentence, sentence
from bookings.report.facts import Facts
from bookings.report.leaving import Copy
from bookings.report.section import Block
from bookings.report.table import Table

MOST_QUOTES = 6


@dataclass(frozen=True)
class Quotes:
    """Sentences that staff released, word for word."""

    texts: list[str]
    released: Sentence
    template = "report/quotes.html"

    def inside(self) -> Iterator[Cell]:
        yield self.released

    def tables(self) -> Iterator[Table]:
        return iter(())

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        return iter(())

    def shown(self, copy: Copy) -> dict[str, Any]:
        return {"texts": self.texts, "released": copy.says(self.released)}


def released(facts: Facts) -> list[Block]:
    """Only what staff released; a report of a session, a visit or a group has those of its sessions."""
    selection = facts.selection
    of = selection.hub_years("hub_year") if selection.is_whole else selection.sessions("session")
    found = Quote.objects.filter(of).exclude(text="").order_by("-released_at", "-pk")
    texts = list(found.values_list("text", flat=True)[:MOST_QUOTES])
    if not texts:
        return []
    words = _("Each was released by the hub word for word, with its writer’s permission and without names.")
    return [Quotes(texts, sentence(words))]
