"""Pages of the site itself, and how pages are kept by caches."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hubs.models import Hub
from hubs.pages import private, public
from showcase import kept_mail as kept


class SeeOther(HttpResponseRedirect):
    """A form was not taken: the page to look at instead of this answer, so that Back never sends the form again."""

    status_code = 303


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
