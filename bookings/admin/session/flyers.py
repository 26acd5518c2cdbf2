"""Where staff find the flyer of a session or a visit: a public page, so they see what everybody does."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.admin.session.drafts import is_hidden
from bookings.public.flyer import invites
from bookings.public.session import Showing


class FlyerPages(RowPages):
    """The flyer of a session to which somebody can still come."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if not is_hidden(row) and invites(Showing(row, timezone.now())):
            yield reverse("flyer", args=[row.ref]), _("Flyer")


class VisitFlyerPages(RowPages):
    """The flyer of a visit of which the public knows."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if not row.is_draft and row.sessions.upcoming(today=timezone.localdate()).exists():
            yield reverse("flyer-visit", args=[row.hub_year.hub.slug, row.pk]), _("Flyer")
