"""Home: what needs somebody now, counted exactly, each with a list that shows just these; and no other hub's."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from bookings import places
from bookings.admin.home.setting_up import setting_up
from bookings.attendance import recording
from bookings.models import Booking, Mail, Visitor
from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.states import SessionStatus
from bookings.verbs import waiting_list
from hubs.models import HostSchool, Membership, Photograph, Resource, StaffUser, VisitingTeacher
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
HOUR, WEEK = dt.timedelta(hours=1), dt.timedelta(weeks=1)
FRIDAY, TODAY = dt.date(2027, 1, 22), DAY  # two school days before
MORNING = london(TODAY, dt.time(6, 30))  # of the day of the factories' sessions


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: MORNING)


@pytest.fixture
def hub_year():
    return HubYearFactory()


@pytest.fixture
def administrator(hub_year):
    return signed_in(hub_year)


def signed_in(hub_year, role="administrator", **fields):
    user = StaffFactory(**fields)
    if hub_year:
        Membership.objects.create(user=user, hub=hub_year.hub, role=role)
    client = Client()
    client.force_login(user)
    return client


def home(client):
    return client.get(reverse("admin:index"))


def needs(client):
    """What Home says, and how many rows the list behind each sentence shows."""
    said = home(client).context["home"]["needs"]
    return {group.words: len(client.get(group.address).context["cl"].result_list) for group in said}


def rows_of(client, name):
    """What Home says one by one of one kind of need."""
    return [row for group in home(client).context["home"]["needs"] if group.name == name for row in group.rows]


def hold(session, email, **fields):
    return places.hold(session.pk, party(email=email, **fields), clock=lambda: NOW)


def confirmed(session, email, **fields):
    return places.confirm(hold(session, email, **fields).pk, clock=lambda: NOW)


def one_of_each(hub_year, mark):
    """Everything that can need somebody, once."""
    later = {"starts_at": london(TODAY, dt.time(9)) + WEEK, "ends_at": london(TODAY, dt.time(11)) + WEEK}
    to_come = SessionFactory(hub_year=hub_year, title=f"To come {mark}", **later)
    full = SessionFactory(hub_year=hub_year, title=f"Full {mark}", room__capacity=1, **later)
    hold(to_come, f"held{mark}@school.example")
    confirmed(full, f"sits{mark}@school.example")
    waiting_list.join(full.pk, party(email=f"waits{mark}@school.example"), clock=lambda: NOW)
    booking = confirmed(to_come, f"failed{mark}@school.example")
    Mail.objects.filter(booking=booking, kind="confirmed").update(state=Mail.State.FAILED)
    starts_at = london(FRIDAY, dt.time(9))
    over = SessionFactory(
        hub_year=hub_year, title=f"Over {mark}", starts_at=starts_at, ends_at=starts_at + HOUR, room__capacity=2
    )
    confirmed(over, f"came{mark}@school.example", size=2)
    SessionFactory(hub_year=hub_year, title=f"Announced {mark}", room__status=SessionStatus.ANNOUNCED, **later)
    HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory(name=f"Host {mark}"))
    Resource.objects.create(session=over, title="Slides", url="https://slides.example")
    teacher = VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin=f"Wang {mark}", photo_agreed_at=NOW)
    Photograph.objects.bulk_create([Photograph(teacher=teacher, file=f"{mark}.jpg")])


ONE_OF_EACH = {
    "1 session is over and its register is not recorded": 1,
    "1 email was not delivered": 1,
    "1 hold is not confirmed yet": 1,
    "1 party waits for places": 1,
    "1 announced session has no time when booking opens": 1,
    "1 visit has no dates yet": 1,
    "1 session has files that nobody can see yet: say what may be seen of pupils": 1,
    "1 photograph of a visiting teacher is not published yet: say what may be seen of pupils": 1,
}


# --- what is counted ------------------------------------------------------------------------------------------------


def test_each_thing_that_needs_somebody_is_counted_and_its_list_shows_just_these(administrator, hub_year):
    one_of_each(hub_year, "a")
    assert needs(administrator) == ONE_OF_EACH
    one_of_each(hub_year, "b")
    assert list(needs(administrator)) == [
        "2 sessions are over and their registers are not recorded",
        "2 emails were not delivered",
        "2 holds are not confirmed yet",
        "2 parties wait for places",
        "2 announced sessions have no time when booking opens",
        "2 visits have no dates yet",
        "2 sessions have files that nobody can see yet: say what may be seen of pupils",
        "2 photographs of visiting teachers are not published yet: say what may be seen of pupils",
    ]


def test_session_says_how_many_of_its_files_are_not_published(administrator, hub_year):
    session = SessionFactory(hub_year=hub_year)
    change = reverse("admin:hubs_showcasesession_change", args=[session.pk])
    assert "published nowhere" not in administrator.get(change).content.decode()
    for pupils in ("", "", "none"):
        Resource.objects.create(session=session, title="Slides", url="https://slides.example", pupils=pupils)
    assert "2 of its readings and materials are published nowhere" in administrator.get(change).content.decode()
    assert list(needs(administrator)) == ["1 session has files that nobody can see yet: say what may be seen of pupils"]
    Resource.objects.update(pupils="none")
    assert needs(administrator) == {}


def test_another_hub_needs_nothing_of_mine(administrator, hub_year):
    other = HubYearFactory()
    one_of_each(hub_year, "mine")
    one_of_each(other, "theirs")
    assert needs(administrator) == ONE_OF_EACH
    page = home(administrator).content.decode()
    assert "To come mine" in page
    assert "theirs" not in page
    assert needs(signed_in(other)) == ONE_OF_EACH


def test_nothing_is_said_where_there_is_nothing(administrator, hub_year):
    page = home(administrator).content.decode()
    assert "Nothing needs you now. Have a good day." in page
    assert "No session with a date is to come." in page
    assert 'class="row"' not in page


def test_register_that_is_recorded_or_not_kept_needs_nobody(administrator, hub_year):
    one_of_each(hub_year, "a")
    session = Booking.objects.get(contact_email="camea@school.example").session
    Visitor.objects.filter(booking__session=session).update(attendance="attended", marked_at=NOW)
    assert "1 session is over and its register is not recorded" in needs(administrator)
    session.visitors_reported = 12
    session.save()
    assert "1 session is over and its register is not recorded" not in needs(administrator)
    session.visitors_reported = None
    session.save()
    recording.record(session.pk, by=StaffFactory(), clock=lambda: MORNING)
    assert "1 session is over and its register is not recorded" not in needs(administrator)


def test_session_that_was_called_off_has_no_register(administrator, hub_year):
    one_of_each(hub_year, "a")
    session = Booking.objects.get(contact_email="camea@school.example").session
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert "1 session is over and its register is not recorded" not in needs(administrator)


def test_refused_mail_counts_while_somebody_with_a_booking_has_that_address(administrator, hub_year):
    session = SessionFactory(hub_year=hub_year)
    booking = confirmed(session, "typo@school.example")
    Mail.objects.filter(kind="confirmed").update(state=Mail.State.REFUSED, answered_at=NOW)
    assert needs(administrator) == {"1 email was not delivered": 1}
    Booking.objects.filter(pk=booking.pk).update(contact_email="right@school.example", email_key="right@school.example")
    assert needs(administrator) == {}


def test_announced_session_that_is_booked_elsewhere_or_opens_at_a_time_needs_nobody(administrator, hub_year):
    announced = {"hub_year": hub_year, "room__status": SessionStatus.ANNOUNCED}
    SessionFactory(booked_elsewhere="Write to the office.", **announced)
    SessionFactory(opens_at=london(FRIDAY, dt.time(9)) - WEEK, **announced)
    assert needs(administrator) == {}


def test_visit_of_a_year_that_is_over_needs_no_dates(administrator, hub_year):
    old = HubYearFactory(hub=hub_year.hub, exchange=ExchangeFactory(year=2025, name="Last year"))
    HostSchool.objects.create(hub_year=old)
    HostSchool.objects.create(hub_year=hub_year, first_day=TODAY, last_day=TODAY)
    assert needs(administrator) == {}


def test_filter_that_nobody_offers_changes_nothing(administrator, hub_year):
    one_of_each(hub_year, "a")
    for model in ("showcasesession", "hostschool"):
        page = administrator.get(reverse(f"admin:hubs_{model}_changelist") + "?needs=nonsense")
        assert page.status_code == 200
        assert len(page.context["cl"].result_list) >= 1


# --- the next sessions ----------------------------------------------------------------------------------------------


def test_next_sessions_have_their_ten_frames_and_counts(administrator, hub_year):
    session = SessionFactory(hub_year=hub_year, title="Year 6 lesson", room__capacity=3)
    confirmed(session, "a@school.example", size=2)
    waiting_list.join(session.pk, party(email="b@school.example", size=2), clock=lambda: NOW)
    waiting_list.join(session.pk, party(email="c@school.example", size=2), clock=lambda: NOW)
    page = home(administrator).content.decode()
    assert '<use href="#f2-0-3"/>' in page
    assert '<symbol id="f2-0-3"' in page
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "Today 9:00 Year 6 lesson 9:00–11:45 · Test Primary School" in words
    assert "Booking has closed" in words
    assert "2 of 3 taken · 2 parties wait" in words


def test_home_shows_the_next_six_in_order_and_none_that_is_over(administrator, hub_year):
    starts_at = london(TODAY, dt.time(6))
    SessionFactory(hub_year=hub_year, title="Just over", starts_at=starts_at, ends_at=MORNING)
    for number in range(7, 0, -1):
        shift = number * HOUR
        SessionFactory(
            hub_year=hub_year, title=f"Number {number}", starts_at=starts_at + shift, ends_at=starts_at + shift + HOUR
        )
    found = [card.session.title for card, _arrived in home(administrator).context["home"]["today"]]
    assert found == [f"Number {number}" for number in range(1, 7)]


# --- the programme office -------------------------------------------------------------------------------------------


def test_programme_office_sees_numbers_of_every_hub_and_no_name(hub_year):
    other = HubYearFactory(name="Other Maths Hub")
    one_of_each(hub_year, "mine")
    one_of_each(other, "theirs")
    office = signed_in(None, is_programme_office=True)
    assert needs(office) == {
        "2 sessions are over and their registers are not recorded": 2,
        "2 announced sessions have no time when booking opens": 2,
        "2 visits have no dates yet": 2,
        "2 sessions have files that nobody can see yet: say what may be seen of pupils": 2,
    }
    page = home(office)
    hubs = [
        {name: hub[name] for name in ("sessions", "taken", "capacity", "waiting")}
        for hub in page.context["home"]["hubs"]
    ]
    assert hubs == [{"sessions": 3, "taken": 3, "capacity": 61, "waiting": 1}] * 2
    words = page.content.decode()
    assert "Other Maths Hub" in words
    assert "Test Teacher" not in words
    assert "school.example" not in words
    assert "day-buttons" not in words


def test_hub_administrator_sees_no_other_hubs_numbers(administrator, hub_year):
    SessionFactory(hub_year=HubYearFactory(name="Other Maths Hub"))
    assert "Other Maths Hub" not in home(administrator).content.decode()


# --- how often the database is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["admin:index", "today"])
def test_page_asks_as_often_for_three_of_each_as_for_one(administrator, hub_year, page):
    counts = []
    for number in range(3):
        one_of_each(hub_year, number)
        session = SessionFactory(hub_year=hub_year, title=f"Snow {number}")
        confirmed(session, f"snow{number}@school.example", size=2)
        changes.postpone(session.pk, by=StaffFactory(), clock=lambda: MORNING)
        administrator.get(reverse(page))
        with CaptureQueriesContext(connection) as asked:
            administrator.get(reverse(page))
        counts.append(len(asked))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 48


# --- row by row -----------------------------------------------------------------------------------------------------


def test_need_of_a_person_is_said_with_its_session_and_leads_to_where_it_is_answered(administrator, hub_year):
    session = SessionFactory(hub_year=hub_year, title="Year 6 lesson")
    need, school = (NewVisitor(needs="Step-free"),), SchoolFactory(name="Hove Park School", town="Hove", postcode="")
    confirmed(session, "nia@school.example", contact_name="Nia Needs", school=school, visitors=need)
    (row,) = rows_of(administrator, "arrange")
    assert row.title == "Step-free: nobody has said what is arranged"
    assert row.detail == "Nia Needs, Hove Park School, Hove, Year 6 lesson, Tuesday 26 January 2027"
    assert (row.soon, row.is_urgent, row.label) == ("Today", True, "Say what is arranged")
    assert row.address == reverse("admin:bookings_visitor_arrange", args=[Visitor.objects.get().pk])
    assert administrator.get(row.address).status_code == 200


def test_each_row_leads_to_one_page_that_its_reader_may_open(administrator, hub_year):
    one_of_each(hub_year, "a")
    confirmed(
        SessionFactory(hub_year=hub_year, title="With needs"),
        "needs@school.example",
        visitors=(NewVisitor(needs="Step-free"),),
    )
    office = signed_in(None, is_programme_office=True)
    for client in (administrator, office):
        for group in home(client).context["home"]["needs"]:
            for row in group.rows:
                assert client.get(row.address).status_code == 200, row.address
    assert {row.label for group in home(office).context["home"]["needs"] for row in group.rows} == {"Look"}


def test_what_is_of_today_comes_before_what_is_of_another_day(administrator, hub_year):
    one_of_each(hub_year, "a")
    assert next(iter(needs(administrator))) == "1 session is over and its register is not recorded"
    session = SessionFactory(hub_year=hub_year, title="Today")
    waiting_list.join(session.pk, party(email="today@school.example"), clock=lambda: NOW)
    assert next(iter(needs(administrator))) == "2 parties wait for places"
    assert [row.soon for row in rows_of(administrator, "waiting")] == ["Today", "In 7 days"]


def test_many_of_one_kind_are_one_row_but_people_are_said_one_by_one(administrator, hub_year):
    later = {"starts_at": london(TODAY, dt.time(9)) + WEEK, "ends_at": london(TODAY, dt.time(11)) + WEEK}
    for number in range(8):
        SessionFactory(hub_year=hub_year, title=f"{number}", room__status=SessionStatus.ANNOUNCED, **later)
    session = SessionFactory(hub_year=hub_year, room__capacity=30, **later)
    for number in range(8):
        need = (NewVisitor(needs=f"Need {number}"),)
        confirmed(session, f"{number}@school.example", school=SchoolFactory(), visitors=need)
    assert rows_of(administrator, "opening") == []
    assert len(rows_of(administrator, "arrange")) == 6
    words = " ".join(re.sub(r"<[^>]+>", "", home(administrator).content.decode()).split())
    assert "8 announced sessions have no time when booking opens" in words
    assert "2 more of these Show all 8" in words


# --- a new lead -----------------------------------------------------------------------------------------------------


def steps(client):
    """What the hub still lacks, by what is done of it; None where nothing is said."""
    found = home(client).context["home"]["setting_up"]
    return found and [(step.title, step.is_done) for step in found.steps]


def test_new_leads_home_is_a_list_of_what_is_missing_that_empties_itself():
    hub_year = HubYearFactory(contact_email="")
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub_year.hub, role="lead")
    client = Client()
    client.force_login(user)
    titles = [
        "Sign in with a second factor",
        "Where do answers come to?",
        "This year’s visit and its school",
        "Who teaches",
        "The first session",
    ]
    assert steps(client) == [(title, False) for title in titles]
    assert "5 things, and teachers can book" in home(client).content.decode()
    hub_year.contact_email = "office@hub.example"
    hub_year.save()
    visit = HostSchool.objects.create(hub_year=hub_year)  # of which the school is not known yet
    assert [done for _title, done in steps(client)] == [False, True, False, False, False]
    visit.school = SchoolFactory()
    visit.save()
    VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin="Wang Fang")
    SessionFactory(hub_year=hub_year)
    assert [done for _title, done in steps(client)] == [False, True, True, True, True]
    assert "one thing is missing" in home(client).content.decode()
    TOTPDevice.objects.create(user=user, confirmed=True)
    assert setting_up(StaffUser.objects.get(pk=user.pk), now=MORNING) is None


def test_each_step_leads_to_a_form_that_a_lead_may_fill_in():
    hub_year = HubYearFactory(contact_email="")
    lead = signed_in(hub_year, role="lead")
    for step in home(lead).context["home"]["setting_up"].steps:
        assert lead.get(step.address, follow=True).status_code == 200, step.address


def test_administrator_and_office_are_not_asked_to_set_up(administrator):
    assert steps(administrator) is None
    assert steps(signed_in(None, is_programme_office=True)) is None


def test_hub_of_a_year_that_is_over_is_not_set_up():
    old = HubYearFactory(exchange=ExchangeFactory(year=2017, name="Long ago"), contact_email="")
    assert steps(signed_in(old, role="lead")) is None


def test_hub_without_a_contact_is_asked_for_one_before_all_else():
    hub_year = HubYearFactory(contact_email="")
    HubYearFactory(hub=hub_year.hub, exchange=ExchangeFactory(year=2017), contact_email="")  # long over
    staff = signed_in(hub_year)
    said = "1 hub has no contact email, so nothing of it can be announced: answers would reach nobody"
    assert next(iter(needs(staff).items())) == (said, 1)
    assert said not in needs(signed_in(hub_year, role="lead"))  # it is a step of what a lead has to set up
    hub_year.contact_email = "office@hub.example"
    hub_year.save()
    assert said not in needs(staff)
