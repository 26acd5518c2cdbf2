"""The database engine on PostgreSQL: Django's own, with a deadline for everything that waits. Read connection.py first.

Settings put it in wherever DATABASE_URL names PostgreSQL. Why: docs/decisions/0046-nothing-waits-for-ever.md.
"""
