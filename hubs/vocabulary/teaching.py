"""What people teach: year groups, key stages and roles, each set of them kept as one number.

Reception is EYFS; Years 1–2 are Key Stage 1; 3–6 Key Stage 2; 7–9 Key Stage 3; 10–11 Key Stage 4; 12–13 Key Stage 5
(the national curriculum). A key stage *is* its years, so a set that covers a whole stage reads as the stage.
"""

from collections.abc import Sequence
from enum import IntFlag
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hubs.vocabulary.kept_words import kept_by_language


class Flags(IntFlag):
    """A set of choices as one number. (Python 3.10 cannot iterate over a set of flags yet.)"""

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """The single choices with their labels, for forms."""
        raise NotImplementedError

    @classmethod
    def singles(cls) -> list[Any]:
        """The single choices, in order."""
        return [one for one in cls if one.value.bit_count() == 1]

    def parts(self) -> list[Any]:
        """The single choices in this set, in order."""
        return [one for one in self.singles() if one in self]


class Years(Flags):
    """Year groups, Reception to Year 13."""

    RECEPTION = 1
    Y1 = 1 << 1
    Y2 = 1 << 2
    Y3 = 1 << 3
    Y4 = 1 << 4
    Y5 = 1 << 5
    Y6 = 1 << 6
    Y7 = 1 << 7
    Y8 = 1 << 8
    Y9 = 1 << 9
    Y10 = 1 << 10
    Y11 = 1 << 11
    Y12 = 1 << 12
    Y13 = 1 << 13
    KS1 = Y1 | Y2
    KS2 = Y3 | Y4 | Y5 | Y6
    KS3 = Y7 | Y8 | Y9
    KS4 = Y10 | Y11
    KS5 = Y12 | Y13

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Single years with their labels, for forms."""
        return [(int(year), year_label(year)) for year in cls.singles()]


class Roles(Flags):
    """What somebody does in school."""

    TEACHER = 1
    MATHS_LEAD = 1 << 1
    SENIOR_LEADER = 1 << 2
    HEADTEACHER = 1 << 3
    TEACHING_ASSISTANT = 1 << 4
    TRAINEE = 1 << 5
    ADVISER = 1 << 6
    OTHER = 1 << 7

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Single roles with their labels, for forms."""
        return [(int(role), str(ROLE_LABELS[role])) for role in cls.singles()]


ROLE_LABELS = {
    Roles.TEACHER: gettext_lazy("Class or subject teacher"),
    Roles.MATHS_LEAD: gettext_lazy("Maths lead"),
    Roles.SENIOR_LEADER: gettext_lazy("Senior leader"),
    Roles.HEADTEACHER: gettext_lazy("Headteacher"),
    Roles.TEACHING_ASSISTANT: gettext_lazy("Teaching assistant"),
    Roles.TRAINEE: gettext_lazy("Trainee teacher"),
    Roles.ADVISER: gettext_lazy("Teacher educator or adviser"),
    Roles.OTHER: gettext_lazy("Another role"),
}
STAGES = [(1, Years.KS1), (2, Years.KS2), (3, Years.KS3), (4, Years.KS4), (5, Years.KS5)]


def year_number(year: Years) -> int:
    """0 for Reception, else the year's number."""
    return int(year).bit_length() - 1


def year_label(year: Years) -> str:
    """One year group in words."""
    number = year_number(year)
    return _("Year %(number)d") % {"number": number} if number else _("Reception")


def stage_of(number: int) -> Years:
    """The years of Key Stage `number` (1 to 5). Raises KeyError for another number."""
    return dict(STAGES)[number]


