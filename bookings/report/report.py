"""A report: its sections, and the copy in which they are shown."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from bookings.models.feedback import Form
from bookings.report import contents
from bookings.report.asked import answers, asked
from bookings.report.cells import Seats, Sentence, sentence
from bookings.report.facts import Facts
from bookings.report.leaving import OWN, Copy, leaving
from bookings.report.section import Section, shown
from bookings.report.selection import Selection
from bookings.report.table import Table


class Report:
    """What a selection came to, as at a moment. `leaves`: in the copy that leaves the hub."""

    def __init__(self, selection: Selection, *, leaves: bool, now: dt.datetime) -> None:
        self.selection, self.leaves, self.now = selection, leaves, now
        self.facts = Facts(selection, now=now)

    @cached_property
    def sections(self) -> list[Section]:
        found = (section(self.facts) for section in contents.SECTIONS)
        return [one for one in found if one is not None]

    @cached_property
    def copy(self) -> Copy:
        """How every figure of it is shown: there is no other way to print one."""
        if not self.leaves:
            return OWN
        cells = [cell for section in self.sections for cell in section.inside()]
        parts = [part for section in self.sections for block in section.blocks for part in block.parts()]
        return leaving(cells, settled=self.selection.exact and self.facts.settled, parts=parts)

    @property
    def as_at(self) -> dt.date:
        return timezone.localdate(self.now)

    def tables(self) -> Iterator[Table]:
        for section in self.sections:
            for block in section.blocks:
                yield from block.tables()

    def shown(self) -> list[dict[str, Any]]:
        """The sections as templates print them."""
        return [
            {
                "name": section.name,
                "title": section.title,
                "remarks": self.facts.remarks.get(section.name, []),
                "blocks": shown(section.blocks, self.copy),
            }
            for section in self.sections
        ]

    def heads(self) -> list[str]:
        """What the report rests on, at its top."""
        facts = self.facts
        registers = sentence(
            _("Registers recorded: %(recorded)s of %(held)s"),
            recorded=Seats(len(facts.recorded)),
            held=Seats(len(facts.held)),
        )
        return [self.copy.says(one) for one in (registers, *self._answers())]

    def _answers(self) -> list[Sentence]:
        """How many answers there are, once somebody has been asked."""
        words = {Form.DAY: _("Answers on the day: %(n)s of %(of)s"), Form.LATER: _("Six weeks later: %(n)s of %(of)s")}
        return [
            sentence(words[form], n=answers(self.facts, form), of=asked(self.facts, form))
            for form in Form
            if self.facts.asked(form)
        ]

    def figures(self) -> list[dict[str, Any]]:
        """The large figures at the top."""
        return [
            {"label": one.label, "figure": self.copy.says(one.cell), "says": self.copy.says(one.says)}
            for section in self.sections
            for one in section.figures
        ]
