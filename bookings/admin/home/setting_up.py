"""What a hub still lacks before teachers can book: a new lead's first Home, which empties itself.

Each thing is read from the rows themselves, so nothing has to be ticked off and nothing is asked twice.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hubs.models import HostSchool, HubYear, ShowcaseSession, VisitingTeacher
from hubs.staff import scope
from hubs.vocabulary.school_days import academic_year


@dataclass(frozen=True)
class Step:
    """One thing to do, and where."""

    title: str
    why: str
    label: str
    address: str
    is_done: bool


@dataclass(frozen=True)
class SettingUp:
    """The steps of one hub."""

    hub: str
    steps: list[Step]
    has_sessions: bool  # then teachers can book already, perhaps

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def left(self) -> int:
        return len(self.steps) - self.done

    @property
    def here(self) -> Step:
        """The next thing to do."""
        return next(step for step in self.steps if not step.is_done)


def setting_up(user: Any, *, now: dt.datetime) -> SettingUp | None:
    """What the first of somebody's hubs that lacks something lacks, for those who lead one: two queries."""
    led = scope.hubs_with(user, scope.LEADS)
    if not led:
        return None
    of_year = {"hub_year": OuterRef("pk")}
    years = HubYear.objects.filter(hub__in=led, exchange__year__gte=academic_year(timezone.localdate(now))).order_by(
        "exchange__year", "pk"
    )
    with_what_there_is: Any = years.annotate(
        has_visit=Exists(HostSchool.objects.filter(**of_year).exclude(school=None)),
        has_teachers=Exists(VisitingTeacher.objects.filter(**of_year)),
        has_session=Exists(ShowcaseSession.objects.filter(**of_year)),
    )
    for year in with_what_there_is:
        found = SettingUp(year.name, _steps(user, year), has_sessions=year.has_session)
        if found.left:
            return found
    return None


def _steps(user: Any, year: Any) -> list[Step]:
    of_year = f"?hub_year={year.pk}"
    return [
        Step(
            _("Sign in with a second factor"),
            _("A code from your phone besides your password: these pages hold names and needs."),
            _("Set it up"),
            reverse("second-factor"),
            user.has_device,
        ),
        Step(
            _("Where do answers come to?"),
            _("Teachers reply to our emails. Until we know where to, nothing can be announced."),
            _("Give a contact email"),
            reverse("admin:hubs_hubyear_change", args=[year.pk]),
            bool(year.contact_email),
        ),
        Step(
            _("This year’s visit and its school"),
            _("Which school hosts, from when to when. The days can follow later."),
            _("Add the visit"),
            reverse("admin:hubs_hostschool_set_up") + of_year,
            year.has_visit,
        ),
        Step(
            _("Who teaches"),
            _("The visiting teachers. Names are shown only once they have said yes."),
            _("Add a visiting teacher"),
            reverse("admin:hubs_visitingteacher_add") + of_year,
            year.has_teachers,
        ),
        Step(
            _("The first session"),
            _("It stays a draft until you announce it."),
            _("New session"),
            reverse("admin:hubs_showcasesession_add") + of_year,
            year.has_session,
        ),
    ]
