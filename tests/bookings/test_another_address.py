""" "Use another address": the draft's hold is dropped and made anew in one, and a refusal is told only by mail."""

import datetime as dt

import pytest
from django.http import Http404

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import Mail, Places
from bookings.states import SessionStatus, Status
from bookings.verbs import waiting_list
from bookings.views.access import open_link
from tests.bookings.observed import count, events, everything, mails, statuses
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

WRONG, RIGHT = "techer@school.example", "teacher@school.example"
LATER = NOW + dt.timedelta(minutes=5)


def ask_again(session, school, *, instead_of, email=RIGHT, now=LATER, **fields):
    asked = party(school=school, email=email, **fields)
    return waiting_list.at_another_address(session.pk, asked, clock=lambda: now, instead_of=instead_of)


def test_another_address_drops_the_hold_and_holds_anew():
    session, school = SessionFactory(), SchoolFactory()
    first = places.hold(session.pk, party(size=2, school=school, email=WRONG), clock=lambda: NOW)
    second = ask_again(session, school, instead_of=first, size=2)
    assert (second.status, second.contact_email) == (Status.HELD, RIGHT)
    assert statuses(session) == [Status.CANCELLED, Status.HELD]
    assert count(session) == (2, 0, 30)
    assert events(session) == [
        ("hold", "", "held", 2),
        ("drop", "held", "cancelled", -2),
        ("hold", "", "held", 2),
    ]
    assert mails(session) == [("confirm", WRONG), ("confirm", RIGHT)]


def test_another_address_kills_the_link_that_went_to_the_first():
    session, school = SessionFactory(), SchoolFactory()
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    link = token(Purpose.CONTACT, first)
    assert open_link(link).booking == first
    ask_again(session, school, instead_of=first)
    with pytest.raises(Http404):
        open_link(link)


def test_another_address_may_take_the_last_places_and_the_whole_share_again():
    session, school = SessionFactory(room__capacity=2, share=2), SchoolFactory()
    first = places.hold(session.pk, party(size=2, school=school, email=WRONG), clock=lambda: NOW)
    assert ask_again(session, school, instead_of=first, size=2).status == Status.HELD
    assert count(session) == (2, 0, 2)


def test_another_address_may_be_given_after_the_deadline_for_booking():
    session, school = SessionFactory(), SchoolFactory()
    last_moment, after = session.closes_at - dt.timedelta(minutes=1), session.closes_at + dt.timedelta(minutes=1)
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: last_moment)
    assert ask_again(session, school, instead_of=first, now=after).status == Status.HELD
    assert count(session) == (1, 0, 30)


def test_another_address_that_is_booked_already_gets_the_mail_and_the_first_hold_is_dropped():
    session, school = SessionFactory(), SchoolFactory()
    known = places.hold(session.pk, party(school=school, email=RIGHT), clock=lambda: NOW)
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    assert ask_again(session, school, instead_of=first) is None
    known.refresh_from_db()
    assert known.status == Status.HELD
    assert count(session) == (1, 0, 30)
    assert mails(session) == [("confirm", RIGHT), ("confirm", WRONG), ("already_booked", RIGHT)]


def test_another_address_after_one_that_was_booked_holds_as_a_new_booking():
    session, school = SessionFactory(), SchoolFactory()
    known = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    assert places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW) is None
    assert ask_again(session, school, instead_of=None).status == Status.HELD
    known.refresh_from_db()
    assert known.status == Status.HELD
    assert count(session) == (2, 0, 30)


@pytest.mark.parametrize(
    "why, room, standing, left",
    [
        pytest.param("full", {"room__capacity": 1}, "full", 0, id="full"),
        pytest.param("share", {"share": 1}, "open", 29, id="share"),
        pytest.param("closed", {"room__status": SessionStatus.OPEN}, "closed", 29, id="closed"),
    ],
)
def test_another_address_is_refused_only_by_mail(why, room, standing, left):
    session, school = SessionFactory(**room), SchoolFactory()
    places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    if why == "closed":
        Places.objects.filter(pk=session.pk).update(status=SessionStatus.CLOSED)
    taken, told = count(session), events(session)
    assert ask_again(session, school, instead_of=None) is None
    assert (count(session), events(session)) == (taken, told)
    assert mails(session) == [("confirm", WRONG), ("not_booked", RIGHT)]
    facts = Mail.objects.get(kind="not_booked").facts
    assert (facts["standing"], facts["left"], facts["party"]) == (standing, left, 1)


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_another_address_leaves_the_hold_alone_where_the_session_takes_no_bookings(status):
    session, school = SessionFactory(), SchoolFactory()
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    Places.objects.filter(pk=session.pk).update(status=status)
    assert ask_again(session, school, instead_of=first) is None
    assert statuses(session) == [Status.HELD]
    assert mails(session) == [("confirm", WRONG), ("not_booked", RIGHT)]


def test_another_address_once_the_first_has_confirmed_leaves_that_booking_alone():
    session, school = SessionFactory(), SchoolFactory()
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    places.confirm(first.pk, clock=lambda: NOW)
    link = token(Purpose.CONTACT, first)
    assert ask_again(session, school, instead_of=first).status == Status.HELD
    assert statuses(session) == [Status.CONFIRMED, Status.HELD]
    assert open_link(link).booking == first


def test_another_address_once_the_first_has_confirmed_leaves_those_who_wait_with_it_alone():
    """Part of a party has a place and has confirmed it; the rest keeps its turn on the waiting list."""
    session, school = SessionFactory(room__capacity=1), SchoolFactory()
    asked = party(size=2, school=school, email=WRONG)
    first = waiting_list.join(session.pk, asked, clock=lambda: NOW, fewer=True).booking
    places.confirm(first.pk, clock=lambda: NOW)
    assert statuses(session) == [Status.CONFIRMED, Status.WAITING]
    anew = party(size=2, school=school, email=RIGHT)
    waiting_list.at_another_address(session.pk, anew, clock=lambda: LATER, instead_of=first, fewer=True)
    assert statuses(session) == [Status.CONFIRMED, Status.WAITING, Status.WAITING]


def test_another_address_never_touches_the_booking_of_another_draft():
    session, school = SessionFactory(), SchoolFactory()
    other = places.hold(session.pk, party(school=school, email="colleague@school.example"), clock=lambda: NOW)
    first = places.hold(session.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    ask_again(session, school, instead_of=first)
    other.refresh_from_db()
    assert (other.status, other.link_version) == (Status.HELD, 1)
    assert statuses(session) == [Status.HELD, Status.CANCELLED, Status.HELD]


def test_another_address_in_another_session_drops_nothing_there():
    session, elsewhere, school = SessionFactory(), SessionFactory(), SchoolFactory()
    first = places.hold(elsewhere.pk, party(school=school, email=WRONG), clock=lambda: NOW)
    before = everything(elsewhere)
    ask_again(session, school, instead_of=first)
    assert everything(elsewhere) == before
    assert count(session) == (1, 0, 30)
