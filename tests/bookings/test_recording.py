"""The register is recorded by one press: who did not come, what puts it right, when it counts as not recorded."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.admin.home import needs
from bookings.attendance import recording, register, standing
from bookings.attendance.recording import Said
from bookings.attendance.register import Mark
from bookings.attendance.standing import RegisterStands
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import AuditEntry, By, Register, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import NotBookable, OthersToo, RegisterRecorded, TooEarly
from bookings.sessions import changes
from bookings.states import Verb
from bookings.verbs import staff_booking
from hubs.models import ClosedDay, ShowcaseSession
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line, messages_of
from tests.bookings.observed import count, verbs
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
EXPECTED, ATTENDED, ABSENT = "expected", "attended", "absent"


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", share=None)


@pytest.fixture
def end(session):
    return session.ends_at


def books(session, *names, email="", **fields):
    visitors = tuple(NewVisitor(full_name=name) for name in names)
    asked = party(email=email, school=SchoolFactory(), contact_name=names[0], visitors=visitors, **fields)
    made = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW, why="test")
    return list(made.visitors.all())


def states(*visitors):
    found = dict(Visitor.objects.values_list("pk", "attendance"))
    return [found[one.pk] for one in visitors]


def record(session, *, at, said=None, by=None):
    return recording.record(session.pk, by=by or StaffFactory(), clock=lambda: at, said=said)


def seen(session, visitor, *, at, ago=0, to=ATTENDED, was=EXPECTED, by=None):
    return register.mark(session, Mark(visitor.pk, to, was, ago), by=by, now=at)


# --- one press ------------------------------------------------------------------------------------------------------


def test_record_makes_absent_whoever_is_still_expected_and_says_when_and_by_whom(session, end):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    seen(session, ada, at=session.starts_at)
    by, before = StaffFactory(), count(session)
    done = record(session, at=end, by=by)
    assert (done.came, done.absent, done.first) == (1, 2, True)
    assert states(ada, bo, cy) == [ATTENDED, ABSENT, ABSENT]
    row = Register.objects.get()
    assert (row.session, row.recorded_at, row.recorded_by) == (session, end, by)
    entry = AuditEntry.objects.filter(session=session).first()
    assert (entry.verb, entry.at, entry.staff, entry.booking, entry.visitor_id) == (Verb.RECORD, end, by, None, None)
    assert count(session) == before


def test_all_came_except_those_who_are_ticked(session, end):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    said = [Said(ada.pk, EXPECTED, True), Said(bo.pk, EXPECTED, False), Said(cy.pk, EXPECTED, True)]
    done = record(session, at=end, said=said)
    assert (done.came, done.absent, done.unheeded) == (2, 1, 0)
    assert states(ada, bo, cy) == [ATTENDED, ABSENT, ATTENDED]


def test_form_does_not_undo_what_somebody_marked_since_it_was_opened(session, end):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    seen(session, bo, at=session.starts_at)
    seen(session, cy, at=session.starts_at)
    said = [Said(ada.pk, EXPECTED, True), Said(bo.pk, EXPECTED, False), Said(cy.pk, ATTENDED, False)]
    done = record(session, at=end, said=said)
    assert (done.came, done.absent, done.unheeded) == (2, 1, 1)
    assert states(ada, bo, cy) == [ATTENDED, ATTENDED, ABSENT]  # of Cy staff knew, and say otherwise


def test_form_that_says_nothing_of_somebody_changes_nothing(session, end):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    with pytest.raises(OthersToo):
        record(session, at=end, said=[Said(ada.pk, EXPECTED, True)])
    assert states(ada, bo) == [EXPECTED, EXPECTED]
    assert not Register.objects.exists()


def test_recording_twice_is_once(session, end):
    (ada,) = books(session, "Ada Lee")
    first, later = StaffFactory(), end + MINUTE
    record(session, at=end, by=first)
    done = record(session, at=later, by=StaffFactory())
    assert (done.came, done.absent, done.first) == (0, 1, False)
    assert (Register.objects.get().recorded_by, verbs(session).count(Verb.RECORD)) == (first, 1)
    ada.refresh_from_db()
    assert (ada.marked_at, ada.marked_by) == (end, first)


def test_nobody_records_before_the_end_or_what_is_off(session, end):
    (ada,) = books(session, "Ada Lee")
    with pytest.raises(TooEarly):
        record(session, at=end - MINUTE)
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    with pytest.raises(NotBookable):
        record(session, at=end)
    assert (states(ada), Register.objects.exists()) == ([EXPECTED], False)


# --- put right ------------------------------------------------------------------------------------------------------


def test_tap_made_before_the_recording_that_arrives_late_wins_and_stands_in_the_audit(session, end):
    (ada,) = books(session, "Ada Lee")
    record(session, at=end)
    by, arrives = StaffFactory(), end + 5 * MINUTE
    assert seen(session, ada, at=arrives, ago=3600, by=by)
    assert states(ada) == [ATTENDED]
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.staff, entry.booking, entry.visitor_id) == (Verb.CAME, by, ada.booking, ada.pk)
    assert not seen(session, ada, at=arrives, ago=3600, by=by)  # twice is once
    assert verbs(session).count(Verb.CAME) == 1


def test_late_tap_does_not_undo_a_correction_that_was_made_after_it(session, end):
    (ada,) = books(session, "Ada Lee")
    seen(session, ada, at=session.starts_at)
    record(session, at=end)
    assert seen(session, ada, at=end + MINUTE, to=EXPECTED, was=ATTENDED, by=StaffFactory())  # it was somebody else
    assert states(ada) == [ABSENT]
    assert not seen(session, ada, at=end + 5 * MINUTE, ago=3600)
    assert seen(session, ada, at=end + 6 * MINUTE)
    assert states(ada) == [ATTENDED]


def test_undo_after_recording_makes_nobody_expected_again(session, end):
    (ada,) = books(session, "Ada Lee")
    seen(session, ada, at=session.starts_at)
    record(session, at=end)
    assert seen(session, ada, at=end + MINUTE, to=EXPECTED, was=ATTENDED)
    assert states(ada) == [ABSENT]
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.by, entry.staff) == (Verb.MISSED, By.OFFICE, None)


def test_mark_all_of_an_old_page_is_refused_once_it_is_recorded(session, end):
    (ada,) = books(session, "Ada Lee")
    record(session, at=end)
    (bo,) = books(session, "Bo Day")  # put in afterwards
    with pytest.raises(RegisterRecorded):
        register.mark_all(session, by=StaffFactory(), now=end + MINUTE)
    assert states(ada, bo) == [ABSENT, EXPECTED]


def test_form_puts_right_what_was_recorded_person_by_person(session, end):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    record(session, at=end)
    said = [Said(one.pk, ABSENT, one != cy) for one in (ada, bo, cy)]
    done = record(session, at=end + MINUTE, said=said)
    assert (done.came, done.absent, done.first) == (2, 1, False)
    entries = AuditEntry.objects.filter(verb=Verb.CAME)
    assert sorted(entries.values_list("visitor_id", flat=True)) == [ada.pk, bo.pk]


def test_audit_of_a_correction_holds_no_name(session, end):
    (ada,) = books(session, "Ada Lee")
    record(session, at=end)
    seen(session, ada, at=end + MINUTE)
    entry = AuditEntry.objects.first()
    assert (entry.why, entry.from_status, entry.to_status, entry.places) == ("", "", "", 0)


# --- how it stands --------------------------------------------------------------------------------------------------


def stands(session, *, now):
    found = ShowcaseSession.objects.select_related("places").get(pk=session.pk)
    return standing.stands(found, calendar_of_session(session.pk), now=now)


def of_many(now):
    """Each question of many sessions, as the function answers it for one."""
    sessions = ShowcaseSession.objects.filter(standing.not_recorded(now=now))
    return set(sessions), set(ShowcaseSession.objects.filter(standing.recorded()))


def test_after_five_school_days_it_is_not_recorded_and_can_still_be(session, end):
    books(session, "Ada Lee")
    fifth = london(dt.date(2027, 2, 2), dt.time(23, 59))  # Tuesday 26 January, and five school days
    assert stands(session, now=end - MINUTE) is RegisterStands.TO_COME
    assert stands(session, now=end) is stands(session, now=fifth) is RegisterStands.OPEN
    assert of_many(fifth) == (set(), set())
    assert stands(session, now=fifth + MINUTE) is RegisterStands.NOT_RECORDED
    assert of_many(fifth + MINUTE) == ({session}, set())
    record(session, at=fifth + 2 * MINUTE)
    assert stands(session, now=fifth + 3 * MINUTE) is RegisterStands.RECORDED
    assert of_many(fifth + 3 * MINUTE) == (set(), {session})


def test_closed_days_of_the_hub_are_left_out_and_of_no_other_hub(session, end):
    other = SessionFactory(share=None)
    books(session, "Ada Lee")
    books(other, "Bo Day")
    week = {"first_day": dt.date(2027, 1, 27), "last_day": dt.date(2027, 2, 2)}
    ClosedDay.objects.create(hub=session.hub, **week)
    sixth = london(dt.date(2027, 2, 3), dt.time(0, 1))
    assert [stands(one, now=sixth) for one in (session, other)] == [RegisterStands.OPEN, RegisterStands.NOT_RECORDED]
    assert of_many(sixth)[0] == {other}
    after_both = london(dt.date(2027, 2, 10), dt.time(0, 1))
    assert stands(session, now=after_both) is RegisterStands.NOT_RECORDED
    assert of_many(after_both)[0] == {session, other}


def test_what_is_off_counts_for_neither_and_what_is_reinstated_does(session, end):
    books(session, "Ada Lee")
    record(session, at=end)
    later = end + dt.timedelta(days=30)
    session.places.refresh_from_db()
    type(session.places).objects.filter(pk=session.pk).update(status="cancelled", status_before="open")
    assert (stands(session, now=later), of_many(later)) == (RegisterStands.OFF, (set(), set()))
    type(session.places).objects.filter(pk=session.pk).update(status="open", status_before="")
    assert (stands(session, now=later), of_many(later)) == (RegisterStands.RECORDED, (set(), {session}))


def test_what_moved_to_a_later_day_after_it_was_recorded_is_open_again_and_recorded_anew(session, end):
    books(session, "Ada Lee")
    record(session, at=end)
    week = dt.timedelta(days=7)
    session.starts_at, session.ends_at = session.starts_at + week, end + week
    session.first_day = session.last_day = session.starts_at.date()
    session.save()
    after = end + 2 * week + dt.timedelta(days=1)
    assert of_many(after) == ({session}, set())
    assert stands(session, now=end + week) is RegisterStands.OPEN
    assert record(session, at=end + week).first
    assert (Register.objects.get().recorded_at, of_many(after)[1]) == (end + week, {session})


@pytest.mark.parametrize("day", [dt.date(2027, 1, 26) + dt.timedelta(days=n) for n in (0, 1, 5, 6, 7, 10)])
def test_the_question_of_many_answers_as_that_of_one(day):
    now = london(day, dt.time(13))
    starts = [london(dt.date(2027, 1, 18) + dt.timedelta(days=n), dt.time(9)) for n in range(12)]
    made = [SessionFactory(starts_at=at, ends_at=at + dt.timedelta(hours=2)) for at in starts]
    ClosedDay.objects.create(hub=made[0].hub, first_day=dt.date(2027, 1, 20), last_day=dt.date(2027, 1, 25))
    ClosedDay.objects.create(hub=made[4].hub, first_day=dt.date(2027, 1, 25), last_day=dt.date(2027, 1, 25))
    one_by_one = {one for one in made if stands(one, now=now) is RegisterStands.NOT_RECORDED}
    assert of_many(now)[0] == one_by_one


# --- Home -----------------------------------------------------------------------------------------------------------


def group(session, *, now):
    user = staff_of(session.hub)
    return next((one for one in needs.groups(user, now=now) if one.name == "register"), None)


def test_home_nags_from_two_school_days_after_it_until_it_is_recorded(session, end):
    (ada,) = books(session, "Ada Lee")
    seen(session, ada, at=session.starts_at)  # marked, and yet not recorded
    assert group(session, now=london(dt.date(2027, 1, 27), dt.time(23, 59))) is None
    first = group(session, now=london(dt.date(2027, 1, 28), dt.time(0, 1)))
    assert [(row.title, row.detail) for row in first.rows] == [
        ("Year 6 lesson: the register is not recorded", "Year 6 lesson, Tuesday 26 January 2027")
    ]
    later = group(session, now=london(dt.date(2027, 2, 3), dt.time(0, 1)))
    assert later.rows[0].detail.startswith("Counts as not recorded: nobody as having come, nobody as absent")
    record(session, at=london(dt.date(2027, 2, 3), dt.time(9)))
    assert group(session, now=london(dt.date(2027, 2, 3), dt.time(9, 1))) is None


def test_home_does_not_nag_for_what_nobody_booked_or_is_off_or_was_reported(session, end):
    later = end + dt.timedelta(days=20)
    assert group(session, now=later) is None
    books(session, "Ada Lee")
    assert group(session, now=later)
    session.visitors_reported = 3
    session.save()
    assert group(session, now=later) is None


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch, session):
    def set_to(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(session.ends_at)
    return set_to


@pytest.fixture
def hub_client(client, session, at):
    client.force_login(staff_of(session.hub))
    return client


def page(session, name="register_record"):
    return reverse(f"admin:hubs_showcasesession_{name}", args=[session.pk])


def test_register_says_once_it_is_over_what_one_press_does_and_afterwards_what_was_recorded(hub_client, session, at):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    at(session.ends_at - MINUTE)
    assert "Who came?" not in in_a_line(hub_client.get(page(session, "register")))
    at(session.ends_at)
    shown = in_a_line(hub_client.get(page(session, "register")))
    assert "Record: the other 2 did not come" in shown
    assert "All came except…" in shown
    answer = hub_client.post(page(session), {"do": "rest"})
    assert messages_of(answer) == ["Recorded: 0 came, 2 did not."]
    assert answer["Location"] == page(session, "register")
    shown = in_a_line(hub_client.get(page(session, "register")))
    assert "<b>0</b> came and <b>2</b> did not: recorded at" in shown
    assert (shown.count("Did not come"), 'value="all"' in shown) == (1, False)
    assert re.findall(r'name="mark" value="(.*?)"', shown) == [f"{one.pk}:attended:absent" for one in (bo, ada)]


def test_who_is_said_afterwards_to_have_come_is_given_no_hour_of_arrival(hub_client, session, at):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    Visitor.objects.filter(pk=ada.pk).update(attendance=ATTENDED, marked_at=session.starts_at)
    at(session.ends_at + dt.timedelta(hours=1))
    hub_client.post(page(session), {"was": f"{bo.pk}:expected {ada.pk}:attended"})
    assert states(ada, bo) == [ATTENDED, ATTENDED]
    for name in ("register", "register_record", "register_print"):
        shown = in_a_line(hub_client.get(page(session, name)))
        assert len(re.findall(r"arrived \d+:\d+|<td> ?\d+:\d+ ?</td>", shown)) == 1, name  # of Ada alone


def test_register_that_counts_as_not_recorded_says_so(hub_client, session, at):
    books(session, "Ada Lee")
    at(session.ends_at + dt.timedelta(days=12))
    hub_client.force_login(staff_of(session.hub))
    assert "it counts as <b>not recorded</b>" in in_a_line(hub_client.get(page(session, "register")))
    Visitor.objects.update(attendance=ATTENDED, marked_at=session.starts_at)
    shown = in_a_line(hub_client.get(page(session, "overview")))
    assert "1 of 1 are marked as arrived, and the register is not recorded" in shown
    assert "Not recorded, and so in no figure." in shown


def test_form_lists_everybody_and_ticks_who_is_absent(hub_client, session):
    ada, bo, cy = books(session, "Ada Lee", "Bo Day", "Cy Fox")
    shown = in_a_line(hub_client.get(page(session)))
    was = re.search(r'name="was" value="(.*?)"', shown)[1]
    assert was == f"{bo.pk}:expected {cy.pk}:expected {ada.pk}:expected"
    assert "checked" not in shown
    answer = hub_client.post(page(session), {"was": was, "absent": [str(cy.pk)]})
    assert messages_of(answer) == ["Recorded: 2 came, 1 did not."]
    assert states(ada, bo, cy) == [ATTENDED, ATTENDED, ABSENT]
    shown = in_a_line(hub_client.get(page(session)))
    assert re.findall(r'value="(\d+)" checked', shown) == [str(cy.pk)]
    assert "Save what has changed" in shown


def test_form_that_is_out_of_date_comes_back_with_its_ticks(hub_client, session):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    was = f"{ada.pk}:expected {bo.pk}:expected"
    (cy,) = books(session, "Cy Fox")
    answer = hub_client.post(page(session), {"was": was, "absent": [str(bo.pk)]})
    assert answer.status_code == 409
    shown = in_a_line(answer)
    assert "Somebody else has got a place since you opened this page." in shown
    assert re.findall(r'value="(\d+)" checked', shown) == [str(bo.pk)]
    assert states(ada, bo, cy) == [EXPECTED] * 3


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"was": ""},
        {"was": "x:y z"},
        {"was": "\x00:expected"},
        {"was": "9" * 40 + ":expected"},
        {"was": "999999999999999999:expected", "absent": "999999999999999999"},
        {"do": "\x00"},
        {"was": "99999:expected " * 5000},
    ],
)
def test_nonsense_records_nothing(hub_client, session, sent):
    (ada,) = books(session, "Ada Lee")
    assert hub_client.post(page(session), sent).status_code == 409
    assert (states(ada), Register.objects.exists()) == ([EXPECTED], False)


def test_form_before_the_end_says_why_not(hub_client, session, at):
    books(session, "Ada Lee")
    at(session.ends_at - MINUTE)
    answer = hub_client.get(page(session))
    assert answer.status_code == 409
    assert "The session is not over, so somebody may still come." in in_a_line(answer)
    assert 'name="was"' not in in_a_line(answer)
    assert messages_of(hub_client.post(page(session), {"do": "rest"})) == [
        "The session is not over, so somebody may still come."
    ]


# --- what they read themselves --------------------------------------------------------------------------------------


def of_visitor(client, visitor):
    visitor.refresh_from_db()
    return in_a_line(client.get(reverse("booking", args=[links.token(Purpose.VISITOR, visitor)])))


def of_contact(client, visitor):
    return in_a_line(client.get(reverse("booking", args=[links.token(Purpose.CONTACT, visitor.booking)])))


def test_visitor_reads_that_they_came_or_were_marked_as_not_there(client, session, at):
    ada, bo = books(session, "Ada Lee", "Bo Day")
    seen(session, ada, at=session.starts_at)
    shown = of_visitor(client, bo)
    assert ("You had a place" in shown, "You came" in shown, "not there" in shown) == (True, False, False)
    assert "When you arrive" not in shown
    record(session, at=session.ends_at)
    assert "You came" in of_visitor(client, ada)
    shown = of_visitor(client, bo)
    assert "You were marked as not there" in shown
    assert 'Tell the hub if that is wrong. <a href="mailto:office@hub.example">' in shown


def test_contact_reads_of_each_of_their_visitors(client, session, at):
    ada, _bo = books(session, "Ada Lee", "Bo Day")
    seen(session, ada, at=session.starts_at)
    assert "Who came" not in of_contact(client, ada)
    record(session, at=session.ends_at)
    shown = of_contact(client, ada)
    assert re.findall(r'<li class="(\w+)"> ?<b> ?(.*?) ?</b> ?<span> ?(.*?) ?</span>', shown) == [
        (ATTENDED, "You", "came"),
        (ABSENT, "Bo Day", "was marked as not there"),
    ]


def test_contact_reads_how_many_places_they_had_once_the_session_is_over(client, session, at):
    ada, _bo = books(session, "Ada Lee", "Bo Day")
    at(session.ends_at - MINUTE)
    assert of_contact(client, ada).count("2 places confirmed") == 2  # title and heading
    at(session.ends_at)
    shown = of_contact(client, ada)
    assert (shown.count("You had 2 places"), "confirmed" in shown) == (2, False)


def test_page_before_the_end_says_how_to_arrive_and_nothing_of_who_came(client, session, at):
    (ada,) = books(session, "Ada Lee")
    at(session.ends_at - MINUTE)
    shown = of_visitor(client, ada)
    assert ("When you arrive" in shown, "You have a place" in shown) == (True, True)


def test_page_of_a_session_that_is_off_says_nothing_of_who_came(client, session, at):
    (ada,) = books(session, "Ada Lee")
    record(session, at=session.ends_at)
    type(session.places).objects.filter(pk=session.pk).update(status="cancelled", status_before="open")
    assert "not there" not in of_visitor(client, ada)
