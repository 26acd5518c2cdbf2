"""What a sender has in hand: claimed together, sent as it was read a moment ago, given back where it was not tried."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from bookings import places
from bookings.forgetting.erasing import Whom, forget_all
from bookings.mail import claiming
from bookings.mail.claiming import AT_ONCE, LEASE, InHand, stands_as_read
from bookings.mail.sending import in_hand, is_due, send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail, Running
from bookings.operations import held_mail
from bookings.rule.party import NewVisitor
from bookings.verbs import hand_over, visitors
from hubs.vocabulary import clock
from tests.bookings.conftest import MailServer
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def hold(*names: str) -> dict[str, Any]:
    """A hold each, and so a mail each, due one after the other."""
    session = SessionFactory()
    made = {}
    for number, name in enumerate(names):
        made[name] = places.hold(session.pk, party(email=f"{name}@school.example"), clock=at())
        due_at = NOW - (len(names) - number) * SECOND
        Mail.objects.filter(booking=made[name]).update(due_at=due_at)
    return made


def untried() -> list[str]:
    """Whose mails are due as they were, never tried."""
    mails = Mail.objects.due(now=NOW).filter(tries=0, state="waiting")
    return [(mail.recipient or "").partition("@")[0] for mail in mails]


def names(server: MailServer) -> list[str]:
    return [address.partition("@")[0] for address in server.to]


def test_some_are_claimed_at_once_and_the_rest_is_another_senders() -> None:
    hold(*(f"n{number:02}" for number in range(AT_ONCE + 2)))
    mine, theirs = InHand(), InHand()
    assert [mail.recipient for mail in mine.next(at())] == ["n00@school.example"]
    assert [mail.recipient for mail in theirs.next(at())] == [f"n{AT_ONCE}@school.example"]
    assert (untried(), Mail.objects.filter(due_at=NOW + LEASE, tries=1).count()) == ([], AT_ONCE + 2)
    mine.give_back()
    theirs.give_back()
    assert untried() == [f"n{number:02}" for number in range(1, AT_ONCE + 2) if number != AT_ONCE]


def test_one_run_sends_more_than_are_claimed_at_once(smtp_server: MailServer) -> None:
    hold(*(f"n{number:02}" for number in range(AT_ONCE + 2)))
    assert (send_due(at(), seen=True), untried()) == (AT_ONCE + 2, [])


def test_run_that_was_told_of_mail_that_has_gone_since_ends(smtp_server: MailServer) -> None:
    hold("a")
    assert (send_due(at(), seen=True), send_due(at(), seen=True), names(smtp_server)) == (1, 0, ["a"])


def test_what_was_claimed_by_somebody_else_since_is_not_given_back() -> None:
    hold("a", "b")
    slow, next_one = InHand(), InHand()
    slow.next(at())
    next_one.next(at(NOW + LEASE))
    slow.give_back()
    assert list(Mail.objects.values_list("due_at", "tries")) == [(NOW + LEASE + LEASE, 2)] * 2


def test_what_somebody_else_has_claimed_before_it_could_be_read_is_theirs() -> None:
    hold("a", "b")
    slow, next_one = InHand(), InHand()
    claimed: list[str] = []
    theirs: list[Mail] = []

    def stands_still(execute: Any, sql: str, *args: Any) -> Any:
        """Once it has claimed them, and until its lease has ended."""
        if len(claimed) == 1 and sql.startswith("SELECT"):
            claimed.append("by another")
            theirs.extend(next_one.next(at(NOW + LEASE)))
        if sql.startswith("UPDATE"):
            claimed.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(stands_still):
        assert slow.next(at()) == []
    assert [mail.recipient for mail in theirs] == ["a@school.example"]
    assert list(Mail.objects.values_list("due_at", "tries")) == [(NOW + LEASE + LEASE, 2)] * 2


@pytest.mark.parametrize("fails", ["drops", "rcpt"])
def test_line_that_breaks_costs_no_other_mail_a_try(smtp_server: MailServer, fails: str) -> None:
    hold("a", "b", "c")
    if fails == "drops":
        smtp_server.drops = {"a@school.example"}
    else:
        smtp_server.rcpt["a@school.example"] = "451 Later"
    send_due(at())
    assert names(smtp_server) == ["b", "c"]
    assert list(Mail.objects.order_by("pk").values_list("tries", flat=True)) == [1, 1, 1]


def test_server_that_goes_away_leaves_the_rest_due_with_it(smtp_server: MailServer) -> None:
    hold("a", "b", "c")
    smtp_server.drops = {"a@school.example"}
    asked = []

    def stop() -> bool:
        asked.append(1)
        if len(asked) == 2:  # once the first has broken the line
            smtp_server.stop()
        return False

    send_due(at(), stop=stop)
    waiting = Mail.objects.exclude(recipient="a@school.example")
    assert list(waiting.values_list("due_at", "tries")) == [(NOW + dt.timedelta(minutes=1), 0)] * 2


def test_what_was_read_too_long_ago_is_read_again(smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hold("a", "b")
    passed = iter(range(0, 1000, 10))  # each look at the clock is long after the one before
    monkeypatch.setattr(claiming, "monotonic", lambda: next(passed))

    def stop() -> bool:
        if smtp_server.received:
            places.cancel(made["b"].pk, clock=at(), by=StaffFactory(), why="snow")
        return False

    send_due(at(), stop=stop)
    subjects = [message["Subject"].split()[0] for _to, message in smtp_server.received]
    assert (subjects, names(smtp_server)) == (["Confirm", "The"], ["a", "b"])  # The hub has cancelled your booking


def after_the_first(server: MailServer, then: Callable[[], object]) -> None:
    """Send what is due, and do that once the first has gone, while the rest is in hand."""
    done = []

    def stop() -> bool:
        if server.received and not done:
            done.append(then())
        return False

    send_due(at(), stop=stop)


def test_who_is_forgotten_while_their_mail_is_in_hand_is_not_written_to(smtp_server: MailServer) -> None:
    made = hold("a", "b", "c")
    whom = Whom(made["b"])
    after_the_first(smtp_server, lambda: forget_all(whom, clock=at()))
    assert names(smtp_server) == ["a", "c"]


def test_booking_that_is_cancelled_while_its_mail_is_in_hand_is_not_said_to_stand(smtp_server: MailServer) -> None:
    made = hold("a", "b")
    after_the_first(smtp_server, lambda: places.cancel(made["b"].pk, clock=at(), by=StaffFactory(), why="snow"))
    subjects = [message["Subject"].split()[0] for _to, message in smtp_server.received]
    assert subjects == ["Confirm", "The"]  # The hub has cancelled your booking


def test_what_was_taken_out_of_a_mail_in_hand_is_not_sent(smtp_server: MailServer) -> None:
    made = hold("a", "b")
    mails = Mail.objects.filter(booking=made["b"])
    after_the_first(smtp_server, lambda: mails.update(facts=mails.get().facts | {"hub": "Another hub"}))
    assert ["Another hub" in message["From"] for _to, message in smtp_server.received] == [False, True]


def confirm(*names: str, room: int) -> dict[str, Any]:
    """A mail each that says that they are expected, in that order, in a room for so many."""
    session = SessionFactory(room__capacity=room)
    made = {}
    for name in names:
        held = places.hold(session.pk, party(size=1, email=f"{name}@school.example"), clock=at())
        assert held
        made[name] = places.confirm(held.pk, clock=at())
    Mail.objects.exclude(kind=Kind.CONFIRMED).delete()
    return made


def first_to_b(server: MailServer) -> str:
    """The first mail that b has got, as text, and its calendar entry, each on one line."""
    message = server.received[names(server).index("b")][1]
    parts = [one for one in message.walk() if one.get_content_type() in ("text/plain", "text/calendar")]
    return " ".join(" ".join(str(one.get_content()).replace("\r\n ", "").replace("\n ", "").split()) for one in parts)


@pytest.mark.parametrize("room, says", [(10, "Also coming: Ann Lee"), (2, "Ann Lee: waiting")])
def test_colleague_who_is_added_while_a_mail_is_in_hand_is_in_it(smtp_server: MailServer, room: int, says: str) -> None:
    made = confirm("a", "b", room=room)
    ann = NewVisitor(full_name="Ann Lee")
    after_the_first(
        smtp_server,
        lambda: visitors.add_visitor(made["b"].pk, ann, clock=at(), key=uuid.uuid4(), may_wait=True),
    )
    assert says in first_to_b(smtp_server)


def test_who_is_given_the_contacts_place_while_a_mail_is_in_hand_is_in_it(smtp_server: MailServer) -> None:
    made = confirm("a", "b", room=10)
    own = made["b"].visitors.get()
    ann = NewVisitor(full_name="Ann Lee", email="ann@school.example")
    after_the_first(smtp_server, lambda: hand_over.hand_over(own.pk, ann, clock=at()))
    assert "Also coming: Ann Lee" in first_to_b(smtp_server)


def test_mail_that_is_held_stays_though_it_is_in_hand(smtp_server: MailServer) -> None:
    hold("a", "b", "c")
    after_the_first(smtp_server, lambda: held_mail.hold(now=NOW))
    assert (names(smtp_server), Mail.objects.filter(state="waiting", tries=0).count()) == (["a"], 2)


def test_mail_in_hand_is_looked_at_again_by_one_statement(
    smtp_server: MailServer, django_assert_num_queries: Any
) -> None:
    hold("a", "b")
    in_hand.next(at())
    (mail,) = in_hand._mails
    for _ in range(2):
        with django_assert_num_queries(1):
            assert stands_as_read(mail)
    in_hand.give_back()
    assert not stands_as_read(mail)


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_given_back_is_by_the_next_run(smtp_server: MailServer) -> None:
    hold("a", "b", "c")
    gone = []

    def away(execute: Any, sql: str, *args: Any) -> Any:
        if smtp_server.received and sql.startswith("UPDATE"):  # of the mail that has been accepted, and all after it
            gone.append(sql)
            raise OperationalError("the database is away")
        return execute(sql, *args)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        send_due(at())
    assert (len(gone), names(smtp_server), untried()) == (2, ["a"], [])
    send_due(at())
    assert names(smtp_server) == ["a", "b", "c"]
    send_due(at(NOW + LEASE))
    assert names(smtp_server) == ["a", "b", "c", "a"]  # nobody wrote down that it was accepted
    assert in_hand._mails == []


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_read_once_it_was_claimed_is_due_as_it_was(smtp_server: MailServer) -> None:
    hold("a", "b", "c")
    claimed = []

    def away(execute: Any, sql: str, *args: Any) -> Any:
        if claimed and sql.startswith("SELECT"):
            raise OperationalError("the database is away")
        if sql.startswith("UPDATE"):
            claimed.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        send_due(at())
    assert (names(smtp_server), untried()) == ([], ["a", "b", "c"])


def test_whether_any_is_due_is_asked_of_the_databases_clock_and_not_while_mail_is_held() -> None:
    assert not is_due()
    hold("a")
    mail, now = Mail.objects.get(), clock.now()
    Mail.objects.update(due_at=now + 60 * SECOND)
    assert not is_due()
    Mail.objects.update(due_at=now - SECOND)
    assert is_due()
    Running.objects.keep(mail_held_at=now)
    assert not is_due()
    Running.objects.keep(mail_held_at=None)
    Mail.objects.filter(pk=mail.pk).update(state="sent", answered_at=now)
    assert not is_due()


def test_state_of_what_is_due_stands_in_the_statement_and_is_not_given_to_it() -> None:
    """SQLite plans anew at each asking where a given value decides whether an index of a part of a table serves."""
    sql, given = Mail.objects.due(now=NOW).query.sql_with_params()
    assert ("\"state\" = 'waiting'" in sql, "waiting" in given) == (True, False)
