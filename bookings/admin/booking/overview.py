"""A booking's own page: people, not fields; and from it a telephone call is answered.

Who, which session, how it stands, what was sent and what came back, what it may still do, and what has happened.
Nothing here writes: each sentence under "What are they asking?" leads to a page or presses a button that does.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.booking.story import fate_of, happened_to
from bookings.models import AddressChange, Booking, Mail, Visitor
from bookings.models.booking import MOBILE_KEPT
from bookings.models.visitor import needs_deleted_on
from bookings.public.session import Showing
from bookings.states import Status
from hubs.models import ShowcaseSession
from hubs.staff import scope
from hubs.vocabulary.dates import day_and_month, moment
from hubs.vocabulary.phone_numbers import as_dialled
from hubs.vocabulary.teaching import in_words, roles_in_words

MOST_MAILS = 20
TONES = {Mail.State.REFUSED: "stop", Mail.State.FAILED: "stop", Mail.State.UNSURE: "wait"}


class Answer(NamedTuple):
    """What somebody rings about, what can be said at once, and what may be done: addresses of pages, or buttons."""

    asked: str
    says: str
    links: list[tuple[str, str]] = []
    buttons: list[tuple[str, str]] = []
    ends: bool = False


@dataclass
class PersonShown:
    """One visitor, with what may be done about them."""

    visitor: Visitor
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def does(self) -> str:
        """As in "Maths lead, Years 5 and 6"."""
        return ", ".join(filter(None, [roles_in_words(self.visitor.role), in_words(self.visitor.years)]))

    @property
    def needs(self) -> list[str]:
        return [words for words in (self.visitor.needs, self.visitor.needs_added) if words]


class OverviewPages(RowPages):
    """The booking's own page."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Whoever may read names of the hub: never the programme office, which sees no booking."""
        return request.user.has_perm("bookings.view_booking", row)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("overview", self.overview, route="")]

    def overview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Everything of one booking in one place."""
        booking = self.get_object_or_deny(request, object_id)
        of_row: Any = self.model_admin
        now, mails = timezone.now(), mails_of(booking)
        address = AddressChange.objects.open().filter(booking=booking, visitor=None).first()
        context = self.admin_site.each_context(request) | {
            "title": booking.contact_name or str(booking),
            "opts": self.model_admin.opts,
            "booking": booking,
            "session": booking.session,
            "session_page": page_of(booking.session),
            "showing": Showing(booking.session, now),
            "stands": how_it_stands(booking, position=booking.position),
            "good": booking.status == Status.CONFIRMED,
            "new_address": address,
            "dialled": as_dialled(booking.contact_mobile).replace(" ", ""),
            "warnings": list(of_row.warnings(request, booking)),
            "answers": list(self._answers(request, booking, mails, now=now)),
            "people": self._people(request, booking),
            "gone": list(booking.visitors.exclude(released_at=None)),
            "party": [one for one in Booking.objects.of_party(booking) if one != booking],
            "mails": mails,
            "history": list(reversed(happened_to(booking))),
            "others": others_of(request.user, booking),
            "kept": what_is_kept(booking.session),
            "record": self.url_of(booking.pk, "change"),
            "person_page": self.url_of(booking.pk, "person") if booking.email_key else "",
        }
        return TemplateResponse(request, "admin/booking/overview.html", context)

    def _people(self, request: HttpRequest, booking: Booking) -> list[PersonShown]:
        """Those who come, each with the pages about them."""
        pages: Any = self.admin_site.get_model_admin(Visitor)
        coming = list(booking.visitors.coming())
        for visitor in coming:
            visitor.booking = booking
        scope.with_hubs_of(booking, coming)
        may = request.user.has_perm("bookings.change_visitor", booking)
        return [PersonShown(one, list(pages.links(request, one)) if may else []) for one in coming]

    def _answers(
        self, request: HttpRequest, booking: Booking, mails: list["MailShown"], *, now: dt.datetime
    ) -> Iterator[Answer]:
        """What people ring about, each with what fits: an answer that nothing can be done for is not there."""
        of_row: Any = self.model_admin
        pages = {_name_of(address): (address, label.rstrip("…")) for address, label in of_row.links(request, booking)}
        buttons = {name: (name, label.rstrip("…")) for name, label in of_row.allowed_buttons(request, booking)}
        for asked, says, presses, leads in _rung_about(booking, mails, now=now):
            answer = Answer(
                asked,
                says,
                links=[pages[name] for name in leads if name in pages],
                buttons=[buttons[name] for name in presses if name in buttons],
                ends="cancel" in presses,
            )
            if answer.links or answer.buttons:
                yield answer


def _name_of(address: str) -> str:
    """The name of a page, by which its address ends."""
    return address.rstrip("/").rpartition("/")[2]


Rung = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _rung_about(booking: Booking, mails: list["MailShown"], *, now: dt.datetime) -> Iterator[Rung]:
    """What they say, what can be said at once, and the names of buttons and of pages that answer it."""
    if booking.status == Status.HELD and booking.deadline:
        yield (
            _("“Please confirm it for us”"),
            _("Kept until %(at)s.") % {"at": moment(booking.deadline)},
            ("confirm",),
            (),
        )
    if booking.contact_email:
        yield _("“I never got the email”"), last_word(booking, mails), ("send_link",), ("contact",)
    else:
        yield _("“Please email me”"), _("There is no email address."), (), ("contact",)
    yield _("“I picked the wrong school”"), booking.school_in_words, (), ("other_school", "school")
    left = max(booking.session.places.left(now=now), 0)
    there = ngettext("%(n)d place is left.", "%(n)d places are left.", left) % {"n": left}
    yield _("“One more of us would like to come”"), there, (), ("put_in",)
    goes = _("Moved, they are told of both sessions; cancelled, their places go to whoever waits.")
    yield _("“We cannot come”"), goes, ("cancel",), ("move",)


def page_of(row: Any) -> str:
    """The main page of a row of a model that has an admin."""
    model_admin: Any = admin.site.get_model_admin(type(row))
    return str(model_admin.url_of(row.pk))


def how_it_stands(booking: Booking, *, position: int | None = None) -> str:
    """As in "2 places confirmed", or "2 people wait, number 3"."""
    n, until = booking.party, moment(booking.deadline) if booking.deadline else ""
    said = {"n": n, "until": until}
    wait = ngettext("%(n)d person waits", "%(n)d people wait", n) % said
    words = {
        Status.CONFIRMED: ngettext("%(n)d place confirmed", "%(n)d places confirmed", n),
        Status.HELD: ngettext("%(n)d place kept until %(until)s", "%(n)d places kept until %(until)s", n),
        Status.OFFERED: ngettext("%(n)d place offered until %(until)s", "%(n)d places offered until %(until)s", n),
        Status.WAITING: _("%(wait)s, number %(position)d") % {"wait": wait, "position": position} if position else wait,
        Status.LAPSED: _("Not confirmed: takes no place before that")
        if booking.asks_first
        else _("Lapsed: no place is kept"),
        Status.CANCELLED: _("Cancelled late: after booking had closed") if booking.ended_late else _("Cancelled"),
    }
    return words[Status(booking.status)] % said


class MailShown(NamedTuple):
    """One mail: what it was, to whom, when, and what came back."""

    mail: Mail
    what: str
    fate: list[str]
    tone: str  # "stop" where it came back or was given up, "wait" where a person has to say whether it arrived
    page: str


def mails_of(booking: Booking) -> list[MailShown]:
    """The booking's mails, the newest first."""
    found = Mail.objects.for_staff().filter(booking=booking).defer("facts").order_by("-pk")[:MOST_MAILS]
    return [shown(mail) for mail in found]


