"""A session cancelled, postponed, moved, changed or reinstated: whom it tells, and what stays as it was."""

import datetime as dt
import uuid

import pytest

from bookings import places
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, By, Mail, Places, SessionChange
from bookings.operations.counting import miscounts
from bookings.rule.refusals import (
    BadNews,
    BadPlan,
    DayHasPassed,
    NotBookable,
    NothingChanged,
    Refused,
    TooFewPlaces,
    WrongStatus,
)
from bookings.sessions import changes
from bookings.sessions.changes import News, cancel_session, postpone, reinstate
from bookings.sessions.moving import Plan, Teaching, move, substitute
from bookings.states import SESSION_MAILS, SESSION_TABLE, SessionStatus, Status, Verb
from bookings.verbs import staff_booking, visitors, waiting_list
from hubs.models import Lesson, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.bookings.observed import count, events, everything, mails, statements, statuses, verbs
from tests.factories import DAY, NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

HOUR, WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)
LATER = NOW + 2 * HOUR


def at(moment=NOW):
    return lambda: moment


def hold(session, email="teacher@school.example", **fields):
    booking = places.hold(session.pk, party(email=email, **fields), clock=at())
    assert booking
    return booking


def confirmed(session, email="teacher@school.example", **fields):
    return places.confirm(hold(session, email, **fields).pk, clock=at())


def status(session):
    return Places.objects.get(pk=session.pk).status


def a_week_later(session, **changed):
    return Plan.of(session, starts_at=session.starts_at + WEEK, ends_at=session.ends_at + WEEK, **changed)


def do(verb, session, *, news=changes.NO_NEWS, moment=NOW, staff=None):
    """Any verb of the table, on a session."""
    by = staff or StaffFactory()
    if verb == Verb.MOVE:
        return move(session.pk, a_week_later(session), by=by, clock=at(moment), news=news)
    if verb == Verb.SUBSTITUTE:
        lesson = Lesson.objects.get(session=session)
        return substitute(lesson.pk, Teaching(topic="division"), by=by, clock=at(moment), news=news)
    does = {Verb.CANCEL_SESSION: cancel_session, Verb.POSTPONE: postpone, Verb.REINSTATE: reinstate}[verb]
    return does(session.pk, by=by, clock=at(moment), news=news)


def sent_since(session, number):
    return sorted(mails(session)[number:])


# --- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("was", SessionStatus)
@pytest.mark.parametrize("verb", SESSION_MAILS)
def test_change_happens_where_the_table_allows_it(verb, was):
    session, staff = SessionFactory(room__status=was), StaffFactory()
    allowed, becomes = SESSION_TABLE[verb]
    before = everything(session)
    if was in allowed:
        change = do(verb, session, staff=staff)
        back = SessionStatus.CLOSED if was in (SessionStatus.CANCELLED, SessionStatus.POSTPONED) else was
        assert status(session) == (becomes or back)
        assert (change.verb, change.staff, change.at) == (verb, staff, NOW)
        assert AuditEntry.objects.values_list("verb", "by", "staff").get() == (verb, By.STAFF, staff.pk)
    elif was == becomes:  # twice is once
        assert do(verb, session) is None
        assert everything(session) == before
    else:
        with pytest.raises(WrongStatus):
            do(verb, session)
        assert everything(session) == before
        assert SessionChange.objects.count() == 0


# --- who is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [verb for verb in SESSION_MAILS if verb != Verb.REINSTATE])
def test_everyone_with_a_booking_is_told_once_and_first(verb):
    session = SessionFactory(room__capacity=4)
    confirmed(session, "two@school.example", size=2)
    hold(session, "held@school.example", size=2)
    waiting_list.join(session.pk, party(email="waits@school.example"), clock=at())
    before = mails(session)
    do(verb, session)
    kind = SESSION_MAILS[verb]
    assert sent_since(session, len(before)) == [
        (kind, "held@school.example"),
        (kind, "two+2@school.example"),
        (kind, "two@school.example"),
        (kind, "waits@school.example"),
    ]
    assert set(Mail.objects.filter(kind=kind).values_list("urgent", flat=True)) == {True}
    assert verbs(session)[-1] == verb


