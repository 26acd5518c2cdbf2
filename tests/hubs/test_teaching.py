"""Year groups, key stages and roles: kept as one number, said as teachers say it."""

import pytest

from hubs.models import ShowcaseSession
from hubs.vocabulary.flags import FlagChoices, FlagField
from hubs.vocabulary.teaching import (
    ROLE_LABELS,
    STAGES,
    Roles,
    Years,
    in_words,
    listed,
    roles_in_words,
    shanghai_grades,
    stage_of,
    year_label,
    year_number,
)
from tests.factories import SessionFactory


@pytest.mark.parametrize(
    "years, words",
    [
        (Years(0), ""),
        (Years.RECEPTION, "Reception"),
        (Years.Y6, "Year 6"),
        (Years.Y3 | Years.Y5, "Years 3 and 5"),
        (Years.KS2 & ~Years.Y6, "Years 3, 4 and 5"),
        (Years.KS1, "Key Stage 1"),
        (Years.KS1 | Years.KS2, "Key Stages 1 and 2"),
        (Years.Y5 | Years.Y6 | Years.KS3, "Years 5 and 6, and Key Stage 3"),
        (Years.RECEPTION | Years.Y1, "Reception, and Year 1"),
        (Years.RECEPTION | Years.KS1 | Years.Y3, "Reception, Year 3, and Key Stage 1"),
    ],
)
def test_years_are_said_as_teachers_say_them(years, words):
    assert in_words(years) == words


@pytest.mark.parametrize(
    "years, grades",
    [
        (Years(0), ""),
        (Years.RECEPTION, "幼儿园中班"),
        (Years.Y1, "幼儿园大班"),
        *zip(Years.KS2.parts(), ["二年级", "三年级", "四年级", "五年级"], strict=True),
        (Years.Y2, "一年级"),
        (Years.Y7, "六年级（预初）"),
        (Years.Y8, "七年级（初一）"),
        (Years.Y9, "八年级（初二）"),
        (Years.Y10, "九年级（初三）"),
        (Years.Y11, "高一"),
        (Years.Y12, "高二"),
        (Years.Y13, "高三"),
        (Years.Y5 | Years.Y6, "四、五年级"),
        (Years.Y3 | Years.Y5, "二、四年级"),
        (Years.Y3 | Years.Y4 | Years.Y6, "二、三、五年级"),
        (Years.KS1, "幼儿园大班、一年级"),
        (Years.KS2, "二至五年级"),
        (Years.KS3, "六至八年级（预初至初二）"),
        (Years.KS4, "九年级（初三）、高一"),
        (Years.Y6 | Years.Y7, "五年级、六年级（预初）"),
        (Years.RECEPTION | Years.Y1, "幼儿园中班、大班"),
        (Years.Y11 | Years.KS5, "高一至高三"),
    ],
)
def test_years_are_said_as_shanghais_grades_of_the_same_age(years, grades):
    assert shanghai_grades(years) == grades


def test_every_year_has_its_grade():
    assert len({shanghai_grades(year) for year in Years.singles()} - {""}) == 14


@pytest.mark.parametrize(
    "number, first, last", [(1, "Year 1", "Year 2"), (2, "Year 3", "Year 6"), (3, "Year 7", "Year 9")]
)
def test_key_stage_is_its_years(number, first, last):
    years = list(stage_of(number))
    assert (year_label(years[0]), year_label(years[-1])) == (first, last)


def test_key_stages_hold_every_year_but_reception_once():
    together = [year for _number, stage in STAGES for year in stage]
    assert sorted(together) == [year for year in Years if year is not Years.RECEPTION]


def test_there_are_five_key_stages():
    assert [number for number, _stage in STAGES] == [1, 2, 3, 4, 5]
    with pytest.raises(KeyError):
        stage_of(6)


def test_year_number_is_what_the_year_is_called():
    assert [year_number(year) for year in Years] == list(range(14))


@pytest.mark.parametrize(
    "parts, words", [([], ""), (["5"], "5"), (["5", "6"], "5 and 6"), (["4", "5", "6"], "4, 5 and 6")]
)
def test_parts_are_listed_in_words(parts, words):
    assert listed(parts) == words


def test_roles_are_said_in_words():
    assert roles_in_words(Roles.MATHS_LEAD | Roles.HEADTEACHER) == "Maths lead and headteacher"
    assert roles_in_words(Roles(0)) == ""
    assert set(ROLE_LABELS) == set(Roles)


@pytest.mark.django_db
def test_set_of_years_is_kept_as_one_number_and_read_as_a_set():
    SessionFactory(suits_years=Years.Y5 | Years.Y6)
    session = ShowcaseSession.objects.get()
    assert session.suits_years == Years.Y5 | Years.Y6
    assert isinstance(session.suits_years, Years)
    assert ShowcaseSession.objects.values_list("suits_years", flat=True).get() == 64 + 32


def test_form_field_takes_several_boxes_for_one_set():
    field = FlagField("years", flag=Years).formfield(label="Years")
    assert isinstance(field, FlagChoices)
    assert field.clean(["32", "64"]) == Years.Y5 | Years.Y6
    assert field.clean([]) == Years(0)
    assert field.prepare_value(Years.Y5 | Years.Y6) == [32, 64]
    assert (field.has_changed(Years.Y5, ["32"]), field.has_changed(Years.Y5, ["64"])) == (False, True)
