"""The sections of a report, in their order."""

from collections.abc import Callable

from bookings.report.facts import Facts
from bookings.report.places import places
from bookings.report.section import Section

SECTIONS: list[Callable[[Facts], Section | None]] = [places]  # None: it does not apply to what the report is of
