"""Drafts in the admin: made in one go, looked at as they will be, deleted where made by mistake."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Letter, Places
from bookings.rule.refusals import HasHistory, WrongStatus
from bookings.sessions import changes, moving
from bookings.sessions.moving import Plan
from bookings.states import SessionStatus, Verb
from bookings.verbs import staff_booking
from hubs.models import HostSchool, Lesson, Membership, ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays, london
from tests.answers import errors_of, messages_of, untouched
from tests.bookings.observed import everything
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
ADD = "admin:hubs_showcasesession_add"
WHOLE = "/admin/hubs/showcasesession/add/?whole=1"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory()


@pytest.fixture
def administrator(hub_year):
    return signed_in(hub_year)


def signed_in(hub_year, **fields):
    user = StaffFactory(**fields)
    if hub_year:
        Membership.objects.create(user=user, hub=hub_year.hub, role="administrator")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def draft(hub_year):
    """As the admin makes it."""
    times = {"starts_at": london(DAY, dt.time(9)), "ends_at": london(DAY, dt.time(11))}
    session = ShowcaseSession(hub_year=hub_year, venue=SchoolFactory(), title="Year 6 lesson", **times)
    session.fill_in_dates(SchoolDays())
    session.save()
    Lesson.objects.create(session=session)
    places.create(session, by=StaffFactory(), clock=lambda: NOW, capacity=30, held_back=2)
    return session


def page_of(session, page="change"):
    return reverse(f"admin:hubs_showcasesession_{page}", args=[session.pk])


# --- making one -----------------------------------------------------------------------------------------------------


def test_session_is_made_with_its_places_in_one_go(administrator, hub_year):
    sent = untouched(administrator.get(WHOLE)) | {
        "title": "New",
        "capacity": "40",
        "held_back": "3",
    }
    administrator.post(reverse(ADD), sent)
    session = ShowcaseSession.objects.get()
    assert session.hub_year == hub_year  # the only hub of whoever adds it
    room = Places.objects.get(session=session)
    assert (room.status, room.capacity, room.held_back) == (SessionStatus.DRAFT, 40, 3)
    assert [entry.verb for entry in AuditEntry.objects.all()] == [Verb.CREATE]


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"capacity": "2", "held_back": "3"}, "There are not that many places."),
        ({"held_back": "1"}, "There are not that many places."),
        ({"capacity": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"capacity": "x"}, "Enter a whole number."),
        ({"capacity": "99999"}, "Ensure this value is less than or equal to 10000."),
    ],
)
def test_places_that_cannot_be_are_refused(administrator, hub_year, said, sentence):
    page = administrator.post(reverse(ADD), untouched(administrator.get(WHOLE)) | said)
    assert errors_of(page) == [sentence]
    assert not ShowcaseSession.objects.exists()


def test_form_stands_in_the_order_in_which_staff_think(administrator, draft):
    page = administrator.get(page_of(draft)).content.decode()
    order = [
        'id="step-when"',
        'id="lessons-group"',
        'id="step-who"',
        'id="step-dates"',
        'id="step-day"',
        'id="step-place"',
        'id="programme-group"',
        'id="resources-group"',
        'id="step-chinese"',
    ]
    found = [page.index(mark) for mark in order]
    assert found == sorted(found)
    assert [page.count(mark) for mark in ('id="lessons-group"', 'id="programme-group"')] == [1, 1]


def test_places_of_a_session_that_is_there_are_no_fields(administrator, draft):
    sent = untouched(administrator.get(page_of(draft)))
    assert not {"capacity", "held_back"} & set(sent)
    administrator.post(page_of(draft), sent | {"capacity": "99", "held_back": "0"})
    room = Places.objects.get(session=draft)
    assert (room.capacity, room.held_back) == (30, 2)


PHONE = {"office_phone": "01622 000 001"}


@pytest.fixture
def visit(hub_year):
    """A visit of a school whose last session is known, in an exchange before."""
    school = SchoolFactory(name="West Borough")
    before = HubYearFactory(hub=hub_year.hub, exchange=ExchangeFactory(year=2025, name="Before"))
    old = HostSchool.objects.create(hub_year=before, school=school)
    said = {"parking": "In the street", "step_free": "no", "step_free_note": "Four steps"} | PHONE
    SessionFactory(hub_year=before, host_school=old, venue=None, **said)
    SessionFactory(hub_year=HubYearFactory(), venue=school, parking="Another hub's words")
    return HostSchool.objects.create(hub_year=hub_year, school=school)


def test_visit_brings_what_is_known_of_its_school(administrator, visit):
    form = untouched(administrator.get(reverse(ADD) + f"?whole=1&host_school={visit.pk}"))
    assert (form["host_school"], form["hub_year"]) == ([str(visit.pk)], [str(visit.hub_year.pk)])
    assert (form["parking"], form["step_free"], form["step_free_note"]) == (["In the street"], ["no"], ["Four steps"])


def test_what_was_left_empty_is_filled_in_and_said(administrator, visit):
    sent = untouched(administrator.get(WHOLE)) | {
        "host_school": visit.pk,
        "parking": "In the yard",
    }
    answer = administrator.post(reverse(ADD), sent)
    session = ShowcaseSession.objects.get(host_school=visit)
    assert (session.parking, session.step_free, session.step_free_note, session.where_name) == (
        "In the yard",
        "no",
        "Four steps",
        "West Borough",
    )
    assert (
        "Filled in from the last session at this school, so look at it: "
        "Step-free access, Step-free access, in words and School office's telephone."
    ) in messages_of(answer)


def test_what_is_said_of_access_now_gets_no_old_note(administrator, visit):
    sent = untouched(administrator.get(WHOLE)) | {"host_school": visit.pk, "step_free": "yes"}
    administrator.post(reverse(ADD), sent)
    session = ShowcaseSession.objects.get(host_school=visit)
    assert (session.step_free, session.step_free_note, session.office_phone) == ("yes", "", "01622 000 001")


@pytest.mark.parametrize("wanted", ["", "x", "999999", "9" * 40, "theirs"])
def test_visit_that_is_not_mine_brings_nothing(administrator, hub_year, wanted):
    if wanted == "theirs":
        wanted = HostSchool.objects.create(hub_year=HubYearFactory(), school=SchoolFactory()).pk
    form = untouched(administrator.get(reverse(ADD) + f"?whole=1&host_school={wanted}"))
    assert (form.get("host_school", [""]), form["hub_year"]) == ([""], [str(hub_year.pk)])


# --- looking at it --------------------------------------------------------------------------------------------------


def test_preview_is_the_public_page_as_it_will_be(administrator, draft):
    before = everything(draft)
    page = administrator.get(page_of(draft, "preview"))
    words = page.content.decode()
    assert "<b>Preview</b>" in words
    assert "Booking is open" in words
    assert "Year 6 lesson" in words
    assert everything(draft) == before
    assert Client().get(draft.get_absolute_url()).status_code == 404


def test_preview_of_a_draft_that_could_not_open_says_details_to_follow(administrator, hub_year):
    bare = SessionFactory(
        hub_year=hub_year, starts_at=None, ends_at=None, room__status=SessionStatus.DRAFT, room__capacity=0
    )
    assert "Details to follow" in administrator.get(page_of(bare, "preview")).content.decode()


def test_public_page_says_nothing_of_a_preview(draft):
    changes.announce(draft.pk, by=StaffFactory(), clock=lambda: NOW)
    assert "Preview" not in Client().get(draft.get_absolute_url()).content.decode()


def test_preview_is_for_who_may_see_the_session(draft):
    address = page_of(draft, "preview")
    assert Client().get(address).status_code == 302
    assert signed_in(HubYearFactory()).get(address).status_code in (302, 404)
    assert signed_in(None).get(address).status_code in (302, 403, 404)


# --- deleting it ----------------------------------------------------------------------------------------------------


def test_draft_made_by_mistake_is_deleted_with_its_trail_and_that_is_kept(administrator, draft):
    changes.set_places(draft.pk, capacity=20, held_back=0, by=StaffFactory(), clock=lambda: NOW)
    name = str(draft)
    asked = administrator.get(page_of(draft, "discard")).content.decode()
    assert name in asked
    assert "It goes with its lessons and its programme, for good. Nobody is told." in asked
    assert ShowcaseSession.objects.exists()
    answer = administrator.post(page_of(draft, "discard"))
    assert messages_of(answer) == [f"Deleted: {name}"]
    assert not ShowcaseSession.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not Places.objects.exists()
    assert [(entry.object_repr, entry.is_deletion()) for entry in LogEntry.objects.all()] == [(name, True)]
    assert administrator.post(page_of(draft, "discard")).status_code == 404


@pytest.mark.parametrize("was", [one for one in SessionStatus if one != SessionStatus.DRAFT])
def test_session_that_was_announced_is_not_deleted(administrator, hub_year, was):
    session = SessionFactory(hub_year=hub_year, room__status=was)
    before = everything(session)
    answer = administrator.post(page_of(session, "discard"))
    assert messages_of(answer) == [f"This session is {was.label}, so that cannot be done."]
    assert everything(session) == before
    with pytest.raises(WrongStatus):
        changes.discard(session.pk, by=StaffFactory(), clock=lambda: NOW)


def test_draft_with_a_booking_or_a_change_is_not_deleted(administrator, draft):
    staff_booking.staff_booking(draft.pk, party(), by=StaffFactory(), clock=lambda: NOW, why="test")
    before = everything(draft)
    answer = administrator.post(page_of(draft, "discard"))
    assert messages_of(answer) == ["Something has happened to this session, so it cannot be deleted."]
    assert everything(draft) == before
    moved = SessionFactory(room__status=SessionStatus.DRAFT)
    moving.move(moved.pk, Plan.of(moved, ends_at=moved.ends_at + MINUTE), by=StaffFactory(), clock=lambda: NOW)
    with pytest.raises(HasHistory):
        changes.discard(moved.pk, by=StaffFactory(), clock=lambda: NOW)


def test_refusal_on_the_way_takes_everything_back(draft):
    """A letter in a draft: its row protects the session, found only once the trail would be gone."""
    staff = StaffFactory()
    Letter.objects.create(session=draft, staff=staff, at=NOW, to="all", subject="x", message="x", mails=0)
    before = everything(draft)
    with pytest.raises(HasHistory):
        changes.discard(draft.pk, by=staff, clock=lambda: NOW)
    assert everything(draft) == before


def test_another_hubs_draft_is_not_deleted(draft):
    before = everything(draft)
    assert signed_in(HubYearFactory()).post(page_of(draft, "discard")).status_code == 404
    assert everything(draft) == before


# --- dates, times and money as people write them ----------------------------------------------------------------------


def test_what_people_write_is_read_and_shown(administrator, draft):
    page = page_of(draft, "change")
    typed = {"starts_at_0": "Tue 26 Jan 2027", "starts_at_1": "9.30", "ends_at": "11.45am"}
    typed |= {"closes_at_0": "", "closes_at_1": "", "cost_pence": "£75", "absence_charge_pence": "12.50"}
    answer = administrator.post(page, untouched(administrator.get(page)) | typed)
    assert messages_of(answer)[0] == (
        "Read as: Starts: Tuesday 26 January 2027, 9:30; Ends: 11:45; Cost for each visitor: £75."
    )
    draft.refresh_from_db()
    assert draft.starts_at == london(DAY, dt.time(9, 30))
    assert draft.ends_at == london(DAY, dt.time(11, 45))
    assert (draft.cost_pence, draft.absence_charge_pence) == (7500, 1250)
    again = untouched(administrator.get(page))
    assert (again["starts_at_1"], again["cost_pence"], again["absence_charge_pence"]) == (["09:30"], ["75"], ["12.50"])
    assert [one for one in messages_of(administrator.post(page, again)) if "Read as" in one] == []


def test_what_cannot_be_read_is_refused_in_a_sentence_and_kept(administrator, draft):
    page = page_of(draft, "change")
    typed = {"starts_at_0": "Monday 26 Jan 2027", "starts_at_1": "early", "cost_pence": "cheap"}
    answer = administrator.post(page, untouched(administrator.get(page)) | typed)
    assert "26 January 2027 is a Tuesday. Which is meant?" in errors_of(answer)
    assert "Type a time like 9:00, 9am or 13:30." in errors_of(answer)
    assert "Type an amount in pounds, like 75 or 12.50." in errors_of(answer)
    again = untouched(answer)
    assert {name: again[name] for name in typed} == {name: [text] for name, text in typed.items()}
