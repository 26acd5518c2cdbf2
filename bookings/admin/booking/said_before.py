"""What pages about a booking and its people say before the press that counts: who is told, and of the building."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from bookings.admin.base.sessions import name_and_day
from bookings.models import Booking, Visitor
from bookings.public import access
from bookings.public.session import Showing
from hubs.models import ShowcaseSession
from hubs.vocabulary.access import Has

HOW_STEP_FREE = {
    Has.NO: _lazy("%(place)s has no step-free way in."),
    Has.PARTLY: _lazy("%(place)s is step-free only in part."),
    "": _lazy("We do not know whether %(place)s is step-free."),
}


def of_access(session: ShowcaseSession, needs: Iterable[str], *, places: int = 1) -> list[str]:
    """What the public reads, too, where somebody writes down a need and step-free is not a plain yes; with the nearest
    session that is."""
    told = access.told(Showing(session, timezone.now()), needs, places=places)
    if not told:
        return []
    known = str(HOW_STEP_FREE[session.step_free]) % {"place": session.where_name}
    tell = _("If they need a way in without steps, tell them this before you save it.")
    nearest = [name_and_day(one.session) for one in told["step_free_instead"]]
    instead = _("The nearest session that is step-free and has places: %(session)s.")
    where = instead % {"session": nearest[0]} if nearest else _("No other session that is step-free has places now.")
    return [" ".join(filter(None, [known, session.step_free_note, tell, where]))]


def who_is_told(booking: Booking, person: Visitor) -> str:
    """Who gets the mail about one person's details."""
    if person.has_own_mail:
        return _("%(name)s gets an email.") % {"name": person}
    if booking.contact_email:
        return _("%(contact)s gets an email.") % {"contact": booking.contact_name or _("The contact")}
    return nobody_is_told()


def contact_is_told(booking: Booking) -> str:
    """Whether the contact hears of it."""
    if not booking.contact_email:
        return nobody_is_told()
    return _("%(contact)s gets an email that says so.") % {"contact": booking.contact_name or _("The contact")}


def nobody_is_told() -> str:
    return _("There is no email address: ring or write to them.")


def places_there(booking: Booking) -> str:
    """How many places the session has left."""
    left = max(booking.session.places.left(now=timezone.now()), 0)
    return ngettext("%(n)d place is left.", "%(n)d places are left.", left) % {"n": left}
