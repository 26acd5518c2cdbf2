"""Groups of nearby schools, in the same table beside showcases; and secondary teachers who watched primary ones."""

from math import hypot
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef
from django.utils.translation import gettext as _

from bookings.attendance import standing
from bookings.models import Invitation
from bookings.models.feedback import Form
from bookings.report import rows
from bookings.report.area import Area
from bookings.report.cells import (
    Cell,
    Counted,
    Days,
    Each,
    Money,
    People,
    Seats,
    Sentence,
    Unknown,
    Words,
    apart,
    sentence,
)
from bookings.report.chain import answered_enough
from bookings.report.facts import Facts
from bookings.report.section import Block, Said, Section
from bookings.report.selection import Meetings, Of
from bookings.report.table import Row, Table
from hubs.models import Cost, Lesson, School, ShowcaseSession
from hubs.schools.whereabouts import METRES_IN_A_MILE
from hubs.vocabulary.postcodes import Spot
from hubs.vocabulary.teaching import Years

NEAR = 5  # miles from a secondary school
SECONDARY = (School.Phase.SECONDARY, School.Phase.MIDDLE_SECONDARY)
PRIMARY = (School.Phase.PRIMARY, School.Phase.MIDDLE_PRIMARY)
PRIMARY_YEARS = Years.RECEPTION | Years.KS1 | Years.KS2


class Invited(NamedTuple):
    """Schools that were asked, and those of them that joined."""

    invited: int
    joined: int


def groups(facts: Facts) -> Section | None:
    """Of an exchange, a hub or the country: what is smaller has no groups beside it, and a group is itself one."""
    if facts.selection.of in (Of.VISIT, Of.SESSION):
        return None
    crossed = _secondary(facts)
    if facts.selection.of == Of.GROUP:
        meetings, asked = facts, invited(facts)
        lines = [_line(_("This group"), meetings, asked)]
    else:
        meetings = Facts(Meetings(facts.selection.of, facts.selection.row, facts.selection.today), now=facts.now)
        asked = invited(meetings)
        if not (asked.invited or meetings.held):
            return Section("groups", _("Groups of nearby schools"), [Said(_none()), *crossed]) if crossed else None
        lines = [_line(_("Showcases"), facts, None), _line(_("Work groups"), meetings, asked)]
    blocks: list[Block] = [_table(lines), *(Said(one) for one in _meetings(meetings)), *crossed]
    blocks.append(Said(_how_counted(), quiet=True))
    return Section("groups", _("Groups of nearby schools"), blocks)


def _none() -> Sentence:
    return sentence(_("There were no groups of nearby schools."))


def _how_counted() -> Sentence:
    return sentence(
        _(
            "Nothing is compared from fewer than 10 answers. Who came to showcases and to a group stands in both "
            "lines. Pounds are those entered for the one or the other."
        )
    )


def invited(meetings: Facts) -> Invited:
    """Invitations of its groups. One statement."""
    selection = meetings.selection
    of_group = selection.of == Of.GROUP
    found = Invitation.objects.filter(group=selection.pk) if of_group else Invitation.objects.filter(
        selection.hub_years("group__hub_year")
    )  # fmt: skip
    states = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    came_in = states.get(Invitation.State.JOINED, 0) + states.get(Invitation.State.LEFT, 0)
    return Invited(sum(states.values()), came_in)


# --- the table --------------------------------------------------------------------------------------------------------


def _table(lines: list[Row]) -> Table:
    columns = [
        "",
        _("Schools invited"),
        _("Joined"),
        _("Teachers who came"),
        _("Visits"),
        _("Asked later"),
        _("Answered"),
        _("Said it has changed"),
        _("Pounds a teacher"),
        _("Days a teacher"),
    ]
    return Table("groups", _("The same questions of showcases and of groups"), columns, lines, stacked=True, open=True)


def _line(label: str, facts: Facts, asked: Invited | None) -> Row:
    known = bool(facts.recorded)
    teachers, visits = apart(facts.people_most), apart(facts.visits([rows.VISITOR], rows.CAME))
    not_known = Unknown(_("not known"))
    cells: list[Cell] = [
        apart(asked.invited) if asked else Words(_("open to all")),
        apart(asked.joined) if asked else _settings(facts),
        teachers if known else not_known,
        visits if known else not_known,
        apart(facts.asked(Form.LATER)),
        apart(facts.answered(Form.LATER) + facts.voices.later.paper),
        _changed(facts),
        _pounds(facts, teachers),
        _days(facts, teachers, visits) if known else not_known,
    ]
    return Row(label, cells)


def _settings(facts: Facts) -> Cell:
    return sentence(_("%(n)s came"), n=Counted(apart(facts.people["settings"]), _("setting"), _("settings")))


