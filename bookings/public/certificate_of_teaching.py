"""The certificate of who taught at a host school's visit: one sheet in Chinese and in English, as the itinerary is."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from bookings.afterwards.taught import Taught, taught
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Certificate
from bookings.public.certificate import typed_address
from hubs.models import HostSchool
from hubs.vocabulary.dates import days_between
from hubs.vocabulary.languages import Both, in_both
from hubs.vocabulary.references import in_two_halves

CERTIFICATE, WHEN, ISSUED_BY, CODE, SAID = (
    gettext_lazy("Certificate of teaching"),
    gettext_lazy("When"),
    gettext_lazy("Issued by"),
    gettext_lazy("Code"),
    gettext_lazy("What teachers said who watched"),
)


@dataclass(frozen=True)
class TaughtSheet:
    """What it says; `did` has been counted when it was made."""

    certificate: Certificate
    visit: HostSchool
    did: Taught

    @property
    def name(self) -> str:
        return self.certificate.full_name or ""

    @property
    def hub(self) -> str:
        return str(self.visit.hub_year.name)

    @property
    def kind(self) -> Both:
        return in_both(lambda: CERTIFICATE)

    @property
    def what(self) -> Both:
        """taught 6 lessons at West Borough Primary School, watched by at least 212 teachers."""
        return in_both(self._what)

    def _what(self) -> str:
        lessons = ngettext("%(n)d lesson", "%(n)d lessons", self.did.lessons) % {"n": self.did.lessons}
        said = {"lessons": lessons, "school": self.visit.school.name if self.visit.school else self.hub}
        if not self.did.watched:
            return _("taught %(lessons)s at %(school)s") % said
        if self.did.at_least:
            people = ngettext("at least %(n)d teacher", "at least %(n)d teachers", self.did.watched)
        else:
            people = ngettext("%(n)d teacher", "%(n)d teachers", self.did.watched)
        said["people"] = people % {"n": self.did.watched}
        return _("taught %(lessons)s at %(school)s, watched by %(people)s") % said

    @property
    def quotes(self) -> list[str]:
        return self.did.quotes

    @property
    def facts(self) -> list[tuple[Both, list[Both]]]:
        visit, hub = self.visit, Both(self.hub, self.hub)
        said = [(in_both(lambda: WHEN), [in_both(lambda: days_between(visit.first_day, visit.last_day))])]
        if not (visit.first_day and visit.last_day):
            said = []
        on = timezone.localdate(self.certificate.issued_at)
        return [*said, (in_both(lambda: ISSUED_BY), [hub, in_both(lambda: _date(on))])]

    @property
    def code_is(self) -> Both:
        return in_both(lambda: CODE)

    @property
    def code(self) -> str:
        return in_two_halves(self.certificate.code)

    @property
    def quoted(self) -> Both:
        return in_both(lambda: SAID)

    @property
    def how_to_check(self) -> Both:
        return in_both(self._how_to_check)

    def _how_to_check(self) -> str:
        said = _("Whether it is genuine can be checked at %(address)s with this code and the name above.")
        return said % {"address": typed_address(reverse("certificates"))}


def _date(on: dt.date) -> str:
    return written(on, pgettext("a date without its weekday", "j F Y"))


def sheet_of(certificate: Certificate, *, now: dt.datetime) -> TaughtSheet:
    """What a certificate with `OF_WHO_TAUGHT` says, with its numbers as they are now. Five queries."""
    visit, who = certificate.host_school, certificate.teacher or certificate.specialist
    if visit is None:
        raise ValueError("A certificate of a session is of who came.")
    did = taught(visit, who, now=now) if who else Taught(0, 0, at_least=False, quotes=[])
    return TaughtSheet(certificate, visit, did)


def led_to(certificates: list[Certificate]) -> list[dict[str, Any]]:
    """As a private page leads to each: where it was, and its own link."""
    return [{"visit": one.host_school, "token": links.token(Purpose.CERTIFICATE, one)} for one in certificates]
