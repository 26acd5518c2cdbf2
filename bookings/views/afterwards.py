"""What the page behind a private link shows once the session is over, part by part. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bookings.attendance import standing
from bookings.attendance.register import ABSENT, is_over
from bookings.models import Register, Visitor
from bookings.public.session import Showing


@dataclass(frozen=True)
class Afterwards:
    """For templates/bookings/private/afterwards.html: whoever adds a part adds what it needs here."""

    register: Register | None
    visitors: Sequence[Visitor]

    @property
    def is_recorded(self) -> bool:
        """Until it is, nothing is said of who came: neither while it is open, nor where nobody ever recorded it."""
        return self.register is not None

    @property
    def some_absent(self) -> bool:
        return any(one.attendance == ABSENT for one in self.visitors)


def afterwards_of(showing: Showing, visitors: Sequence[Visitor], *, expected: bool) -> dict[str, Any]:
    """Of a session that took place, for who had a place: the one visitor, or the contact's whole party. Nothing before,
    so that no page asks for more until then."""
    if not expected or not is_over(showing.session, now=showing.now):
        return {"afterwards": None}
    return {"afterwards": Afterwards(standing.recorded_row(showing.session), visitors)}
