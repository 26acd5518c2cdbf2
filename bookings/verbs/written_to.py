"""Whom a private link can have us write to: a party and its changes of mind in a day, and no mailing.

A contact has proved one mailbox, and could name all the world in one booking after the other, or hand one place to and
fro. What is counted is what such a booking's people were mailed, whoever of it pressed.
"""

from bookings.mail_kinds import Kind
from bookings.models import Booking, By, Mail
from bookings.rule.refusals import SentJustNow
from bookings.rule.room import Room
from bookings.rule.too_often import A_DAY
from hubs.models import StaffUser

MOST = 30  # three times as many as a party has people
TO_PEOPLE = (Kind.NAMED, Kind.HANDED_TO_YOU, Kind.HANDED_BACK, Kind.TAKEN_BACK, Kind.NEEDS_ADDED)


def refuse_mailing(room: Room, booking: Booking, *, more: int, by: StaffUser | By) -> None:
    """Raises SentJustNow where so many more would be too many for a day. Staff know whom they write to."""
    if not more or isinstance(by, StaffUser):
        return
    sent = Mail.objects.filter(booking=booking, kind__in=TO_PEOPLE, created_at__gt=room.now - A_DAY).order_by()
    times = sorted(sent.values_list("created_at", flat=True))
    if times and len(times) + more > MOST:
        raise SentJustNow(times[0] + A_DAY)
