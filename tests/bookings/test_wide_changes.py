"""A whole visit or exchange changed at once: stored, then carried out one session a transaction, each exactly once."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings import places
from bookings.due import run_due
from bookings.mail.claiming import LEASE
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Mail, Places, SessionChange, WideChange, WideStep
from bookings.operations.counting import miscounts
from bookings.rule.refusals import BadNews, NothingChanged
from bookings.sessions import changes, wide_changes
from bookings.sessions.changes import FOR_THE_OTHERS, News
from bookings.states import SessionStatus, Verb
from hubs.models import HostSchool, HubYear, ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.bookings.conftest import MailServer
from tests.bookings.test_worker_kills import KILLED, Runs, settle_down
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db(transaction=True)


def at(moment: dt.datetime = NOW) -> Any:
    return lambda: moment


@pytest.fixture
def runs(smtp_server: MailServer) -> Iterator[Runs]:
    warm = Runs(smtp_server.port)
    yield warm
    warm.stop()


def a_visit(number: int = 3, *, hub_year: HubYear | None = None, booked: int = 1) -> HostSchool:
    """A visit of so many sessions, each booked by so many."""
    hub_year = hub_year or HubYearFactory()
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    for n in range(number):
        session = SessionFactory(hub_year=hub_year, host_school=visit, venue=visit.school)
        for other in range(booked):
            wanted = party(email=f"teacher{n}.{other}@school.example")
            booking = places.hold(session.pk, wanted, clock=at())
            assert booking
            places.confirm(booking.pk, clock=at())
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    return visit


def ask_for(of: HostSchool | HubYear, verb: Verb = Verb.CANCEL_SESSION, *, news: News | None = None) -> WideChange:
    sessions = list(wide_changes.sessions_of(of, verb, today=DAY - dt.timedelta(days=7)))
    return wide_changes.ask_for(of, verb, sessions, by=StaffFactory(), clock=at(), news=news or News("Snow"))


def statuses(visit: HostSchool) -> list[str]:
    return list(Places.objects.filter(session__host_school=visit).order_by("pk").values_list("status", flat=True))


def test_change_of_a_visit_waits_for_the_worker_and_is_then_done_once() -> None:
    visit = a_visit(3)
    ask_for(visit)
    assert statuses(visit) == [SessionStatus.OPEN] * 3
    run_due(at())
    assert statuses(visit) == [SessionStatus.CANCELLED] * 3
    assert set(SessionChange.objects.values_list("message", flat=True)) == {"Snow"}
    told = Mail.objects.filter(kind=Kind.SESSION_CANCELLED).order_by("pk").values_list("recipient", flat=True)
    assert list(told) == [f"teacher{n}.0@school.example" for n in range(3)]
    run_due(at())
    assert SessionChange.objects.count() == 3
    assert WideStep.objects.filter(done_at=NOW, refused="").count() == 3


def test_visit_is_postponed_and_reinstated() -> None:
    visit = a_visit(2)
    for verb, status in ((Verb.POSTPONE, SessionStatus.POSTPONED), (Verb.REINSTATE, SessionStatus.OPEN)):
        ask_for(visit, verb)
        run_due(at())
        assert statuses(visit) == [status] * 2


def test_change_is_of_one_visit_or_of_the_whole_hub_and_of_what_is_to_come() -> None:
    hub_year = HubYearFactory()
    one, other = a_visit(1, hub_year=hub_year), a_visit(1, hub_year=hub_year)
    alone = SessionFactory(hub_year=hub_year)
    draft = SessionFactory(hub_year=hub_year, room__status=SessionStatus.DRAFT)
    past_day = DAY - dt.timedelta(days=14)
    times = {"starts_at": london(past_day, dt.time(9)), "ends_at": london(past_day, dt.time(11))}
    past, elsewhere = SessionFactory(hub_year=hub_year, **times), SessionFactory()
    today = DAY - dt.timedelta(days=7)

    def found(of: HostSchool | HubYear, verb: Verb) -> set[ShowcaseSession]:
        return set(wide_changes.sessions_of(of, verb, today=today))

    assert found(one, Verb.CANCEL_SESSION) == set(one.sessions.all())
    assert found(hub_year, Verb.CANCEL_SESSION) == {*one.sessions.all(), *other.sessions.all(), alone}
    assert found(hub_year, Verb.REINSTATE) == set()
    assert {draft, past, elsewhere} & found(hub_year, Verb.POSTPONE) == set()


def test_same_form_twice_is_one_change() -> None:
    visit, news = a_visit(2), News("Snow", key=uuid.uuid4())
    assert ask_for(visit, news=news) == ask_for(visit, news=news)
    assert (WideChange.objects.count(), WideStep.objects.count()) == (1, 2)


def test_database_keeps_each_session_once_in_a_change() -> None:
    step = WideStep.objects.get(wide=ask_for(a_visit(1)))
    with pytest.raises(IntegrityError), transaction.atomic():
        WideStep.objects.create(wide=step.wide, session=step.session)


def test_change_of_nothing_and_news_that_cannot_be_told_are_refused() -> None:
    visit = a_visit(1)
    (session,) = visit.sessions.all()
    by = StaffFactory()
    for verb, sessions in ((Verb.CANCEL_SESSION, []), (Verb.MOVE, [session])):
        with pytest.raises(NothingChanged):
            wide_changes.ask_for(visit, verb, sessions, by=by, clock=at(), news=News())
    for news in (News("x" * 1001), News(instead=[session]), News(instead=[SessionFactory() for _ in range(4)])):
        with pytest.raises(BadNews):
            wide_changes.ask_for(visit, Verb.POSTPONE, [session], by=by, clock=at(), news=news)
    assert WideChange.objects.count() == 0


def test_session_that_cannot_be_changed_any_longer_says_why_and_keeps_no_other_waiting() -> None:
    visit = a_visit(3)
    ask_for(visit, Verb.POSTPONE)
    _first, second, _third = visit.sessions.order_by("pk")
    changes.cancel_session(second.pk, by=StaffFactory(), clock=at())
    run_due(at())
    assert statuses(visit) == [SessionStatus.POSTPONED, SessionStatus.CANCELLED, SessionStatus.POSTPONED]
    refused = "This session is cancelled, so that cannot be done."
    assert list(WideStep.objects.order_by("pk").values_list("refused", flat=True)) == ["", refused, ""]


def test_fault_of_one_session_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    visit = a_visit(2)
    ask_for(visit)
    broken, _sound = visit.sessions.order_by("pk")
    does = changes.cancel_session

    def cancel(session_id: int, **how: Any) -> Any:
        if session_id == broken.pk:
            raise RuntimeError("a fault of ours")
        return does(session_id, **how)

    monkeypatch.setitem(wide_changes.CARRIES_OUT, Verb.CANCEL_SESSION, cancel)
    run_due(at())
    assert statuses(visit) == [SessionStatus.OPEN, SessionStatus.CANCELLED]
    monkeypatch.setitem(wide_changes.CARRIES_OUT, Verb.CANCEL_SESSION, does)
    run_due(at())
    assert statuses(visit) == [SessionStatus.CANCELLED] * 2


def test_step_whose_session_was_reinstated_by_hand_is_not_taken_again() -> None:
    """Killed after the session was cancelled and before the step says so; staff then change their mind."""
    visit = a_visit(1)
    wide = ask_for(visit)
    run_due(at())
    changes.reinstate(visit.sessions.get().pk, by=StaffFactory(), clock=at())
    wide.steps.update(done_at=None)
    run_due(at())
    assert statuses(visit) == [SessionStatus.OPEN]
    assert wide.steps.get().done_at == NOW


@pytest.mark.slow
def test_ten_workers_at_once_change_each_session_once(runs: Runs, smtp_server: MailServer) -> None:
    visit = a_visit(6, booked=2)
    ask_for(visit)
    assert runs.order(NOW, at_once=10)["ends"] == [0] * 10
    assert statuses(visit) == [SessionStatus.CANCELLED] * 6
    assert SessionChange.objects.count() == 6
    assert AuditEntry.objects.filter(verb=Verb.CANCEL_SESSION).count() == 6
    assert len(smtp_server.received) == 0  # each waits a moment for those of the other sessions
    assert runs.order(NOW + FOR_THE_OTHERS, at_once=10)["ends"] == [0] * 10
    assert len(smtp_server.received) == 12
    assert set(smtp_server.copies().values()) == {1}
    assert set(Places.objects.filter(session__host_school=visit).values_list("calendar_sequence", flat=True)) == {2}


@pytest.mark.slow
def test_worker_killed_on_the_way_leaves_the_rest_to_the_next(runs: Runs, smtp_server: MailServer) -> None:
    hub_year, killed_at, halfway = HubYearFactory(), 0, 0
    while True:
        killed_at += 2
        visit = a_visit(2, hub_year=hub_year)
        ask_for(visit)
        smtp_server.received.clear()
        answer = runs.order(NOW, kill_at=killed_at)
        connection.close()
        halfway += sorted(statuses(visit)) == [SessionStatus.CANCELLED, SessionStatus.OPEN]
        settle_down(NOW + LEASE)
        settle_down(NOW + 2 * LEASE)  # the mails of each wait a moment for those of the other
        sessions = SessionChange.objects.filter(session__host_school=visit)
        assert (killed_at, statuses(visit)) == (killed_at, [SessionStatus.CANCELLED] * 2)
        assert (killed_at, sessions.count()) == (killed_at, 2)
        assert WideStep.objects.filter(done_at=None).count() == 0
        mails = Mail.objects.filter(session__host_school=visit, kind=Kind.SESSION_CANCELLED)
        assert (killed_at, mails.filter(state=Mail.State.SENT).count(), mails.count()) == (killed_at, 2, 2)
        if answer["ends"] == [0]:
            break
        assert answer["ends"] == [KILLED]
    assert halfway >= 1
    assert miscounts() == []
