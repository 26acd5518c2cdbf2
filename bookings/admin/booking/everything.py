"""A person's page: everything of one address in the hub, what was sent to it and what came back.

Its address names a booking or a visitor, and so shows no address to whoever reads a log or looks over a shoulder.
"""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.booking.booking_pages import NAMES
from bookings.admin.booking.overview import how_it_stands, page_of, shown
from bookings.attendance.lateness import came, cancelled_late, missed
from bookings.models import Booking, Mail, TellMe, Visitor
from bookings.states import Status
from hubs.staff import scope

MOST = 50  # of each list: nobody has more in a hub, and who has is told by the lists


class EverythingOfAPerson(RowPages):
    """All bookings, places, wishes and mails of a row's address that somebody may see."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Whoever may read the row: never the programme office."""
        return request.user.has_perm("bookings.view_booking", row)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("person", self.person_view)]

    def person_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Raises Http404 for a row without an address: there is nothing to go by."""
        row = self.get_object_or_deny(request, object_id)
        key = row.email_key
        if not key:
            raise Http404
        name, address = _called(row)
        mails = (
            scope.rows(request.user, Mail.objects.for_staff().filter(recipient_key=key)).defer("facts").order_by("-pk")
        )
        wishes = scope.rows(request.user, TellMe.objects.filter(email_key=key)).select_related(
            "hub", "session", "host_school__school", "host_school__hub_year__exchange"
        )
        context = self.admin_site.each_context(request) | {
            "title": name or address,
            "address": address,
            "bookings": [self._shown(request, one) for one in _bookings(request.user, key)],
            "places": [self._place(request, one) for one in _places(request.user, key)],
            "wishes": [(wish, _wished(wish)) for wish in wishes.order_by("-pk")[:MOST]],
            "mails": [shown(mail) for mail in mails[:MOST]],
            "erase_page": self.url_of(row.pk, "erase") if request.user.has_perm("bookings.change_booking", row) else "",
            "came": _came(request.user, key),
            "came_back": mails.filter(state__in=[Mail.State.REFUSED, Mail.State.FAILED]).count(),
        }
        return TemplateResponse(request, "admin/booking/person.html", context)

    def _shown(self, request: HttpRequest, booking: Booking) -> dict[str, Any]:
        """A booking with its buttons and with the pages that answer a call."""
        of_bookings: Any = self.admin_site.get_model_admin(Booking)
        buttons = of_bookings.allowed_buttons(request, booking)
        pages = ("contact", "other_school") if booking.is_live and self._may_change(request) else ()
        return {
            "booking": booking,
            "page": page_of(booking),
            "stands": how_it_stands(booking),
            "good": booking.status == Status.CONFIRMED,
            "action": "admin:bookings_booking_changelist",
            "buttons": [(name, label.rstrip("…")) for name, label in buttons if name != "confirm"],
            "links": [(of_bookings.url_of(booking.pk, name), str(NAMES[name]).rstrip("…")) for name in pages],
        }

    def _place(self, request: HttpRequest, visitor: Visitor) -> dict[str, Any]:
        """A place that somebody else booked."""
        of_visitors: Any = self.admin_site.get_model_admin(Visitor)
        return {
            "booking": visitor.booking,
            "visitor": visitor,
            "page": page_of(visitor.booking),
            "stands": how_it_stands(visitor.booking),
            "good": visitor.booking.status == Status.CONFIRMED,
            "action": "admin:bookings_visitor_changelist",
            "buttons": of_visitors.allowed_buttons(request, visitor),
            "links": [(of_visitors.url_of(visitor.pk, "correct"), _("Correct their details"))]
            if visitor.booking.is_live and self._may_change(request)
            else [],
        }

    def _may_change(self, request: HttpRequest) -> bool:
        """In some hub: the page that it leads to asks of this one."""
        return request.user.has_perm("bookings.change_booking")


def _came(user: Any, key: str) -> list[str]:
    """How often they came, did not come, and gave a place back late: each apart, none in no sentence. One query."""
    theirs = scope.rows(user, Visitor.objects.filter(email_key=key)).order_by()
    counts = {"came": came(), "missed": missed(), "late": cancelled_late()}
    n = theirs.aggregate(**{name: Count("pk", filter=these, distinct=True) for name, these in counts.items()})
    said = (
        (n["came"], ngettext("Came to %(n)d session.", "Came to %(n)d sessions.", n["came"])),
        (n["missed"], ngettext("Did not come to %(n)d session.", "Did not come to %(n)d sessions.", n["missed"])),
        (n["late"], ngettext("Cancelled late once.", "Cancelled late %(n)d times.", n["late"])),
    )
    return [words % {"n": number} for number, words in said if number]


def _wished(wish: TellMe) -> str:
    """What they have asked to be told of."""
    return str(wish.session or wish.host_school or wish.hub or wish.words)


def _called(row: Booking | Visitor) -> tuple[str, str]:
    if isinstance(row, Booking):
        return row.contact_name or "", row.contact_email or ""
    return row.full_name or "", row.email or ""


def _bookings(user: Any, key: str) -> list[Booking]:
    """Those to come first, the nearest first; then what is over."""
    found = scope.rows(user, Booking.objects.filter(email_key=key)).select_related("session__places", "school")
    rows = list(found.select_related("session__hub_year").prefetch_related("session__lessons").order_by("-pk")[:MOST])
    return sorted(rows, key=_soonest)


def _places(user: Any, key: str) -> list[Visitor]:
    others = Visitor.objects.coming().filter(email_key=key, is_contact=False)
    found = scope.rows(user, others).select_related("booking__session__places", "booking__school")
    with_session = found.select_related("booking__session__hub_year").prefetch_related("booking__session__lessons")
    return sorted(with_session.order_by("-pk")[:MOST], key=lambda one: _soonest(one.booking))


def _soonest(booking: Booking) -> tuple[Any, ...]:
    day, today = booking.session.last_day, timezone.localdate()
    over = bool(day and day < today)
    number = day.toordinal() if day else 0
    return (not booking.is_live, over, -number if over else number, booking.pk)
