"""What was posted, for one press to send again: no password, no code, no file, and only what a form of ours sent."""

from collections.abc import Iterator
from typing import NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException

# Forms that are a secret, by where they stand or by their name: their page is opened anew.
SECRET = ("/admin/login/", "/admin/second-factor/", "/admin/password/", "/admin/password_change/")
SECRET_NAMES = ("book-code", "certificates")


class Carried(NamedTuple):
    """The fields of a press, in order. Without `fields` there is nothing that one press could send again."""

    fields: list[tuple[str, str]]
    file_left_out: bool


def carried(request: HttpRequest) -> Carried | None:
    """What a press sent, or None where its page has to be filled in anew.

    Only what CSRF has let through: a page of ours must not offer to send for somebody what another site had them send.
    """
    match = request.resolver_match
    if match is None or match.url_name in SECRET_NAMES or request.path_info.startswith(SECRET):
        return None
    if not getattr(request, "csrf_processing_done", False):
        return None
    try:
        return Carried(list(_fields(request)), bool(request.FILES))
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, RawPostDataException):
        return None  # too much, or not as any page of ours sends it


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name != "csrfmiddlewaretoken" and "password" not in name.lower():
            yield from ((name, str(value)) for value in values)
