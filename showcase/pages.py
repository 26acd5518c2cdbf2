"""Pages of the site itself, and how pages are kept by caches."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hubs.models import Hub
from showcase import kept_mail as kept

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """A form was not taken: the page to look at instead of this answer, so that Back never sends the form again."""

    status_code = 303


def public(view: View) -> View:
    """A page that anybody may keep for five seconds: it reads no cookie and sets none (product.md section 6)."""

    @require_safe
    @wraps(view)
    def kept_briefly(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.setdefault("Cache-Control", "public, max-age=0, s-maxage=5")
        return response

    kept_briefly.kept_by = "anybody"  # type: ignore[attr-defined]  # tests walk the addresses by it
    return kept_briefly


def private(view: View) -> View:
    """A page for one person: not kept, not indexed, and no address of it handed on (section 8)."""

    @wraps(view)
    def never_kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "strict-origin"
        return response

    never_kept.kept_by = "nobody"  # type: ignore[attr-defined]  # tests walk the addresses by it
    return never_kept


@public
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why and how long, hub by hub."""
    hubs = Hub.objects.named()
    return render(request, "privacy.html", {"hubs": hubs})


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible this is."""
    return render(request, "accessibility.html")


@private
@require_safe
def kept_mail(request: HttpRequest) -> HttpResponse:
    """The demo's mails, newest first. There is no such address without the demo."""
    mails = [
        {
            "to": mail["to"],
            "subject": mail["subject"],
            "text": mail.get_body(("plain",)).get_content() if mail.get_body(("plain",)) else "",  # type: ignore[union-attr]
            "site": settings.SITE_URL,
        }
        for mail in kept.newest_first()
    ]
    return render(request, "dev_mail.html", {"mails": mails})