def _changed(facts: Facts) -> Cell:
    if not facts.asked(Form.LATER) and not facts.voices.later.n:
        return Unknown(_("not asked yet"))
    if not answered_enough(facts, Form.LATER):
        return Unknown(_("too few answered to speak for the rest"))
    return apart(facts.voices.changed)


def _pounds(facts: Facts, teachers: People) -> Cell:
    """For each who came; a kind that was not entered makes it "at least"."""
    in_pounds = [kind for kind in Cost.Kind.values if kind not in Cost.IN_DAYS]
    entered = {kind for kind, _who, pence, _days in facts.costs if pence is not None}
    if not entered:
        return Unknown(_("not entered"))
    pence = sum(pence or 0 for _kind, _who, pence, _days in facts.costs)
    return Each(Money(pence, at_least=bool(set(in_pounds) - entered)), teachers)


def _days(facts: Facts, teachers: People, visits: People) -> Cell:
    """Days entered, and half a day for each visit."""
    entered = sum((days for _kind, _who, _pence, days in facts.costs if days), start=Days().entered)
    return Each(Days(entered, visits), teachers)


# --- meetings ---------------------------------------------------------------------------------------------------------


def _meetings(meetings: Facts) -> list[Sentence]:
    """How many meetings there were, and to how many each came."""
    if not meetings.held:
        return [sentence(_("No meeting of a group is over yet."))]
    words = _("Meetings that are over: %(held)s; registers recorded: %(recorded)s.")
    found = [sentence(words, held=Seats(len(meetings.held)), recorded=Seats(len(meetings.recorded)))]
    every, more, once = _how_often(meetings)
    if every or more or once:
        words = _("%(every)s came to every meeting of their group, %(more)s to two or more of them, %(once)s to one.")
        found.append(sentence(words, every=apart(every), more=apart(more), once=apart(once)))
    return found


def _how_often(meetings: Facts) -> tuple[int, int, int]:
    """Teachers by the meetings of a group that they came to: all of two or more, some, one. Two statements.

    Groups are small, so a row a teacher comes back; who gave no address is not told from another, and left out.
    """
    came = rows.who_came(meetings.selection, now=meetings.now).exclude(person_id=None)
    each = came.values_list("booking__session__group", "person_id").annotate(n=Count("booking__session", distinct=True))
    over = ShowcaseSession.objects.filter(
        meetings.selection.sessions(), rows.over(meetings.now), standing.recorded()
    ).order_by()
    held = dict(over.values_list("group").annotate(n=Count("pk")))
    every = more = once = 0
    for group, _person, n in each:
        if n >= held.get(group, 0) > 1:
            every += 1
        elif n > 1:
            more += 1
        else:
            once += 1
    return every, more, once


# --- secondary teachers, primary lessons ------------------------------------------------------------------------------


def _secondary(facts: Facts) -> list[Block]:
    """Secondary teachers who watched primary lessons, with the primary schools near them that came too."""
    primary = Lesson.objects.annotate(shared=F("years").bitand(int(PRIMARY_YEARS))).filter(shared__gt=0)
    came = rows.who_came(facts.selection, now=facts.now)
    of_secondary = came.filter(booking__school__phase__in=SECONDARY)
    watched = of_secondary.filter(Exists(primary.filter(session=OuterRef("booking__session"))))
    counted = watched.aggregate(
        known=Count("person_id", distinct=True),
        visits=Count("pk"),
        named=Count("person_id"),
        schools=Count("booking__school", distinct=True),
    )
    teachers = counted["known"] + counted["visits"] - counted["named"]
    if not teachers:
        return []
    from_schools = Counted(apart(counted["schools"]), _("school"), _("schools"))
    of_them = Counted(apart(teachers), _("secondary teacher"), _("secondary teachers"))
    words = _("%(teachers)s from %(schools)s watched primary lessons.")
    found = [sentence(words, teachers=of_them, schools=from_schools)]
    if isinstance(facts.area, Area):
        from_there = set(watched.values_list("booking__school__easting", "booking__school__northing").distinct())
        near = _near(facts.area, [(east, north) for east, north in from_there if east is not None])
        words = _("Teachers of %(n)s within 5 miles of these came too.")
        found.append(sentence(words, n=Counted(apart(near), _("primary school"), _("primary schools"))))
    return [Said(one) for one in found]


def _near(area: Area, secondary: list[Spot]) -> int:
    """How many primary schools that somebody came from are near one of these spots."""
    spots = [one.spot for one in area.reached if one.phase in PRIMARY]
    metres = NEAR * METRES_IN_A_MILE
    return sum(
        any(hypot(spot[0] - east, spot[1] - north) <= metres for east, north in secondary) for spot in spots if spot
    )
