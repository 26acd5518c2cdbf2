"""What somebody made of it: the press on their own page that opens the form, and the form behind a link of its own."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.afterwards import answering, asking, news
from bookings.afterwards.answering import Said
from bookings.afterwards.asking import Stands
from bookings.forms import DayForm, FeedbackForm, LaterForm
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Asked, NewsConsent, Visitor
from bookings.models.feedback import Form
from bookings.public import what_they_made
from bookings.views.access import Opened, open_asked
from bookings.views.private import opened
from hubs.models.calendar import calendar_of_hub
from hubs.pages import private
from hubs.vocabulary.dates import day_and_month, short_day

SAVED = "saved"
TEMPLATES = {Form.DAY: "bookings/feedback/day.html", Form.LATER: "bookings/feedback/later.html"}


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def open_form(request: HttpRequest, link: Opened) -> HttpResponse:
    """To the form of the reader's own place; by a contact's link, of a colleague who has no address, too. Only the
    button asks: opening this address leads back to the booking."""
    of = what_they_made.forms_for(link.booking, link.visitor, now=timezone.now())
    wanted = next((one for one in of if str(one.visitor.pk) == request.POST.get("of", "")), None)
    if request.method == "POST" and wanted:
        asked = asking.open_form(wanted.visitor.pk, clock=timezone.now)
        if asked and asked.visitor_id:
            return redirect("booking", links.token(Purpose.FEEDBACK, asked))
    return redirect("booking", link.token)


@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, asked: Asked, token: str) -> HttpResponse:
    """The form, with what was said so far; a press keeps it, and leads back to it."""
    now = timezone.now()
    form = _form(request, asked)
    if request.method == "POST" and form.is_valid():
        how = answering.answer(asked.pk, _said(form), clock=timezone.now)
        if how is Stands.OPEN:
            return _back(token, SAVED)
    return _page(request, asked, token, form, now)


def _page(request: HttpRequest, asked: Asked, token: str, form: FeedbackForm, now: dt.datetime) -> HttpResponse:
    how = asking.stands_of(asked, now=now)
    context = _about(asked) | {"token": token, "asked": asked, "saved": SAVED in request.GET, "how": how.value}
    if how is not Stands.OPEN:
        context |= _to_take_back(asked)
        status = 409 if request.method == "POST" else 200
        return render(request, "bookings/feedback/closed.html", context, status=status)
    context["form"] = form
    return render(request, TEMPLATES[Form(asked.form)], context, status=422 if form.errors else 200)


def _form(request: HttpRequest, asked: Asked) -> FeedbackForm:
    data = request.POST if request.method == "POST" else None
    said = answering.of(asked)
    form_class: Any = DayForm if asked.form == Form.DAY else LaterForm
    initial = {name: getattr(said, name) for name in form_class.base_fields if hasattr(said, name)} if said else {}
    more: dict[str, Any] = {"quote": _quote_words(asked)}
    if asked.form == Form.DAY and asked.visitor:
        interest = answering.interests_of(asked).first()
        initial |= {"group": interest.wants, "role": interest.role} if interest else {"role": ""}
        initial["news"] = news.of(asked.visitor).exists()
        more["news"] = _news_words(asked) if asked.visitor.email else ""
    return form_class(data, initial=initial, **more)  # type: ignore[no-any-return]  # one of two classes


def _quote_words(asked: Asked) -> str:
    return _(
        "The hub may use my sentences without my name. It takes out names first. I can withdraw this until the second "
        "form closes, on %(day)s."
    ) % {"day": day_and_month(_tied_until(asked))}


def _news_words(asked: Asked) -> str:
    words = _("%(hub)s may write to me about its other work. I can stop this at any time.")
    return words % {"hub": asked.hub_year.name}


def _tied_until(asked: Asked) -> dt.date:
    """When the second form closes, as far as is known: it is asked six school weeks after what was seen last."""
    if asked.form == Form.LATER:
        return asking.last_day_of(asked)
    later = asking.of_voice(asked).filter(form=Form.LATER).first()
    if later:
        return asking.last_day_of(later)
    day = (asked.session.last_day if asked.session else None) or timezone.localdate(asked.asked_at)
    return calendar_of_hub(asked.hub_year.hub_id).after(day, asking.SIX_WEEKS) + asking.OPEN_FOR


def _said(form: FeedbackForm) -> Said:
    return Said(form.answers(), **(form.said_with_name() if isinstance(form, DayForm) else {}))


def _about(asked: Asked) -> dict[str, Any]:
    """What both forms and the page of a closed one say."""
    session = asked.visitor.booking.session if asked.visitor else None
    return {
        "session": session,
        "hub": asked.hub_year.name,
        "seen": [(one.name, short_day(one.first_day)) for one in asking.seen_by(asked)]
        if asked.form == Form.LATER
        else [],
        "until": asking.last_day_of(asked),
        "own_page": own_page(asked.visitor),
        "visitor": asked.visitor,
    }


def _to_take_back(asked: Asked) -> dict[str, bool]:
    """What can still be taken back once the form has closed."""
    said = answering.of(asked)
    agreed = bool(asked.visitor and news.of(asked.visitor).exists())
    return {"may_quote": bool(said and said.may_quote), "agreed": agreed}


def own_page(visitor: Visitor | None) -> str:
    """The token of the page of somebody's place, where their certificate is; of whoever has no address, none."""
    if visitor is None or not visitor.email:
        return ""
    if visitor.is_contact:
        return links.token(Purpose.CONTACT, visitor.booking)
    return links.token(Purpose.VISITOR, visitor)


@private
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """What can be taken back also when the form has closed: the permission to quote, news, and being asked again."""
    asked = open_asked(token)
    what = request.POST.get("what", "")
    if what == "quote":
        answering.quote_no_more(asked.pk)
    elif what == "news" and asked.visitor:
        news.say(asked.visitor, agrees=False, now=timezone.now())
    elif what == "asking":
        asking.ask_no_more(asked.pk)
    else:
        return redirect("booking", token)
    return _back(token, SAVED)


def _back(token: str, said: str) -> HttpResponse:
    response = redirect("booking", token)
    response["Location"] += f"?{said}"
    return response


@require_safe
def consent(request: HttpRequest, row: NewsConsent, token: str) -> HttpResponse:
    """What the link in a hub's own newsletter opens: a button that stops it."""
    year = row.hub.years.order_by("-exchange__year").first()
    return render(request, "bookings/feedback/news.html", {"token": token, "hub": year.name if year else row.hub.slug})
