"""Pages of the site itself, and how pages are kept by caches."""

import datetime as dt

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.forgetting.kept import BACKUPS_KEPT, by_whom
from bookings.forgetting.when import Why
from hubs.models import Hub
from hubs.pages import private, public
from showcase import kept_mail as kept


@public
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why and how long, hub by hub."""
    hubs = Hub.objects.named(today=timezone.localdate())
    return render(
        request, "privacy.html", {"hubs": hubs, "groups": by_whom(), "usual": Why.TASK, "backups_kept": BACKUPS_KEPT}
    )


# When the accessibility statement was written, and when somebody last looked whether it is true still.
PREPARED = REVIEWED = dt.date(2026, 11, 29)


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """The statement that public bodies must make (SI 2018/952), in the order of the government's model."""
    said = {"operator": settings.OPERATOR, "write_to": settings.ACCESSIBILITY_EMAIL, "site": settings.SITE_URL}
    return render(request, "accessibility.html", said | {"prepared": PREPARED, "reviewed": REVIEWED})


@public
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a hole (RFC 9116), where the operator says it. It is good for half a year from today."""
    if not settings.SECURITY_EMAIL:
        raise Http404
    until = timezone.localdate() + dt.timedelta(days=182)
    lines = (
        f"Contact: mailto:{settings.SECURITY_EMAIL}",
        f"Expires: {until.isoformat()}T00:00:00Z",
        "Preferred-Languages: en, zh",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


# What a mail may do in its frame: lead the whole page to a link that somebody presses.
SANDBOX = ["allow-top-navigation-by-user-activation"]


@csp_update({"frame-src": [SELF]})
@private
@require_safe
def kept_mails(request: HttpRequest) -> HttpResponse:
    """The demo's mails, newest first. There is no such address without the demo."""
    return render(request, "dev_mail.html", {"mails": kept.newest_first(), "sandbox": " ".join(SANDBOX)})


@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF], "sandbox": SANDBOX})
@private
@require_safe
def kept_mail(request: HttpRequest, name: int) -> HttpResponse:
    """One of them as a mail program shows it: with its own styles, and with no way to do anything here."""
    found = kept.find(name)
    if found is None or not found.html:
        raise Http404
    return HttpResponse(found.html.replace("<head>", '<head><base target="_top">', 1))
