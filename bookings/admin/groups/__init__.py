"""Staff pages of work groups; imports base, costs and what lies below; group.py is read first, then overview.py."""

from bookings.admin.groups import group, invitation

__all__ = ["group", "invitation"]
