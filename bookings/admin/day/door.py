"""Whoever stands at the door and is on no list: added, let in, named."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.admin.base.read_only import staff
from bookings.admin.day.day_pages import DayPages
from bookings.attendance import register
from bookings.attendance.register import ATTENDED, EXPECTED, Mark
from bookings.forms import NameForm, WalkInForm
from bookings.models import Booking, Places, Visitor
from bookings.rule.refusals import NeedsReason, Refused, SessionFull
from bookings.rule.words import why_not
from bookings.verbs import staff_booking, visitors
from hubs.vocabulary.ids import AN_ID


class DoorPages(DayPages):
    """Add somebody, let a party in, say who has come in an unnamed place."""

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("register_add", self.add_view, route="register/add/"),
            self.url_pattern("register_let_in", self.let_in_view, route="register/let-in/"),
            self.url_pattern("register_name", self.name_view, route="register/name/<int:visitor_id>/"),
        ]

    def add_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A name and a school are enough. The form carries a key, so that pressing twice books once."""
        session = self.get_object_or_deny(request, object_id)
        form = WalkInForm(request.POST or None, initial={"request_key": uuid.uuid4()} | self._known(request, session))
        if form.is_valid() and (booking := self._add(request, session, form)):
            held = _(" A held-back place was used.") if booking.uses_held_back else ""
            added = _("Added, and marked as arrived: %(name)s.") % {"name": booking.contact_name}
            self.message(request, added + held)
            return self._to_line(session, booking.visitors.values_list("pk", flat=True).first())
        return self.register_page(request, "add", session, title=_("Add somebody"), form=form)

    @staticmethod
    def _known(request: HttpRequest, session: Any) -> dict[str, Any]:
        """What a booking that has lapsed says of who made it."""
        asked = request.GET.get("booking", "")
        if not AN_ID.fullmatch(asked):
            return {}
        booking = Booking.objects.filter(pk=int(asked), session=session).select_related("school").first()
        if booking is None:
            return {}
        school = str(booking.school.urn) if booking.school else booking.school_name
        return {"name": booking.contact_name, "school": school, "email": booking.contact_email}

    @staticmethod
    def _add(request: HttpRequest, session: Any, form: WalkInForm) -> Booking | None:
        """Book; or say what is missing: a place, then why the room is to hold more, or why the school has so many."""
        data = form.cleaned_data
        raise_to = data["raise_to"] if "raise" in request.POST else None
        try:
            return staff_booking.walk_in(
                session.pk,
                form.party(),
                by=staff(request),
                clock=timezone.now,
                raise_to=raise_to or 0,
                why=data["why"],
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
        session = self.get_object_or_deny(request, object_id)
        asked = request.POST.get("booking", "")
        try:
            register.refuse_before_its_day(session, now=timezone.now())
        except Refused as error:
            self.message(request, why_not(error), messages.ERROR)
            return self._to_line(session, None)
        known = register.not_confirmed(session)
        booking = next((one for one in known if str(one.pk) == asked), None)
        if booking is None:
            return self._to_line(session, None)
        try:
            places.confirm(booking.pk, by=staff(request), clock=timezone.now)
        except Refused as error:
            self.message(request, f"{booking.contact_name}: {why_not(error)}", messages.ERROR)
            return self._to_line(session, None)
        self.message(request, _("Confirmed: %(name)s.") % {"name": booking.contact_name})
        return self._to_line(session, booking.visitors.all()[0].pk)

    def name_view(self, request: HttpRequest, object_id: int, visitor_id: int) -> HttpResponse:
        """Who has come in a place that was to be named."""
        session = self.get_object_or_deny(request, object_id)
        visitor = register.coming(session).filter(pk=visitor_id).select_related("booking__school").first()
        if visitor is None:
            raise Http404
        form = NameForm(request.POST or None, live=register.is_open(session, now=timezone.now()))
        if form.is_valid() and self._name(request, session, visitor, form):
            return self._to_line(session, visitor.pk)
        return self.register_page(request, "name", session, title=_("Who is it?"), form=form, visitor=visitor)

    @staticmethod
    def _name(request: HttpRequest, session: Any, visitor: Visitor, form: NameForm) -> bool:
        by, data = staff(request), form.cleaned_data
        try:
            named = visitors.name_at_the_door(visitor.pk, data["name"], by=by, clock=timezone.now)
            if named.full_name != data["name"]:
                form.add_error("name", _("Somebody has just given the name: %(name)s.") % {"name": named.full_name})
                return False
            if data.get("arrived"):
                register.mark(session, Mark(visitor.pk, ATTENDED, EXPECTED), by=by, now=timezone.now())
        except Refused as error:
            form.add_error(None, why_not(error))
            return False
        return True

    def _to_line(self, session: Any, visitor_id: int | None) -> HttpResponse:
        """Back to the register, at somebody's line."""
        line = f"#v{visitor_id}" if visitor_id else ""
        return HttpResponseRedirect(self.url_of(session.pk, "register") + line)
