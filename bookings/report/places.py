"""Places: offered, taken, used; and who is not among those who came."""

from collections.abc import Iterator
from dataclasses import replace

from django.utils import formats
from django.utils.translation import gettext as _

from bookings.models import TurnedAway, Visitor
from bookings.report import rows
from bookings.report.cells import Between, Cell, Counted, People, Rest, Seats, Sentence, Unknown, Whole, Words, sentence
from bookings.report.charts import Framed, Frames
from bookings.report.facts import Facts, Held
from bookings.report.section import Beside, Block, Figure, Said, Section
from bookings.report.selection import Of
from bookings.report.table import APART, SUM, Row, Table
from hubs.vocabulary.dates import clock

ABSENT = Visitor.Attendance.ABSENT
APART_KINDS = (rows.HOST, rows.TRAINEE, rows.GUEST)
EVERY_KIND = (rows.VISITOR, *APART_KINDS)


def places(facts: Facts) -> Section:
    """What became of the places that were offered."""
    if not facts.held:
        return Section("places", _("Places"), [Said(one) for one in (_none(), *_left_out(facts, asked=False))])
    each = _by_hub(facts) if facts.selection.is_wide else _by_session(facts)
    blocks: list[Block] = [Beside([each, _together(facts)], wide_first=True)]
    blocks += [Said(one, quiet=True) for one in _left_out(facts)]
    return Section("places", _("Places"), blocks, [_figure(facts)] if facts.recorded else [])


def _none() -> Sentence:
    return sentence(_("No session is over that took place."))


def came(facts: Facts) -> Whole:
    """Visits by visitors, where the register was recorded."""
    taken = sum(one.taken for one in facts.recorded)
    n = facts.visits([rows.VISITOR], rows.CAME)
    return Whole(n, public=max(taken, n), name="visits", parts=_visits_of_hubs(facts))


def visitors(facts: Facts) -> Whole:
    """People who came, each who gave no address as somebody else."""
    parts = tuple(People(one["people"], public=one["taken"]) for one in facts.of_hubs)
    return Whole(facts.people_most, name="people", within="visits", parts=parts)


def settings(facts: Facts) -> Whole:
    """Schools and other places that somebody came from."""
    parts = tuple(People(one["settings"], public=one["taken"]) for one in facts.of_hubs)
    return Whole(facts.people["settings"], name="settings", within="people", parts=parts)


def sessions(facts: Facts) -> Counted:
    """How many took place, in words."""
    return Counted(Seats(len(facts.held)), _("session"), _("sessions"))


def _visits_of_hubs(facts: Facts) -> tuple[People, ...]:
    """The same of each hub and exchange, where a report is of several."""
    if not facts.selection.is_wide:
        return ()
    of_hub: dict[int, list[Held]] = {}
    for one in facts.recorded:
        of_hub.setdefault(one.hub_year, []).append(one)
    return tuple(
        People(facts.visits([rows.VISITOR], rows.CAME, some), public=sum(one.taken for one in some))
        for some in of_hub.values()
    )


def _figure(facts: Facts) -> Figure:
    unsure = facts.people_most - facts.people_least
    if unsure:
        says = sentence(
            _("teachers, from %(settings)s. Some gave no email, so %(visits)s may be fewer people."),
            settings=Counted(settings(facts), _("setting"), _("settings")),
            visits=Counted(came(facts), _("visit"), _("visits")),
        )
    else:
        says = sentence(
            _("teachers, from %(settings)s, in %(visits)s."),
            settings=Counted(settings(facts), _("setting"), _("settings")),
            visits=Counted(came(facts), _("visit"), _("visits")),
        )
    return Figure(_("Who came"), Between(facts.people_least, visitors(facts)), says)


def _taken(facts: Facts) -> int:
    return sum(one.taken for one in facts.held)


def _unknown(facts: Facts) -> int:
    return sum(one.taken for one in facts.held if not one.recorded)


