"""Whom a change of sessions touches, and what becomes of it, in sentences: what previews say before it is sent."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from bookings.attendance import office
from bookings.models import Booking, Visitor
from bookings.sessions import moving
from bookings.sessions.seen import Touched, touched
from bookings.sessions.teachers import Teachers, teachers_of
from bookings.states import SEATED
from hubs.models import ShowcaseSession, VisitingTeacher
from hubs.vocabulary.access import Said
from hubs.vocabulary.teaching import listed

MOST_NAMED = 50  # of those to ask where a room is too small


def whom(session_ids: list[int], *, offices: bool = True) -> list[str]:
    """Whom a change of these sessions touches, in sentences; with the school offices that are told of it too."""
    n = touched(session_ids)
    teachers = teachers_of(session_ids) if offices else Teachers([], [])
    lines = [
        _told(n, office.with_register(session_ids).count() if offices else 0, teachers.with_email),
        ngettext("%(n)d booking has places", "%(n)d bookings have places", n.bookings) % {"n": n.bookings},
        ngettext("%(n)d visitor", "%(n)d visitors", n.visitors) % {"n": n.visitors},
        ngettext("%(n)d party waits", "%(n)d parties wait", n.waiting) % {"n": n.waiting},
    ]
    if n.without_email:
        lines.append(
            ngettext(
                "%(n)d of them has no email address: ring or write to them",
                "%(n)d of them have no email address: ring or write to them",
                n.without_email,
            )
            % {"n": n.without_email}
        )
    lines += [_to_phone(one) for one in teachers.to_phone]
    if offices and (number := office.with_register(session_ids).count()):
        told = ngettext(
            "%(n)d school office has the register: it gets an email, in numbers",
            "%(n)d school offices have the register: each gets an email, in numbers",
            number,
        )
        lines.append(told % {"n": number})
    return lines


def _told(n: Touched, offices: int, teachers: Teachers) -> str:
    """How many are told, as in "12 visitors, 1 office, 2 visiting teachers and 1 specialist will be told."."""
    visiting, specialists = len(teachers.visiting), len(teachers.specialists)
    counts = [
        ngettext("%(n)d visitor", "%(n)d visitors", n.visitors) % {"n": n.visitors},
        ngettext("%(n)d waiting party", "%(n)d waiting parties", n.waiting) % {"n": n.waiting} if n.waiting else "",
        ngettext("%(n)d office", "%(n)d offices", offices) % {"n": offices} if offices else "",
        ngettext("%(n)d visiting teacher", "%(n)d visiting teachers", visiting) % {"n": visiting} if visiting else "",
        ngettext("%(n)d specialist", "%(n)d specialists", specialists) % {"n": specialists} if specialists else "",
    ]
    return _now("%(whom)s will be told.") % {"whom": listed([one for one in counts if one])}


def _to_phone(one: Any) -> SafeString:
    """A teacher whom no mail reaches, with a number where there is one."""
    what = _now("visiting teacher") if isinstance(one, VisitingTeacher) else _now("mastery specialist")
    line = format_html(_now("To be phoned, for there is no email address: <b>{}</b>, {}."), str(one), what)
    number = one.mobile
    return format_html('{} <a href="tel:{}">{}</a>', line, number.replace(" ", ""), number) if number else line


def what_moves(session: Any, plan: moving.Plan) -> list[str]:
    """What does not go with a session to another place, and what becomes of the register."""
    new = moving.planned(session, plan)
    lines = []
    if moving.leaves(session, new):
        kept, rooms = [_label(name) for name in moving.OF_THE_PLACE if getattr(new, name)], session.programme
        lost = [_label(name) for name in moving.OF_THE_PLACE if getattr(session, name) and not getattr(new, name)]
        lost += [_now("where in the building the programme is")] if rooms.exclude(place="").exists() else []
        lines.append(_now("New place: %(place)s") % {"place": new.where_name or _now("to be announced")})
        lines += [_now("Said of it: %(what)s.") % {"what": listed(kept)}] if kept else []
        lines += [_now("Emptied, for it is true of the old place: %(what)s.") % {"what": listed(lost)}] if lost else []
    link = office.with_register([session.pk]).first()
    if link and office.is_anothers(link, new):
        lines.append(_now("The link of the old office (%(to)s) stops working.") % {"to": link.given_to})
        to = office.address_of(new)
        next_one = _now("The office at %(to)s gets the register at 12:00 on the school day before.") % {"to": to}
        lines.append(next_one if to else _now("No office gets the register: there is no address for it."))
    return lines


def who_needs(session: Any, plan: moving.Plan) -> list[Any]:
    """Whom the new place has to suit, before anything is sent: what is said of it, and each person who needs something
    with what was arranged for them. Nothing is guessed of who can come: that they say themselves."""
    new = moving.planned(session, plan)
    away, lines = moving.leaves(session, new), []
    if away:
        said = [f"{one.label}: {_of_access(one)}" for one in new.access]
        lines += [_now("Access there: %(what)s.") % {"what": "; ".join(said)}] if said else []
        unknown = [str(label) for label in new.access_not_known]
        lines += [_now("Not known of the new place: %(what)s.") % {"what": listed(unknown)}] if unknown else []
    seated = Visitor.objects.coming().with_needs().filter(booking__session=session, booking__status__in=SEATED)
    people = list(seated.select_related("booking__school").order_by("booking", "position"))
    if people:
        needs = ngettext("%(n)d person needs something:", "%(n)d people need something:", len(people))
        lines.append(needs % {"n": len(people)})
        lines += [_need_of(one, away=away) for one in people]
    return lines


def _of_access(said: Said) -> str:
    """As in "partly (a ramp at the side)"; a note alone where that is all that is known."""
    return f"{said.word} ({said.note})" if said.has and said.note else str(said.word or said.note)


def _need_of(visitor: Visitor, *, away: bool) -> SafeString:
    """Somebody with what they need, what was arranged, and a number to ring."""
    booking = visitor.booking
    who = ", ".join(part for part in (str(visitor), booking.school_in_short) if part)
    said = "; ".join(part for part in (visitor.needs, visitor.needs_added) if part)
    line = format_html("<b>{}</b>: {}.", who, said.rstrip("."))
    if visitor.arranged:
        line = format_html(_now("{} Arranged: {}."), line, visitor.arranged.rstrip("."))
        if away:
            line = format_html("{} {}", line, _now("That was at the old place, so Home asks for an answer again."))
    number = visitor.mobile or booking.contact_mobile
    return format_html('{} <a href="tel:{}">{}</a>', line, number.replace(" ", ""), number) if number else line


def _label(name: str) -> str:
    return str(ShowcaseSession._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # none is a relation


def whom_to_ask(session: Any) -> list[str]:
    """Who would have to give places back before a smaller room can hold them all, the last to book first."""
    seated = Booking.objects.seated().filter(session=session).select_related("school").order_by("-created_at", "-pk")
    lines = [_now("Ask these to give places back, the last to book first:")]
    for one in seated[:MOST_NAMED]:
        reach = ", ".join(part for part in (one.contact_mobile, one.contact_email or "") if part)
        who = f"{one}, {one.contact_name or ''}, {one.school_in_words}"
        lines.append(
            ngettext("%(who)s: %(n)d place. %(reach)s", "%(who)s: %(n)d places. %(reach)s", one.party)
            % {"who": who, "n": one.party, "reach": reach}
        )
    return lines
