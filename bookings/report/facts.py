"""What a report knows, each fact once, counted by the database in a constant number of statements.

A fact is asked when a section first wants it. Rows come back by session or by hub, never by visitor.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from bookings.attendance import standing
from bookings.models import Asked, Booking, TurnedAway, Visitor
from bookings.models.feedback import Form
from bookings.report import rows
from bookings.report.area import Area, Country, area_of
from bookings.report.selection import Of, Selection
from bookings.report.voices import Voices, of_form
from bookings.states import FROZEN
from hubs.models import Cost, HostSchool, HubYear, Remark, ShowcaseSession

LISTED = 200  # sessions that a page lists by name; the country's are added up by hub


class Held(NamedTuple):
    """A session that is over, in numbers."""

    pk: int
    hub_year: int
    status: str
    capacity: int
    taken: int
    recorded: bool
    reported: int | None
    source: str
    first_day: dt.date | None

    @property
    def took_place(self) -> bool:
        return self.status not in FROZEN


class Facts:
    """The facts of one selection at one moment."""

    def __init__(self, selection: Selection, *, now: dt.datetime) -> None:
        self.selection, self.now = selection, now

    # --- sessions -----------------------------------------------------------------------------------------------------

    @cached_property
    def _all_sessions(self) -> list[Held]:
        found = ShowcaseSession.objects.filter(self.selection.sessions()).order_by("first_day", "starts_at", "pk")
        of_each = found.values_list(
            "pk",
            "hub_year",
            "places__status",
            "places__capacity",
            "places__places_taken",
            Exists(ShowcaseSession.objects.filter(standing.recorded(), pk=OuterRef("pk"))),
            "visitors_reported",
            "reported_source",
            "first_day",
            "last_day",
            "ends_at",
        )
        return [Held(*one[:9]) for one in of_each if self._is_over(*one[9:])]

    def _is_over(self, last_day: dt.date | None, ends_at: dt.datetime | None) -> bool:
        if ends_at:
            return ends_at <= self.now
        return bool(last_day and last_day < self.selection.today)

    @cached_property
    def held(self) -> list[Held]:
        """Sessions that took place and are over."""
        return [one for one in self._all_sessions if one.took_place]

    @cached_property
    def taken_off(self) -> list[Held]:
        """Sessions that were cancelled or postponed and never held: they count for nothing else."""
        return [one for one in self._all_sessions if not one.took_place]

    @cached_property
    def recorded(self) -> list[Held]:
        return [one for one in self.held if one.recorded]

    @cached_property
    def settled(self) -> bool:
        """Whether nothing that is to come can move a total: each register is recorded, each form has closed, and
        nothing is still to take place."""
        return bool(self.held) and len(self.recorded) == len(self.held) and not self._to_come and not self._forms_open

    @cached_property
    def _to_come(self) -> bool:
        found = ShowcaseSession.objects.filter(self.selection.sessions()).exclude(places__status__in=sorted(FROZEN))
        return found.exclude(rows.over(self.now)).exists()

    @cached_property
    def _forms_open(self) -> bool:
        return Asked.objects.filter(self.selection.hub_years("hub_year"), closes_at__gt=self.now).exists()

    @cached_property
    def names(self) -> dict[int, ShowcaseSession]:
        """The sessions by name, where they are few enough to be listed."""
        if self.selection.is_wide:
            return {}
        return ShowcaseSession.objects.with_names().in_bulk([one.pk for one in self.held[:LISTED]])

    @cached_property
    def hub_names(self) -> dict[int, str]:
        """Hubs of that year by name; in a report of a hub's exchanges, the exchanges."""
        found = HubYear.objects.filter(self.selection.hub_years()).select_related("exchange").distinct()
        of_hub = self.selection.of == Of.HUB
        return {one.pk: one.exchange.academic_year if of_hub else one.name for one in found.order_by("name", "pk")}

    # --- who came -----------------------------------------------------------------------------------------------------

    @cached_property
    def attendance(self) -> dict[tuple[int, str, str], int]:
        """Confirmed visits by session, kind of visitor and attendance."""
        found = rows.visits(self.selection, now=self.now)
        counted = found.values_list("booking__session", "kind", "attendance").annotate(n=Count("pk"))
        return {(session, kind, attendance): n for session, kind, attendance, n in counted}

    def visits(self, kinds: Iterable[str], attendance: str, sessions: Iterable[Held] | None = None) -> int:
        """Visits of those kinds, at recorded sessions unless others are said."""
        among = self.recorded if sessions is None else sessions
        return sum(self.attendance.get((one.pk, kind, attendance), 0) for one in among for kind in kinds)

    @cached_property
    def people(self) -> dict[str, int]:
        """How many people came, between which numbers, and from how many settings."""
        came = rows.who_came(self.selection, now=self.now)
        same = Coalesce("perhaps_id", "person_id")
        return came.aggregate(
            visits=Count("pk"),
            known=Count("person_id", distinct=True),
            least=Count(same, distinct=True),
            nameless=Count("pk", filter=Q(person_id=None)),
            settings=Count("booking__school_key", distinct=True, filter=~Q(booking__school_kind="none")),
        )

    @cached_property
    def of_hubs(self) -> list[dict[str, int]]:
        """The same of each hub and exchange, where a report is of several."""
        if not self.selection.is_wide:
            return []
        came = rows.who_came(self.selection, now=self.now).values("booking__session__hub_year")
        counted = came.annotate(
            visits=Count("pk"),
            known=Count("person_id", distinct=True),
            nameless=Count("pk", filter=Q(person_id=None)),
            settings=Count("booking__school_key", distinct=True, filter=~Q(booking__school_kind="none")),
        )
        taken: Counter[int] = Counter()
        for held in self.recorded:
            taken[held.hub_year] += held.taken
        return [
            one | {"people": one["known"] + one["nameless"], "taken": taken[one["booking__session__hub_year"]]}
            for one in counted
        ]

    @cached_property
    def people_most(self) -> int:
        """People who came, each who gave no address as somebody else."""
        return self.people["known"] + self.people["nameless"]

    @cached_property
    def people_least(self) -> int:
        """People who came, if all who may have come before are the same."""
        return max(self.people["least"], min(1, self.people["nameless"]))

    @property
    def _sessions(self) -> Any:
        return rows.sessions(self.selection, now=self.now)

    # --- before it ----------------------------------------------------------------------------------------------------

    @cached_property
    def cancelled_late(self) -> dict[int, int]:
        """Places given back after the deadline, by session: whole bookings and single places."""
        whole = Booking.objects.filter(session__in=self._sessions, ended_late=True).order_by()
        single = Visitor.objects.filter(booking__session__in=self._sessions, released_late=True).order_by()
        late: Counter[int] = Counter(dict(whole.values_list("session").annotate(n=Sum("party"))))
        late.update(dict(single.values_list("booking__session").annotate(n=Count("pk"))))
        return dict(late)

    @cached_property
    def refused(self) -> dict[str, int]:
        """Places that were asked for and refused, by why."""
        found = TurnedAway.objects.filter(session__in=self._sessions)
        return dict(found.order_by().values_list("why").annotate(n=Sum("places")))

    # --- what was asked -----------------------------------------------------------------------------------------------

    @cached_property
    def area(self) -> Area | Country:
        """The schools around the hosts, and who of them came."""
        return area_of(self.selection, now=self.now)

    @cached_property
    def voices(self) -> Voices:
        """What was said."""
        return Voices(self.selection)

    @cached_property
    def _asked(self) -> dict[str, tuple[int, int, int]]:
        """How many were asked, how many of them answered, and how many were asked "if you came", by form."""
        counted = {}
        for form in Form:
            found = Asked.objects.filter(of_form(self.selection, form), form=form)
            unsure = Count("pk", filter=Q(if_you_came=True))
            counted[str(form)] = found.aggregate(n=Count("pk"), answered=Count("answered_at"), unsure=unsure)
        return {form: (one["n"], one["answered"], one["unsure"]) for form, one in counted.items()}

    def asked(self, form: str) -> int:
        return self._asked.get(form, (0, 0, 0))[0]

    def asked_if_they_came(self, form: str) -> int:
        """Those of them whose register was not recorded: they are not among those who came."""
        return self._asked.get(form, (0, 0, 0))[2]

    def answered(self, form: str) -> int:
        """Of those who were asked; forms on paper come beside."""
        return self._asked.get(form, (0, 0, 0))[1]

    # --- what the hub says --------------------------------------------------------------------------------------------

    @cached_property
    def visits_reported(self) -> list[tuple[str, int, str]]:
        """Visits of which somebody reported a number, where no register was kept: its school, the number, by whom."""
        if self.selection.of in (Of.SESSION, Of.GROUP):
            return []
        inside = {
            Of.COUNTRY: Q(hub_year__exchange=self.selection.pk),
            Of.HUB: Q(hub_year__hub=self.selection.pk),
            Of.EXCHANGE: Q(hub_year=self.selection.pk),
            Of.VISIT: Q(pk=self.selection.pk),
        }[Of(self.selection.of)]
        found = HostSchool.objects.filter(inside, visitors_reported__isnull=False).select_related("school")
        return [(str(one.school or ""), one.visitors_reported or 0, one.reported_source) for one in found]

    @cached_property
    def remarks(self) -> dict[str, list[str]]:
        """What the hub writes under each heading. A report of the whole country quotes none."""
        if self.selection.is_wide:
            return {}
        found = Remark.objects.filter(hub_year=self.selection.hub_year)
        said: dict[str, list[str]] = {}
        for one in found:
            said.setdefault(one.section, []).append(one.text)
        return said

    @cached_property
    def costs(self) -> list[tuple[str, str, int | None, Decimal | None]]:
        """What was entered, by kind and who pays, added up: pence or days."""
        found = Cost.objects.filter(self._costs_inside()).order_by("kind", "who_pays")
        return list(found.values_list("kind", "who_pays").annotate(pence=Sum("pence"), days=Sum("days")))

    def _costs_inside(self) -> Q:
        own = {Of.VISIT: "host_school", Of.SESSION: "session", Of.GROUP: "group"}.get(Of(self.selection.of))
        if own == "host_school":
            return Q(host_school=self.selection.pk) | Q(session__host_school=self.selection.pk)
        if own == "group":
            return Q(group=self.selection.pk) | Q(session__group=self.selection.pk)
        if own:
            return Q(**{own: self.selection.pk})
        of_groups = Q(group__isnull=False) | Q(session__group__isnull=False)
        return self.selection.hub_years("hub_year") & (~of_groups if self.selection.takes_the_rest else of_groups)
