"""Reminders: seven days and one day before, to whoever has a place, once, and never what no longer makes sense."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from bookings import places
from bookings.due import run_due
from bookings.mail import reminders, rendering
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail, Places, Told
from bookings.rule.party import Correction, NewVisitor
from bookings.states import SessionStatus, Status
from bookings.verbs import details as put_right
from bookings.verbs import hand_over, staff_booking
from bookings.verbs import visitors as details
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.bookings.observed import statements
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, A_DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
WEEK_BEFORE = london(dt.date(2027, 1, 19), dt.time(9))
DAY_BEFORE = london(dt.date(2027, 1, 25), dt.time(9))


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def a_session(day: dt.date = DAY, **fields: Any) -> ShowcaseSession:
    times = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11, 45))}
    session: ShowcaseSession = SessionFactory(title="Year 6 lesson", **(times | fields))
    return session


def confirmed(session: ShowcaseSession, *, now: dt.datetime = NOW, **asked: Any) -> Booking:
    booking = places.hold(session.pk, party(**asked), clock=at(now))
    assert booking
    return places.confirm(booking.pk, clock=at(now))


def set_status(session: ShowcaseSession, status: str) -> None:
    Places.objects.filter(session=session).update(status=status)


def made() -> list[tuple[str | None, dt.datetime]]:
    """Each reminder, as recipient and when it was made."""
    found = Mail.objects.filter(kind=Kind.REMINDER).order_by("pk")
    return list(found.values_list("recipient", "created_at"))


def run(*moments: dt.datetime) -> None:
    for moment in moments:
        run_due(at(moment))


def states() -> list[str]:
    return list(Mail.objects.filter(kind=Kind.REMINDER).order_by("pk").values_list("state", flat=True))


# --- when -----------------------------------------------------------------------------------------------------------


def test_reminder_is_made_a_week_and_a_day_before_at_nine_to_the_second() -> None:
    confirmed(a_session())
    run(NOW, WEEK_BEFORE - SECOND)
    assert made() == []
    run(WEEK_BEFORE, WEEK_BEFORE + HOUR, WEEK_BEFORE + A_DAY, DAY_BEFORE - SECOND)
    assert made() == [("teacher@school.example", WEEK_BEFORE)]
    run(DAY_BEFORE, DAY_BEFORE + HOUR, DAY_BEFORE + A_DAY)
    assert made() == [("teacher@school.example", WEEK_BEFORE), ("teacher@school.example", DAY_BEFORE)]
    assert states() == ["sent", "sent"]


@pytest.mark.parametrize(
    "day, week_before, day_before",
    [
        # the clocks go forward on 28 March 2027, and back on 31 October 2027
        (dt.date(2027, 3, 30), "2027-03-23T09:00+00:00", "2027-03-29T08:00+00:00"),
        (dt.date(2027, 3, 29), "2027-03-22T09:00+00:00", "2027-03-28T08:00+00:00"),
        (dt.date(2027, 11, 2), "2027-10-26T08:00+00:00", "2027-11-01T09:00+00:00"),
        (dt.date(2027, 11, 1), "2027-10-25T08:00+00:00", "2027-10-31T09:00+00:00"),
    ],
)
def test_reminder_is_due_at_nine_in_london_across_the_change_of_clocks(
    day: dt.date, week_before: str, day_before: str
) -> None:
    confirmed(a_session(day))
    for moment in (dt.datetime.fromisoformat(week_before), dt.datetime.fromisoformat(day_before)):
        before = len(made())
        run(moment - SECOND)
        assert len(made()) == before
        run(moment)
        assert len(made()) == before + 1


def test_reminder_that_is_late_still_comes_after_two_days_and_not_after_three() -> None:
    confirmed(a_session())
    run(WEEK_BEFORE + 2 * A_DAY)
    assert states() == ["sent"]
    Told.objects.all().delete()
    Mail.objects.all().delete()
    run(WEEK_BEFORE + 3 * A_DAY)
    assert made() == []


def test_reminder_that_no_server_took_for_three_days_is_dropped() -> None:
    session = a_session()
    confirmed(session)
    reminders.make(session.pk, WEEK_BEFORE)
    send_due(at(WEEK_BEFORE + 3 * A_DAY))
    assert states() == ["dropped"]


def test_reminder_is_not_made_or_sent_after_the_start() -> None:
    session = a_session()
    confirmed(session)
    assert session.starts_at
    assert reminders.due(session.starts_at) == []
    reminders.make(session.pk, session.starts_at - MINUTE)
    send_due(at(session.starts_at))
    assert states() == ["dropped"]


# --- to whom --------------------------------------------------------------------------------------------------------


def test_reminder_goes_to_the_contact_and_to_each_named_visitor_with_an_address() -> None:
    visitors = (NewVisitor(), NewVisitor(full_name="Ann Lee", email="ann@school.example"), NewVisitor(full_name="Bo"))
    confirmed(a_session(), visitors=(*visitors, NewVisitor()))
    run(WEEK_BEFORE)
    assert [to for to, _at in made()] == ["teacher@school.example", "ann@school.example"]


def test_reminder_goes_to_a_contact_who_does_not_come() -> None:
    visitors = (NewVisitor(full_name="Ann Lee", email="ann@school.example"),)
    confirmed(a_session(), contact_comes=False, visitors=visitors)
    run(WEEK_BEFORE)
    assert [to for to, _at in made()] == ["teacher@school.example", "ann@school.example"]


@pytest.mark.parametrize("status", [Status.HELD, Status.CANCELLED])
def test_reminder_is_only_for_what_is_confirmed(status: str) -> None:
    session = a_session()
    booking = places.hold(session.pk, party(), clock=at())
    assert booking
    if status == Status.CANCELLED:
        places.confirm(booking.pk, clock=at())
        places.cancel(booking.pk, clock=at())
    reminders.make(session.pk, WEEK_BEFORE)
    assert made() == []


def test_reminder_is_not_for_a_place_that_was_released() -> None:
    session = a_session()
    booking = confirmed(session, size=2)
    details.release(booking.visitors.get(is_contact=False).pk, clock=at())
    run(WEEK_BEFORE)
    assert [to for to, _at in made()] == ["teacher@school.example"]


@pytest.mark.parametrize(
    "confirmed_at, reminded",
    [
        (WEEK_BEFORE - 24 * HOUR, True),
        (WEEK_BEFORE - 24 * HOUR + SECOND, False),
        (WEEK_BEFORE - SECOND, False),
        (WEEK_BEFORE + HOUR, False),
    ],
)
def test_reminder_is_not_for_who_has_only_just_booked(confirmed_at: dt.datetime, reminded: bool) -> None:
    confirmed(a_session(), now=confirmed_at, size=2)
    run(WEEK_BEFORE + 2 * HOUR)
    assert len(made()) == (2 if reminded else 0)


def test_reminder_of_the_day_before_is_for_who_booked_in_the_week_before() -> None:
    session = a_session()
    confirmed(session, now=WEEK_BEFORE + HOUR)
    run(WEEK_BEFORE + 2 * HOUR, DAY_BEFORE)
    assert made() == [("teacher@school.example", DAY_BEFORE)]


def test_reminder_is_for_who_only_changed_a_detail_since() -> None:
    booking = confirmed(a_session())
    visitor = booking.visitors.get()
    said = {visitor.pk: Correction(needs="Hearing loop")}
    put_right.change_details(booking.pk, clock=at(WEEK_BEFORE - HOUR), visitors=said)
    run(WEEK_BEFORE)
    assert len(made()) == 1


def test_reminder_is_not_for_a_visitor_who_was_named_just_before() -> None:
    booking = confirmed(a_session(), visitors=(NewVisitor(), NewVisitor()))
    visitor = booking.visitors.get(is_contact=False)
    named = {visitor.pk: Correction(full_name="Ann Lee", email="ann@school.example")}
    put_right.change_details(booking.pk, clock=at(WEEK_BEFORE - HOUR), visitors=named)
    run(WEEK_BEFORE)
    assert [to for to, _at in made()] == ["teacher@school.example"]
    run(DAY_BEFORE)
    assert [to for to, _at in made()[1:]] == ["teacher@school.example", "ann@school.example"]


def test_reminder_is_not_for_a_colleague_who_was_handed_the_place_just_before() -> None:
    booking = confirmed(a_session(), size=2)
    visitor = booking.visitors.get(is_contact=False)
    taker = NewVisitor(full_name="Cara Lee", email="cara@school.example")
    hand_over.hand_over(visitor.pk, taker, clock=at(WEEK_BEFORE - HOUR))
    run(WEEK_BEFORE)
    assert [to for to, _at in made()] == ["teacher@school.example"]
    run(DAY_BEFORE)
    assert [to for to, _at in made()[1:]] == ["teacher@school.example", "cara@school.example"]


def test_reminder_to_who_has_handed_the_place_over_meanwhile_is_dropped() -> None:
    session = a_session()
    booking = confirmed(session, size=2)
    reminders.make(session.pk, WEEK_BEFORE)
    visitor = booking.visitors.get(is_contact=False)
    taker = NewVisitor(full_name="Cara Lee", email="cara@school.example")
    hand_over.hand_over(visitor.pk, taker, clock=at(WEEK_BEFORE))
    run(WEEK_BEFORE)
    assert states() == ["sent", "dropped"]


def test_reminder_is_for_what_staff_booked() -> None:
    session = a_session()
    staff_booking.staff_booking(session.pk, party(), by=StaffFactory(), clock=at(), why="test")
    run(WEEK_BEFORE)
    assert len(made()) == 1


# --- what has changed meanwhile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_reminder_is_not_made_nor_sent_in_a_frozen_session(status: str) -> None:
    session = a_session()
    confirmed(session)
    reminders.make(session.pk, WEEK_BEFORE)
    set_status(session, status)
    run(WEEK_BEFORE)
    assert states() == ["dropped"]
    run(DAY_BEFORE)
    assert len(made()) == 1


def test_reminder_of_a_session_that_is_reinstated_comes_if_it_still_makes_sense() -> None:
    session = a_session()
    confirmed(session)
    set_status(session, SessionStatus.POSTPONED)
    run(WEEK_BEFORE)
    set_status(session, SessionStatus.OPEN)
    run(WEEK_BEFORE + HOUR)
    assert made() == [("teacher@school.example", WEEK_BEFORE + HOUR)]


def test_reminder_of_the_old_date_is_dropped_and_one_of_the_new_date_is_made() -> None:
    session = a_session()
    confirmed(session)
    reminders.make(session.pk, WEEK_BEFORE)
    later = 3 * A_DAY
    ShowcaseSession.objects.filter(pk=session.pk).update(
        starts_at=F("starts_at") + later, ends_at=F("ends_at") + later, first_day=DAY + later, last_day=DAY + later
    )
    run(WEEK_BEFORE)
    assert states() == ["dropped"]
    run(WEEK_BEFORE + later)
    assert states() == ["dropped", "sent"]


def test_reminder_of_what_was_cancelled_or_released_meanwhile_is_dropped() -> None:
    session = a_session()
    cancelled = confirmed(session, email="a@school.example")
    kept = confirmed(session, email="b@school.example", size=2)
    reminders.make(session.pk, WEEK_BEFORE)
    places.cancel(cancelled.pk, clock=at(WEEK_BEFORE))
    details.release(kept.visitors.get(is_contact=False).pk, clock=at(WEEK_BEFORE))
    run(WEEK_BEFORE)
    assert list(zip([to for to, _at in made()], states(), strict=True)) == [
        ("a@school.example", "dropped"),
        ("b@school.example", "sent"),
        ("b+2@school.example", "dropped"),
    ]


# --- what it says ---------------------------------------------------------------------------------------------------


def words(mail: Mail) -> str:
    return " ".join(str(rendering.render(mail, now=WEEK_BEFORE).body).split())


def test_reminder_asks_for_names_and_says_where_to_come_and_how_to_give_places_back() -> None:
    session = a_session(entrance="The gate in Greenway", joining_instructions="Ring twice.")
    visitors = (NewVisitor(), NewVisitor(full_name="Ann Lee", email="ann@school.example"), NewVisitor())
    booking = confirmed(session, visitors=visitors)
    run(WEEK_BEFORE)
    to_contact, to_visitor = Mail.objects.filter(kind=Kind.REMINDER).order_by("pk")
    assert rendering.render(to_contact, now=WEEK_BEFORE).subject == "Reminder: Year 6 lesson, Tuesday 26 January"
    for said in (
        f"Your booking {booking.reference_spaced} has 3 places at this session.",
        "Visitors: Test Teacher and Ann Lee.",
        "Give us the name of 1 visitor before the session starts",
        f"{rendering.private_link(to_contact)}cancel/",
        "Entrance: The gate in Greenway",
        "Ring twice.",
    ):
        assert said in words(to_contact)
    assert "You have a place at this session, booked by Test Teacher." in words(to_visitor)
    assert f"{rendering.private_link(to_visitor)}cancel/" in words(to_visitor)
    assert booking.reference_spaced not in words(to_visitor)
    assert rendering.private_link(to_contact) not in words(to_visitor)


@pytest.mark.parametrize(
    "now, subject, heading",
    [
        (DAY_BEFORE, "Tomorrow, 9:00: Year 6 lesson", "Tomorrow, 9:00"),
        (DAY_BEFORE + 15 * HOUR - SECOND, "Tomorrow, 9:00: Year 6 lesson", "Tomorrow, 9:00"),
        (DAY_BEFORE + 15 * HOUR, "Today, 9:00: Year 6 lesson", "Today, 9:00"),
        (DAY_BEFORE - A_DAY, "Reminder: Year 6 lesson, Tuesday 26 January", "Tuesday 26 January, 9:00"),
    ],
)
def test_reminder_says_tomorrow_only_where_the_session_is_tomorrow(
    now: dt.datetime, subject: str, heading: str
) -> None:
    confirmed(a_session())
    run(DAY_BEFORE)
    message = rendering.render(Mail.objects.get(kind=Kind.REMINDER), now=now)
    assert (message.subject, str(message.body).splitlines()[0]) == (subject, heading)


def test_tomorrow_is_london_s_when_the_clocks_have_changed() -> None:
    day = dt.date(2027, 3, 30)
    confirmed(a_session(day, starts_at=london(day, dt.time(0, 30)), ends_at=london(day, dt.time(11))))
    run(london(dt.date(2027, 3, 29), dt.time(9)))
    mail = Mail.objects.get(kind=Kind.REMINDER)
    assert rendering.render(mail, now=london(day, dt.time(0, 10))).subject == "Today, 0:30: Year 6 lesson"
    assert rendering.render(mail, now=london(day, dt.time(0)) - SECOND).subject == "Tomorrow, 0:30: Year 6 lesson"


def test_reminder_of_the_day_before_has_all_that_one_needs() -> None:
    session = a_session(
        arrival_at=london(DAY, dt.time(8, 45)), entrance="The gate in Greenway", day_contact="Sara", bring="photo ID"
    )
    booking = confirmed(session, visitors=(NewVisitor(), NewVisitor(full_name="Ann Lee", email="ann@school.example")))
    run(DAY_BEFORE)
    to_contact, to_visitor = Mail.objects.filter(kind=Kind.REMINDER).order_by("pk")
    for said in (
        "When you arrive Report to the school office: it signs every visitor in. Come from: 8:45 "
        "Entrance: The gate in Greenway Ask for: Sara Bring: photo ID",
        f"How to get there {session.where} Directions https://testserver/sessions/{session.ref}/directions/",
    ):
        assert said in words(to_contact)
        assert said in words(to_visitor)
    assert "Also coming: Test Teacher." in words(to_visitor)
    assert booking.visitors.count() == 2


@pytest.mark.parametrize(
    "language, said, not_said",
    [
        ("en-gb", ["places for colleagues at this session", "When they arrive"], ["See you", "When you arrive"]),
        ("zh-hans", ["为同事留有本场公开课的2个名额", "到访须知（请转告同事）"], ["明天见"]),
    ],
)
def test_reminder_to_who_does_not_come_speaks_of_those_who_do(
    language: str, said: list[str], not_said: list[str]
) -> None:
    visitors = (NewVisitor(full_name="Ann Lee"), NewVisitor(full_name="Bo Day"))
    confirmed(a_session(), contact_comes=False, visitors=visitors, language=language)
    run(DAY_BEFORE)
    mail = Mail.objects.get(kind=Kind.REMINDER)
    text = words(mail)
    assert [one for one in said if one not in text] == [one for one in not_said if one in text] == []
    assert "cancel/" not in text


# --- how ------------------------------------------------------------------------------------------------------------


def test_reminders_of_many_bookings_take_as_many_statements_as_of_one() -> None:
    counts = []
    for number in (1, 4):
        session = a_session(london(DAY, dt.time(9)).date())
        for n in range(number):
            confirmed(session, email=f"{n}@school{number}.example", size=2)
        with statements() as asked:
            reminders.make(session.pk, WEEK_BEFORE)
        counts.append(len(asked))
        assert len(made()) == (2 if number == 1 else 10)
    assert counts == [5, 5]


def test_round_looks_for_reminders_once() -> None:
    confirmed(a_session())
    run(WEEK_BEFORE)
    with statements() as asked:
        assert reminders.due(WEEK_BEFORE) == []
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_make_each_reminder_once() -> None:
    session = a_session()
    for n in range(5):
        confirmed(session, email=f"{n}@school.example", size=2)
    if connection.vendor == "sqlite":
        for _worker in range(10):
            reminders.make(session.pk, WEEK_BEFORE)
    else:
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _n: _make(session), range(10)))
    assert len(made()) == 10
    assert Told.objects.filter(session=session).count() == 1


def _make(session: ShowcaseSession) -> None:
    try:
        reminders.make(session.pk, WEEK_BEFORE)
    finally:
        connection.close()
