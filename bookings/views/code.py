"""A step aside: the code of a session's list of schools, asked for on the page that refuses whoever is not on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings.forms import CodeForm
from bookings.models import Draft
from bookings.public.session import Showing
from bookings.rule.fair_share import takes_a_code
from bookings.rule.judging import Outlook
from bookings.rule.refusals import NotForYourSchool, TooManyFromHere
from bookings.views import limits, turned_away
from bookings.views.booking_steps import code_of, go, not_this_time, school_of, step
from bookings.views.faults import again, sent_to


@step
def code(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Take the code, and go on where it was asked for. Wrong ones count by network and session."""
    school = school_of(draft)
    if school is None:
        return redirect("book", showing.session.ref)
    refused = Outlook(showing.places, school, showing.now, code_of(draft)).refused(1)
    asked_for = isinstance(refused, NotForYourSchool) and takes_a_code(showing.session)
    typed = sent_to(request, draft)
    if typed is None or refused is None or not asked_for:
        return redirect("book-who", showing.session.ref)
    if request.method != "POST":
        form = CodeForm(typed, session=showing.session, too_many=draft.answers.get("too_many_codes", False))
        return not_this_time(request, showing, refused, form=form)  # as it was when it was sent
    too_many = _too_many(request, showing)
    form = CodeForm(typed, session=showing.session, too_many=too_many)
    if form.is_valid():
        limits.give_back(limits.callers(request, _of(showing)), limits.CODE, now=showing.now)
        draft.answers["code"] = form.cleaned_data["code"]
        return go(request, "book-check" if "who" in draft.answers else "book-who", draft, now=showing.now)
    draft.answers["too_many_codes"] = too_many
    turned_away.count(request, draft, refused, places=turned_away.size_of(draft))
    return again(request, draft, form, now=showing.now)


def _too_many(request: HttpRequest, showing: Showing) -> bool:
    """Count one more, before it is compared: so many at once are no way round. An empty field is no try."""
    if not request.POST.get("code", "").strip():
        return False
    try:
        limits.use(request, limits.CODE, now=showing.now, of=_of(showing))
    except TooManyFromHere:
        return True
    return False


def _of(showing: Showing) -> str:
    return f"session {showing.session.pk}"
