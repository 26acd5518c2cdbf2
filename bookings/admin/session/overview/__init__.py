"""A session's own page: everything about one session in one place; overview.py is read first, then facts.py."""
