"""The page of a group: its schools, its meetings, what is due next, and what was written."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.admin.groups import steps
from bookings.admin.groups.facts import GroupFacts
from bookings.groups import enrolling, inviting, meetings
from bookings.groups.dates import about
from bookings.models import Mail
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import SessionStatus
from hubs.models import WorkGroup

UNSENT = (Mail.State.FAILED, Mail.State.REFUSED)


class GroupPages(RowPages):
    """Everything about one group; a POST presses one of its buttons."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("overview", self.overview_view, route="")]

    def overview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        group = self.get_object_or_deny(request, object_id)
        if request.method == "POST":
            return self._press(request, group)
        facts = GroupFacts(group, timezone.now())
        to_do = [*steps.next_steps(facts), None, None][:2]
        context = self.admin_site.each_context(request) | {
            "title": group.name,
            "opts": self.model_admin.opts,
            "media": self.model_admin.media,
            "original": group,
            "group": group,
            "facts": facts,
            "about": about(group, now=facts.now),
            "step": to_do[0],
            "then": to_do[1],
            "nothing": "" if to_do[0] else steps.nothing_to_do(facts),
            "pages": {name: self.url_of(group.pk, name) for name in ("change", "invite", "meetings", "leave", "costs")},
            "sent": facts.mails.get(Mail.State.SENT, 0),
            "to_send": facts.mails.get(Mail.State.WAITING, 0),
            "not_sent": sum(facts.mails.get(state, 0) for state in UNSENT),
            "unsure": facts.mails.get(Mail.State.UNSURE, 0),
            "mails_list": reverse("admin:bookings_mail_changelist") + f"?invitation__group__id__exact={group.pk}",
        }
        return TemplateResponse(request, "admin/group/overview.html", context)

    # --- buttons ------------------------------------------------------------------------------------------------------

    def _press(self, request: HttpRequest, group: WorkGroup) -> HttpResponse:
        does = {"again": self._again, "open": self._open, "ask_again": self._ask_again}.get(request.POST.get("do", ""))
        if does is None:
            raise PermissionDenied
        does(request, group)
        return self.redirect(group)

    def _again(self, request: HttpRequest, group: WorkGroup) -> None:
        """Book what could not be booked, if there is room by now."""
        done = enrolling.try_again(group.pk, timezone.now)
        if done:
            said = ngettext("Booked at %(n)d meeting.", "Booked at %(n)d meetings.", done) % {"n": done}
            self.message(request, said)
        else:
            self.message(request, _("Nothing more could be booked. Below stands why."), messages.WARNING)

    def _open(self, request: HttpRequest, group: WorkGroup) -> None:
        """Open the meetings that have all that booking needs; who has joined is booked."""
        refused = meetings.open_meetings(group.pk, by=staff(request), clock=timezone.now)
        if refused:
            said = _("Not opened: %(which)s. Each needs a date, a place and places; the hub a contact email.")
            self.message(request, said % {"which": ", ".join(refused)}, messages.WARNING)
        if not group.meetings.filter(places__status=SessionStatus.DRAFT).exists():
            self.message(request, _("All meetings are open for the group’s schools."))

    def _ask_again(self, request: HttpRequest, group: WorkGroup) -> None:
        """Write once more to whoever of a school has not answered."""
        asked = request.POST.get("row", "")
        invitation = next((one for one in group.invitations.all() if str(one.pk) == asked), None)
        if invitation is None:
            raise PermissionDenied
        try:
            inviting.ask_again(invitation.pk, by=staff(request), clock=timezone.now)
        except Refused as error:
            self.message(request, f"{invitation.school.name}: {why_not(error)}", messages.ERROR)
        else:
            self.message(request, _("The email to %(school)s goes once more.") % {"school": invitation.school.name})
