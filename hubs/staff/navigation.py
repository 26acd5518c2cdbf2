"""Where the staff pages lead: a line of what everybody opens, and the rest in groups under "More".

Nobody is shown a list that `scope` does not let them see. What nobody opens is for superusers alone.
"""

from collections.abc import Iterator
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
            "bookings.TellMe",
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
            "bookings.Mail",
            "bookings.Letter",
        ),
    ),
)


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


def _lists(request: HttpRequest, labels: Any, models: dict[str, Any]) -> Iterator[Page]:
    for label in labels:
        model = models.get(label)
        if model is not None and scope.may(request.user, "view", model):
            name = model._meta
            address = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
            yield Page(capfirst(str(name.verbose_name_plural)), address, request.path.startswith(address))
