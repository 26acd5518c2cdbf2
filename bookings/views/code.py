"""A step aside: the code of a session's list of schools, asked for on the page that refuses whoever is not on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings.forms import CodeForm
from bookings.models import Draft
from bookings.public.session import Showing
from bookings.rule.fair_share import takes_a_code
from bookings.rule.judging import Outlook
from bookings.rule.refusals import NotForYourSchool
from bookings.views import turned_away
from bookings.views.booking_steps import code_of, go, not_this_time, school_of, step
from bookings.views.faults import again, sent_to

MOST_CODES = 10  # that one draft may try


@step
def code(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Take the code, and go on where it was asked for. The draft remembers the right one, and how many were wrong."""
    school = school_of(draft)
    if school is None:
        return redirect("book", showing.session.ref)
    refused = Outlook(showing.places, school, showing.now, code_of(draft)).refused(1)
    asked_for = isinstance(refused, NotForYourSchool) and takes_a_code(showing.session)
    typed = sent_to(request, draft)
    if typed is None or refused is None or not asked_for:
        return redirect("book-who", showing.session.ref)
    tried = int(draft.answers.get("codes", 0))
    if request.method != "POST":
        form = CodeForm(typed, session=showing.session, tries_left=MOST_CODES - tried + 1)  # as it was when sent
        return not_this_time(request, showing, refused, form=form)
    form = CodeForm(typed, session=showing.session, tries_left=MOST_CODES - tried)
    if form.is_valid():
        draft.answers["code"] = form.cleaned_data["code"]
        return go(request, "book-check" if "who" in draft.answers else "book-who", draft, now=showing.now)
    turned_away.count(request, draft, refused, places=turned_away.size_of(draft))
    draft.answers["codes"] = min(tried, MOST_CODES) + 1
    return again(request, draft, form, now=showing.now)
