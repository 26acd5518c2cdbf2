"""The forms of the booking steps, after the GOV.UK Design System's conventions (product.md section 6)."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, SchoolKind
from bookings.party import NewVisitor, Party, VisitingSchool
from hubs.email_address import email_key
from hubs.models import School
from hubs.teaching import ROLE_LABELS, STAGES, Roles, Years

BAD_EMAIL = _("Enter an email address in the correct format, like name@school.sch.uk")
YEARS_TAUGHT = [(int(Years.RECEPTION), _("Reception")), *((int(years), _("Key Stage %(n)s") % {"n": n}) for n, years in STAGES)]
ROLES = [("", _("Choose")), *((str(int(role)), label) for role, label in ROLE_LABELS.items())]


class Line(forms.CharField):
    """One line of text: white space is folded, characters that cannot be seen are dropped."""

    def __init__(self, *, empty: Any = None, max_length: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("required", empty is not None)
        super().__init__(**kwargs)
        self.longest = max_length
        if empty:
            self.error_messages["required"] = empty

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        seen = "".join(" " if unicodedata.category(c)[0] in "CZ" and c != "\u200d" else c for c in text)
        return " ".join(seen.split())

    def run_validators(self, value: Any) -> None:
        if len(value or "") > self.longest:
            raise ValidationError(_now("Enter %(n)d characters or fewer") % {"n": self.longest})
        super().run_validators(value)


class Address(Line):
    """An e-mail address. Browsers help to type it; the check is ours."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value:
            try:
                validate_email(email_key(value))
            except ValidationError as error:
                raise ValidationError(BAD_EMAIL) from error


class Mobile(Line):
    """A telephone number, as people write it."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        if value and not (7 <= len(re.sub(r"\D", "", value)) <= 15 and re.fullmatch(r"\+?[\d ()/.-]+", value)):
            raise ValidationError(_now("Enter a mobile number, like 07700 900 982"))


class StepForm(forms.Form):
    """A form of ours: errors before fields, nothing that makes the browser refuse."""

    use_required_attribute = False
    template_name_label = None


class SchoolSearchForm(StepForm):
    """Which school: name, town, postcode or URN."""

    school = Line(
        label=_("Your school"),
        help_text=_("Its name, town, postcode or URN"),
        empty=_("Enter your school’s name, town, postcode or URN"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "spellcheck": "false"}),
    )


class SchoolPickForm(StepForm):
    """One of the schools found."""

    urn = forms.ChoiceField(label=_("Which is yours?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["urn"]
        field.choices = [(str(school.urn), str(school)) for school in schools]  # type: ignore[attr-defined]
        field.error_messages = {"required": _("Choose your school"), "invalid_choice": _("Choose your school")}


class OtherSchoolForm(StepForm):
    """A school that is not in the register, another body, or none."""

    kind = forms.ChoiceField(
        label=_("Where do you work?"),
        choices=[choice for choice in SchoolKind.choices if choice[0] != SchoolKind.REGISTER],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where you work")},
    )
    name = Line(label=_("Its name"), help_text=_("Leave this empty if you have no school just now"), max_length=150)
    place = Line(label=_("Its postcode or town"), max_length=80)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") and said["kind"] != SchoolKind.NONE:
            if not said.get("name") and "name" not in self.errors:
                self.add_error("name", _now("Enter the name of your school or organisation"))
            if not said.get("place") and "place" not in self.errors:
                self.add_error("place", _now("Enter its postcode or town"))
        return said


class WhoForm(StepForm):
    """Who is coming: the contact, and a block of fields for each other visitor, numbered from 2 (from 1 where the
    contact does not come).

    Sizes are bounded by the caller's `others`, never by what was sent.
    """

    coming = forms.ChoiceField(
        label=_("Are you coming yourself?"),
        choices=[("yes", _("Yes")), ("no", _("No, I am booking for others"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you are coming yourself")},
    )
    name = Line(
        label=_("Your full name"), empty=_("Enter your full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = Address(
        label=_("Your email address"), help_text=_("We send the link that confirms your places here"),
        empty=_("Enter your email address"),
    )
    mobile = Mobile(
        label=_("Your mobile number (optional)"), help_text=_("Only used if something changes on the day"), max_length=30
    )

    def __init__(self, *args: Any, others: int, coming: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = range(1, others + 1)
        self.asks_about_contact = coming
        if coming:
            self._add_details("own", role_needed=False, whose="yours")
        for n in self.others:
            self.fields[f"name_{n}"] = Line(
                label=_("Full name"), widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
            )
            self.fields[f"later_{n}"] = forms.BooleanField(label=_("I will name them later"), required=False)
            self.fields[f"email_{n}"] = Address(
                label=_("Email address (optional)"), help_text=_("We tell them about their place once you confirm"),
                widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self._add_details(str(n), role_needed=False, whose="theirs")

    def _add_details(self, key: str, *, role_needed: bool, whose: str) -> None:
        mine = whose == "yours"
        self.fields[f"role_{key}"] = forms.ChoiceField(
            label=_("What do you do? (optional)") if mine else _("What do they do? (optional)"), choices=ROLES, required=False,
            error_messages={"invalid_choice": _("Choose one of these")},
        )
        if mine:
            self.fields["years_own"] = forms.MultipleChoiceField(
                label=_("What do you teach? (optional)"), choices=YEARS_TAUGHT, required=False,
                widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": _("Choose from these")},
            )
            self.fields["seen_own"] = forms.ChoiceField(
                label=_("Have you seen a Shanghai lesson before? (optional)"), required=False,
                choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Choose one of these")},
            )
        self.fields[f"needs_{key}"] = Line(label=_("Access or dietary needs (optional)"), max_length=300)

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each other visitor, with their number in the party."""
        first = 2 if self.asks_about_contact else 1
        return [
            {"n": n, "number": n + first - 1, "fields": [self[f"{name}_{n}"] for name in ("name", "later", "email", "role", "needs")]}
            for n in self.others
        ]

    def own_fields(self) -> list[forms.BoundField]:
        names = ("role_own", "years_own", "seen_own", "needs_own")
        return [self[name] for name in names if self.asks_about_contact]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self._check_names(said)
        self._check_addresses(said)
        return said

    def _check_names(self, said: dict[str, Any]) -> None:
        """Everyone is named or to be named later; the first visitor of all is named now."""
        for n in self.others:
            first_of_all = n == 1 and said.get("coming") == "no"
            if said.get(f"name_{n}") or f"name_{n}" in self.errors:
                continue
            if first_of_all:
                self.add_error(f"name_{n}", _now("Enter the first visitor’s full name"))
            elif not said.get(f"later_{n}"):
                self.add_error(f"name_{n}", _now("Enter their full name, or tick “I will name them later”"))

    def _check_addresses(self, said: dict[str, Any]) -> None:
        """One form names an address once (section 3.6)."""
        seen: set[str] = {email_key(said.get("email") or "")} - {""}
        for n in self.others:
            key = email_key(said.get(f"email_{n}") or "")
            if key and key in seen:
                self.add_error(f"email_{n}", _now("Enter a different address: this one is already given above"))
            seen.add(key)

    def party(self, school: VisitingSchool, **of_draft: Any) -> Party:
        """What was asked for. Only after is_valid()."""
        said = self.cleaned_data
        comes = said["coming"] == "yes"
        own = [self._visitor("own", comes=True)] if comes else []
        return Party(
            contact_name=said["name"], contact_email=said["email"], contact_mobile=said["mobile"], contact_comes=comes,
            school=school, visitors=(*own, *(self._visitor(str(n)) for n in self.others)), **of_draft,
        )

    def _visitor(self, key: str, *, comes: bool = False) -> NewVisitor:
        said = self.cleaned_data
        return NewVisitor(
            full_name=said.get(f"name_{key}", ""),
            email=said.get(f"email_{key}", ""),
            role=Roles(int(said.get(f"role_{key}") or 0)),
            years=Years(sum(int(years) for years in said.get(f"years_{key}") or ())),
            needs=said.get(f"needs_{key}", ""),
            seen_before={"yes": True, "no": False}.get(said.get(f"seen_{key}") or ""),
        )


