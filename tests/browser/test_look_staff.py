"""The staff's pages for the day, looked at: Home, Today and what their buttons lead to."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import places
from bookings.models import Mail, Places
from bookings.rule.party import NewVisitor
from bookings.sessions import changes, moving
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus
from bookings.verbs import staff_booking, waiting_list
from hubs.models import HostSchool, Membership, ShowcaseSession
from tests.browser.cast import confirmed, hold
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
        halves = SessionFactory(hub_year=hub_year, venue=venue, title="Year 3: halves", **later)
        open_yet = min(timezone.now(), halves.closes_at - dt.timedelta(hours=1))  # over Christmas too
        hold(halves, "staff.held@a.example", clock=lambda: open_yet)
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


@pytest.mark.parametrize(
    "name, address",
    [
        ("sessions", "hubs/showcasesession/"),
        ("sessions-filtered", "hubs/showcasesession/?when=to_come"),
        ("bookings", "bookings/booking/"),
        ("visitors", "bookings/visitor/"),
        ("host-schools", "hubs/hostschool/"),
        ("host-school-form", "hubs/hostschool/add/"),
    ],
)
def test_list_looks_right(staff, name, address):
    staff.goto(f"/admin/{address}")
    assert_looks_right(staff, f"staff-{name}")


def test_last_question_before_deleting_looks_right(staff, hub):
    visit = HostSchool.objects.create(hub_year=hub)
    staff.goto(f"/admin/hubs/hostschool/{visit.pk}/delete/")
    assert_looks_right(staff, "staff-delete")
    visit.delete()


def test_new_leads_home_looks_right(visit, showcase, hub, rows):
    hub_year = HubYearFactory(name="A hub that begins", contact_email="")
    lead = StaffFactory(full_name="Lea Lead")
    Membership.objects.create(user=lead, hub=hub_year.hub, role="lead")
    page = signed_in(visit, showcase, lead)
    page.goto("/admin/")
    assert_looks_right(page, "staff-home-of-a-new-lead")
    page.locator("#nav-sidebar summary").evaluate("summary => summary.parentElement.open = true")
    assert_looks_right(page, "staff-navigation")


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
    staff.set_viewport_size({"width": 320, "height": 640})
    staff.get_by_role("link", name="Year 3: thirds", exact=True).click()
    staff.get_by_text("Show all of it").click()
    staff.get_by_role("link", name="Make more dates").click()
    assert_looks_right(staff, "staff-more-dates")


def overview(staff, session, name):
    staff.goto(f"/admin/hubs/showcasesession/{session.pk}/")
    assert_looks_right(staff, f"staff-session-{name}")


def test_page_of_a_draft_looks_right(staff, hub):
    draft = SessionFactory(hub_year=hub, title="Year 4: area", room__status=SessionStatus.DRAFT, room__capacity=0)
    overview(staff, draft, "draft")


def test_page_of_a_session_that_says_nothing_looks_right(staff, hub):
    empty = ShowcaseSession.objects.create(hub_year=hub)
    places.create(empty, by=StaffFactory(), clock=timezone.now)
    overview(staff, empty, "empty")


def test_page_of_an_open_session_looks_right(staff, hub):
    """With needs, a waiting list, a mail that was refused and a change that not everybody has seen."""
    session = SessionFactory(hub_year=hub, title="Year 5: decimals", office_email="office@school.example")
    changes.set_places(session.pk, capacity=12, held_back=2, by=StaffFactory(), clock=timezone.now)
    confirmed(session, "open@a.example")
    hold(session, "held@a.example", school=SchoolFactory(name="A" + "nd".join(["Saint Swithun "] * 4)))
    full = Places.objects.get(pk=session.pk).places_taken + 2
    changes.set_places(session.pk, capacity=full, held_back=2, by=StaffFactory(), clock=timezone.now)
    waiting_list.join(session.pk, party(email="wait@a.example", size=3), clock=timezone.now)
    news = changes.News(message="We begin a little later.")
    later = Plan.of(session, starts_at=session.starts_at + dt.timedelta(minutes=15), capacity=full + 1)
    moving.move(session.pk, later, by=StaffFactory(), clock=timezone.now, news=news)
    refused = {"state": Mail.State.REFUSED, "answered_at": timezone.now(), "last_error": "550 no such address"}
    Mail.objects.filter(session=session, kind="confirmed").update(**refused)
    overview(staff, session, "open")


def test_page_of_a_cancelled_session_looks_right(staff, hub):
    session = SessionFactory(hub_year=hub, title="Year 2: shape")
    confirmed(session, "cancelled@a.example")
    changes.cancel_session(session.pk, by=StaffFactory(), clock=timezone.now)
    overview(staff, session, "cancelled")


def test_page_of_a_past_session_looks_right(staff, hub):
    starts_at = timezone.now() - dt.timedelta(days=3)
    past = {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=5)}
    session = SessionFactory(hub_year=hub, title="Year 2: time", **past)
    asked = party(email="past@a.example", size=2)
    staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: starts_at - dt.timedelta(days=20))
    overview(staff, session, "past")


def test_page_of_the_programme_office_looks_right(visit, showcase, hub, rows):
    office = signed_in(visit, showcase, StaffFactory(full_name="Pat Office", is_programme_office=True))
    session = SessionFactory(hub_year=hub, title="Year 2: money")
    confirmed(session, "office@a.example")
    overview(office, session, "office")


def test_preview_looks_right(staff, hub):
    draft = SessionFactory(hub_year=hub, title="Year 4: area", room__status=SessionStatus.DRAFT)
    staff.goto(f"/admin/hubs/showcasesession/{draft.pk}/preview/")
    assert_looks_right(staff, "staff-preview")


# --- forms, and what they ask before they do it -----------------------------------------------------------------------


def sent(staff):
    staff.locator("#content-main .submit-row [type=submit], #content-main form .button.big").first.click()
    staff.wait_for_load_state()


@pytest.mark.parametrize("name", ["new", "new-errors"])
def test_new_session_looks_right(staff, hub, name):
    HostSchool.objects.get_or_create(hub_year=hub, school=SchoolFactory(name="Asks Seven Questions School"))
    staff.goto("/admin/hubs/showcasesession/new/")
    if name == "new-errors":
        for label, words in [("Which day?", "40 January"), ("Starts", "soon"), ("Which class is taught?", "Jear 6")]:
            staff.get_by_label(label).fill(words)
        staff.get_by_role("button", name="Make the draft").click()
    assert_looks_right(staff, f"staff-session-{name}")


@pytest.mark.parametrize("name", ["closed", "when", "lessons", "dates", "wrong"])
def test_form_in_steps_looks_right(staff, hub, name):
    draft = SessionFactory(hub_year=hub, title="", room__status=SessionStatus.DRAFT)
    staff.goto(f"/admin/hubs/showcasesession/{draft.pk}/change/")
    if name != "closed":
        step = staff.locator(f"#step-{'when' if name == 'wrong' else name}")
        step.locator("> summary").click()
        if name == "wrong":
            staff.locator("#id_arrival_at").fill("soon")
            step.locator("[name=_step]").click()
            staff.locator(".errornote").wait_for()
    assert_looks_right(staff, f"staff-session-form-{name}")


def test_leads_forms_look_right(visit, showcase, hub, rows):
    lead = StaffFactory(full_name="Lea Lead")
    Membership.objects.create(user=lead, hub=hub.hub, role="lead")
    page = signed_in(visit, showcase, lead)
    page.goto(f"/admin/hubs/hubyear/{hub.pk}/change/")
    assert_looks_right(page, "staff-hub-form")
    page.goto(f"/admin/hubs/hostschool/set-up/?hub_year={hub.pk}")
    assert_looks_right(page, "staff-set-up")
    page.locator("#id_schools").fill("Nowhere School")
    sent(page)
    assert_looks_right(page, "staff-set-up-wrong")


def test_announcing_a_visit_looks_right(staff, hub):
    host = HostSchool.objects.create(hub_year=hub, school=SchoolFactory(), is_draft=True)
    SessionFactory(hub_year=hub, host_school=host, venue=None, room__status=SessionStatus.DRAFT)
    staff.goto(f"/admin/hubs/hostschool/{host.pk}/change/")
    assert_looks_right(staff, "staff-visit-form")
    staff.get_by_role("button", name="Announce", exact=True).click()
    assert_looks_right(staff, "staff-visit-announce")


def test_second_page_of_book_for_somebody_looks_right(staff, hub):
    session = SessionFactory(hub_year=hub, title="Year 5: by phone")
    staff.goto(f"/admin/bookings/booking/add/?session={session.ref}")
    staff.locator("#id_contact_name").fill("Pia Phones")
    staff.locator("#id_contact_mobile").fill("07700 900 123")
    staff.locator("#id_school_kind").select_option(index=3)
    staff.locator("#id_school_name").fill("Phone School")
    staff.locator("#id_school_place").fill("Deal")
    staff.locator("#id_size").fill("3")
    staff.get_by_label("Names of the others").fill("Ben Second\nCara Third")
    sent(staff)
    expect(staff.locator("#id_needs_2")).to_be_visible()
    assert_looks_right(staff, "staff-book-for-others")
    staff.locator("#id_why").fill("They rang")
    sent(staff)
    expect(staff.get_by_text("No email address: no email is sent")).to_be_visible()
    assert_looks_right(staff, "staff-booking-warns")
    staff.goto(f"{staff.url}contact/")
    assert_looks_right(staff, "staff-booking-contact")


def test_preview_of_a_move_looks_right(staff, hub):
    asked = party(email="moves@ring.example", visitors=(NewVisitor(needs="Step-free"),))
    session = SessionFactory(hub_year=hub, title="Year 5: moves")
    staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")
    staff.goto(f"/admin/hubs/showcasesession/{session.pk}/move/")
    staff.locator("#id_starts_at_1").fill("8:30")
    sent(staff)
    expect(staff.get_by_text("Nothing has been sent yet")).to_be_visible()
    assert_looks_right(staff, "staff-move-preview")


def test_whole_school_and_whom_to_phone_then_look_right(staff, hub):
    venue = SchoolFactory(name="Snowed In Primary School")
    for title in ("Year 1: snow", "Year 2: ice"):
        session = SessionFactory(hub_year=hub, venue=venue, title=title)
        asked = party(email="snow@ring.example", contact_mobile="07700 900 456", size=2)
        staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=timezone.now, why="test")
    day = timezone.localdate(session.starts_at)
    staff.goto(f"/admin/hubs/hubyear/{hub.pk}/school_cancel/?school={venue.pk}&day={day}")
    assert_looks_right(staff, "staff-school-day")
    sent(staff)
    assert_looks_right(staff, "staff-school-day-preview")
    sent(staff)
    expect(staff.get_by_role("heading", name="Whom to phone")).to_be_visible()
    assert_looks_right(staff, "staff-phone-of-several")


@pytest.mark.parametrize("page", ["register", "register/office", "register/inside"])
def test_register_before_its_day_looks_right(staff, hub, page):
    session = SessionFactory(hub_year=hub, title="Year 5: early")
    confirmed(session, "early@a.example")
    staff.goto(f"/admin/hubs/showcasesession/{session.pk}/{page}/")
    assert_looks_right(staff, f"staff-{page.replace('/', '-')}")
