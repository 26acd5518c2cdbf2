"""The staff pages of who, where and when. One file an idea. `SessionAdmin` stands in bookings/admin."""

from hubs.admin import exchange, hub, school, staff

__all__ = ["exchange", "hub", "school", "staff"]
