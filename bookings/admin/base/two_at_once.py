"""Files that are made of many rows: two at once on one host, and whoever comes third is asked to wait.

Making one takes a processor and a connection for as long as it lasts; sending it takes neither.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

MOST = 2
AGAIN_AFTER = 10  # seconds


class AllTaken(Exception):
    """So many files are being made on this host already."""


@contextmanager
def one_of_two() -> Iterator[None]:
    """Make a file in this block. A lock of the system's: what is killed leaves none behind. Raises AllTaken."""
    for number in range(MOST):
        with Path(settings.VAR_DIR, f"making-a-file-{number}.lock").open("a") as place:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield
            return
    raise AllTaken


def wait_page(request: HttpRequest) -> HttpResponse:
    """For whoever comes third."""
    context = admin.site.each_context(request) | {
        "title": _("Two files are being made just now"),
        "address": request.get_full_path(),
        "seconds": AGAIN_AFTER,
    }
    response = render(request, "admin/wait_for_file.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(AGAIN_AFTER)
    response["Cache-Control"] = "no-store"
    return response
