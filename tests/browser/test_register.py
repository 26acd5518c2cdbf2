"""The register on a telephone in a school hall: with and without JavaScript, out of reach and back, and on paper."""

import datetime as dt
import json
import re
import uuid
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings import places
from bookings.attendance import office, register
from bookings.attendance.register import Mark
from bookings.mail.links import Purpose, token
from bookings.models import OfficeLink, Places, Visitor
from bookings.rule.party import NewVisitor
from bookings.verbs import staff_booking
from hubs.vocabulary.school_days import london
from tests.browser.cast import HOUR, LONG_SCHOOL, LONG_TOWN, LONG_WORD
from tests.browser.look import PICTURES, assert_looks_right, in_forced_colours
from tests.factories import SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.browser
TELEPHONE = {"width": 375, "height": 667}
LONG_NAME = "Maria-Magdalena Wolfeschlegelsteinhausen-Bergerdorff of Llanfairpwllgwyngyll"


@pytest.fixture
def door(rows, cast):
    """A session of today, people of three schools, and somebody of the hub."""
    # While holds stand and people may be marked, at any time of the day: on today's day in London.
    today_ends = london(timezone.localdate() + dt.timedelta(days=1), dt.time()) - dt.timedelta(minutes=1)
    starts = min(timezone.now() + HOUR, today_ends)
    session = SessionFactory(
        title="Year 6 lesson in the hall",
        hub_year=cast.kent,
        venue=cast.west,
        starts_at=starts,
        ends_at=starts + 3 * HOUR,
        share=None,
        office_email="office@school.example",
        room__capacity=60,
    )
    elm = SchoolFactory(name="Elm Primary School", town="Dover", postcode="CT16 2BB")
    far = SchoolFactory(name=LONG_SCHOOL, town=LONG_TOWN, postcode="LS7 4AW")
    books(session, "Ada Lee", "Émile Åström", "Bo van Dyk", school=elm)
    books(session, LONG_NAME, LONG_WORD, school=far, needs="Wheelchair; a seat near the door, and no nuts")
    books(session, "Zoe Young", "", "", school=cast.ash)
    held = party(email="cy@school.example", contact_name="Cy Held", school=cast.ash)
    places.hold(session.pk, held, clock=lambda: session.closes_at - HOUR)
    return SimpleNamespace(session=session, by=staff_of(cast.kent.hub))


def books(session, *names, school, needs=""):
    visitors = tuple(NewVisitor(full_name=name, needs=needs) for name in names)
    asked = party(email="", contact_comes=False, contact_name=names[0], school=school, visitors=visitors)
    return staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=timezone.now)


@pytest.fixture
def at_the_door(visit, showcase, door):
    """Opens a telephone of the hub's."""

    def telephone(**options):
        page = visit(**({"viewport": TELEPHONE, "has_touch": True} | options))
        signed_in = Client()
        signed_in.force_login(door.by)
        value = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": showcase.url}])
        return page

    return telephone


def address(door, name="", *more):
    return reverse("admin:hubs_showcasesession_register" + (f"_{name}" if name else ""), args=[door.session.pk, *more])


def button(page, words):
    return page.get_by_role("button", name=words, exact=True)


def counts(page, words):
    """Waits until the page counts so."""
    expect(page.locator("#count")).to_have_text(words)


def said(page, words):
    """Waits until the page says so of what is saved."""
    expect(page.locator("#saved")).to_have_text(words)


def kept(page):
    """The taps that the browser keeps."""
    return page.evaluate(
        "Object.entries(localStorage).filter(one => one[0].startsWith('register-')).map(one => one[1])"
    )


def arrived(door):
    found = register.coming(door.session).filter(attendance="attended", full_name__isnull=False)
    return sorted(found.values_list("full_name", flat=True))


def test_taps_without_javascript_mark_and_undo_and_come_back_to_the_line(at_the_door, door):
    page = at_the_door()
    page.goto(address(door))
    counts(page, "0 of 8 arrived")
    button(page, "Arrived Ada Lee").tap()
    counts(page, "1 of 8 arrived")
    assert re.search(r"#v\d+$", page.url)
    assert arrived(door) == ["Ada Lee"]
    button(page, "Mark all 7 arrived").tap()
    counts(page, "8 of 8 arrived")
    button(page, "Undo Zoe Young").tap()
    counts(page, "7 of 8 arrived")
    assert not page.get_by_label("Find", exact=True).is_visible()


