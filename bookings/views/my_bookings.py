"""My bookings: an address in, a mail out. The page says the same for every address."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms import AddressForm
from bookings.rule import mails
from bookings.views import limits
from bookings.views.limits import within_limits
from hubs.pages import private
from hubs.vocabulary.languages import spoken


@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an address and mail the links of all its bookings to it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _send(request, form):
        return redirect("my-bookings-sent")
    return render(request, "bookings/my_bookings.html", {"form": form}, status=422 if form.is_bound else 200)


@transaction.atomic
def _send(request: HttpRequest, form: AddressForm) -> bool:
    """Whether the network may ask for one more mail; counted together with it."""
    may = within_limits(request, form, limits.MAIL, now=timezone.now())
    if may:
        mails.tell_my_bookings(form.cleaned_data["email"], language=spoken(), now=timezone.now())
    return may


@private
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The same for every address."""
    return render(request, "bookings/my_bookings_sent.html")
