"""Staff pages of a session's day; imports base and what lies below; register.py is read first."""

from bookings.admin.day import itinerary

__all__ = ["itinerary"]
