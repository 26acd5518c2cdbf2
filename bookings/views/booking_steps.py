"""The steps of a booking: your school, who is coming, check and book.

Each step is POST, then redirect, then GET, also where it was answered with faults: no POST is answered by a page, so
Back never sends anything again. Answers live in a draft behind a cookie of this path. What a page says depends on the
session, the school and the size of the party, never on an address.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import places
from bookings.forms import CodeForm, OtherSchoolForm, SchoolPickForm, SchoolSearchForm, WaitForm, WhoForm, typed
from bookings.models import Booking, Draft, SchoolKind
from bookings.models import draft as drafts
from bookings.public import access
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.public.session_page import page_of
from bookings.rule import shown
from bookings.rule.fair_share import takes_a_code
from bookings.rule.judging import Outlook, hold_deadline
from bookings.rule.party import MOST_VISITORS, Party, VisitingSchool
from bookings.rule.refusals import (
    ChangedMeanwhile,
    ConfirmFirst,
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
from bookings.views import full, limits, turned_away
from bookings.views.blocks import add_or_remove
from bookings.views.faults import again, look_again, same, sent_to, step_of
from bookings.views.sessions import if_visible, visible_session
from bookings.views.turned_away import size_of
from hubs.models import School
from hubs.models.calendar import calendar_of_session
from hubs.pages import View, private
from hubs.schools.search import MOST_OFFERED, still_open, the_one, urns_found
from hubs.vocabulary.teaching import in_words, roles_in_words

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
            if step_of(request).url_name != "book" or draft.is_just_booked(now=now):
                return redirect("book-sent", ref)
            draft = None  # for somebody else, or another school: they begin anew
        # Whoever only reads waits for no lock: the worker settles, and so does the first press.
        pressed = request.method == "POST"
        if pressed and showing.standing == Standing.FULL and places.settle_if_due(showing.session.pk, timezone.now):
            showing = Showing(visible_session(ref), timezone.now())
        if showing.standing not in (Standing.OPEN, Standing.FULL):
            if request.method == "POST":
                turned_away.too_late(request, draft, showing.standing)
            return not_now(request, showing)
        if draft is None and request.method == "POST":
            try:
                limits.use(request, limits.DRAFT, now=now)
            except TooManyFromHere as refused:
                return not_this_time(request, showing, refused)
        return view(request, showing, draft or Draft(session=showing.session))

    return of_session


def go(request: HttpRequest, to: str, draft: Draft, *, now: dt.datetime) -> HttpResponse:
    """A step is answered: save the draft and go to another. After hours without a press, look at this one again."""
    drafts.forget_faults(draft)
    drafts.keep(draft, now=now)
    leads_to = same(request) if drafts.counted_anew(draft) else redirect(to, draft.session.ref)
    return drafts.set_cookie(leads_to, draft)


def not_now(request: HttpRequest, showing: Showing) -> HttpResponse:
    """The session takes no bookings: how it stands, and what to do instead."""
    if request.method == "POST":
        return same(request)
    return render(request, "bookings/not_now.html", page_of(showing))


def form_page(
    request: HttpRequest, template: str, showing: Showing, draft: Draft, form: Any, **context: Any
) -> HttpResponse:
    """A step's form; 422 with everything kept where it has errors."""
    status = 422 if form.is_bound and form.errors else 200
    said = {"form": form, "showing": showing, "session": showing.session, "stale": drafts.counted_anew(draft)}
    return render(request, template, said | context, status=status)


@step
def find_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """First step: what is your school called?"""
    form = SchoolSearchForm(sent_to(request, draft), initial={"school": draft.answers.get("typed", "")})
    if request.method != "POST":
        ended = draft.pk is None and drafts.has_ended(request)
        return form_page(request, "bookings/book/find_school.html", showing, draft, form, ended=ended)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    words = draft.answers["typed"] = form.cleaned_data["school"]
    school = the_one(words, _search(draft))
    return (
        _take(request, draft, school, now=showing.now) if school else go(request, "book-school", draft, now=showing.now)
    )


