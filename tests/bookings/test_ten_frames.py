"""The pictures of places and of time, and how dates and times are written beside them."""

import datetime as dt
import re

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from bookings.public.pictures import MOST_FRAMES, bar, frames_of, yours
from hubs.vocabulary.dates import clock, day, days_between, moment, short_day
from hubs.vocabulary.money import pounds

DRAW = Template(
    "{% load showcase_tags %}{% for t, k, c in rooms %}{% ten_frames t k c %}\n{% endfor %}{% frame_symbols %}"
)
UTC = dt.timezone.utc


def drawn(*rooms):
    return DRAW.render(Context({"rooms": rooms}))


def frames(html):
    """(taken, kept, cells) of each picture, in order."""
    return [tuple(int(n) for n in one) for one in re.findall(r'<use href="#f(\d+)-(\d+)-(\d+)"/>', html)]


@pytest.mark.parametrize(
    "room, pictures",
    [
        ((0, 0, 10), [(0, 0, 10)]),
        ((7, 0, 10), [(7, 0, 10)]),
        ((24, 2, 30), [(10, 0, 10), (10, 0, 10), (4, 2, 10)]),
        ((9, 2, 20), [(9, 1, 10), (0, 1, 10)]),
        ((0, 30, 30), [(0, 10, 10)] * 3),
        ((30, 0, 30), [(10, 0, 10)] * 3),
        ((3, 0, 12), [(3, 0, 10), (0, 0, 2)]),
        ((1, 0, 1), [(1, 0, 1)]),
        ((0, 0, 0), []),
    ],
)
def test_places_are_drawn_ten_to_a_frame_taken_first_then_kept(room, pictures):
    assert frames(drawn(room)) == pictures


rooms = st.integers(0, 300).flatmap(
    lambda capacity: st.integers(0, capacity).flatmap(
        lambda taken: st.tuples(st.just(taken), st.integers(0, capacity - taken), st.just(capacity))
    )
)


@given(room=rooms)
def test_frames_hold_every_place_once(room):
    found = list(frames_of(*room))
    assert tuple(map(sum, zip(*found, strict=True))) == room if found else room == (0, 0, 0)
    assert all(cells == 10 for _taken, _kept, cells in found[:-1])
    assert all(taken + kept <= cells for taken, kept, cells in found)
    used = [(taken, kept) for taken, kept, _cells in found]
    assert used == sorted(used, key=lambda one: (-one[0], -one[1]))


def parts(html):
    """(kind, start, length) of each part of a bar."""
    return [(kind, int(x), int(w)) for kind, x, w in re.findall(r'class="(taken|kept)" d="M(\d+) 1h(\d+)', html)]


@pytest.mark.parametrize(
    "room, drawn_parts, numbers",
    [
        ((0, 0, 130), [], ["130"]),
        ((65, 0, 130), [("taken", 1, 130)], ["65", "65"]),
        ((65, 26, 130), [("taken", 1, 130), ("kept", 131, 52)], ["65", "26", "39"]),
        ((130, 0, 130), [("taken", 1, 260)], ["130"]),
        ((1, 0, 130), [("taken", 1, 2)], ["129"]),
    ],
)
def test_large_hall_is_a_bar_of_a_whole_and_its_parts(room, drawn_parts, numbers):
    html = drawn(room)
    assert frames(html) == []
    assert parts(html) == drawn_parts
    assert re.findall(r">(\d+)</text>", html) == numbers


@given(room=rooms.filter(lambda room: room[2] > 0))
def test_parts_of_a_bar_stay_within_the_whole_and_touch(room):
    found = parts(bar(*room))
    assert all(start >= 1 and start + length <= 261 for _kind, start, length in found)
    if len(found) == 2:
        assert found[0][1] + found[0][2] == found[1][1]


def test_bar_is_marked_at_each_ten():
    assert drawn((0, 0, 120)).count("27v6") == 11
    assert drawn((0, 0, 5000)).count("27v6") == 0  # they would run into each other


