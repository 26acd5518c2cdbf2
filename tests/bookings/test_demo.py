"""The demo: four real announcements, as they were and in a year to come."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.management import demo
from bookings.management.past.exchange import PLANS
from bookings.management.past.group import WEEKS
from bookings.management.past.made_up import MADE_UP
from bookings.models import Booking, Mail
from bookings.states import Standing
from hubs.models import Hub, HubYear, MasterySpecialist, School, ShowcaseSession, StaffUser
from hubs.vocabulary.school_days import london
from tests.bookings.demo_loaded import load, showings
from tests.browser.rows import every_row

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = london(dt.date(2026, 11, 22), dt.time(12))
SCHOOLS_AROUND = 140
ARCHIVED_DAYS = {
    "kent-medway": (dt.date(2019, 1, 22), dt.date(2019, 1, 24)),
    "london-south-west": (dt.date(2019, 1, 23), dt.date(2019, 1, 24)),
    "south-yorkshire": (dt.date(2020, 3, 9), dt.date(2020, 3, 10)),
    "yorkshire-and-the-humber": (dt.date(2019, 1, 14), dt.date(2019, 1, 25)),
}


@pytest.fixture(scope="module", autouse=True)
def _loaded(shared_rows):
    demo.load(lambda: NOW)


def test_kent_and_medway_stands_as_it_was_announced():
    assert [
        (f"{timezone.localtime(one.session.starts_at):%H:%M}", one.session.name, one.session.where_name)
        for one in showings(NOW, "kent-medway")
    ] == [
        ("09:00", "Year 6 lesson", "West Borough Primary School"),
        ("09:15", "Year 6 lesson", "The Whitstable School"),
        ("09:00", "Year 3 lesson", "West Borough Primary School"),
    ]
    first = showings(NOW, "kent-medway")[0].session
    assert first.suits == "Year 6, and Key Stage 3"
    assert first.suits_note == "The Year 6 lessons will be very suitable for KS3 staff also."


def test_demo_shows_a_nearly_full_session_and_a_full_one():
    assert [(one.standing, one.left, one.places.capacity) for one in showings(NOW, "london-south-west")] == [
        (Standing.OPEN, 1, 30),
        (Standing.FULL, 0, 30),
    ]
    assert [one.standing for one in showings(NOW, "south-yorkshire")] == [Standing.OPEN] * 2


def test_demo_shows_sessions_without_a_single_date():
    yorkshire = showings(NOW, "yorkshire-and-the-humber")
    assert [one.standing for one in yorkshire] == [Standing.ANNOUNCED] * 6
    assert {(one.session.first_day, one.session.last_day, one.session.starts_at) for one in yorkshire} == {
        (dt.date(2027, 1, 11), dt.date(2027, 1, 22), None)
    }
    assert [one.session.name for one in yorkshire][:3] == [
        "Open classroom: encoding with ID numbers",
        "Open classroom: backwards reasoning",
        "Open classroom",
    ]


def test_archived_announcements_are_over_on_their_own_days():
    days = {}
    for one in showings(NOW, to_come=False):
        if one.session.about == MADE_UP:  # test_demo_past.py
            continue
        assert one.standing == Standing.OVER
        first, last = days.get(one.session.hub.slug, (dt.date.max, dt.date.min))
        days[one.session.hub.slug] = min(first, one.session.first_day), max(last, one.session.last_day)
    assert days == ARCHIVED_DAYS


def test_specialists_are_named_in_the_exchange_that_sent_them_alone():
    load(2027, 6, 1)
    assert sorted(MasterySpecialist.objects.values_list("full_name", flat=True)) == [
        "Geri Holliday",
        "Sara Sinnerton",
        "Sarah Dean",
    ]
    assert set(MasterySpecialist.objects.values_list("hub_year__exchange__year", flat=True)) == {2018}


def test_demo_loaded_twice_doubles_nothing():
    before = every_row()
    assert load(2026, 11, 22)[1] == 0
    assert load(2027, 1, 20)[1] == 0
    assert every_row() == before


def test_announcement_that_is_over_is_entered_again_and_the_others_are_left_alone():
    before = ShowcaseSession.objects.count()
    now, entered = load(2027, 2, 1)  # South Yorkshire is still to come in March
    assert entered == 3
    assert ShowcaseSession.objects.count() == before + 3 + 2 + 6
    assert showings(now, "kent-medway")[0].session.first_day == dt.date(2028, 1, 25)
    assert (Hub.objects.count(), HubYear.objects.filter(hub__slug="kent-medway").count()) == (4, 4)
    assert StaffUser.objects.count() == 1
    assert School.objects.count() == len(demo.HOSTS) + len(demo.DEMO_SCHOOLS) + SCHOOLS_AROUND


def test_visitors_of_the_demo_are_called_what_they_are_and_get_no_mail():
    addresses = Booking.objects.exclude(contact_email=None)
    assert not addresses.exclude(contact_email__endswith="@showcase.example").exists()
    assert not addresses.filter(session__last_day__gte=dt.date(2026, 11, 22)).exists()
    assert Mail.objects.count() == 0
    for booking in Booking.objects.prefetch_related("visitors"):
        assert {visitor.full_name.startswith("Demo visitor ") for visitor in booking.visitors.all()} == {True}


def test_every_page_of_the_demo_can_be_shown(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    addresses = ["/", "/?past=1", "/hubs/", "/privacy/"]
    addresses += [hub.get_absolute_url() for hub in Hub.objects.all()]
    addresses += [session.get_absolute_url() for session in ShowcaseSession.objects.all()]
    addresses += ["/hubs/kent-medway/2018-19/", "/hubs/south-yorkshire/2019-20/"]
    assert len(addresses) == 4 + 4 + 26 + len(PLANS) + len(WEEKS) + 2
    for address in addresses:
        assert client.get(address).status_code == 200
