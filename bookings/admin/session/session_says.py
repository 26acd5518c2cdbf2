"""What each step of a session's form says in one line while it is closed."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.session.session_order import not_published
from bookings.rule.words import who_may_book
from hubs.models import ShowcaseSession
from hubs.vocabulary import access
from hubs.vocabulary.dates import clock, day, days_between, moment
from hubs.vocabulary.money import pounds
from hubs.vocabulary.teaching import in_words, lesson_name, listed, roles_in_words


def when(session: ShowcaseSession) -> str:
    """Day, times and place."""
    times = _("%(start)s to %(end)s") % {"start": clock(session.starts_at), "end": clock(session.ends_at)}
    said = [days_between(session.first_day, session.last_day), times if session.starts_at else "", session.where_name]
    return ", ".join(filter(None, said))


def lessons(session: ShowcaseSession, *, named: bool) -> str:
    """Each lesson with its times and, for who may read names, who teaches it."""
    rows = session.lessons.prefetch_related("visiting_teachers", "specialists")
    return "; ".join(_lesson(one, named=named) for one in rows) or _("None yet")


def _lesson(lesson: Any, *, named: bool) -> str:
    name = lesson_name(lesson.years, lesson.topic) or _("A lesson")
    times = f"{clock(lesson.starts)} to {clock(lesson.ends)}" if lesson.starts and lesson.ends else ""
    people = [str(one) for one in (*lesson.visiting_teachers.all(), *lesson.specialists.all())]
    who = listed([*people, *filter(None, [lesson.other_teacher])]) if named else ""
    return ", ".join(filter(None, [name, times, _("with %(who)s") % {"who": who} if who else ""]))


def who(session: ShowcaseSession) -> str:
    """Who it suits, and who may book."""
    suits = " · ".join(filter(None, [in_words(session.suits_years), roles_in_words(session.suits_roles)]))
    may = who_may_book(session, now=timezone.now()) or _("Everyone may book")
    seen = "" if session.visibility == "public" else session.get_visibility_display()
    booked = _("Booked elsewhere") if session.booked_elsewhere else may
    return ". ".join(filter(None, [_("Suits %(who)s") % {"who": suits} if suits else "", booked, seen]))


def dates(session: Any) -> str:
    """How many places, each school's share, and until when one can book."""
    room = session.places.capacity
    number = ngettext("%(n)d place", "%(n)d places", room) % {"n": room} if room else _("Number of places not known")
    closes = _("Booking closes at %(at)s") % {"at": moment(session.closes_at)} if session.closes_at else ""
    return ". ".join(filter(None, [", ".join(filter(None, [number, _share(session)])), closes]))


def _share(session: ShowcaseSession) -> str:
    if not session.share:
        return _("as many as are left for each school")
    said = {"n": session.share, "until": day(session.share_until)}
    if session.share_until:
        return _("%(n)d for each school until %(until)s") % said
    return (_("%(n)d for each school, for good") if session.share_for_good else _("%(n)d for each school")) % said


def on_the_day(session: ShowcaseSession) -> str:
    """Which of the practicalities are said, and the cost."""
    names = [name for name in ("parking", *access.FEATURES, "refreshments", "bring") if getattr(session, name)]
    cost = pounds(session.cost_pence) if session.cost_pence else _("Free")
    said = listed([_label(session, name) for name in names])
    return f"{said[:1].upper()}{said[1:]}. {cost}" if said else _("Nothing said yet. %(cost)s") % {"cost": cost}


def place(session: ShowcaseSession) -> str:
    """What those with a place read, and that somebody must be reachable on the day."""
    names = ("entrance", "office_phone", "office_email", "day_contact", "joining_instructions")
    said = listed([_label(session, name) for name in names if getattr(session, name)])
    missing = "" if session.day_contact else _("No contact on the day yet")
    return ". ".join(filter(None, [said[:1].upper() + said[1:], missing]))


def programme(session: ShowcaseSession) -> str:
    """How many lines, from when to when."""
    lines = list(session.programme.all())
    times = [at for line in lines for at in (line.starts, line.ends) if at]
    number = ngettext("%(n)d line", "%(n)d lines", len(lines)) % {"n": len(lines)}
    hours = f", {clock(min(times))} to {clock(max(times))}" if times else ""
    return number + hours if lines else _("None yet: pages say that a lesson and a discussion follow")


def files(session: ShowcaseSession) -> str:
    """How many, and how many of them wait for a word about pupils."""
    rows = list(session.resources.values_list("pupils", flat=True))
    number = ngettext("%(n)d file or link", "%(n)d files and links", len(rows)) % {"n": len(rows)}
    return ". ".join(filter(None, [number, not_published(rows.count(""))])) if rows else _("None")


def chinese(session: ShowcaseSession) -> str:
    return session.title_zh or _("Made from the lessons, as the English title is")


def after(session: ShowcaseSession) -> str:
    said = [
        ngettext("%(n)d visitor", "%(n)d visitors", session.visitors_reported or 0) % {"n": session.visitors_reported}
        if session.visitors_reported is not None
        else "",
        ngettext("%(n)d school", "%(n)d schools", session.schools_reported or 0) % {"n": session.schools_reported}
        if session.schools_reported is not None
        else "",
        session.reported_source,
    ]
    return ", ".join(filter(None, said)) or _("Nothing reported")


def letters(session: Any) -> str:
    number: int = session.letters.count()
    return ngettext("%(n)d email", "%(n)d emails", number) % {"n": number}


def _label(session: ShowcaseSession, name: str) -> str:
    return str(session._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # of our own fields


def in_a_line(key: str, session: Any, *, named: bool) -> str:
    """What the step of that name says; `named`: to somebody who may read the names of who teaches."""
    return lessons(session, named=named) if key == "lessons" else SAYS[key](session)


SAYS: dict[str, Callable[[Any], str]] = {
    "when": when,
    "who": who,
    "dates": dates,
    "day": on_the_day,
    "place": place,
    "programme": programme,
    "files": files,
    "chinese": chinese,
    "after": after,
    "letters": letters,
}
