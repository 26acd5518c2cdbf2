"""The session's form in steps, in the order in which staff think of a session.

A step is a part of one form: closed, it says in one line what is in it (session_says.py); its own button saves. So
nothing that was typed in another step is lost, and what two people typed is merged as in any form (decision 0028).
Within a step, what is seldom said is folded away until something is said there.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.session.session_form import LONDON
from hubs.vocabulary import access

Part = tuple[Any, dict[str, Any]]


class Step(NamedTuple):
    """A step: its name in addresses, its title, what its button says, its parts and its lists of rows.

    Parts after the first stand folded while nothing is said in them.
    """

    key: str
    title: Any
    button: Any
    parts: Sequence[Part] = ()
    lists: Sequence[str] = ()

    @property
    def css(self) -> str:
        """The class by which the template finds the step's parts."""
        return f"of-{self.key}"


WHEN_AND_WHERE = Step(
    "when",
    _("When and where"),
    _("Save when and where"),
    [
        (None, {"fields": ["host_school", "kind", "starts_at", ("ends_at", "arrival_at"), "hub_year"]}),
        (_("No date yet: the days between which it will fall"), {"fields": [("first_day", "last_day")]}),
        (
            _("Somewhere else than at the visit’s school"),
            {"fields": ["venue", "place_name", "place_address", ("place_town", "place_postcode")]},
        ),
        (_("A title and a text of your own"), {"fields": ["title", "about"]}),
    ],
)
LESSONS = Step("lessons", _("Lessons"), _("Save the lessons"), lists=["lessons"])
WHO_MAY_COME = Step(
    "who",
    _("Who it suits and who may book"),
    _("Save who may come"),
    [
        (None, {"fields": ["suits_years", "suits_roles", "suits_note", "visibility", "who_may_book"]}),
        (_("Only some schools"), {"fields": ["only_authorities", "only_list", "open_to_everyone_at"]}),
        (_("Run with other hubs"), {"fields": ["also_run_by"]}),
        (_("Booked elsewhere"), {"fields": ["booked_elsewhere", "booked_elsewhere_url"]}),
    ],
)
SHARE = ("share", "share_until", "share_for_good")
PLACES = [("capacity", "held_back")]
TAKEN = [("capacity", "taken", "held_back")]
DATES = ["opens_at", "closes_at", "waiting_closes_at", "release_at"]
PRACTICALITIES = Step(
    "day",
    _("On the day"),
    _("Save on the day"),
    [
        (None, {"fields": ["parking", "refreshments", "bring"]}),
        (_("Access"), {"fields": [*access.PAIRS]}),
        (_("Filming, interpreter, who to ask"), {"fields": ["filming", "interpreter", "contact"]}),
        (_("Cost"), {"fields": ["cost_pence", ("absence_charge_pence", "absence_notice")]}),
    ],
)
ONLY_WITH_A_PLACE = Step(
    "place",
    _("Only with a place"),
    _("Save what only people with a place read"),
    [(None, {"fields": ["entrance", "office_phone", "office_email", "day_contact", "joining_instructions"]})],
)
PROGRAMME = Step("programme", _("Programme"), _("Save the programme"), lists=["programme"])
FILES = Step("files", _("To read, and materials"), _("Save what there is to read"), lists=["resources"])
IN_CHINESE = Step("chinese", _("In Chinese"), _("Save the Chinese"), [(None, {"fields": ["title_zh", "about_zh"]})])
AFTERWARDS = Step(
    "after",
    _("Afterwards, where no register was kept"),
    _("Save how many came"),
    [(None, {"fields": ["visitors_reported", "schools_reported", "reported_source"]})],
)
WITH_LETTERS = Step("letters", _("Written to its people"), "", lists=["letters"])


def places_and_dates(*, adding: bool) -> Step:
    """A new session is given its places; one that is there shows them, and a page of its own sets them."""
    places: list[Any] = PLACES if adding else TAKEN
    part = (None, {"description": LONDON, "fields": [*places, SHARE, *DATES]})
    return Step("dates", _("Places and dates"), _("Save places and dates"), [part])


def steps(*, adding: bool, of_people: bool) -> list[Step]:
    """The steps of the form. What only people with a place may know is for who may change the session (`of_people`)."""
    private = [ONLY_WITH_A_PLACE] if of_people else []
    dates = places_and_dates(adding=adding)
    shown = [WHEN_AND_WHERE, LESSONS, WHO_MAY_COME, dates, PRACTICALITIES, *private, PROGRAMME, FILES, IN_CHINESE]
    return [*shown, AFTERWARDS, *([] if adding else [WITH_LETTERS])]


def session_fieldsets(the_steps: Iterable[Step], session: Any) -> list[Part]:
    """The parts of the form as Django's admin wants them; a part of which nothing is said yet is folded."""
    found = []
    for step in the_steps:
        for n, (name, options) in enumerate(step.parts):
            folded = n > 0 and not _says_something(session, options["fields"])
            found.append((name, options | {"classes": [step.css, *(["collapse"] if folded else [])]}))
    return found


def _says_something(session: Any, fields: Iterable[Any]) -> bool:
    """Whether any of these fields of the session has a value."""
    if session is None:
        return False
    names = [name for field in fields for name in ([field] if isinstance(field, str) else field)]
    if {"first_day", "last_day"} & set(names):
        return session.starts_at is None
    values = (getattr(session, name) for name in names)
    return any(value.exists() if hasattr(value, "exists") else value for value in values)


def not_published(unmarked: int) -> str:
    """How many files wait, and where to say what lets them out."""
    words = ngettext(
        "%(n)d of its readings and materials is published nowhere: say below whether pupils can be recognised in it.",
        "%(n)d of its readings and materials are published nowhere: say below whether pupils can be recognised.",
        unmarked,
    )
    return words % {"n": unmarked} if unmarked else ""