def test_nobody_is_told_who_has_gone_or_has_no_address():
    session = SessionFactory()
    places.cancel(confirmed(session, "gone@school.example", size=2).pk, clock=at())
    partly = confirmed(session, "partly@school.example", size=2)
    visitors.release(partly.visitors.get(is_contact=False).pk, clock=at())
    staff_booking.staff_booking(session.pk, party(email=""), by=StaffFactory(), clock=at())
    before = mails(session)
    do(Verb.CANCEL_SESSION, session)
    assert sent_since(session, len(before)) == [(Kind.SESSION_CANCELLED, "partly@school.example")]


def test_party_with_places_and_a_wait_gets_one_mail():
    session = SessionFactory(room__capacity=1)
    waiting_list.join(session.pk, party(size=3), clock=at(), fewer=True)
    assert statuses(session) == [Status.HELD, Status.WAITING]
    before = mails(session)
    do(Verb.POSTPONE, session)
    assert sent_since(session, len(before)) == [(Kind.SESSION_POSTPONED, "teacher@school.example")]
    assert Mail.objects.get(kind=Kind.SESSION_POSTPONED).booking == Booking.objects.get(status=Status.HELD)


@pytest.mark.slow
@pytest.mark.parametrize("verb", SESSION_MAILS)
def test_change_asks_as_little_of_the_database_for_thirty_bookings_as_for_one(verb):
    asked = []
    for number in (1, 30):
        session = SessionFactory()
        for n in range(number):
            hold(session, f"teacher{n}@school.example")
        if verb == Verb.REINSTATE:
            do(Verb.CANCEL_SESSION, session)
        staff, key = StaffFactory(), uuid.uuid4()
        with statements() as made:
            do(verb, session, staff=staff, news=News("Snow", key=key))
        kind = SESSION_MAILS[verb]
        assert Mail.objects.filter(kind=kind, session=session).count() == number
        asked.append(len(made))
    assert asked[0] == asked[1]


def test_mail_freezes_what_the_hub_says_and_what_was():
    session = SessionFactory(venue=SchoolFactory(name="Old School", town="Maidstone", postcode="ME1 1AA"))
    confirmed(session)
    change = move(
        session.pk,
        a_week_later(session, venue=SchoolFactory(name="New School")),
        by=StaffFactory(),
        clock=at(),
        news=News("  The boiler\r\nhas burst.  "),
    )
    facts = Mail.objects.get(kind=Kind.SESSION_MOVED).facts
    assert facts["message"] == change.message == "The boiler\nhas burst."
    assert facts["was_place"] == "Old School, Maidstone ME1 1AA"
    assert facts["place"].startswith("New School, ")
    assert dt.datetime.fromisoformat(facts["starts_at"]) == session.starts_at + WEEK
    assert dt.datetime.fromisoformat(facts["was_starts_at"]) == session.starts_at
    assert facts["sequence"] == Places.objects.get(pk=session.pk).calendar_sequence == 2


# --- the same key, and news that cannot be told ---------------------------------------------------------------------


@pytest.mark.parametrize("verb", SESSION_MAILS)
def test_same_form_twice_is_once(verb):
    session, news = SessionFactory(), News("Snow", key=uuid.uuid4())
    confirmed(session)
    if verb == Verb.REINSTATE:
        do(Verb.POSTPONE, session)
    first = do(verb, session, news=news)
    before = everything(session)
    assert do(verb, session, news=news) == first
    assert everything(session) == before


@pytest.mark.parametrize("verb", SESSION_MAILS)
@pytest.mark.parametrize("wrong", ["long", "many", "itself"])
def test_news_that_cannot_be_told_change_nothing(verb, wrong):
    session = SessionFactory()
    confirmed(session)
    if verb == Verb.REINSTATE:
        do(Verb.POSTPONE, session)
    before = everything(session)
    row = type(session).objects.filter(pk=session.pk).values().get()
    news = {
        "long": News("x" * 1001),
        "many": News(instead=[SessionFactory() for _ in range(4)]),
        "itself": News(instead=[session]),
    }[wrong]
    with pytest.raises(BadNews):
        do(verb, session, news=news)
    assert everything(session) == before
    assert type(session).objects.filter(pk=session.pk).values().get() == row


