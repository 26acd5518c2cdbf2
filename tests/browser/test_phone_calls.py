"""Somebody rings: found from any page, and answered in few presses; each page of it looked at."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Mail
from hubs.models import Membership
from tests.browser.arriving import arrived, follow
from tests.browser.cast import confirmed
from tests.browser.look import assert_looks_right
from tests.browser.staff_forms import choose, signed_in
from tests.factories import HubYearFactory, SchoolFactory, SessionFactory, StaffFactory

pytestmark = pytest.mark.browser
MOST_PRESSES = 4


@pytest.fixture(scope="module")
def hub(showcase, cast, django_db_blocker):
    """A hub with one party, booked an hour ago, of which somebody needs something."""
    with showcase.opened(django_db_blocker):
        hub_year = HubYearFactory(name="Calls Maths Hub")
        venue = SchoolFactory(name="West Borough Primary School")
        starts_at = timezone.now() + dt.timedelta(days=21)
        times = {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(hours=2)}
        session = SessionFactory(hub_year=hub_year, venue=venue, title="Year 6: ratio by strips", share=None, **times)
        SchoolFactory(name="Right Infant School", town="Deal", postcode="CT14 7AB")
        confirmed(session, "rita@calls.example", contact_name="Rita Rings", school=SchoolFactory(name="Wrong School"))
        Booking.objects.filter(email_key="rita@calls.example").update(created_at=timezone.now() - dt.timedelta(hours=1))
        yield hub_year


@pytest.fixture
def staff(visit, showcase, hub, rows):
    """A browser in which an administrator of the hub has signed in, at Home."""
    user = StaffFactory(full_name="Sam Administrator")
    Membership.objects.create(user=user, hub=hub.hub)
    page = signed_in(visit, showcase, user)
    page.goto("/admin/")
    return page


class Presses:
    """What somebody presses, counted; typing is no press."""

    def __init__(self, page):
        self.page, self.number = page, 0

    def press(self, role, name):
        self.number += 1
        arrived(self.page, self.page.get_by_role(role, name=name, exact=True))

    def find(self, words):
        self.page.get_by_label("Find a person, school or session").fill(words)
        self.press("button", "Find")


def test_i_never_got_the_email_takes_four_presses_at_most(staff):
    caller = Presses(staff)
    caller.find("rita rings")
    expect(staff.get_by_role("heading", name="“I never got the email”")).to_be_visible()
    caller.press("button", "Send the link again")
    expect(staff.get_by_text("Link on its way")).to_be_visible()
    assert caller.number <= MOST_PRESSES
    assert Mail.objects.filter(recipient="rita@calls.example", kind="confirmed").count() == 2


def test_i_picked_the_wrong_school_takes_four_presses_at_most(staff):
    caller = Presses(staff)
    caller.find("rita@calls.example")
    caller.press("link", "Change the school")
    choose(staff, "school", "Right Infant")
    caller.press("button", "Next")
    assert_looks_right(staff, "staff-booking-school-preview")
    caller.press("button", "Change the school")
    expect(staff.get_by_text("Changed: the school is Right Infant School")).to_be_visible()
    assert caller.number <= MOST_PRESSES
    assert Booking.objects.get(email_key="rita@calls.example").school.name == "Right Infant School"


def test_booking_and_person_look_right(staff):
    caller = Presses(staff)
    caller.find("07700 900982")
    if "find" in staff.url:  # others of the cast have that number too
        staff.get_by_role("link", name="Rita Rings").click()
    assert_looks_right(staff, "staff-booking")
    caller.press("link", "All of this person, and their emails")
    assert_looks_right(staff, "staff-person")


@pytest.mark.parametrize("link", ["Correct their details", "Take out", "Somebody else comes instead", "Add a person"])
def test_pages_that_put_a_booking_right_look_right(staff, link):
    caller = Presses(staff)
    caller.find("Rita Rings")
    caller.press("link", link)
    assert_looks_right(staff, f"staff-booking-{link.split()[0].lower()}")


def test_what_was_found_looks_right_and_back_finds_it_again(staff):
    caller = Presses(staff)
    caller.find("west borough")
    caller.find("nobody of that name")
    assert_looks_right(staff, "staff-found-nothing")
    caller.find("ri")  # Rita, and the strips of the session
    assert_looks_right(staff, "staff-found")
    found = staff.url
    follow(staff, "Rita Rings")
    staff.go_back()
    expect(staff.get_by_role("heading", name="What was found")).to_be_visible()
    assert staff.url == found
