"""A visiting teacher's itinerary: days, lessons, hosts, and how many visitors are expected. Numbers, and nobody's name.

It says everything in Chinese and in English at once, so that the teacher and an English host can point at one line.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch, Q, TextChoices
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookings.mail.itinerary_link import itinerary_ends
from bookings.models import Visitor
from bookings.public.session import Showing
from bookings.states import FROZEN, SEATED, SessionStatus, Status
from hubs.models import Consent, HostSchool, Lesson, School, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.dates import days_between
from hubs.vocabulary.languages import Both, in_both
from hubs.vocabulary.teaching import STAGES, Years, in_words, shanghai_grades


class Phase(TextChoices):
    """Where visitors come from."""

    PRIMARY = "primary", gettext_lazy("Primary schools")
    SECONDARY = "secondary", gettext_lazy("Secondary schools")
    OTHER = "other", gettext_lazy("Other places")


PHASES: dict[int, Phase] = {
    School.Phase.PRIMARY: Phase.PRIMARY,
    School.Phase.MIDDLE_PRIMARY: Phase.PRIMARY,
    School.Phase.SECONDARY: Phase.SECONDARY,
    School.Phase.MIDDLE_SECONDARY: Phase.SECONDARY,
    School.Phase.SIXTEEN_PLUS: Phase.SECONDARY,
}
AGES = [Years.RECEPTION, *(stage for _number, stage in STAGES)]
NOT_SEEN = SessionStatus.DRAFT  # what the hub has told nobody of yet


@dataclass(frozen=True)
class Expected:
    """How many have a place, how many of them are still to confirm it; by their school's phase, by what they teach."""

    number: int
    to_confirm: int
    phases: list[tuple[Phase, int]]
    ages: list[tuple[Both, int]]


@dataclass(frozen=True)
class Taught:
    """A lesson, whether it is the teacher's own, and who else teaches it."""

    lesson: Lesson
    own: bool
    others: list[Both]

    @property
    def years(self) -> Both:
        return in_grades(self.lesson.years)


@dataclass(frozen=True)
class Stop:
    """A session of a day; where the teacher has no lesson in it, just that it is there."""

    showing: Showing
    lessons: list[Taught]
    expected: Expected

    @property
    def session(self) -> ShowcaseSession:
        return self.showing.session

    @property
    def teaches(self) -> bool:
        return any(taught.own for taught in self.lessons)

    @property
    def off(self) -> bool:
        """Whether it is cancelled or postponed."""
        return self.showing.places.status in FROZEN

    @property
    def title(self) -> Both:
        """Its own title, or what kind of session it is: classes are named with their grades, lesson by lesson."""
        session = self.session
        if session.title or session.title_zh:
            return Both(session.title_zh or session.title, session.title or session.title_zh)
        return in_both(lambda: ShowcaseSession.Kind(session.kind).label)

    @property
    def years(self) -> Both:
        """All classes that are taught in it."""
        together = Years(0)
        for taught in self.lessons:
            together |= taught.lesson.years
        return in_grades(together)


@dataclass(frozen=True)
class Day:
    """What falls on one day, or in one range of days."""

    first: dt.date | None
    last: dt.date | None
    stops: list[Stop]

    @property
    def parts(self) -> list[list[str]]:
        """The day in Chinese and in English, each as what stands before its number, the number, and after."""
        if self.first is None or self.first != self.last:
            return []
        on = self.first
        said = in_both(lambda: written(on, pgettext("a day, its number between bars", "l|j|F Y")))
        return [part.split("|") for part in said]

    @property
    def range(self) -> Both:
        return in_both(lambda: days_between(self.first, self.last))


HOW_TO_READ = gettext_lazy(
    "All times are London time. Each class is named by its English year and by the Shanghai grade of the same age."
)
NO_DATES = gettext_lazy("There are no dates yet. Your hub adds them here, and this link always shows the latest.")
HOW_TO_AGREE = gettext_lazy(
    "Three separate choices. Each is yours alone: nothing else depends on it, and you can change it here at any time."
)
HOW_SHOWN = gettext_lazy("So you stand on public pages now. A change here is public at once, and your hub sees it.")
# What each choice is called, and what it means.
ASKED = {
    Consent.NAME: (
        gettext_lazy("Your name"),
        gettext_lazy(
            "Your name stands on the public pages of your lessons and of your hub. "
            "Without it they say “a visiting teacher from Shanghai”."
        ),
    ),
    Consent.PHOTO: (
        gettext_lazy("Photographs"),
        gettext_lazy("Photographs in which you can be recognised may be published by your hub and your host school."),
    ),
    Consent.FILM: (
        gettext_lazy("Film"),
        gettext_lazy("Your lessons may be filmed, and the film shown to other teachers."),
    ),
}


@dataclass(frozen=True)
class Choice:
    """One thing that the teacher is asked, and since when they agree."""

    consent: Consent
    agreed_at: dt.datetime | None

    @property
    def heading(self) -> Any:
        return ASKED[self.consent][0]

    @property
    def meaning(self) -> Any:
        return ASKED[self.consent][1]

    @property
    def words(self) -> Both:
        if self.agreed_at is None:
            return in_both(lambda: _("Not given"))
        on = timezone.localdate(self.agreed_at)
        return in_both(lambda: _("Given on %(day)s") % {"day": _date(on)})


