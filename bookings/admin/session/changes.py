"""Pages that cancel, postpone, move, substitute and reinstate: a form, then whom it touches, then the Send button.

Nothing is done before that button, and pressing it twice does it once.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.home.cards import is_near
from bookings.admin.session.change_forms import MoveForm, NewsForm, SubstituteForm, TakeOffForm
from bookings.admin.session.whom import what_moves, who_needs, whom
from bookings.admin.session.words import as_it_stands, what_was_done, why_not_changed
from bookings.models import SessionChange
from bookings.sessions import changes, moving
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
    "cancel": changes.cancel_session,
    "postpone": changes.postpone,
    "reinstate": changes.reinstate,
}
# What the message says already where the session is today or tomorrow, so that Next and Send are enough.
IN_A_HURRY: dict[str, Promise | str] = {
    "cancel": _("We are sorry to tell you so late: this session cannot take place. Please do not set out."),
    "postpone": _(
        "We are sorry to tell you so late: this session cannot take place on this day. Please do not set out. "
        "We will write to you as soon as there is a new date."
    ),
}


class ChangePages(PreviewPages):
    """Take a session off, move it, change who teaches; and who has seen that."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Pages of what the table of the lifecycle allows now."""
        for name, (verb, label) in NAMES.items():
            if row.places.status in SESSION_TABLE[verb][0]:
                yield self.url_of(row.pk, name), str(label)
        lessons = list(row.lessons.all()) if row.places.status in SESSION_TABLE[Verb.SUBSTITUTE][0] else []
        for lesson in lessons:
            address = self.url_of(row.pk, "substitute") + f"?lesson={lesson.pk}"
            of = f": {lesson}" if len(lessons) > 1 else ""
            yield address, _now("Substitute") + of
        if row.changes.exists():
            yield self.url_of(row.pk, "seen"), _now("Who has seen it")

    def urls(self) -> list[URLPattern]:
        return [
            *(self.url_pattern(name, self.news_view, page=name) for name in WITH_NEWS),
            self.url_pattern("move", self.move_view),
            self.url_pattern("substitute", self.substitute_view),
            self.url_pattern("seen", self.seen_view),
        ]

    def news_view(self, request: HttpRequest, object_id: int, page: str) -> HttpResponse:
        """Cancel, postpone or reinstate one session."""
        session = self.get_object_or_deny(request, object_id)
        form_class = NewsForm if page == "reinstate" else TakeOffForm
        first = {"message": IN_A_HURRY.get(page, "")} if is_near(session, now=timezone.now()) else {}
        form = form_class(request.POST or None, initial=first, admin_site=self.admin_site, of=session)

        def do(form: Any) -> str:
            change = WITH_NEWS[page](session.pk, by=staff(request), clock=timezone.now, news=form.news())
            return what_was_done(change)

        return self.form_with_preview(
            request,
            form,
            title=str(NAMES[page][1]),
            original=session,
            preview=lambda _form: [name_and_day(session), *whom([session.pk])],
            do=do,
            rows=as_it_stands(session),
            refused=partial(why_not_changed, session),
        )

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another date, other times, another place."""
        session = self.get_object_or_deny(request, object_id)
        form = MoveForm(request.POST or None, session=session, admin_site=self.admin_site)

        def do(form: Any) -> str:
            change = moving.move(session.pk, form.plan(), by=staff(request), clock=timezone.now, news=form.news())
            return what_was_done(change)

        def preview(form: Any) -> list[str]:
            starts_at, ends_at = (timezone.localtime(form.cleaned_data[name]) for name in ("starts_at", "ends_at"))
            new = _now("New: %(starts)s to %(ends)s") % {
                "starts": f"{starts_at:%A %-d %B %Y, %H:%M}",
                "ends": f"{ends_at:%H:%M}",
            }
            asked = _now(
                "Everyone is asked if they can still come at the new time: only they know. "
                "Whoever does not answer keeps the place."
            )
            dates = _now("A new day has new dates for booking: look at them in the session's form afterwards.")
            place = what_moves(session, form.plan())
            needs = who_needs(session, form.plan())
            return [name_and_day(session), new, *place, *needs, *whom([session.pk]), asked, dates]

        title, rows = str(NAMES["move"][1]), as_it_stands(session)
        page = {"title": title, "original": session, "rows": rows, "fieldsets": form.fieldsets}
        refused = partial(why_not_changed, session)
        return self.form_with_preview(request, form, preview=preview, do=do, refused=refused, **page)

    def substitute_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another topic or other teachers of one lesson."""
        session = self.get_object_or_deny(request, object_id)
        wanted = request.GET.get("lesson", "")
        known = {str(lesson.pk): lesson for lesson in session.lessons.all()}
        if wanted not in known:
            raise Http404
        lesson: Lesson = known[wanted]
        form = SubstituteForm(request.POST or None, lesson=lesson, admin_site=self.admin_site)

        def do(form: Any) -> str:
            by, news = staff(request), form.news()
            return what_was_done(moving.substitute(lesson.pk, form.teaching(), by=by, clock=timezone.now, news=news))

        return self.form_with_preview(
            request,
            form,
            title=_now("Substitute: %(lesson)s") % {"lesson": lesson},
            original=session,
            preview=lambda _form: [name_and_day(session), *whom([session.pk], offices=False)],
            do=do,
            rows=as_it_stands(session),
            refused=partial(why_not_changed, session),
        )

    def seen_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who has not said yet that they have seen the last change, with numbers to ring."""
        session = self.get_object_or_deny(request, object_id)
        change = session.changes.newest()
        if change is None:
            raise Http404
        if not request.user.has_perm("bookings.view_booking"):
            raise PermissionDenied
        rows = [self._line(one) for one in not_seen(change)]
        number = len(rows)
        unseen = ngettext("%(n)d person has not seen it yet.", "%(n)d people have not seen it yet.", number)
        first = f"{str(change.get_verb_display()).capitalize()}. " + (
            unseen % {"n": number} if number else _now("Everyone has seen it.")
        )
        return self.form_page(
            request,
            forms.Form(),
            title=_now("Who has seen it"),
            button="",
            original=session,
            rows=[name_and_day(session), first, *rows],
        )

    @staticmethod
    def _line(one: Any) -> SafeString:
        """Somebody to ring: who, of which school, and how they can be reached."""
        mobile = format_html('<a href="tel:{}">{}</a>', one.mobile.replace(" ", ""), one.mobile) if one.mobile else ""
        if one.visitor and mobile and not one.visitor.mobile:
            mobile = format_html(_now("{} (of {})"), mobile, one.booking.contact_name or "")
        page = reverse("admin:bookings_booking_change", args=[one.booking.pk])
        reach = [part for part in (mobile, one.email or _now("no email address")) if part]
        who = f"{one.name}, {one.booking.school_in_words} ({how_far(one.metres)})"
        line = format_html('<a href="{}">{}</a>, {}', page, one.booking, who)
        return format_html("{}: {}", line, format_html(", ".join(["{}"] * len(reach)), *reach))


def how_far(metres: float | None) -> str:
    """How far somebody's school is, in words."""
    return _now("distance not known") if metres is None else _now("%(far)s away") % {"far": in_miles(metres)}
