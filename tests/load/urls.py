"""Showcase's addresses, and one view that returns a constant: what a request costs before we do anything."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from showcase import urls
from showcase.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse("constant")


# Not included: addresses in two languages can only be those of the whole site.
urlpatterns = [path("constant/", constant), *urls.urlpatterns]
