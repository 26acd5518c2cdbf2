"""What staff pages stand on; imports no other folder of the admin; pages.py is read first."""

from bookings.admin.base import wishes

__all__ = ["wishes"]