def _take(request: HttpRequest, draft: Draft, school: School, *, now: dt.datetime) -> HttpResponse:
    draft.answers["school"] = {"kind": SchoolKind.REGISTER}
    draft.school = school
    return go(request, "book-who", draft, now=now)


def _search(draft: Draft) -> list[School]:
    """The schools that match what was typed. The draft remembers them: these are offered, and one of these is taken."""
    found = still_open(urns_found(draft.answers["typed"], MOST_OFFERED + 1))
    draft.answers["found"] = [one.pk for one in found]
    return found


def _offered(draft: Draft) -> list[School]:
    """The schools that were found, without searching again; where one of them has closed since, what is found now."""
    urns = draft.answers.get("found")
    found = None if urns is None else still_open(urns)
    return _search(draft) if found is None or len(found) < len(urns) else found


@step
def pick_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Which of the schools found it is."""
    words = draft.answers.get("typed")
    if not words:
        return redirect("book", showing.session.ref)
    found = _offered(draft)
    chosen = draft.school_id or (found[0].pk if len(found) == 1 else "")
    form = SchoolPickForm(sent_to(request, draft), initial={"urn": str(chosen)}, schools=found[:MOST_OFFERED])
    if request.method != "POST":
        context = {"typed": words, "more": len(found) > MOST_OFFERED}
        return form_page(request, "bookings/book/pick_school.html", showing, draft, form, **context)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    school = next(one for one in found if str(one.urn) == form.cleaned_data["urn"])
    return _take(request, draft, school, now=showing.now)


@step
def other_school(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """A school that is not listed, another body, or no school just now."""
    answers = draft.answers
    before = {"name": answers.get("typed", "")} | answers.get("school", {}) | answers.get("other", {})
    form = OtherSchoolForm(sent_to(request, draft), initial=before)
    if request.method != "POST":
        return form_page(request, "bookings/book/other_school.html", showing, draft, form)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    answers.pop("other", None)
    answers["school"], draft.school = form.cleaned_data, None
    return go(request, "book-who", draft, now=showing.now)


@step
def who(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Who is coming: the contact, and a block for each colleague that is added or removed by a button."""
    school = school_of(draft)
    if school is None:
        return redirect("book", showing.session.ref)
    if request.method != "POST":
        outlook = Outlook(showing.places, school, showing.now, code_of(draft))
        refused = outlook.refused(1)
        if refused and not can_wait(showing, refused):
            may_have_code = isinstance(refused, NotForYourSchool) and takes_a_code(showing.session)
            if not may_have_code:
                turned_away.count(request, draft, refused, places=turned_away.size_of(draft))
            return not_this_time(request, showing, refused)
        before = draft.answers.get("who", {"coming": "yes"})
        form = _who_form(draft.answers, data=sent_to(request, draft), initial=before)
        why = why_not(refused) if refused else ""
        return _who_page(request, showing, draft, form, school=school, outlook=outlook, why=why)
    draft.answers["coming"] = request.POST.get("coming") != "no"
    form = _who_form(draft.answers, data=request.POST)
    draft.answers["who"] = typed(form, request.POST)
    if add_or_remove(request, draft.answers):
        return go(request, "book-who", draft, now=showing.now)
    if form.is_valid():
        return go(request, "book-check", draft, now=showing.now)
    return again(request, draft, form, now=showing.now)


def _who_form(answers: dict[str, Any], **kwargs: Any) -> WhoForm:
    data = kwargs.pop("data", None)
    return WhoForm(data, others=int(answers.get("others", 0)), coming=answers.get("coming", True), **kwargs)