# --- taken off and back ---------------------------------------------------------------------------------------------


def all_kinds_of_bookings(session):
    """One confirmed, one held, one offered, one waiting, in a room of three."""
    confirmed(session, "confirmed@school.example")
    hold(session, "held@school.example")
    leaves = confirmed(session, "leaves@school.example")
    for name in ("offered", "waiting"):
        joined = waiting_list.join(session.pk, party(email=f"{name}@school.example"), clock=at())
        waiting_list.wait(joined.booking.pk, clock=at())
    places.cancel(leaves.pk, clock=at())
    Mail.objects.filter(session=session).update(state=Mail.State.SENT, answered_at=NOW)


BOOKINGS = [Status.CONFIRMED, Status.HELD, Status.CANCELLED, Status.OFFERED, Status.WAITING]


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE])
def test_session_that_is_off_keeps_its_bookings_as_they_were(verb):
    session = SessionFactory(room__capacity=3)
    all_kinds_of_bookings(session)
    assert statuses(session) == BOOKINGS
    before = list(Booking.objects.filter(session=session).order_by("pk").values())
    do(verb, session)
    assert count(session) == (3, 0, 3)
    with places.locked(session.pk, at(session.ends_at + WEEK)):
        pass
    assert list(Booking.objects.filter(session=session).order_by("pk").values()) == before
    entries = AuditEntry.objects.filter(session=session)
    assert entries.order_by("pk").values_list("verb", flat=True).last() == verb
    cancels = [event for event in events(session) if event[0] in (Verb.CANCEL, Verb.WITHDRAW)]
    assert len(cancels) == 1  # of whoever left before


@pytest.mark.parametrize("was", [SessionStatus.ANNOUNCED, SessionStatus.OPEN, SessionStatus.CLOSED])
@pytest.mark.parametrize("ways", [[Verb.CANCEL_SESSION], [Verb.POSTPONE], [Verb.POSTPONE, Verb.CANCEL_SESSION]])
@pytest.mark.parametrize("back", [Verb.REINSTATE, Verb.MOVE])
def test_session_that_takes_place_after_all_has_the_status_it_had(was, ways, back):
    session = SessionFactory(room__status=was)
    for verb in ways:
        do(verb, session)
    assert Places.objects.get(pk=session.pk).status_before == was
    do(back, session)
    row = Places.objects.get(pk=session.pk)
    assert (row.status, row.status_before) == (was, "")


@pytest.mark.parametrize("back", [Verb.REINSTATE, Verb.MOVE])
def test_nothing_lapses_because_of_the_time_it_was_off(back):
    session = SessionFactory(room__capacity=3)
    all_kinds_of_bookings(session)
    do(Verb.CANCEL_SESSION, session)
    morning_before = london(DAY - dt.timedelta(days=1), dt.time(17))  # the list ended at 16:00
    do(back, session, moment=morning_before)
    assert statuses(session) == BOOKINGS
    held, offered = (Booking.objects.get(session=session, status=one) for one in (Status.HELD, Status.OFFERED))
    if back == Verb.REINSTATE:
        session.refresh_from_db()
        assert held.deadline == session.starts_at  # 18:00 the next school day would be past it
        assert offered.deadline == session.waiting_closes_at == london(DAY, dt.time(9))  # 2 hours of school
    else:
        assert held.deadline == london(DAY, dt.time(18))
        assert offered.deadline == london(DAY, dt.time(17))  # 10 hours of school
    mail = Mail.objects.get(kind=SESSION_MAILS[back], booking=held)
    assert dt.datetime.fromisoformat(mail.facts["deadline"]) == held.deadline
    assert miscounts() == []


