"""The report's pages among the staff's: pages.py is read first. What they show is made in bookings/report/."""

from bookings.admin.report import kept

__all__ = ["kept"]
