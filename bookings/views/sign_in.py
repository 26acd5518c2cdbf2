"""Wrong passwords counted by network, before anything is hashed: who tries many accounts costs us no hash for each.

Failures alone count: a try is counted first, so that many at once are, and given back once it was right.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from bookings.rule.refusals import TooManyFromHere
from bookings.views import limits
from hubs.models import StaffUser
from hubs.staff.scope import ByRole
from hubs.vocabulary.busy import TooBusy


class ByPassword(ByRole):
    """Signs staff in, unless their network or their browser has had too many passwords wrong within the hour."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> StaffUser | None:
        """Raises PermissionDenied where it was too often; django-axes then answers with the page of its lock-out."""
        if request is None:
            return super().authenticate(request, username, password, **more)
        counted, now = limits.who_signs_in(request), timezone.now()
        try:
            limits.count(counted, limits.SIGN_IN, now=now)
        except TooManyFromHere as refused:
            request.axes_locked_out = True  # type: ignore[attr-defined]  # as its own backend says it
            request.too_many_here = refused.at  # type: ignore[attr-defined]  # and the page says since when
            raise PermissionDenied from refused
        try:
            user: StaffUser | None = super().authenticate(request, username, password, **more)
        except TooBusy:
            limits.give_back(counted, limits.SIGN_IN, now=now)
            raise
        if user is not None:
            limits.give_back(counted, limits.SIGN_IN, now=now)
        return user