class AddressForm(StepForm):
    """One address: for "use another address", and for "my bookings"."""

    email = Address(label=_("Email address"), empty=_("Enter your email address"))


class ChangeForm(StepForm):
    """Names and details of a booking, by the contact's link; an address once given is changed by handing over."""

    name = Line(label=_("Your full name"), empty=_("Enter your full name"),
                widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}))
    mobile = Mobile(label=_("Your mobile number (optional)"), help_text=_("Only used if something changes on the day"), max_length=30)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        self.visitors = list(booking.visitors.coming())
        initial = {"name": booking.contact_name, "mobile": booking.contact_mobile}
        super().__init__(*args, initial=initial, **kwargs)
        self.contact_key = booking.email_key or ""
        for visitor in self.visitors:
            self._add(visitor)

    def _add(self, visitor: Any) -> None:
        key = visitor.position
        if not visitor.is_contact:
            self.fields[f"name_{key}"] = Line(label=_("Full name"), initial=visitor.full_name)
            if not visitor.email:
                self.fields[f"email_{key}"] = Address(
                    label=_("Email address (optional)"), help_text=_("We tell them about their place")
                )
        self.fields[f"role_{key}"] = forms.ChoiceField(
            label=_("Role (optional)"), choices=ROLES, required=False, initial=int(visitor.role) or ""
        )
        if visitor.is_contact:
            self.fields[f"needs_{key}"] = Line(
                label=_("Access or dietary needs (optional)"), max_length=300, initial=visitor.needs
            )

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each visitor."""
        return [
            {"visitor": visitor, "fields": [self[name] for name in self.fields if name.endswith(f"_{visitor.position}")]}
            for visitor in self.visitors
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        seen = {self.contact_key} | {visitor.email_key for visitor in self.visitors if visitor.email_key}
        for visitor in self.visitors:
            name = f"name_{visitor.position}"
            if visitor.full_name and name in said and not said[name]:
                self.add_error(name, _now("Enter their full name"))
            address = f"email_{visitor.position}"
            key = email_key(said.get(address) or "")
            if key and not said.get(name):
                self.add_error(name, _now("Enter their full name"))
            if key and key in seen:
                self.add_error(address, _now("Enter a different address: this one is already in this booking"))
            seen.add(key)
        return said

    def details(self) -> dict[int, NewVisitor]:
        """New details by visitor id. Only after is_valid()."""
        return {visitor.pk: self._details(visitor) for visitor in self.visitors}

    def _details(self, visitor: Any) -> NewVisitor:
        said, key = self.cleaned_data, visitor.position
        return NewVisitor(
            full_name=said["name"] if visitor.is_contact else said[f"name_{key}"],
            email=said.get(f"email_{key}", ""),
            role=Roles(int(said[f"role_{key}"] or 0)),
            years=visitor.years,
            needs=said.get(f"needs_{key}", visitor.needs),
            seen_before=visitor.seen_before,
        )


def typed(form: forms.Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into the form's own fields, as it was typed, cut to a length that a draft may keep."""
    kept: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = field.widget.value_from_datadict(data, {}, name)  # type: ignore[arg-type]
        kept[name] = [str(one)[:20] for one in value[:20]] if isinstance(value, list) else str(value or "")[:400]
    return kept


