"""What others are told once a change of places is committed, and never before: the one place for it."""

from django.db import transaction

from hubs.vocabulary import changes


def after_commit(session_id: int, *, on_lists: bool) -> None:
    """Have it told once this transaction is committed. What fails then is logged, and undoes nothing.

    `on_lists`: a list counts or orders sessions otherwise than before, and does not only say other places taken.
    """
    transaction.on_commit(lambda: _tell(session_id, on_lists=on_lists), robust=True)


def _tell(session_id: int, *, on_lists: bool) -> None:
    """The processes of this host: pages of that session that they keep are old."""
    changes.changed([session_id], on_lists=on_lists)
