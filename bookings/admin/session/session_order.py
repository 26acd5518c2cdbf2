"""The session's form in the order in which staff think of a session; lists of rows stand between its parts.

A part that says `before` a list is followed by it: see templates/admin/session_form.html.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.session.session_form import LONDON
from hubs.vocabulary import access

Part = tuple[Any, dict[str, Any]]

WHEN_AND_WHERE: Part = (
    _("When and where"),
    {
        "description": LONDON,
        "classes": ["before-lessons"],
        "fields": [
            "hub_year",
            "host_school",
            "kind",
            "title",
            "starts_at",
            "ends_at",
            "arrival_at",
            ("first_day", "last_day"),
            "venue",
            "place_name",
            "place_address",
            ("place_town", "place_postcode"),
            "about",
        ],
    },
)
WHO_IT_SUITS: Part = (_("Who it suits"), {"fields": ["suits_years", "suits_roles", "suits_note"]})
WHO_MAY_COME: Part = (
    _("Who may come"),
    {
        "fields": [
            "visibility",
            "also_run_by",
            "who_may_book",
            "only_authorities",
            "only_list",
            "booked_elsewhere",
            "booked_elsewhere_url",
        ]
    },
)
DATES = [
    ("share", "share_until", "share_for_good"),
    "open_to_everyone_at",
    "opens_at",
    "closes_at",
    "waiting_closes_at",
    "release_at",
]
PRACTICALITIES: Part = (
    _("Practicalities"),
    {
        "classes": ["before-programme"],
        "fields": [
            "parking",
            *access.PAIRS,
            "refreshments",
            "bring",
            "filming",
            "interpreter",
            "contact",
            "cost_pence",
            ("absence_charge_pence", "absence_notice"),
        ],
    },
)
ONLY_WITH_A_PLACE: Part = (
    _("Only for people with a place"),
    {"fields": ["entrance", "office_phone", "office_email", "day_contact", "joining_instructions"]},
)
IN_CHINESE: Part = (
    _("In Chinese, for the Chinese pages"),
    {"fields": ["title_zh", "about_zh"], "classes": ["collapse"]},
)
AFTERWARDS: Part = (
    _("Afterwards, where no register was kept"),
    {"fields": ["visitors_reported", "schools_reported", "reported_source"], "classes": ["collapse"]},
)
SHOWN: Part = (_("Now"), {"fields": [("ref", "status", "standing"), ("capacity", "taken", "held_back")]})


def _not_published(unmarked: int) -> Part:
    """Nothing to fill in: how many files wait, and where to say what lets them out."""
    words = ngettext(
        "%(n)d of its readings and materials is published nowhere: say below whether pupils can be recognised in it.",
        "%(n)d of its readings and materials are published nowhere: say below whether pupils can be recognised.",
        unmarked,
    )
    return _("Not published"), {"description": words % {"n": unmarked}, "fields": []}


def session_fieldsets(*, adding: bool, of_people: bool, unmarked: int = 0) -> Sequence[Part]:
    """The parts of the form. A new session is given its places; one that is there shows them, and a page of its own
    sets them. What only people with a place may know is for who may change the session (`of_people`)."""
    places: list[Any] = [("capacity", "held_back")] if adding else []
    dates: Part = (_("Places and their dates"), {"description": LONDON, "fields": [*places, *DATES]})
    private = [ONLY_WITH_A_PLACE] if of_people else []
    fieldsets = [WHEN_AND_WHERE, WHO_IT_SUITS, WHO_MAY_COME, dates, PRACTICALITIES, *private, IN_CHINESE, AFTERWARDS]
    waiting = [_not_published(unmarked)] if unmarked else []
    return fieldsets if adding else [SHOWN, *waiting, *fieldsets]
