"""The visitors' sheet: what it says, whom it opens to, and that it names nobody."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.sessions import changes
from bookings.verbs.staff_booking import staff_booking
from hubs.models import Lesson, ProgrammeSegment, VisitingTeacher
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    session = SessionFactory()
    ProgrammeSegment.objects.create(session=session, position=1, starts=dt.time(8, 45), text="Coffee", place="Hall")
    ProgrammeSegment.objects.create(
        session=session, position=2, starts=dt.time(9, 15), text="The lesson", is_lesson=True
    )
    return session


@pytest.fixture
def booking(session):
    return staff_booking(session.pk, party(contact_name="Ada Teacher"), by=StaffFactory(), clock=lambda: NOW)


def link_of(booking, page=""):
    return f"/bookings/{links.token(Purpose.CONTACT, booking)}/{page}"


def test_visitor_with_a_place_has_the_sheet(client, session, booking):
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang", name_agreed_at=NOW)
    Lesson.objects.get().visiting_teachers.add(teacher)
    assert Page(client.get(link_of(booking))).links["A sheet to print for the day, with room for notes"] == link_of(
        booking, "sheet/"
    )
    page = client.get(link_of(booking, "sheet/"))
    text = Page(page).text
    for said in (
        "Year 6 lesson Tuesday 26 January 2027, 9:00 to 11:45",
        "8:45 Coffee (Hall) 9:15 The lesson",
        "Watch the learning and not the teacher",
        "Do not help pupils",
        "Take no photographs",
        "The lesson: what I saw pupils do",
        "The discussion, and what I take home",
    ):
        assert said in text, said
    assert not [name for name in ("Ada", "Wang") if name in text]
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex")


def test_hub_says_in_its_own_words_how_to_behave(client, session, booking):
    session.hub.in_the_classroom = "Sit at the back.\n\nSay nothing."
    session.hub.save()
    text = Page(client.get(link_of(booking, "sheet/"))).text
    assert "In the classroom Sit at the back. Say nothing." in text
    assert "Do not help pupils" not in text


def test_who_waits_or_is_not_expected_has_none(client, session, booking):
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    assert client.get(link_of(booking, "sheet/")).status_code == 404
    assert client.get("/bookings/AAAA/sheet/").status_code == 404


def test_staff_have_it_and_nobody_elses_do(client, session):
    page = reverse("admin:hubs_showcasesession_sheet", args=[session.pk])
    client.force_login(staff_of(session.hub))
    assert "The lesson: what I saw pupils do" in Page(client.get(page)).text
    assert "8:45 Coffee" in Page(client.get(page)).text
    client.force_login(staff_of(SessionFactory().hub))
    assert client.get(page).status_code == 404
    client.force_login(StaffFactory(is_programme_office=True))
    assert client.get(page).status_code == 403
