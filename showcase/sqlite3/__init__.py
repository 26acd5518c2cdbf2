"""The database engine on SQLite: Django's own, with one thing more that is said to it. Settings put it in."""
