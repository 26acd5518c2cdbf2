"""A visiting teacher's own page, by their private link: where they teach and when, and what they agree to."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.afterwards.taught import certificates_of_teacher
from bookings.forms.own_name import OwnName
from bookings.models import Erasure
from bookings.public import itinerary
from bookings.public.certificate_of_teaching import led_to
from bookings.views.access import open_itinerary
from hubs.models import Consent, VisitingTeacher
from hubs.models.exchange import BY_THE_TEACHER
from hubs.pages import private
from hubs.vocabulary.languages import in_both

CHOICES = {f"{consent}:{said}": (consent, said == "yes") for consent in Consent for said in ("yes", "no")}


@private
@require_safe
def itinerary_page(request: HttpRequest, teacher: VisitingTeacher, token: str) -> HttpResponse:
    """The same in either language: everything is said in both. Opening changes nothing."""
    return _page(request, teacher, token, OwnName.of(teacher))


def _page(request: HttpRequest, teacher: VisitingTeacher, token: str, name: OwnName) -> HttpResponse:
    context = {
        "name": name,
        "shown_as": in_both(lambda: teacher.public_name),
        "how_shown": itinerary.HOW_SHOWN,
        "token": token,
        "teacher": teacher,
        "year": teacher.hub_year,
        "visits": itinerary.visits_of(teacher),
        "certificates": led_to(certificates_of_teacher(teacher, now=timezone.now())),
        "days": itinerary.days_of(teacher, now=timezone.now()),
        "choices": itinerary.choices(teacher),
        "until": itinerary.until(teacher),
        "how_to_read": itinerary.HOW_TO_READ,
        "no_dates": itinerary.NO_DATES,
        "how_to_agree": itinerary.HOW_TO_AGREE,
    }
    return render(request, "bookings/itinerary.html", context, status=422 if name.errors else 200)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def own_name(request: HttpRequest, token: str) -> HttpResponse:
    """Correct one's own name. With a mistake nothing is changed, and the page keeps what was typed."""
    teacher = open_itinerary(token)
    if request.method == "POST":
        name = OwnName.sent(request.POST)
        if name.errors:
            return _page(request, teacher, token, name)
        teacher.rename(pinyin=name.pinyin, characters=name.characters, why=BY_THE_TEACHER)
    response = redirect("booking", token)
    response["Location"] += "#name"
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """Say yes or no to one thing. Only the button does; what no button says leads back to the page."""
    teacher = open_itinerary(token)
    choice = CHOICES.get(request.POST.get("choice", ""))
    if choice is None:  # nor is anything chosen by opening the address
        return redirect("booking", token)
    consent, agrees = choice
    with transaction.atomic():
        teacher.say(consent, agrees=agrees, now=timezone.now(), why=BY_THE_TEACHER)
        if not agrees:  # so that it is taken back again should a backup be brought back
            Erasure.objects.note([teacher], at=timezone.now(), column=consent.value)
    response = redirect("booking", token)
    response["Location"] += "#consent"
    return response
