"""What staff enter for the report: pounds, days of teachers away, and a sentence of the hub's under each heading.

Begin with pages.py, the one page of a hub's year, a visit, a session or a group; lines.py are its forms.
"""

from bookings.admin.costs import entered, pages

__all__ = ["entered", "pages"]