def _by_session(facts: Facts) -> Frames:
    """Each session as ten frames, with its table."""
    offered = sum(one.capacity for one in facts.held)
    if not (offered or _taken(facts)):
        words = _("How many places there were was not kept")
    elif not facts.recorded:
        words = _("%(unknown)s of %(offered)s places were taken; who came is not known")
    elif _unknown(facts):
        words = _("%(came)s of %(offered)s places were used; what became of %(unknown)s is not known")
    else:
        words = _("%(came)s of %(offered)s places were used by visitors")
    heading = sentence(
        words,
        came=came(facts) if facts.recorded else Unknown(_("not known")),
        offered=Seats(offered),
        unknown=Seats(_unknown(facts)),
    )
    counted = sentence(_("Places at %(sessions)s, over by now. One cell is one place."), sessions=sessions(facts))
    return Frames(heading, counted, _session_table(facts), rows=list(_framed(facts)))


def _framed(facts: Facts) -> Iterator[Framed]:
    for one in facts.held:
        if (session := facts.names.get(one.pk)) is None:
            continue
        day = formats.date_format(session.first_day, "D j M") if session.first_day else ""
        where = ", ".join(part for part in (session.where_name, clock(session.starts_at)) if part)
        used = facts.visits(EVERY_KIND, rows.CAME, [one]) if one.recorded else None
        note = "" if one.recorded else _("register not recorded")
        yield Framed(day, session.name, where, one.capacity, one.taken, used, note)


def _session_table(facts: Facts) -> Table:
    lines = [Row(_named(facts, one), _cells(facts, one)) for one in facts.held if one.pk in facts.names]
    lines.append(Row(_("All together"), _all_cells(facts), SUM))
    columns = [_("Session"), *_columns()]
    return Table("places", _("Places at each session"), columns, lines, stacked=True, adds_up={2: "visits"})


def _named(facts: Facts, one: Held) -> str:
    session = facts.names[one.pk]
    day = formats.date_format(session.first_day, "D j M Y") if session.first_day else ""
    return ", ".join(part for part in (day, clock(session.starts_at), session.name, session.where_name) if part)


def _columns() -> list[str]:
    return [_("Offered"), _("Taken"), _("Came"), _("Did not come"), _("Cancelled late"), _("Apart from visitors")]


def _cells(facts: Facts, *sessions: Held) -> list[Cell]:
    """A session's line, or that of several: what no register says is not known, and never 0."""
    recorded = [one for one in sessions if one.recorded]
    known, taken = bool(recorded), sum(one.taken for one in recorded)
    used = People(facts.visits([rows.VISITOR], rows.CAME, recorded), public=taken)
    apart = People(facts.visits(APART_KINDS, rows.CAME, recorded), public=taken)
    absent = Rest(facts.visits([rows.VISITOR], ABSENT, recorded), public=taken, beside=(used, apart))
    return [
        Seats(sum(one.capacity for one in sessions)),
        Seats(sum(one.taken for one in sessions)),
        used if known else Unknown(_("not known")),
        absent if known else Unknown(_("not known")),
        People(sum(facts.cancelled_late.get(one.pk, 0) for one in sessions)),
        apart if known else Unknown(_("not known")),
    ]


def _all_cells(facts: Facts) -> list[Cell]:
    cells = _cells(facts, *facts.held)
    if facts.recorded:
        absent, apart = cells[3], cells[5]
        cells[2] = came(facts)
        if isinstance(absent, Rest) and isinstance(apart, People):
            cells[3] = replace(absent, beside=(came(facts), apart))
    return cells


def _by_hub(facts: Facts) -> Table:
    """Each hub, or each exchange of one hub."""
    held: dict[int, list[Held]] = {}
    for one in facts.held:
        held.setdefault(one.hub_year, []).append(one)
    lines = [
        Row(name, [Seats(len(held[pk])), *_cells(facts, *held[pk])])
        for pk, name in facts.hub_names.items()
        if pk in held
    ]
    lines.append(Row(_("All together"), [Seats(len(facts.held)), *_all_cells(facts)], SUM))
    of_hub = facts.selection.of == Of.HUB
    columns = [_("Exchange") if of_hub else _("Hub"), _("Sessions"), *_columns()]
    caption = _("Places by exchange") if of_hub else _("Places by hub")
    return Table("places", caption, columns, lines, stacked=True, open=True)


