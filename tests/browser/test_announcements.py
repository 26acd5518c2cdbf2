"""Real announcements of 2019 and 2020, entered by hub leads through the staff pages alone, in a real browser.

Each is entered for the next year in which its days are to come, but for the sixth, of which it is known who came. The
hubs and their first leads are made by a superuser, as the product has it; the schools are those of the register.
"""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.management.demo import first_ahead, nth
from hubs.models import Exchange, HostSchool, HubYear, Membership, School, ShowcaseSession, StaffUser
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.presses import Cost
from tests.browser.staff_forms import (
    add_row,
    choose,
    day,
    lesson,
    moment,
    open_form,
    save,
    segment,
    signed_in,
    tick,
    write,
)
from tests.factories import SchoolFactory, StaffFactory

pytestmark = pytest.mark.browser

ROOT = "root@announcements.example"
SCHOOLS = [
    (118568, "West Borough Primary School", "Maidstone", "ME16 8TL"),
    (144354, "The Whitstable School", "Whitstable", "CT5 1PX"),
    (102648, "Wimbledon Park Primary School", "London", "SW19 8EJ"),
    (140218, "Oasis Academy Fir Vale", "Sheffield", "S4 8GA"),
    (147487, "Holy Rosary and St Anne's Catholic Primary School", "Leeds", "LS7 4AW"),
    (122226, "Front Street Primary School", "Whickham", "NE16 4AY"),
    (137372, "Carmel College", "Darlington", "DL3 8RW"),
    (114237, "St Margaret's Church of England Primary School", "Durham", "DH1 4QB"),
]
MONDAY, TUESDAY = 0, 1
# What was free text in some hub's announcement has a field of its own; these are all the free text there is.
FREE_TEXT = ("about", "joining_instructions", "suits_note", "title", "booked_elsewhere")


@pytest.fixture
def root(visit, showcase, rows):
    """A superuser's browser; the schools of the announcements are in the register."""
    for urn, name, town, postcode in SCHOOLS:
        if not School.objects.filter(urn=urn).exists():
            SchoolFactory(urn=urn, name=name, town=town, postcode=postcode)
    user = StaffUser.objects.filter(email=ROOT).first() or StaffFactory(email=ROOT, is_superuser=True)
    return signed_in(visit, showcase, user)


@pytest.fixture
def lead(visit, showcase, root):
    """Makes a hub with its year and its lead through the superuser's pages, and opens the lead's browser."""

    def of(slug, name, year, contact="office@announcements.example"):
        if not Exchange.objects.filter(year=year).exists():
            open_form(root, "hubs", "exchange")
            write(root, year=year, name="England–Shanghai exchange")
            save(root)
        open_form(root, "hubs", "hub")
        write(root, slug=slug)
        row = add_row(root, "years")
        choose(root, f"{row}-exchange", f"{year}", f"{year}–")
        write(root, **{f"{row}-name": name})
        save(root)
        hub_year = HubYear.objects.get(hub__slug=slug)
        # Of a year past the hub's months the worker deletes at once what is written of it, and again in a month.
        HubYear.objects.filter(pk=hub_year.pk).update(ended_at=timezone.now(), forgotten_at=timezone.now())
        user = StaffFactory(full_name="Hub Lead")
        Membership.objects.create(user=user, hub=hub_year.hub, role=Membership.Role.LEAD)
        page = signed_in(visit, showcase, user)
        if contact:
            page.goto(f"/admin/hubs/hubyear/{hub_year.pk}/change/")  # without a contact nothing can be announced
            write(page, contact_email=contact)
            save(page)
        return page, hub_year

    return of


def academic_year(first):
    return first.year - 1


def host(page, hub_year, school, **fields):
    """A host school's visit."""
    open_form(page, "hubs", "hostschool")
    choose(page, "hub_year", hub_year.name)
    choose(page, "school", school)
    write(page, **{name: day(value) for name, value in fields.items()})
    save(page)
    return HostSchool.objects.latest("pk")


def session(page, visit):
    """The form of everything about a session at a host school, its hub and its visit chosen."""
    open_form(page, "hubs", "showcasesession", "?whole=1")
    choose(page, "hub_year", visit.hub_year.name)
    choose(page, "host_school", visit.school.name)


def announce(page):
    """Save the session and announce it, on its own page, to which saving leads."""
    save(page)
    found = ShowcaseSession.objects.latest("pk")
    with page.expect_navigation():
        page.get_by_role("button", name="Announce", exact=True).first.click()
    said = page.locator(".messagelist").inner_text()
    assert "Announced" in said, said
    return found


def public_page(page, found):
    page.goto(f"/sessions/{found.ref}/")
    return page.locator("main").inner_text()


def free_text_of(sessions):
    return {getattr(one, name) for one in sessions for name in FREE_TEXT} - {""}


