"""The staff pages of who, where and when. One file an idea.

What needs places or the outbox stands in bookings/admin: sessions, staff, the itinerary of a visiting teacher.
"""

from hubs.admin import exchange, hub, school

__all__ = ["exchange", "hub", "school"]
