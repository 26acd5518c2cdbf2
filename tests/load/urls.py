"""Showcase's addresses, and two views to compare with: an empty answer, and a page that asks for nothing.

They stay as they are while the pages get faster, or a ratio would say nothing.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from showcase import urls
from showcase.pages import PREPARED, REVIEWED
from showcase.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse("constant")


def template_only(request: HttpRequest) -> HttpResponse:
    """A page of ours that asks the database for nothing, rendered for each request."""
    said = {"operator": "", "write_to": "", "site": "https://load.example"}
    return render(request, "accessibility.html", said | {"prepared": PREPARED, "reviewed": REVIEWED})


# Not included: addresses in two languages can only be those of the whole site.
urlpatterns = [path("constant/", constant), path("template-only/", template_only), *urls.urlpatterns]
