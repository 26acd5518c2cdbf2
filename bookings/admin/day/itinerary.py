"""The link to a visiting teacher's itinerary: sent, sent anew, withdrawn. The link itself is shown nowhere.

`hubs` know nothing of the outbox, so the pages of visiting teachers get theirs here.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bookings.admin.base.beside_form import WithButtonsBeside
from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.admin.booking.story import fate_of
from bookings.admin.home.needs import Needs
from bookings.mail import itinerary_link
from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from hubs.admin.exchange import VisitingTeacherAdmin
from hubs.models import Consent, VisitingTeacher
from hubs.models.exchange import BY_THE_TEACHER
from hubs.vocabulary.dates import moment
from hubs.vocabulary.teaching import listed


class SendForm(forms.Form):
    """Nothing to fill in. The key makes pressing twice one mail."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class ItineraryPages(RowPages):
    """Send a visiting teacher the link to the itinerary."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "itinerary"), _("Send the itinerary")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("itinerary", self.itinerary_view)]

    def itinerary_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send the teacher the link, or withdraw it."""
        teacher = self.get_object_or_deny(request, object_id)
        if request.method == "POST" and "withdraw" in request.POST:
            itinerary_link.withdraw(teacher.pk, by=staff(request))
            self.message(request, _("Withdrawn: the links sent so far no longer work."))
            return HttpResponseRedirect(request.path)
        form = SendForm(request.POST or None, initial={"key": uuid.uuid4()})
        if form.is_valid() and self._send(request, teacher, form):
            return HttpResponseRedirect(request.path)
        last = Mail.objects.filter(visiting_teacher=teacher, kind=Kind.ITINERARY).order_by("pk").last()
        return self.form_page(
            request,
            form,
            title=_("The itinerary"),
            button=_("Send the itinerary"),
            original=teacher,
            rows=[*_about(teacher), *_of_last(last, teacher), *_by_themselves(teacher)],
            second=("withdraw", _("Withdraw the link")) if _has_link(last, teacher) else None,
        )

    def _send(self, request: HttpRequest, teacher: VisitingTeacher, form: SendForm) -> bool:
        try:
            itinerary_link.send(teacher.pk, key=form.cleaned_data["key"], by=staff(request), clock=timezone.now)
        except Refused as error:
            form.add_error(None, why_not(error))
            return False
        self.message(request, _("The itinerary is on its way to %(address)s.") % {"address": teacher.email})
        return True


admin.site.unregister(VisitingTeacher)


@admin.register(VisitingTeacher)
class TeacherAdmin(WithButtonsBeside, VisitingTeacherAdmin):
    """A visiting teacher, to whom the hub sends the itinerary."""

    goes_too = ("bookings.Mail",)
    page_classes = [ItineraryPages]
    list_filter = [Needs, *VisitingTeacherAdmin.list_filter]
    actions = ["agreed_to_be_named"]

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.name_agreed_at is None:
            yield "agreed_to_be_named", _("Has agreed to be named")

    @admin.action(description=_lazy("Have agreed to be named"), permissions=["change"])
    def agreed_to_be_named(self, request: HttpRequest, queryset: QuerySet[VisitingTeacher]) -> None:
        """One press, today; they can take it back themselves."""
        teachers = list(queryset)
        for teacher in teachers:
            teacher.say(Consent.NAME, agrees=True, now=timezone.now(), why=_("Staff wrote it down."))
        names = ", ".join(str(one) for one in teachers)
        self.message_user(request, _("Named from now on: %(names)s.") % {"names": names}, messages.SUCCESS)


def _about(teacher: VisitingTeacher) -> list[str]:
    """What is sent, and where it goes."""
    what = _(
        "A private page in Chinese and English: days, lessons, hosts, how many visitors are expected, and what the "
        "teacher agrees to, which they say there themselves. Whoever has its link can do all that."
    )
    if not teacher.email:
        return [what, _("Give the visiting teacher an email address first. Without it nothing can be sent.")]
    return [what, _("It goes to %(address)s.") % {"address": teacher.email}]


def _by_themselves(teacher: VisitingTeacher) -> list[str]:
    """What the teacher changed last on their own page, and when."""
    last = teacher.history.filter(history_change_reason=BY_THE_TEACHER).first()
    if last is None:
        return []
    agreed = [str(one.label) for one in Consent if getattr(last, one.field)]
    facts = {"name": f"{last.name_pinyin} {last.name_characters}".strip(), "at": moment(last.history_date)}
    what = _("agrees to: %(what)s") % {"what": listed(agreed)} if agreed else _("agrees to nothing")
    said = _("The teacher last changed it themselves at %(at)s: %(name)s, %(agrees)s. The history has each change.")
    return [said % (facts | {"agrees": what})]


def _of_last(mail: Mail | None, teacher: VisitingTeacher) -> list[str]:
    """When it was sent last, what has become of that mail, and whether its link still opens."""
    if mail is None:
        return []
    facts = {"address": mail.recipient or "–", "at": moment(mail.created_at), "fate": ", ".join(fate_of(mail))}
    last = _("Last sent to %(address)s at %(at)s: %(fate)s.") % facts
    return [last] if _has_link(mail, teacher) else [last, _("Its link has been withdrawn.")]


def _has_link(mail: Mail | None, teacher: VisitingTeacher) -> bool:
    return mail is not None and mail.facts.get("link_version") == teacher.link_version
