"""What a certificate says: once for its page, its PDF, the check of its code and the staff's print."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.afterwards.certificates import certificates_of, name_may_change
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Certificate, Visitor
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, day, lasting
from hubs.vocabulary.references import in_two_halves


@dataclass(frozen=True)
class Sheet:
    """The certificate of somebody who came to a session. Asks nothing of one with `OF_ITS_VISITOR`."""

    certificate: Certificate

    @property
    def session(self) -> ShowcaseSession:
        if self.certificate.session is None:
            raise ValueError("A certificate of a visit is of who taught there.")
        return self.certificate.session

    @property
    def name(self) -> str:
        return self.certificate.full_name or ""

    @property
    def is_long(self) -> bool:
        """Whether its words are set smaller, so that they stand on one sheet."""
        return len(self.name) > 60 or len(self.what) > 90

    @property
    def hub(self) -> str:
        return str(self.session.hub_year.name)

    @property
    def what(self) -> str:
        return self.session.name

    @property
    def kind(self) -> str:
        return str(ShowcaseSession.Kind(self.session.kind).label)

    @property
    def day(self) -> str:
        return day(self.session.first_day)

    @property
    def hours(self) -> str:
        """9:00 to 11:45, 2 hours 45 minutes."""
        start, end = self.session.starts_at, self.session.ends_at
        if start is None or end is None:
            return ""
        said = {"start": clock(start), "end": clock(end), "long": lasting(start, end)}
        return pgettext("the hours of a certificate", "%(start)s to %(end)s, %(long)s") % said

    @property
    def where(self) -> str:
        """Where it was, which is the host school unless the session went elsewhere."""
        return ", ".join(part for part in (self.session.where_name, self.session.where_town) if part)

    @property
    def host(self) -> str:
        """The host school, where it was not there."""
        visit = self.session.host_school
        return visit.school.name if visit and visit.school and self.session.is_elsewhere else ""

    @property
    def code(self) -> str:
        return in_two_halves(self.certificate.code)

    @property
    def check_at(self) -> str:
        """The address of the page that checks it, as it is typed from paper."""
        return typed_address(reverse("certificates"))

    @property
    def how_to_check(self) -> str:
        said = _("Whether it is genuine can be checked at %(address)s with this code and the name above.")
        return said % {"address": self.check_at}

    @property
    def facts(self) -> list[tuple[str, list[str]]]:
        """Labels, and what stands beside each, a thing a line."""
        said = [
            (_("When"), [self.day, self.hours]),
            (_("Where"), [self.where]),
            (_("Host school"), [self.host]),
            (_("Issued by"), [self.hub, _("on %(day)s") % {"day": day(self.certificate.issued_at)}]),
        ]
        return [(label, lines) for label, given in said if (lines := [line for line in given if line])]


@dataclass(frozen=True)
class Entry:
    """A certificate as a private page leads to it: whose it is, the link that opens it, and the link of the booking or
    place by which the name may be put right (empty: no longer)."""

    visitor: Visitor
    token: str
    puts_right: str


def entries(theirs: Iterable[tuple[Visitor, str]], session: ShowcaseSession, *, now: dt.datetime) -> list[Entry]:
    """The certificates of those who have earned one, in their order; each visitor with the link that is asked.

    Nothing is asked of the database before the session is over.
    """
    shown = dict(theirs)
    if not shown or not session.ends_at or session.ends_at > now:
        return []
    found = certificates_of(Visitor.objects.filter(pk__in=[one.pk for one in shown]), now=now)
    may = name_may_change(session, now=now)
    return [Entry(one, token_of(found[one.pk]), link if may else "") for one, link in shown.items() if one.pk in found]


def is_shown_to_contact(visitor: Visitor) -> bool:
    """Whether the contact's page leads to it: their own, and that of a colleague who has no address. Whoever has one
    gets theirs at their own link alone."""
    return visitor.is_contact or not visitor.email


def typed_address(path: str) -> str:
    """An address of ours as it is typed from paper."""
    return f"{settings.SITE_URL}{path}".removeprefix("https://").removeprefix("http://")


def token_of(certificate: Certificate) -> str:
    return links.token(Purpose.CERTIFICATE, certificate)


def said_of(certificate: Certificate) -> dict[str, Any]:
    """What a page with the certificate needs."""
    return {"certificate": certificate, "sheet": Sheet(certificate)}