def in_grades(years: Years) -> Both:
    """A class as each country calls it: 四、五年级 and Years 5 and 6. Empty where nothing is known of it."""
    return Both(shanghai_grades(years), in_both(lambda: in_words(years)).english)


def _date(on: dt.date) -> str:
    return written(on, pgettext("a date without its weekday", "j F Y"))


def choices(teacher: VisitingTeacher) -> list[Choice]:
    return [Choice(consent, getattr(teacher, consent.field)) for consent in Consent]


def until(teacher: VisitingTeacher) -> Both:
    """How long the page opens, and with it what is said there can be changed there."""
    end = itinerary_ends(teacher)
    return in_both(
        lambda: (
            _("You can open this page until %(day)s. After that, write to the hub to change what you agree to.")
            % {"day": _date(end)}
        )
    )


def visits_of(teacher: VisitingTeacher) -> list[tuple[HostSchool, Both]]:
    """The schools that host the teacher, but for drafts, each with its days. Two queries."""
    visits = (
        teacher.host_schools.shown()
        .select_related("school")
        .prefetch_related("specialists")
        .order_by("first_day", "pk")
    )
    return [(visit, _days(visit)) for visit in visits]


def _days(visit: HostSchool) -> Both:
    return in_both(lambda: days_between(visit.first_day, visit.last_day))


def days_of(teacher: VisitingTeacher, *, now: dt.datetime) -> list[Day]:
    """The teacher's sessions and the others at their host school, by day; those without a date come last.

    As many queries for any number of sessions.
    """
    found = sorted(_sessions(teacher), key=_when)
    expected = _expected(session.pk for session in found)
    stops = [_stop(session, teacher, expected, now=now) for session in found]
    groups = groupby(stops, key=lambda stop: (stop.session.first_day, stop.session.last_day))
    return [Day(*days, list(same)) for days, same in groups]


def _sessions(teacher: VisitingTeacher) -> Iterable[ShowcaseSession]:
    taught = Lesson.objects.filter(visiting_teachers=teacher)
    lessons = Lesson.objects.select_related("pupils_of").prefetch_related("visiting_teachers", "specialists")
    theirs = Q(pk__in=taught.values("session")) | Q(host_school__in=teacher.host_schools.values("pk"))
    told = ShowcaseSession.objects.filter(theirs).exclude(places__status=NOT_SEEN)
    return told.with_names().select_related("places").prefetch_related(Prefetch("lessons", lessons), "programme")


def _when(session: ShowcaseSession) -> tuple[object, ...]:
    """By their start; then those that fall on some day of several, then those of which nothing is known."""
    far = dt.date.max
    begins = session.starts_at.timestamp() if session.starts_at else float("inf")
    return session.day is None, session.first_day or far, session.last_day or far, begins, session.pk


def _stop(
    session: ShowcaseSession, teacher: VisitingTeacher, expected: dict[int, Expected], *, now: dt.datetime
) -> Stop:
    lessons = [_taught(lesson, teacher) for lesson in session.lessons.all()]
    return Stop(Showing(session, now), lessons, expected.get(session.pk, Expected(0, 0, [], [])))


def _taught(lesson: Lesson, teacher: VisitingTeacher) -> Taught:
    """Of other visiting teachers no more than they have agreed to: the page may lie on a desk."""
    visiting = list(lesson.visiting_teachers.all())
    others = [_public_name(one) for one in visiting if one != teacher]
    english = [str(one) for one in lesson.specialists.all()]
    english += [lesson.other_teacher] if lesson.other_teacher else []
    return Taught(lesson, teacher in visiting, [*others, *(Both(name, name) for name in english)])


def _public_name(teacher: VisitingTeacher) -> Both:
    return in_both(lambda: teacher.public_name)


# --- how many are expected --------------------------------------------------------------------------------------------


Group = tuple[str, Years, Phase, int]  # a booking's status, what its visitors teach, where they come from, how many


def _expected(session_ids: Iterable[int]) -> dict[int, Expected]:
    """Visitors with a place, by session, counted by the database: one query, and no name in its answer."""
    seated = Visitor.objects.coming().filter(booking__session__in=list(session_ids), booking__status__in=SEATED)
    school = [f"booking__school__{name}" for name in ("phase", "low_age", "high_age")]
    rows = seated.order_by().values_list("booking__session", "booking__status", "years", *school)
    groups: dict[int, list[Group]] = {}
    for session, status, years, *ages, number in rows.annotate(number=Count("pk")):
        groups.setdefault(session, []).append((status, years, _phase(*ages), number))
    return {session: _counted(group) for session, group in groups.items()}


def _phase(phase: int | None, low_age: int | None, high_age: int | None) -> Phase:
    """The phase of a visitor's school. One without a phase in the register has that of its ages."""
    if phase is None:  # no school of the register
        return Phase.OTHER
    return PHASES.get(School(phase=phase, low_age=low_age, high_age=high_age).phase_by_age, Phase.OTHER)


def _counted(group: list[Group]) -> Expected:
    phases: Counter[Phase] = Counter()
    ages: Counter[Years] = Counter()
    for _status, years, phase, number in group:
        phases[phase] += number
        ages.update({stage: number for stage in AGES if stage & years})
    return Expected(
        number=sum(phases.values()),
        to_confirm=sum(number for status, *_rest, number in group if status != Status.CONFIRMED),
        phases=[(phase, phases[phase]) for phase in Phase if phases[phase]],
        ages=[(in_grades(stage), ages[stage]) for stage in AGES if ages[stage]],
    )
