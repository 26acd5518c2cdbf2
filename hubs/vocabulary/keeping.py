"""What a public page says of itself while it is made, to whoever keeps it for its next reader (showcase/kept_pages.py).

A page may be kept that a view made of its address alone, and that shows what stood in the database at one moment: the
state of changes is taken before the first row is read.
"""

import math
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from hubs.vocabulary import changes
from hubs.vocabulary.changes import State

KEEPING = "showcase.keeping"  # where a request has its Keeping, if somebody wants to keep its page
SECONDS = 5  # that a public page says it may be kept
CACHED = f"public, max-age=0, s-maxage={SECONDS}"
KEPT = SECONDS - 1.0  # seconds that we keep it, so that a cache is told of one more at least
# Seconds: bookings open and close on these, and nginx begins its pages anew (docs/running/nginx.conf).
BY_THE_CLOCK = 10
LONGEST = 500  # characters of an address that is kept: nobody's search is longer
LARGEST = 512 * 1024  # bytes of a page that is kept; photographs are often more
# What an answer would be packed or cut short by. A page is kept whole, and whoever keeps it sees to these.
SEEN_TO = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class Keeping:
    """Of one request: what its page heeds, and when and at which state its rows were read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.heeds: Collection[str] = ()
        self.began = 0.0
        self.began_at = 0.0
        self.state: State | None = None
        self.seconds_old = 0.0
        self.session_id: int | None = None
        self.may = False

    def begins(self, heeds: Collection[str]) -> None:
        """Now its rows are read."""
        self.heeds, self.state = heeds, changes.state()
        self.began, self.began_at = time.monotonic(), self.clock()

    def ends(self, meta: dict[str, Any], response: HttpResponseBase) -> None:
        """It is made. Where it may be kept, nothing packs it or leaves it out on its way."""
        if self.state is None or response.status_code != HTTPStatus.OK or not isinstance(response, HttpResponse):
            return
        if len(response.content) > LARGEST:
            return
        self.seconds_old = getattr(response, "seconds_old", 0.0)
        self.began, self.began_at = self.began - self.seconds_old, self.began_at - self.seconds_old
        self.session_id, self.may = getattr(response, "shows_session", None), True
        for name in SEEN_TO:
            meta.pop(name, None)


def shows_one(response: HttpResponse, session_id: int) -> HttpResponse:
    """The page is of this session: what changes others leaves it as it is, but for seconds."""
    response.shows_session = session_id  # type: ignore[attr-defined]
    return response


def made_before(response: HttpResponse, seconds_old: float) -> HttpResponse:
    """Most of the page was made so many seconds ago: it may be kept for the rest of them."""
    response.seconds_old = seconds_old  # type: ignore[attr-defined]
    response["Cache-Control"] = cached_for_the_rest(seconds_old)
    return response


def cached_for_the_rest(seconds_old: float) -> str:
    """What a page of that age tells caches."""
    return CACHED.replace(f"={SECONDS}", f"={max(1, SECONDS - math.ceil(seconds_old))}")


def is_of_now(seconds_old: float, *, began_at: float, now: float) -> bool:
    """Whether what is so old, and was read at that moment, may still be said; both by the clock, in seconds since 1970.
    Whether something has changed is another matter."""
    return 0 <= seconds_old < KEPT and began_at // BY_THE_CLOCK == now // BY_THE_CLOCK


def heeded(asked: str, heeds: Collection[str]) -> str:
    """Of what follows the `?`, as WSGI has it, what a page heeds: always in one order, and once.

    Raises TooManyFieldsSent, as Django does.
    """
    if not asked or not heeds:
        return ""
    said, kept = QueryDict(asked.encode("latin-1")), QueryDict(mutable=True)
    for name in heeds:
        if value := said.get(name):
            kept[name] = value
    return kept.urlencode()
