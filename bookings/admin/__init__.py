"""The staff pages of sessions, bookings and visitors. One file an idea.

Forms write what staff describe. What verbs write is shown, and changed by actions and pages that call them.
"""

from bookings.admin import staff
from bookings.admin.base import wishes as asked
from bookings.admin.booking import booking, visitor
from bookings.admin.day import itinerary
from bookings.admin.session import session, wide
from bookings.admin.trail import trail

__all__ = ["asked", "booking", "itinerary", "session", "staff", "trail", "visitor", "wide"]
