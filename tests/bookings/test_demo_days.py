"""The demo loaded on other days, and not at all: its sessions are ahead of whatever day it is."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from bookings.management import demo
from bookings.states import Standing
from hubs.models import StaffUser
from tests.bookings.demo_loaded import load, showings

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    "today, day",
    [
        ((2026, 11, 22), dt.date(2027, 1, 26)),
        ((2027, 1, 1), dt.date(2027, 1, 26)),
        ((2026, 12, 31), dt.date(2027, 1, 26)),
        ((2026, 12, 29), dt.date(2027, 1, 26)),  # 28 days before
        ((2027, 1, 5), dt.date(2027, 1, 26)),  # three weeks before, to the day
        ((2027, 1, 6), dt.date(2028, 1, 25)),  # a day too late
        ((2027, 1, 26), dt.date(2028, 1, 25)),
        ((2030, 1, 1), dt.date(2030, 1, 22)),  # the earliest fourth Tuesday there is
        ((2030, 1, 2), dt.date(2031, 1, 28)),
    ],
)
def test_first_day_is_the_fourth_tuesday_of_january_at_least_three_weeks_ahead(today, day):
    assert demo.first_ahead(demo.nth(demo.TUESDAY, 4, 1), dt.date(*today)) == day
    assert (day.weekday(), (day.day - 1) // 7) == (1, 3)


@pytest.mark.parametrize("today", [(2026, 12, 31), (2027, 1, 1), (2027, 1, 5)])
def test_sessions_are_open_with_thirty_places_from_tuesday_to_thursday(today):
    now, entered = load(*today)
    assert entered == 8
    assert [
        (one.session.first_day, one.standing, one.places.capacity, one.left > 0) for one in showings(now, "kent-medway")
    ] == [(dt.date(2027, 1, day), Standing.OPEN, 30, True) for day in (26, 27, 28)]


def test_mail_of_the_demo_is_not_shown_without_it(client):
    assert client.get("/dev/mail/").status_code == 404


@pytest.mark.parametrize("command", ["demo", "prepare_demo"])
def test_demo_is_not_loaded_without_its_setting(command):
    with pytest.raises(CommandError, match="SHOWCASE_DEMO=1"):
        call_command(command)
    assert StaffUser.objects.count() == 0
