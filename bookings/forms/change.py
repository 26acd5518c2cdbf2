"""Correcting who comes: a whole booking by its contact's link, one's own place by one's own.

Each field sends along what it showed: only what somebody has changed is corrected, so that a page that was open for an
hour puts nothing back that somebody else has put right meanwhile.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import (
    ROLES,
    Address,
    FullName,
    Mobile,
    Needs,
    StepForm,
    needs_of_colleague,
    who_reads_needs,
)
from bookings.forms.who import years_taught
from bookings.models import Booking, Visitor
from bookings.rule.party import Correction
from hubs.models import ShowcaseSession
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.teaching import STAGES, Roles, Years

WHOLE = (Years.RECEPTION, *(years for _n, years in STAGES))  # what "What do you teach?" offers
ANOTHER_PERSON = _("Is it another person? Then hand the place over instead.")
BAD_CHOICE = {"invalid_choice": _("Choose one of these")}


class Corrections(StepForm):
    """A form that knows which of its fields were changed."""

    def add(self, name: str, field: forms.Field, initial: Any) -> None:
        field.show_hidden_initial = True
        self.fields[name] = field
        self.initial[name] = initial

    def as_shown(self) -> SafeString:
        """What each field showed, hidden."""
        return mark_safe("".join(self[name].as_hidden(only_initial=True) for name in self.fields))  # noqa: S308  (Django's own)

    def changed(self, *names: str) -> dict[str, Any]:
        """What was said in those of the fields that were changed. Only after is_valid()."""
        return {name: self.cleaned_data[name] for name in names if name in self.changed_data}

    def must_stay(self, name: str, had: object, words: str) -> None:
        """What was there once is corrected, and not taken away."""
        if had and not self.cleaned_data.get(name, True):
            self.add_error(name, words)


def role_field(label: Any) -> forms.ChoiceField:
    """What somebody does at their school, or nothing."""
    return forms.ChoiceField(label=label, choices=ROLES, required=False, error_messages=BAD_CHOICE)


def years_field(label: Any) -> forms.MultipleChoiceField:
    """Reception and the key stages, as many as they like."""
    return forms.MultipleChoiceField(
        label=label,
        choices=years_taught,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from these")},
    )


def _own_needs(session: ShowcaseSession) -> Needs:
    return Needs(label=_("Your access or dietary needs (optional)"), help_text=who_reads_needs(session))


def _mobile() -> Mobile:
    told = _("Only used if something changes on the day")
    return Mobile(label=_("Your mobile number (optional)"), help_text=told)


def _own_name(help_text: Promise | str = "") -> FullName:
    return FullName(
        label=_("Your full name"),
        help_text=help_text,
        empty=_("Enter your full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )


def _own_address() -> Address:
    return Address(
        label=_("Your email address"),
        help_text=_("A new address is used once you press the link that we send there"),
        empty=_("Enter your email address"),
    )


def _moved(form: Corrections, known: str | None) -> str:
    new: str = form.changed("email").get("email", "") if "email" in form.fields else ""
    return new if email_key(new) != known else ""


def whole(years: Years) -> list[str]:
    """Those of the choices of "What do you teach?" that are in `years`."""
    return [str(int(part)) for part in WHOLE if part in years]


def correction_of(changed: dict[str, Any], **names: str) -> Correction:
    """A correction out of changed fields; `names` says which field is which detail."""
    said = {detail: changed[field] for detail, field in names.items() if field in changed}
    if "role" in said:
        said["role"] = Roles(int(said["role"] or 0))
    if "years" in said:
        said["years"] = Years(sum(int(years) for years in said["years"]))
    return Correction(**said)


class ChangeForm(Corrections):
    """A booking by its contact's link: the contact's own details, and names, roles and addresses of colleagues.

    A colleague's needs are added to, and never shown. Only while the contact `can_move` to another address are they
    asked for one.
    """

    def __init__(self, data: Any = None, *, booking: Booking, can_move: bool = True) -> None:
        super().__init__(data)
        self.booking = booking
        self.visitors = list(booking.visitors.coming())
        self.add("name", _own_name(), booking.contact_name or "")
        if can_move:
            self.add("email", _own_address(), booking.contact_email or "")
        self.add("mobile", _mobile(), booking.contact_mobile)
        for visitor in self.visitors:
            add = self._add_own if visitor.is_contact else self._add_colleague
            add(visitor, visitor.position)

    def _add_own(self, visitor: Visitor, key: int) -> None:
        self.add(f"role_{key}", role_field(_("What do you do?")), int(visitor.role) or "")
        self.add(f"years_{key}", years_field(_("What do you teach? (optional)")), whole(visitor.years))
        self.add(f"needs_{key}", _own_needs(self.booking.session), visitor.needs)

    def _add_colleague(self, visitor: Visitor, key: int) -> None:
        plain = {"autocomplete": "off", "spellcheck": "false"}
        another = ANOTHER_PERSON if visitor.full_name else ""
        name = FullName(label=_("Full name"), help_text=another, widget=forms.TextInput(attrs=plain))
        self.add(f"name_{key}", name, visitor.full_name or "")
        told = _("At another address they get a new link, and the old one stops working")
        email = Address(
            label=_("Email address") if visitor.email else _("Email address (optional)"),
            help_text=told if visitor.email else _("We tell them about their place"),
            widget=forms.EmailInput(attrs=plain),
        )
        self.add(f"email_{key}", email, visitor.email or "")
        self.add(f"role_{key}", role_field(_("What do they do? (optional)")), int(visitor.role) or "")
        adds = Needs(
            label=_("Add to their access or dietary needs (optional)"),
            help_text=needs_of_colleague(self.booking.session),
        )
        self.add(f"adds_{key}", adds, "")

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each visitor."""
        return [
            {
                "visitor": visitor,
                "fields": [self[name] for name in self.fields if name.endswith(f"_{visitor.position}")],
            }
            for visitor in self.visitors
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        seen = {self.booking.email_key or ""}
        for visitor in self.visitors:
            if not visitor.is_contact:
                self._check(visitor, said, seen)
        if email_key(said.get("email") or "") in seen - {self.booking.email_key, ""}:
            self.say_own_doubled()
        return said

    def say_own_doubled(self) -> None:
        self.add_error("email", _now("Enter a different address: this one is already in this booking"))

    def _check(self, visitor: Visitor, said: dict[str, Any], seen: set[str]) -> None:
        """A name and an address once given stay; and one party names an address once (rule.md#one-each)."""
        name, address, adds = (f"{field}_{visitor.position}" for field in ("name", "email", "adds"))
        key = email_key(said.get(address) or "")
        if (visitor.full_name or key or said.get(adds)) and not said.get(name, True):
            self.add_error(name, _now("Enter their full name"))
        self.must_stay(address, visitor.email, _now("Enter their email address, or hand the place over"))
        if key and key in seen:
            self.say_doubled(visitor)
        seen.add(key)

    def say_doubled(self, visitor: Visitor) -> None:
        words = _now("Enter a different address: this one is already in this booking")
        self.add_error(f"email_{visitor.position}", words)

    def with_new_address(self) -> Iterable[Visitor]:
        """Whose address was changed. Only after is_valid()."""
        return [one for one in self.visitors if f"email_{one.position}" in self.changed_data]

    def new_address(self) -> str:
        """What the contact wants as their own address; empty where they have not changed it. Only after is_valid()."""
        return _moved(self, self.booking.email_key)

    def corrections(self) -> dict[int, Correction]:
        """What was changed, by visitor id. Only after is_valid()."""
        found = {visitor.pk: self._correction(visitor.position) for visitor in self.visitors}
        return {pk: correction for pk, correction in found.items() if correction != Correction()}

    def written_needs(self) -> list[str]:
        """What somebody needs, as far as it was written just now. Only after is_valid()."""
        return [words for one in self.corrections().values() for words in (one.needs, one.adds) if words]

    def _correction(self, key: int) -> Correction:
        details = {detail: detail for detail in ("email", "role", "years", "needs", "adds")} | {"full_name": "name"}
        names = {detail: f"{field}_{key}" for detail, field in details.items()}
        return correction_of(self.changed(*(name for name in names.values() if name in self.fields)), **names)


class OwnPlaceForm(Corrections):
    """What a named visitor says of themselves, by the link of their own place; an address as in `ChangeForm`."""

    def __init__(self, data: Any = None, *, visitor: Visitor, session: ShowcaseSession, can_move: bool = True) -> None:
        super().__init__(data)
        self.visitor = visitor
        self.add("name", _own_name(ANOTHER_PERSON), visitor.full_name or "")
        if can_move:
            self.add("email", _own_address(), visitor.email or "")
        self.add("role", role_field(_("What do you do?")), int(visitor.role) or "")
        self.add("years", years_field(_("What do you teach? (optional)")), whole(visitor.years))
        self.add("mobile", _mobile(), visitor.mobile)
        self.add("needs", _own_needs(session), visitor.needs)

    def new_address(self) -> str:
        """As a contact's. Only after is_valid()."""
        return _moved(self, self.visitor.email_key)

    def correction(self) -> Correction:
        """What was changed. Only after is_valid()."""
        names = {"full_name": "name", "role": "role", "years": "years", "needs": "needs", "mobile": "mobile"}
        return correction_of(self.changed(*names.values()), **names)

    def written_needs(self) -> list[str]:
        """As of `ChangeForm`."""
        return [words for words in (self.correction().needs,) if words]
