"""Being told when booking opens: ask, prove the address, be told, stop (product.md section 3.12).

A wish is of one session, of one host school's visit, or of a hub. Who is told of what stands in openings.py.
"""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from bookings import emails
from bookings.models import TellMe
from bookings.room import session_facts
from hubs.email_address import email_key
from hubs.models import HostSchool, Hub, HubYear, ShowcaseSession
from hubs.models.session import OF_ITS_SESSION

Thing = ShowcaseSession | HostSchool | Hub
RELATED = (
    *(*OF_ITS_SESSION, "session__places"),
    *("host_school__school", "host_school__hub_year__hub", "hub"),
)


def ask(address: str, of: Thing, *, language: str, now: dt.datetime) -> None:
    """Keep the wish of an address, and send it the link that confirms it, or nothing where it has just asked.

    An address that was typed alike and never proved gives way: the mail goes to where it was asked for last.
    """
    wish = TellMe(email=address, email_key=email_key(address), language=language, created_at=now, **_of(of))
    TellMe.objects.bulk_create([wish], ignore_conflicts=True)
    own = TellMe.objects.filter(email_key=wish.email_key, **_of(of))
    own.filter(proved_at=None).update(email=address, language=language, created_at=now)
    kept = own.select_related(*RELATED).first()
    if kept:
        emails.ask_to_prove(kept, facts_of(kept), now=now)


def _of(thing: Thing) -> dict[str, Any]:
    """The thing by the name of its column."""
    names = {ShowcaseSession: "session", HostSchool: "host_school", Hub: "hub"}
    return {names[type(thing)]: thing}


def prove(wish: TellMe, *, now: dt.datetime) -> None:
    """The button behind the mailed link has been pressed: from now on this address is told. Twice is once."""
    TellMe.objects.filter(pk=wish.pk, proved_at=None).update(proved_at=now)


def stop(wish: TellMe) -> None:
    """Forget the wish, and the mails that it was about to have."""
    wish.delete()


def delete_outlived(*, now: dt.datetime) -> None:
    """Forget wishes that have had their time. A round with nothing to forget only reads."""
    outlived = list(TellMe.objects.outlived(now=now).values_list("pk", flat=True))
    if outlived:
        TellMe.objects.filter(pk__in=outlived).delete()


def beside(wish: TellMe) -> list[TellMe]:
    """The other wishes of the same address, for whoever holds its link."""
    others = TellMe.objects.filter(~Q(pk=wish.pk), email_key=wish.email_key)
    return list(others.select_related(*RELATED).order_by("-created_at", "pk")[:20])


def year_of(hub: Hub) -> HubYear | None:
    """A hub as it is in its newest year."""
    return hub.years.select_related("exchange").order_by("-exchange__year").first()


def facts_of(wish: TellMe) -> dict[str, Any]:
    """What the mail with the link says of the thing."""
    if wish.session:
        return session_facts(wish.session, sequence=0)
    year = wish.host_school.hub_year if wish.host_school else year_of(wish.hub) if wish.hub else None
    said = {"hub": year.name, "reply_to": year.contact_email} if year else {}
    with translation.override(wish.language):  # of the mail, whatever that of the page is
        return said | {"title": title_of(wish.host_school or wish.hub)}


def title_of(thing: Thing | None) -> str:
    """What somebody asks to be told of, in words."""
    if isinstance(thing, ShowcaseSession):
        return thing.name
    if isinstance(thing, HostSchool):
        if not thing.school:
            return _("A host school of %(hub)s, to be announced") % {"hub": thing.hub_year.name}
        return _("Lessons at %(school)s, %(town)s") % {"school": thing.school.name, "town": thing.school.town}
    year = year_of(thing) if thing else None
    return _("Lessons of %(hub)s") % {"hub": year.name} if year else _("Lessons of a hub")
