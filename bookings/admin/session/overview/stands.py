"""How a session stands, in words beside its ten frames: how many come, what is kept, what is left."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import within
from bookings.rule import fair_share
from bookings.rule.words import who_may_book
from bookings.states import SessionStatus, Standing
from hubs.models import ShowcaseSession


@dataclass
class Stands:
    """The heading, the picture's numbers (None: no picture), its key and some more sentences."""

    heading: str
    picture: tuple[int, int, int] | None
    key: list[tuple[str, str]]
    says: list[str]


def stands(facts: Facts) -> Stands:
    """All of it."""
    confirmed, unconfirmed = facts.numbers.confirmed, facts.numbers.unconfirmed
    guests, capacity, left = facts.showing.kept, facts.places.capacity, facts.showing.left
    picture = (confirmed, unconfirmed + guests, capacity) if capacity else None
    key = [
        ("", _("%(n)d coming") % {"n": confirmed}),
        ("ring", _("%(n)d kept until they answer") % {"n": unconfirmed}),
        ("ring", _("%(n)d kept for guests") % {"n": guests}),
        ("free", _("%(n)d left") % {"n": left}),
    ]
    shown = [pair for pair, n in zip(key, (confirmed, unconfirmed, guests, left), strict=True) if n]
    return Stands(_heading(facts), picture, shown if picture else [], list(_says(facts)))


def _heading(facts: Facts) -> str:
    session, confirmed, capacity = facts.session, facts.numbers.confirmed, facts.places.capacity
    if facts.is_off:
        label = str(facts.standing.label)
        kept = ngettext("%(n)d person keeps a place", "%(n)d people keep a place", confirmed) % {"n": confirmed}
        return _("%(off)s: %(kept)s, in case it takes place") % {"off": label, "kept": kept} if confirmed else label
    if facts.is_over:
        return _came(facts)
    if session.booked_elsewhere:
        return _("It is booked elsewhere, so nobody books here")
    if not capacity:
        return _("Nobody has said yet how many places it has")
    if facts.is_draft:
        places = ngettext("%(n)d place", "%(n)d places", capacity) % {"n": capacity}
        return _("A draft with %(places)s") % {"places": places}
    left = _("no place is left")
    if facts.showing.left:
        left = ngettext("%(n)d place is left", "%(n)d places are left", facts.showing.left) % {"n": facts.showing.left}
    coming = ngettext("%(n)d of %(all)d is coming", "%(n)d of %(all)d are coming", confirmed)
    return f"{coming % {'n': confirmed, 'all': capacity}}, {left}"


def _came(facts: Facts) -> str:
    """What is known of who came: by the register, by report, or not at all."""
    session, came = facts.session, facts.attendance["attended"]
    everybody = sum(facts.attendance.values())
    if facts.register:
        return _("%(n)d of %(all)d came") % {"n": came, "all": everybody}
    if came:
        marked = _("%(n)d of %(all)d are marked as arrived") % {"n": came, "all": everybody}
        return _("%(marked)s, and the register is not recorded") % {"marked": marked}
    if session.visitors_reported is not None:
        reported = ngettext("%(n)d visitor", "%(n)d visitors", session.visitors_reported)
        said = reported % {"n": session.visitors_reported}
        if session.schools_reported is not None:
            schools = ngettext("%(n)d school", "%(n)d schools", session.schools_reported)
            said += _(" from %(schools)s") % {"schools": schools % {"n": session.schools_reported}}
        by = (
            _(", as %(who)s reported") % {"who": session.reported_source} if session.reported_source else _(" reported")
        )
        return said + by
    if everybody:
        had = ngettext("%(n)d person had a place", "%(n)d people had a place", everybody) % {"n": everybody}
        return _("%(had)s, and nobody has said who came") % {"had": had}
    return _("It is over, and nobody booked here")


def _says(facts: Facts) -> Iterator[str]:
    session, now = facts.session, facts.now
    if session.visibility == ShowcaseSession.Visibility.LINK:
        yield _("Only by its link: it stands on no list.")
    elif session.visibility == ShowcaseSession.Visibility.STAFF:
        yield _("Staff only: nobody outside the hub sees it.")
    if facts.is_over or facts.is_off:
        return
    if not session.first_day and not facts.is_draft:
        yield _("It has no date yet: it stands on the list as “Date to be announced”.")
    if facts.standing == Standing.CLOSED and session.closes_at and session.closes_at <= now:
        yield _("Booking closed at %(at)s.") % {"at": within(session.closes_at, now=now)}
        if facts.status == SessionStatus.OPEN:
            yield _("To let teachers book again, give “Booking closes” a later time.")
    if waiting := facts.numbers.waiting:
        yield ngettext("%(n)d party waits.", "%(n)d parties wait.", waiting) % {"n": waiting}
    if whom := who_may_book(session, now=now):
        yield _("Who may book: %(whom)s.") % {"whom": whom}
    if (share := fair_share.share_of(session, now=now)) is not None and not session.booked_elsewhere:
        each = ngettext("Each school may take %(n)d place", "Each school may take %(n)d places", share) % {"n": share}
        until = _(" until %(at)s") % {"at": within(session.share_until, now=now)} if session.share_until else ""
        yield each + until + "."
