"""Links from a session to the lists of what belongs to it: bookings, what happened, mails."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages


class RelatedLists(RowPages):
    """No pages of its own: each list is shown to whoever may see its rows."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Each link asks for itself."""
        return True

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        user, of_it = request.user, f"?session__id__exact={row.pk}"
        if user.has_perm("bookings.view_booking", row):
            yield self._address("booking_changelist") + of_it, _("Bookings")
        if user.has_perm("bookings.view_visitor", row):
            yield f"{self._address('visitor_changelist')}?session={row.pk}", _("Visitors")
        if user.has_perm("bookings.add_booking"):
            yield f"{self._address('booking_add')}?session={row.ref}", _("Book for somebody")
        if user.has_perm("bookings.view_auditentry", row):
            yield self._address("auditentry_changelist") + of_it, _("What happened")
            yield self._address("mail_changelist") + of_it, _("Emails")

    def _address(self, page: str) -> str:
        return reverse(f"{self.admin_site.name}:bookings_{page}")
