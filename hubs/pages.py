"""How pages are asked for and kept by caches, and the policy of the staff's own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

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


def public(view: View) -> View:
    """A page that anybody may keep for five seconds: it reads no cookie and sets none (rule.md#pages)."""

    @require_safe
    @wraps(view)
    def kept_briefly(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.setdefault("Cache-Control", "public, max-age=0, s-maxage=5")
        return response

    kept_briefly.kept_by = "anybody"  # type: ignore[attr-defined]  # tests walk the addresses by it
    return kept_briefly


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
