"""Staff pages of bookings and visitors; imports base and what lies below; booking.py is read first."""

from bookings.admin.booking import booking, visitor

__all__ = ["booking", "visitor"]
