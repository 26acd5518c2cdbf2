"""What they said: every figure is a plain count over the rows, and too few are never spoken of."""

import datetime as dt

import pytest

from bookings.afterwards import ties
from bookings.models import Asked, DayAnswer, LaterAnswer, Quote
from bookings.models.feedback import Form
from bookings.report.chain import Chain, answered_enough
from bookings.report.facts import Facts
from bookings.report.report import Report
from bookings.report.said import said
from bookings.report.selection import Meetings, Of, Selection
from bookings.report.voices import enough
from hubs.models import WorkGroup
from tests.bookings.past import past_exchange, past_session, visitor
from tests.bookings.voices import asked_later, asked_on_the_day, voices_of
from tests.factories import NOW, HubYearFactory, StaffFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)
CHANGED = ("most_weeks", "how_i_teach")
LEFT = ("", "rather_not")


@pytest.fixture
def hub_year():
    return HubYearFactory()


def of(row, kind=Of.EXCHANGE, made=Selection):
    return made(kind, row, TODAY)


def facts(row, kind=Of.EXCHANGE, made=Selection):
    return Facts(of(row, kind, made), now=NOW)


def report(row, kind=Of.EXCHANGE, *, leaves=False):
    return Report(of(row, kind), leaves=leaves, now=NOW)


def table(of_report, name):
    """A table's rows as the report's copy prints them."""
    [found] = [one for one in of_report.tables() if one.name == name]
    return {head: cells for head, *cells in list(found.lines(of_report.copy))[1:]}


def words_of(of_report):
    """All that the section prints, headings and steps too."""
    return str([one for one in of_report.shown() if one["name"] == "said"])


def chain_of(of_report):
    [section] = [one for one in of_report.sections if one.name == "said"]
    [chain] = [one for one in section.blocks if isinstance(one, Chain)]
    return chain.shown(of_report.copy)


def some_came(hub_year, n):
    session = past_session(hub_year)
    for _n in range(n):
        visitor(session)
    return session


def said_later(hub_year, **counts):
    for changed, n in counts.items():
        for _n in range(n):
            asked_later(hub_year, changed=changed)


# --- plain counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_every_answer_is_counted_once_where_it_belongs(hub_year, seed):
    sessions = past_exchange(hub_year, seed=seed, sessions=3)
    voices_of(hub_year, sessions, seed=seed)
    other = HubYearFactory()
    voices_of(other, [past_session(other)], seed=seed, people=5)
    for kind, row, held in [(Of.EXCHANGE, hub_year, sessions), (Of.HUB, hub_year.hub, sessions),
                            (Of.VISIT, sessions[0].host_school, sessions), (Of.SESSION, sessions[0], sessions[:1]),
                            (Of.COUNTRY, hub_year.exchange, None)]:  # fmt: skip
        found = facts(row, kind)
        day = [one for one in DayAnswer.objects.all() if held is None or one.session in held]
        whole = kind not in (Of.VISIT, Of.SESSION)
        here = {one.voice for one in Asked.objects.filter(form="day") if held is None or one.session in held}
        later = [
            one
            for one in LaterAnswer.objects.all()
            if (one.voice in here or whole) and (held is None or one.hub_year == hub_year)
        ]
        assert found.voices.day.n == len(day)
        assert found.voices.later.n == len(later)
        assert found.voices.changed == sum(one.changed in CHANGED for one in later)
        for tally, rows, questions in [
            (found.voices.day, day, ("lesson", "discussion", "thought_before", "role")),
            (found.voices.later, later, ("changed", "how_far", "watched", "in_the_way", "shared_with", "role")),
        ]:
            assert tally.paper == sum(one.on_paper for one in rows)
            for question in questions:
                plain = [getattr(one, question) for one in rows]
                assert {value: n for value, n in tally.said[question].items() if n} == {
                    value: plain.count(value) for value in plain
                }
        pairs = {(one.voice, one.hub_year_id): one.changed for one in later if one.changed not in LEFT}
        plain = {
            (one.voice, one.thought_before, pairs[one.voice, one.hub_year_id])
            for one in day
            if one.thought_before not in LEFT and (one.voice, one.hub_year_id) in pairs
        }
        for thought, (both, changed) in found.voices.by_thought.items():
            assert both == sum(one[1] == thought for one in plain)
            assert changed == sum(one[1] == thought and one[2] in CHANGED for one in plain)
        assert found.answered(Form.LATER) == len(later) - sum(one.on_paper for one in later)


