"""Dates, times and money as people write them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from hubs.vocabulary.typed import read_date, read_pence, read_time

THE_DAY = dt.date(2027, 1, 22)


@pytest.mark.parametrize(
    "text",
    [
        *("22 Jan 2027", "22 January 2027", "22nd January 2027", "22nd of January 2027", "Friday 22 January 2027"),
        *("Fri 22 Jan 2027", "fri, 22 jan 27", "22.1.27", "22/1/27", "22/01/2027", "22-1-2027", "22 1 27", "22Jan2027"),
        *("2027-01-22", " 22  JAN.  2027 ", "Friday, 22 January, 2027"),
    ],
)
def test_date_is_read_as_it_is_written_in_england(text):
    assert read_date(text) == THE_DAY


@pytest.mark.parametrize("text", ["3/4/27", "3 April 2027", "3 apr 27", "03.04.2027"])
def test_day_comes_before_the_month(text):
    assert read_date(text) == dt.date(2027, 4, 3)


def test_september_has_four_letters_too():
    assert read_date("1 Sept 2027") == read_date("1 Sep 2027") == dt.date(2027, 9, 1)


@pytest.mark.parametrize(
    "text, said",
    [
        ("soon", "Type a date like 22 January 2027 or 22/1/2027."),
        ("22 Jan", "Type a date like 22 January 2027 or 22/1/2027."),
        ("22 Janu-ary 2027", "Type a date like 22 January 2027 or 22/1/2027."),
        ("22 Marvin 2027", "Type a date like 22 January 2027 or 22/1/2027."),
        ("٢٢/١/٢٠٢٧x", "Type a date like 22 January 2027 or 22/1/2027."),
        ("31 February 2027", "There is no such day. Look at it again."),
        ("22/13/2027", "There is no such day. Look at it again."),
        ("0/1/27", "There is no such day. Look at it again."),
        ("Thursday 22 January 2027", "22 January 2027 is a Friday. Which is meant?"),
        ("t 22 January 2027", "22 January 2027 is a Friday. Which is meant?"),
    ],
)
def test_what_is_no_date_is_refused_in_a_sentence(text, said):
    with pytest.raises(ValidationError) as refused:
        read_date(text)
    assert refused.value.messages == [said]


@pytest.mark.parametrize(
    "text, hour, minute",
    [
        *((text, 9, 0) for text in ("9.00", "9:00", "9am", "9 am", "9 a.m.", "0900", "900", "09:00", "09:00:00", "9")),
        *((text, 13, 30) for text in ("13:30", "1330", "1.30pm", "1:30 p.m.", "1.30", "130", "13h30")),
        *(("01:30", 1, 30), ("1.30am", 1, 30), ("12pm", 12, 0), ("12am", 0, 0), ("noon", 12, 0), ("12 noon", 12, 0)),
        *(("00:00", 0, 0), ("11.45", 11, 45), ("7", 7, 0), ("6", 18, 0), ("2359", 23, 59)),
    ],
)
def test_time_is_read_as_it_is_written(text, hour, minute):
    assert read_time(text) == dt.time(hour, minute)


@pytest.mark.parametrize("text", ["early", "25:00", "9:60", "13pm", "0am", "9:0", "-9", "9:00:01", "99999"])
def test_what_is_no_time_is_refused_in_a_sentence(text):
    with pytest.raises(ValidationError) as refused:
        read_time(text)
    assert refused.value.messages == ["Type a time like 9:00, 9am or 13:30."]


@pytest.mark.parametrize(
    "text, pence",
    [
        ("75", 7500),
        ("£75", 7500),
        ("12.50", 1250),
        ("12.5", 1250),
        ("£ 1,200", 120000),
        ("0", 0),
        ("free", 0),
        ("50p", 50),
    ],
)
def test_money_is_pounds(text, pence):
    assert read_pence(text) == pence


@pytest.mark.parametrize("text", ["cheap", "-5", "1.234", "75 euro", "£", "1e5", "9999999"])
def test_what_is_no_amount_is_refused_in_a_sentence(text):
    with pytest.raises(ValidationError) as refused:
        read_pence(text)
    assert refused.value.messages == ["Type an amount in pounds, like 75 or 12.50."]
