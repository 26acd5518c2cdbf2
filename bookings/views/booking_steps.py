"""The steps of a booking: your school, who is coming, check and book.

Each step is POST, then redirect, then GET, also where it was answered with faults: no POST is answered by a page, so
Back never sends anything again. Answers live in a draft behind a cookie of this path. What a page says depends on the
session, the school and the size of the party, never on an address.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import places
from bookings.forms import CodeForm, OtherSchoolForm, SchoolPickForm, SchoolSearchForm, WaitForm, WhoForm, typed
from bookings.models import Booking, Draft, SchoolKind
from bookings.models import draft as drafts
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.public.session_page import page_of
from bookings.rule import judging, shown
from bookings.rule.fair_share import takes_a_code
from bookings.rule.party import MOST_VISITORS, Party, VisitingSchool
from bookings.rule.refusals import (
    ChangedMeanwhile,
    ListEnded,
    NotForYourSchool,
    Refused,
    SchoolShareUsed,
    SessionFull,
    TooManyFromHere,
)
from bookings.rule.words import why_not
from bookings.states import Standing
from bookings.verbs import waiting_list
from bookings.views import limits
from bookings.views.blocks import add_or_remove
from bookings.views.faults import again, look_again, same, sent_to
from bookings.views.sessions import if_visible, visible_session
from hubs.pages import View, private
from hubs.schools.search import schools_found

MOST_SCHOOLS = 20
LACKS_PLACES = (SessionFull, SchoolShareUsed)


def step(view: Callable[[HttpRequest, Showing, Draft], HttpResponse]) -> View:
    """A step: its session, and this browser's draft. A session that takes no bookings says so, and what else to do."""

    @private
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def of_session(request: HttpRequest, ref: str) -> HttpResponse:
        now = timezone.now()
        draft = drafts.find(request, ref, now=now)
        showing = Showing(if_visible(draft.session) if draft else visible_session(ref), now)
        if draft and draft.consumed_at:
            return redirect("book-sent", ref)
        if showing.standing == Standing.FULL and places.settle_if_due(showing.session.pk, timezone.now):
            showing = Showing(visible_session(ref), timezone.now())
        if showing.standing not in (Standing.OPEN, Standing.FULL):
            return not_now(request, showing)
        return view(request, showing, draft or Draft(session=showing.session))

    return of_session


def go(to: str, draft: Draft, *, now: dt.datetime) -> HttpResponse:
    """A step is answered: save the draft and go to another."""
    drafts.forget_faults(draft)
    drafts.keep(draft, now=now)
    return drafts.set_cookie(redirect(to, draft.session.ref), draft)


def not_now(request: HttpRequest, showing: Showing) -> HttpResponse:
    """The session takes no bookings: how it stands, and what to do instead."""
    if request.method == "POST":
        return same(request)
    return render(request, "bookings/not_now.html", page_of(showing))


def form_page(request: HttpRequest, template: str, showing: Showing, form: Any, **context: Any) -> HttpResponse:
    """A step's form; 422 with everything kept where it has errors."""
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request,
        template,
        {"form": form, "showing": showing, "session": showing.session} | context,
        status=status,
    )


@step
def find_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """First step: what is your school called?"""
    form = SchoolSearchForm(sent_to(request, draft), initial={"school": draft.answers.get("typed", "")})
    if request.method != "POST":
        return form_page(request, "bookings/book/find_school.html", showing, form)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    draft.answers["typed"] = form.cleaned_data["school"]
    return go("book-school", draft, now=showing.now)


