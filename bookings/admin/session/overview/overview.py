"""The overview of a session: what it is and how it stands, what to do next, and everything about it in one place.

Lists, Home and the buttons of other pages lead here; the form is a page of its own. Verbs are pressed here, each a
transaction of its own.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.admin.base.main_page import address_of
from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.admin.booking.story import places_in_words, who_did
from bookings.admin.session.drafts import is_hidden
from bookings.admin.session.overview import by_itself, lines, more, stands, steps
from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import near_moment
from bookings.attendance import office
from bookings.models import Booking, Mail
from bookings.rule import offers
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import Status

LONGEST_SEARCH = 100
MOST_TO_PHONE = 4
UNSENT = (Mail.State.FAILED, Mail.State.REFUSED)


class OverviewPages(RowPages):
    """The session's own page, for all who may see the session; the programme office reads numbers alone."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        return self.model_admin.has_view_permission(request, row)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("overview", self.overview_view, route="")]

    def overview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Everything about one session; a POST presses one of its buttons."""
        session = self.get_object_or_deny(request, object_id)
        if request.method == "POST":
            return self._press(request, session)
        looked_for = request.GET.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
        facts = Facts(session, request.user, timezone.now(), looked_for)
        context = self.admin_site.each_context(request) | self._of_all(request, facts)
        if facts.names:
            context |= self._of_people(request, facts)
        return TemplateResponse(request, "admin/session/overview.html", context)

    # --- buttons ------------------------------------------------------------------------------------------------------

    def _press(self, request: HttpRequest, session: Any) -> HttpResponse:
        """A verb of the session, or to confirm a party that waits."""
        does = request.POST.get("do", "")
        if does == "confirm":
            return self._confirm(request, session)
        admin_class: Any = self.model_admin
        action = admin_class.get_actions(request).get(does) if does in admin_class.actions else None
        if action is None:
            raise PermissionDenied
        action[0](admin_class, request, admin_class.get_queryset(request).filter(pk=session.pk))
        return self.redirect(session)

    def _confirm(self, request: HttpRequest, session: Any) -> HttpResponse:
        """Give places to a party that waits, where there are some."""
        if not request.user.has_perm("bookings.change_booking", session):
            raise PermissionDenied
        asked = request.POST.get("booking", "")
        waiting = Booking.objects.filter(session=session, status=Status.WAITING)
        booking = next((one for one in waiting if str(one.pk) == asked), None)
        if booking is None:
            self.message(request, _("That party does not wait any longer."), messages.WARNING)
            return self.redirect(session)
        try:
            places.confirm(booking.pk, by=staff(request), clock=timezone.now)
        except Refused as error:
            self.message(request, f"{booking.contact_name}: {why_not(error)}", messages.ERROR)
        else:
            self.message(request, _("Confirmed: %(name)s.") % {"name": booking.contact_name})
        return self.redirect(session)

    # --- what the page says -------------------------------------------------------------------------------------------

    def _of_all(self, request: HttpRequest, facts: Facts) -> dict[str, Any]:
        """What everybody who sees the session may read: nobody's name."""
        session = facts.session
        return {
            "title": session.name,
            "opts": self.model_admin.opts,
            "media": self.model_admin.media,
            "original": session,
            "session": session,
            "facts": facts,
            "stands": stands.stands(facts),
            "events": by_itself.events(facts),
            "form_page": self.url_of(session.pk, "change"),
            "public_page": self.url_of(session.pk, "preview") if is_hidden(session) else session.get_absolute_url(),
        }

    def _of_people(self, request: HttpRequest, facts: Facts) -> dict[str, Any]:
        """What the hub's staff read beside it: people, what to do, what has happened."""
        session = facts.session
        to_do = [*steps.next_steps(facts), None, None][:2]
        shown = lines.found_lines(facts) if facts.looked_for else lines.seated_lines(facts)
        links = [*self._own_links(session), *self._links(request, session)]
        admin_class: Any = self.model_admin
        return {
            "step": to_do[0],
            "then": to_do[1],
            "nothing": "" if to_do[0] else steps.nothing_to_do(facts),
            "looked_for": facts.looked_for,
            "bookings": lines.for_template(shown),
            "waiting": lines.for_template(lines.waiting_lines(facts)),
            "list_ends": self._list_ends(facts),
            "change_in_words": steps.done_in_words(facts),
            "to_phone": [
                (one, address_of(Booking, one.booking.pk) if one.booking else "")
                for one in facts.to_phone[:MOST_TO_PHONE]
            ],
            "office_address": office.address_of(session),
            "failed": lines.failed_lines(facts),
            "sent": facts.mails.get(Mail.State.SENT, 0),
            "to_send": facts.mails.get(Mail.State.WAITING, 0),
            "not_sent": sum(facts.mails.get(state, 0) for state in UNSENT),
            "unsure": facts.mails.get(Mail.State.UNSURE, 0),
            "story": [self._line(entry, facts) for entry in facts.story],
            "flyer": next((address for address, _label in links if more.page_of(address) == "flyer"), ""),
            "more": more.groups(facts, links, admin_class.allowed_buttons(request, session)),
            "bookings_list": self._list("booking", session),
            "mails_list": self._list("mail", session),
            "story_list": self._list("auditentry", session),
        }

    def _links(self, request: HttpRequest, session: Any) -> list[tuple[str, str]]:
        """To the pages of the other classes, each as it says itself whether it makes sense now."""
        admin_class: Any = self.model_admin
        return list(admin_class.links(request, session))

    def _own_links(self, session: Any) -> list[tuple[str, str]]:
        """To the form, its versions, and the pages of the day."""
        labels = {
            "change": _("Change the details"),
            "register_add": _("Add a walk-in"),
            "register_print": _("Print the register"),
            "register_badges": _("Badges"),
            "register_office": _("The school’s office"),
            "history": _("Changes of the details"),
        }
        return [(self.url_of(session.pk, name), label) for name, label in labels.items()]

    def _list(self, model: str, session: Any) -> str:
        return reverse(f"{self.admin_site.name}:bookings_{model}_changelist") + f"?session__id__exact={session.pk}"

    @staticmethod
    def _list_ends(facts: Facts) -> str:
        ends_at = offers.list_ends_at(facts.session)
        return near_moment(ends_at, now=facts.now) if ends_at else ""

    @staticmethod
    def _line(entry: Any, facts: Facts) -> dict[str, str]:
        """A line of the history: when, what, whose booking, how many places, by whom, why."""
        what = str(entry.get_verb_display())
        if entry.booking:
            what += f": {entry.booking.contact_name or entry.booking}"
        said = ", ".join(filter(None, [what, places_in_words(entry), who_did(entry), entry.why]))
        return {"when": near_moment(entry.at, now=facts.now), "said": said[:1].upper() + said[1:]}
