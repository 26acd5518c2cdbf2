"""From a teacher's interest to places with their calendar entries: staff, teacher and head, each in a browser."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Interest
from hubs.models import Membership
from hubs.vocabulary.school_days import academic_year
from tests.browser.cast import confirmed
from tests.browser.staff_forms import signed_in
from tests.factories import ExchangeFactory, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory
from tests.groups import group_of

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def group(showcase, cast, django_db_blocker):
    """A group without schools, and a maths lead nearby who would join."""
    with showcase.opened(django_db_blocker):
        exchange = ExchangeFactory(year=academic_year(two_days()[0]))
        year = HubYearFactory(name="Groups Maths Hub", exchange=exchange, lead_school=SchoolFactory(name="Lead School"))
        starts_at = timezone.now() + dt.timedelta(days=21)
        session = SessionFactory(
            hub_year=year, share=None, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2)
        )
        school = SchoolFactory(name="Interested Primary School", easting=577000)
        booking = confirmed(session, "ida@groups.example", contact_name="Ida Lead", school=school)
        Interest.objects.create(
            hub_year=year, visitor=booking.visitors.get(is_contact=True), wants="yes", role="lead", at=timezone.now()
        )
        return group_of(
            year,
            name="Oak work group",
            school=SchoolFactory(name="Oak Primary School"),
            cover_days=2,
            hub_pays="£190 a day.",
        )


def two_days():
    """Two days of one academic year to come, whatever the day of the test."""
    first, second = (timezone.localdate() + dt.timedelta(days=n) for n in (40, 68))
    return [first, second] if academic_year(first) == academic_year(second) else [second, second + dt.timedelta(days=7)]


def link_in(message):
    """The one private link that is the mail's button."""
    text = message.get_body(("plain",)).get_content()
    return re.findall(r"https://localhost:\d+/bookings/[\w-]{50}/", text)[0]


@pytest.mark.usefixtures("rows")
def test_from_an_interest_to_places_with_their_calendar_entries(visit, showcase, group):
    staff = StaffFactory(full_name="Sam Administrator")
    Membership.objects.create(user=staff, hub=group.hub_year.hub)
    office = signed_in(visit, showcase, staff)
    office.goto(f"/admin/hubs/workgroup/{group.pk}/")
    expect(office.get_by_role("heading", name="Heads want to read the dates before they say yes")).to_be_visible()
    office.get_by_role("link", name="Make the meetings", exact=True).click()
    days = two_days()
    for n, day in enumerate(days, start=1):
        office.locator(f"#id_m{n}-day").fill(f"{day:%-d %b %Y}")
        office.locator(f"#id_m{n}-teacher").fill("Jo Teacher")
    office.get_by_role("button", name="Make the meetings").click()
    expect(office.get_by_text(f"{len(days)} meetings made.")).to_be_visible()
    office.get_by_role("link", name="Invite schools", exact=True).first.click()
    expect(office.get_by_role("checkbox").first).to_be_checked()
    office.get_by_role("button", name="Invite them").click()
    expect(office.get_by_text("Invited: Interested Primary School.")).to_be_visible()

    teacher = visit(viewport=PHONE)
    invited = showcase.mailbox.wait_for("ida@groups.example", number=2)  # the first is her booking's
    teacher.goto(link_in(invited))
    expect(teacher.get_by_text("2 days for each of 2 teachers")).to_be_visible()
    teacher.get_by_role("button", name="Ask our head").click()
    expect(teacher.get_by_role("heading", name="There is a problem")).to_be_visible()
    teacher.locator("#id_name_2").fill("Ben Colleague")
    teacher.locator("#id_email_2").fill("ben@groups.example")
    teacher.get_by_label("Head teacher’s full name").fill("Pat Head")
    teacher.get_by_label("Head teacher’s email address").fill("head@groups.example")
    teacher.get_by_role("button", name="Ask our head").click()
    expect(teacher.get_by_role("heading", name="Pat Head is asked")).to_be_visible()

    head = visit(viewport=PHONE)
    head.goto(link_in(showcase.mailbox.wait_for("head@groups.example")))
    expect(head.get_by_text("Ben Colleague")).to_be_visible()
    assert Booking.objects.filter(session__group=group).count() == 0
    head.get_by_role("button", name="Yes, they may come").click()
    expect(head.get_by_role("heading", name="You have said yes")).to_be_visible()
    expect(head.get_by_text("2 places booked")).to_have_count(len(days))

    for message in (
        showcase.mailbox.wait_for("ida@groups.example", number=3),
        showcase.mailbox.wait_for("ben@groups.example"),
    ):
        entries = [part for part in message.iter_attachments() if part.get_content_type() == "text/calendar"]
        assert len(entries) == len(days)
    teacher.reload()
    expect(teacher.get_by_role("heading", name="Your school is in")).to_be_visible()
    teacher.get_by_role("link", name=re.compile("See, change or hand over")).first.click()
    expect(teacher.get_by_role("link", name="Hand over – Ben Colleague")).to_be_visible()
    office.reload()
    office.goto(f"/admin/hubs/workgroup/{group.pk}/")
    expect(office.get_by_text(f"places at {len(days)} meetings")).to_be_visible()
    assert Booking.objects.filter(session__group=group, status="confirmed").count() == len(days)
