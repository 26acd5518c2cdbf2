"""How long a statement waits for the database, and what it is called when nobody knows how it ended."""

from django.db import OperationalError


class CommitNotKnown(OperationalError):
    """The connection failed once COMMIT had been sent: it may have been carried out, or not."""
