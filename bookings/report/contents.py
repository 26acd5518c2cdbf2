"""The sections of a report, in their order."""

from collections.abc import Callable

from bookings.report.facts import Facts
from bookings.report.groups import groups
from bookings.report.places import places
from bookings.report.reach import reach
from bookings.report.said import said
from bookings.report.section import Section

# None: it does not apply to what the report is of.
SECTIONS: list[Callable[[Facts], Section | None]] = [places, reach, said, groups]
