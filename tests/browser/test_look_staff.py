"""The staff's pages for the day, looked at: Home, Today and what their buttons lead to."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.states import SessionStatus
from bookings.verbs import staff_booking
from hubs.models import HostSchool, Membership
from tests.browser.cast import hold
from tests.browser.look import assert_looks_right
from tests.browser.staff_forms import signed_in
from tests.factories import HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub(showcase, cast, django_db_blocker):
    """A hub with a session in an hour that people have to be told of, and one of everything that needs somebody."""
    with showcase.opened(django_db_blocker):
        hub_year = HubYearFactory(name="Thames Maths Hub")
        venue = SchoolFactory(name="West Borough Primary School")
        starts_at = timezone.now() + dt.timedelta(hours=1)
        times = {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=15)}
        soon = SessionFactory(hub_year=hub_year, venue=venue, title="Year 6: fractions", room__held_back=3, **times)
        for number, (school, easting) in enumerate([("Near", 575_000), ("Far", 640_000), ("Nowhere", None)]):
            of = SchoolFactory(name=f"{school} Primary School", easting=easting)
            asked = party(email=f"{number}@ring.example", school=of, contact_mobile=f"07700 900 98{number}")
            staff_booking.staff_booking(soon.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")
        thirds = SessionFactory(hub_year=hub_year, venue=venue, title="Year 3: thirds", **times)
        asked = party(email="thirds@ring.example")
        staff_booking.staff_booking(thirds.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")
        changes.postpone(soon.pk, by=StaffFactory(), clock=timezone.now)
        later = {name: moment + dt.timedelta(days=7) for name, moment in times.items()}
        hold(SessionFactory(hub_year=hub_year, venue=venue, title="Year 3: halves", **later), "staff.held@a.example")
        SessionFactory(hub_year=hub_year, room__status=SessionStatus.ANNOUNCED, **later)
        HostSchool.objects.create(hub_year=hub_year)
        asked = party(email="needs@ring.example", contact_name="Nia Needs", visitors=(NewVisitor(needs="Step-free"),))
        needs = SessionFactory(hub_year=hub_year, venue=venue, title="Year 1: tens", **later)
        staff_booking.staff_booking(needs.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")
        yield hub_year


@pytest.fixture
def staff(visit, showcase, hub, rows):
    """A browser in which an administrator of the hub has signed in."""
    user = StaffFactory(full_name="Sam Administrator")
    Membership.objects.create(user=user, hub=hub.hub)
    return signed_in(visit, showcase, user)


def test_home_looks_right(staff):
    staff.goto("/admin/")
    assert_looks_right(staff, "staff-home")


def test_need_looks_right_where_it_is_answered(staff):
    staff.goto("/admin/")
    staff.get_by_role("link", name="Say what is arranged").click()
    assert_looks_right(staff, "staff-arrange")


def test_today_looks_right(staff):
    staff.goto("/admin/today/")
    assert_looks_right(staff, "staff-today")


@pytest.mark.parametrize("name, button", [("write", "Write"), ("late", "Late start"), ("cancel", "Cancel")])
def test_page_behind_a_button_looks_right(staff, name, button):
    staff.goto("/admin/today/")
    staff.get_by_role("link", name=f"{button} Year 3: thirds").click()
    if name == "write":
        staff.get_by_label("Message").fill("Bring a coat.\n\nThe heating is off.")
    assert_looks_right(staff, f"staff-{name}")
    staff.get_by_role("button", name="Next").click()
    assert_looks_right(staff, f"staff-{name}-preview")


def test_who_has_not_seen_it_looks_right(staff):
    staff.goto("/admin/today/")
    staff.get_by_role("link", name="3 people have not seen the last change: ring them").click()
    assert_looks_right(staff, "staff-seen")


def test_more_dates_looks_right(staff):
    staff.goto("/admin/today/")
    staff.get_by_role("link", name="Year 3: thirds", exact=True).click()
    staff.get_by_role("link", name="Make more dates").click()
    assert_looks_right(staff, "staff-more-dates")


def test_preview_looks_right(staff, hub):
    draft = SessionFactory(hub_year=hub, title="Year 4: area", room__status=SessionStatus.DRAFT)
    staff.goto(f"/admin/hubs/showcasesession/{draft.pk}/preview/")
    assert_looks_right(staff, "staff-preview")
