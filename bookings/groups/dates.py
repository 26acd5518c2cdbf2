"""What a school is told of a group before it says yes: its dates, the days of cover, what the hub pays."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.groups.enrolling import meetings_to_come
from hubs.models import ShowcaseSession, WorkGroup


@dataclass(frozen=True)
class AboutGroup:
    """One group, as its invitations say it."""

    group: WorkGroup
    meetings: list[ShowcaseSession]

    @property
    def led_by(self) -> str:
        """Who leads it, and at which school, as far as that is known."""
        parts = [str(one) for one in (self.group.specialist, self.group.school) if one]
        return ", ".join(parts)

    @property
    def cover(self) -> str:
        """How many days of cover the school needs; empty where the hub has not said."""
        days = self.group.cover_days
        if days is None:
            return ""
        each, number = f"{days.normalize():f}", self.group.teachers_each
        days_words = _("1 day") if each == "1" else _("%(n)s days") % {"n": each}
        return ngettext("%(days)s for one teacher", "%(days)s for each of %(n)d teachers", number) % {
            "days": days_words,
            "n": number,
        }


def about(group: WorkGroup, *, now: dt.datetime) -> AboutGroup:
    """What there is to say at `now`: one query, the group with its specialist and school at hand."""
    meetings = meetings_to_come(group.pk, now=now).with_names()  # type: ignore[attr-defined]  # our queryset
    return AboutGroup(group, list(meetings.order_by("starts_at", "pk")))