def test_buttons_of_the_door_are_large_enough_for_a_thumb(at_the_door, door):
    page = at_the_door()
    page.goto(address(door))
    boxes = [one.bounding_box() for one in page.locator("#content-main button:visible").all()]
    assert len(boxes) == 10
    assert [box for box in boxes if box["height"] < 44 or box["width"] < 44] == []


def test_tap_marks_at_once_and_says_that_it_is_saved(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door))
    button(page, "Arrived Ada Lee").tap()
    counts(page, "1 of 8 arrived")
    assert button(page, "Undo Ada Lee").is_visible()
    said(page, "All saved.")
    assert (arrived(door), kept(page)) == (["Ada Lee"], [])
    button(page, "Mark all 7 arrived").tap()
    counts(page, "8 of 8 arrived")
    button(page, "Undo: mark 7 as expected").tap()
    button(page, "Undo Ada Lee").tap()
    counts(page, "0 of 8 arrived")
    said(page, "All saved.")
    assert arrived(door) == []


def test_taps_out_of_reach_are_kept_said_and_sent_once_the_connection_is_back(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door))
    page.context.set_offline(True)
    button(page, "Arrived Ada Lee").tap()
    button(page, "Arrived Zoe Young").tap()
    button(page, "Undo Zoe Young").tap()
    button(page, "Arrived Bo van Dyk").tap()
    counts(page, "2 of 8 arrived")
    said(page, "3 not saved yet. Kept on this device and sent when the connection is back.")
    (taps,) = [json.loads(one) for one in kept(page)]
    assert {name for one in taps.values() for name in one} == {"to", "was", "at"}
    assert set(taps) <= {str(pk) for pk in Visitor.objects.values_list("pk", flat=True)}
    assert arrived(door) == []
    page.context.set_offline(False)
    said(page, "All saved.")
    assert arrived(door) == ["Ada Lee", "Bo van Dyk"]
    assert kept(page) == []


def test_taps_out_of_reach_outlive_their_page(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door))
    page.context.set_offline(True)
    button(page, "Arrived Ada Lee").tap()
    said(page, re.compile("^1 not saved yet"))
    page.close()
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(address(door))
    counts(page, "1 of 8 arrived")
    said(page, "All saved.")
    assert arrived(door) == ["Ada Lee"]


def test_two_telephones_see_each_others_marks_and_an_older_tap_does_not_undo_a_newer_one(at_the_door, door):
    one, other = (at_the_door(java_script_enabled=True) for _n in range(2))
    for page in (one, other):
        page.goto(address(door))
    one.context.set_offline(True)
    button(one, "Arrived Ada Lee").tap()
    one.wait_for_timeout(1100)
    button(other, "Arrived Ada Lee").tap()
    button(other, "Arrived Zoe Young").tap()
    button(other, "Undo Ada Lee").tap()
    said(other, "All saved.")
    one.context.set_offline(False)
    said(one, "All saved.")
    assert arrived(door) == ["Zoe Young"]
    counts(one, "1 of 8 arrived")
    assert button(one, "Undo Zoe Young").is_visible()


def test_signed_out_meanwhile_keeps_the_taps_and_says_so(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door))
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    button(page, "Arrived Ada Lee").tap()
    said(page, re.compile("^1 not saved yet.*Sign in again to save.$"))
    assert len(kept(page)) == 1


def test_find_as_you_type(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door))

    def names():
        return page.locator(".visitor:visible b.name").all_inner_texts()

    page.get_by_label("Find", exact=True).fill("astr")
    assert names() == ["Émile Åström"]
    page.get_by_label("Find", exact=True).fill("elm lee")
    assert names() == ["Ada Lee"]
    page.get_by_label("Find", exact=True).fill("held")
    assert names() == ["Cy Held"]
    page.get_by_label("Find", exact=True).press("Enter")
    assert page.url.endswith("/register/")
    page.goto(address(door) + "?by=school")
    page.get_by_label("Find", exact=True).fill("elm")
    assert names() == ["Émile Åström", "Bo van Dyk", "Ada Lee"]


