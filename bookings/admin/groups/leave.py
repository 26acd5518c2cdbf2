"""Take a school out of its group."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.groups import inviting
from bookings.models import AuditEntry, Invitation
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from hubs.models import WorkGroup
from hubs.vocabulary.longest import longest


class LeaveForm(forms.Form):
    """Why; its people read it."""

    why = forms.CharField(
        label=_("Why"),
        max_length=longest(AuditEntry, "why", at_most=200),
        help_text=_("Those whose places are given back read it in their email."),
        error_messages={"required": _("Say why: its people are told.")},
    )


class LeavePages(RowPages):
    """One school leaves: off the list at once, its places to come given back."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("leave", self.leave_view)]

    def leave_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        group = self.get_object_or_deny(request, object_id)
        invitation = self._invitation(request, group)
        form = LeaveForm(request.POST or None)
        if form.is_valid():
            try:
                number = inviting.leave(
                    invitation.pk, by=staff(request), clock=timezone.now, why=form.cleaned_data["why"]
                )
            except Refused as error:
                form.add_error(None, why_not(error))
            else:
                said = ngettext(
                    "%(school)s has left, and %(n)d booking is given back.",
                    "%(school)s has left, and %(n)d bookings are given back.",
                    number,
                )
                self.message(request, said % {"school": invitation.school.name, "n": number})
                return self.redirect(group)
        number = len(list(inviting.places_to_come(invitation, now=timezone.now())))
        given = ngettext(
            "%(n)d booking at a meeting to come is given back, and its people are told.",
            "%(n)d bookings at meetings to come are given back, and their people are told.",
            number,
        )
        rows = [
            given % {"n": number},
            _now("It can book no meeting of this group any longer. You can invite it again later."),
        ]
        title = _now("Take out %(school)s") % {"school": invitation.school.name}
        return self.form_page(request, form, title=title, button=_now("Take it out"), original=group, rows=rows)

    def _invitation(self, request: HttpRequest, group: WorkGroup) -> Any:
        """The school that the address names. Raises Http404 where it is not in, or of another group."""
        asked, states = request.GET.get("invitation", ""), (Invitation.State.JOINED, Invitation.State.LEFT)
        mine = group.invitations.filter(state__in=states).select_related("school")
        found = next((one for one in mine if str(one.pk) == asked), None)
        if found is None:
            raise Http404
        return found
