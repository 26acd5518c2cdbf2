"""Pages of a booking: move it to another session, put a person in, put its contact or its school right, say which
school was typed.

Each is a form, then what it will do, then a button that does it.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import staff
from bookings.admin.booking import said_before
from bookings.admin.booking.booking_forms import ContactForm, MoveBookingForm, OtherSchoolForm, SchoolForm
from bookings.admin.booking.person_forms import PutInForm
from bookings.models import Booking
from bookings.public.session import Showing
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import (
    AlreadyBooked,
    InThisBooking,
    NeedsReason,
    NotForYourSchool,
    NothingChanged,
    Refused,
    SessionFull,
)
from bookings.rule.words import why_not
from bookings.states import Status
from bookings.verbs import addresses, contact, visitors
from bookings.verbs.another_session import party_of, to_another_session
from bookings.verbs.school import change_school, identify, typed_alike
from hubs.models import ShowcaseSession

NAMES: dict[str, Promise | str] = {
    "put_in": _("Add a person…"),
    "contact": _("Correct the name, address or phone…"),
    "other_school": _("Change the school…"),
    "school": _("Say which school it is…"),
    "move": _("Move to another session…"),
}


class BookingPages(PreviewPages):
    """Move a booking, put somebody in, change its contact or its school."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """No form of Django's changes a booking, so its own permission to change one is refused to all."""
        return request.user.has_perm("bookings.change_booking", row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        fits = self.fits(row)
        for name, label in NAMES.items():
            if fits[name]:
                yield self.url_of(row.pk, name), str(label)

    def fits(self, row: Booking) -> dict[str, bool]:
        """Which of these pages make sense for a booking now, by name."""
        starts_at, live = row.session.starts_at, row.is_live
        begun = bool(starts_at and starts_at <= timezone.now())
        return {
            "put_in": row.status in (Status.HELD, Status.CONFIRMED) and not begun,
            "contact": live,
            "other_school": live,
            "school": live and typed_alike(row).exists(),
            "move": live,
        }

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("put_in", self.put_in_view),
            self.url_pattern("move", self.move_view),
            self.url_pattern("contact", self.contact_view),
            self.url_pattern("other_school", self.other_school_view),
            self.url_pattern("school", self.school_view),
        ]

    def _booking_and_form(self, request: HttpRequest, object_id: int, form_class: Any) -> tuple[Booking, Any]:
        """The booking, for whoever may change it, and the form about it."""
        booking = self.get_object_or_deny(request, object_id)
        sent = request.POST if request.method == "POST" else None
        return booking, form_class(sent, booking=booking, admin_site=self.admin_site, by=staff(request))

    def _title(self, name: str) -> str:
        return str(NAMES[name]).rstrip("…")

    # --- another session ----------------------------------------------------------------------------------------------

    def move_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Which session, then what moves and who is told."""
        booking, form = self._booking_and_form(request, object_id, MoveBookingForm)

        def do(form: Any) -> str:
            data = form.cleaned_data
            by, how = staff(request), {"use_held_back": data["use_held_back"], "why": data["why"]}
            moved = to_another_session(booking.pk, data["session"].pk, by=by, clock=timezone.now, **how)
            return _now("Moved: %(booking)s, now at %(session)s.") % {"booking": moved, "session": data["session"]}

        return self.form_with_preview(
            request,
            form,
            title=self._title("move"),
            original=booking,
            preview=lambda form: what_moves(booking, form.cleaned_data["session"]),
            do=do,
            rows=[*_as_it_stands(booking), *_with_it(booking)],
            button=_now("Move"),
            refused=say_why_not,
        )

    # --- one more -----------------------------------------------------------------------------------------------------

    def put_in_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Somebody more of the same school: in a place, or on the waiting list."""
        booking = self.get_object_or_deny(request, object_id)
        sent = request.POST if request.method == "POST" else None
        form = PutInForm(sent, booking=booking, initial={"key": uuid.uuid4()})

        def do(form: Any) -> str:
            data, by = form.cleaned_data, staff(request)
            how = {"key": data["key"], "why": data["why"], "may_wait": data["may_wait"]}
            added = visitors.put_in(booking.pk, form.person(), by=by, clock=timezone.now, **how)
            said = _now("%(name)s waits for a place.") if added.waits else _now("%(name)s has a place.")
            return said % {"name": data["name"]}

        return self.form_with_preview(
            request,
            form,
            title=self._title("put_in"),
            original=booking,
            preview=lambda form: list(_who_is_put_in(booking, form)),
            do=do,
            rows=[*_as_it_stands(booking), said_before.places_there(booking)],
            button=self._title("put_in"),
            refused=say_why_not,
        )

    # --- the contact --------------------------------------------------------------------------------------------------

    def contact_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A name or an address that was typed wrong, or another address than before."""
        booking, form = self._booking_and_form(request, object_id, ContactForm)

        def do(form: Any) -> str:
            data, by = form.cleaned_data, staff(request)
            stays = form.asks_new_address
            email = booking.contact_email or "" if stays else data["contact_email"]
            if stays:  # first: where it is refused, nothing has been changed
                addresses.ask_for_address(booking.pk, data["contact_email"], by=by, clock=timezone.now)
            who = {"name": data["contact_name"], "email": email, "mobile": data["contact_mobile"]}
            if (who["name"], who["email"], who["mobile"]) != _known(booking):
                contact.put_right(booking.pk, **who, why=data.get("why", ""), by=by, clock=timezone.now)
            return _done_to_contact(booking, form)

        return self.form_with_preview(
            request,
            form,
            title=self._title("contact"),
            original=booking,
            preview=lambda form: _new_contact(booking, form),
            do=do,
            button=_now("Change"),
            refused=say_why_not,
        )

    # --- the school ---------------------------------------------------------------------------------------------------

    def other_school_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A school that was picked wrong, for this booking and all that goes with it."""
        booking = self.get_object_or_deny(request, object_id)
        form = OtherSchoolForm(request.POST if request.method == "POST" else None, admin_site=self.admin_site)

        def do(form: Any) -> str:
            by, why = staff(request), form.cleaned_data["why"]
            changed = change_school(booking.pk, form.visiting(), by=by, clock=timezone.now, why=why)
            return _now("Changed: the school is %(school)s.") % {"school": changed[0].school_in_words}

        return self.form_with_preview(
            request,
            form,
            title=self._title("other_school"),
            original=booking,
            preview=lambda form: _other_school(booking, form.visiting()),
            do=do,
            rows=[_now("Now: %(school)s") % {"school": booking.school_in_words}],
            button=_now("Change the school"),
            refused=say_why_not,
        )

    def school_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A school that was typed, as one of the register: for every booking of the hub that was typed alike."""
        booking, form = self._booking_and_form(request, object_id, SchoolForm)
        typed = _now("Typed: %(school)s") % {"school": booking.school_in_words}

        def do(form: Any) -> str:
            return what_became(identify(booking.pk, form.cleaned_data["school"], by=staff(request), clock=timezone.now))

        return self.form_with_preview(
            request,
            form,
            title=self._title("school"),
            original=booking,
            preview=lambda form: [typed, *_same_school(booking, form.cleaned_data["school"])],
            do=do,
            rows=[typed],
            button=_now("Say so"),
        )


# --- what it will do, in sentences ------------------------------------------------------------------------------------


def _as_it_stands(booking: Booking) -> list[str]:
    who = ", ".join(filter(None, [str(booking), booking.contact_name, booking.school_in_words]))
    return [f"{who}: {booking.get_status_display()}", _now("Now at: %(session)s") % {"session": booking.session}]


def _with_it(booking: Booking) -> list[str]:
    """Who else moves, or does not."""
    others = party_of(booking)[1:]
    if booking.goes_with_id:
        return [_now("It goes with another booking, which stays where it is.")]
    number = sum(one.party for one in others)
    moves = ngettext(
        "%(n)d visitor of the same party, in another booking, moves too.",
        "%(n)d visitors of the same party, in other bookings, move too.",
        number,
    )
    return [moves % {"n": number}] if others else []


def what_moves(booking: Booking, session: ShowcaseSession) -> list[str]:
    """How many places, from where to where, and who is told."""
    number = sum(one.party for one in party_of(booking))
    places = ngettext("%(n)d place moves", "%(n)d places move", number) % {"n": number}
    told = _now("The contact and each named visitor with an address get one email, which says both sessions.")
    if not booking.contact_email:
        told = _now("The contact has no email address: ring or write to them.")
    showing = Showing(session, timezone.now())
    return [
        *_as_it_stands(booking),
        _now("To: %(session)s, %(count)s") % {"session": session, "count": showing.count},
        *_with_it(booking),
        places,
        told,
        _now("They are confirmed there at once, and their links keep working."),
    ]


def _who_is_put_in(booking: Booking, form: PutInForm) -> Iterable[str]:
    person = form.person()
    yield _now("%(name)s is added to the booking of %(contact)s.") % {
        "name": person.full_name,
        "contact": booking.contact_name or booking,
    }
    yield said_before.places_there(booking)
    if form.cleaned_data["may_wait"]:
        yield _now("If there is no place for them, they go on the waiting list.")
    yield said_before.contact_is_told(booking)
    if person.email and booking.status == Status.CONFIRMED:
        yield _now("%(address)s gets an email with a link of their own.") % {"address": person.email}
    yield from said_before.of_access(booking.session, [person.needs] if person.needs else [])


def _other_school(booking: Booking, school: VisitingSchool) -> list[str]:
    new = Booking(school_kind=school.kind, school=school.school, school_name=school.name, school_place=school.place)
    return [
        _now("Now: %(school)s") % {"school": booking.school_in_words},
        _now("New: %(school)s") % {"school": new.school_in_words},
        _now("Everyone of the booking keeps their place, and counts towards the new school."),
        said_before.contact_is_told(booking),
    ]


def _known(booking: Booking) -> tuple[str, str, str]:
    return booking.contact_name or "", booking.contact_email or "", booking.contact_mobile


def _done_to_contact(booking: Booking, form: ContactForm) -> str:
    """What was done, and to which address something goes."""
    said = {"booking": booking, "address": form.new_address}
    if form.asks_new_address:
        return _now("A link goes to %(address)s. It counts once they press it.") % said
    if form.new_address:
        return _now("Changed: %(booking)s. An email with a new link goes to %(address)s.") % said
    return _now("Changed: %(booking)s.") % said


def _new_contact(booking: Booking, form: ContactForm) -> list[str]:
    data = form.cleaned_data
    rows = [
        _now("Now: %(who)s") % {"who": _one_line(booking.contact_name, booking.contact_email, booking.contact_mobile)},
        _now("New: %(who)s") % {"who": _one_line(data["contact_name"], data["contact_email"], data["contact_mobile"])},
    ]
    if form.asks_new_address:
        rows.append(_now("The new address gets a link. Until it is pressed, the old address stays."))
        rows.append(_now("The old address is told."))
    elif form.new_address:
        rows.append(_now("The new address gets an email with a new link."))
        if booking.contact_email:
            rows.append(_now("The old link stops working, and the old address is told nothing."))
    return rows


def _one_line(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _same_school(booking: Booking, school: object) -> list[str]:
    number = typed_alike(booking).count()
    text = ngettext(
        "%(n)d live booking of this hub was typed so. It is for %(school)s from now on.",
        "%(n)d live bookings of this hub were typed so. They are for %(school)s from now on.",
        number,
    )
    shares = _now("They count towards that school's share. Nobody loses a place, and nobody is written to.")
    return [text % {"n": number, "school": school}, shares]


def what_became(found: Any) -> str:
    """What was done, and what staff should know of it."""
    number = len(found.done)
    lines = [ngettext("Changed: %(n)d booking.", "Changed: %(n)d bookings.", number) % {"n": number}]
    if found.left:
        names = ", ".join(map(str, found.left))
        lines.append(
            _now("Left as typed, for the same contact has another booking of that school there: %(names)s.")
            % {"names": names}
        )
    if found.over:
        names = ", ".join(map(str, found.over))
        lines.append(_now("The school now has more than its share at: %(names)s.") % {"names": names})
    return " ".join(lines)


def say_why_not(form: Any, error: Refused) -> None:
    """Put a refusal beside the field that can answer it."""
    match error:
        case NeedsReason():
            form.add_error("why", _now("The school would have more than its share there: say why."))
        case NotForYourSchool():
            form.add_error("why", _now("Only some schools may book, and this is none of them: say why."))
        case NothingChanged() if "school_kind" in form.fields:
            form.add_error("school", _now("That is the school that it has."))
        case SessionFull(left=left) if form.cleaned_data.get("use_held_back"):
            held_back = ngettext("Only %(n)d place is held back there.", "Only %(n)d places are held back there.", left)
            form.add_error("use_held_back", held_back % {"n": left})
        case SessionFull() if "may_wait" in form.fields:
            form.add_error("may_wait", _now("There is no place for them now: tick this to let them wait."))
        case SessionFull():
            form.add_error("session", why_not(error))
        case AlreadyBooked() | InThisBooking() if "contact_email" in form.fields:
            form.add_error("contact_email", why_not(error))
        case InThisBooking() if "email" in form.fields:
            form.add_error("email", why_not(error))
        case _:
            form.add_error(None, why_not(error))
