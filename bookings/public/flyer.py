"""A flyer: one page of A4 for a session or a host school's visit, and the same as text for a newsletter.

It names no visiting teacher: paper cannot take a name back when its owner does.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings.public.feeds import address_of
from bookings.public.hub_page import Hosting
from bookings.public.session import Showing, announced
from bookings.rule.words import who_may_book
from bookings.states import Standing
from hubs.models import HostSchool, ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.vocabulary.dates import days_between, moment
from hubs.vocabulary.later import Later
from hubs.vocabulary.money import pounds
from hubs.vocabulary.own_words import own_words

if TYPE_CHECKING:
    import segno
else:
    segno = Later("segno")

# Whoever reads a flyer can still come.
INVITES = {Standing.ANNOUNCED, Standing.SOON, Standing.OPEN, Standing.FULL, Standing.ELSEWHERE}
MOST_SESSIONS = 7  # of a visit on one page
MOST_WORDS = 330  # characters of the hub's own paragraph
MUCH = 420  # characters from which the page is set smaller


@dataclass(frozen=True)
class Flyer:
    """What a flyer says. Lines that are not known are empty."""

    of: ShowcaseSession | HostSchool
    heading: str
    name: str
    where: list[str]
    suits: str
    notes: list[str]
    about: str
    cost: str
    for_whom: str
    address: str
    questions: str
    days: str = ""
    hours: str = ""
    sessions: Sequence[Showing] = ()
    more: int = 0
    places: int = 0
    until: str = ""

    @property
    def hub_year(self) -> Any:
        return self.of.hub_year

    @property
    def short(self) -> str:
        """The address as it is typed."""
        return self.address.partition("://")[2].rstrip("/")

    @property
    def code(self) -> SafeString:
        return qr_code(self.address)

    @property
    def summary(self) -> str:
        """One sentence for whoever finds the page."""
        return ". ".join(part for part in (self.heading, self.name, self.when, ", ".join(self.where)) if part) + "."

    @property
    def is_long(self) -> bool:
        """Whether so much is said that it must be set smaller to stay on one page."""
        said = [
            self.heading,
            self.name,
            *self.where,
            self.suits,
            *self.notes,
            self.about,
            self.for_whom,
            self.questions,
        ]
        return sum(map(len, said)) + 60 * len(self.sessions) > MUCH

    @property
    def text(self) -> str:
        """The same for a newsletter."""
        lines = [self.heading, self.name if self.name != self.heading else "", self.when, ", ".join(self.where)]
        lines += [f"{_when(one)}: {one.session.name}" for one in self.sessions]
        until = _("Booking is essential, by %(until)s:") % {"until": self.until}
        suits = _("For %(who)s") % {"who": self.suits} if self.suits else ""
        lines += [suits, *self.notes, self.for_whom, self.cost, until if self.until else _("Booking is essential:")]
        return "\n".join(line for line in [*lines, self.address, self.hub_year.name] if line)

    @property
    def when(self) -> str:
        return ", ".join(part for part in (self.days, self.hours) if part)


def _when(showing: Showing) -> str:
    days = days_between(showing.first_day, showing.last_day)
    return ", ".join(part for part in (days, showing.hours) if part)


def of_session(showing: Showing) -> Flyer:
    session = showing.session
    town = " ".join(part for part in (session.where_town, session.where_postcode) if part)
    address = ", ".join(part for part in (session.place_address, town) if part)
    in_time = session.closes_at and not session.booked_elsewhere
    return Flyer(
        of=session,
        heading=_heading(session),
        name=session.name,
        days=days_between(session.first_day, session.last_day),
        hours=showing.hours,
        where=[part for part in (session.where_name, address) if part] or [_("Place to be announced")],
        suits=_suits([session]),
        notes=[session.suits_note] if session.suits_note else [],
        about=_about(session),
        cost=_cost([session]),
        for_whom=who_may_book(session, now=showing.now),
        address=address_of(reverse("session-short", args=[session.ref])),
        questions=session.contact or _contact(session.hub_year),
        places=showing.places.capacity,
        until=moment(session.closes_at) if in_time else "",
    )


def of_visit(visit: HostSchool, sessions: Sequence[ShowcaseSession], *, now: dt.datetime) -> Flyer:
    """Of its sessions to which somebody can still come; the hub's page leads on to each."""
    shown = [one for row in sessions if (one := Showing(row, now)).standing in INVITES]
    days = Hosting(visit, [one.session for one in shown]).days or (None, None)
    return Flyer(
        of=visit,
        heading=_heading(*(one.session for one in shown)),
        name=visit.school.name if visit.school else _("School to be announced"),
        days=days_between(*days),
        where=[visit.school.where] if visit.school and visit.school.where else [],
        suits=_suits([one.session for one in shown]),
        notes=list(dict.fromkeys(one.session.suits_note for one in shown if one.session.suits_note))[:2],
        about=_("See the lesson, then talk it through with the teachers and with colleagues from nearby schools."),
        cost=_cost([one.session for one in shown]),
        for_whom="",
        address=address_of(visit.hub_year.hub.get_absolute_url()),
        questions=_contact(visit.hub_year),
        sessions=shown[:MOST_SESSIONS],
        more=len(shown[MOST_SESSIONS:]),
    )


def sessions_of_visit(visit: HostSchool) -> ShowcaseSessionQuerySet:
    """Those of a visit that anybody may find, in order, with what a flyer needs of them."""
    return announced().filter(host_school=visit).prefetch_related("lessons__visiting_teachers", "lessons__specialists")


def invites(showing: Showing) -> bool:
    return showing.standing in INVITES


@lru_cache(maxsize=256)
def qr_code(address: str) -> SafeString:
    """An address as a QR code, dark on light in any theme, for cameras read no other; no style in it."""
    code = segno.make(address, error="m", micro=False)
    return mark_safe(code.svg_inline(border=2, light="#fff", dark="#000", omitsize=True, svgclass="code"))  # noqa: S308  (segno's own)


def _heading(*sessions: ShowcaseSession) -> str:
    """What a teacher comes for. In a year without visitors English specialists teach, and nothing else is said."""
    lessons = [lesson for session in sessions for lesson in session.lessons.all()]
    from_shanghai = any(lesson.visiting_teachers.all() for lesson in lessons)
    said_who = any(lesson.specialists.all() or lesson.other_teacher for lesson in lessons)
    if any(session.kind != ShowcaseSession.Kind.SHOWCASE for session in sessions):
        return sessions[0].name if len(sessions) == 1 else _("Come and see how mathematics is taught")
    if from_shanghai or not said_who:
        return _("Watch a lesson taught by a teacher from Shanghai")
    return _("Watch a lesson, and talk it through")


def _suits(sessions: Sequence[ShowcaseSession]) -> str:
    said = list(dict.fromkeys(who for one in sessions for who in (one.suits, one.suits_people) if who))
    return " · ".join(said[:3])


def _about(session: ShowcaseSession) -> str:
    made = _("See the lesson, then talk it through with the teachers and with colleagues from nearby schools.")
    return Truncator(" ".join(own_words(session, "about").split())).chars(MOST_WORDS) or made


def _cost(sessions: Sequence[ShowcaseSession]) -> str:
    costs = {one.cost_pence for one in sessions}
    if costs == {0}:
        return _("Free")
    return _("%(cost)s for each visitor") % {"cost": pounds(costs.pop())} if len(costs) == 1 else ""


def _contact(hub_year: Any) -> str:
    return ", ".join(part for part in (hub_year.contact_name, hub_year.contact_email) if part)
