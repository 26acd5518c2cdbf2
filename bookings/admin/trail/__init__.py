"""What has happened, to look up; imports base and what lies below; trail.py is read first."""

from bookings.admin.trail import opened, trail

__all__ = ["opened", "trail"]