def shown(mail: Mail) -> MailShown:
    """A mail in words."""
    kind = str(mail.get_kind_display())
    tone = TONES.get(Mail.State(mail.state), "")
    fate = fate_of(mail)
    if mail.answered_at:
        fate[0] = f"{fate[0]}, {moment(mail.answered_at)}"
    return MailShown(mail, kind[:1].upper() + kind[1:], fate, tone, page_of(mail))


def last_word(booking: Booking, mails: list[MailShown]) -> str:
    """What became of the last mail to the present address of the contact."""
    last = next((one for one in mails if one.mail.recipient_key == booking.email_key), None)
    if last is None:
        return _("Nothing has been sent to %(address)s.") % {"address": booking.contact_email}
    said = {"what": last.what, "address": booking.contact_email, "fate": last.fate[0]}
    return _("“%(what)s” to %(address)s: %(fate)s.") % said


def others_of(user: Any, booking: Booking) -> list[Booking]:
    """The other bookings of the same address that somebody may see, the latest first."""
    if not booking.email_key:
        return []
    found = scope.rows(user, Booking.objects.filter(email_key=booking.email_key)).exclude(pk=booking.pk)
    sessions = found.select_related("session__places").prefetch_related("session__lessons")
    return list(sessions.order_by("-session__first_day", "-pk")[:10])


def what_is_kept(session: ShowcaseSession) -> str:
    """Until when what they have told us is kept."""
    if not session.last_day:
        return ""
    needs = needs_deleted_on(session)
    return _("Phone until %(mobile)s. Needs until %(needs)s.") % {
        "mobile": day_and_month(session.last_day + MOBILE_KEPT),
        "needs": day_and_month(needs) if needs else "",
    }
