"""The people of a booking as the answers of a new one: names, roles, addresses and school; what they need, anew."""

from collections.abc import Sequence
from typing import Any

from bookings.forms.change import whole
from bookings.models import Booking, Visitor


def answers_again(booking: Booking, visitors: Sequence[Visitor]) -> dict[str, Any]:
    """What a draft keeps once "your school" and "who is coming" are answered, for those who come to `booking`."""
    own = next((visitor for visitor in visitors if visitor.is_contact), None)
    others = [visitor for visitor in visitors if visitor != own]
    who: dict[str, Any] = {
        "coming": "yes" if own else "no",
        "name": booking.contact_name or "",
        "email": booking.contact_email or "",
        "mobile": booking.contact_mobile,
    }
    if own:
        who |= {"role_own": _role(own), "years_own": whole(own.years)}
    for n, visitor in enumerate(others, start=1):
        who |= {
            f"name_{n}": visitor.full_name or "",
            f"later_{n}": "" if visitor.full_name else "on",
            f"email_{n}": visitor.email or "",
            f"role_{n}": _role(visitor),
        }
    school = {"kind": booking.school_kind, "name": booking.school_name, "place": booking.school_place}
    return {
        "typed": booking.school_in_words,
        "school": school,
        "others": len(others),
        "coming": own is not None,
        "who": who,
        "again": True,
    }


def _role(visitor: Visitor) -> str:
    return str(int(visitor.role)) if visitor.role else ""
