"""What the clock does: holds lapse, held-back places come free, and nothing moves in a frozen session."""

import datetime as dt
import smtplib

import pytest
from django.db import connection

from bookings import places
from bookings.due import run_due
from bookings.mail_kinds import READING_TIME, Kind
from bookings.models import AuditEntry, Booking, By, Mail, Places
from bookings.operations.counting import miscounts, report_miscounts
from bookings.rule.refusals import SessionFull
from bookings.states import FROZEN, SessionStatus, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.references import mail_token
from tests.bookings.observed import count, everything, mails, statements, statuses, verbs
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def hold(session, email="teacher@school.example", *, now=NOW, **asked):
    return places.hold(session.pk, party(email=email, **asked), clock=lambda: now)


def answered(at, state=Mail.State.SENT):
    Mail.objects.filter(kind=Kind.CONFIRM).update(state=state, answered_at=at)


def settle(session, now):
    with places.locked(session.pk, lambda: now) as room:
        return room.writes


# --- when a hold lapses ---------------------------------------------------------------------------------------------


def test_hold_lapses_at_its_deadline_to_the_second():
    session = SessionFactory()
    booking = hold(session, size=2)
    answered(NOW)
    assert settle(session, booking.deadline - SECOND) == 0
    assert settle(session, booking.deadline) == 1
    assert statuses(session) == [Status.LAPSED]
    assert count(session) == (0, 0, 30)
    assert mails(session)[1:] == [("lapsed", "teacher@school.example")]
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.by, entry.at, entry.places) == ("lapse", By.CLOCK, booking.deadline, -2)


@pytest.mark.parametrize("state", [Mail.State.SENT, Mail.State.REFUSED])
def test_hold_gives_three_hours_to_read_a_mail_that_came_late(state):
    session = SessionFactory()
    booking = hold(session)
    late = booking.deadline - HOUR
    answered(late, state)
    assert dt.timedelta(hours=3) == READING_TIME
    assert settle(session, late + READING_TIME - SECOND) == 0
    assert settle(session, late + READING_TIME) == 1


def test_hold_counts_from_its_first_mail_not_from_one_sent_again():
    session = SessionFactory()
    booking = hold(session)
    answered(NOW)
    again = Mail.objects.get(kind=Kind.CONFIRM)
    again.pk, again.dedupe_key, again.token = None, "again", mail_token()
    again.answered_at = booking.deadline - SECOND
    again.save()
    assert settle(session, booking.deadline) == 1


@pytest.mark.parametrize("state", [Mail.State.WAITING, Mail.State.FAILED])
def test_hold_is_not_ended_by_a_mail_server_that_is_dead(state):
    session = SessionFactory()
    hold(session)
    Mail.objects.update(state=state)
    assert settle(session, session.starts_at - SECOND) == 0
    assert settle(session, session.starts_at) == 1
    assert statuses(session) == [Status.LAPSED]


def test_worker_with_a_dead_mail_server_destroys_no_booking(monkeypatch):
    def dead(_line):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", dead)
    session = SessionFactory()
    booking = hold(session)
    for days in range(1, 8):
        run_due(lambda days=days: NOW + days * DAY)
    assert booking.deadline + READING_TIME < NOW + 7 * DAY
    assert statuses(session) == [Status.HELD]
    assert Mail.objects.get().state == Mail.State.FAILED


def test_hold_lapses_at_the_start_also_where_that_was_moved_before_its_deadline():
    session = SessionFactory()
    booking = hold(session)
    starts_at = booking.deadline - 9 * HOUR
    dates = dict.fromkeys(("closes_at", "release_at", "share_until", "waiting_closes_at"), NOW)
    day = {"first_day": starts_at.date(), "last_day": starts_at.date()}
    moved = ShowcaseSession.objects.filter(pk=session.pk)
    moved.update(starts_at=starts_at, ends_at=starts_at + HOUR, **dates, **day)
    assert settle(session, starts_at - SECOND) == 0
    assert settle(session, starts_at) == 1


