"""Who may see and change which rows in the staff pages: the one place that decides it (rule.md#people).

A member of staff has one role in each of their hubs; the programme office sees every hub and nobody's name; a superuser
may do everything. `REACH` says of each model where its hub is and which roles may do what. What is not in it is for
superusers alone. The staff pages ask here for their lists, forms, choices and buttons (hubs/admin/scoped.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.db.models import Model, Q, QuerySet

from hubs.models import Membership, StaffUser

LEAD = str(Membership.Role.LEAD)
ADMINISTRATOR = str(Membership.Role.ADMINISTRATOR)
OFFICE = "office"
LEADS = frozenset({LEAD})
STAFF = frozenset({LEAD, ADMINISTRATOR})
ALL = STAFF | {OFFICE}
NOBODY: frozenset[str] = frozenset()

ACTIONS = ("view", "add", "change", "delete")
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Reach:
    """Where a row's hub is, and which roles may view, add, change and delete it: Django's four words.

    `hub` holds the paths from a row to its hub. No path is a row of no hub: whoever has the role has them all.
    """

    hub: tuple[str, ...]
    view: frozenset[str] = STAFF
    add: frozenset[str] = NOBODY
    change: frozenset[str] = NOBODY
    delete: frozenset[str] = NOBODY


def _of(path: str, **roles: frozenset[str]) -> Reach:
    return Reach((path,), **roles)


# The paths of a session's rows and of a booking's.
SESSION, BOOKING = "session__hub_year__hub", "booking__session__hub_year__hub"
KEPT = {"add": STAFF, "change": STAFF, "delete": STAFF}

REACH: dict[str, Reach] = {
    # the register and the exchange: the same for every hub, kept by superusers
    "hubs.School": Reach((), view=ALL),
    "hubs.LocalAuthority": Reach((), view=ALL),
    "hubs.Exchange": Reach((), view=ALL),
    # the hub
    "hubs.Hub": _of("pk", view=ALL, change=LEADS),
    "hubs.HubYear": _of("hub", view=ALL, add=LEADS, change=LEADS),
    "hubs.Membership": _of("hub", view=LEADS, add=LEADS, change=LEADS, delete=LEADS),
    "hubs.ClosedDay": _of("hub", view=ALL, **KEPT),
    "hubs.OldHubAddress": _of("hub", view=ALL),
    "hubs.Notice": _of("hub", view=ALL, **KEPT),
    "hubs.SchoolList": _of("hub", **KEPT),
    # who hosts, who teaches
    "hubs.HostSchool": _of("hub_year__hub", view=ALL, **KEPT),
    "hubs.VisitingTeacher": _of("hub_year__hub", **KEPT),
    "hubs.Photograph": _of("teacher__hub_year__hub", **KEPT),
    "hubs.MasterySpecialist": _of("hub_year__hub", **KEPT),
    "hubs.Cost": _of("hub_year__hub", **KEPT),
    "hubs.Remark": _of("hub_year__hub", **KEPT),
    # groups of nearby schools
    "hubs.WorkGroup": _of("hub_year__hub", **KEPT),
    "bookings.Invitation": _of("group__hub_year__hub"),
    "bookings.GroupTeacher": _of("invitation__group__hub_year__hub"),
    "bookings.Enrolment": _of("invitation__group__hub_year__hub"),
    # the session
    "hubs.ShowcaseSession": _of("hub_year__hub", view=ALL, **KEPT),
    "hubs.Lesson": _of(SESSION, view=ALL, **KEPT),
    "hubs.ProgrammeSegment": _of(SESSION, view=ALL, **KEPT),
    "hubs.Resource": _of(SESSION, view=ALL, **KEPT),
    "bookings.Places": _of(SESSION, view=ALL),
    "bookings.Register": _of(SESSION),
    "bookings.TurnedAway": _of(SESSION, view=ALL),
    "bookings.SessionChange": _of(SESSION),
    "bookings.Seen": _of(BOOKING),
    "bookings.Phoned": _of("change__session__hub_year__hub"),
    "bookings.WideChange": Reach(("hub_year__hub", "host_school__hub_year__hub")),
    "bookings.Letter": _of(SESSION),
    "bookings.WideStep": _of(SESSION),
    # who comes: never the programme office
    "bookings.Booking": _of(SESSION, add=STAFF, change=STAFF),
    "bookings.Visitor": _of(BOOKING, change=STAFF),
    "bookings.OfficeLink": _of(SESSION, change=STAFF),
    "bookings.AddressChange": _of(BOOKING),
    "bookings.HandOver": _of("visitor__booking__session__hub_year__hub"),
    "bookings.TellMe": Reach(("hub", "session__hub_year__hub", "host_school__hub_year__hub"), delete=STAFF),
    "bookings.Certificate": Reach((SESSION, "host_school__hub_year__hub")),
    "bookings.Quote": _of("hub_year__hub", delete=STAFF),
    "bookings.Interest": _of("hub_year__hub"),
    "bookings.NewsConsent": _of("hub", delete=STAFF),
    "bookings.AuditEntry": _of(SESSION),
    "bookings.Opened": Reach((SESSION, "hub"), view=LEADS),
    "bookings.Mail": Reach(
        (SESSION, "visiting_teacher__hub_year__hub", "invitation__group__hub_year__hub"), add=STAFF, change=STAFF
    ),
}
NO_REACH = Reach((), view=NOBODY)

# What a form may choose although it is another hub's: public sessions to go to instead, and hubs that run one together.
ANYWHERE = {"bookings.SessionChange.instead", "hubs.ShowcaseSession.also_run_by"}


def reach_of(model: type[Model]) -> Reach:
    return REACH.get(model._meta.label, NO_REACH)


def hubs_with(user: Any, roles: frozenset[str]) -> set[int]:
    """The hubs in which somebody has one of these roles."""
    if not user.is_active:
        return set()
    return {hub for hub, role in user.hub_roles.items() if role in roles}


def rows(user: Any, queryset: Rows, action: str = "view") -> Rows:
    """Those rows on which somebody may do this."""
    if user.is_superuser:
        return queryset
    reach = reach_of(queryset.model)
    roles = getattr(reach, action)
    if user.is_programme_office and OFFICE in roles:
        return queryset
    return _within(queryset, reach, hubs_with(user, roles))


def choices(user: Any, queryset: Rows, *, of: type[Model]) -> Rows:
    """Those rows that somebody may name in a row of the model `of`: of no hub, or of one where they may change it."""
    if user.is_superuser:
        return queryset
    return _within(queryset, reach_of(queryset.model), hubs_with(user, reach_of(of).change))


def must_name_its_hub(user: Any, model: type[Model], field: str) -> bool:
    """Whether somebody may not leave this field of a form empty, since it says whose the row is."""
    return not user.is_superuser and reach_of(model).hub == (field,)


def may(user: Any, action: str, model: type[Model], row: Model | None = None) -> bool:
    """Whether somebody may do this to rows of `model`: to some, or to `row` or the rows that belong to it."""
    if user.is_superuser:
        return True
    roles = getattr(reach_of(model), action)
    if user.is_programme_office and OFFICE in roles:
        return True
    hubs = hubs_with(user, roles)
    if row is None or not reach_of(type(row)).hub:
        return bool(hubs)
    return bool(hubs & hubs_of(row))


def may_read_names(user: Any, row: Model) -> bool:
    """Whether somebody may read what a row says of people: the staff of its hub, and never the programme office."""
    return user.is_superuser or bool(hubs_with(user, STAFF) & hubs_of(row))


def may_look_up_all(user: Any) -> bool:
    """Whether a list may be narrowed by fields that it does not show: of those whom the table gives every hub's rows,
    the programme office may not, or it could try a name letter by letter."""
    return user.is_superuser or not user.is_programme_office


def hubs_of(row: Model) -> set[int]:
    """The hubs that a row belongs to: mostly one; a national notice has none."""
    paths = reach_of(type(row)).hub
    known: set[int] | None = row.__dict__.get("_hubs")
    if known is None:
        found = type(row)._base_manager.filter(pk=row.pk).values_list(*paths)
        known = row.__dict__["_hubs"] = {hub for one in found for hub in one if hub is not None}
    return known


def with_hubs_of(row: Model, others: Iterable[Model]) -> None:
    """Remember that `others` belong to the same hubs as `row`, as the people of a booking do: one query for all."""
    for other in others:
        other.__dict__["_hubs"] = hubs_of(row)


def _within(queryset: Rows, reach: Reach, hubs: set[int]) -> Rows:
    if not hubs:
        return queryset.none()
    if not reach.hub:
        return queryset
    inside = Q()
    for path in reach.hub:
        inside |= Q(**{f"{path}__in": hubs})
    return queryset.filter(inside)


def may_manage_account(user: Any, other: StaffUser) -> bool:
    """Whether `user` may do to `other` what touches them everywhere, as removing a lost second factor does.

    A lead only where the account is of their hubs alone; nobody to themselves.
    """
    if user.pk == other.pk or not user.is_active:
        return False
    if user.is_superuser:
        return True
    if other.is_superuser or other.is_programme_office:
        return False
    return bool(other.hub_roles) and set(other.hub_roles) <= hubs_with(user, LEADS)


class ByRole(ModelBackend):
    """Signs staff in by address and password, and answers Django's question after a permission from `REACH`."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """`perm` is Django's name of a permission: "bookings.view_booking"."""
        app, _dot, name = perm.partition(".")
        action, _line, model = name.partition("_")
        return user_obj.is_active and action in ACTIONS and may(user_obj, action, apps.get_model(app, model), obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        models = apps.get_app_config(app_label).get_models()
        return user_obj.is_active and any(may(user_obj, "view", model) for model in models)
