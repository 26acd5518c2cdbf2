"""The day itself, for whoever is expected: when to come, which door, whom to ask for, and who else comes.

A mail, its calendar entry and the entry that a page gives say the same.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import BigAutoField, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.models import Booking, Visitor
from bookings.models.booking import A_BOOKING
from hubs.vocabulary.access import FEATURES, Has
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.dates import clock
from hubs.vocabulary.one_line import one_line
from hubs.vocabulary.teaching import listed


def practical(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What they need to know on the day: labels and values, where there is a value."""
    said = [
        (_("Come from"), clock(facts.get("arrival_at"))),
        (_("Entrance"), facts.get("entrance")),
        (_("Ask for"), facts.get("day_contact")),
        (_("Bring"), facts.get("bring")),
        (_("Parking"), facts.get("parking")),
        (_("School office"), facts.get("office_phone")),
        *_access(facts),
    ]
    return [(label, value) for label, value in said if value]


def _access(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of getting in and taking part, in the reader's language; the note stays in the hub's own words."""
    return [
        (str(FEATURES[name]), " – ".join(part for part in (has and str(Has(has).label), one_line(note)) if part))
        for name, has, note in facts.get("access", ())
    ]


def directions_url(facts: Mapping[str, Any]) -> str:
    """Where the map of the reader's own phone opens at the place; empty where it has no page."""
    return settings.SITE_URL + reverse("directions", args=[facts["ref"]]) if facts.get("has_page") else ""


def colleagues(booking: Booking, me: Visitor | None) -> list[str]:
    """The names of those of the party who come too, for one of them; for its contact (None), all the others."""
    comes = me.released_at is None if me else booking.contact_comes
    if comes and booking.party == 1 and booking.is_whole_party:  # and so is nobody's colleague
        return []
    party = {"first": booking.first_id, "session": booking.session_id}
    found = _others.rows(**party, me=me.pk) if me else _others_than_the_contact.rows(**party)
    return [str(name) for name in found]


@AskedOften
def _others() -> QuerySet[Visitor, str | None]:
    others = Visitor.objects.of_party(A_BOOKING).exclude(pk=Given("me", BigAutoField()))
    return others.values_list("full_name", flat=True)


@AskedOften
def _others_than_the_contact() -> QuerySet[Visitor, str | None]:
    return Visitor.objects.of_party(A_BOOKING).exclude(is_contact=True).values_list("full_name", flat=True)


def in_lines(facts: Mapping[str, Any]) -> list[str]:
    """All of it as a calendar shows it, a thing a line."""
    said = practical(facts)
    if names := facts.get("colleagues"):
        said.append((_("Also coming"), listed(names)))
    if url := directions_url(facts):
        said.append((_("Directions"), url))
    return [report_to(facts), *(f"{what}{_(': ')}{value}" for what, value in said)]


def report_to(facts: Mapping[str, Any]) -> str:
    """What is true of every school, also where the hub has said nothing."""
    if facts.get("at_school", True):
        return _("Report to the school office: it signs every visitor in.")
    return _("Report to reception: every visitor signs in.")