def test_confirmed_bookings_never_lapse():
    session = SessionFactory()
    places.confirm(hold(session).pk, clock=lambda: NOW)
    answered(NOW)
    assert settle(session, session.ends_at) == 0


@pytest.mark.parametrize("status", sorted(FROZEN))
def test_nothing_lapses_and_nothing_comes_free_while_a_session_is_cancelled_or_postponed(status):
    session = SessionFactory(room__held_back=5)
    hold(session)
    answered(NOW)
    Places.objects.filter(pk=session.pk).update(status=status)
    before = everything(session)
    assert settle(session, session.ends_at) == 0
    assert places.settle_if_due(session.pk, lambda: session.ends_at) is False
    run_due(lambda: session.ends_at)
    assert everything(session) == before


@pytest.mark.parametrize("status", [SessionStatus.CLOSED, SessionStatus.ANNOUNCED, SessionStatus.DRAFT])
def test_holds_lapse_in_a_session_that_is_not_open(status):
    session = SessionFactory()
    booking = hold(session)
    answered(NOW)
    Places.objects.filter(pk=session.pk).update(status=status)
    assert settle(session, booking.deadline) == 1


# --- held-back places -----------------------------------------------------------------------------------------------


def test_held_back_places_come_free_to_the_second_and_once():
    session = SessionFactory(room__held_back=5)
    assert settle(session, session.release_at - SECOND) == 0
    assert settle(session, session.release_at) == 1
    assert settle(session, session.release_at + DAY) == 0
    assert count(session) == (0, 0, 30)
    assert verbs(session) == ["free_held_back"]


def test_held_back_places_without_a_time_are_kept():
    session = SessionFactory(room__held_back=5)
    session.release_at = None
    session.save()
    assert settle(session, session.starts_at) == 0
    assert count(session) == (0, 5, 30)


# --- who settles ----------------------------------------------------------------------------------------------------


def test_every_verb_settles_what_is_due_before_it_judges():
    session = SessionFactory(room__capacity=1)
    first = hold(session)
    answered(NOW)
    assert hold(session, "next@school.example", now=first.deadline).status == Status.HELD
    assert verbs(session) == ["hold", "lapse", "hold"]
    assert count(session) == (1, 0, 1)


def test_refused_verb_leaves_what_it_settled():
    session = SessionFactory(room__capacity=2)
    booking = hold(session)
    answered(NOW)
    with pytest.raises(SessionFull) as refused:
        hold(session, "next@school.example", now=booking.deadline, size=3)
    assert refused.value.left == 2
    assert statuses(session) == [Status.LAPSED]
    assert verbs(session) == ["hold", "lapse"]
    assert mails(session)[1:] == [("lapsed", "teacher@school.example")]


def test_settle_if_due_settles_only_where_a_hold_is_due():
    session = SessionFactory()
    booking = hold(session)
    answered(NOW)
    assert places.settle_if_due(session.pk, lambda: booking.deadline - SECOND) is False
    assert places.settle_if_due(session.pk, lambda: booking.deadline) is True
    assert places.settle_if_due(session.pk, lambda: booking.deadline) is False


@pytest.mark.parametrize("end", ["starts_at", "waiting_closes_at"])
def test_settle_if_due_sees_what_ends_with_its_session_or_its_list_before_its_deadline(end):
    """A hold ends with the session, an offer with the list as well."""
    session = SessionFactory(room__capacity=1)
    booking = hold(session)
    ends = booking.deadline - HOUR
    moved = {end: ends}
    if end == "starts_at":
        moved |= dict.fromkeys(("closes_at", "release_at", "share_until"), NOW) | {"waiting_closes_at": None}
        moved |= {"first_day": ends.date(), "last_day": ends.date(), "ends_at": ends + HOUR}
    else:
        Booking.objects.filter(pk=booking.pk).update(status=Status.OFFERED, offered_at=NOW)
    ShowcaseSession.objects.filter(pk=session.pk).update(**moved)
    assert places.settle_if_due(session.pk, lambda: ends - SECOND) is False
    assert places.settle_if_due(session.pk, lambda: ends) is True


