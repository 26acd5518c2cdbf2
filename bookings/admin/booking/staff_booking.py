"""The form by which staff book for somebody: who rings, a guest, whoever stands at the door."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.forms import Address, FullName, Line, Mobile, Needs, Why, needs_of_colleague, who_reads_needs
from bookings.forms.change import role_field
from bookings.models import Booking, SchoolKind, Visitor
from bookings.rule.party import MOST_VISITORS, NewVisitor, Party, VisitingSchool
from bookings.rule.refusals import AlreadyBooked, NeedsReason, Refused, SessionFull
from bookings.rule.words import why_not
from hubs.admin.choosing import use_autocomplete
from hubs.models import School, ShowcaseSession, StaffUser
from hubs.staff import scope
from hubs.vocabulary.longest import longest
from hubs.vocabulary.one_line import one_line
from hubs.vocabulary.teaching import Roles

LONGEST_NAME = longest(Visitor, "full_name")
FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (None, {"fields": ["session"]}),
    (_("Contact"), {"fields": ["contact_name", "contact_email", "contact_mobile", "contact_comes"]}),
    (_("School"), {"fields": ["school", "school_kind", "school_name", "school_place"]}),
    (_("Who is coming"), {"fields": ["role_own", "needs_own", "size", "names"]}),
    (_("Places"), {"fields": ["use_held_back", "why"]}),
]


class SchoolFields(forms.Form):
    """A school of the register, or another place by kind and name."""

    use_required_attribute = False

    school = forms.ModelChoiceField(
        School.objects.all(), label=_("School"), required=False, help_text=_("Name, town, postcode or URN.")
    )
    school_kind = forms.ChoiceField(label=_("Kind of school"), choices=SchoolKind, initial=SchoolKind.REGISTER)
    school_name = Line(
        label=_("Its name"),
        help_text=_("Where it is not in the register."),
        max_length=longest(Booking, "school_name"),
    )
    school_place = Line(label=_("Its postcode or town"), max_length=longest(Booking, "school_place"))

    def check_school(self) -> None:
        """A school of the register or another place, and not both."""
        data = self.cleaned_data
        kind, school = data.get("school_kind"), data.get("school")
        if kind == SchoolKind.REGISTER:
            if not school and "school" not in self.errors:
                self.add_error("school", _now("Choose the school, or say what kind of place it is."))
        elif school:
            self.add_error("school", _now("Choose a school in England or name another place, not both."))
        elif kind != SchoolKind.NONE:
            if not data.get("school_name"):
                self.add_error("school_name", _now("Enter the name of the place."))
            if not data.get("school_place"):
                self.add_error("school_place", _now("Enter its postcode or town."))

    def visiting(self) -> VisitingSchool:
        """Only after is_valid()."""
        data = self.cleaned_data
        kind = SchoolKind(data["school_kind"])
        named = kind not in (SchoolKind.REGISTER, SchoolKind.NONE)
        return VisitingSchool(
            kind=kind,
            school=data["school"],
            name=data["school_name"] if named else "",
            place=data["school_place"] if named else "",
        )


class StaffBookingForm(SchoolFields):
    """A party, as somebody tells it. What it may have is judged by the verb."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    session = forms.ModelChoiceField(ShowcaseSession.objects.none(), label=_("Session"))
    contact_name = FullName(label=_("Full name"), empty=_("Enter the contact's full name"))
    contact_email = Address(
        label=_("Email address"), help_text=_("Empty: no email is sent, and the booking has no link.")
    )
    contact_mobile = Mobile(label=_("Mobile number"), help_text=_("Only used if something changes on the day."))
    contact_comes = forms.BooleanField(label=_("The contact is coming"), required=False, initial=True)
    role_own = role_field(_("What does the contact do? (optional)"))
    needs_own = Needs(label=_("Access or dietary needs of the contact (optional)"))
    size = forms.IntegerField(
        label=_("How many are coming"),
        min_value=1,
        max_value=1000,
        initial=1,
        help_text=_("With the contact, if coming."),
    )
    names = forms.CharField(
        label=_("Names of the others"),
        required=False,
        max_length=None,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, without the contact. Whoever is missing is to be named later."),
    )
    use_held_back = forms.BooleanField(label=_("Use held-back places"), required=False)
    why = Why(label=_("Reason"), help_text=_("Needed only where the school would have more than its share."))

    def __init__(self, *args: Any, admin_site: AdminSite, by: StaffUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to_come = ShowcaseSession.objects.upcoming(today=timezone.localdate()).with_names()
        choices = {
            "session": scope.choices(by, to_come, of=Booking),
            "school": School.objects.all(),
        }
        for name, queryset in choices.items():
            use_autocomplete(self, name, Booking._meta.get_field(name), queryset, site=admin_site)
        self.fields["needs_own"].help_text = who_reads_needs(ShowcaseSession())
        self.others = _others_of(self.data) if self.is_bound else []
        for n, _name in enumerate(self.others, start=1):
            self.fields[f"role_{n}"] = role_field(_("What do they do? (optional)"))
            needs = Needs(label=_("Access or dietary needs (optional)"))
            needs.help_text = needs_of_colleague(ShowcaseSession())
            self.fields[f"needs_{n}"] = needs

    def fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        """The parts of the form, with one for each other person once they have been named."""
        people: list[tuple[Any, dict[str, Any]]] = [
            (name or _now("A visitor to be named"), {"fields": [f"role_{n}", f"needs_{n}"]})
            for n, name in enumerate(self.others, start=1)
        ]
        return [*FIELDSETS[:-1], *people, FIELDSETS[-1]]

    @property
    def asks_of_others(self) -> bool:
        """Whether the others have been counted, and nobody has been asked about each of them yet."""
        return bool(self.others) and "role_1" not in self.data

    def written_needs(self) -> list[str]:
        """What anybody needs. Only after is_valid()."""
        said = self.cleaned_data
        return [words for name, words in said.items() if name.startswith("needs_") and words]

    def clean_names(self) -> list[str]:
        names = [one_line(line) for line in self.cleaned_data["names"].rstrip().splitlines()]
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(_now("Enter names of %(n)d characters or fewer.") % {"n": LONGEST_NAME})
        return names

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_school()
        data = self.cleaned_data
        if "size" in data and "names" in data:
            others = data["size"] - data["contact_comes"]
            if len(data["names"]) > others:
                self.add_error("names", _too_many_names(len(data["names"]), others))
        if not data.get("contact_comes") and (data.get("needs_own") or data.get("role_own")):
            self.add_error("needs_own", _now("The contact is not coming: say it of whoever is, on the next page."))
        return data

    def party(self) -> Party:
        """What was asked for, as verbs take it."""
        data = self.cleaned_data
        own = [self._person("own", "")] if data["contact_comes"] else []
        names = data["names"] + [""] * (data["size"] - len(own) - len(data["names"]))
        return Party(
            contact_name=data["contact_name"],
            contact_email=data["contact_email"],
            contact_mobile=data["contact_mobile"],
            contact_comes=data["contact_comes"],
            school=self.visiting(),
            visitors=(*own, *(self._person(str(n), name) for n, name in enumerate(names, start=1))),
            request_key=data["request_key"],
        )

    def _person(self, key: str, name: str) -> NewVisitor:
        said = self.cleaned_data
        role, needs = Roles(int(said.get(f"role_{key}") or 0)), said.get(f"needs_{key}", "")
        return NewVisitor(full_name=name, role=role, needs=needs)


def _others_of(data: Any) -> list[str]:
    """The names of the others as they were typed, empty for whoever is to be named; none of a party that is larger
    than the public's, of which nobody asks each."""
    size = data.get("size", "").strip()
    if not (size.isascii() and size.isdecimal() and len(size) < 5):
        return []
    others = int(size) - bool(data.get("contact_comes"))
    names = [" ".join(line.split())[:LONGEST_NAME] for line in data.get("names", "").rstrip().splitlines()]
    return [*names, *[""] * others][:others] if 0 < others < MOST_VISITORS else []


def _too_many_names(names: int, others: int) -> str:
    return ngettext(
        "You gave %(names)d names, but %(n)d other is coming.",
        "You gave %(names)d names, but %(n)d others are coming.",
        others,
    ) % {"names": names, "n": others}


def say_why_not(form: StaffBookingForm, error: Refused) -> None:
    """Put a refusal beside the field that can answer it."""
    match error:
        case NeedsReason():
            form.add_error("why", _now("The school would have more than its share: say why."))
        case AlreadyBooked():
            form.add_error("contact_email", why_not(error))
        case SessionFull(left=left) if form.cleaned_data["use_held_back"]:
            held_back = ngettext("Only %(n)d place is held back.", "Only %(n)d places are held back.", left)
            form.add_error("size", held_back % {"n": left})
        case SessionFull():
            form.add_error("size", why_not(error))
        case _:
            form.add_error("session", why_not(error))
