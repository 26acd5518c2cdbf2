"""The staff pages of sessions, bookings and visitors. One file an idea.

Forms write what staff describe. What verbs write is shown, and changed by actions and pages that call them.
"""

from bookings.admin import asked, booking, itinerary, session, staff, trail, visitor, wide

__all__ = ["asked", "booking", "itinerary", "session", "staff", "trail", "visitor", "wide"]
