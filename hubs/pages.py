"""How pages are asked for and kept by caches, and the policy of the staff's own."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, overload

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from hubs.vocabulary.keeping import CACHED, KEEPING, Keeping, heeded

View = Callable[..., HttpResponse]

# The admin's own scripts, styles and look-ups; nothing inline. The other pages have no script at all.
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "connect-src": [SELF],
    "font-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
own_policy = csp(POLICY)


def without_body_for_head(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answers HEAD with the headers of a GET and no body: a server warns of a body that it must throw away."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, HttpResponse):
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        elif isinstance(response, StreamingHttpResponse):
            response.streaming_content = []
        return response

    return answer


@overload
def public(view: View) -> View: ...
@overload
def public(*, heeds: Callable[[], Collection[str]]) -> Callable[[View], View]: ...
def public(view: View | None = None, *, heeds: Callable[[], Collection[str]] = tuple) -> View | Callable[[View], View]:
    """A page that anybody may keep for five seconds: it reads no cookie and sets none (rule.md#pages).

    It is made of its address alone: of what follows the `?` it sees what it `heeds`, and of whoever asks nothing.
    """
    if view is None:
        return partial(public, heeds=heeds)

    @require_safe
    @wraps(view)
    def kept_briefly(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        keeping: Keeping | None = request.META.get(KEEPING)
        names = heeds()
        with _of_nobody(request, names):
            if keeping:
                keeping.begins(names)
            response = view(request, *args, **kwargs)
        response.setdefault("Cache-Control", CACHED)
        if keeping:
            keeping.ends(request.META, response)
        return response

    kept_briefly.kept_by = "anybody"  # type: ignore[attr-defined]  # tests walk the addresses by it
    kept_briefly.heeds = heeds  # type: ignore[attr-defined]
    return kept_briefly


@contextmanager
def _of_nobody(request: HttpRequest, heeds: Collection[str]) -> Iterator[None]:
    """While the body runs, the request says where it goes and nothing of where it comes from."""
    where = {"HTTP_HOST", *(settings.SECURE_PROXY_SSL_HEADER or ())[:1]}
    asked = heeded(request.META.get("QUERY_STRING", ""), heeds)
    aside = {"QUERY_STRING": request.META.get("QUERY_STRING", "")}
    for name in list(request.META):
        if name.startswith(("HTTP_", "REMOTE_")) and name not in where:
            aside[name] = request.META.pop(name)
    cookies, request.COOKIES = request.COOKIES, {}
    request.META["QUERY_STRING"] = asked
    _work_out_anew(request)
    try:
        yield
    finally:
        request.META.update(aside)
        request.COOKIES = cookies
        _work_out_anew(request)


def _work_out_anew(request: HttpRequest) -> None:
    """What Django has read from the headers already."""
    for name in ("GET", "headers"):
        request.__dict__.pop(name, None)


def private(view: View) -> View:
    """A page for one person: not kept, not indexed, and no address of it handed on (rule.md#links)."""

    @wraps(view)
    def never_kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "strict-origin"
        return response

    never_kept.kept_by = "nobody"  # type: ignore[attr-defined]  # tests walk the addresses by it
    return never_kept


class SeeOther(HttpResponseRedirect):
    """A form was not taken: the page to look at instead of this answer, so that Back never sends the form again."""

    status_code = 303
