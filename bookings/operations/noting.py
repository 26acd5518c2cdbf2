"""Noting who opened a page that names people: which pages those are, and one row for each.

Noted once the page is made and may be seen: a page that somebody is refused names nobody. The row is one insert, of
ids alone. Where it cannot be written, as on a database that only reads or while somebody has SQLite's lock, the page is
shown all the same and the log says who saw it: that a register can be read in the morning counts for more.

Home is not noted: it says to everybody, at each sign-in, who needs something.
"""

import datetime as dt
import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.models import Booking, Opened, Visitor
from hubs.models import StaffUser
from hubs.vocabulary.patience import transaction_that_waits

MOMENT = 0.5  # seconds that it waits for a lock: a page that is only looked at waits for none
SAME = dt.timedelta(minutes=10)  # within which the same page, opened again, is not noted anew
What = Opened.What

OF_SESSION = "hubs_showcasesession_"
OF_BOOKING, OF_VISITOR = "bookings_booking_", "bookings_visitor_"
# Pages of a session that say who comes.
REGISTERS = frozenset(
    OF_SESSION + page
    for page in ("overview", "register", "register_print", "register_badges", "register_inside", "seen", "certificates")
)
EXPORTS = ("_csv", "_xlsx")
# Rows and lists of these, and pages about them, name people.
PEOPLE = tuple(
    f"bookings_{model}_"
    for model in (
        *("booking", "visitor", "mail", "certificate", "interest", "newsconsent", "tellme", "invitation"),
        *("handover", "addresschange"),
    )
)
ALSO = frozenset({"found", "hubs_workgroup_overview", "hubs_workgroup_invite"})

log = logging.getLogger("showcase.opened")


def what_of(name: str, *, of_row: bool) -> What | None:
    """What the page of that address names people as, or None where it names nobody."""
    if name in REGISTERS:
        return What.REGISTER
    if name.startswith((OF_BOOKING, OF_VISITOR)) and of_row:
        return What.BOOKING
    if name.endswith(EXPORTS):
        return What.EXPORT
    return What.LIST if name in ALSO or (name.startswith(PEOPLE) and not name.endswith("_add")) else None


def note(request: HttpRequest, response: HttpResponseBase, *, now: dt.datetime) -> None:
    """Note a page that was made for a member of staff. The programme office can read no name, and is not noted."""
    user: Any = request.user
    match = request.resolver_match
    if match is None or request.method != "GET" or response.status_code != 200:
        return
    what = what_of(match.url_name or "", of_row="object_id" in match.kwargs)
    if what is None or not isinstance(user, StaffUser) or _reads_no_names(user):
        return
    try:
        with transaction_that_waits(MOMENT):
            _write(user, what, str(match.url_name), match.kwargs.get("object_id"), now=now)
    except DatabaseError as error:
        log.error("Staff %s opened %s, and that cannot be kept: %s", user.pk, match.url_name, type(error).__name__)


def _reads_no_names(user: StaffUser) -> bool:
    return not user.is_superuser and user.is_programme_office and not user.hub_roles


def _write(user: StaffUser, what: What, page: str, object_id: Any, *, now: dt.datetime) -> None:
    about = _about(what, page, object_id)
    before = Opened.objects.filter(staff=user, at__gt=now - SAME, page=page, **about).order_by()
    if before.exists():
        return
    hubs = list(user.hub_roles)
    hub = hubs[0] if len(hubs) == 1 and not about["session"] else None
    session, booking = about["session"], about["booking"]
    Opened.objects.create(staff=user, what=what, page=page, session_id=session, booking_id=booking, hub_id=hub, at=now)


def _about(what: What, page: str, object_id: Any) -> dict[str, Any]:
    """The ids of session and booking."""
    found: tuple[Any, ...] | None = (None, None)
    if what is What.REGISTER:
        found = (object_id, None)
    elif what is What.BOOKING and page.startswith(OF_VISITOR):
        found = Visitor.objects.filter(pk=object_id).order_by().values_list("booking__session", "booking").first()
    elif what is What.BOOKING:
        found = Booking.objects.filter(pk=object_id).order_by().values_list("session", "pk").first()
    session, booking = found or (None, None)
    return {"session": session, "booking": booking}