@step
def pick_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Which of the schools found it is."""
    words = draft.answers.get("typed")
    if not words:
        return redirect("book", showing.session.ref)
    found = list(schools_found(words, MOST_SCHOOLS + 1))
    chosen = {"urn": str(draft.school_id or "")}
    form = SchoolPickForm(sent_to(request, draft), initial=chosen, schools=found[:MOST_SCHOOLS])
    if request.method != "POST":
        context = {"typed": words, "more": len(found) > MOST_SCHOOLS}
        return form_page(request, "bookings/book/pick_school.html", showing, form, **context)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    draft.answers["school"] = {"kind": SchoolKind.REGISTER}
    draft.school_id = int(form.cleaned_data["urn"])
    return go("book-who", draft, now=showing.now)


@step
def other_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """A school that is not listed, another body, or no school just now."""
    answers = draft.answers
    before = {"name": answers.get("typed", "")} | answers.get("school", {}) | answers.get("other", {})
    form = OtherSchoolForm(sent_to(request, draft), initial=before)
    if request.method != "POST":
        return form_page(request, "bookings/book/other_school.html", showing, form)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    answers.pop("other", None)
    answers["school"], draft.school = form.cleaned_data, None
    return go("book-who", draft, now=showing.now)


@step
def who(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Who is coming: the contact, and a block for each colleague that is added or removed by a button."""
    school = school_of(draft)
    if school is None:
        return redirect("book", showing.session.ref)
    if request.method != "POST":
        refused = judging.refused_now(showing.places, school, 1, now=showing.now, code=code_of(draft))
        if refused and not can_wait(showing, refused):
            return not_this_time(request, showing, refused)
        before = draft.answers.get("who", {"coming": "yes"})
        form = _who_form(draft.answers, data=sent_to(request, draft), initial=before)
        return _who_page(request, showing, form, why=why_not(refused) if refused else "")
    draft.answers["coming"] = request.POST.get("coming") != "no"
    form = _who_form(draft.answers, data=request.POST)
    draft.answers["who"] = typed(form, request.POST)
    if add_or_remove(request, draft.answers):
        return go("book-who", draft, now=showing.now)
    if form.is_valid():
        return go("book-check", draft, now=showing.now)
    return again(request, draft, form, now=showing.now)


def _who_form(answers: dict[str, Any], **kwargs: Any) -> WhoForm:
    data = kwargs.pop("data", None)
    return WhoForm(data, others=int(answers.get("others", 0)), coming=answers.get("coming", True), **kwargs)


def _who_page(request: HttpRequest, showing: Showing, form: WhoForm, *, why: str) -> HttpResponse:
    full = len(form.others) + form.asks_about_contact >= MOST_VISITORS
    said = {"can_add": not full, "most": MOST_VISITORS, "why": why}
    return form_page(request, "bookings/book/who.html", showing, form, **said)


