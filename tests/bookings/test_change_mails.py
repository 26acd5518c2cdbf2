"""What people are sent when a session changes: the mails, the calendar entries, and what is not sent any longer."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from icalendar import Calendar

from bookings import places
from bookings.mail import rendering
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail, Places
from bookings.rule.party import Correction, NewVisitor
from bookings.sessions import changes
from bookings.sessions.changes import News, cancel_session, postpone, reinstate
from bookings.sessions.moving import Plan, Teaching, move, substitute
from bookings.states import SESSION_MAILS, SessionStatus, Verb
from bookings.verbs import details, hand_over, visitors, waiting_list
from hubs.models import Lesson, ShowcaseSession
from tests.bookings.conftest import MailServer
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

MINUTE, WEEK = dt.timedelta(minutes=1), dt.timedelta(days=7)
State = Mail.State


def at(moment: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    return lambda: moment


def a_session(**fields: Any) -> ShowcaseSession:
    hub_year = HubYearFactory(name="Kent & Medway Maths Hub")
    known = {"title": "Year 6 lesson", "hub_year": hub_year, "entrance": "Main entrance on Greenway"}
    session: ShowcaseSession = SessionFactory(**(known | fields))
    return session


def confirmed(session: ShowcaseSession, **fields: Any) -> Booking:
    booking = places.hold(session.pk, party(**fields), clock=at())
    assert booking
    return places.confirm(booking.pk, clock=at())


def do(verb: Verb, session: ShowcaseSession, *, news: News = changes.NO_NEWS, moment: dt.datetime = NOW) -> None:
    by = StaffFactory()
    known = ShowcaseSession.objects.get(pk=session.pk)
    if verb == Verb.MOVE:
        plan = Plan.of(known, starts_at=known.starts_at + WEEK, ends_at=known.ends_at + WEEK)
        move(session.pk, plan, by=by, clock=at(moment), news=news)
    elif verb == Verb.SUBSTITUTE:
        lesson = Lesson.objects.get(session=session)
        teaching = Teaching(topic="division", other_teacher="Jo Brown")
        substitute(lesson.pk, teaching, by=by, clock=at(moment), news=news)
    else:
        does = {Verb.CANCEL_SESSION: cancel_session, Verb.POSTPONE: postpone, Verb.REINSTATE: reinstate}[verb]
        does(session.pk, by=by, clock=at(moment), news=news)


def sent(kind: Kind, recipient: str = "teacher@school.example", *, now: dt.datetime = NOW) -> Any:
    return rendering.render(Mail.objects.get(kind=kind, recipient=recipient), now=now)


def words(message: Any) -> str:
    return " ".join(str(message.body).split())


# --- what they say --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", SESSION_MAILS)
@pytest.mark.parametrize("status", ["confirmed", "held", "offered", "waiting"])
def test_every_mail_says_what_happened_and_carries_the_link(verb: Verb, status: str) -> None:
    session = a_session(room__capacity=2)
    if status == "confirmed":
        confirmed(session, size=2)
    elif status == "held":
        places.hold(session.pk, party(size=2), clock=at())
    else:
        first = confirmed(session, email="first@school.example", size=2)
        joined = waiting_list.join(session.pk, party(), clock=at())
        waiting_list.wait(joined.booking.pk, clock=at())
        if status == "offered":
            places.cancel(first.pk, clock=at())
    if verb == Verb.REINSTATE:
        do(Verb.POSTPONE, session)
    do(verb, session, news=News('Snow <b>and</b> ice.\n\nRing "Jo".'))
    mails = Mail.objects.filter(kind=SESSION_MAILS[verb]).exclude(recipient__startswith="first")
    assert mails.count() == (2 if status == "confirmed" else 1)
    for mail in mails:
        message = rendering.render(mail, now=NOW)
        text = str(message.body)
        html = str(message.alternatives[0][0])
        assert 'Kent & Medway Maths Hub writes:\n\nSnow <b>and</b> ice.\n\nRing "Jo".\n' in text
        assert "<p>Snow &lt;b&gt;and&lt;/b&gt; ice.</p>" in html
        assert "Year 6 lesson" in message.subject
        assert [line for line in text.splitlines() if line.startswith("https://testserver/bookings/")] != []
        assert [mark for mark in ("{{", "{%", "None", "&amp;", "&#", "  \n") if mark in text + message.subject] == []
        assert "\n\n\n" not in text
        assert bool(message.attachments) == (status == "confirmed")
        goes_on = verb not in (Verb.CANCEL_SESSION, Verb.POSTPONE)
        assert ("Main entrance on Greenway" in text) == (status == "confirmed" and goes_on)
        assert ("Test Teacher" in text) == (mail.visitor is not None)


def test_mail_of_a_moved_session_says_when_and_where_it_was() -> None:
    session = a_session(venue=SchoolFactory(name="Old School", town="Maidstone", postcode="ME1 1AA"))
    confirmed(session)
    do(Verb.MOVE, session)
    message = sent(Kind.SESSION_MOVED)
    assert message.subject == "Can you still come? Year 6 lesson is now on Tuesday 2 February"
    assert "It was: Tuesday 26 January 2027, 9:00 to 11:45, Old School, Maidstone ME1 1AA." in words(message)
    assert "Tuesday 2 February 2027, 9:00 to 11:45" in words(message)


def test_mail_of_a_changed_lesson_says_what_it_was() -> None:
    session = a_session(title="")
    Lesson.objects.get(session=session).specialists.clear()
    confirmed(session)
    do(Verb.SUBSTITUTE, session)
    message = sent(Kind.SESSION_CHANGED)
    assert message.subject == "Changed: Year 6: division, Tuesday 26 January"
    said = "The lesson is now: Year 6: division. Taught by Jo Brown. The lesson was: Year 6."
    assert said in words(message)


@pytest.mark.parametrize(
    "size, said",
    [
        (1, "Your place is not confirmed yet. It is kept for you until 18:00 on Tuesday 12 January: use the link"),
        (2, "Your places are not confirmed yet. They are kept for you until 18:00 on Tuesday 12 January: use the link"),
    ],
)
def test_mail_of_a_reinstated_session_says_the_new_deadline(size: int, said: str) -> None:
    session = a_session()
    places.hold(session.pk, party(size=size), clock=at())
    do(Verb.POSTPONE, session)
    do(Verb.REINSTATE, session, moment=NOW + WEEK)
    assert said in words(sent(Kind.SESSION_REINSTATED, now=NOW + WEEK))


@pytest.mark.parametrize("verb", [Verb.CANCEL_SESSION, Verb.POSTPONE])
def test_sessions_offered_instead_are_shown_while_they_can_be_booked(verb: Verb) -> None:
    session = a_session()
    confirmed(session)
    good, full = SessionFactory(title="Still places"), SessionFactory(title="Full by then", room__capacity=1)
    hidden = SessionFactory(title="For staff", visibility=ShowcaseSession.Visibility.STAFF)
    do(verb, session, news=News(instead=[good, full, hidden]))
    kind = SESSION_MAILS[verb]
    assert "Full by then" in words(sent(kind))
    confirmed(full, email="other@school.example")
    text = words(sent(kind))
    assert f"https://testserver/sessions/{good.ref}/" in text
    assert [title for title in ("Still places", "Full by then", "For staff") if title in text] == ["Still places"]
    assert "Still places" in str(sent(kind).alternatives[0][0])


# --- calendar -------------------------------------------------------------------------------------------------------


def test_calendar_follows_a_visitor_from_confirming_to_reinstating() -> None:
    session = a_session()
    booking = confirmed(session, size=2)
    steps = [Verb.MOVE, Verb.CANCEL_SESSION, Verb.REINSTATE, Verb.POSTPONE, Verb.MOVE, Verb.SUBSTITUTE]
    for number, verb in enumerate(steps, start=1):
        do(verb, session, moment=NOW + number * MINUTE)
    places.cancel(booking.pk, clock=at(NOW + 10 * MINUTE))
    days = ["20270126", "20270202", "20270202", "20270202", "20270202", "20270209", "20270209", "20270209"]
    methods = ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL", "REQUEST", "REQUEST", "CANCEL"]
    uids = set()
    for address in ("teacher@school.example", "teacher+2@school.example"):
        found = []
        for mail in Mail.objects.filter(recipient=address).exclude(kind=Kind.CONFIRM).order_by("pk"):
            ((name, content, mimetype),) = rendering.render(mail, now=mail.created_at).attachments
            calendar = Calendar.from_ical(content)
            (event,) = calendar.walk("VEVENT")
            assert f"method={calendar['METHOD']};" in mimetype
            assert (name, event["STATUS"]) == (
                "showcase.ics",
                "CANCELLED" if calendar["METHOD"] == "CANCEL" else "CONFIRMED",
            )
            found.append(
                (event["UID"], event["SEQUENCE"], event["DTSTAMP"].dt, calendar["METHOD"], event["DTSTART"].dt)
            )
        assert len({uid for uid, *_ in found}) == 1
        uids.add(found[0][0])
        sequences = [sequence for _, sequence, *_ in found]
        assert sequences == sorted(set(sequences))
        stamps = [stamp for _, _, stamp, *_ in found]
        assert stamps == sorted(set(stamps))
        assert [method for *_, method, _ in found] == methods
        assert [f"{start:%Y%m%d}" for *_, start in found] == days
    assert len(uids) == 2


# --- what is not sent any longer ------------------------------------------------------------------------------------


def states() -> dict[str, str]:
    return dict(Mail.objects.order_by("pk").values_list("kind", "state"))


@pytest.mark.parametrize("verb", SESSION_MAILS)
def test_mail_about_the_old_state_is_dropped_and_the_new_one_sent(smtp_server: MailServer, verb: Verb) -> None:
    session = a_session()
    confirmed(session, size=2)
    places.hold(session.pk, party(email="held@school.example"), clock=at())
    if verb == Verb.REINSTATE:
        do(Verb.CANCEL_SESSION, session)
    do(verb, session)
    send_due(at())
    told = [address for address, message in smtp_server.received]
    assert sorted(told) == ["held@school.example", "teacher+2@school.example", "teacher@school.example"]
    assert set(states().values()) == {State.DROPPED, State.SENT}
    assert {kind for kind, state in states().items() if state == State.SENT} == {SESSION_MAILS[verb]}


def test_what_tells_of_an_end_is_sent_all_the_same(smtp_server: MailServer) -> None:
    session = a_session()
    places.cancel(confirmed(session, size=2).pk, clock=at())
    given = confirmed(session, email="gives@school.example")
    taker = NewVisitor(full_name="Jo Brown", email="takes@school.example")
    hand_over.hand_over(given.visitors.get().pk, taker, clock=at())
    do(Verb.CANCEL_SESSION, session)
    send_due(at())
    kinds = {kind for kind, state in states().items() if state == State.SENT}
    assert kinds == {Kind.CANCELLED, Kind.VISITOR_CANCELLED, Kind.HANDED_OVER, Kind.SESSION_CANCELLED}


def test_visitor_named_while_a_session_is_off_is_told_once_it_takes_place(smtp_server: MailServer) -> None:
    session = a_session()
    booking = confirmed(session, visitors=(NewVisitor(), NewVisitor()))
    send_due(at())
    do(Verb.POSTPONE, session)
    second = booking.visitors.get(is_contact=False)
    named = {second.pk: Correction(full_name="Jo Brown", email="jo@school.example")}
    details.change_details(booking.pk, clock=at(), visitors=named)
    send_due(at())
    assert "jo@school.example" not in smtp_server.to
    do(Verb.REINSTATE, session)
    send_due(at())
    assert smtp_server.to.count("jo@school.example") == 1


def test_released_visitor_is_not_told_of_a_change_any_longer(smtp_server: MailServer) -> None:
    session = a_session()
    booking = confirmed(session, size=2)
    do(Verb.SUBSTITUTE, session)
    visitors.release(booking.visitors.get(is_contact=False).pk, clock=at())
    send_due(at())
    to_colleague = Mail.objects.filter(recipient="teacher+2@school.example", kind=Kind.SESSION_CHANGED)
    assert to_colleague.get().state == State.DROPPED


def test_day_of_change_mail_goes_before_all_others(smtp_server: MailServer) -> None:
    session = a_session()
    other = a_session()
    confirmed(other, email="other@school.example")
    confirmed(session)
    do(Verb.CANCEL_SESSION, session, moment=NOW + MINUTE)
    send_due(at(NOW + MINUTE))
    assert smtp_server.to[0] == "teacher@school.example"


def test_link_that_is_sent_again_after_a_move_says_the_new_day(smtp_server: MailServer) -> None:
    from bookings.rule import mails as emails

    session = a_session()
    booking = places.hold(session.pk, party(), clock=at())
    do(Verb.MOVE, session)
    emails.resend_link(Booking.objects.get(pk=booking.pk), now=NOW + 11 * MINUTE)
    send_due(at(NOW + 11 * MINUTE))
    subjects = [message["Subject"] for _address, message in smtp_server.received]
    assert len(subjects) == 2
    texts = [message.get_body(("plain",)).get_content() for _address, message in smtp_server.received]
    assert all("Tuesday 2 February 2027" in text for text in texts)


def test_mail_of_a_session_without_a_change_stands(smtp_server: MailServer) -> None:
    session = a_session()
    confirmed(session)
    Places.objects.filter(session=session).update(status=SessionStatus.CLOSED)
    send_due(at())
    assert states()[Kind.CONFIRMED] == State.SENT
