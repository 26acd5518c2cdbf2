"""Whoever stands at the door and is on no list: added, let in, named."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.admin.base.buttons import WithButtons
from bookings.admin.base.read_only import staff
from bookings.attendance import register
from bookings.attendance.register import ATTENDED, EXPECTED, Mark
from bookings.forms import NameForm, WalkInForm
from bookings.models import Booking, Places, Visitor
from bookings.rule.refusals import NeedsReason, Refused, SessionFull
from bookings.rule.words import why_not
from bookings.verbs import staff_booking
from bookings.verbs import visitors as details
from hubs.staff import scope

# What the pages of a session's register have in common: whom they let in, where they are, how they look.


class AtTheDoor(WithButtons):
    """Pages of a session that name its visitors."""

    def session_at_the_door(self, request: HttpRequest, object_id: int) -> Any:
        """The session, for who may change its visitors. Raises Http404 for another hub's, PermissionDenied."""
        return self.row_of(request, object_id, lambda _request, row: scope.may(request.user, "change", Visitor, row))

    def register_path(self, name: str, view: Callable[..., HttpResponse], *, more: str = "") -> URLPattern:
        """The address of a page of the register ("" is its first); `more` is what it takes beside the session."""
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        full = "_".join([model, "register", *name.replace("-", "_").split()])
        address = f"<int:object_id>/register/{name}/{more}" if name else "<int:object_id>/register/"
        return path(address, self.admin_site.admin_view(view), name=full)

    def register_page(
        self, request: HttpRequest, template: str, session: Any, *, title: str, **context: Any
    ) -> HttpResponse:
        """A page in the admin's look, of templates/admin/register/."""
        form = context.get("form")
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "session": session, "original": session, "opts": self.opts, "media": self.media}
        status = 422 if form is not None and form.errors else 200
        return TemplateResponse(request, f"admin/register/{template}.html", context, status=status)


class WithDoor(AtTheDoor):
    """Sessions to which people come whom nobody expected."""

    def get_urls(self) -> list[URLPattern]:
        pages = [
            self.register_path("add", self.add_at_the_door_view),
            self.register_path("let-in", self.let_in_view),
            self.register_path("name", self.name_view, more="<int:visitor_id>/"),
        ]
        return [*pages, *super().get_urls()]

    def add_at_the_door_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A name and a school are enough. The form carries a key, so that pressing twice books once."""
        session = self.session_at_the_door(request, object_id)
        form = WalkInForm(request.POST or None, initial={"request_key": uuid.uuid4()} | self._known(request, session))
        if form.is_valid() and (booking := self._add(request, session, form)):
            held = _(" A held-back place was used.") if booking.uses_held_back else ""
            said = _("Added, and marked as arrived: %(name)s.") % {"name": booking.contact_name}
            self.message_user(request, said + held, messages.SUCCESS)
            return self._to_line(session, booking.visitors.values_list("pk", flat=True).first())
        return self.register_page(request, "add", session, title=_("Add somebody"), form=form)

    @staticmethod
    def _known(request: HttpRequest, session: Any) -> dict[str, Any]:
        """What a booking that has lapsed says of who made it."""
        asked = request.GET.get("booking", "")
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
            return {}
        booking = Booking.objects.filter(pk=int(asked), session=session).select_related("school").first()
        if booking is None:
            return {}
        school = str(booking.school.urn) if booking.school else booking.school_name
        return {"name": booking.contact_name, "school": school, "email": booking.contact_email}

    @staticmethod
    def _add(request: HttpRequest, session: Any, form: WalkInForm) -> Booking | None:
        """Book; or say what is missing: a place, then why the room is to hold more, or why the school has so many."""
        said = form.cleaned_data
        raise_to = said["raise_to"] if "raise" in request.POST else None
        try:
            return staff_booking.walk_in(
                session.pk,
                form.party(),
                by=staff(request),
                clock=timezone.now,
                raise_to=raise_to or 0,
                why=said["why"],
            )
        except SessionFull as error:
            form.offered = Places.objects.get(pk=session.pk).capacity + 1
            form.add_error(None, why_not(error))
        except NeedsReason:
            form.ask_why(raising=raise_to)
        except Refused as error:
            form.add_error(None, why_not(error))
        return None

    def let_in_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Confirm a party that has not confirmed itself, or that waits, if there are places."""
        session = self.session_at_the_door(request, object_id)
        asked = request.POST.get("booking", "")
        known = register.not_confirmed(session)
        booking = next((one for one in known if str(one.pk) == asked), None)
        if booking is None:
            return self._to_line(session, None)
        try:
            places.confirm(booking.pk, by=staff(request), clock=timezone.now)
        except Refused as error:
            self.message_user(request, f"{booking.contact_name}: {why_not(error)}", messages.ERROR)
            return self._to_line(session, None)
        self.message_user(request, _("Confirmed: %(name)s.") % {"name": booking.contact_name}, messages.SUCCESS)
        return self._to_line(session, booking.visitors.all()[0].pk)

    def name_view(self, request: HttpRequest, object_id: int, visitor_id: int) -> HttpResponse:
        """Who has come in a place that was to be named."""
        session = self.session_at_the_door(request, object_id)
        visitor = register.coming(session).filter(pk=visitor_id).select_related("booking__school").first()
        if visitor is None:
            raise Http404
        form = NameForm(request.POST or None)
        if form.is_valid() and self._name(request, session, visitor, form):
            return self._to_line(session, visitor.pk)
        return self.register_page(request, "name", session, title=_("Who is it?"), form=form, visitor=visitor)

    @staticmethod
    def _name(request: HttpRequest, session: Any, visitor: Visitor, form: NameForm) -> bool:
        by, said = staff(request), form.cleaned_data
        try:
            named = details.name_at_the_door(visitor.pk, said["name"], by=by, clock=timezone.now)
            if named.full_name != said["name"]:
                form.add_error("name", _("Somebody has just given the name: %(name)s.") % {"name": named.full_name})
                return False
            if said["arrived"]:
                register.mark(session, Mark(visitor.pk, ATTENDED, EXPECTED), by=by, now=timezone.now())
        except Refused as error:
            form.add_error(None, why_not(error))
            return False
        return True

    def _to_line(self, session: Any, visitor_id: int | None) -> HttpResponse:
        """Back to the register, at somebody's line."""
        line = f"#v{visitor_id}" if visitor_id else ""
        return HttpResponseRedirect(self.page_of(session.pk, "register") + line)
