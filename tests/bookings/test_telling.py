"""Tell me when booking opens: who is told of what, once, and never what no longer makes sense."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings import places
from bookings.due import run_due
from bookings.mail import openings, rendering
from bookings.mail import openings as telling
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail, Places, TellMe, Told
from bookings.models.draft import KEPT, TO_BE_PROVED
from bookings.sessions import changes
from bookings.states import SessionStatus
from bookings.verbs import staff_booking
from hubs.models import HostSchool, LocalAuthority, SchoolList, ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.bookings.observed import statements
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, A_DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
OPENS = NOW + A_DAY


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def soon(**fields: Any) -> ShowcaseSession:
    """A session that opens tomorrow by the clock."""
    session: ShowcaseSession = SessionFactory(**({"opens_at": OPENS, "title": "Year 6 lesson"} | fields))
    return session


def wish(of: telling.Thing, email: str = "ada@school.example", *, proved: bool = True) -> TellMe:
    telling.ask(email, of, language="en-gb", now=NOW)
    made = TellMe.objects.get(email=email, **telling._of(of))
    if proved:
        telling.prove(made, now=NOW)
    return made


def a_visit(session: ShowcaseSession) -> HostSchool:
    visit = HostSchool.objects.create(hub_year=session.hub_year, school=SchoolFactory())
    session.host_school = visit
    session.save()
    return visit


def told() -> list[tuple[str | None, str]]:
    """Each mail that says that booking is open, as recipient and state."""
    found = Mail.objects.filter(kind=Kind.BOOKING_OPEN).order_by("pk")
    return list(found.values_list("recipient", "state"))


def run(*moments: dt.datetime) -> None:
    for moment in moments:
        run_due(at(moment))


# --- asking and proving ---------------------------------------------------------------------------------------------


def test_asking_sends_the_link_and_tells_nothing_before_it_is_pressed() -> None:
    session = soon()
    wish(session, proved=False)
    run(NOW, OPENS)
    assert list(Mail.objects.values_list("kind", "state")) == [(Kind.TELL_ME, "sent")]
    telling.prove(TellMe.objects.get(), now=OPENS)
    run(OPENS + MINUTE)
    assert told() == [("ada@school.example", "sent")]


def test_asking_twice_keeps_one_wish_and_sends_one_link_an_hour() -> None:
    session = soon()
    for minutes, mails in [(0, 1), (59, 1), (60, 2)]:
        telling.ask(" Ada@school.example".strip(), session, language="en-gb", now=NOW + minutes * MINUTE)
        telling.ask("ada@SCHOOL.example", session, language="en-gb", now=NOW + minutes * MINUTE)
        assert (TellMe.objects.count(), Mail.objects.filter(kind=Kind.TELL_ME).count()) == (1, mails)


def test_links_are_limited_by_address_whatever_is_asked_for() -> None:
    for _n in range(3):
        wish(soon(), proved=False)
    assert (TellMe.objects.count(), Mail.objects.filter(kind=Kind.TELL_ME).count()) == (3, 1)


def test_wish_that_is_proved_keeps_its_address_as_it_was_written() -> None:
    session = soon()
    wish(session)
    telling.ask("ＡDA@school.example", session, language="en-gb", now=NOW + 2 * HOUR)
    assert list(TellMe.objects.values_list("email", flat=True)) == ["ada@school.example"]
    TellMe.objects.update(proved_at=None)
    telling.ask("ADA@school.example", session, language="en-gb", now=NOW + 4 * HOUR)
    assert list(TellMe.objects.values_list("email", flat=True)) == ["ADA@school.example"]


def test_proving_twice_is_once() -> None:
    made = wish(soon())
    telling.prove(made, now=NOW + HOUR)
    made.refresh_from_db()
    assert made.proved_at == NOW


# --- when -----------------------------------------------------------------------------------------------------------


def test_opening_by_the_clock_is_told_once_to_the_second() -> None:
    wish(soon())
    run(NOW, OPENS - SECOND)
    assert told() == []
    run(OPENS, OPENS + MINUTE, OPENS + A_DAY)
    assert told() == [("ada@school.example", "sent")]


def test_opening_by_hand_is_told_once_however_often_it_closes_and_opens() -> None:
    session = SessionFactory(room__status=SessionStatus.ANNOUNCED)
    for of, email in [(session, "ada@school.example"), (session.hub, "eve@school.example")]:
        wish(of, email)
    run(NOW)
    assert told() == []
    staff = StaffFactory()
    for hour in range(0, 6, 2):
        changes.open_booking(session.pk, by=staff, clock=at(NOW + hour * HOUR))
        run(NOW + hour * HOUR)
        changes.close_booking(session.pk, by=staff, clock=at(NOW + (hour + 1) * HOUR))
        run(NOW + (hour + 1) * HOUR)
    assert told() == [("ada@school.example", "sent"), ("eve@school.example", "sent")]


def test_hub_and_visit_are_told_of_each_session_that_opens_and_a_session_once() -> None:
    first = soon()
    visit = a_visit(first)
    second = soon(hub_year=first.hub_year, host_school=visit, opens_at=OPENS + A_DAY)
    another = soon(hub_year=first.hub_year, opens_at=OPENS + A_DAY)
    for of, email in [(first, "s@school.example"), (visit, "v@school.example"), (first.hub, "h@school.example")]:
        wish(of, email)
    run(OPENS)
    assert sorted(to or "" for to, _state in told()) == ["h@school.example", "s@school.example", "v@school.example"]
    run(OPENS + A_DAY)
    mails = Mail.objects.filter(kind=Kind.BOOKING_OPEN, created_at=OPENS + A_DAY)
    assert sorted(mails.values_list("recipient", "session_id")) == sorted(
        [("v@school.example", second.pk), ("h@school.example", second.pk), ("h@school.example", another.pk)]
    )


def test_hub_is_told_of_a_session_that_it_also_runs_and_no_other_is() -> None:
    session = soon()
    also, other = HubYearFactory(), HubYearFactory()
    session.also_run_by.add(also)
    wish(also.hub, "also@school.example")
    wish(other.hub, "other@school.example")
    run(OPENS)
    assert told() == [("also@school.example", "sent")]


def test_wish_of_a_hub_is_not_told_of_what_was_open_before() -> None:
    session = SessionFactory()
    run(NOW)
    wish(session.hub)
    run(NOW + HOUR)
    assert told() == []


def test_address_that_asked_for_session_visit_and_hub_has_one_mail() -> None:
    session = soon()
    for of in (session.hub, a_visit(session), session):
        wish(of)
    run(OPENS, OPENS + HOUR)
    assert told() == [("ada@school.example", "sent")]
    assert Mail.objects.get(kind=Kind.BOOKING_OPEN).wish == TellMe.objects.get(session=session)


# --- what makes no sense --------------------------------------------------------------------------------------------


def fill_up(session: ShowcaseSession) -> None:
    everybody = party(size=30, email="", contact_name="Everybody")
    staff_booking.staff_booking(session.pk, everybody, by=StaffFactory(), clock=at(), why="test")


def close(session: ShowcaseSession) -> None:
    Places.objects.filter(session=session).update(status=SessionStatus.CLOSED)


def cancel(session: ShowcaseSession) -> None:
    Places.objects.filter(session=session).update(status=SessionStatus.CANCELLED)


def postpone(session: ShowcaseSession) -> None:
    Places.objects.filter(session=session).update(status=SessionStatus.POSTPONED)


def hide(session: ShowcaseSession) -> None:
    ShowcaseSession.objects.filter(pk=session.pk).update(visibility="staff")


MEANWHILE = pytest.mark.parametrize("meanwhile", [fill_up, close, cancel, postpone, hide], ids=lambda f: f.__name__)


@MEANWHILE
def test_opening_is_not_told_of_what_cannot_be_booked(meanwhile: Callable[[ShowcaseSession], None]) -> None:
    session = soon()
    wish(session)
    wish(session.hub, "eve@school.example")
    meanwhile(session)
    run(OPENS)
    assert told() == []


@MEANWHILE
def test_mail_is_dropped_when_it_cannot_be_booked_any_longer(meanwhile: Callable[[ShowcaseSession], None]) -> None:
    session = soon()
    wish(session)
    openings.make(session.pk, OPENS)
    meanwhile(session)
    send_due(at(OPENS))
    assert told() == [("ada@school.example", "dropped")]


def test_full_session_is_told_of_once_it_has_a_place() -> None:
    session = soon()
    wish(session.hub)
    booking = staff_booking.staff_booking(
        session.pk, party(size=30, email="", contact_name="All"), by=StaffFactory(), clock=at(), why="test"
    )
    run(OPENS)
    assert told() == []
    places.cancel(booking.pk, clock=at(OPENS + HOUR), by=StaffFactory(), why="test")
    run(OPENS + HOUR)
    assert told() == [("ada@school.example", "sent")]


def test_mail_is_not_sent_after_booking_has_closed() -> None:
    session = soon()
    wish(session)
    openings.make(session.pk, OPENS)
    assert session.closes_at
    send_due(at(session.closes_at))
    assert told() == [("ada@school.example", "dropped")]


@pytest.mark.parametrize("visibility, told_of_itself", [("link", True), ("staff", False)])
def test_hub_is_not_told_of_a_session_that_is_not_public(visibility: str, told_of_itself: bool) -> None:
    session = soon(visibility=visibility)
    wish(session.hub, "eve@school.example")
    wish(a_visit(session), "bo@school.example")
    wish(session)
    run(OPENS, OPENS + HOUR)
    assert told() == ([("ada@school.example", "sent")] if told_of_itself else [])


def test_session_that_becomes_public_later_is_told_of_then() -> None:
    session = soon(visibility="link")
    wish(session.hub)
    run(OPENS)
    ShowcaseSession.objects.filter(pk=session.pk).update(visibility="public")
    run(OPENS + HOUR)
    assert told() == [("ada@school.example", "sent")]


def test_wish_that_is_stopped_before_its_mail_was_sent_is_told_nothing() -> None:
    session = soon()
    made = wish(session)
    openings.make(session.pk, OPENS)
    telling.stop(made, now=OPENS)
    run(OPENS)
    assert (told(), TellMe.objects.count()) == ([], 0)


# --- what it says ---------------------------------------------------------------------------------------------------


def test_mail_says_whom_the_session_is_for_and_how_to_stop() -> None:
    session = soon(who_may_book="authorities", open_to_everyone_at=OPENS + 2 * A_DAY)
    session.only_authorities.add(LocalAuthority.objects.create(code="886", name="Kent"))
    wish(session)
    run(OPENS)
    mail = Mail.objects.get(kind=Kind.BOOKING_OPEN)
    message = rendering.render(mail, now=OPENS)
    assert message.subject == "Booking is open: Year 6 lesson"
    lines, words = str(message.body).splitlines(), " ".join(str(message.body).split())
    assert f"https://testserver/sessions/{session.ref}/" in lines
    assert rendering.private_link(mail) in lines
    assert "Schools in Kent. Every school from 9:30 on Thursday 7 January." in words


@pytest.mark.parametrize("what", ["hub", "visit", "nameless visit"])
def test_link_says_what_was_asked_for(what: str) -> None:
    year = HubYearFactory(name="Kent & Medway Maths Hub")
    school = SchoolFactory(name="West Borough Primary School") if what == "visit" else None
    of = year.hub if what == "hub" else HostSchool.objects.create(hub_year=year, school=school)
    wish(of, proved=False)
    message = rendering.render(Mail.objects.get(), now=NOW)
    said = {
        "hub": "Lessons of Kent & Medway Maths Hub",
        "visit": "Lessons at West Borough Primary School, Maidstone",
        "nameless visit": "A host school of Kent & Medway Maths Hub, to be announced",
    }[what]
    assert message.subject == f"Tell you when booking opens? {said}"
    assert said in " ".join(str(message.body).split())
    assert message.reply_to == ["office@hub.example"]


def test_list_of_schools_is_named_with_its_code_apart() -> None:
    session = soon(who_may_book="everyone")
    session.only_list = SchoolList.objects.create(hub=session.hub, name="Programme schools", code="SHANGHAI 26")
    session.who_may_book = "list"
    session.save()
    wish(session)
    run(OPENS)
    body = str(rendering.render(Mail.objects.get(kind=Kind.BOOKING_OPEN), now=OPENS).body)
    assert "Schools of the list “Programme schools”, and others who have its code." in " ".join(body.split())
    assert "SHANGHAI" not in body


# --- how long it is kept --------------------------------------------------------------------------------------------


def test_wishes_are_deleted_when_they_have_had_their_time() -> None:
    session = soon()
    of_session, of_hub = wish(session), wish(session.hub)
    unproved = wish(session.hub, "eve@school.example", proved=False)
    day_after = london(DAY + A_DAY, dt.time(0))
    for moment, left in [
        (day_after - SECOND, {of_session.pk, of_hub.pk, unproved.pk}),
        (day_after, {of_hub.pk, unproved.pk}),
        (NOW + TO_BE_PROVED - SECOND, {of_hub.pk, unproved.pk}),
        (NOW + TO_BE_PROVED, {of_hub.pk}),
        (NOW + KEPT - SECOND, {of_hub.pk}),
        (NOW + KEPT, set()),
    ]:
        run(moment)
        assert (moment, set(TellMe.objects.values_list("pk", flat=True))) == (moment, left)


# --- how ------------------------------------------------------------------------------------------------------------


def test_telling_many_takes_as_many_statements_as_telling_one() -> None:
    counts = []
    for number in (1, 5):
        session = soon()
        for n in range(number):
            wish(session.hub, f"{n}@school{number}.example")
        with statements() as asked:
            openings.make(session.pk, OPENS)
        counts.append(len(asked))
    assert (counts, len(told())) == ([9, 9], 6)


def test_session_is_marked_as_told_of_once() -> None:
    session = soon()
    for of, times in [("open", 1), ("remind:7:2027-01-26", 1)]:
        assert Told.objects.filter(session=session, of=of).count() == times - 1
        Told.objects.create(session=session, of=of, at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            Told.objects.create(session=session, of=of, at=OPENS)


def test_round_looks_for_openings_once() -> None:
    session = soon()
    wish(session)
    wish(session.hub, "eve@school.example")
    run(OPENS)
    with statements() as asked:
        assert openings.due(OPENS + MINUTE) == []
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_tell_each_address_once() -> None:
    session = soon()
    for n in range(5):
        wish(session, f"{n}@school.example")
        wish(session.hub, f"{n}@school.example")
    if connection.vendor == "sqlite":
        for _worker in range(10):
            openings.make(session.pk, OPENS)
    else:
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _n: _make(session), range(10)))
    assert len(told()) == 5
    assert Told.objects.filter(session=session).count() == 1


def _make(session: ShowcaseSession) -> None:
    try:
        openings.make(session.pk, OPENS)
    finally:
        connection.close()