def _together(facts: Facts) -> Table:
    """All sessions in one column, each number once."""
    lines = [
        Row(_("Places offered"), [Seats(sum(one.capacity for one in facts.held))]),
        Row(_("Taken at the start"), [Seats(_taken(facts))]),
    ]
    if facts.recorded:
        label = _("Came, where the register was recorded")
        lines += [
            Row(label, [came(facts)], SUM),
            Row(_("Did not come"), [_all_cells(facts)[3]]),
        ]
    if unknown := _unknown(facts):
        lines.append(Row(_("Not known: the register was not recorded"), [Seats(unknown)]))
    lines.append(Row(_("Cancelled after the deadline"), [People(sum(facts.cancelled_late.values()))]))
    lines += _turned_away(facts)
    lines += _apart(facts)
    return Table("together", _("All together"), ["", _("Number")], lines, open=True)


def _turned_away(facts: Facts) -> list[Row]:
    why = TurnedAway.Why
    labels = {
        why.FULL: _("Refused presses: full, in places"),
        why.SHARE: _("Refused presses: past the school’s share"),
        why.NOT_THEIRS: _("Refused presses: not for their school"),
        why.CLOSED: _("Refused presses: booking was not open"),
    }
    return [Row(label, [People(facts.refused.get(reason, 0))]) for reason, label in labels.items()]


def _apart(facts: Facts) -> list[Row]:
    labels = {
        rows.HOST: _("Apart: host school’s own staff who came"),
        rows.TRAINEE: _("Apart: trainees who came"),
        rows.GUEST: _("Apart: guests who came on kept places"),
    }
    return [Row(label, [People(facts.visits([kind], rows.CAME))], APART) for kind, label in labels.items()]


def _left_out(facts: Facts, *, asked: bool = True) -> Iterator[Sentence]:
    """What the figures do not hold, said by name; of refused presses only under a table that counts them."""
    if asked:
        yield sentence(
            _("Refused presses are what was asked for and refused. Whoever read “full” and left is not counted.")
        )
    if facts.taken_off:
        yield sentence(
            _("Sessions cancelled or postponed: %(n)s. That counts as nobody’s absence."),
            n=Seats(len(facts.taken_off)),
        )
    for school, n, source in _reported(facts):
        yield sentence(
            _("Visitors reported, and not counted here: %(n)s, %(where)s (%(source)s)."),
            n=People(n),
            where=Words(school),
            source=Words(source or _("nobody said by whom")),
        )
    if facts.selection.of == Of.COUNTRY and (silent := _silent(facts)):
        yield sentence(_("Sent nothing: %(hubs)s."), hubs=Words("; ".join(silent)))
    not_recorded = [_named(facts, one) for one in facts.held if not one.recorded and one.pk in facts.names]
    if not_recorded:
        yield sentence(_("Register not recorded: %(sessions)s."), sessions=Words("; ".join(not_recorded)))


def _reported(facts: Facts) -> list[tuple[str, int, str]]:
    """What somebody wrote down, of visits and of sessions whose register was not recorded."""
    sessions = [
        (_named(facts, one), one.reported, one.source)
        for one in facts.held
        if one.reported is not None and not one.recorded and one.pk in facts.names
    ]
    return [*facts.visits_reported, *sessions]


def _silent(facts: Facts) -> list[str]:
    """Hubs of which nothing is known: no register that was recorded, and no number that somebody reported."""
    heard = {one.hub_year for one in facts.held if one.recorded or one.reported is not None}
    return [name for pk, name in facts.hub_names.items() if pk not in heard]
