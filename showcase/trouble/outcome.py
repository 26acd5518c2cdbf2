"""How a request ended whose database failed: what the page may say of it, and no more than is known.

`Watched` looks at each statement of a request. What it must not get wrong is "nothing was done": a press commits more
than once (a booking, then its draft), and what fails may be the second. So "nothing was done" is said only where no
statement of this request that changes anything has been committed, and none may have been.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hubs.vocabulary.database_faults import is_lost, is_waiting, passes
from hubs.vocabulary.patience import CommitNotKnown
from hubs.vocabulary.statements import writes

COUNTS = '"bookings_networkuse"'  # how often a network has asked is nothing that anybody asked for


class Outcome(Enum):
    """What came of a press."""

    REFUSED = "refused"  # others had what it needed, and it was not tried, or was taken back before it wrote
    NOT_DONE = "not done"  # it failed before COMMIT was sent
    NOT_KNOWN = "not known"  # COMMIT was sent and not answered, or only a part of it was done


class Written:
    """What one request has written for good. Wraps each statement of its connection."""

    def __init__(self) -> None:
        self.committed = self.perhaps = False

    def __call__(self, does: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001
        if not writes(sql) or COUNTS in str(sql):
            return does(sql, params, many, context)
        used = context["connection"]
        try:
            result = does(sql, params, many, context)
        except Exception as error:
            # A statement outside a transaction is one itself, and its COMMIT was sent with it.
            self.perhaps = self.perhaps or (not used.in_atomic_block and is_lost(error))
            raise
        used.on_commit(self._is_committed)
        return result

    def _is_committed(self) -> None:
        self.committed = True


class Watched:
    """Middleware that knows of each request what it has written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.written = Written()  # type: ignore[attr-defined]
        with connection.execute_wrapper(request.written):  # type: ignore[attr-defined]
            return self.get_response(request)


def outcome(request: HttpRequest, error: BaseException | None) -> Outcome | None:
    """What came of a request that this error ended; None where it is a fault of ours and no page of these.

    A page that failed may be made by a second failure, of what a middleware does last: the worst of them counts.
    """
    if not passes(error):
        return None
    written = getattr(request, "written", Written())
    if isinstance(error, CommitNotKnown):
        written.perhaps = True
    if written.committed or written.perhaps:
        return Outcome.NOT_KNOWN
    return Outcome.REFUSED if is_waiting(error) else Outcome.NOT_DONE