def test_hall_of_sixty_is_the_largest_that_is_drawn_in_frames():
    assert len(frames(drawn((5, 0, MOST_FRAMES * 10)))) == MOST_FRAMES == 6
    assert 'class="bar"' in drawn((5, 0, MOST_FRAMES * 10 + 1))


@pytest.mark.parametrize("number, pictures", [(1, [1]), (10, [10]), (12, [10, 2])])
def test_places_of_ones_own_are_counters_of_another_colour(number, pictures):
    html = yours(number, kept=False)
    assert [one.count('class="yours"') for one in html.split("<svg")[1:]] == pictures
    assert 'class="kept"' not in html
    assert yours(number, kept=True).count('class="kept"') == number


def test_each_picture_is_drawn_once_however_often_it_is_used():
    html = drawn(*[(4, 2, 30)] * 50)
    assert html.count("<use ") == 150
    assert re.findall(r'<symbol id="([^"]+)"', html) == ["f0-0-10", "f4-2-10"]


def test_symbol_has_a_cell_for_each_place_and_a_counter_for_each_that_is_used():
    (symbol,) = re.findall(r'<symbol id="f4-2-10".*?</symbol>', drawn((4, 2, 10)))
    assert symbol.count("h16v16h-16z") == 10
    assert (symbol.count('class="taken"'), symbol.count('class="kept"')) == (4, 2)


def test_page_without_frames_draws_nothing():
    assert DRAW.render(Context({"rooms": []})) == ""


def test_picture_is_hidden_from_those_who_hear_the_words_beside_it():
    assert drawn((1, 0, 10)).startswith('<span class="frames" aria-hidden="true">')


# --- dates and times -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment_, said",
    [
        (dt.datetime(2027, 1, 26, 9, 0, tzinfo=UTC), ("Tuesday 26 January 2027", "9:00", "9:00 on Tuesday 26 January")),
        (dt.datetime(2027, 6, 15, 23, 30, tzinfo=UTC), ("Wednesday 16 June 2027", "0:30", "0:30 on Wednesday 16 June")),
    ],
    ids=["winter", "summer"],
)
def test_moments_are_said_in_london(moment_, said):
    assert (day(moment_), clock(moment_), moment(moment_)) == said


def test_times_and_days_alone_are_said_as_they_are():
    assert (clock(dt.time(9, 5)), clock(dt.time(14))) == ("9:05", "14:00")
    assert (day(dt.date(2027, 1, 6)), short_day(dt.date(2027, 1, 6))) == (
        "Wednesday 6 January 2027",
        "Wednesday 6 January",
    )
    assert (day(None), short_day(None), clock(None), moment(None)) == ("", "", "", "")


@pytest.mark.parametrize(
    "first, last, said",
    [
        (None, None, "Date to be announced"),
        ((2027, 1, 26), (2027, 1, 26), "Tuesday 26 January 2027"),
        ((2027, 1, 14), (2027, 1, 25), "14 to 25 January 2027"),
        ((2027, 1, 25), (2027, 2, 5), "25 January to 5 February 2027"),
        ((2026, 12, 14), (2027, 1, 8), "14 December 2026 to 8 January 2027"),
        ((2027, 2, 1), (2027, 2, 28), "February 2027"),
        ((2028, 2, 1), (2028, 2, 28), "1 to 28 February 2028"),
        ((2027, 1, 1), (2027, 2, 28), "1 January to 28 February 2027"),
        ((2027, 1, 1), (2028, 1, 31), "1 January 2027 to 31 January 2028"),
    ],
)
def test_days_between_are_said_as_short_as_they_can_be(first, last, said):
    assert days_between(dt.date(*first) if first else None, dt.date(*last) if last else None) == said


@pytest.mark.parametrize("pence, said", [(0, "£0"), (200, "£2"), (250, "£2.50"), (205, "£2.05"), (123456, "£1,234.56")])
def test_pounds_have_pence_only_where_there_are_some(pence, said):
    assert pounds(pence) == said
