"""The name of one request: random, on every line that it logs and every row that it writes to the trail and the outbox.

So whoever is told "AB12…" by a teacher finds in the log what happened, and from an entry of the trail the lines around
it. It stands for nobody: another request of the same person has another.
"""

import re
import secrets
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest
from django.http.response import HttpResponseBase

LONGEST = 32
FROM_PROXY = re.compile(r"[0-9a-f]{16,32}")  # as nginx makes its $request_id; nothing else is believed
HEADER = "X-Request-ID"

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """That of the request being answered here; "" in the worker and in commands."""
    return _current.get()


def begin(given: str = "") -> str:
    """A request begins: the proxy's name for it where it is well formed, else a new one."""
    said = given if FROM_PROXY.fullmatch(given) else secrets.token_hex(8)
    _current.set(said)
    return said


def end(**_: Any) -> None:
    """It has been answered, to the last byte."""
    _current.set("")


request_finished.connect(end)


class NamedRequests:
    """Gives each request its name, and says it in the answer, but not on a page that a cache hands to others.

    A caller's own header is believed only behind a proxy of ours, which sets it.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = begin(request.headers.get(HEADER, "") if settings.PROXIES else "")
        response: HttpResponseBase = self.get_response(request)
        if "public" not in response.headers.get("Cache-Control", ""):
            response.headers[HEADER] = said
        return response
