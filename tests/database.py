"""The address of the tests' database, for whoever works with it from another process."""

from django.db import connection


def address(name: str = "", *, user: str = "", port: object = "") -> str:
    """As DATABASE_URL has it. On PostgreSQL that of another database of the server, as another role, or through a
    pooler at a port of its own, where one is said."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = user or f"{known['USER']}:{known['PASSWORD']}"
    return f"postgres://{who}@{known['HOST']}:{port or known['PORT']}/{name or known['NAME']}"