def test_later_answer_belongs_to_groups_to_showcases_or_to_both_by_its_voice(hub_year):
    group = WorkGroup.objects.create(hub_year=hub_year, name="Moor")
    showcase, meeting = (
        past_session(hub_year),
        past_session(hub_year, 1, group=group, kind="meeting", visibility="link"),
    )
    for session in (showcase, meeting):
        asked_later(hub_year, asked_on_the_day(session), changed="tried")
    both = asked_on_the_day(showcase)
    asked_on_the_day(meeting, both)
    asked_later(hub_year, both, changed="how_i_teach")
    asked_later(hub_year, changed="nothing")  # asked of no session: of the showcases
    shows, groups = facts(hub_year), facts(hub_year, made=Meetings)
    counted = [dict(one.voices.later.said["changed"]) for one in (shows, groups)]
    assert counted == [{"tried": 1, "how_i_teach": 1, "nothing": 1}, {"tried": 1, "how_i_teach": 1}]
    assert [one.asked(Form.LATER) for one in (shows, groups)] == [3, 2]
    assert [one.asked(Form.DAY) for one in (shows, groups)] == [2, 2]
    assert facts(group, Of.GROUP).voices.later.n == 2


def test_figures_are_the_same_after_the_tie_is_cut(hub_year):
    sessions = past_exchange(hub_year, seed=1)
    voices_of(hub_year, sessions, seed=1)
    group = WorkGroup.objects.create(hub_year=hub_year, name="Maidstone group")
    meetings = [past_session(hub_year, 20, group=group, kind="meeting", visibility="link")]
    voices_of(hub_year, meetings, seed=2, people=30)
    for session in sessions[:2]:
        for asked in Asked.objects.filter(session=session):
            asked.visitor = visitor(session)
            asked.save()
    rows = [(hub_year, Of.EXCHANGE), (group, Of.GROUP), *((one, Of.SESSION) for one in sessions)]
    before = [words_of(report(row, kind)) for row, kind in rows]
    ties.cut(set(Asked.objects.values_list("voice", flat=True)))
    assert [words_of(report(row, kind)) for row, kind in rows] == before
    assert not Asked.objects.exclude(visitor=None).exists()


def test_chain_says_how_many_were_asked_only_if_they_came(hub_year):
    some_came(hub_year, 20)
    unrecorded = past_session(hub_year, 1, recorded=False)
    said_later(hub_year, how_i_teach=10)
    for _n in range(12):
        asked_on_the_day(unrecorded, lesson="very")
    Asked.objects.filter(session=unrecorded).update(if_you_came=True)
    assert "20 came, 12 were asked, 12 of them only “if you came”" in words_of(report(hub_year))


def test_nobody_is_said_to_have_come_where_no_register_was_recorded(hub_year):
    session = past_session(hub_year, recorded=False)
    visitor(session)
    for _n in range(12):
        asked_later(hub_year, asked_on_the_day(session, lesson="very"), changed="most_weeks")
    text = words_of(report(hub_year))
    assert "12 said that their teaching has changed; of 0 who were asked we do not know" in text
    assert "Who came is not known, 12 were asked" in text
    assert "0 came" not in text


# --- the chain --------------------------------------------------------------------------------------------------------


