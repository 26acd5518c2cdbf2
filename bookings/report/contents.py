"""The sections of a report, in their order."""

from collections.abc import Callable

from bookings.report.cost import cost
from bookings.report.exchanges import exchanges
from bookings.report.facts import Facts
from bookings.report.filled import filled
from bookings.report.groups import groups
from bookings.report.median import beside_hubs
from bookings.report.places import places
from bookings.report.reach import reach
from bookings.report.said import said
from bookings.report.section import Section
from bookings.report.who import who

# None: it does not apply to what the report is of.
SECTIONS: list[Callable[[Facts], Section | None]] = [
    *(places, who, filled, reach, said, cost, groups, exchanges, beside_hubs),
]
