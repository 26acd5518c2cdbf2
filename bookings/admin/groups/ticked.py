"""From the list of interests to a group: tick some, and choose which group invites them."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hubs.models import WorkGroup
from hubs.staff import scope
from hubs.vocabulary.school_days import academic_year

MOST = 20  # groups that a list names


def invite_actions(request: HttpRequest) -> dict[str, tuple[Any, str, str]]:
    """An action for each group of this year or a later one that somebody may change: it leads to whom it invites, with
    those ticked. Nobody is written to before that page is sent."""
    this_year = academic_year(timezone.localdate())
    mine = scope.rows(request.user, WorkGroup.objects.filter(hub_year__exchange__year__gte=this_year), "change")
    found = {}
    for group in mine.order_by("name", "pk")[:MOST]:
        name = f"invite_to_{group.pk}"
        found[name] = (_to_invite_page(group), name, _("Invite to %(group)s…") % {"group": group.name})
    return found


def _to_invite_page(group: WorkGroup) -> Any:
    def leads_on(_admin: Any, _request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        ticked = [("interest", pk) for pk in queryset.order_by("pk").values_list("pk", flat=True)[:MOST]]
        return HttpResponseRedirect(f"{reverse('admin:hubs_workgroup_invite', args=[group.pk])}?{urlencode(ticked)}")

    return leads_on
