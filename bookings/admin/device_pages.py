"""Remove the second factor of somebody who has lost it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.mail import staff_mails
from hubs.models import Membership, StaffUser
from hubs.staff.scope import may_manage_account
from hubs.staff.signing_in import second_factor


class DevicePages(RowPages):
    """For an account, by whoever may manage it."""

    def account_of(self, row: Any) -> StaffUser:
        """Whose second factor it is."""
        account: StaffUser = row
        return account

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        account = self.account_of(row)
        return may_manage_account(request.user, account) and account.has_device

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "device"), _("Remove lost second factor")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("device", self.device_view, route="second-factor/")]

    def device_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say what it means, then remove it and tell its owner."""
        row = self.get_object_or_deny(request, object_id)
        user = self.account_of(row)
        if request.method == "POST":
            self._remove(request, user)
            return self.redirect(row)
        rows = [
            _("Do this when somebody has lost their phone and their recovery codes. Make sure that it is them."),
            _("They sign in with their password, and set up a new device where one is needed."),
            _("They are told by email that you did this."),
        ]
        title = _("Remove the second factor of %(name)s") % {"name": user}
        return self.form_page(request, forms.Form(), title=title, button=_("Remove it"), original=row, rows=rows)

    def _remove(self, request: HttpRequest, user: StaffUser) -> None:
        with transaction.atomic():
            second_factor.remove(user, by=staff(request))
            staff_mails.device_removed(user, by=staff(request), now=timezone.now())
        self.message(request, _("The second factor of %(name)s has been removed.") % {"name": user})


class MembersDevicePages(DevicePages):
    """For a member of a hub's staff, on the page of the membership."""

    def account_of(self, row: Membership) -> StaffUser:
        return row.user

    def has_permission(self, request: HttpRequest, row: Membership) -> bool:
        """Not before they have come: whether a stranger has a device is not the hub's to know."""
        return row.has_arrived and super().has_permission(request, row)
