"""The forms by which staff put right what is said of a person, take one out of a booking, put one in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms import Address, FullName, Line, Mobile, Needs, Why, needs_of_colleague, who_reads_needs
from bookings.forms.change import Corrections, correction_of, role_field, whole, years_field
from bookings.models import Booking, Visitor
from bookings.rule.party import Correction, NewVisitor
from hubs.models import ShowcaseSession
from hubs.vocabulary.longest import longest
from hubs.vocabulary.teaching import Roles, Years

PLAIN = {"autocomplete": "off", "spellcheck": "false"}
OVER = _("Needed only where the school would have more than its share. Kept in the history. No names.")


class PersonForm(Corrections):
    """One person of a booking, by staff for whoever rings. They read both voices of what somebody needs.

    The address of the contact is the booking's, and is put right there.
    """

    def __init__(self, data: Any = None, *, visitor: Visitor, session: ShowcaseSession) -> None:
        super().__init__(data)
        self.visitor = visitor
        widget = forms.TextInput(attrs=PLAIN)
        self.add("full_name", FullName(label=_("Full name"), widget=widget), visitor.full_name or "")
        if not visitor.is_contact:
            told = _("At another address they get a new link, and the old one stops working")
            email = Address(
                label=_("Email address"), help_text=told if visitor.email else "", widget=forms.EmailInput(attrs=PLAIN)
            )
            self.add("email", email, visitor.email or "")
        self.add("role", role_field(_("What do they do?")), int(visitor.role) or "")
        years = years_field(_("What do they teach?"))
        self.add("years", years, whole(visitor.years))
        if not visitor.is_contact:
            self.add("mobile", Mobile(label=_("Mobile number")), visitor.mobile)
        own = Needs(label=_("Access or dietary needs"), help_text=who_reads_needs(session))
        self.add("needs", own, visitor.needs)
        if visitor.needs_added:
            added = Line(label=_("Needs added by whoever booked"), max_length=longest(Visitor, "needs_added"))
            self.add("needs_added", added, visitor.needs_added)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.must_stay("full_name", self.visitor.full_name, _now("Enter their full name"))
        return said

    def correction(self) -> Correction:
        """What was changed. Only after is_valid()."""
        names = ("full_name", "email", "role", "years", "mobile", "needs", "needs_added")
        return correction_of(self.changed(*names), **{name: name for name in names})

    def written_needs(self) -> list[str]:
        """As of `ChangeForm`."""
        return [words for words in (self.correction().needs, self.correction().needs_added) if words]


class TakeOutForm(forms.Form):
    """Why, if they like; the last one's cancels the booking, and takes a reason."""

    use_required_attribute = False

    why = Why(label=_("Reason (optional)"), help_text=_("Kept in the booking’s history. No names."))

    def __init__(self, data: Any = None, *, last: bool) -> None:
        super().__init__(data)
        if last:
            self.fields["why"].label = _("Reason")


class SomebodyForm(forms.Form):
    """Somebody as whoever rings tells of them, in the words of the public form."""

    use_required_attribute = False

    name = FullName(label=_("Full name"), empty=_("Enter their full name"), widget=forms.TextInput(attrs=PLAIN))
    email = Address(label=_("Email address (optional)"), widget=forms.EmailInput(attrs=PLAIN))
    role = role_field(_("What do they do? (optional)"))
    years = years_field(_("What do they teach? (optional)"))
    needs = Needs(label=_("Access or dietary needs (optional)"))

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].help_text = needs_of_colleague(booking.session)

    def person(self) -> NewVisitor:
        """Only after is_valid()."""
        said = self.cleaned_data
        return NewVisitor(
            full_name=said["name"],
            email=said["email"],
            role=Roles(int(said["role"] or 0)),
            years=Years(sum(int(years) for years in said["years"])),
            needs=said["needs"],
        )


class PutInForm(SomebodyForm):
    """Somebody more. The key makes a second press add nobody."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open the page again")})
    may_wait = forms.BooleanField(label=_("Put them on the waiting list if there is no place for them"), required=False)
    why = Why(label=_("Reason (optional)"), help_text=OVER)
