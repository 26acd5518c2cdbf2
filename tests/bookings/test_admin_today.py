"""Today: what a hub administrator does on a phone at half past six, and what comes of three presses."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail_kinds import Kind
from bookings.models import Mail, SessionChange
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import Lesson, Membership, ProgrammeSegment, ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.answers import errors_of, messages_of, untouched
from tests.bookings.observed import everything
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
MORNING = london(DAY, dt.time(6, 30))


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: MORNING)


@pytest.fixture
def hub_year():
    return HubYearFactory()


@pytest.fixture
def administrator(hub_year):
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub_year.hub, role="administrator")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def session(hub_year):
    """This morning's, at nine."""
    session = SessionFactory(hub_year=hub_year, title="Year 6 lesson", arrival_at=london(DAY, dt.time(8, 45)))
    confirmed(session, "teacher@school.example")
    return session


def confirmed(session, email, **fields):
    held = places.hold(session.pk, party(email=email, **fields), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def today(client):
    return client.get(reverse("today"))


def buttons(page):
    """The buttons of a page, each with its address."""
    pairs = re.findall(r'<a class="button[^"]*" href="([^"]+)">([^<]+)<', page.content.decode())
    return {label.strip(): address for address, label in pairs}


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", "", page.content.decode()).split())


# --- the page -------------------------------------------------------------------------------------------------------


def test_today_shows_the_sessions_of_today_and_tomorrow_of_my_hub(administrator, session, hub_year):
    shift = dt.timedelta(days=1)
    tomorrow = SessionFactory(hub_year=hub_year, starts_at=session.starts_at + shift, ends_at=session.ends_at + shift)
    SessionFactory(hub_year=hub_year, starts_at=session.starts_at + 2 * shift, ends_at=session.ends_at + 2 * shift)
    SessionFactory(title="Another hub's")
    days = [(label, [card.session for card in found]) for label, _day, found in today(administrator).context["days"]]
    assert days == [("Today", [session]), ("Tomorrow", [tomorrow])]


def test_every_button_leads_to_its_page(administrator, session):
    found = buttons(today(administrator))
    assert [label for label in found if label != "Register"] == ["Write", "Late start", "Postpone", "Cancel"]
    for address in found.values():
        assert administrator.get(address).status_code == 200
    assert found.items() <= buttons(administrator.get(reverse("admin:index"))).items()


def test_session_that_has_started_is_not_started_late(administrator, session, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at)
    administrator.force_login(Membership.objects.get(hub=session.hub).user)  # two hours have passed
    assert [label for label in buttons(today(administrator)) if label != "Register"] == ["Write"]


def test_session_that_is_off_can_be_reinstated(administrator, session):
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: MORNING)
    page = today(administrator)
    assert [label for label in buttons(page) if label != "Register"] == ["Write", "Reinstate"]
    assert "1 person has not seen the last change: ring them" in words_of(page)


def test_programme_office_looks_and_has_no_button(session):
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    page = today(client)
    assert "Year 6 lesson" in page.content.decode()
    assert buttons(page) == {}


def test_who_has_no_hub_has_no_today():
    client = Client()
    client.force_login(StaffFactory())
    assert today(client).status_code == 403
    assert today(Client()).status_code == 302


# --- three presses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, kind, said",
    [
        ("Cancel", Kind.SESSION_CANCELLED, "We are sorry to tell you so late: this session cannot take place."),
        ("Postpone", Kind.SESSION_POSTPONED, "We are sorry to tell you so late: this session cannot take place on"),
        ("Late start", Kind.SESSION_MOVED, "We start later than planned, so please set out later too."),
    ],
)
@pytest.mark.parametrize("start", ["admin:index", "today"])
def test_three_presses_tell_everyone(administrator, session, label, kind, said, start):
    address = buttons(administrator.get(reverse(start)))[label]  # the first press
    preview = administrator.post(address, untouched(administrator.get(address)))  # Next
    assert "1 booking has places" in words_of(preview)
    assert not Mail.objects.filter(kind=kind).exists()
    answer = administrator.post(address, untouched(preview))  # Send
    assert messages_of(answer) == ["Done. 1 email is on its way."]
    mail = Mail.objects.get(kind=kind)
    assert mail.urgent
    assert mail.facts["message"].startswith(said)


