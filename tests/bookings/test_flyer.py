"""Flyers: what they say, whom they name (nobody), who may have them, and the text for a newsletter."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import HostSchool, MasterySpecialist, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line
from tests.browser.reading import Page
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def visit():
    year = HubYearFactory(hub__slug="kent", name="Kent & Medway Maths Hub")
    school = SchoolFactory(name="West Borough Primary School")
    return HostSchool.objects.create(hub_year=year, school=school)


@pytest.fixture
def session(visit):
    return SessionFactory(
        ref="ABC234",
        hub_year=visit.hub_year,
        host_school=visit,
        venue=None,
        arrival_at=london(DAY, dt.time(8, 45)),
        suits_note="Very suitable for KS3 staff also.",
        closes_at=london(dt.date(2027, 1, 22), dt.time(12)),
    )


def flyer(client, session, language=""):
    return client.get(f"{language}/sessions/{session.ref}/flyer/")


def newsletter(page):
    return re.search(r"<textarea[^>]*>(.*?)</textarea>", page.content.decode(), re.S)[1]


def test_flyer_says_what_when_where_for_whom_and_how_to_book(client, session):
    page = flyer(client, session)
    text = Page(page).text
    for said in (
        "Kent & Medway Maths Hub",
        "Watch a lesson taught by a teacher from Shanghai",
        "Tuesday 26 January 2027",
        "Year 6 lesson",
        "9:00 to 11:45",
        "West Borough Primary School Maidstone ME16 8TL",
        "Arrive from 8:45",
        "For Year 6 Very suitable for KS3 staff also.",
        "Any teacher may come, from any hub. Free.",
        "Booking is essential 30 places. Book by 12:00 on Friday 22 January:",
        settings.SITE_URL.partition("://")[2] + "/ABC234",
        "Questions: Hub Office, office@hub.example",
    ):
        assert said in text, said
    assert 'class="code"' in in_a_line(page)
    assert "style=" not in in_a_line(page)


def test_same_stands_there_as_text_for_a_newsletter(client, session):
    assert newsletter(flyer(client, session)).splitlines() == [
        "Watch a lesson taught by a teacher from Shanghai",
        "Year 6 lesson",
        "Tuesday 26 January 2027, 9:00 to 11:45",
        "West Borough Primary School, Maidstone ME16 8TL",
        "For Year 6",
        "Very suitable for KS3 staff also.",
        "Free",
        "Booking is essential, by 12:00 on Friday 22 January:",
        f"{settings.SITE_URL}/ABC234",
        "Kent &amp; Medway Maths Hub",
    ]


def test_flyer_speaks_chinese_too(client, session):
    assert "须提前预约" in Page(flyer(client, session, "/zh-hans")).text


def test_paper_names_no_visiting_teacher_whatever_they_agreed_to(client, session):
    wang = VisitingTeacher.objects.create(
        hub_year=session.hub_year, name_pinyin="Wang Fang", name_characters="王芳", name_agreed_at=NOW
    )
    session.lessons.get().visiting_teachers.add(wang)
    session.host_school.visiting_teachers.add(wang)
    for address in ("/sessions/ABC234/flyer/", f"/hubs/kent/visits/{session.host_school.pk}/flyer/"):
        assert not re.search("Wang|王", client.get(address).content.decode())


def test_where_english_specialists_teach_nobody_is_said_to_come_from_shanghai(client, session):
    specialist = MasterySpecialist.objects.create(hub_year=session.hub_year, full_name="Ada")
    session.lessons.get().specialists.add(specialist)
    text = Page(flyer(client, session)).text
    assert "Watch a lesson, and talk it through" in text
    assert "Shanghai" not in text


@pytest.mark.parametrize("status", ["draft", "staff"])
def test_hidden_session_has_no_flyer(client, session, status):
    session.visibility = "staff" if status == "staff" else "public"
    session.save()
    session.places.status = SessionStatus.DRAFT if status == "draft" else SessionStatus.OPEN
    session.places.save()
    assert flyer(client, session).status_code == 404


def test_link_only_session_has_one_that_no_search_engine_keeps(client, session):
    assert "X-Robots-Tag" not in flyer(client, session)
    session.visibility = "link"
    session.save()
    assert flyer(client, session)["X-Robots-Tag"] == "noindex"
    address = reverse("flyer-visit", args=["kent", session.host_school.pk])
    assert client.get(address)["Location"] == "/hubs/kent/"  # nor does the visit's name it


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED, SessionStatus.CLOSED])
def test_nobody_is_invited_to_what_they_cannot_come_to(client, session, status):
    session.places.status = status
    session.places.save()
    assert flyer(client, session)["Location"] == "/sessions/ABC234/"
    assert "/flyer/" not in client.get("/sessions/ABC234/").content.decode()


def test_flyer_of_a_visit_has_its_sessions_and_leads_to_the_hub(client, session, visit):
    SessionFactory(
        hub_year=visit.hub_year,
        host_school=visit,
        title="Year 3: subtraction",
        starts_at=london(DAY + dt.timedelta(days=1), dt.time(13)),
        ends_at=london(DAY + dt.timedelta(days=1), dt.time(15)),
    )
    SessionFactory(hub_year=visit.hub_year, host_school=visit, title="Hidden", room__status=SessionStatus.DRAFT)
    page = client.get(f"/hubs/kent/visits/{visit.pk}/flyer/")
    text = Page(page).text
    assert "West Borough Primary School 26 to 27 January 2027" in text
    assert "Tuesday 26 January 2027, 9:00 to 11:45 Year 6 lesson" in text
    assert "Wednesday 27 January 2027, 13:00 to 15:00 Year 3: subtraction" in text
    assert "Hidden" not in text
    assert settings.SITE_URL.partition("://")[2] + "/hubs/kent" in text
    assert "Wednesday 27 January 2027, 13:00 to 15:00: Year 3: subtraction" in newsletter(page)
    HostSchool.objects.update(is_draft=True)
    assert client.get(f"/hubs/kent/visits/{visit.pk}/flyer/").status_code == 404


def test_pages_of_the_public_and_of_staff_lead_to_it(client, session, visit):
    of_session, of_visit = "/sessions/ABC234/flyer/", f"/hubs/kent/visits/{visit.pk}/flyer/"
    assert Page(client.get("/sessions/ABC234/")).links["A flyer to print"] == of_session
    assert of_visit in Page(client.get("/hubs/kent/")).links.values()
    client.force_login(staff_of(visit.hub_year.hub))
    page = client.get(reverse("admin:hubs_showcasesession_overview", args=[session.pk]))
    assert page.context["flyer"] == of_session
    page = client.get(reverse("admin:hubs_hostschool_change", args=[visit.pk]))
    assert (of_visit, "Flyer") in page.context["links"]


def test_flyer_takes_as_many_queries_for_any_number_of_sessions(client, session, visit, django_assert_num_queries):
    StaffFactory()
    address = f"/hubs/kent/visits/{visit.pk}/flyer/"
    for number in (5, 5):
        with django_assert_num_queries(number):
            client.get(address)
        SessionFactory.create_batch(2, hub_year=visit.hub_year, host_school=visit)
