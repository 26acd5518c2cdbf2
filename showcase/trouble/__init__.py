"""What people see while the database is busy or away: nothing was tried, nothing was done, or nobody knows.

Read outcome.py first, then page.py. Why it is so: docs/decisions/0047-three-pages.md.
"""
