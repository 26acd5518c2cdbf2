"""Lists of the staff pages: their order, what finds a row, what they are called, and rows that can be cards."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from hubs.models import HostSchool, Membership, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.factories import (
    DAY,
    NOW,
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
)

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(weeks=1)
NINE = london(DAY, dt.time(9))


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory(name="Thames Maths Hub")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def member(hub_year, role="administrator"):
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub_year.hub, role=role)
    return client_of(user)


def listed(client, model, **asked):
    return client.get(reverse(f"admin:{model}_changelist"), asked)


def rows(client, model, **asked):
    return list(listed(client, model, **asked).context["cl"].result_list)


def session(hub_year, starts_at, title):
    return SessionFactory(
        hub_year=hub_year, title=title, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2)
    )


# --- sessions -------------------------------------------------------------------------------------------------------


def test_sessions_begin_with_the_next_then_have_those_without_a_day_then_the_last_that_is_over(hub_year, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NINE)
    for title, shift in [("later", 3), ("next", 1), ("long over", -5), ("just over", -1), ("then", 2)]:
        session(hub_year, NINE + shift * WEEK, title)
    SessionFactory(hub_year=hub_year, title="no day", starts_at=None, ends_at=None, room__status="draft")
    found = [one.title for one in rows(member(hub_year), "hubs_showcasesession")]
    assert found == ["next", "then", "later", "no day", "just over", "long over"]


def test_sessions_show_their_ten_frames_and_each_frame_is_drawn_once(hub_year):
    first, second = (session(hub_year, NINE + shift * WEEK, "Year 6 lesson") for shift in (1, 2))
    for one in (first, second):
        places.hold(one.pk, party(email=f"{one.pk}@school.example", size=2), clock=lambda: NOW)
    page = listed(member(hub_year), "hubs_showcasesession").content.decode()
    assert page.count('<use href="#f2-0-10"/>') == 2
    assert page.count('<symbol id="f2-0-10"') == 1
    assert "2 of 30 taken" in page


def test_hub_is_a_column_for_those_alone_who_see_several(hub_year):
    session(hub_year, NINE, "Year 6 lesson")
    office = client_of(StaffFactory(is_programme_office=True))
    superuser = client_of(StaffFactory(is_superuser=True))
    told = ["column-hub" in listed(who, "hubs_showcasesession").content.decode() for who in (office, superuser)]
    assert told == [True, True]
    assert "column-hub" not in listed(member(hub_year), "hubs_showcasesession").content.decode()


# --- what finds a row -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["2018", "2019", "2018-19", "2018–19", "thames 2018"])
def test_year_finds_what_is_of_it(hub_year, typed):
    old = HubYearFactory(hub=hub_year.hub, name="Thames Maths Hub", exchange=ExchangeFactory(year=2018, name="Then"))
    visits = [HostSchool.objects.create(hub_year=year, school=SchoolFactory()) for year in (old, hub_year)]
    teachers = [VisitingTeacher.objects.create(hub_year=year, name_pinyin="Wang Fang") for year in (old, hub_year)]
    sessions = [session(old, london(dt.date(2019, 1, 22), dt.time(9)), "Then"), session(hub_year, NINE, "Now")]
    lead = member(hub_year, "lead")
    assert rows(lead, "hubs_hubyear", q=typed) == [old]
    assert rows(lead, "hubs_hub", q=typed) == [hub_year.hub]
    assert rows(lead, "hubs_hostschool", q=typed) == visits[:1]
    if typed != "thames 2018":  # a teacher is found by their own words
        assert rows(lead, "hubs_visitingteacher", q=typed) == teachers[:1]
    assert rows(lead, "hubs_showcasesession", q=typed) == sessions[:1]


# --- what they are called, and cards --------------------------------------------------------------------------------


def headings(page):
    """The heading of the page, and of the navigation the groups and what is in them."""
    text = page.content.decode()
    navigation = text[text.index('<nav id="nav-sidebar"') : text.index("</nav>")]
    found = re.findall(r"<(?:h2|a)[^>]*>([^<]+)</(?:h2|a)>", navigation)
    return re.search(r"<h1[^>]*>([^<]*)</h1>", text)[1], found


def test_lists_are_called_what_people_call_them_and_lead_nowhere_that_one_may_not_go(hub_year):
    heading, found = headings(listed(member(hub_year), "hubs_hubyear"))
    assert heading == "Our hub"
    assert found == [
        *("Home", "Today", "Sessions", "Bookings", "Reports"),
        *("People and places", "Visitors", "Certificates", "Asked to be told", "Would join a group"),
        *("May be written to", "Quotes", "Work groups", "Host schools", "Visiting teachers"),
        *("Mastery specialists", "Schools"),
        *("The hub", "Our hub", "Hub settings", "Lists of schools", "Notices", "Costs", "Remarks in the report"),
        *("Emails", "What we wrote"),
    ]
    assert "Staff" in headings(listed(member(hub_year, "lead"), "hubs_hubyear"))[1]


def test_programme_office_is_led_to_no_list_of_people(hub_year):
    heading, found = headings(listed(client_of(StaffFactory(is_programme_office=True)), "hubs_hubyear"))
    assert heading == "Hubs, year by year"
    assert set(found) & {"Bookings", "Visitors", "Asked to be told", "Emails", "What hubs wrote"} == set()
    assert "Host schools" in found


def test_what_nobody_opens_is_for_superusers_alone(hub_year):
    technical = {"For the technically minded", "Drafts", "Uses by networks", "Rounds of emails", "Audit trail"}
    of_superuser = headings(listed(client_of(StaffFactory(is_superuser=True)), "hubs_hubyear"))[1]
    assert technical <= set(of_superuser)
    assert technical & set(headings(listed(member(hub_year, "lead"), "hubs_hubyear"))[1]) == set()


def test_each_cell_says_of_which_column_it_is(hub_year):
    school = SchoolFactory(name='St "Quote" & Sons')
    HostSchool.objects.create(hub_year=hub_year, school=school)
    page = listed(member(hub_year), "hubs_hostschool").content.decode()
    assert re.search(r'<th role="rowheader" data-label="School" class="field-host[^"]*"><a [^>]+>St &quot;Quote', page)
    assert re.search(r'<td role="cell" data-label="First day" data-nothing class="[^"]*">-</td>', page)
    assert re.search(r'<td role="cell" data-label="Hub in a year" class="field-hub_year[^"]*">Thames', page)


def test_hubs_address_is_explained_by_a_whole_one(hub_year):
    page = member(hub_year, "lead").get(reverse("admin:hubs_hub_change", args=[hub_year.hub.pk])).content.decode()
    assert "Web address" in page
    assert "the hub’s page is" in page
    assert "/hubs/kent-medway/" in page