@pytest.mark.parametrize("back", [Verb.REINSTATE, Verb.MOVE])
def test_list_that_ended_meanwhile_runs_on_but_never_past_the_start(back):
    session = SessionFactory()
    do(Verb.POSTPONE, session)
    late = session.starts_at - HOUR  # 8:00: the list ended yesterday, and two hours of school would end at 10:00
    if back == Verb.REINSTATE:
        do(back, session, moment=late)
    else:
        end = Plan.of(session, ends_at=session.ends_at + HOUR)
        move(session.pk, end, by=StaffFactory(), clock=at(late))
    session.refresh_from_db()
    assert session.waiting_closes_at == session.starts_at


def test_booking_closes_before_a_new_start_on_the_same_day():
    session = SessionFactory()
    ShowcaseSession.objects.update(closes_at=session.starts_at)
    session.refresh_from_db()
    earlier = Plan.of(session, starts_at=session.starts_at - HOUR, arrival_at=None)
    move(session.pk, earlier, by=StaffFactory(), clock=at())
    session.refresh_from_db()
    assert (session.starts_at, session.closes_at) == (
        london(DAY, dt.time(8)),
        london(dt.date(2027, 1, 22), dt.time(12)),
    )


def test_hold_and_offer_end_where_a_session_moves_ahead_of_them():
    session = SessionFactory(room__capacity=3)
    all_kinds_of_bookings(session)
    Booking.objects.filter(status__in=[Status.HELD, Status.OFFERED]).update(deadline=london(DAY, dt.time(8)))
    sooner = dt.timedelta(days=5)  # to Thursday 21 January: its list ends on the Wednesday at 16:00
    plan = Plan.of(session, starts_at=session.starts_at - sooner, ends_at=session.ends_at - sooner)
    move(session.pk, plan, by=StaffFactory(), clock=at())
    held, offered = (Booking.objects.get(session=session, status=one) for one in (Status.HELD, Status.OFFERED))
    assert held.deadline == london(dt.date(2027, 1, 21), dt.time(9))
    assert offered.deadline == london(dt.date(2027, 1, 20), dt.time(16))
    mail = Mail.objects.get(kind=Kind.SESSION_MOVED, booking=offered)
    assert dt.datetime.fromisoformat(mail.facts["deadline"]) == offered.deadline


def test_hold_of_a_reinstated_session_waits_until_its_new_mail_could_be_read():
    session = SessionFactory()
    booking = hold(session)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    do(Verb.CANCEL_SESSION, session)
    do(Verb.REINSTATE, session, moment=LATER)
    deadline = Booking.objects.get(pk=booking.pk).deadline
    late = deadline + HOUR
    assert list(Booking.objects.lapsing(now=late)) == []
    Mail.objects.filter(kind=Kind.SESSION_REINSTATED).update(state=Mail.State.SENT, answered_at=late)
    assert list(Booking.objects.lapsing(now=late + 3 * HOUR - dt.timedelta(minutes=1))) == []
    assert list(Booking.objects.lapsing(now=late + 3 * HOUR)) == [booking]


def test_hold_whose_first_mail_was_never_sent_lapses_after_the_new_one():
    session = SessionFactory()
    booking = hold(session)
    do(Verb.CANCEL_SESSION, session)
    do(Verb.REINSTATE, session)
    Mail.objects.exclude(kind=Kind.SESSION_REINSTATED).update(state=Mail.State.DROPPED)
    Mail.objects.filter(kind=Kind.SESSION_REINSTATED).update(state=Mail.State.SENT, answered_at=NOW)
    deadline = Booking.objects.get(pk=booking.pk).deadline
    assert list(Booking.objects.lapsing(now=deadline)) == [booking]


def test_reinstating_offers_places_that_came_free_meanwhile():
    session = SessionFactory(room__capacity=1)
    first = confirmed(session, "first@school.example")
    joined = waiting_list.join(session.pk, party(email="next@school.example"), clock=at())
    waiting_list.wait(joined.booking.pk, clock=at())
    do(Verb.POSTPONE, session)
    places.cancel(first.pk, clock=at())
    assert statuses(session) == [Status.CANCELLED, Status.WAITING]
    do(Verb.REINSTATE, session)
    assert statuses(session) == [Status.CANCELLED, Status.OFFERED]