def test_chain_leads_from_who_came_to_who_said_so_and_each_who_came_has_a_counter(hub_year):
    some_came(hub_year, 40)
    said_later(hub_year, most_weeks=6, how_i_teach=5, already=4, tried=3, nothing=2)
    for _n in range(10):
        asked_later(hub_year)
    shown = chain_of(report(hub_year))
    assert [one["n"] for one in shown["steps"]] == ["40", "30", "20", "11"]
    assert {one["mark"]: one["n"] for one in shown["key"]} == {
        "said": "11", "already": "4", "other": "5", "silent": "10", "unasked": "10",
    }  # fmt: skip
    assert sum(len(frame["spots"]) for frame in shown["frames"]) == 40
    assert shown["heading"] == "11 said that their teaching has changed; of 20 of the 40 we do not know"


def test_already_taught_this_way_is_a_row_of_its_own_and_never_change(hub_year):
    some_came(hub_year, 30)
    said_later(hub_year, already=12, most_weeks=1, tried=2)
    rows = table(report(hub_year), "changed")
    assert rows["Changed: these two"][0] == "1"
    assert rows["I already taught this way"] == ["12", "80%"]
    assert rows["No address, not asked"] == ["15", "not known"]


def test_form_on_paper_is_counted_and_said_apart(hub_year):
    some_came(hub_year, 20)
    said_later(hub_year, how_i_teach=10)
    for _n in range(3):
        LaterAnswer.objects.create(hub_year=hub_year, on_paper=True, answered_at=NOW, changed="most_weeks")
    shown = chain_of(report(hub_year))
    assert [(one["n"], one["words"]) for one in shown["steps"]][2:] == [
        ("10", "answered"), ("3", "on paper"), ("13", "said it has changed"),
    ]  # fmt: skip


# --- too few ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answered, asked, spoken", [(9, 9, False), (10, 33, True), (10, 34, False), (30, 100, True), (29, 100, False)]
)
def test_ten_answers_and_three_in_ten_are_needed(answered, asked, spoken):
    assert enough(answered, asked) is spoken


@pytest.mark.parametrize("answers, silent", [(9, 0), (12, 40)])
def test_too_few_answers_give_no_percentage_no_headline_and_no_comparison(hub_year, answers, silent):
    session = some_came(hub_year, 60)
    for _n in range(answers):
        voice = asked_on_the_day(session, lesson="very", thought_before="doubts")
        asked_later(hub_year, voice, changed="how_i_teach", in_the_way="time", watched="once")
    for _n in range(silent):
        asked_later(hub_year, asked_on_the_day(session))
    found = report(hub_year)
    assert not answered_enough(found.facts, Form.LATER)
    said_there = words_of(found)
    assert "too few answered to speak for the rest" in said_there
    assert "%" not in said_there
    assert "said that" not in said_there
    assert {one.name for one in found.tables()} & {"useful", "in-the-way", "watched", "thought-and-changed"} == set()
    assert found.figures()[-1]["label"] != "Said their teaching changed"
    assert ("Changed: these two" in table(found, "changed")) is (answers >= 10)


@pytest.mark.parametrize("silent, spoken", [(23, True), (24, False)])
def test_form_on_paper_was_asked_and_answered(hub_year, silent, spoken):
    for _n in range(silent):
        asked_later(hub_year)
    on_paper = {"hub_year": hub_year, "on_paper": True, "answered_at": NOW, "changed": "tried"}
    LaterAnswer.objects.bulk_create(LaterAnswer(**on_paper) for _n in range(10))
    assert answered_enough(facts(hub_year), Form.LATER) is spoken


@pytest.mark.parametrize("answers, too_few", [(9, True), (10, False)])
def test_it_is_said_that_too_few_answered_on_the_day_and_only_then(hub_year, answers, too_few):
    session = some_came(hub_year, 1)
    for _n in range(answers):
        asked_on_the_day(session, lesson="very")
    assert ("On the day: " in str(said(facts(hub_year)).blocks)) is too_few