@step
def check(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Check what was answered; the button books. The page after it is the same for every address."""
    party = party_of(draft)
    if party is None:
        return redirect("book-who" if school_of(draft) else "book", showing.session.ref)
    if request.method != "POST":
        return _check_page(request, showing, party, pressed=sent_to(request, draft))
    waits, read = "wait" in request.POST, request.POST.get("shown", "")
    form = WaitForm(request.POST if waits else None, size=party.size)
    if waits and not form.is_valid():
        return again(request, draft, form, now=showing.now, wait=True, shown=read)
    if not waits and _is_full(showing, draft, party):
        return look_again(request, draft, now=showing.now)
    try:
        limits.use(request, limits.BOOKING, now=showing.now)
        asked = replace(party, shown=shown.opened(read))
        _ask(draft, asked, fewer=form.cleaned_data["fewer"] if waits else None)
    except (TooManyFromHere, ListEnded, ChangedMeanwhile):
        return again(request, draft, form, now=showing.now, wait=waits, shown=read)
    except Refused:
        return look_again(request, draft, now=timezone.now())
    drafts.consume(draft, now=timezone.now())
    return redirect("book-sent", showing.session.ref)


def _is_full(showing: Showing, draft: Draft, party: Party) -> bool:
    """Whether a full session has no place for the party: a look without the lock, so that a rush is over sooner.

    Nothing depends on it. What is due was settled before (`step`), and a draft that is booked already gets its booking.
    """
    if showing.standing != Standing.FULL or Booking.objects.filter(request_key=draft.request_key).exists():
        return False
    return _refused(showing, party) is not None


def _refused(showing: Showing, party: Party) -> Refused | None:
    return judging.refused_now(showing.places, party.school, party.size, now=showing.now, code=party.code)


def _ask(draft: Draft, party: Party, *, fewer: bool | None) -> None:
    """Hold places or, where `fewer` is said, join the waiting list; the draft remembers which, and what is held."""
    session_id = draft.session.pk
    if fewer is None:
        draft.booking = places.hold(session_id, party, clock=timezone.now)
        return
    joined = waiting_list.join(session_id, party, clock=timezone.now, fewer=fewer)
    draft.booking = joined.booking
    draft.answers |= {"fewer": fewer, "held": joined.held}


def _why_not(request: HttpRequest, showing: Showing, party: Party, pressed: Mapping[str, Any] | None) -> Refused | None:
    """Why the party has no places now; where a button was `pressed`, why nothing came of it."""
    refused = _refused(showing, party)
    if pressed is None:
        return refused
    if pressed["wait"] and isinstance(refused, LACKS_PLACES) and not showing.list_is_open:
        return ListEnded()
    return limits.used_up(request, limits.BOOKING, now=showing.now) or refused


def _check_page(
    request: HttpRequest, showing: Showing, party: Party, *, pressed: Mapping[str, Any] | None
) -> HttpResponse:
    """What was answered, and the button that books; where places are missing, the waiting list keeps the answers."""
    refused = _why_not(request, showing, party, pressed)
    if refused and not can_wait(showing, refused):
        return not_this_time(request, showing, refused, places=party.size)
    context = page_of(showing) | {"party": party, "visitors": visitors_of(party)}
    context["changes"] = shown.changes(shown.opened(pressed["shown"] if pressed else ""), showing.session)
    context["shown"] = shown.sealed(showing.session)
    form = None
    if refused:
        left = getattr(refused, "left", 0)
        form = WaitForm(pressed if pressed and pressed["wait"] else None, size=party.size, left=left)
        context |= {
            "why": why_not(refused),
            "form": form,
            "can_change_party": left > 0,
            "instead": alternatives(showing, places=party.size),
        }
    status = 422 if form and form.errors else 409 if context["changes"] else 200
    return render(request, "bookings/book/check.html", context, status=status)


def can_wait(showing: Showing, refused: Refused) -> bool:
    """Whether the waiting list can help: places are missing, or the school has its share."""
    return isinstance(refused, LACKS_PLACES) and showing.list_is_open


def not_this_time(
    request: HttpRequest, showing: Showing, refused: Refused, *, form: Any = None, places: int = 1
) -> HttpResponse:
    """Why there is no booking, in one sentence, and what can be done instead: a code for whoever has one.

    Other sessions are those with as many `places`.
    """
    if isinstance(refused, NotForYourSchool) and takes_a_code(showing.session):
        form = form or CodeForm(session=showing.session)
    context = {
        "showing": showing,
        "session": showing.session,
        "why": why_not(refused),
        "instead": alternatives(showing, places=places),
        "form": form,
    }
    status = 422 if form and form.errors else 409
    return render(request, "bookings/book/not_this_time.html", context, status=status)


def school_of(draft: Draft) -> VisitingSchool | None:
    """The school that the draft names, if it still exists."""
    said = draft.answers.get("school")
    if not said:
        return None
    if said["kind"] != SchoolKind.REGISTER:
        return VisitingSchool(kind=SchoolKind(said["kind"]), name=said["name"], place=said["place"])
    return VisitingSchool(school=draft.school) if draft.school else None


def code_of(draft: Draft) -> str:
    """The code of the session's list of schools, where one was given."""
    return str(draft.answers.get("code", ""))


def party_of(draft: Draft) -> Party | None:
    """What the draft asks for, or None while something is missing or wrong."""
    school, said = school_of(draft), draft.answers.get("who")
    if school is None or said is None:
        return None
    form = _who_form(draft.answers, data=said)
    return form.party(school, request_key=draft.request_key, code=code_of(draft)) if form.is_valid() else None


def visitors_of(party: Party) -> list[dict[str, Any]]:
    """The party's visitors as the page lists them, the contact by their own name."""
    return [
        {
            "name": party.contact_name if party.contact_comes and n == 0 else visitor.full_name,
            "visitor": visitor,
        }
        for n, visitor in enumerate(party.visitors)
    ]
