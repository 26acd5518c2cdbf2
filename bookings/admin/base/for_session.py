"""Lists of bookings and visitors by their session: one of those to come, or the one that a link has named."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.sessions import name_and_day
from hubs.models import ShowcaseSession
from hubs.models.to_come import to_come
from hubs.staff import scope
from hubs.vocabulary.ids import AN_ID

MOST = 60


class ForSession(admin.SimpleListFilter):
    """The sessions of somebody's hubs that are to come, each with its day."""

    title = _("session")
    parameter_name = "session__id__exact"
    path = "session"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        named = self.value() or ""
        asked = to_come(timezone.localdate())
        if AN_ID.fullmatch(named):
            asked |= Q(pk=named)
        sessions = scope.rows(request.user, ShowcaseSession.objects.filter(asked))
        sessions = sessions.order_by("first_day", "starts_at", "pk")
        first = list(sessions.values_list("pk", flat=True)[:MOST])  # by their keys: sorted with their names, it is slow
        return [(str(one.pk), name_and_day(one)) for one in sessions.filter(pk__in=first).with_names()]

    def has_output(self) -> bool:
        """Also with one session to come: a list of another hub's bookings is longer than that."""
        return bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        named = self.value()
        if named is None:
            return queryset
        if not AN_ID.fullmatch(named):
            raise IncorrectLookupParameters
        return queryset.filter(**{self.path: named})


class ForSessionOfBooking(ForSession):
    """As above, of visitors."""

    parameter_name = "session"
    path = "booking__session"
