"""Answers of one line, as hubs write them in their announcements."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from hubs.vocabulary.teaching import Roles, Years
from hubs.vocabulary.typed_answers import Taught, read_days, read_suits, read_taught, read_years


def day(month, number, year=2027):
    return dt.date(year, month, number)


@pytest.mark.parametrize(
    "text, years",
    [
        ("Year 6", Years.Y6),
        ("y3", Years.Y3),
        ("6", Years.Y6),
        ("Years 3 and 4", Years.Y3 | Years.Y4),
        ("Y1-2", Years.KS1),
        ("year 3 to year 6", Years.KS2),
        ("KS1", Years.KS1),
        ("Key Stage 2", Years.KS2),
        ("Reception, Y1", Years.RECEPTION | Years.Y1),
        ("KS1 & KS2", Years.KS1 | Years.KS2),
        ("", Years(0)),
    ],
)
def test_class_is_read(text, years):
    assert read_years(text) == years


@pytest.mark.parametrize("text", ["Year 14", "Year 0", "KS9", "the best", "6 to 3", "²", "Year 99999"])
def test_what_is_no_class_is_refused(text):
    with pytest.raises(ValidationError, match="cannot be read"):
        read_years(text)


def test_lessons_have_topics_after_a_colon():
    assert read_taught("Year 5: area and perimeter; y2: geometry") == [
        Taught(Years.Y5, "area and perimeter"),
        Taught(Years.Y2, "geometry"),
    ]
    assert read_taught(": backwards reasoning") == [Taught(Years(0), "backwards reasoning")]


@pytest.mark.parametrize(
    "text, years, roles",
    [
        ("6, KS3", Years.Y6 | Years.KS3, Roles(0)),
        ("Year 6 and KS3 staff", Years.Y6 | Years.KS3, Roles(0)),
        (
            "headteachers, senior leaders and subject leaders",
            Years(0),
            Roles.HEADTEACHER | Roles.SENIOR_LEADER | Roles.MATHS_LEAD,
        ),
        ("KS1 teachers, TAs", Years.KS1, Roles.TEACHING_ASSISTANT),
    ],
)
def test_whom_it_suits_is_read(text, years, roles):
    assert read_suits(text) == (years, roles)


def test_what_suits_nobody_is_refused():
    with pytest.raises(ValidationError, match="“astronauts” cannot be read"):
        read_suits("KS1, astronauts")


@pytest.mark.parametrize(
    "text, days",
    [
        ("22 Jan", [(day(1, 22), day(1, 22))]),
        ("22/1", [(day(1, 22), day(1, 22))]),
        ("Fri 22 Jan", [(day(1, 22), day(1, 22))]),
        ("9 November", [(day(11, 9, 2026), day(11, 9, 2026))]),
        ("22 Jan 2028", [(day(1, 22, 2028), day(1, 22, 2028))]),
        ("2027-01-22", [(day(1, 22), day(1, 22))]),
        ("22-1-2027", [(day(1, 22), day(1, 22))]),
        ("22 Jan, 24 Jan and 25 Jan", [(day(1, n), day(1, n)) for n in (22, 24, 25)]),
        ("January", [(day(1, 1), day(1, 31))]),
        ("Feb 2027", [(day(2, 1), day(2, 28))]),
        ("14 to 25 January", [(day(1, 14), day(1, 25))]),
        ("14–25 Jan 2027", [(day(1, 14), day(1, 25))]),
        ("30 Jan to 2 Feb", [(day(1, 30), day(2, 2))]),
        ("29 Feb 2028", [(day(2, 29, 2028), day(2, 29, 2028))]),
        ("", []),
    ],
)
def test_days_are_read_in_their_academic_year(text, days):
    assert read_days(text, year=2026) == days


@pytest.mark.parametrize("text", ["soon", "31 Feb", "Monday 22 Jan", "32/1", "22 Jan to soon", "1/2/3/4", "Sep 99999"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValidationError):
        read_days(text, year=2026)


def test_more_days_than_anybody_plans_at_once_are_refused():
    with pytest.raises(ValidationError, match="at most"):
        read_days(",".join("22 Jan" for _ in range(11)), year=2026)
