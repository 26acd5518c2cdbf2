"""Staff pages of certificates; imports base and what lies below; of_session.py is read first."""

from bookings.admin.certificates import listed

__all__ = ["listed"]
