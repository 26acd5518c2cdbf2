"""What they said: each figure with its chain, from who came to who said so.

It is always "said": nobody watched their lessons. Nothing is scaled up to those who did not answer, and where too few
answered there is no percentage, no headline and no comparison.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _

from bookings.models.feedback import Changed, Form, HowFar, InTheWay, SharedWith, ThoughtBefore, Useful, Watched
from bookings.report import rows
from bookings.report.asked import answers, asked
from bookings.report.cells import Cell, People, Sentence, Share, Text, Unknown, Whole, sentence
from bookings.report.chain import Chain, Counters, Step, adds_up_to, answered_enough, base, chain
from bookings.report.charts import Bar, Bars
from bookings.report.facts import Facts
from bookings.report.places import visitors
from bookings.report.quotes import released
from bookings.report.section import Beside, Block, Figure, Said, Section, Title
from bookings.report.table import APART, SUM, Row, Table
from bookings.report.voices import CHANGED, ENOUGH_ANSWERS, LEFT, Tally
from hubs.vocabulary.teaching import ROLE_LABELS, Roles


@dataclass(frozen=True)
class ByRow(Table):
    """A table of which each line adds up to the same total, by its name."""

    total: str = ""

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        for row in self.rows:
            yield self.total, [cell.n for cell in row.cells if isinstance(cell, People)]


def said(facts: Facts) -> Section | None:
    """Both forms. Nothing where nobody has been asked yet and nothing was entered from paper."""
    day, later = facts.voices.day, facts.voices.later
    if not (facts.asked(Form.DAY) or facts.asked(Form.LATER) or day.n or later.n):
        return None
    always = _("It is always “said”: nobody watched their lessons. Nothing is scaled up to those who did not answer.")
    blocks: list[Block] = [Said(sentence(always)), *_later(facts)]
    blocks += _day(facts)
    quotes = released(facts)
    charts = [*_of_the_day(facts), *_of_later(facts), *quotes]
    if charts:
        blocks.append(Beside(charts))
    if table := _by_thought(facts):
        blocks += [Title(_("What they thought before, and what they said later")), table]
    return Section("said", _("What they said"), blocks, list(_figure(facts)))


def _figure(facts: Facts) -> Iterator[Figure]:
    if answered_enough(facts, Form.LATER):
        words = _("%(came)s came, %(asked)s were asked, %(answered)s answered. Of the others we do not know.")
        if not facts.recorded:
            words = _("%(asked)s were asked, %(answered)s answered. Of the others we do not know.")
        says = sentence(
            words,
            came=visitors(facts),
            asked=asked(facts, Form.LATER),
            answered=answers(facts, Form.LATER),
        )
        yield Figure(_("Said their teaching changed"), People(facts.voices.changed), says)


# --- six weeks later --------------------------------------------------------------------------------------------------


def _later(facts: Facts) -> list[Block]:
    """What has changed, by everybody who came; or that nobody has been asked."""
    tally = facts.voices.later
    if not (facts.asked(Form.LATER) or tally.n):
        return [Said(sentence(_("Six school weeks after their visit they are asked what has changed: not yet.")))]
    spoken = answered_enough(facts, Form.LATER)
    shown = Chain(
        heading=_changed_finding(facts, spoken=spoken),
        counted=_changed_counted(facts, spoken=spoken),
        table=_changed_table(facts, spoken=spoken),
        steps=list(_steps(facts, Form.LATER, People(facts.voices.changed) if spoken else None)),
        counters=list(_counters(facts)) if spoken and facts.recorded else (),
    )
    found: list[Block] = [shown]
    if spoken and (line := _who_answered(facts, tally)):
        found.append(Said(line, quiet=True))
    return found


def _steps(facts: Facts, form: Form, last: People | None) -> Iterator[Step]:
    if facts.recorded:
        yield Step(base(facts, form), _("came"))
    yield Step(asked(facts, form), _("were asked"))
    yield Step(answers(facts, form), _("answered"))
    if paper := facts.voices.of(form).paper:
        yield Step(People(paper), _("on paper"))
    if last is not None:
        yield Step(last, _("said it has changed"))


def _silent(facts: Facts) -> int:
    return max(facts.asked(Form.LATER) - facts.answered(Form.LATER), 0)


def _unasked(facts: Facts) -> int:
    """Who came and gave no address, and did not answer on paper."""
    return max(facts.people_most - facts.asked(Form.LATER) - facts.voices.later.paper, 0)


def _changed_finding(facts: Facts, *, spoken: bool) -> Sentence:
    if not spoken:
        words = _("%(answered)s of %(asked)s answered six weeks later: too few answered to speak for the rest")
        return sentence(words, answered=answers(facts, Form.LATER), asked=asked(facts, Form.LATER))
    words = _("%(changed)s said that their teaching has changed; of %(rest)s of the %(came)s we do not know")
    if not facts.recorded:
        words = _("%(changed)s said that their teaching has changed; of %(rest)s who were asked we do not know")
    return sentence(
        words,
        changed=People(facts.voices.changed),
        rest=People(_silent(facts) + _unasked(facts)),
        came=visitors(facts),
    )


def _changed_counted(facts: Facts, *, spoken: bool) -> Sentence:
    if not spoken:
        return chain(facts, Form.LATER)
    count = facts.voices.later.count
    return sentence(
        _(
            "Everybody who came, six school weeks later. One counter is one teacher. “Changed” is “I do some of it "
            "most weeks” (%(most)s) or “It is how I teach now” (%(how)s) and nothing else."
        ),
        most=People(count("changed", Changed.MOST_WEEKS)),
        how=People(count("changed", Changed.HOW_I_TEACH)),
    )


def _changed_table(facts: Facts, *, spoken: bool) -> Table:
    tally = facts.voices.later
    among = Whole(tally.n) if tally.paper else answers(facts, Form.LATER)

    def line(label: Text, n: int, kind: str = "") -> Row:
        return Row(label, [People(n), Share(People(n), among) if spoken else Unknown(_("too few answered"))], kind)

    lines = []
    if tally.n >= ENOUGH_ANSWERS:
        for one in (Changed.HOW_I_TEACH, Changed.MOST_WEEKS):
            lines.append(line(one.label, tally.count("changed", one)))
        lines.append(line(_("Changed: these two"), tally.count("changed", *CHANGED), SUM))
        for one in (Changed.TRIED, Changed.NOTHING, Changed.ALREADY, Changed.NO_TEACHER):
            lines.append(line(one.label, tally.count("changed", one)))
        lines.append(line(_("Left it, or would rather not say"), tally.count("changed", *LEFT)))
    unknown = Unknown(_("not known"))
    lines += [
        Row(_("Asked, did not answer"), [People(_silent(facts)), unknown], APART),
        Row(_("No address, not asked"), [People(_unasked(facts)), unknown], APART),
    ]
    columns = [_("Answer"), _("Teachers"), _("Of those who answered")]
    adds_up = adds_up_to(Form.LATER, tally) if tally.n >= ENOUGH_ANSWERS else {}
    return Table("changed", _("What has changed in your maths teaching?"), columns, lines, adds_up=adds_up)


def _counters(facts: Facts) -> Iterator[Counters]:
    tally = facts.voices.later
    changed, already = facts.voices.changed, tally.count("changed", Changed.ALREADY)
    yield Counters("said", People(changed), _("said it has changed"))
    yield Counters("already", People(already), _("already taught this way"))
    yield Counters("other", People(tally.n - changed - already), _("answered otherwise"))
    yield Counters("silent", People(_silent(facts)), _("did not answer"))
    yield Counters("unasked", People(_unasked(facts)), _("gave no address, were not asked"))


def _who_answered(facts: Facts, tally: Tally) -> Sentence | None:
    """Who answered beside who came, by the role that most of these have."""
    people = rows.people(facts.selection, now=facts.now).values_list("role").annotate(n=Count("pk"))
    known = {Roles(role): n for role, n in people if role in {int(one) for one in ROLE_LABELS}}
    if not known:
        return None
    role = max(known, key=lambda one: (known[one], int(one)))
    words = _("Who answered beside who came: “{role}”, %(answered)s of the answers and %(came)s of those who came.")
    return sentence(
        words.replace("{role}", str(ROLE_LABELS[role]).replace("%", "%%")),
        answered=Share(People(tally.count("role", role)), Whole(tally.n)),
        came=Share(People(known[role]), visitors(facts)),
    )


# --- on the day -------------------------------------------------------------------------------------------------------


def _day(facts: Facts) -> list[Block]:
    """That too few answered on the day, where it is so."""
    if (facts.asked(Form.DAY) or facts.voices.day.n) and not answered_enough(facts, Form.DAY):
        words = _("On the day: %(answered)s of %(asked)s answered: too few answered to speak for the rest.")
        return [Said(sentence(words, answered=answers(facts, Form.DAY), asked=asked(facts, Form.DAY)))]
    return []


def _of_the_day(facts: Facts) -> Iterator[Block]:
    tally = facts.voices.day
    if not answered_enough(facts, Form.DAY):
        return
    very = {name: People(tally.count(name, Useful.VERY)) for name in ("lesson", "discussion")}
    names = {"discussion": _("The discussion"), "lesson": _("The lesson")}
    columns = ["", *(one.label.capitalize() for one in Useful if one not in LEFT), _("Left")]
    lines = [
        Row(
            names[name],
            [
                *(People(tally.count(name, one)) for one in Useful if one not in LEFT),
                People(tally.count(name, *LEFT)),
            ],
        )
        for name in names
    ]
    yield Bars(
        heading=sentence(_("%(discussion)s found the discussion very useful, %(lesson)s the lesson"), **very),
        counted=chain(facts, Form.DAY),
        table=ByRow(
            "useful",
            _("How useful was it?"),
            columns,
            lines,
            stacked=True,
            total=adds_up_to(Form.DAY, tally).get(0, "on paper too"),
        ),
        bars=[Bar(names[name], very[name]) for name in names],
    )


# --- the other questions ----------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """A question of the second form, what its heading says, and of which answers."""

    name: str
    asks: Text
    finding: Text
    counts: tuple[str, ...]  # of which the heading says how many; none: of the commonest
    choices: Any


def _questions() -> list[Question]:
    return [
        Question(
            "in_the_way",
            _("What stood in the way?"),
            _("%(n)s of %(said)s said that what stood in the way was “{answer}”"),
            (),
            InTheWay,
        ),
        Question(
            "watched",
            _("Since the visit, have you watched a colleague teach maths or been watched?"),
            _("%(n)s said that they have watched a colleague since, or been watched"),
            (Watched.ONCE, Watched.MORE),
            Watched,
        ),
        Question(
            "how_far",
            _("How far has it gone in your school?"),
            _("%(n)s said that it has gone beyond them alone"),
            (HowFar.FEW, HowFar.SCHOOL),
            HowFar,
        ),
        Question(
            "shared_with",
            _("With how many colleagues have you shared it?"),
            _("%(n)s said that they have shared it with a colleague"),
            (SharedWith.FEW, SharedWith.SOME, SharedWith.MANY, SharedWith.MORE),
            SharedWith,
        ),
    ]


def _of_later(facts: Facts) -> Iterator[Block]:
    tally = facts.voices.later
    if not answered_enough(facts, Form.LATER):
        return
    for question in _questions():
        if tally.to(question.name) >= ENOUGH_ANSWERS:
            yield _asked_of(facts, tally, question)


def _asked_of(facts: Facts, tally: Tally, question: Question) -> Bars:
    shown = [one for one in question.choices if one not in LEFT]
    counts = {one: tally.count(question.name, one) for one in shown}
    best, words, n = _best(question, shown, counts)
    lines = [Row(_first_large(one.label), [People(counts[one])]) for one in shown]
    lines += [
        Row(_("Left it, or would rather not say"), [People(tally.count(question.name, *LEFT))]),
        Row(_("Answered"), [Whole(tally.n) if tally.paper else answers(facts, Form.LATER)], SUM),
    ]
    return Bars(
        heading=sentence(words, n=People(n), said=People(tally.to(question.name))),
        counted=chain(facts, Form.LATER, said=tally.to(question.name)),
        table=Table(
            question.name.replace("_", "-"),
            question.asks,
            [_("Answer"), _("Teachers")],
            lines,
            adds_up=adds_up_to(Form.LATER, tally),
        ),
        bars=[Bar(_first_large(one.label), People(counts[one]), strong=one in best) for one in shown],
    )


def _first_large(label: Text) -> str:
    return str(label)[:1].upper() + str(label)[1:]


def _best(question: Question, shown: list[Any], counts: dict[Any, int]) -> tuple[tuple[Any, ...], str, int]:
    """Of which answers the heading speaks, its words, and how many gave them: of two that are level, each."""
    if question.counts:
        return question.counts, str(question.finding), sum(counts[one] for one in question.counts)
    most = max(counts.values())
    best = tuple(one for one in shown if counts[one] == most)
    answer = _("”, and as many “").join(str(one.label) for one in best).replace("%", "%%")
    return best, str(question.finding).replace("{answer}", answer), most


def _by_thought(facts: Facts) -> Table | None:
    """What they thought before, crossed with what has changed: a line only where ten answered both."""
    if not (answered_enough(facts, Form.DAY) and answered_enough(facts, Form.LATER)):
        return None
    lines, few = [], Unknown(_("too few"))
    for one in ThoughtBefore:
        both, changed = facts.voices.by_thought.get(one, (0, 0))
        if one in LEFT or not both:
            continue
        cells: list[Cell] = [People(both), People(changed), Share(People(changed), People(both))]
        lines.append(Row(one.label, cells if both >= ENOUGH_ANSWERS else [People(both), few, few]))
    if not any(both >= ENOUGH_ANSWERS for both, _changed in facts.voices.by_thought.values()):
        return None
    columns = [_("Thought before"), _("Answered both times"), _("Said it has changed"), _("Share")]
    return Table(
        "thought-and-changed", _("Thought before they came, and changed since"), columns, lines, stacked=True, open=True
    )
