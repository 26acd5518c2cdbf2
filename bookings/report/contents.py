"""The sections of a report, in their order."""

from collections.abc import Callable

from bookings.report.cost import cost
from bookings.report.exchanges import exchanges
from bookings.report.facts import Facts
from bookings.report.filled import filled
from bookings.report.places import places
from bookings.report.section import Section
from bookings.report.who import who

SECTIONS: list[Callable[[Facts], Section | None]] = [places, who, filled, cost, exchanges]  # None: none for this report
