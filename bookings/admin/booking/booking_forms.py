"""The forms by which staff move a booking, put its contact or its school right, and say which school was typed."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.booking.staff_booking import SchoolFields
from bookings.forms import Address, FullName, Mobile, Why
from bookings.models import Booking
from hubs.admin.choosing import use_autocomplete
from hubs.models import School, ShowcaseSession, StaffUser
from hubs.staff import scope
from hubs.vocabulary.email_address import email_key


class _OfBooking(forms.Form):
    """A form about one booking, with one choice by typing a part of a name."""

    def __init__(self, *args: Any, booking: Booking, admin_site: AdminSite, by: StaffUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booking, self.admin_site, self.by = booking, admin_site, by
        self.prepare()

    def prepare(self) -> None:
        """What the form needs to know of the booking."""

    def choose(self, name: str, queryset: Any) -> None:
        use_autocomplete(self, name, Booking._meta.get_field(name), queryset, site=self.admin_site)


class MoveBookingForm(_OfBooking):
    """To which session of the same hub, and out of which places."""

    session = forms.ModelChoiceField(
        ShowcaseSession.objects.none(),
        label=_("To session"),
        help_text=_("One of the same hub that is to come."),
        error_messages={"required": _("Choose the session."), "invalid_choice": _("Choose a session of the same hub.")},
    )
    use_held_back = forms.BooleanField(label=_("Use held-back places"), required=False)
    why = Why(label=_("Reason"), help_text=_("Needed only where the school would have more than its share."))

    def prepare(self) -> None:
        to_come = ShowcaseSession.objects.upcoming(today=timezone.localdate()).with_names()
        of_hub = to_come.filter(hub_year__hub=self.booking.session.hub_year.hub_id)
        others = of_hub.exclude(pk=self.booking.session_id)
        self.choose("session", scope.choices(self.by, others.select_related("places"), of=Booking))


class ContactForm(_OfBooking):
    """Who the contact is, and how to reach them. Another address is asked first, unless nobody reads the old one."""

    contact_name = FullName(label=_("Full name"), empty=_("Enter the contact's full name"))
    contact_email = Address(label=_("Email address"))
    contact_mobile = Mobile(label=_("Mobile number"), help_text=_("Only used if something changes on the day."))
    at_once = forms.BooleanField(
        label=_("The old address is wrong: use the new one at once"),
        required=False,
        help_text=_(
            "Without the tick the new address gets a link, and counts once it is pressed; the old address is told. "
            "With it the new address gets the booking’s link at once, and the old link stops working."
        ),
    )
    why = Why(label=_("Reason"), help_text=_("Needed only with the tick. No names."))

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        for name in ("contact_name", "contact_email", "contact_mobile"):
            fields[name].initial = getattr(self.booking, name) or ""
        fields["contact_email"].required = bool(self.booking.contact_email)
        if not self.booking.contact_email:
            del fields["at_once"], fields["why"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.at_once_instead and not said.get("why") and "why" not in self.errors:
            self.add_error("why", _now("Say how you know that the old address is wrong."))
        return said

    @property
    def new_address(self) -> str:
        """Another address than the booking has; empty where it is the same. Only once it is cleaned."""
        said: str = self.cleaned_data.get("contact_email") or ""
        return said if (email_key(said) or None) != self.booking.email_key else ""

    @property
    def at_once_instead(self) -> bool:
        """Whether another address takes the place of the old one without anybody being asked."""
        return bool(self.new_address and self.booking.contact_email and self.cleaned_data.get("at_once"))

    @property
    def asks_new_address(self) -> bool:
        """Whether another address is asked first."""
        return bool(self.new_address and self.booking.contact_email and not self.cleaned_data.get("at_once"))


class OtherSchoolForm(SchoolFields):
    """Another school than was picked."""

    why = Why(
        label=_("Reason"),
        help_text=_("Needed only where the school would have more than its share, or is none of those that may book."),
    )
    field_order = ("school", "school_kind", "school_name", "school_place", "why")

    def __init__(self, data: Any = None, *, admin_site: AdminSite) -> None:
        super().__init__(data)
        use_autocomplete(self, "school", Booking._meta.get_field("school"), School.objects.all(), site=admin_site)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.check_school()
        return said


class SchoolForm(_OfBooking):
    """Which school of the register it is."""

    school = forms.ModelChoiceField(
        School.objects.all(),
        label=_("School"),
        help_text=_("Name, town, postcode or URN."),
        error_messages={"required": _("Choose the school."), "invalid_choice": _("Choose a school of the register.")},
    )

    def prepare(self) -> None:
        self.choose("school", School.objects.all())
