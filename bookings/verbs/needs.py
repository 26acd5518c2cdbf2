"""What somebody needs is answered: staff say what was arranged, and the person is told."""

from bookings.models import Visitor
from bookings.places import locked_booking, write
from bookings.rule.refusals import Ended, NeedsChanged
from bookings.rule.room import Clock
from bookings.states import Status, Verb
from hubs.models import StaffUser


def arrange(visitor_id: int, arranged: str, *, read: str, by: StaffUser, clock: Clock) -> Visitor:
    """Say what was arranged for what somebody needs, and tell them; or the contact, where they have no address.

    `read` is what they needed when staff read it (`Visitor.what_they_need`). The same words again are the same press.
    Raises Ended where the place is not confirmed or nobody's any longer, and NeedsChanged.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.coming().filter(pk=visitor_id).first()
        if visitor is None or booking.status != Status.CONFIRMED:
            raise Ended
        if not visitor.has_needs or visitor.what_they_need != read:
            raise NeedsChanged
        if visitor.arranged_at and visitor.arranged == arranged:
            return visitor
        visitor.arranged, visitor.arranged_at, visitor.arranged_by = arranged, room.now, by
        visitor.save(update_fields=["arranged", "arranged_at", "arranged_by"])
        write(room, Verb.ARRANGE, [booking], by=by, visitors=[visitor])
        return visitor