def test_worker_settles_what_nobody_visits():
    due, kept, later = SessionFactory(), SessionFactory(room__held_back=2), SessionFactory()
    booking = hold(due)
    answered(NOW)
    hold(later, now=booking.deadline - HOUR)
    assert [verbs(session) for session in (due, kept, later)] == [["hold"], [], ["hold"]]
    run_due(lambda: max(booking.deadline, kept.release_at))
    assert verbs(due)[1:] == ["lapse"]
    assert verbs(kept) == ["free_held_back"]
    assert statuses(later) == [Status.HELD]  # its mail has only now gone out


def test_worker_goes_on_where_one_session_cannot_be_settled(monkeypatch):
    first, second = SessionFactory(room__held_back=1), SessionFactory(room__held_back=1)
    settle_it = places.settle

    def fails_for_the_first(room):
        if room.session == first:
            raise ValueError("a fault of ours")
        settle_it(room)

    monkeypatch.setattr(places, "settle", fails_for_the_first)
    run_due(lambda: first.release_at)
    assert (count(first), count(second)) == ((0, 1, 30), (0, 0, 30))


def test_lapsing_thirty_holds_takes_as_many_statements_as_lapsing_one():
    # the lock, who may be due and who is; places, bookings, audit entries, which addresses have proved anything, mails;
    # on SQLite whether the clock has jumped (tests give the clock, and so PostgreSQL's is not asked)
    number = 9 if connection.vendor == "sqlite" else 8
    assert [len(lapses_of(1)), len(lapses_of(30))] == [number, number]


def lapses_of(number):
    session = SessionFactory(room__capacity=number)
    for n in range(number):
        booking = hold(session, f"{n}-of-{number}@school.example")
    answered(NOW)
    with statements() as made:
        settle(session, booking.deadline)
    assert statuses(session) == [Status.LAPSED] * number
    assert len(mails(session)) == 2 * number
    assert count(session) == (0, 0, number)
    return made.under_lock


# --- the check ------------------------------------------------------------------------------------------------------


def test_miscounts_finds_a_session_whose_count_is_wrong_by_booking_or_by_name():
    right, wrong_count, wrong_names = SessionFactory(), SessionFactory(), SessionFactory()
    for session in (right, wrong_count, wrong_names):
        hold(session, size=2)
    Places.objects.filter(pk=wrong_count.pk).update(places_taken=1)
    wrong_names.bookings.get().visitors.filter(position=2).update(released_at=NOW)
    assert sorted(miscounts()) == [wrong_count.pk, wrong_names.pk]
    assert miscounts([right.pk, wrong_count.pk]) == [wrong_count.pk]
    assert sorted(report_miscounts(now=NOW)) == [wrong_count.pk, wrong_names.pk]
    Places.objects.filter(pk=wrong_count.pk).update(places_taken=2)
    wrong_names.bookings.get().visitors.filter(position=2).update(released_at=None)
    assert miscounts() == []


def test_round_says_in_the_log_what_is_miscounted_in_the_sessions_that_it_settles(caplog):
    settled, untouched = SessionFactory(), SessionFactory()
    deadline = hold(settled).deadline
    hold(untouched, now=deadline - HOUR)
    answered(NOW)
    Places.objects.update(places_taken=2)
    run_due(lambda: deadline)
    assert [one.getMessage() for one in caplog.records if one.name == "showcase.rule"] == [
        f"Places taken differ from seated visitors in sessions [{settled.pk}]"
    ]
    Places.objects.update(places_taken=1)
    Places.objects.filter(pk=settled.pk).update(places_taken=0)


def test_staff_may_cancel_while_holds_lapse_beside():
    session = SessionFactory()
    first, second = hold(session), hold(session, "second@school.example")
    places.confirm(second.pk, clock=lambda: NOW)
    answered(NOW)
    places.cancel(second.pk, clock=lambda: first.deadline, by=StaffFactory(), why="Snow")
    assert statuses(session) == [Status.LAPSED, Status.CANCELLED]
    assert count(session) == (0, 0, 30)
