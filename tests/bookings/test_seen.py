""" "I have seen this": what private and public pages tell of a change, and who has said that they know."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import Booking, Seen, SessionChange
from bookings.rule.calendar import VERSIONS
from bookings.sessions.changes import News, cancel_session, postpone, reinstate
from bookings.sessions.moving import Plan, Teaching, move, substitute
from bookings.sessions.seen import not_seen, touched
from bookings.states import Status
from bookings.verbs import visitors, waiting_list
from hubs.models import Consent, Lesson, VisitingTeacher
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)
SNOW = News("The school is snowed in.\n\nWe are sorry.")


def at_now():
    return NOW


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", at_now)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", hub_year=HubYearFactory(name="Kent Maths Hub"))


@pytest.fixture
def booking(session):
    """Two places, the contact's and a colleague's."""
    held = places.hold(session.pk, party(size=2, contact_mobile="07700 900 982"), clock=at_now)
    return places.confirm(held.pk, clock=at_now)


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def link_of(visitor, page=""):
    return f"/bookings/{token(Purpose.VISITOR, visitor)}/{page}"


def colleague(booking):
    return booking.visitors.get(is_contact=False)


def get(client, path):
    return Page(client.get(path))


def press(client, path, change):
    return client.post(path, {"change": change.pk})


def do(verb, session, news=SNOW):
    return verb(session.pk, by=StaffFactory(), clock=at_now, news=news)


def moved(session, news=SNOW):
    plan = Plan.of(session, starts_at=session.starts_at + WEEK, ends_at=session.ends_at + WEEK)
    return move(session.pk, plan, by=StaffFactory(), clock=at_now, news=news)


def substituted(session, news=SNOW):
    lesson = Lesson.objects.get(session=session)
    teaching = Teaching("division", other_teacher="Jo Brown")
    return substitute(lesson.pk, teaching, by=StaffFactory(), clock=at_now, news=news)


def seen():
    rows = Seen.objects.values_list("change", "booking", "visitor")
    return sorted(rows, key=lambda row: [pk or 0 for pk in row])


# --- one change -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [cancel_session, postpone])
def test_page_tells_of_a_session_that_is_off_and_asks_to_say_so(client, session, booking, verb):
    change = do(verb, session)
    page = get(client, link(booking))
    assert "Kent Maths Hub writes: The school is snowed in. We are sorry." in page.text
    assert page.buttons == ["I have seen this"]
    before = every_row()
    get(client, link(booking))
    client.head(link(booking))
    client.get(link(booking, "seen/"))
    assert every_row() == before  # opening changes nothing
    answer = press(client, link(booking, "seen/"), change)
    assert answer.headers["Location"] == link(booking)
    assert seen() == [(change.pk, booking.pk, None)]
    page = get(client, link(booking))
    assert page.buttons == []
    assert "You have said that you have seen this." in page.text
    assert "The school is snowed in." in page.text
    press(client, link(booking, "seen/"), change)  # twice is once
    assert seen() == [(change.pk, booking.pk, None)]


def test_visitor_says_it_by_their_own_link(client, session, booking):
    change = do(cancel_session, session)
    visitor = colleague(booking)
    assert get(client, link_of(visitor)).buttons == ["I have seen this"]
    press(client, link_of(visitor, "seen/"), change)
    assert seen() == [(change.pk, booking.pk, visitor.pk)]
    assert get(client, link_of(visitor)).buttons == []
    assert get(client, link(booking)).buttons == ["I have seen this"]


def test_page_of_a_moved_session_asks_if_they_can_still_come(client, session, booking):
    change = moved(session)
    page = get(client, link(booking))
    assert "It was: Tuesday 26 January 2027, 9:00 to 11:45, Test Primary School" in page.text
    assert "Can you still come? If you do not answer, your booking stays as it is." in page.text
    assert page.buttons == ["Yes, we can come"]
    assert page.links["Cancel our places"] == link(booking, "cancel/")
    assert get(client, link_of(colleague(booking))).buttons == ["Yes, I can come"]
    press(client, link(booking, "seen/"), change)
    page = get(client, link(booking))
    assert (page.buttons, "Can you still come?" in page.text) == ([], False)
    assert Booking.objects.get().status == Status.CONFIRMED


def test_who_cannot_come_is_asked_once_and_gives_the_places_back(client, session, booking):
    moved(session)
    page = get(client, link(booking, "cancel/"))
    assert page.buttons == ["Cancel 2 places"]
    client.post(link(booking, "cancel/"))
    assert Booking.objects.get().status == Status.CANCELLED
    assert "Can you still come?" not in get(client, link(booking)).text


def test_who_has_a_hold_or_waits_is_asked_too(client, session):
    held = places.hold(session.pk, party(email="held@school.example"), clock=at_now)
    joined = waiting_list.join(session.pk, party(email="waits@school.example"), clock=at_now).booking
    moved(session)
    assert get(client, link(held)).buttons == ["Confirm 1 place", "Yes, we can come"]
    page = get(client, link(joined))
    assert page.buttons == ["Yes, I want to wait", "Yes, we can come"]
    assert page.links["Leave the waiting list"] == link(joined, "cancel/")


def test_page_tells_of_another_teacher(client, session, booking):
    substituted(session)
    page = get(client, link(booking))
    assert "The lesson is now: Year 6: division. Taught by Jo Brown." in page.text
    assert page.buttons == ["I have seen this"]


def test_nobody_is_told_of_what_happened_before_they_booked(client, session):
    moved(session)
    SessionChange.objects.update(at=NOW - WEEK)
    booking = places.hold(session.pk, party(), clock=at_now)
    assert get(client, link(booking)).buttons == ["Confirm 1 place"]


def test_who_has_given_the_place_back_is_asked_nothing(client, session, booking):
    visitor = colleague(booking)
    visitors.release(visitor.pk, clock=at_now)
    moved(session)
    assert get(client, link_of(visitor)).buttons == []


# --- several --------------------------------------------------------------------------------------------------------


def test_page_tells_of_all_that_was_not_seen_and_one_press_is_for_all(client, session, booking):
    changes = [moved(session, News("To next week.")), substituted(type(session).objects.get(), News("Jo teaches."))]
    page = get(client, link(booking))
    assert ("To next week." in page.text, "Jo teaches." in page.text) == (True, True)
    assert page.buttons == ["Yes, we can come"]
    press(client, link(booking, "seen/"), changes[1])
    assert seen() == [(change.pk, booking.pk, None) for change in changes]


def test_press_does_not_count_for_what_came_after_the_page(client, session, booking):
    first = substituted(session)
    second = moved(type(session).objects.get())
    press(client, link(booking, "seen/"), first)
    assert seen() == [(first.pk, booking.pk, None)]
    assert get(client, link(booking)).buttons == ["Yes, we can come"]
    press(client, link(booking, "seen/"), second)
    assert get(client, link(booking)).buttons == []


def test_session_that_is_off_tells_nothing_of_before_and_back_on_nothing_of_while_it_was_off(client, session, booking):
    moved(session, News("To next week."))
    do(postpone, type(session).objects.get(), News("Snow."))
    page = get(client, link(booking))
    assert ("To next week." in page.text, "Snow." in page.text) == (False, True)
    do(reinstate, session, News("Thaw."))
    page = get(client, link(booking))
    assert ("Snow." in page.text, "Thaw." in page.text) == (False, True)
    assert page.buttons == ["I have seen this"]


def test_contact_sees_it_for_all_of_the_party(client):
    session = SessionFactory(room__capacity=1)
    waiting_list.join(session.pk, party(size=2), clock=at_now, fewer=True)
    held, waits = Booking.objects.order_by("pk")
    change = do(postpone, session)
    press(client, link(waits, "seen/"), change)
    assert seen() == [(change.pk, held.pk, None), (change.pk, waits.pk, None)]


@pytest.mark.parametrize("whose", ["contact", "visitor"])
def test_database_keeps_that_somebody_has_seen_a_change_once(session, booking, whose):
    change = do(postpone, session)
    row = {"change": change, "booking": booking, "visitor": colleague(booking) if whose == "visitor" else None}
    Seen.objects.create(at=NOW, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seen.objects.create(at=NOW, **row)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", ["", "x", "-1", "0", "9" * 30, "²", "99999"])
def test_number_that_is_none_says_nothing(client, session, booking, sent):
    do(postpone, session)
    before = every_row()
    answer = client.post(link(booking, "seen/"), {"change": sent})
    if sent == "99999":  # of another session: what was told until then is seen
        assert len(seen()) == 1
    else:
        assert every_row() == before
    assert answer.headers["Location"] == link(booking)


def test_change_of_another_session_is_not_seen(client, session, booking):
    other = SessionFactory()
    change = do(postpone, other)
    press(client, link(booking, "seen/"), change)
    assert seen() == []


def test_pages_ask_as_often_for_three_changes_as_for_one(client, session, booking):
    asked = []
    for change in (moved, substituted):
        change(type(session).objects.get(), SNOW)
        asked.append([questions(client, link(booking)), questions(client, link_of(colleague(booking)))])
    assert asked[0] == asked[1]


# --- sessions offered instead, and the public page --------------------------------------------------------------------


@pytest.mark.parametrize("verb", [cancel_session, postpone])
def test_pages_show_the_message_and_what_can_still_be_booked(client, session, booking, verb):
    chosen, full = SessionFactory(title="Chosen"), SessionFactory(title="Full", room__capacity=1)
    SessionFactory(title="Not chosen", hub_year=session.hub_year)
    do(verb, session, News("Snow.", [chosen, full]))
    places.hold(full.pk, party(email="other@school.example"), clock=at_now)
    for path in (reverse("session", args=[session.ref]), link(booking), link_of(colleague(booking))):
        page = get(client, path)
        assert "Kent Maths Hub writes: Snow." in page.text
        assert "The hub offers these instead" in page.text
        assert page.links["Chosen"] == f"/sessions/{chosen.ref}/"
        assert [title for title in ("Full", "Not chosen") if title in page.links] == []


def test_public_page_offers_others_where_the_hub_offers_none(client, session):
    other = SessionFactory(title="Other")
    do(cancel_session, session)
    page = get(client, reverse("session", args=[session.ref]))
    assert "Sessions that still have places" in page.text
    assert page.links["Other"] == f"/sessions/{other.ref}/"


def test_public_page_says_nothing_of_what_is_over(client, session):
    do(cancel_session, session)
    do(reinstate, session, News("Thaw."))
    page = get(client, reverse("session", args=[session.ref]))
    assert ("snowed in" in page.text, "Thaw" in page.text) == (False, False)


# --- for staff --------------------------------------------------------------------------------------------------------


def test_staff_see_who_has_not_seen_it(client, session, booking):
    places.hold(session.pk, party(email="held@school.example", size=2, contact_name="Held Teacher"), clock=at_now)
    gone = places.hold(session.pk, party(email="gone@school.example"), clock=at_now)
    places.cancel(gone.pk, clock=at_now)
    change = moved(session)
    found = [(one.name, one.email, one.mobile) for one in not_seen(change)]
    assert found == [
        ("Held Teacher", "held@school.example", ""),
        ("Test Teacher", "teacher@school.example", "07700 900 982"),
        ("Colleague 2", "teacher+2@school.example", "07700 900 982"),
    ]
    press(client, link(booking, "seen/"), change)
    press(client, link_of(colleague(booking), "seen/"), change)
    assert [one.name for one in not_seen(change)] == ["Held Teacher"]


def test_touched_counts_places_visitors_waits_and_who_has_no_address(session, booking):
    places.hold(session.pk, party(email="held@school.example", size=2), clock=at_now)
    waiting_list.join(session.pk, party(email="waits@school.example", size=2), clock=at_now)
    Booking.objects.filter(status=Status.HELD).update(contact_email=None, email_key=None)
    assert touched([session.pk]) == (2, 4, 1, 1)
    assert touched([SessionFactory().pk]) == (0, 0, 0, 0)
    assert VERSIONS == 2


def test_page_names_a_new_visiting_teacher_while_they_agree(client, session, booking):
    li = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Li Na", name_agreed_at=NOW)
    teaching = Teaching("division", visiting_teachers=[li], other_teacher="Jo Brown")
    substitute(Lesson.objects.get(session=session).pk, teaching, by=StaffFactory(), clock=at_now)
    assert "Taught by Li Na and Jo Brown." in get(client, link(booking)).text
    li.say(Consent.NAME, agrees=False, now=NOW, why="")
    page = get(client, link(booking))
    assert "Taught by a visiting teacher from Shanghai and Jo Brown." in page.text
    assert "Li Na" not in page.text
