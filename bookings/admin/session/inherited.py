"""What a session's fields are when nobody types anything, and where that comes from: the visit, the hub, the session
before at the same school, or the start. It stands below each field, so that one types only what is different.
"""

from copy import copy
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.sessions.moving import OF_THE_PLACE, WORKED_OUT
from hubs.models import ShowcaseSession
from hubs.models.calendar import calendar_of_hub
from hubs.vocabulary.dates import day, moment
from hubs.vocabulary.teaching import taught_in_words

# Of the session before, what does not stay true from one to the next, or is said once of the whole visit.
SAID_ANEW = ("office_email", "day_contact", "joining_instructions")


def inherited(session: ShowcaseSession, last: ShowcaseSession | None) -> dict[str, SafeString]:
    """A sentence for each field that has something to fall back to; `last` is the session before at the same school."""
    said = _of_visit(session) | _of_hub(session) | _worked_out(session)
    said["title"] = _empty(taught_in_words(_taught(session), kind=str(session.get_kind_display())), _("the lessons"))
    if last:
        said |= {name: _as_last_time(session, last, name) for name in OF_THE_PLACE if name not in SAID_ANEW}
    return {name: text for name, text in said.items() if text}


def _taught(session: ShowcaseSession) -> tuple[tuple[int, str], ...]:
    return tuple((years, topic) for years, topic in session.taught)


def _of_visit(session: ShowcaseSession) -> dict[str, SafeString]:
    visit = session.host_school
    if visit is None:
        return {}
    of_visit = _("the host school’s visit")
    return {
        "venue": _empty(visit.school, of_visit),
        "office_email": _empty(visit.office_email, of_visit),
        "joining_instructions": _also(visit.joining_instructions),
    }


def _also(text: str) -> SafeString:
    return format_html(_("Below it stands what the visit says: {}"), text) if text else SafeString("")


def _of_hub(session: ShowcaseSession) -> dict[str, SafeString]:
    year = session.hub_year
    who = ", ".join(filter(None, [year.contact_name, year.contact_email]))
    share = year.hub.share
    hubs_share = format_html(_("The hub’s: {}."), share if share else _("no limit"))
    return {"contact": _empty(who, _("the hub")), "share": hubs_share}


def _worked_out(session: ShowcaseSession) -> dict[str, SafeString]:
    """What each date would be if it were emptied."""
    if not session.starts_at:
        return {}
    usual = copy(session)
    for name in WORKED_OUT:
        setattr(usual, name, None)
    usual.fill_in_dates(calendar_of_hub(session.hub_year.hub_id))
    return {name: _empty(moment(getattr(usual, name)), _("the start")) for name in WORKED_OUT}


def _as_last_time(session: ShowcaseSession, last: ShowcaseSession, name: str) -> SafeString:
    """Whether it is as the session before said it, or what that one said."""
    then, now = (_in_words(one, name) for one in (last, session))
    if not then:
        return SafeString("")
    when = day(last.first_day) or _("no date yet")
    if then == now:
        return format_html(_("As at the last session here, {}."), when)
    return format_html(_("At the last session here, {}: {}"), when, then)


def _in_words(session: ShowcaseSession, name: str) -> str:
    display: Any = getattr(session, f"get_{name}_display", None)
    return str(display() if display and getattr(session, name) else getattr(session, name))


def _empty(value: Any, whose: str) -> SafeString:
    """What stands there while the field is empty, and whose it is."""
    if not value:
        return SafeString("")
    return format_html(_("Empty: <b>{}</b>, from {}."), value, conditional_escape(whose))
