"""The staff pages of sessions, bookings and visitors. A folder an idea; each imports base and what lies below.

Forms write what staff describe. What verbs write is shown, and changed by actions and pages that call them.
"""

from bookings.admin import base, booking, certificates, costs, day, feedback, groups, report, session, staff, trail

__all__ = [
    "base",
    "booking",
    "certificates",
    "costs",
    "day",
    "feedback",
    "groups",
    "report",
    "session",
    "staff",
    "trail",
]