def test_kent_and_medway(lead):
    """1. Three mornings at two schools, one of them a secondary school with Year 6 pupils.

    From an empty hub, as its lead finds it, and counted: at most 30 presses and under 6 minutes.
    """
    tuesday = first_ahead(nth(TUESDAY, 4, 1), timezone.localdate())
    page, hub_year = lead("a-kent", "Kent & Medway Announced Hub", academic_year(tuesday), contact="")
    cost = Cost(page)
    cost.open(f"/admin/hubs/hubyear/{hub_year.pk}/change/")
    cost.type("What the hub calls its sessions:", "Shanghai Live 2019")
    cost.type("Contact's email:", "office@kent.example")
    cost.button("Save")
    cost.open(f"/admin/hubs/hostschool/set-up/?hub_year={hub_year.pk}")
    cost.type(
        "Host schools, one a line:", "118568 West Borough Primary School, Maidstone\n144354 The Whitstable School"
    )
    cost.type("Mastery specialists, one a line:", "Sara Sinnerton\nGeri Holliday\nSarah Dean")
    cost.button("Set up the visits")
    wednesday, thursday = (tuesday + dt.timedelta(days=n) for n in (1, 2))
    seven_answers(cost, f"{tuesday:%-d %b}", "9.00", "11.45", taught="6", suits="6, KS3")
    cost.button("Make it, and another on…")
    cost.choose("Which visit?", "The Whitstable School")
    seven_answers(cost, f"{wednesday:%-d %b}", "9.15", "12.00")
    cost.button("Make it, and another on…")
    cost.choose("Which visit?", "West Borough")
    seven_answers(cost, f"{thursday:%-d %b}", "9.00", "11.45", taught="3", suits="")
    cost.button("Make the draft")
    cost.link("Sessions")
    cost.press(page.locator("#action-toggle"), leads_on=False)
    cost.choose("Action:", "Announce")
    cost.button("Go")
    page.locator(".messagelist .success", has_text="Announced").wait_for()
    print(cost)
    assert cost.presses <= 30
    assert cost.seconds < 6 * 60
    made = list(ShowcaseSession.objects.filter(hub_year=hub_year).order_by("starts_at"))
    assert [one.name for one in made] == ["Year 6 lesson", "Year 6 lesson", "Year 3 lesson"]
    assert [one.where_town for one in made] == ["Maidstone", "Whitstable", "Maidstone"]
    assert [timezone.localtime(one.ends_at).time() for one in made] == [dt.time(11, 45), dt.time(12), dt.time(11, 45)]
    assert [one.suits_years for one in made] == [Years.Y6 | Years.KS3, Years.Y6 | Years.KS3, Years.Y3]
    assert free_text_of(made) == set()
    assert hub_year.specialists.count() == 3
    assert "Booking will be essential. It is not open yet: full details will follow here." in public_page(page, made[0])
    page.goto("/hubs/a-kent/")
    said = page.locator("main").inner_text()
    assert "Shanghai Live" in said
    assert "Sara Sinnerton" in said


def seven_answers(cost, day, starts, ends, **answers):
    """What is different from the session before is typed; the rest of the page stays as it came."""
    cost.type("Which day?", day)
    cost.type("Starts", starts)
    cost.type("Ends", ends)
    labels = {"taught": "Which class is taught?", "suits": "Who does it suit?"}
    for name, text in answers.items():
        cost.type(labels[name], text)


def test_london_south_west(lead):
    """2. Two mornings with a programme, for people who lead."""
    tuesday = first_ahead(nth(TUESDAY, 4, 1), timezone.localdate())
    page, hub_year = lead("a-london", "London South West Announced Hub", academic_year(tuesday))
    visit = host(page, hub_year, "Wimbledon Park")
    made = []
    for after, years in ((1, ("Year 1", "Year 2")), (2, ("Year 3", "Year 4", "Year 5", "Year 6"))):
        session(page, visit)
        date = tuesday + dt.timedelta(days=after)
        write(page, arrival_at="8:00")
        moment(page, "starts_at", date, "8:30")
        write(page, ends_at="11:30")
        lesson(page, *years)
        tick(page, ".field-suits_roles", "Headteacher", "Senior leader", "Maths lead")
        segment(page, "Registration", "8:00")
        segment(page, "What the specialists saw in Shanghai", "8:30")
        segment(page, "Pedagogy")
        segment(page, "The lesson", is_lesson=True)
        segment(page, "Panel with questions")
        made.append(announce(page))
    assert [one.name for one in made] == ["Key Stage 1 lesson", "Key Stage 2 lesson"]
    assert made[0].suits_roles == Roles.HEADTEACHER | Roles.SENIOR_LEADER | Roles.MATHS_LEAD
    assert [line.text for line in made[0].programme.all()][-1] == "Panel with questions"
    assert free_text_of(made) == set()
    assert "Pedagogy" in public_page(page, made[0])


