"""After two days without a worker: what was asked for is sent before anything lapses, and nothing that is stale."""

import datetime as dt

import pytest

from bookings import places
from bookings.due import run_due
from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.states import Status
from bookings.verbs import waiting_list
from tests.bookings.observed import mails, statuses, verbs
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db

TWO_DAYS = dt.timedelta(days=2)
HOUR = dt.timedelta(hours=1)


def at(now):
    return lambda: now


def sent(kind):
    return list(Mail.objects.filter(kind=kind, state=Mail.State.SENT).values_list("recipient", flat=True))


def test_hold_is_mailed_before_it_lapses_and_leaves_three_hours(mailoutbox):
    session = SessionFactory()
    booking = places.hold(session.pk, party(), clock=at(NOW))
    late = booking.deadline + TWO_DAYS
    run_due(at(late))
    assert (statuses(session), sent(Kind.CONFIRM)) == ([Status.HELD], ["teacher@school.example"])
    assert "It is kept for you until 21:00 on Thursday 7 January" in mailoutbox[0].body.replace("\n", " ")
    run_due(at(late + 3 * HOUR - dt.timedelta(seconds=1)))
    assert statuses(session) == [Status.HELD]
    run_due(at(late + 3 * HOUR))
    assert statuses(session) == [Status.LAPSED]


def test_offer_is_mailed_before_it_lapses_and_leaves_two_hours(mailoutbox):
    session = SessionFactory(room__capacity=1)
    seated = places.confirm(places.hold(session.pk, party(), clock=at(NOW)).pk, clock=at(NOW))
    asked = waiting_list.join(session.pk, party(email="waits@school.example"), clock=at(NOW)).booking
    waiting_list.wait(asked.pk, clock=at(NOW))
    places.cancel(seated.pk, clock=at(NOW))
    asked.refresh_from_db()
    late = asked.deadline + TWO_DAYS
    run_due(at(late))
    assert (statuses(session)[-1], sent(Kind.OFFERED)) == (Status.OFFERED, ["waits@school.example"])
    run_due(at(late + 2 * HOUR))
    assert statuses(session)[-1] == Status.LAPSED


def test_what_has_passed_is_not_sent(mailoutbox):
    """Booked, confirmed and cancelled meanwhile; asked to wait for a list that has ended; held until the start."""
    session = SessionFactory(room__capacity=2)
    gone = places.hold(session.pk, party(email="gone@school.example"), clock=at(NOW))
    places.confirm(gone.pk, clock=at(NOW))
    places.cancel(gone.pk, clock=at(NOW))
    places.hold(session.pk, party(email="held@school.example", size=2), clock=at(NOW))
    waiting_list.join(session.pk, party(email="waits@school.example"), clock=at(NOW))
    run_due(at(session.ends_at + HOUR))
    assert statuses(session) == [Status.CANCELLED, Status.LAPSED, Status.LAPSED]
    assert [mail.to for mail in mailoutbox] == []
    assert verbs(session)[-2:] == ["lapse", "end_list"]


def test_mail_of_a_booking_that_was_cancelled_meanwhile_says_so_alone(mailoutbox):
    session = SessionFactory()
    booking = places.hold(session.pk, party(), clock=at(NOW))
    places.confirm(booking.pk, clock=at(NOW))
    places.cancel(booking.pk, clock=at(NOW))
    assert [kind for kind, _to in mails(session)] == ["confirm", "confirmed", "cancelled"]
    run_due(at(NOW + TWO_DAYS))
    assert [mail.subject.partition(":")[0] for mail in mailoutbox] == ["Your booking is cancelled"]
    assert Mail.objects.filter(state=Mail.State.DROPPED).count() == 2


def test_everything_that_two_days_make_due_is_done_in_one_round():
    session = SessionFactory(room__capacity=2, room__held_back=1)
    places.hold(session.pk, party(email="lapses@school.example"), clock=at(NOW))
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    asked = waiting_list.join(session.pk, party(email="waits@school.example", size=2), clock=at(NOW)).booking
    waiting_list.wait(asked.pk, clock=at(NOW))
    late = session.release_at + HOUR
    run_due(at(late))
    assert verbs(session)[-3:] == ["lapse", "free_held_back", "offer"]
    assert statuses(session) == [Status.LAPSED, Status.OFFERED]
    before = verbs(session)
    run_due(at(late))
    assert verbs(session) == before