def test_session_weeks_ahead_has_no_words_ready(administrator, session, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    address = reverse("admin:hubs_showcasesession_cancel", args=[session.pk])
    assert untouched(administrator.get(address))["message"].strip() == ""


# --- late start -----------------------------------------------------------------------------------------------------


def late(session):
    return reverse("admin:hubs_showcasesession_late", args=[session.pk])


def start_late(client, session, **said):
    address = late(session)
    preview = client.post(address, untouched(client.get(address)) | said)
    return preview, client.post(address, untouched(preview))


def test_late_start_moves_start_arrival_end_lessons_and_programme(administrator, session):
    Lesson.objects.filter(session=session).update(starts=dt.time(9, 30), ends=dt.time(10, 30))
    ProgrammeSegment.objects.create(session=session, starts=dt.time(8, 45), text="Coffee")
    preview, _answer = start_late(administrator, session, minutes="45")
    assert "New: 9:45 to 12:30" in words_of(preview)
    session.refresh_from_db()
    times = [timezone.localtime(at).time() for at in (session.arrival_at, session.starts_at, session.ends_at)]
    assert times == [dt.time(9, 30), dt.time(9, 45), dt.time(12, 30)]
    lesson, line = session.lessons.get(), session.programme.get()
    assert (lesson.starts, lesson.ends, line.starts, line.ends) == (
        dt.time(10, 15),
        dt.time(11, 15),
        dt.time(9, 30),
        None,
    )


def test_late_start_may_leave_the_end_as_it_is(administrator, session):
    Lesson.objects.filter(session=session).update(starts=dt.time(9, 30))
    sent = untouched(administrator.get(late(session))) | {"minutes": "30"}
    del sent["all_of_it"]
    administrator.post(late(session), untouched(administrator.post(late(session), sent)))
    session.refresh_from_db()
    assert session.starts_at == london(DAY, dt.time(9, 30))
    assert session.ends_at == london(DAY, dt.time(11, 45))
    assert session.lessons.get().starts == dt.time(9, 30)


def test_late_start_pressed_twice_is_one(administrator, session):
    preview, first = start_late(administrator, session)
    after = everything(session)
    again = administrator.post(late(session), untouched(preview))
    assert again.headers["Location"] == first.headers["Location"]
    assert everything(session) == after


def test_two_who_press_at_once_make_it_half_an_hour_and_not_an_hour(administrator, session):
    Lesson.objects.filter(session=session).update(starts=dt.time(9, 30))
    mine, theirs = (administrator.post(late(session), untouched(administrator.get(late(session)))) for _ in range(2))
    administrator.post(late(session), untouched(mine))
    page = administrator.post(late(session), untouched(theirs))
    assert errors_of(page) == ["Nothing is different from what it was, so there is nothing to tell anybody."]
    session.refresh_from_db()
    assert session.starts_at == london(DAY, dt.time(9, 30))
    assert session.lessons.get().starts == dt.time(10)
    assert SessionChange.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"minutes": "7"},
        {"minutes": "x"},
        {"was": "9999-12-31T23:59:00+00:00"},
        {"was": "0001-01-01T00:00:00+14:00"},
        {"was": "soon"},
        {"was": ""},
        {"key": "x"},
    ],
)
def test_late_start_of_nonsense_is_refused_in_a_sentence(administrator, session, said):
    before = everything(session)
    page = administrator.post(late(session), untouched(administrator.get(late(session))) | said | {"send": "1"})
    assert (page.status_code, len(errors_of(page))) == (422, 1)
    assert everything(session) == before


def test_start_that_would_pass_midnight_is_refused(administrator, session):
    session.starts_at, session.ends_at = london(DAY, dt.time(23)), london(DAY, dt.time(23, 50))
    session.closes_at = session.waiting_closes_at = None
    session.save()
    before = everything(session)
    page = administrator.post(late(session), untouched(administrator.get(late(session))) | {"send": "1"})
    assert errors_of(page) == ["The end must come after the start, on the same day."]
    assert everything(session) == before


def test_session_without_a_start_cannot_start_late(administrator, hub_year):
    undated = SessionFactory(
        hub_year=hub_year, starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED, room__capacity=0
    )
    assert administrator.get(late(undated)).status_code == 404


def test_another_hubs_session_cannot_be_started_late(administrator):
    theirs = SessionFactory()
    before = everything(theirs)
    for answer in (administrator.get(late(theirs)), administrator.post(late(theirs), {"send": "1"})):
        assert answer.status_code == 404
    assert everything(theirs) == before


# --- whom to ring ---------------------------------------------------------------------------------------------------


def test_whom_to_ring_is_told_farthest_first(administrator, session):
    venue = session.venue
    away = {"Near": 3_000, "Far": 60_000}
    for name, metres in away.items():
        school = SchoolFactory(name=f"{name} School", easting=venue.easting + metres, northing=venue.northing)
        confirmed(session, f"{name}@school.example", school=school, contact_name=name, contact_mobile="07700 900 982")
    unknown = SchoolFactory(name="Unknown School", easting=None, northing=None)
    confirmed(session, "unknown@school.example", school=unknown, contact_name="Aaron")
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: MORNING)
    page = administrator.get(reverse("admin:hubs_showcasesession_seen", args=[session.pk]))
    found = re.findall(r'">([A-Za-z ]+)</a> </h3>.*?· ([^·<]+?) </p>', " ".join(page.content.decode().split()))
    assert found == [
        ("Far", "37 miles away"),
        ("Near", "2 miles away"),
        ("Test Teacher", "under a mile away"),
        ("Aaron", "distance not known"),
    ]
    assert page.content.decode().count('href="tel:07700900982"') == 2


def test_distance_to_a_named_place_is_not_known(administrator, session):
    ShowcaseSession.objects.filter(pk=session.pk).update(venue=None, place_name="The hall")
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: MORNING)
    page = administrator.get(reverse("admin:hubs_showcasesession_seen", args=[session.pk]))
    assert "distance not known" in page.content.decode()
