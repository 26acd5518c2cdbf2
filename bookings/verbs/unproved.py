"""What an address has asked for and nobody has confirmed: by the link of "ten bookings wait for you", each is confirmed
or dropped (rule.md#unproved)."""

from collections.abc import Iterable

from bookings.models import Booking, By
from bookings.places import confirm, locked_booking, write
from bookings.rule.refusals import Refused
from bookings.rule.room import Clock
from bookings.states import Status, Verb
from bookings.verbs import waiting_list


def confirm_all(bookings: Iterable[Booking], *, clock: Clock) -> list[tuple[Booking, Refused]]:
    """Confirm each of these, or that it waits, as its own button does; returns those that could not be, and why."""
    refused = []
    for booking in bookings:
        try:
            if booking.status == Status.WAITING:
                waiting_list.wait(booking.pk, clock=clock)
            else:
                confirm(booking.pk, clock=clock)
        except Refused as error:
            refused.append((booking, error))
    return refused


def drop_all(bookings: Iterable[Booking], *, clock: Clock) -> None:
    """Drop each of these with the rest of its party, unless it has been confirmed meanwhile. Nobody is written to: who
    presses has the page before them."""
    for one in bookings:
        with locked_booking(one.pk, clock) as (room, booking):
            party = Booking.objects.of_party(booking).select_related("school").filter(address_proved_at=None)
            open_ones = [each for each in party if each.can_be_dropped]
            if open_ones:
                write(room, Verb.DROP, open_ones, by=By.VISITOR)
