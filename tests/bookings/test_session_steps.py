"""A session's form in steps: each says what is in it, its button saves, and nothing typed in another is lost."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.admin.session.inherited import inherited
from bookings.admin.session.session_order import session_fieldsets, steps
from hubs.models import HostSchool
from tests.answers import errors_of, messages_of, untouched
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(share=2, parking="In the yard", venue__name="West Borough Primary School")


def address(session):
    return reverse("admin:hubs_showcasesession_change", args=[session.pk])


def open_steps(page):
    """The steps that stand open, by their names."""
    return re.findall(r'<details id="step-(\w+)" open>', page.content.decode())


def test_each_step_says_in_one_line_what_is_in_it(admin_client, session):
    page = admin_client.get(address(session))
    assert open_steps(page) == []
    text = Page(page).text
    for said in (
        "When and where Tuesday 26 January 2027, 9:00 to 11:45, West Borough Primary School",
        "Lessons Year 6",
        "Who it suits and who may book Suits Year 6. Everyone may book",
        "30 places, 2 for each school until Tuesday 19 January 2027. Booking closes at 12:00 on Friday 22 January",
        "On the day Parking. Free",
        "Only with a place No contact on the day yet",
    ):
        assert said in text


def test_part_of_a_new_session_is_folded_after_the_first_of_its_step():
    the_steps = steps(adding=True, of_people=True)
    folded = ["collapse" in options["classes"] for _name, options in session_fieldsets(the_steps, None)]
    assert folded == [n > 0 for step in the_steps for n in range(len(step.parts))]
    assert True in folded


def test_button_of_a_step_saves_all_that_is_typed_and_stays(admin_client, session):
    sent = untouched(admin_client.get(address(session))) | {"parking": "Greenway", "entrance": "Blue gate"}
    answer = admin_client.post(address(session), sent | {"_step": "day"})
    assert answer["Location"] == f"{address(session)}#step-day"
    assert "Saved: On the day" in messages_of(answer)
    session.refresh_from_db()
    assert (session.parking, session.entrance) == ("Greenway", "Blue gate")


def test_step_with_a_mistake_stands_open_and_keeps_what_was_typed(admin_client, session):
    sent = untouched(admin_client.get(address(session))) | {"starts_at_0": "soon", "_step": "when"}
    page = admin_client.post(address(session), sent)
    assert open_steps(page) == ["when"]
    assert errors_of(page)
    assert untouched(page)["starts_at_0"] == ["soon"]


@pytest.mark.parametrize("key", [step.key for step in steps(adding=False, of_people=True) if step.key != "letters"])
def test_address_opens_the_step_that_it_names(admin_client, session, key):
    assert open_steps(admin_client.get(f"{address(session)}?step={key}")) == [key]


def test_programme_office_reads_no_step_for_people_with_a_place(client, session):
    client.force_login(StaffFactory(is_programme_office=True))
    page = client.get(address(session)).content.decode()
    assert 'id="step-when"' in page
    assert 'id="step-place"' not in page
    assert 'name="_step"' not in page


def test_what_is_inherited_stands_below_its_field_with_where_from(admin_client, session):
    visit = HostSchool.objects.create(
        hub_year=session.hub_year, school=session.venue, office_email="office@west.example"
    )
    session.host_school = visit
    session.save()
    SessionFactory(hub_year=session.hub_year, venue=session.venue, parking="<b>Street</b>", bring="School badge")
    html = admin_client.get(address(session)).content.decode()
    assert "Empty: <b>office@west.example</b>, from the host school’s visit." in html
    assert "At the last session here, Tuesday 26 January 2027: &lt;b&gt;Street&lt;/b&gt;" in html
    assert "At the last session here, Tuesday 26 January 2027: School badge" in html
    assert "Empty: <b>12:00 on Friday 22 January</b>, from the start." in html


def test_what_is_as_at_the_last_session_here_says_so(session):
    last = SessionFactory(hub_year=session.hub_year, venue=session.venue, parking="In the yard", bring="School badge")
    said = inherited(session, last)
    assert said["parking"] == "As at the last session here, Tuesday 26 January 2027."
    assert said["bring"] == "At the last session here, Tuesday 26 January 2027: School badge"
    assert "parking" not in inherited(session, None)


def test_date_that_is_emptied_is_worked_out_again(admin_client, session):
    usual = session.closes_at
    sent = untouched(admin_client.get(address(session)))
    admin_client.post(address(session), sent | {"closes_at_0": "25 Jan 2027", "closes_at_1": "9.00"})
    session.refresh_from_db()
    assert session.closes_at != usual
    sent = untouched(admin_client.get(address(session)))
    admin_client.post(address(session), sent | {"closes_at_0": "", "closes_at_1": "", "_step": "dates"})
    session.refresh_from_db()
    assert session.closes_at == usual


def test_session_at_a_visit_of_a_school_to_be_announced_has_steps_too(admin_client, session):
    session.host_school = HostSchool.objects.create(hub_year=session.hub_year)
    session.venue = None
    session.save()
    assert admin_client.get(address(session)).status_code == 200
