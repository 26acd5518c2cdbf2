"""Showcase's addresses, and one view that returns a constant: what a request costs before we do anything."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse("constant")


urlpatterns = [path("constant/", constant), path("", include("showcase.urls"))]