def test_south_yorkshire(lead):
    """3. Two afternoons, booked separately, with times inside and something to bring."""
    monday = first_ahead(nth(MONDAY, 2, 3), timezone.localdate())
    page, hub_year = lead("a-sheffield", "South Yorkshire Announced Hub", academic_year(monday))
    visit = host(page, hub_year, "Oasis Academy Fir Vale")
    made = []
    for after, years in ((0, ("Year 3", "Year 4", "Year 5", "Year 6")), (1, ("Year 1", "Year 2"))):
        session(page, visit)
        date = monday + dt.timedelta(days=after)
        write(page, arrival_at="13:30")
        moment(page, "starts_at", date, "13:45")
        write(page, ends_at="15:30")
        lesson(page, *years, starts="14:00", ends="15:00")
        segment(page, "Arrival and refreshments", "13:30")
        segment(page, "Introductions", "13:45")
        segment(page, "The lesson", "14:00", "15:00", is_lesson=True)
        segment(page, "Questions", "15:00", "15:30")
        write(page, bring="your school ID badge", refreshments="On arrival")
        made.append(announce(page))
    assert [one.lessons.get().starts for one in made] == [dt.time(14), dt.time(14)]
    assert free_text_of(made) == set()
    assert "your school ID badge" in public_page(page, made[0])


def test_yorkshire_and_the_humber(lead):
    """4. Six open classrooms within a fortnight, without single dates, and how many came to all of them."""
    monday = first_ahead(nth(MONDAY, 2, 1), timezone.localdate())
    last = monday + dt.timedelta(days=11)
    page, hub_year = lead("a-leeds", "Yorkshire & the Humber Announced Hub", academic_year(monday))
    reported = {"visitors_reported": 250, "reported_source": "the hub"}
    page.goto("/admin/")
    visit = host_with_report(page, hub_year, "Holy Rosary", monday, last, reported)
    made = []
    for topic in ("encoding with ID numbers", "backwards reasoning", "", "", "", ""):
        session(page, visit)
        page.locator("#id_kind").select_option("open_classroom")
        write(page, first_day=day(monday), last_day=day(last))
        lesson(page, topic=topic)
        made.append(announce(page))
    visit.refresh_from_db()
    assert (visit.visitors_reported, len(made)) == (250, 6)
    assert {one.starts_at for one in made} == {None}
    assert free_text_of(made) == set()
    assert "Open classroom: encoding with ID numbers" in public_page(page, made[0])


def host_with_report(page, hub_year, school, first, last, reported):
    open_form(page, "hubs", "hostschool")
    choose(page, "hub_year", hub_year.name)
    choose(page, "school", school)
    write(page, first_day=day(first), last_day=day(last))
    write(page, **reported)
    save(page)
    return HostSchool.objects.latest("pk")


def test_great_north(lead):
    """5. A month without dates, two lessons, and booking somewhere else."""
    first = first_ahead(lambda year: dt.date(year, 1, 1), timezone.localdate())
    page, hub_year = lead("a-north", "Great North Announced Hub", academic_year(first))
    visit = host(page, hub_year, "Front Street Primary", first_day=first, last_day=first.replace(day=31))
    session(page, visit)
    write(page, first_day=day(first), last_day=day(first.replace(day=31)))
    lesson(page, "Year 5", topic="area and perimeter")
    lesson(page, "Year 2", topic="geometry")
    write(page, booked_elsewhere="Book through the hub’s newsletter.")
    made = announce(page)
    assert made.name == "Year 5: area and perimeter, and Year 2: geometry"
    assert free_text_of([made]) == {"Book through the hub’s newsletter."}
    said = public_page(page, made)
    assert f"January {first.year}" in said
    assert "Book through the hub’s newsletter." in said


def test_archimedes_north_east(lead):
    """6. No visiting teacher, another school's pupils, and how many came. It is over."""
    page, hub_year = lead("a-archimedes", "Archimedes Announced Hub", 2019)
    open_form(page, "hubs", "masteryspecialist")
    choose(page, "hub_year", hub_year.name)
    write(page, full_name="An English Specialist")
    save(page)
    open_form(page, "hubs", "showcasesession", "?whole=1")
    choose(page, "hub_year", hub_year.name)
    choose(page, "venue", "Carmel College")
    write(page, first_day="11/03/2020", last_day="11/03/2020")
    lesson(page, "Year 4", topic="subtracting fractions", specialists="An English Specialist", pupils_of="St Margaret")
    write(page, visitors_reported=60, reported_source="the hub")
    made = announce(page)
    (taught,) = made.lessons.all()
    assert taught.pupils_of.name == "St Margaret's Church of England Primary School"
    assert not taught.visiting_teachers.exists()
    assert free_text_of([made]) == set()
    said = public_page(page, made)
    assert "60 visitors came (the hub)" in said
    assert "Carmel College" in said


def test_national_notice(root):
    """7. Not a session: a sentence on every list, from one day until another."""
    open_form(root, "hubs", "notice")
    text = "Showcases take place in the week of 21 January. Places still available at some schools."
    write(root, text=text)
    today = timezone.localdate()
    moment(root, "from_at", today - dt.timedelta(days=1), "9:00")
    moment(root, "until_at", today + dt.timedelta(days=1), "17:00")
    save(root)
    root.goto("/")
    assert text in root.locator("main").inner_text()