def test_nobody_asked_yet_is_said_and_nobody_came_is_no_section(hub_year):
    some_came(hub_year, 3)
    assert said(facts(hub_year)) is None
    asked_on_the_day(past_session(hub_year, 1))
    assert "not yet" in words_of(report(hub_year))


def test_thought_before_is_crossed_only_where_ten_answered_both(hub_year):
    session = some_came(hub_year, 40)
    for thought, n in (("interested", 12), ("doubts", 9)):
        for number in range(n):
            voice = asked_on_the_day(session, thought_before=thought)
            asked_later(hub_year, voice, changed="most_weeks" if number < 6 else "nothing")
    rows = table(report(hub_year), "thought-and-changed")
    assert rows == {"Interested": ["12", "6", "50%"], "I had doubts": ["9", "too few", "too few"]}


# --- quotes -----------------------------------------------------------------------------------------------------------


def test_only_what_was_released_is_quoted(hub_year):
    session = some_came(hub_year, 12)
    for _n in range(12):
        asked_on_the_day(session, take="A secret thought", change="Another secret", may_quote=True)
    released = {"hub_year": hub_year, "of": "take", "released_at": NOW, "released_by": StaffFactory()}
    Quote.objects.create(text="I plan for it.", session=session, **released)
    Quote.objects.create(text="", **released)
    Quote.objects.create(text="Of another hub", **(released | {"hub_year": HubYearFactory()}))
    for leaves in (False, True):
        said_there = words_of(report(hub_year, leaves=leaves))
        assert "I plan for it." in said_there
        assert "secret" not in said_there
        assert "another hub" not in said_there


def test_copy_that_leaves_has_no_small_figure_and_draws_what_it_says(hub_year):
    some_came(hub_year, 41)
    said_later(hub_year, most_weeks=6, how_i_teach=6, already=3, tried=1)
    for _n in range(7):
        asked_later(hub_year)
    shown = chain_of(report(hub_year, leaves=True))
    key = {one["mark"]: one["n"] for one in shown["key"]}
    assert key == {"said": "10", "already": "fewer than 5", "other": "fewer than 5", "silent": "5", "unasked": "20"}
    assert sum(len(frame["spots"]) for frame in shown["frames"]) == 35


@pytest.mark.parametrize("seed", range(3))
def test_what_adds_up_to_a_whole_total_is_declared_so_that_the_total_can_be_rounded(hub_year, seed):
    sessions = past_exchange(hub_year, seed=seed, sessions=3, most=40)
    voices_of(hub_year, sessions, seed=seed, people=40)
    LaterAnswer.objects.filter(on_paper=True).delete()
    DayAnswer.objects.filter(on_paper=True).delete()
    found = report(hub_year, leaves=True)
    totals = {"answered day": found.facts.answered(Form.DAY), "answered later": found.facts.answered(Form.LATER)}
    blocks = [block for section in found.sections if section.name in ("said", "who") for block in section.blocks]
    parts = [(name, rows) for block in blocks for name, rows in block.parts() if name in totals]
    assert len(parts) >= 5
    assert [(name, sum(rows)) for name, rows in parts] == [(name, totals[name]) for name, _rows in parts]


def test_total_of_answers_is_rounded_where_it_would_tell_a_line_of_them(hub_year):
    session = some_came(hub_year, 60)
    for n in range(40):
        asked_later(hub_year, asked_on_the_day(session), changed="most_weeks" if n < 37 else "tried")
    Asked.objects.update(closes_at=NOW)
    shown = chain_of(report(hub_year, leaves=True))
    assert {one["words"]: one["n"] for one in shown["steps"]}["answered"] == "40"
    out = report(hub_year, leaves=True)
    rows = table(out, "changed")
    assert rows["I have tried something"][0] == "fewer than 5"
    assert "answered later" not in out.copy.exact
