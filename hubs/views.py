"""Pages of hubs alone; those that show places are views of `bookings`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hubs.models import Hub
from showcase.pages import public


@public
def hub_list(request: HttpRequest) -> HttpResponse:
    """Every hub, by name."""
    return render(request, "hubs/hubs.html", {"hubs": Hub.objects.named()})
