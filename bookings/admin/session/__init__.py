"""Staff pages of sessions; imports base and what lies below; session.py is read first."""

from bookings.admin.session import session, wide

__all__ = ["session", "wide"]
