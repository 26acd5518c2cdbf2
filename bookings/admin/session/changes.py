"""Pages that cancel, postpone, move, substitute and reinstate: a form, then whom it touches, then the Send button.

Nothing is done before that button, and pressing it twice does it once.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.buttons import WithButtons, on_its_day
from bookings.admin.base.read_only import staff
from bookings.admin.home.cards import is_near
from bookings.admin.session.change_forms import MoveForm, NewsForm, SubstituteForm, TakeOffForm
from bookings.admin.session.whom import what_moves, whom, whom_to_ask
from bookings.models import SessionChange
from bookings.rule.refusals import Refused, TooFewPlaces
from bookings.rule.words import why_not
from bookings.sessions import changes as session_changes
from bookings.sessions import moving
from bookings.sessions.seen import not_seen
from bookings.states import SESSION_TABLE, Verb
from hubs.models import Lesson
from hubs.schools.whereabouts import in_miles

NAMES: dict[str, tuple[Verb, Promise | str]] = {
    "cancel": (Verb.CANCEL_SESSION, _("Cancel session")),
    "postpone": (Verb.POSTPONE, _("Postpone")),
    "reinstate": (Verb.REINSTATE, _("Reinstate")),
    "move": (Verb.MOVE, _("Move")),
}
WITH_NEWS: dict[str, Callable[..., SessionChange | None]] = {
    "cancel": session_changes.cancel_session,
    "postpone": session_changes.postpone,
    "reinstate": session_changes.reinstate,
}
# What the message says already where the session is today or tomorrow, so that Next and Send are enough.
IN_A_HURRY: dict[str, Promise | str] = {
    "cancel": _("We are sorry to tell you so late: this session cannot take place. Please do not set out."),
    "postpone": _(
        "We are sorry to tell you so late: this session cannot take place on this day. Please do not set out. "
        "We will write to you as soon as there is a new date."
    ),
}
OURS = ("csrfmiddlewaretoken", "send", "test")  # what a preview's own form sends anew


class WithPreview(WithButtons):
    """A form, a page that says whom it touches, and a button that sends."""

    def ask(
        self,
        request: HttpRequest,
        form: Any,
        *,
        title: str,
        original: Any,
        touches: Callable[[Any], list[str]],
        do: Callable[[Any], str],
        rows: Iterable[Any] = (),
        test: Callable[[Any], str] | None = None,
        button: str = "",
        refused: Callable[[Any, Refused], None] | None = None,
        fieldsets: Any = None,
    ) -> HttpResponse:
        """`touches` says whom the filled-in form would touch; `do` does it and says what it has done, or raises a
        Refused, which `refused` puts beside the field that can answer it; `test` sends it to whoever writes it.
        `button` is called Send unless it is said."""
        if request.method == "POST" and form.is_valid():
            tested = test is not None and "test" in request.POST
            if test is not None and tested:
                self.message_user(request, test(form), messages.SUCCESS)
            if tested or "send" not in request.POST:
                second = ("test", _now("Send me a test first")) if test else None
                page = {"title": title, "original": original, "button": button, "second": second}
                return self._preview(request, form, touches(form), **page)
            try:
                done = do(form)
            except Refused as error:
                if refused:
                    refused(form, error)
                else:
                    form.add_error(None, why_not(error))
                if isinstance(error, TooFewPlaces):
                    rows = whom_to_ask(original)
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(self.page_of(original.pk))
        page = {"title": title, "original": original, "rows": rows, "fieldsets": fieldsets}
        return self.form_page(request, form, button=_now("Next"), **page)

    def _preview(
        self, request: HttpRequest, form: Any, rows: list[Any], *, title: str, original: Any, button: str, second: Any
    ) -> HttpResponse:
        """What was filled in, hidden, and whom it touches. Going back in the browser changes it."""
        hidden = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
        message = form.cleaned_data.get("message")
        if message:
            rows = [*rows, format_html(_now("Your message: {}"), linebreaksbr(message, autoescape=True))]
        still = _now("Nothing has been done yet.") if button else _now("Nothing has been sent yet.")
        rows = [*rows, still + " " + _now("Go back in your browser to change it.")]
        return self.form_page(
            request,
            forms.Form(),
            title=title,
            button=button or _now("Send"),
            original=original,
            rows=rows,
            hidden=[*hidden, ("send", "1")],
            second=second,
        )


class WithChanges(WithPreview):
    """Sessions that can be taken off, moved and changed, and who has seen it."""

    def change_links(self, request: HttpRequest, session: Any) -> Iterable[tuple[str, str]]:
        """Pages of what the table allows now."""
        for name, (verb, label) in NAMES.items():
            if session.places.status in SESSION_TABLE[verb][0]:
                yield self.page_of(session.pk, name), str(label)
        lessons = list(session.lessons.all()) if session.places.status in SESSION_TABLE[Verb.SUBSTITUTE][0] else []
        for lesson in lessons:
            address = self.page_of(session.pk, "substitute") + f"?lesson={lesson.pk}"
            of = f": {lesson}" if len(lessons) > 1 else ""
            yield address, _now("Substitute") + of
        if session.changes.exists():
            yield self.page_of(session.pk, "seen"), _now("Who has seen it")

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Callable[..., HttpResponse]] = {
            "move": self.move_view,
            "substitute": self.substitute_view,
            "seen": self.seen_view,
        }
        news = [self.page_path(name, self.news_view, page=name) for name in WITH_NEWS]
        return [*news, *(self.page_path(name, view) for name, view in pages.items()), *super().get_urls()]

    def news_view(self, request: HttpRequest, object_id: int, page: str) -> HttpResponse:
        """Cancel, postpone or reinstate one session."""
        session = self.row_of(request, object_id)
        form_class = NewsForm if page == "reinstate" else TakeOffForm
        first = {"message": IN_A_HURRY.get(page, "")} if is_near(session, now=timezone.now()) else {}
        form = form_class(request.POST or None, initial=first, admin_site=self.admin_site, of=session)

        def do(form: Any) -> str:
            change = WITH_NEWS[page](session.pk, by=staff(request), clock=timezone.now, news=form.news())
            return self._done(change)

        return self.ask(
            request,
            form,
            title=str(NAMES[page][1]),
            original=session,
            touches=lambda _form: [on_its_day(session), *whom([session.pk])],
            do=do,
            rows=self._now(session),
        )

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another date, other times, another place."""
        session = self.row_of(request, object_id)
        form = MoveForm(request.POST or None, session=session, admin_site=self.admin_site)

        def do(form: Any) -> str:
            change = moving.move(session.pk, form.plan(), by=staff(request), clock=timezone.now, news=form.news())
            return self._done(change)

        def touches(form: Any) -> list[str]:
            starts_at, ends_at = (timezone.localtime(form.cleaned_data[name]) for name in ("starts_at", "ends_at"))
            new = _now("New: %(starts)s to %(ends)s") % {
                "starts": f"{starts_at:%A %-d %B %Y, %H:%M}",
                "ends": f"{ends_at:%H:%M}",
            }
            asked = _now("Everyone is asked if they can still come. Whoever does not answer keeps the place.")
            dates = _now("A new day has new dates for booking: look at them in the session's form afterwards.")
            place = what_moves(session, form.plan())
            return [on_its_day(session), new, *place, *whom([session.pk]), asked, dates]

        title, rows = str(NAMES["move"][1]), self._now(session)
        page = {"title": title, "original": session, "rows": rows, "fieldsets": form.fieldsets}
        return self.ask(request, form, touches=touches, do=do, **page)

    def substitute_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another topic or other teachers of one lesson."""
        session = self.row_of(request, object_id)
        wanted = request.GET.get("lesson", "")
        known = {str(lesson.pk): lesson for lesson in session.lessons.all()}
        if wanted not in known:
            raise Http404
        lesson: Lesson = known[wanted]
        form = SubstituteForm(request.POST or None, lesson=lesson, admin_site=self.admin_site)

        def do(form: Any) -> str:
            by, news = staff(request), form.news()
            return self._done(moving.substitute(lesson.pk, form.teaching(), by=by, clock=timezone.now, news=news))

        return self.ask(
            request,
            form,
            title=_now("Substitute: %(lesson)s") % {"lesson": lesson},
            original=session,
            touches=lambda _form: [on_its_day(session), *whom([session.pk], offices=False)],
            do=do,
            rows=self._now(session),
        )

    def seen_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who has not said yet that they have seen the last change, with numbers to ring."""
        session = self.row_of(request, object_id)
        change = session.changes.newest()
        if change is None:
            raise Http404
        if not request.user.has_perm("bookings.view_booking"):
            raise PermissionDenied
        rows = [self._line(one) for one in not_seen(change)]
        number = len(rows)
        said = ngettext("%(n)d person has not seen it yet.", "%(n)d people have not seen it yet.", number)
        first = f"{str(change.get_verb_display()).capitalize()}. " + (
            said % {"n": number} if number else _now("Everyone has seen it.")
        )
        return self.form_page(
            request,
            forms.Form(),
            title=_now("Who has seen it"),
            button="",
            original=session,
            rows=[on_its_day(session), first, *rows],
        )

    @staticmethod
    def _line(one: Any) -> SafeString:
        """A person to ring: who, of which school, and how they can be reached."""
        mobile = format_html('<a href="tel:{}">{}</a>', one.mobile.replace(" ", ""), one.mobile) if one.mobile else ""
        if one.visitor and mobile:
            mobile = format_html(_now("{} (of {})"), mobile, one.booking.contact_name or "")
        page = reverse("admin:bookings_booking_change", args=[one.booking.pk])
        reach = [part for part in (mobile, one.email or _now("no email address")) if part]
        who = f"{one.name}, {one.booking.school_in_words} ({how_far(one.metres)})"
        line = format_html('<a href="{}">{}</a>, {}', page, one.booking, who)
        return format_html("{}: {}", line, format_html(", ".join(["{}"] * len(reach)), *reach))

    @staticmethod
    def _now(session: Any) -> list[str]:
        taken = _now("%(places)s taken") % {"places": session.places}
        return [on_its_day(session), str(session.places.standing(now=timezone.now()).label), taken]

    @staticmethod
    def _done(change: SessionChange | None) -> str:
        if change is None:
            return _now("That had been done already. Nobody was written to.")
        told = change.session.mails.filter(dedupe_key__startswith=f"change:{change.pk}:").count()
        return ngettext("Done. %(n)d mail is on its way.", "Done. %(n)d mails are on their way.", told) % {"n": told}


def how_far(metres: float | None) -> str:
    """How far somebody's school is, in words."""
    return _now("distance not known") if metres is None else _now("%(far)s away") % {"far": in_miles(metres)}
