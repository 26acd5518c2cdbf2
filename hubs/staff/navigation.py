"""Where the staff pages lead: a line of what everybody opens, and the rest in groups under "More".

Nobody is shown a list that `scope` does not let them see. What nobody opens is for superusers alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hubs.staff import scope

# The lists of each group by their models. A list that is in none is for the technically minded.
FIRST = ("hubs.ShowcaseSession", "bookings.Booking")
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("People and places"),
        (
            "bookings.Visitor",
            "bookings.Certificate",
            "bookings.TellMe",
            "bookings.Interest",
            "bookings.NewsConsent",
            "bookings.Quote",
            "hubs.WorkGroup",
            "hubs.HostSchool",
            "hubs.VisitingTeacher",
            "hubs.MasterySpecialist",
            "hubs.School",
        ),
    ),
    (
        _("The hub"),
        (
            "hubs.HubYear",
            "hubs.Hub",
            "hubs.Membership",
            "hubs.SchoolList",
            "hubs.Notice",
            "hubs.Cost",
            "hubs.Remark",
            "bookings.Mail",
            "bookings.Letter",
            "bookings.Opened",
        ),
    ),
)

# What people call a list, where its rows are called otherwise: to who has one hub, and to who sees several.
CALLED: dict[str, tuple[Any, Any]] = {
    "hubs.HubYear": (_("Our hub"), _("Hubs, year by year")),
    "hubs.Hub": (_("Hub settings"), _("Hubs")),
    "hubs.Membership": (_("Staff"), _("Staff of hubs")),
    "hubs.StaffUser": (_("Accounts of staff"), _("Accounts of staff")),
    "bookings.Mail": (_("Emails"), _("Emails")),
    "bookings.Letter": (_("What we wrote"), _("What hubs wrote")),
    "bookings.TellMe": (_("Asked to be told"), _("Asked to be told")),
    "bookings.Interest": (_("Would join a group"), _("Would join a group")),
    "bookings.NewsConsent": (_("May be written to"), _("May be written to")),
    "bookings.Told": (_("Rounds of emails"), _("Rounds of emails")),
    "bookings.Opened": (_("Who opened what"), _("Who opened what")),
    "bookings.AuditEntry": (_("Audit trail"), _("Audit trail")),
}


def called(user: Any, options: Any) -> str:
    """What somebody is told that a list is, by the options of its model: "Our hub", "Bookings"."""
    ours, theirs = _called(options)
    has_one = not user.is_superuser and not user.is_programme_office and len(user.hub_roles) == 1
    return capfirst(str(ours if has_one else theirs))


def called_of_all(options: Any) -> str:
    """The same for a page of what staff of several hubs did."""
    _ours, theirs = _called(options)
    return capfirst(str(theirs))


def _called(options: Any) -> tuple[Any, Any]:
    return CALLED.get(options.label, (options.verbose_name_plural,) * 2)


@dataclass(frozen=True)
class Page:
    """One line of the navigation; `here` is where its reader is."""

    label: str
    address: str
    here: bool = False


def navigation(request: HttpRequest, models: dict[str, Any]) -> dict[str, Any]:
    """What somebody may open. `models` are those that the staff pages list, by their labels."""
    user: Any = request.user
    sorted_in = {label for _name, labels in GROUPS for label in labels} | set(FIRST)
    groups = [(str(name), list(_lists(request, labels, models))) for name, labels in GROUPS]
    if user.is_superuser:
        rest = sorted(models.keys() - sorted_in)
        groups.append((_now("For the technically minded"), list(_lists(request, rest, models))))
    return {"first": list(_first(request, models)), "groups": [group for group in groups if group[1]]}


def _first(request: HttpRequest, models: dict[str, Any]) -> Iterator[Page]:
    home = reverse("admin:index")
    yield Page(_now("Home"), home, request.path == home)
    if scope.may(request.user, "view", apps.get_model("hubs.ShowcaseSession")):
        today = reverse("today")
        yield Page(_now("Today"), today, request.path == today)
    yield from _lists(request, FIRST, models)
    if scope.may(request.user, "view", apps.get_model("hubs.HubYear")):
        reports = reverse("reports")
        yield Page(_now("Reports"), reports, request.path.startswith(reports))


def _lists(request: HttpRequest, labels: Iterable[str], models: dict[str, Any]) -> Iterator[Page]:
    for label in labels:
        model = models.get(label)
        if model is not None and scope.may(request.user, "view", model):
            name = model._meta
            address = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
            yield Page(called(request.user, name), address, request.path.startswith(address))
