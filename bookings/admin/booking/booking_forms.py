"""The forms by which staff move a booking, put its contact right, and say which school was typed."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms import Address, Line, Mobile
from bookings.models import Booking
from hubs.admin.choosing import use_autocomplete
from hubs.models import School, ShowcaseSession, StaffUser
from hubs.staff import scope


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
    why = Line(
        label=_("Reason"), max_length=300, help_text=_("Needed only where the school would have more than its share.")
    )

    def prepare(self) -> None:
        to_come = ShowcaseSession.objects.upcoming(today=timezone.localdate()).with_names()
        of_hub = to_come.filter(hub_year__hub=self.booking.session.hub_year.hub_id)
        others = of_hub.exclude(pk=self.booking.session_id)
        self.choose("session", scope.choices(self.by, others.select_related("places"), of=Booking))


class ContactForm(_OfBooking):
    """Who the contact is, and how to reach them."""

    contact_name = Line(label=_("Full name"), empty=_("Enter the contact's full name"))
    contact_email = Address(label=_("Email address"))
    contact_mobile = Mobile(label=_("Mobile number"), help_text=_("Only used if something changes on the day."))

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        for name in ("contact_name", "contact_email", "contact_mobile"):
            fields[name].initial = getattr(self.booking, name) or ""
        fields["contact_email"].required = bool(self.booking.contact_email)
        fields["contact_email"].help_text = _now("A new address gets a new link, and the old link stops working.")


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
