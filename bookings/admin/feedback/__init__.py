"""What visitors said afterwards, as staff see it: sentences without names, quotes, who would join a group, news.

Nothing here shows a voice, a time or the row of an answer, and no list is ordered by when somebody answered: read
docs/decisions/0039 before adding one.
"""

from bookings.admin.feedback import lists, paper, said

__all__ = ["lists", "paper", "said"]
