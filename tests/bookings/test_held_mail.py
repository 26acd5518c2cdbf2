"""While mail is held nothing is sent and nothing lapses; then a person says of each group what becomes of it."""

import datetime as dt
import io
import logging

import pytest
from django.core.management import call_command

from bookings import places
from bookings.due import run_due
from bookings.mail.sending import send_due
from bookings.mail_kinds import READING_TIME
from bookings.models import Booking, Mail, Running
from bookings.operations import held_mail
from bookings.operations.held_mail import Answer
from bookings.states import Status
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
ENDED, HELD = NOW - 20 * MINUTE, NOW - 5 * MINUTE


def hold_a_place(session, number=1, *, at=NOW):
    return places.hold(session.pk, party(email=f"teacher{number}@school.example"), clock=lambda: at)


@pytest.fixture
def restored(db):
    """A database restored from a backup: one mail was due in it, one came due since, one was made since."""
    session = SessionFactory()
    for number, at in enumerate((ENDED - MINUTE, ENDED - MINUTE, NOW), start=1):
        hold_a_place(session, number, at=at)
    Mail.objects.filter(recipient="teacher2@school.example").update(due_at=ENDED + MINUTE, tries=1)
    Running.objects.update_or_create(pk=1, defaults={"mail_held_at": HELD, "backup_ended_at": ENDED})
    return session


def command(name, **said):
    out = io.StringIO()
    call_command(name, stdout=out, **said)
    return out.getvalue()


def states():
    return dict(Mail.objects.order_by("pk").values_list("recipient", "state"))


def test_nothing_is_sent_while_mail_is_held(restored, mailoutbox):
    assert send_due(lambda: NOW) == 0
    run_due(lambda: NOW)
    assert mailoutbox == []
    assert set(states().values()) == {"waiting"}


def test_booking_goes_on_and_its_mail_waits(restored, mailoutbox):
    hold_a_place(restored, 4)
    send_due(lambda: NOW)
    assert (Booking.objects.count(), Mail.objects.count(), mailoutbox) == (4, 4, [])


def test_nothing_lapses_while_nobody_can_be_told_and_confirm_works_past_the_deadline(mailoutbox):
    """It was mailed in time; then the server was away over the deadline, and a backup was brought back."""
    session = SessionFactory()
    booking = hold_a_place(session)
    send_due(lambda: NOW)
    late = booking.deadline + READING_TIME + MINUTE
    held_mail.hold(now=late)
    run_due(lambda: late)
    assert Booking.objects.get().status == Status.HELD
    places.confirm(booking.pk, clock=lambda: late)
    assert Booking.objects.get().status == Status.CONFIRMED


def test_what_is_past_its_deadline_lapses_once_mail_is_released(mailoutbox):
    booking = hold_a_place(SessionFactory())
    send_due(lambda: NOW)
    late = booking.deadline + READING_TIME + MINUTE
    held_mail.hold(now=late)
    run_due(lambda: late)
    held_mail.release({"after": Answer.SEND})
    run_due(lambda: late)
    assert Booking.objects.get().status == Status.LAPSED


def test_a_hold_whose_mail_was_held_has_its_time_from_when_it_is_sent(mailoutbox):
    booking = hold_a_place(SessionFactory())
    held_mail.hold(now=NOW)
    late = booking.deadline + dt.timedelta(days=1)
    held_mail.release({"after": Answer.SEND})
    run_due(lambda: late)
    assert (Booking.objects.get().status, len(mailoutbox)) == (Status.HELD, 1)
    run_due(lambda: late + READING_TIME + MINUTE)
    assert Booking.objects.get().status == Status.LAPSED


def test_what_waits_is_told_apart_by_what_may_have_gone_out(restored):
    said = command("release_mail")
    assert "before: 1 mails" in said
    assert "since: 1 mails" in said
    assert "after: 1 mails" in said
    assert "Nothing was changed" in said
    assert "@" not in said
    assert Running.objects.now().mail_held_at == HELD


def test_each_group_is_dealt_with_as_was_said_and_mail_goes_again(restored, mailoutbox):
    said = command("release_mail", before="drop", since="keep", after="send")
    assert list(states().values()) == ["dropped", "failed", "waiting"]
    assert "Mail is held no longer." in said
    send_due(lambda: NOW)
    assert [mail.to for mail in mailoutbox] == [["teacher3@school.example"]]
    assert Mail.objects.get(state="failed").last_error == held_mail.KEPT_BACK


def test_sending_all_sends_all(restored, mailoutbox):
    command("release_mail", before="send", since="send", after="send")
    send_due(lambda: NOW)
    assert len(mailoutbox) == 3


def test_nothing_is_done_while_one_group_has_no_answer(restored):
    command("release_mail", before="drop", since="drop")
    assert set(states().values()) == {"waiting"}


def test_what_is_too_late_by_now_is_counted_and_goes_by_itself(restored, mailoutbox):
    Mail.objects.filter(recipient="teacher1@school.example").update(expires_at=NOW - MINUTE)
    before = held_mail.groups(Running.objects.now())[0]
    assert before.too_late(now=NOW) == 1
    command("release_mail", before="send", since="drop", after="drop")
    send_due(lambda: NOW)
    assert mailoutbox == []
    assert states()["teacher1@school.example"] == "dropped"


def test_holding_by_hand_makes_one_group_and_twice_is_once():
    hold_a_place(SessionFactory())
    assert "Mail is held" in command("hold_mail")
    held = Running.objects.now().mail_held_at
    assert "already" in command("hold_mail")
    assert Running.objects.now().mail_held_at == held
    assert [group.name for group in held_mail.groups(Running.objects.now())] == ["after"]
    assert "Mail is held no longer." in command("release_mail", after="send")
    assert "Mail is not held." in command("release_mail")


def test_nothing_of_it_names_an_address(restored, caplog):
    with caplog.at_level(logging.DEBUG):
        command("release_mail", before="drop", since="keep", after="send")
    assert "@" not in caplog.text
