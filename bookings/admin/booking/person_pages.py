"""Pages about one person of a booking: put right what is said of them, take them out, give their place to another.

Each is a form, then what it will do, then a button that does it; and each leads back to the booking.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import staff
from bookings.admin.booking import said_before
from bookings.admin.booking.person_forms import PersonForm, SomebodyForm, TakeOutForm
from bookings.models import HandOver, Visitor
from bookings.rule.refusals import InThisBooking, NeedsReason, Refused
from bookings.rule.words import why_not
from bookings.states import Status
from bookings.verbs import details, hand_over, visitors
from hubs.vocabulary.teaching import in_words, roles_in_words

NAMES: dict[str, Any] = {
    "correct": _("Correct their details"),
    "instead": _("Somebody else comes instead"),
    "take_out": _("Take out"),
}
WORDS: dict[str, Callable[[Any], str]] = {"role": roles_in_words, "years": in_words}


class PersonPages(PreviewPages):
    """Put one person of a booking right, take them out, give their place to somebody else."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """No form of Django's changes a visitor, so its own permission to change one is refused to all."""
        return request.user.has_perm("bookings.change_visitor", row)

    def links(self, request: HttpRequest, row: Visitor) -> Iterable[tuple[str, str]]:
        booking, now = row.booking, timezone.now()
        if row.released_at or not booking.is_live:
            return
        yield self.url_of(row.pk, "correct"), str(NAMES["correct"])
        if booking.session.starts_at and booking.session.starts_at <= now:
            return
        if booking.status == Status.CONFIRMED and row.full_name:
            yield self.url_of(row.pk, "instead"), str(NAMES["instead"])
        yield self.url_of(row.pk, "take_out"), str(NAMES["take_out"])

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("correct", self.correct_view),
            self.url_pattern("instead", self.instead_view),
            self.url_pattern("take_out", self.take_out_view),
        ]

    def redirect(self, row: Any, page: str = "") -> HttpResponse:
        """To the booking: that is who rang."""
        return HttpResponseRedirect(_of_booking(row.booking_id))

    def correct_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Name, address, role, years, needs: only what was changed is put right."""
        visitor = self.get_object_or_deny(request, object_id)
        sent = request.POST if request.method == "POST" else None
        form = PersonForm(sent, visitor=visitor, session=visitor.booking.session)

        def do(form: Any) -> str:
            changed = details.correct(visitor.pk, form.correction(), by=staff(request), clock=timezone.now)
            return _now("Put right: %(name)s.") % {"name": changed}

        return self.form_with_preview(
            request,
            form,
            title=_now("Correct the details of %(name)s") % {"name": visitor},
            original=visitor,
            preview=lambda form: _what_changes(visitor, form),
            do=do,
            rows=_of_whom(visitor),
            button=_now("Put right"),
            refused=say_why_not,
        )

    def take_out_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One place is given back."""
        visitor = self.get_object_or_deny(request, object_id)
        last = visitor.booking.party <= 1
        form = TakeOutForm(request.POST if request.method == "POST" else None, last=last)

        def do(form: Any) -> str:
            why = form.cleaned_data["why"]
            visitors.take_out(visitor.pk, by=staff(request), clock=timezone.now, why=why)
            return _now("Taken out: %(name)s.") % {"name": visitor}

        return self.form_with_preview(
            request,
            form,
            title=_now("Take %(name)s out") % {"name": visitor},
            original=visitor,
            preview=lambda form: list(_what_goes(visitor)),
            do=do,
            rows=_of_whom(visitor),
            button=_now("Cancel the booking") if last else _now("Take them out"),
            refused=say_why_not,
        )

    def instead_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The place goes to somebody else of the same school, also where the session is full."""
        visitor = self.get_object_or_deny(request, object_id)
        form = SomebodyForm(request.POST if request.method == "POST" else None, booking=visitor.booking)

        def do(form: Any) -> str:
            person = form.person()
            hand_over.hand_over(visitor.pk, person, by=staff(request), clock=timezone.now, pressed_by="hub")
            return _now("%(new)s has the place of %(old)s.") % {"new": person.full_name, "old": visitor}

        return self.form_with_preview(
            request,
            form,
            title=_now("Somebody else comes instead of %(name)s") % {"name": visitor},
            original=visitor,
            preview=lambda form: list(_what_is_given(visitor, form)),
            do=do,
            rows=_of_whom(visitor),
            button=_now("Give them the place"),
            refused=say_why_not,
        )


def _of_booking(booking_id: int) -> str:
    return reverse(f"{admin.site.name}:bookings_booking_overview", args=[booking_id])


# --- what it will do, in sentences ------------------------------------------------------------------------------------


def _of_whom(visitor: Visitor) -> list[str]:
    booking = visitor.booking
    return [f"{visitor}, {booking.school_in_words}: {booking.session}"]


def _what_changes(visitor: Visitor, form: PersonForm) -> list[Any]:
    """Each detail as it is and as it will be, and who is told."""
    said = {name: value for name, value in vars(form.correction()).items() if value is not None and name != "adds"}
    rows: list[Any] = []
    for name, value in said.items():
        words = WORDS.get(name, _plain)
        before, after = words(getattr(visitor, name)) or _now("nothing"), words(value) or _now("nothing")
        rows.append(f"{form.fields[name].label}: {before} → {after}")
    if not rows:
        return [_now("Nothing is different from what it was.")]
    if visitor.booking.status == Status.CONFIRMED:
        named = visitor.full_name and said.get("email") and not visitor.is_contact
        new = _now("%(address)s gets an email with a link of their own; an older link stops working.")
        told = said_before.who_is_told(visitor.booking, visitor)
        rows.append(new % {"address": said["email"]} if named else told)
    return rows + said_before.of_access(visitor.booking.session, form.written_needs())


def _plain(value: Any) -> str:
    return str(value or "")


def _what_goes(visitor: Visitor) -> Iterable[str]:
    booking = visitor.booking
    if booking.party <= 1:
        yield _now("It is the last of the booking, which is cancelled.")
    else:
        yield _now("One place is given back; the others keep theirs.")
    yield said_before.contact_is_told(booking)
    if visitor.has_own_mail and booking.status == Status.CONFIRMED:
        yield _now("%(name)s gets an email too.") % {"name": visitor}
    yield _now("A place that comes free goes to whoever waits first.")


def _what_is_given(visitor: Visitor, form: SomebodyForm) -> Iterable[Any]:
    new, booking = form.person(), visitor.booking
    yield _now("%(new)s gets the place of %(old)s. No place is lost.") % {"new": new.full_name, "old": visitor}
    if HandOver.objects.open().filter(visitor=visitor).exists():
        yield _now("It is on its way from somebody else already, and has to be taken or taken back first.")
    if visitor.has_needs:
        yield _now("What %(old)s needs is deleted.") % {"old": visitor}
    if new.email:
        yield _now("%(address)s gets a link, by which the place is taken or given back.") % {"address": new.email}
    if visitor.has_own_mail or booking.contact_email:
        yield _now("%(old)s and the contact are told, and can take it back until then.") % {"old": visitor}
    yield from said_before.of_access(booking.session, [new.needs] if new.needs else [])


def say_why_not(form: Any, error: Refused) -> None:
    """Put a refusal beside the field that can answer it."""
    match error:
        case NeedsReason():
            form.add_error("why", _now("Say why: it is the last one, so the booking is cancelled."))
        case InThisBooking() if "email" in form.fields:
            form.add_error("email", why_not(error))
        case _:
            form.add_error(None, why_not(error))