def test_session_whose_day_has_passed_is_reinstated_only_with_a_new_one():
    session = SessionFactory()
    confirmed(session)
    do(Verb.POSTPONE, session)
    before = everything(session)
    with pytest.raises(DayHasPassed):
        do(Verb.REINSTATE, session, moment=session.starts_at)
    assert everything(session) == before
    do(Verb.MOVE, session, moment=session.starts_at)
    assert status(session) == SessionStatus.OPEN


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE])
def test_session_that_is_over_is_not_taken_off(verb):
    session = SessionFactory()
    before = everything(session)
    with pytest.raises(NotBookable):
        do(verb, session, moment=session.ends_at)
    assert everything(session) == before
    do(verb, session, moment=session.ends_at - HOUR)  # snow comes late


def test_open_session_that_is_off_keeps_a_place():
    session = SessionFactory()
    do(Verb.POSTPONE, session)
    with pytest.raises(TooFewPlaces):
        changes.set_places(session.pk, capacity=0, held_back=0, by=StaffFactory(), clock=at())


# --- moving ---------------------------------------------------------------------------------------------------------


def test_move_works_out_new_dates_for_booking():
    session = SessionFactory(share=2, arrival_at=london(DAY, dt.time(8, 30)))
    arrives = session.arrival_at + WEEK
    move(session.pk, a_week_later(session, arrival_at=arrives), by=StaffFactory(), clock=at())
    moved = type(session).objects.get(pk=session.pk)
    names = ("starts_at", "ends_at", "arrival_at", "closes_at", "waiting_closes_at", "release_at", "share_until")
    assert {name: getattr(moved, name) for name in names} == {name: getattr(session, name) + WEEK for name in names}
    assert (moved.first_day, moved.last_day) == (DAY + WEEK, DAY + WEEK)


def test_move_within_the_day_keeps_the_dates_for_booking():
    session = SessionFactory()
    session.closes_at -= WEEK
    session.release_at = session.closes_at
    session.save()
    plan = Plan.of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    move(session.pk, plan, by=StaffFactory(), clock=at())
    moved = type(session).objects.get(pk=session.pk)
    assert (moved.starts_at, moved.closes_at) == (session.starts_at + HOUR, session.closes_at)


def test_move_to_a_smaller_room_is_refused_with_how_many_it_needs():
    session = SessionFactory(room__held_back=4)
    confirmed(session, size=2)
    before, row = everything(session), type(session).objects.filter(pk=session.pk).values().get()
    with pytest.raises(TooFewPlaces) as refused:
        move(session.pk, a_week_later(session, capacity=5), by=StaffFactory(), clock=at())
    assert refused.value.needed == 6
    assert everything(session) == before
    assert type(session).objects.filter(pk=session.pk).values().get() == row
    move(session.pk, a_week_later(session, capacity=6), by=StaffFactory(), clock=at())
    assert count(session) == (2, 4, 6)


def test_move_to_a_larger_room_offers_what_it_has_more():
    session = SessionFactory(room__capacity=1)
    confirmed(session)
    joined = waiting_list.join(session.pk, party(email="next@school.example"), clock=at())
    waiting_list.wait(joined.booking.pk, clock=at())
    move(session.pk, a_week_later(session, capacity=2), by=StaffFactory(), clock=at())
    assert statuses(session) == [Status.CONFIRMED, Status.OFFERED]


