"""Who came: phase, role, key stage, authority; for the first time or not, how often, alone or with colleagues."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bookings.report.cells import Cell, Counted, People, Sentence, Share, Words, sentence
from bookings.report.charts import Bar, Bars
from bookings.report.facts import Facts
from bookings.report.leaving import STEP
from bookings.report.persons import FIRST, NOT_KNOWN, OTHER, PRIMARY, SECONDARY, SEEN_BEFORE, SPECIAL, Persons
from bookings.report.places import visitors
from bookings.report.section import Beside, Block, Section
from bookings.report.selecting import selecting
from bookings.report.selection import Of
from bookings.report.table import SUM, Row, Table
from hubs.vocabulary.teaching import ROLE_LABELS, Roles

MOST_AUTHORITIES = 12  # in a table; the rest are "elsewhere"


def who(facts: Facts) -> Section | None:
    """What is known of those who came; None while no register says that anybody did."""
    if not facts.people_most:
        return None
    persons = Persons(facts)
    blocks: list[Block] = [
        Beside([_phases(facts, persons), _first_time(facts, persons)]),
        Beside([_roles(facts, persons), _stages(persons)]),
        Beside([_authorities(facts, persons), _with_whom(facts, persons)]),
        *([] if facts.selection.of == Of.SESSION else [_often(facts, persons)]),  # to one session they come once
    ]
    blocks += selecting(facts)
    return Section("who", _("Who came"), blocks)


def _all(facts: Facts, *more: Cell) -> Row:
    """The line that adds up a table of people."""
    return Row(_("All"), [visitors(facts), *more], SUM)


def _counted(facts: Facts, text: str) -> Sentence:
    return sentence(text, n=Counted(visitors(facts), _("person"), _("people")))


def _phases(facts: Facts, persons: Persons) -> Bars:
    labels = {
        PRIMARY: _("Primary"),
        SECONDARY: _("Secondary"),
        SPECIAL: _("Special and other schools"),
        OTHER: _("Trusts and universities"),
        NOT_KNOWN: _("Not known"),
    }
    found = persons.phases
    most = max(labels, key=lambda name: found[name][0])
    heading = sentence(
        _("%(share)s were from %(kind)s; %(secondary)s came from secondary schools")
        if most != SECONDARY
        else _("%(share)s were from %(kind)s; %(primary)s came from primary schools"),
        share=Share(People(found[most][0]), visitors(facts)),
        kind=Words(_SCHOOLS[most]),
        primary=People(found[PRIMARY][0]),
        secondary=People(found[SECONDARY][0]),
    )
    lines = [Row(label, [People(found[name][0]), People(found[name][1])]) for name, label in labels.items()]
    settings = People(sum(of_them for _people, of_them in found.values()))
    lines.append(_all(facts, settings))
    table = Table(
        "phases", _("By phase of their school"), [_("Phase"), _("People"), _("Settings")], lines, adds_up={0: "people"}
    )
    counted = _counted(facts, _("Those who came, by the phase of their school: %(n)s."))
    return Bars(heading, counted, table, bars=_bars(labels, {name: n for name, (n, _settings) in found.items()}))


_SCHOOLS = {
    PRIMARY: _lazy("primary schools"),
    SECONDARY: _lazy("secondary schools"),
    SPECIAL: _lazy("special and other schools"),
    OTHER: _lazy("trusts and universities"),
    NOT_KNOWN: _lazy("schools of a phase that is not known"),
}


def _bars(labels: dict[str, str], counts: dict[str, int]) -> list[Bar]:
    """The largest first and strong; what is not known last."""
    known = [name for name in labels if name != NOT_KNOWN]
    known.sort(key=lambda name: -counts[name])
    ordered = [*known, *(name for name in labels if name == NOT_KNOWN)]
    return [Bar(labels[name], People(counts[name]), strong=n == 0) for n, name in enumerate(ordered)]


def _first_time(facts: Facts, persons: Persons) -> Bars:
    labels = {FIRST: _("First time"), SEEN_BEFORE: _("Had seen one before"), NOT_KNOWN: _("Not known")}
    since = persons.since
    day = formats.date_format(timezone.localtime(since), "F Y") if since else _("the beginning")
    few = persons.times[NOT_KNOWN] < STEP  # in each copy the same words: that it is so few is said in both
    heading = sentence(
        _("%(n)s came for the first time, %(before)s had seen one before")
        if few
        else _("%(n)s came for the first time; of %(unknown)s that is not known"),
        n=People(persons.times[FIRST]),
        before=People(persons.times[SEEN_BEFORE]),
        unknown=People(persons.times[NOT_KNOWN]),
    )
    counted = sentence(
        _("What they said themselves counts first, our own rows second. We have counted since %(since)s."),
        since=Words(day),
    )
    lines = [Row(label, [People(persons.times[name])]) for name, label in labels.items()]
    table = Table(
        "first-time",
        _("Whether they had seen a lesson from Shanghai"),
        ["", _("People")],
        [*lines, _all(facts)],
        adds_up={0: "people"},
    )
    return Bars(heading, counted, table, bars=_bars(labels, persons.times))


def _roles(facts: Facts, persons: Persons) -> Table:
    lines = [
        Row(ROLE_LABELS[role], [People(persons.roles[role])])
        for role in Roles.singles()
        if role != Roles.TRAINEE or persons.roles[role]
    ]
    known = sum(persons.roles[role] for role in Roles.singles())
    lines.append(Row(_("Not known"), [People(sum(persons.roles.values()) - known)]))
    return Table(
        "roles", _("By role"), [_("Role"), _("People")], [*lines, _all(facts)], open=True, adds_up={0: "people"}
    )


def _stages(persons: Persons) -> Table:
    labels = {0: _("Reception"), NOT_KNOWN: _("Not known")}
    lines = [
        Row(labels.get(stage) or _("Key Stage %(n)s") % {"n": stage}, [People(n)])
        for stage, n in persons.stages.items()
    ]
    note = _("Who teaches two stands in both.")
    return Table("stages", _("By key stage taught"), [_("Key stage"), _("People")], lines, open=True, note=note)


def _authorities(facts: Facts, persons: Persons) -> Table:
    named = [(name, n) for name, n in persons.authorities if name]
    unknown = sum(n for name, n in persons.authorities if not name)
    lines = [Row(name, [People(n)]) for name, n in named[:MOST_AUTHORITIES]]
    if rest := named[MOST_AUTHORITIES:]:
        lines.append(Row(_("Others"), [People(sum(n for _name, n in rest))]))
    lines.append(Row(_("Not known"), [People(unknown)]))
    return Table(
        "authorities",
        _("By local authority of their school"),
        [_("Authority"), _("People")],
        [*lines, _all(facts)],
        open=True,
        adds_up={0: "people"},
    )


def _often(facts: Facts, persons: Persons) -> Table:
    often = persons.often
    lines = [
        Row(_("Once"), [People(often["once"])]),
        Row(_("Twice"), [People(often["twice"])]),
        Row(_("More often"), [People(often["more"])]),
        _all(facts),
    ]
    columns = [_("They came"), _("People")]
    return Table("how-often", _("How often they came"), columns, lines, open=True, adds_up={0: "people"})


def _with_whom(facts: Facts, persons: Persons) -> Table:
    company = persons.company
    lines = [
        Row(_("The only one of their setting"), [People(company["alone"])]),
        Row(_("A colleague came too, to this or another session"), [People(company["with"])]),
        Row(_("No school just now"), [People(company["no school"])]),
        _all(facts),
    ]
    columns = [_("With whom"), _("People")]
    return Table("with-whom", _("Alone or with colleagues"), columns, lines, open=True, adds_up={0: "people"})