def listed(parts: Sequence[str]) -> str:
    """`parts` as a list in words: "5", "5 and 6", "4, 5 and 6"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": _(", ").join(parts[:-1]), "last": parts[-1]}


@kept_by_language
def in_words(years: Years) -> str:
    """A set of years as teachers say it: "Year 6", "Key Stage 1", "Years 5 and 6, and Key Stage 3"."""
    stages = [(number, stage) for number, stage in STAGES if stage & years == stage]
    for _number, stage in stages:
        years &= ~stage
    numbers = [str(year_number(year)) for year in years.parts() if year is not Years.RECEPTION]
    parts = [year_label(Years.RECEPTION)] if Years.RECEPTION in years else []
    if numbers:
        one = _("Year %(years)s") if len(numbers) == 1 else _("Years %(years)s")
        parts.append(one % {"years": listed(numbers)})
    if stages:
        one = _("Key Stage %(stages)s") if len(stages) == 1 else _("Key Stages %(stages)s")
        parts.append(one % {"stages": listed([str(number) for number, _stage in stages])})
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s, and %(last)s") % {"first": _(", ").join(parts[:-1]), "last": parts[-1]}


# Shanghai's grades, each under the English year whose pupils are as old: what comes before them, the grades, what comes
# after. They are what schools there say, whatever the language of the page, so gettext knows nothing of them.
SHANGHAI: tuple[tuple[str, dict[Years, str], str], ...] = (
    ("幼儿园", {Years.RECEPTION: "中班", Years.Y1: "大班"}, ""),
    ("", {Years.Y2: "一", Years.Y3: "二", Years.Y4: "三", Years.Y5: "四", Years.Y6: "五"}, "年级"),
    ("", {Years.Y7: "六", Years.Y8: "七", Years.Y9: "八", Years.Y10: "九"}, "年级"),
    ("", {Years.Y11: "高一", Years.Y12: "高二", Years.Y13: "高三"}, ""),
)
# What Shanghai also calls the four grades of its junior secondary schools.
ALSO_CALLED = {Years.Y7: "预初", Years.Y8: "初一", Years.Y9: "初二", Years.Y10: "初三"}


def shanghai_grades(years: Years) -> str:
    """The grades of Shanghai's schools whose pupils are as old as those of these years: 四、五年级 for Years 5 and 6.

    By age: pupils of Year n turn n + 5 in it (Reception: 5), and children enter a Shanghai primary school in the
    September after they turn 6 (Compulsory Education Law of the People's Republic of China, article 11), so grade n
    holds those who turn n + 6: the grade is one below the year. Shanghai has five primary and four junior secondary
    grades (its 5-4 system, where most of China has six and three), so grade 6, 预初, is secondary there; before grade
    1 come the middle (中班) and the top class (大班) of kindergarten.
    """
    said = []
    for before, grades, after in SHANGHAI:
        here = [year for year in grades if year in years]
        if not here:
            continue
        also = _run([ALSO_CALLED[year] for year in here if year in ALSO_CALLED], here)
        said.append(before + _run([grades[year] for year in here], here) + after + (f"（{also}）" if also else ""))
    return "、".join(said)


def _run(names: Sequence[str], years: Sequence[Years]) -> str:
    """Names of grades in a row, as Chinese puts them: 二至五, 四、五."""
    unbroken = len(years) > 2 and year_number(years[-1]) - year_number(years[0]) == len(years) - 1
    return f"{names[0]}至{names[-1]}" if names and unbroken else "、".join(names)


def lesson_name(years: Years, topic: str) -> str:
    """A lesson's class and topic, as far as they are known: "Year 3: subtraction"."""
    return _(": ").join(part for part in (in_words(years), topic) if part)


def roles_in_words(roles: Roles) -> str:
    """A set of roles in words: "maths lead, senior leader and headteacher"."""
    return listed([str(ROLE_LABELS[role]) for role in roles.parts()]).capitalize()


@kept_by_language
def taught_in_words(taught: tuple[tuple[int, str], ...], *, kind: str) -> str:
    """What lessons make of a session's name: "Year 3: subtraction, and Year 5: division", "Key Stage 1 lesson".

    `taught` holds each lesson's years and topic; `kind` says what the session is where that says nothing of a class.
    """
    lessons = [(Years(years), topic) for years, topic in taught]
    named = _(", and ").join(name for lesson in lessons if (name := lesson_name(*lesson)))
    if not named:
        return kind
    if not any(years for years, _topic in lessons):
        return _(": ").join((kind, named))
    return named if any(topic for _years, topic in lessons) else _("%(class)s lesson") % {"class": named}