@pytest.mark.parametrize(
    "plan, said",
    [
        (lambda s: Plan.of(s, starts_at=NOW, ends_at=NOW + HOUR), "Enter a start that is still to come."),
        (lambda s: Plan.of(s, ends_at=s.starts_at), "The end must come after the start, on the same day."),
        (lambda s: Plan.of(s, ends_at=s.ends_at + WEEK), "The end must come after the start, on the same day."),
        (lambda s: Plan.of(s, venue=None), "Booking is open, so a place is needed."),
        (lambda s: Plan.of(s, place_name="Hall"), "Choose a school or name a place, not both."),
        (
            lambda s: Plan.of(s, arrival_at=s.starts_at + HOUR),
            "People must be able to arrive before the session starts.",
        ),
        (
            lambda s: Plan.of(s, venue=None, place_name="x" * 151),
            "Ensure this value has at most 150 characters (it has 151).",
        ),
    ],
    ids=["past", "no-time", "two-days", "no-place", "two-places", "late-arrival", "long-name"],
)
def test_plan_that_cannot_be_changes_nothing(plan, said):
    session = SessionFactory()
    confirmed(session)
    before, row = everything(session), type(session).objects.filter(pk=session.pk).values().get()
    with pytest.raises(BadPlan) as refused:
        move(session.pk, plan(session), by=StaffFactory(), clock=at())
    assert refused.value.sentences == (said,)
    assert everything(session) == before
    assert type(session).objects.filter(pk=session.pk).values().get() == row


def test_move_to_where_it_is_tells_nobody():
    session = SessionFactory()
    confirmed(session)
    before = everything(session)
    with pytest.raises(NothingChanged):
        move(session.pk, Plan.of(session), by=StaffFactory(), clock=at())
    assert everything(session) == before


def test_session_that_has_started_moves_no_more():
    session = SessionFactory()
    with pytest.raises(NotBookable):
        do(Verb.MOVE, session, moment=session.starts_at)


def test_move_to_an_earlier_day_lets_no_hold_outlive_the_start():
    session = SessionFactory()
    booking = hold(session)
    Booking.objects.update(deadline=session.starts_at - HOUR)
    earlier = NOW + dt.timedelta(days=2)
    plan = Plan.of(session, starts_at=earlier, ends_at=earlier + HOUR)
    move(session.pk, plan, by=StaffFactory(), clock=at())
    assert Booking.objects.get(pk=booking.pk).deadline == earlier


def test_announced_session_gets_its_first_date_by_moving():
    session = SessionFactory(starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED)
    start = london(DAY, dt.time(9))
    move(session.pk, Plan.of(session, starts_at=start, ends_at=start + HOUR), by=StaffFactory(), clock=at())
    moved = type(session).objects.get(pk=session.pk)
    assert (moved.starts_at, moved.first_day) == (start, DAY)
    assert moved.closes_at is not None


# --- substituting ---------------------------------------------------------------------------------------------------


def test_substitute_says_what_was_and_names_only_who_agreed():
    session = SessionFactory()
    confirmed(session)
    lesson = Lesson.objects.get(session=session)
    named = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Zhang Min", name_agreed_at=NOW)
    unnamed = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Li Na")
    lesson.visiting_teachers.add(unnamed)
    by = StaffFactory()
    substitute(lesson.pk, Teaching("fractions", [named], other_teacher="Jo Brown"), by=by, clock=at())
    facts = Mail.objects.get(kind=Kind.SESSION_CHANGED).facts
    assert (facts["lesson_was"], facts["lesson"]) == ("Year 6", "Year 6: fractions")
    assert (facts["teachers_was"], facts["teachers"]) == (
        "a visiting teacher from Shanghai",
        "Zhang Min and Jo Brown",
    )
    assert facts["title"] == "Year 6: fractions"
    assert type(session).objects.get(pk=session.pk).name == "Year 6: fractions"
    assert list(lesson.visiting_teachers.all()) == [named]
    with pytest.raises(NothingChanged):
        substitute(lesson.pk, Teaching("fractions", [named], other_teacher="Jo Brown"), by=by, clock=at())


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE])
def test_lesson_of_a_session_that_is_off_stays_as_it_is(verb):
    session = SessionFactory()
    do(verb, session)
    before = everything(session)
    with pytest.raises(Refused):
        do(Verb.SUBSTITUTE, session)
    assert everything(session) == before
    assert Lesson.objects.get(session=session).topic == ""
