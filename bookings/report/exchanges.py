"""Every exchange that we have, in one table, and not only the last."""

from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.report.cells import Between, Cell, Days, Money, People, Seats, Unknown, Words, sentence
from bookings.report.cost import IN_POUNDS
from bookings.report.facts import Facts
from bookings.report.section import Said, Section
from bookings.report.selection import Of
from bookings.report.table import Row, Table
from bookings.report.voices import enough
from bookings.report.years import Years, all_exchanges
from hubs.vocabulary.school_days import academic_year


def exchanges(facts: Facts) -> Section | None:
    """One line each; what was reported was written down by somebody and not counted."""
    selection = all_exchanges(facts.selection)
    if selection is None:
        return None
    years = Years(selection, now=facts.now)
    this_year = academic_year(selection.today)
    lines = [
        Row(exchange.academic_year, _cells(years, of, is_past=exchange.year < this_year))
        for exchange, of in years.years.items()
    ]
    columns = [
        _("Exchange"),
        _("Sessions"),
        _("Offered"),
        _("Taken"),
        _("Visits"),
        _("Teachers"),
        _("Settings"),
        _("First time"),
        _("Said it has changed"),
        _("Pounds"),
        _("Days"),
    ]
    whose = _("All that we have of every hub") if facts.selection.of == Of.COUNTRY else _("All that this hub has")
    table = Table("exchanges", whose, columns, lines, stacked=True, open=True)
    note = _("“Reported” was written down by somebody and not counted.")
    if facts.selection.of == Of.COUNTRY:
        note = _("“Reported” was written down and not counted. Who went to two hubs counts at each.")
    return Section("exchanges", _("Every exchange"), [table, Said(sentence(note), quiet=True)])


def _cells(years: Years, of: list[int], *, is_past: bool) -> list[Cell]:
    held = years.held(of)
    kept = any(one.capacity or one.taken for one in held)  # of sessions long ago nobody wrote down how many places
    not_kept = Unknown(_("not kept") if held or is_past else _("none yet"))
    return [
        Seats(len(held)),
        Seats(sum(one.capacity for one in held)) if kept else not_kept,
        Seats(sum(one.taken for one in held)) if kept else not_kept,
        _visits(years, of),
        _people(years, of),
        People(years.total(of, "settings")) if years.total(of, "visits") else Unknown(_("not known")),
        _first(years, of),
        _changed(years, of),
        _pounds(years, of),
        _days(years, of),
    ]


def _visits(years: Years, of: list[int]) -> Cell:
    held = years.held(of)
    reported = [one for found in years.of_all(years.reported, of) for one in found]
    parts: dict[str, Cell] = {}
    words = []
    if any(one.recorded for one in held):
        words.append("%(came)s")
        parts["came"] = People(years.total(of, "visits"))
    if unknown := sum(one.taken for one in held if not one.recorded):
        words.append(_("%(unknown)s not known"))
        parts["unknown"] = Seats(unknown)
    if reported:
        words.append(_("%(reported)s reported (%(source)s)"))
        parts["reported"] = People(sum(n for n, _source in reported))
        sources = dict.fromkeys(source for _n, source in reported if source)
        parts["source"] = Words("; ".join(sources) or _("nobody said by whom"))
    return sentence(", ".join(words), **parts) if words else Unknown(_("not known"))


def _people(years: Years, of: list[int]) -> Cell:
    if not years.total(of, "visits"):
        return Unknown(_("not known"))
    nameless = years.total(of, "nameless")
    most = years.total(of, "known") + nameless
    return Between(max(years.total(of, "least"), min(1, nameless)), People(most))


def _first(years: Years, of: list[int]) -> Cell:
    found = years.of_all(years.first_times, of)
    known = sum(one[1] for one in found)
    if not known:
        return Unknown(_("not known"))
    return sentence(_("%(first)s of %(known)s"), first=People(sum(one[0] for one in found)), known=People(known))


def _changed(years: Years, of: list[int]) -> Cell:
    found = years.of_all(years.changed, of)
    asked, answered, changed = (sum(one[n] for one in found) for n in range(3))
    if not asked:
        return Unknown(_("not asked"))
    if not enough(answered, asked):
        return sentence(
            _("%(answered)s of %(asked)s answered: too few to speak for the rest"),
            answered=People(answered),
            asked=People(asked),
        )
    return sentence(_("%(changed)s of %(answered)s"), changed=People(changed), answered=People(answered))


def _pounds(years: Years, of: list[int]) -> Cell:
    found = years.of_all(years.costs, of)
    kinds = [kinds for kinds, _days in found if kinds]
    if not kinds:
        return Unknown(_("not entered"))
    whole = len(kinds) == len(of) and all(kind in one for one in kinds for kind in IN_POUNDS)
    return Money(sum(sum(one.values()) for one in kinds), at_least=not whole)


def _days(years: Years, of: list[int]) -> Cell:
    entered = sum((days for _kinds, days in years.of_all(years.costs, of)), Decimal(0))
    visits = years.total(of, "visits")
    return Days(entered, People(visits)) if entered or visits else Unknown(_("not known"))
