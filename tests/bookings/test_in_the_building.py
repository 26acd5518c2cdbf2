"""Who has arrived and not left, for the fire roll; how many to cater for; until when the office's link works."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.attendance import office, register
from bookings.attendance.register import Leaving, Mark, read_leaving
from bookings.mail import links
from bookings.models import Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import NotBookable, NotItsDay
from bookings.sessions import changes
from bookings.verbs import staff_booking
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line, messages_of
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
HERE = london(DAY, dt.time(8, 45))
ATTENDED, EXPECTED = "attended", "expected"


@pytest.fixture
def at(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(HERE)
    return set_to


@pytest.fixture
def session(at):
    return SessionFactory(title="Year 6 lesson", share=None, office_email="office@school.example")


@pytest.fixture
def ada(session):
    return books(session, "Ada Lee", needs="Wheelchair")


def books(session, name, needs=""):
    visitors = (NewVisitor(full_name=name, needs=needs),)
    asked = party(email="", contact_name=name, visitors=visitors)
    return staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW).visitors.get()


def arrive(session, visitor, *, now=HERE):
    register.mark(session, Mark(visitor.pk, ATTENDED, EXPECTED), by=None, now=now)


def leave(session, visitor, *, left=True, now=HERE):
    return register.mark_left(session, Leaving(visitor.pk, left), now=now)


def inside(session):
    return [str(one) for one in register.inside(register.people(session))]


def page(session, *, may_mark=True):
    link = office.give(session.pk, may_mark=may_mark, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)
    return f"/bookings/{links.token(links.Purpose.OFFICE, link)}/"


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", in_a_line(answer)).split())


def test_who_has_arrived_is_inside_until_they_leave_and_again_if_that_is_taken_back(session, ada):
    bo = books(session, "Bo Day")
    assert inside(session) == []
    arrive(session, ada)
    arrive(session, bo)
    assert inside(session) == ["Bo Day", "Ada Lee"]
    later = HERE + dt.timedelta(hours=1)
    assert leave(session, ada, now=later)
    assert not leave(session, ada, now=later + dt.timedelta(hours=1))  # the first time stands
    assert (inside(session), Visitor.objects.get(pk=ada.pk).left_at) == (["Bo Day"], later)
    assert leave(session, ada, left=False)
    assert not leave(session, ada, left=False)
    assert inside(session) == ["Bo Day", "Ada Lee"]


def test_only_who_has_come_can_leave_and_who_comes_anew_is_inside(session, ada):
    assert not leave(session, ada)
    arrive(session, ada)
    leave(session, ada)
    register.mark(session, Mark(ada.pk, EXPECTED, ATTENDED), by=None, now=HERE + dt.timedelta(minutes=1))
    assert Visitor.objects.get(pk=ada.pk).left_at is None
    arrive(session, ada, now=HERE + dt.timedelta(minutes=2))
    assert inside(session) == ["Ada Lee"]


def test_nobody_leaves_before_the_day_or_of_another_session_or_of_one_that_is_off(session, ada):
    with pytest.raises(NotItsDay):
        leave(session, ada, now=london(DAY, dt.time()) - dt.timedelta(seconds=1))
    arrive(session, ada)
    assert not register.mark_left(SessionFactory(), Leaving(ada.pk, left=True), now=HERE)
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: HERE)
    session.places.refresh_from_db()
    with pytest.raises(NotBookable):
        leave(session, ada)
    assert Visitor.objects.get(pk=ada.pk).left_at is None


@pytest.mark.parametrize("text", ["", "12", "12:gone", "x:left", "-1:left", "٣:left", "9" * 30 + ":left", "1:left:2"])
def test_nonsense_is_no_leaving(text):
    assert read_leaving(text) is None


def test_what_is_needed_is_counted_however_it_is_written():
    visitors = [
        Visitor(needs="No nuts"),
        Visitor(needs="no nuts ", needs_added="Ramp"),
        Visitor(needs="Ramp"),
        Visitor(),
    ]
    assert register.catering(visitors) == [("No nuts", 2), ("Ramp", 2)]


# --- the office's page ------------------------------------------------------------------------------------------------


def test_office_sees_whom_a_fire_roll_calls_and_marks_who_leaves(client, session, ada):
    address = page(session)
    arrive(session, ada)
    shown = client.get(address)
    assert "In the building now: 1 visitor" in words(shown)
    answer = client.post(f"{address}arrived/", {"left": f"{ada.pk}:left"})
    assert answer.headers["Location"] == f"{address}#inside"
    shown = words(client.get(address))
    assert ("In the building now: 0 visitors" in shown, "left 8:45" in shown) == (True, True)
    client.post(f"{address}arrived/", {"left": f"{ada.pk}:here"})
    assert inside(session) == ["Ada Lee"]


def test_roll_alone_is_one_press_away_and_names_no_more_than_the_page(client, session, ada):
    bo = books(session, "Bo Day")
    arrive(session, ada)
    address = page(session)
    assert 'href="?show=inside"' in client.get(address).content.decode()
    roll = client.get(f"{address}?show=inside")
    assert "In the building now: 1 visitor" in words(roll)
    assert ("Ada Lee" in words(roll), "Wheelchair" in words(roll), str(bo) in words(roll)) == (True, True, False)
    assert "<form" not in roll.content.decode()
    assert roll.headers["Cache-Control"] == "no-store"


def test_office_that_may_not_mark_sees_who_is_inside_and_marks_nobody(client, session, ada):
    address = page(session, may_mark=False)
    arrive(session, ada)
    assert "In the building now: 1 visitor" in words(client.get(address))
    assert client.post(f"{address}arrived/", {"left": f"{ada.pk}:left"}).status_code == 409
    assert inside(session) == ["Ada Lee"]


def test_office_reads_for_how_many_to_cater_and_until_when_its_link_works(client, session, ada, at):
    books(session, "Bo Day", needs="No nuts")
    books(session, "Cy Fox", needs="no nuts")
    books(session, "Di Ray")
    address = page(session)
    at(NOW)
    shown = words(client.get(address))
    assert "Cater for 4 visitors 3 of them have said what they need: 2 No nuts 1 Wheelchair" in shown
    assert "This link works until the end of Tuesday 2 February 2027, or until the hub withdraws it." in shown
    assert "In the building now" not in shown  # nobody can be, before the day
    at(london(dt.date(2027, 2, 2), dt.time(23, 59)))
    assert client.get(address).status_code == 200
    at(london(dt.date(2027, 2, 3), dt.time(0, 0)))
    assert client.get(address).status_code == 404


# --- staff ------------------------------------------------------------------------------------------------------------


def test_staff_have_the_roll_from_the_register_and_mark_who_leaves(client, session, ada):
    client.force_login(staff_of(session.hub))
    roll = reverse("admin:hubs_showcasesession_register_inside", args=[session.pk])
    arrive(session, ada)
    assert roll in client.get(reverse("admin:hubs_showcasesession_register", args=[session.pk])).content.decode()
    assert "Ada Lee" in words(client.get(roll))
    assert client.post(roll, {"left": f"{ada.pk}:left"}).headers["Location"] == roll
    assert inside(session) == []
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: HERE)
    answer = client.post(roll, {"left": f"{ada.pk}:here"})
    assert messages_of(answer) == ["This session is cancelled."]


@pytest.mark.parametrize("who", ["other hub", "programme office"])
def test_nobody_else_reads_the_roll(client, session, ada, who):
    user = StaffFactory(is_programme_office=True) if who == "programme office" else staff_of(SessionFactory().hub)
    client.force_login(user)
    arrive(session, ada)
    roll = reverse("admin:hubs_showcasesession_register_inside", args=[session.pk])
    wanted = 403 if who == "programme office" else 404
    assert client.get(roll).status_code == client.post(roll, {"left": f"{ada.pk}:left"}).status_code == wanted
    assert inside(session) == ["Ada Lee"]
