"""What pages of a session say of it: how it stands, what has been done, and why something could not be."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from bookings.admin.base.preview import say_why_not
from bookings.admin.base.sessions import name_and_day
from bookings.admin.session.whom import whom_to_ask
from bookings.models import SessionChange
from bookings.rule.refusals import NotReady, Refused, TooFewPlaces
from bookings.rule.words import why_not
from bookings.sessions import phoning
from hubs.vocabulary.teaching import listed


def as_it_stands(session: Any) -> list[str]:
    """Which session it is, whether it can be booked, and how many places are taken."""
    taken = _now("%(places)s taken") % {"places": session.places}
    return [name_and_day(session), str(session.places.standing(now=timezone.now()).label), taken]


def what_was_done(change: SessionChange | None) -> str:
    """How many are written to; None is a change that a second press asked for again."""
    if change is None:
        return _now("That had been done already. Nobody was written to.")
    told = change.session.mails.filter(dedupe_key__startswith=f"change:{change.pk}:").count()
    return ngettext("Done. %(n)d email is on its way.", "Done. %(n)d emails are on their way.", told) % {"n": told}


def whom_to_phone(session: Any) -> str:
    """The page to land on after a change was sent: whom to phone, where it touches anybody."""
    change = session.changes.newest()
    return "seen" if change and phoning.to_tell(change) else ""


def why_not_changed(session: Any, form: Any, error: Refused) -> list[str]:
    """Above the form; and where a new room is too small, whom to ask to give places back."""
    say_why_not(form, error)
    return whom_to_ask(session) if isinstance(error, TooFewPlaces) else []


def why_not_open(session: Any, error: Refused) -> str:
    """What the session lacks, where that is why it cannot open."""
    if not isinstance(error, NotReady):
        return why_not(error)
    if session.booked_elsewhere:
        return _now("It is booked elsewhere, so booking cannot open here.")
    return _now("Before booking opens it needs %(what)s.") % {"what": listed(missing_for_booking(session))}


def missing_for_booking(session: Any) -> list[str]:
    """What booking needs before it opens (rule.md#opening), and the session does not have yet."""
    needs = {
        _now("a start"): session.starts_at,
        _now("an end"): session.ends_at,
        _now("a place to be"): session.where_name,
        _now("its number of places"): session.places.capacity,
    }
    return [name for name, there in needs.items() if not there]
