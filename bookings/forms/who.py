"""Who is coming: one page for the contact and everybody they bring."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import ROLES, Address, FullName, Mobile, Needs, StepForm, needs_of_colleague, who_reads_needs
from bookings.rule.party import MOST_VISITORS, NewVisitor, Party, VisitingSchool
from hubs.models import ShowcaseSession
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.languages import spoken
from hubs.vocabulary.teaching import STAGES, Roles, Years


def years_taught() -> list[tuple[int, str]]:
    """Reception and the key stages, in the language of the page."""
    stages = [(int(years), _now("Key Stage %(n)s") % {"n": n}) for n, years in STAGES]
    return [(int(Years.RECEPTION), _now("Reception")), *stages]


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
    name = FullName(
        label=_("Your full name"),
        empty=_("Enter your full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = Address(
        label=_("Your email address"),
        help_text=_("We send the link that confirms your places here"),
        empty=_("Enter your email address"),
    )
    mobile = Mobile(
        label=_("Your mobile number (optional)"),
        help_text=_("Only used if something changes on the day"),
    )

    def __init__(self, *args: Any, others: int, coming: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = range(1, others + 1)
        self.asks_about_contact = coming
        if coming:
            self._add_details("own", mine=True)
        for n in self.others:
            self.fields[f"name_{n}"] = FullName(
                label=_("Full name"),
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self.fields[f"later_{n}"] = forms.BooleanField(label=_("I will name them later"), required=False)
            self.fields[f"email_{n}"] = Address(
                label=_("Email address (optional)"),
                help_text=_("We tell them about their place once you confirm"),
                widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self._add_details(str(n), mine=False)

    def _add_details(self, key: str, *, mine: bool) -> None:
        """What the hub plans by. Of colleagues we ask little: they, or the contact, can say more later."""
        self.fields[f"role_{key}"] = forms.ChoiceField(
            label=_("What do you do?") if mine else _("What do they do? (optional)"),
            choices=ROLES,
            required=mine,
            error_messages={"required": _("Choose what you do"), "invalid_choice": _("Choose one of these")},
        )
        if mine:
            self.fields[f"years_{key}"] = forms.MultipleChoiceField(
                label=_("What do you teach? (optional)"),
                choices=years_taught,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": _("Choose from these")},
            )
            self.fields[f"seen_{key}"] = forms.ChoiceField(
                label=_("Have you seen a Shanghai lesson before? (optional)"),
                required=False,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Choose one of these")},
            )
        self.fields[f"needs_{key}"] = Needs(label=_("Access or dietary needs (optional)"))

    def say_who_reads_needs(self, session: ShowcaseSession) -> None:
        """Beside each field for needs, whoever's they are."""
        for name, field in self.fields.items():
            if name.startswith("needs_"):
                field.help_text = who_reads_needs(session) if name == "needs_own" else needs_of_colleague(session)

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each other visitor, with their number in the party."""
        first = 2 if self.asks_about_contact else 1
        return [
            {
                "n": n,
                "number": n + first - 1,
                "fields": [self[f"{name}_{n}"] for name in ("name", "later", "email", "role", "needs")],
            }
            for n in self.others
        ]

    def own_fields(self) -> list[forms.BoundField]:
        names = ("role_own", "years_own", "seen_own", "needs_own")
        return [self[name] for name in names if self.asks_about_contact]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if len(self.others) + self.asks_about_contact > MOST_VISITORS:
            self.add_error("coming", _now("Remove a visitor: a booking is for %(n)d at most") % {"n": MOST_VISITORS})
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
        """One form names an address once (rule.md#one-each)."""
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
            contact_name=said["name"],
            contact_email=said["email"],
            contact_mobile=said["mobile"],
            contact_comes=comes,
            school=school,
            visitors=(*own, *(self._visitor(str(n)) for n in self.others)),
            language=spoken(),
            **of_draft,
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


def typed(form: forms.Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into the form's own fields, as it was typed, cut to a length that a draft may keep.

    Without NUL, which no JSON of PostgreSQL holds.
    """
    kept: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = field.widget.value_from_datadict(data, {}, name)
        if isinstance(value, list):
            kept[name] = [_without_nul(one)[:20] for one in value[:20]]
        else:
            kept[name] = _without_nul(value or "")[:400]
    return kept


def _without_nul(value: Any) -> str:
    return str(value).replace("\x00", "")
