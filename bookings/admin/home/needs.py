"""What needs a member of staff now: rows, a sentence with their number, and the list that shows just these.

Home counts them, says the first of each kind one by one (rows.py), and the lists filter by them (`Needs`), so that a
number and its list never differ.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.home.rows import EACH, SHOWN, Row, rows_of
from bookings.attendance import standing
from bookings.groups import waiting
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail, Visitor
from bookings.models.outbox import last_by
from bookings.sessions import one_network
from bookings.states import FROZEN, LIVE, SessionStatus, Status
from hubs.models import HostSchool, HubYear, ShowcaseSession, VisitingTeacher, WorkGroup
from hubs.models.to_come import to_come
from hubs.staff import scope
from hubs.vocabulary.school_days import academic_year

# A register that nobody has recorded for so long will not be, for no name is kept longer: the hub reports a number.
REGISTER_DAYS = dt.timedelta(days=365)

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Need:
    """One kind of thing that waits for somebody."""

    name: str
    model: Any
    title: Promise | str
    narrow: Callable[[Rows, dt.datetime], Rows]
    words: Callable[[int], str]

    @property
    def address(self) -> str:
        model = self.model._meta
        return reverse(f"admin:{model.app_label}_{model.model_name}_changelist") + f"?needs={self.name}"


def _register(sessions: Rows, now: dt.datetime) -> Rows:
    """Sessions whose register nobody has recorded two school days after them; each with whether it counts as not
    recorded by now."""
    calendars = standing.closed_calendars()
    confirmed = Booking.objects.filter(session=OuterRef("pk"), status=Status.CONFIRMED).order_by()
    late = sessions.filter(standing.nags(now=now, calendars=calendars), Exists(confirmed), visitors_reported=None)
    counts_as = ExpressionWrapper(standing.not_recorded(now=now, calendars=calendars), BooleanField())
    asked = late.filter(last_day__gte=timezone.localdate(now) - REGISTER_DAYS)
    found: Rows = asked.annotate(counts_as_not_recorded=counts_as)
    return found


def _not_arranged(visitors: Rows, now: dt.datetime) -> Rows:
    """People with a place at a session to come who need something, and nobody has said what is arranged since they said
    so."""
    # Few, and asked first by themselves: SQLite would begin with all that is confirmed.
    who_say = list(Visitor.objects.with_needs().order_by().values_list("pk", flat=True))
    coming = visitors.filter(pk__in=who_say, released_at=None, arranged_at=None, booking__status=Status.CONFIRMED)
    asking = coming.filter(to_come(timezone.localdate(now), of="booking__session"))
    return asking.exclude(booking__session__places__status__in=FROZEN)


def _failed(mails: Rows, now: dt.datetime) -> Rows:
    """Mails given up, or refused by the address that somebody with a booking still has, or the visiting teacher, or a
    school that was invited to a group; not of sessions past."""
    same_address = Q(recipient_key=F("booking__email_key")) | Q(recipient_key=F("visitor__email_key"))
    refused = Q(same_address, state=Mail.State.REFUSED, booking__status__in=LIVE)
    return _about_what_comes(mails, Q(state=Mail.State.FAILED) | refused, (Mail.State.FAILED, Mail.State.REFUSED), now)


def _unsure(mails: Rows, now: dt.datetime) -> Rows:
    """Mails that a mail server took without a word; not of sessions past, nor what was answered by its link."""
    asked = mails.exclude(~Q(booking__status=Status.HELD), kind=Kind.CONFIRM)
    return _about_what_comes(asked, Q(state=Mail.State.UNSURE), (Mail.State.UNSURE,), now)


def _about_what_comes(mails: Any, of_sessions: Q, of_others: tuple[str, ...], now: dt.datetime) -> Rows:
    """Those of sessions to come, and the last of each kind to a visiting teacher, or a school that was invited to a
    group, who still has that address."""
    of_session = Q(to_come(timezone.localdate(now), of="session"), session__isnull=False) & of_sessions
    of_teacher = Q(last_by("visiting_teacher", "kind"), recipient=F("visiting_teacher__email"))
    to_others = Q(of_teacher | waiting.last_to_schools(), expires_at__gt=now)
    found: Rows = mails.in_state(*of_others).exclude(kind=Kind.ASKED_AGAIN).filter(of_session | to_others)
    return found


def _opening(sessions: Rows, now: dt.datetime) -> Rows:
    """Announced, to be booked here, and nobody has said when booking opens."""
    announced = sessions.filter(places__status=SessionStatus.ANNOUNCED, opens_at=None, booked_elsewhere="")
    return announced.filter(to_come(timezone.localdate(now)))


def _dates(visits: Rows, now: dt.datetime) -> Rows:
    """Visits of this academic year or a later one that have no day and no month yet."""
    return visits.filter(first_day=None, hub_year__exchange__year__gte=academic_year(timezone.localdate(now)))


def _unmarked(rows: Rows, relation: str) -> Rows:
    """Those with a file, link or photograph that is not published: nobody has said what may be seen of pupils."""
    marked: Any = rows.model._meta.get_field(relation)
    theirs = marked.related_model._base_manager.filter(**{marked.field.name: OuterRef("pk"), "pupils": ""})
    return rows.filter(Exists(theirs.order_by()))


def _no_contact(years: Rows, now: dt.datetime) -> Rows:
    """Hubs in this academic year or a later one that answers to their mails do not reach."""
    return years.filter(contact_email="", exchange__year__gte=academic_year(timezone.localdate(now)))


NEEDS = (
    Need(  # first: without it nothing can be announced
        "contact",
        HubYear,
        _("no contact email"),
        _no_contact,
        lambda n: (
            ngettext(
                "%(n)d hub has no contact email, so nothing of it can be announced: answers would reach nobody",
                "%(n)d hubs have no contact email, so nothing of theirs can be announced: answers would reach nobody",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "arrange",
        Visitor,
        _("need not answered"),
        _not_arranged,
        lambda n: (
            ngettext(
                "%(n)d person needs something, and nobody has said what is arranged",
                "%(n)d people need something, and nobody has said what is arranged",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "register",
        ShowcaseSession,
        _("register not recorded"),
        _register,
        lambda n: (
            ngettext(
                "%(n)d session is over and its register is not recorded",
                "%(n)d sessions are over and their registers are not recorded",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "failed",
        Mail,
        _("not delivered"),
        _failed,
        lambda n: ngettext("%(n)d email was not delivered", "%(n)d emails were not delivered", n) % {"n": n},
    ),
    Need(
        "one_network",
        ShowcaseSession,
        _("places of one network"),
        lambda rows, now: one_network.narrow(rows, now=now),
        lambda n: (
            ngettext(
                "%(n)d session has most of its unconfirmed places held from one network",
                "%(n)d sessions have most of their unconfirmed places held from one network",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "unsure",
        Mail,
        _("may have arrived"),
        _unsure,
        lambda n: (
            ngettext(
                "%(n)d email may have arrived: the mail server took it and did not answer",
                "%(n)d emails may have arrived: the mail server took them and did not answer",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "held",
        Booking,
        _("hold not confirmed"),
        lambda rows, _now: rows.filter(status=Status.HELD),
        lambda n: ngettext("%(n)d hold is not confirmed yet", "%(n)d holds are not confirmed yet", n) % {"n": n},
    ),
    Need(
        "waiting",
        Booking,
        _("waits for places"),
        lambda rows, _now: rows.filter(status=Status.WAITING),
        lambda n: ngettext("%(n)d party waits for places", "%(n)d parties wait for places", n) % {"n": n},
    ),
    Need(
        "group_problems",
        WorkGroup,
        _("promised places not booked"),
        lambda rows, now: waiting.with_problems(rows, now=now),
        lambda n: (
            ngettext(
                "%(n)d group has a school that said yes and has no places at a meeting",
                "%(n)d groups have a school that said yes and has no places at a meeting",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "group_unanswered",
        WorkGroup,
        _("invitation not answered"),
        lambda rows, now: waiting.with_unanswered(rows, now=now),
        lambda n: (
            ngettext(
                "%(n)d group has invited a school that has not answered for five school days",
                "%(n)d groups have invited a school that has not answered for five school days",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "group_meetings",
        WorkGroup,
        _("no meetings"),
        lambda rows, _now: waiting.without_meetings(rows),
        lambda n: (
            ngettext("%(n)d group has schools and no meeting yet", "%(n)d groups have schools and no meeting yet", n)
            % {"n": n}
        ),
    ),
    Need(
        "opening",
        ShowcaseSession,
        _("no opening time"),
        _opening,
        lambda n: (
            ngettext(
                "%(n)d announced session has no time when booking opens",
                "%(n)d announced sessions have no time when booking opens",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "dates",
        HostSchool,
        _("no dates"),
        _dates,
        lambda n: ngettext("%(n)d visit has no dates yet", "%(n)d visits have no dates yet", n) % {"n": n},
    ),
    Need(
        "files",
        ShowcaseSession,
        _("files not published"),
        lambda rows, _now: _unmarked(rows, "resources"),
        lambda n: (
            ngettext(
                "%(n)d session has files that nobody can see yet: say what may be seen of pupils",
                "%(n)d sessions have files that nobody can see yet: say what may be seen of pupils",
                n,
            )
            % {"n": n}
        ),
    ),
    Need(
        "photographs",
        VisitingTeacher,
        _("photograph not published"),
        lambda rows, _now: _unmarked(rows, "photographs"),
        lambda n: (
            ngettext(
                "%(n)d photograph of a visiting teacher is not published yet: say what may be seen of pupils",
                "%(n)d photographs of visiting teachers are not published yet: say what may be seen of pupils",
                n,
            )
            % {"n": n}
        ),
    ),
)


def by_name(name: str) -> Need:
    """One kind of them, for a page that shows its rows."""
    return next(need for need in NEEDS if need.name == name)


@dataclass(frozen=True)
class Group:
    """All of one kind that waits for somebody: how many, the list of them, and those that are shown one by one."""

    name: str
    words: str
    address: str
    number: int
    rows: list[Row]

    @property
    def more(self) -> int:
        return self.number - len(self.rows)

    @property
    def comes_first(self) -> bool:
        return any(row.is_urgent for row in self.rows)


def groups(user: Any, *, now: dt.datetime) -> list[Group]:
    """What needs this member of staff, what is of today and tomorrow first: at most three queries for each kind."""
    found = []
    for need in NEEDS:
        seen = need.narrow(scope.rows(user, need.model._default_manager.order_by()), now)
        if number := seen.count():
            shown = SHOWN[need.name]
            one_by_one = number <= shown.most or shown.most > EACH
            rows = rows_of(shown, seen, user, now=now) if one_by_one else []
            found.append(Group(need.name, need.words(number), need.address, number, rows))
    return sorted(found, key=lambda group: not group.comes_first)


class Needs(admin.SimpleListFilter):
    """A list of what Home has counted."""

    title = _("what it needs")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(need.name, need.title) for need in NEEDS if need.model is model_admin.model]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        narrow = {need.name: need.narrow for need in NEEDS if need.model is queryset.model}.get(self.value() or "")
        return narrow(queryset, timezone.now()) if narrow else queryset
