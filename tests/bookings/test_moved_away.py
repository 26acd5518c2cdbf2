"""A session at another school: what was said of the old one stays behind, and so does its office, which is told."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.attendance import office
from bookings.due import run_due
from bookings.mail import links, rendering
from bookings.mail_kinds import Kind
from bookings.models import Mail, OfficeLink
from bookings.rule.refusals import BadPlan
from bookings.sessions.changes import cancel_session, postpone, reinstate
from bookings.sessions.moving import OF_THE_PLACE, Plan, move
from bookings.states import Verb
from hubs.models import HostSchool, ProgrammeSegment, ShowcaseSession
from hubs.vocabulary.access import FEATURES
from hubs.vocabulary.school_days import london
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WEEK, HOUR = dt.timedelta(days=7), dt.timedelta(hours=1)
NOON = london(dt.date(2027, 1, 25), dt.time(12))  # the school day before
OLD, NEW = "old@office.example", "new@office.example"
SAID = {name: f"Old {name}" for name in OF_THE_PLACE} | dict.fromkeys(FEATURES, "no") | {"office_email": OLD}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    year = HubYearFactory(contact_name="Sam Hub", contact_phone="01622 000 000")
    made = SessionFactory(title="Year 6 lesson", venue__name="Old School", hub_year=year, **SAID)
    ProgrammeSegment.objects.create(session=made, text="Lesson", place="Old hall")
    places.confirm(places.hold(made.pk, party(size=2), clock=lambda: NOW).pk, clock=lambda: NOW)
    return made


@pytest.fixture
def new_school():
    return SchoolFactory(name="New School")


def give(session):
    return office.give(session.pk, may_mark=True, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: NOW)


def page_of(link):
    return f"/bookings/{links.token(links.Purpose.OFFICE, link)}/"


def go(session, *, now=NOW, **changed):
    known = ShowcaseSession.objects.with_names().get(pk=session.pk)
    move(session.pk, Plan.of(known, **changed), by=StaffFactory(), clock=lambda: now)
    session.refresh_from_db()


def of_place(session):
    return {name: getattr(session, name) for name in OF_THE_PLACE}


def mail_to(kind, recipient=None):
    said = Mail.objects.filter(kind=kind, **({"recipient": recipient} if recipient else {}))
    message = rendering.render(said.latest("pk"), now=NOW)
    return message.subject, message.body + message.alternatives[0][0]


def office_mails():
    kinds = (Kind.REGISTER, Kind.OFFICE_CHANGE)
    return [*Mail.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", "recipient", "state")]


# --- what is said of the place --------------------------------------------------------------------------------------


def test_what_was_said_of_the_old_school_stays_behind(session, new_school):
    go(session, venue=new_school)
    assert of_place(session) == dict.fromkeys(OF_THE_PLACE, "")
    assert [*session.programme.values_list("place", flat=True)] == [""]
    _subject, words = mail_to(Kind.SESSION_MOVED)
    assert "New School" in words
    assert [said for said in SAID.values() if said != "no" and said in words] == []


def test_what_is_said_of_the_new_school_comes_with_the_move(session, new_school):
    said = {"entrance": "By the pond", "office_email": NEW}
    go(session, venue=new_school, there=said)
    assert of_place(session) == dict.fromkeys(OF_THE_PLACE, "") | said
    assert "By the pond" in mail_to(Kind.SESSION_MOVED)[1]


def test_what_is_said_of_access_at_the_same_place_leaves_no_old_note_beside_it(session):
    go(session, starts_at=session.starts_at + HOUR, there={"step_free": "yes"})
    assert of_place(session) == SAID | {"step_free": "yes", "step_free_note": ""}


@pytest.mark.parametrize(
    "to",
    [
        {"venue": None, "place_name": "Town Hall"},
        {"venue": None},
    ],
)
def test_any_other_place_is_another_place(session, to):
    session.host_school = HostSchool.objects.create(hub_year=session.hub_year, school=SchoolFactory())
    session.save()
    go(session, **to)
    assert of_place(session) == dict.fromkeys(OF_THE_PLACE, "")


def test_another_hour_or_the_same_school_said_otherwise_changes_nothing_of_the_place(session):
    session.host_school = HostSchool.objects.create(hub_year=session.hub_year, school=session.venue)
    session.save()
    go(session, starts_at=session.starts_at + HOUR)
    go(session, venue=None, there={"parking": "In the street"})
    assert of_place(session) == SAID | {"parking": "In the street"}
    assert [*session.programme.values_list("place", flat=True)] == ["Old hall"]


def test_what_was_said_before_there_was_a_place_is_kept(session, new_school):
    ShowcaseSession.objects.update(venue=None)
    go(session, venue=new_school)
    assert of_place(session) == SAID


def test_what_is_said_of_the_new_school_is_checked(session, new_school):
    with pytest.raises(BadPlan):
        go(session, venue=new_school, there={"office_email": "no address"})
    session.refresh_from_db()
    assert (session.venue.name, of_place(session)) == ("Old School", SAID)


def test_instructions_of_the_visit_are_for_sessions_at_its_school(client, session, new_school):
    visit = HostSchool.objects.create(
        hub_year=session.hub_year, school=session.venue, joining_instructions="Ring at Old School", office_email=OLD
    )
    ShowcaseSession.objects.update(host_school=visit)
    booking = session.bookings.get()
    page = f"/bookings/{links.token(links.Purpose.CONTACT, booking)}/"
    assert "Ring at Old School" in client.get(page).content.decode()
    go(session, venue=new_school)
    assert "Ring at Old School" not in client.get(page).content.decode()
    assert "Ring at Old School" not in mail_to(Kind.SESSION_MOVED)[1]


# --- the office -----------------------------------------------------------------------------------------------------


def test_old_office_is_told_without_a_name_and_its_link_is_dead(client, session, new_school):
    old = page_of(give(session))
    assert client.get(old).status_code == 200
    go(session, venue=new_school, there={"office_email": NEW}, starts_at=session.starts_at + HOUR)
    assert client.get(old).status_code == 404
    subject, words = mail_to(Kind.OFFICE_CHANGE, OLD)
    assert subject == "No longer at your school: Year 6 lesson, Tuesday 26 January"
    for part in ("2 visitors were expected.", "9:00 to 11:45", "Old School", "01622 000 000"):
        assert part in words
    for part in ("New School", "10:00", "/bookings/", "Test Teacher", "Colleague"):
        assert part not in words
    link = OfficeLink.objects.get()
    assert (link.given_to, link.may_mark, link.known, link.known_at) == ("", False, {}, None)
    run_due(lambda: NOW)
    assert office_mails() == [(Kind.REGISTER, OLD, "dropped"), (Kind.OFFICE_CHANGE, OLD, "sent")]


def test_new_office_gets_the_register_also_where_the_old_one_had_been_told_of_the_same_day(client, session, new_school):
    run_due(lambda: NOON)
    go(session, venue=new_school, there={"office_email": NEW}, now=NOON + HOUR)
    run_due(lambda: NOON + HOUR)
    sent = [(Kind.REGISTER, OLD, "sent"), (Kind.OFFICE_CHANGE, OLD, "sent"), (Kind.REGISTER, NEW, "sent")]
    assert office_mails() == sent
    assert client.get(page_of(OfficeLink.objects.get())).status_code == 200


def test_where_the_new_place_has_no_office_nobody_gets_the_register(session, new_school):
    give(session)
    go(session, venue=new_school)
    run_due(lambda: NOON)
    assert office_mails() == [(Kind.REGISTER, OLD, "dropped"), (Kind.OFFICE_CHANGE, OLD, "sent")]


def test_link_opens_nothing_once_the_session_has_another_office_however_it_came_by_it(client, session):
    old = page_of(give(session))
    ShowcaseSession.objects.update(office_email=NEW)
    assert client.get(old).status_code == 404


TELLS = {
    Verb.CANCEL_SESSION: ("Cancelled: Year 6 lesson, Tuesday 26 January", "2 visitors were expected."),
    Verb.POSTPONE: ("Postponed: Year 6 lesson, Tuesday 26 January", "There is no new date yet."),
    Verb.REINSTATE: ("Takes place after all: Year 6 lesson, Tuesday 26 January", "2 visitors are coming"),
    Verb.MOVE: ("Moved: Year 6 lesson, Tuesday 2 February", "It was: Tuesday 26 January 2027, 9:00 to 11:45"),
}


def do(verb, session, *, now=NOW):
    if verb == Verb.MOVE:
        return go(session, now=now, starts_at=session.starts_at + WEEK, ends_at=session.ends_at + WEEK)
    does = {Verb.CANCEL_SESSION: cancel_session, Verb.POSTPONE: postpone, Verb.REINSTATE: reinstate}[verb]
    return does(session.pk, by=StaffFactory(), clock=lambda: now)


@pytest.mark.parametrize("verb", TELLS)
def test_office_with_the_register_is_told_in_numbers(client, session, verb):
    link = give(session)
    run_due(lambda: NOW)
    if verb == Verb.REINSTATE:
        do(Verb.CANCEL_SESSION, session)
        run_due(lambda: NOW)
    do(verb, session)
    subject, words = mail_to(Kind.OFFICE_CHANGE, OLD)
    assert subject == TELLS[verb][0]
    assert TELLS[verb][1] in words
    assert "https://testserver" + page_of(link) in words
    assert [name for name in ("Test Teacher", "Colleague") if name in words] == []
    run_due(lambda: NOW)
    assert office_mails()[-1] == (Kind.OFFICE_CHANGE, OLD, "sent")
    assert client.get(page_of(link)).status_code == 200


def test_office_that_had_no_link_or_has_it_no_longer_is_not_told(session):
    do(Verb.POSTPONE, session)
    do(Verb.REINSTATE, session)
    give(session)
    office.withdraw(session.pk, by=StaffFactory(), clock=lambda: NOW)
    do(Verb.CANCEL_SESSION, session)
    assert Mail.objects.filter(kind=Kind.OFFICE_CHANGE).count() == 0


def test_of_two_changes_before_the_worker_comes_the_office_is_told_the_last(session):
    give(session)
    run_due(lambda: NOW)
    do(Verb.CANCEL_SESSION, session)
    do(Verb.REINSTATE, session)
    run_due(lambda: NOW)
    assert [state for _kind, _to, state in office_mails()] == ["sent", "dropped", "sent"]


def test_office_whose_session_came_back_before_the_worker_is_not_told_that_it_has_gone(session, new_school):
    give(session)
    old_school = session.venue
    go(session, venue=new_school)
    go(session, venue=old_school, there={"office_email": OLD})
    run_due(lambda: NOW)
    assert [state for _kind, _to, state in office_mails()] == ["dropped", "dropped"]