def _who_page(
    request: HttpRequest, showing: Showing, draft: Draft, form: WhoForm, *, outlook: Outlook, **said: Any
) -> HttpResponse:
    """People are counted here, so here stands how many of them can have places now."""
    form.say_who_reads_needs(showing.session)
    size = len(form.others) + form.asks_about_contact
    fits = outlook.fits(size)
    said |= {"can_add": size < MOST_VISITORS, "most": MOST_VISITORS, "size": size, "share": outlook.share}
    said |= {"again": draft.answers.get("again"), "fits": fits, "waits": size - fits if showing.list_is_open else 0}
    return form_page(request, "bookings/book/who.html", showing, draft, form, **said)


@full.told_at_once
@step
def check(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Check what was answered; the button books. The page after it is the same for every address."""
    party = party_of(draft)
    if party is None:
        return redirect("book-who" if school_of(draft) else "book", showing.session.ref)
    if request.method != "POST":
        sent = None if full.was_pressed(request) else sent_to(request, draft)
        return _check_page(request, showing, draft, party, pressed=sent)
    if draft.is_stale(now=showing.now):
        return go(request, "book-sent", draft, now=showing.now)
    wait, read = request.POST.get("wait", ""), request.POST.get("shown", "")
    form = _wait_form(showing, party, request.POST) if wait else Form()
    if wait and not form.is_valid():
        return again(request, draft, form, now=showing.now, wait=wait, shown=read)
    if not wait and _full(showing, draft, party):
        return full.found(request, draft)
    try:
        count = partial(limits.use, request, limits.BOOKING, now=showing.now)
        asked = replace(party, shown=shown.opened(read), network=limits.held_from(request))
        _ask(draft, asked, how=form.cleaned_data if wait else None, count=count)
    except (TooManyFromHere, ListEnded, ChangedMeanwhile) as refused:
        turned_away.count(request, draft, refused, places=party.size)
        return again(request, draft, form, now=showing.now, wait=wait, shown=read)
    except Refused as refused:
        if isinstance(refused, SessionFull) and not wait:
            return full.found(request, draft)
        if not (wait and can_wait(showing, refused)):  # who waits chooses again among fewer places
            turned_away.count(request, draft, refused, places=party.size)
        return look_again(request, draft, now=timezone.now())
    consume(draft, now=timezone.now(), network=asked.network)
    return redirect("book-sent", showing.session.ref)


def consume(draft: Draft, *, now: dt.datetime, network: str) -> None:
    """The booking has been asked for: its page says and keeps the deadline that counts from `now`, for any address.

    What was not held, since the address has a booking, counts for the network as if it had been.
    """
    session, answers = draft.session, draft.answers
    until = hold_deadline(session, calendar_of_session(session.pk), now=now)
    held = 0 if answers.get("first") or draft.booking else int(answers.get("held", size_of(draft)))
    drafts.consume(draft, now=now, until=until, held_from=network, silent=held)


def _full(showing: Showing, draft: Draft, party: Party) -> bool:
    """Whether a full session has no place for the party: a look without the lock, so that a rush is over sooner.

    Nothing depends on it. What is due was settled before (`step`), and a draft that is booked already gets its booking.
    """
    if showing.standing != Standing.FULL or Booking.objects.filter(request_key=draft.request_key).exists():
        return False
    return _outlook(showing, party).refused(party.size) is not None


def _outlook(showing: Showing, party: Party) -> Outlook:
    return Outlook(showing.places, party.school, showing.now, party.code)


def _wait_form(showing: Showing, party: Party, data: Any = None) -> WaitForm:
    names = [one["name"] or _("Visitor %(n)d, to be named") % {"n": n} for n, one in enumerate(visitors_of(party), 1)]
    return WaitForm(data, names=names, fits=_outlook(showing, party).fits(party.size))


def _ask(draft: Draft, party: Party, *, how: dict[str, Any] | None, count: Callable[[], object]) -> None:
    """Hold places or, where it is said `how`, join the waiting list; the draft remembers which, and what is held.

    It is counted for its network in the same transaction: what the database loses of it, it loses of the count too.
    Where the network has as many unproved places as it may, nothing is held before it is confirmed.
    """
    draft.booking, draft.answers["first"] = first_where_need_be(partial(_ask_for, draft, party, how), count)


def first_where_need_be(ask: Callable[..., Booking | None], count: Callable[[], object]) -> tuple[Booking | None, bool]:
    """What `ask` makes; and whether that is to be confirmed first, for the network may hold no more before it is."""
    try:
        made = ask(count=count)
        return made, bool(made and made.asks_first)  # of a second press
    except ConfirmFirst:  # which was counted
        return ask(first=True), True


def _ask_for(
    draft: Draft,
    party: Party,
    how: dict[str, Any] | None,
    *,
    count: Callable[[], object] = places.nothing,
    first: bool = False,
) -> Booking | None:
    asks: Any = {"clock": timezone.now, "count": count, "first": first}
    if how is None:
        return places.hold(draft.session.pk, party, **asks)
    chosen, fewer = how["now"], how["fewer"]
    party = replace(party, seated_first=tuple(chosen))
    joined = waiting_list.join(draft.session.pk, party, fewer=fewer, at_least=len(chosen), **asks)
    draft.answers |= {"fewer": fewer, "held": joined.held, "now": chosen}
    return joined.booking


def _why_not(request: HttpRequest, showing: Showing, party: Party, pressed: Mapping[str, Any] | None) -> Refused | None:
    """Why the party has no places now; where a button was `pressed`, why nothing came of it."""
    refused = _outlook(showing, party).refused(party.size)
    if pressed is None:
        return refused
    if pressed["wait"] and isinstance(refused, LACKS_PLACES) and not showing.list_is_open:
        return ListEnded()
    return limits.used_up(request, limits.BOOKING, now=showing.now) or refused


def _check_page(
    request: HttpRequest, showing: Showing, draft: Draft, party: Party, *, pressed: Mapping[str, Any] | None
) -> HttpResponse:
    """What was answered, and the button that books; where places are missing, the waiting list keeps the answers."""
    refused = _why_not(request, showing, party, pressed)
    if refused and (full.was_pressed(request) or not can_wait(showing, refused)):
        turned_away.count(request, draft, refused, places=party.size)
    if refused and not can_wait(showing, refused):
        return not_this_time(request, showing, refused, places=party.size)
    context = page_of(showing) | {"party": party, "visitors": visitors_of(party), "stale": drafts.counted_anew(draft)}
    context["changes"] = shown.changes(shown.opened(pressed["shown"] if pressed else ""), showing.session)
    context["shown"] = shown.sealed(showing.session)
    context |= access.told(showing, [visitor.needs for visitor in party.visitors], places=party.size)
    form, fits = None, party.size
    if refused:
        form = _wait_form(showing, party, pressed if pressed and pressed["wait"] else None)
        context |= {"why": why_not(refused), "form": form, "fits": form.fits, "waits": party.size - form.fits}
        context |= {"instead": alternatives(showing, places=party.size)}
        fits = form.fits
    outlook = replace(_outlook(showing, party), network=limits.held_from(request))
    context["first"] = bool(fits) and outlook.comes_first(fits)
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
    if not form.is_valid():
        return None
    chosen = tuple(draft.answers.get("now", ()))
    return form.party(school, request_key=draft.request_key, code=code_of(draft), seated_first=chosen)


def visitors_of(party: Party) -> list[dict[str, Any]]:
    """The party's visitors as the page lists them, the contact by their own name."""
    return [
        {
            "name": party.contact_name if party.contact_comes and n == 0 else visitor.full_name,
            "is_contact": party.contact_comes and n == 0,
            "role": roles_in_words(visitor.role) if visitor.role else "",
            "years": in_words(visitor.years),
            "visitor": visitor,
        }
        for n, visitor in enumerate(party.visitors)
    ]
