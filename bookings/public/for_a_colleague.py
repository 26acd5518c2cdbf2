"""A mail that a teacher sends to a colleague from their own mail program: we hear nothing of it."""

from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.public.session import Showing
from hubs.vocabulary.dates import days_between


def short_address(ref: str) -> str:
    """The shortest address of a session, to read out or to type."""
    return f"{settings.SITE_URL}{reverse('session-short', args=[ref])}"


def mail_to_a_colleague(showing: Showing) -> str:
    """A `mailto:` address: nobody's, with a subject and a text that say what, when and where."""
    session, row = showing.session, showing.row
    when = " ".join(part for part in (days_between(session.first_day, session.last_day), row["hours"]) if part)
    said = [
        _("I thought this might be for you:"),
        "",
        row["name"],
        when,
        row["where"],
        *filter(None, [row["suits"]]),
        "",
        _("Booking is essential: %(address)s") % {"address": short_address(session.ref)},
    ]
    # RFC 6068: lines end in CR LF, and a space is %20.
    return "mailto:?" + urlencode({"subject": row["name"], "body": "\r\n".join(said)}, quote_via=quote)
