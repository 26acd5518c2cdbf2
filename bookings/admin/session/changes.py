"""Pages that cancel, postpone, move, substitute and reinstate: a form, then whom it touches, then the Send button.

Nothing is done before that button, and pressing it twice does it once.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.home.cards import is_near
from bookings.admin.session.change_forms import IN_A_HURRY, MoveForm, NewsForm, SubstituteForm, TakeOffForm
from bookings.admin.session.whom import what_moves, who_needs, whom
from bookings.admin.session.words import as_it_stands, what_was_done, whom_to_phone, why_not_changed
from bookings.models import SessionChange
from bookings.sessions import changes, moving
from bookings.states import SESSION_TABLE, Verb
from hubs.models import Lesson
from hubs.vocabulary.dates import clock, day

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


class ChangePages(PreviewPages):
    """Take a session off, move it, change who teaches."""

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

    def urls(self) -> list[URLPattern]:
        return [
            *(self.url_pattern(name, self.news_view, page=name) for name in WITH_NEWS),
            self.url_pattern("move", self.move_view),
            self.url_pattern("substitute", self.substitute_view),
        ]

    def news_view(self, request: HttpRequest, object_id: int, page: str) -> HttpResponse:
        """Cancel, postpone or reinstate one session."""
        session = self.get_object_or_deny(request, object_id)
        form_class = NewsForm if page == "reinstate" else TakeOffForm
        first = {"message": IN_A_HURRY.get(NAMES[page][0], "")} if is_near(session, now=timezone.now()) else {}
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
            then=partial(whom_to_phone, session),
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
                "starts": f"{day(starts_at)}, {clock(starts_at)}",
                "ends": clock(ends_at),
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
        page |= {"refused": partial(why_not_changed, session), "then": partial(whom_to_phone, session)}
        return self.form_with_preview(request, form, preview=preview, do=do, **page)

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
            then=partial(whom_to_phone, session),
        )