def test_walk_in_to_a_full_room_raises_its_places(at_the_door, door, cast):
    taken = Places.objects.get(pk=door.session.pk).places_taken
    Places.objects.filter(pk=door.session.pk).update(capacity=taken)
    page = at_the_door()
    page.goto(address(door))
    page.get_by_role("link", name="Add somebody", exact=True).tap()
    page.get_by_label("Full name").fill("Dee New")
    page.get_by_label("School", exact=True).fill("ash")
    button(page, "Add: has arrived").tap()
    page.get_by_label("Ash Primary School, Dover CT16 1AA").check()
    button(page, "Add: has arrived").tap()
    page.locator(".errorlist", has_text="Every place at this session is taken.").wait_for()  # the next page
    page.get_by_label("Reason").fill("One more chair")
    button(page, f"Add and raise the places to {taken + 1}").tap()
    assert "Added, and marked as arrived: Dee New." in page.locator(".messagelist").inner_text()
    counts(page, "1 of 9 arrived")
    assert arrived(door) == ["Dee New"]


def test_somebody_to_be_named_is_named_at_the_door(at_the_door, door):
    page = at_the_door()
    page.goto(address(door))
    page.get_by_role("link", name="To be named: give the name").first.tap()
    page.get_by_label("Full name").fill("Eve Named")
    button(page, "Save").tap()
    counts(page, "1 of 8 arrived")
    assert arrived(door) == ["Eve Named"]


def test_office_marks_by_its_link(visit, door):
    office.give(door.session.pk, may_mark=True, key=uuid.uuid4(), by=door.by, clock=timezone.now)
    page = visit(viewport=TELEPHONE, has_touch=True)
    page.goto(office_address(door))
    button(page, "Arrived Ada Lee").tap()
    expect(button(page, "Undo Ada Lee")).to_be_visible()
    assert arrived(door) == ["Ada Lee"]


# --- how it looks ---------------------------------------------------------------------------------------------------


def office_address(door):
    return f"/bookings/{token(Purpose.OFFICE, OfficeLink.objects.get(session=door.session))}/"


@pytest.mark.parametrize("name", ["", "add", "office", "print", "badges"])
def test_page_of_the_register_looks_right(at_the_door, door, name):
    some = list(register.coming(door.session).exclude(full_name=None).order_by("pk")[:3])
    for visitor in some:
        register.mark(door.session, Mark(visitor.pk, "attended", "expected"), by=door.by, now=timezone.now())
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door, name))
    assert_looks_right(page, f"register-{name or 'door'}")


def test_other_pages_of_the_register_look_right(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door) + "?by=school")
    page.context.set_offline(True)
    button(page, "Arrived Ada Lee").tap()
    said(page, re.compile("^1 not saved yet"))
    assert_looks_right(page, "register-out-of-reach")
    in_forced_colours(page, "register-out-of-reach")
    page.context.set_offline(False)
    unnamed = register.coming(door.session).filter(full_name=None).first()
    page.goto(address(door, "name", unnamed.pk))
    assert_looks_right(page, "register-name")
    page.goto(address(door, "add"))
    page.get_by_label("School", exact=True).fill("ash")
    with page.expect_navigation():  # a tap does not wait for what it leads to, as a click does
        button(page, "Add: has arrived").tap()
    assert_looks_right(page, "register-add-errors")


def test_page_of_the_office_looks_right(visit, door):
    office.give(door.session.pk, may_mark=True, key=uuid.uuid4(), by=door.by, clock=timezone.now)
    OfficeLink.objects.update(known_at=door.session.starts_at - 24 * HOUR)
    page = visit(java_script_enabled=True)
    page.goto(office_address(door))
    assert_looks_right(page, "register-of-the-office")


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("name, number, pages", [("print", 40, 3), ("badges", 3, 2)])
def test_paper_is_as_long_as_it_should_be(at_the_door, door, cast, name, number, pages):
    books(door.session, *[f"Visitor Number {n}" for n in range(number)], school=cast.west)
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door, name))
    PICTURES.mkdir(parents=True, exist_ok=True)
    pdf = page.pdf(path=PICTURES / f"register-{name}.pdf", prefer_css_page_size=True, print_background=True)
    assert pages_of(pdf) == pages


def test_long_names_stay_on_their_badges(at_the_door, door):
    page = at_the_door(java_script_enabled=True)
    page.goto(address(door, "badges"))
    page.emulate_media(media="print")
    over = "e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1"
    cut = page.evaluate(
        f"[...document.querySelectorAll('.badge, .badge .name')].filter({over}).map(e => e.textContent)"
    )
    assert cut == []
