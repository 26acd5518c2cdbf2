"""Holding places on the web: what is held, until when, and who is refused."""

import datetime as dt

import pytest
from django.db import transaction

from bookings import places
from bookings.models import Booking, Mail, Places
from bookings.rule import judging
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import NotBookable, PartyTooLarge, SessionFull
from bookings.states import SessionStatus, Standing, Status
from hubs.models import ClosedDay
from hubs.vocabulary.school_days import SchoolDays, london
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.observed import count, events, everything, mails, statuses
from tests.factories import DAY, NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
AHEAD = dt.datetime(2030, 1, 15, 9, tzinfo=dt.timezone.utc)


def moment(year, month, day, hour, minute=0):
    return london(dt.date(year, month, day), dt.time(hour, minute))


def test_hold_takes_places_until_its_deadline_and_mails_the_link():
    session, school = SessionFactory(), SchoolFactory()
    asked = party(size=3, school=school, contact_mobile="07700 900 982")
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    booking.refresh_from_db()
    assert (booking.status, booking.party, booking.school, booking.school_key) == (
        Status.HELD,
        3,
        school,
        f"urn:{school.urn}",
    )
    assert (booking.contact_name, booking.contact_email, booking.contact_mobile, booking.contact_comes) == (
        "Test Teacher",
        "teacher@school.example",
        "07700 900 982",
        True,
    )
    assert (booking.created_at, booking.deadline) == (NOW, london(dt.date(2027, 1, 5), dt.time(18)))
    assert booking.address_proved_at is None
    assert count(session) == (3, 0, 30)
    assert events(session) == [("hold", "", "held", 3)]
    assert mails(session) == [("confirm", "teacher@school.example")]


def test_hold_keeps_what_was_said_of_each_visitor():
    session = SessionFactory()
    own = NewVisitor(role=Roles.MATHS_LEAD, years=Years.KS2, needs="ramp", seen_before=False)
    later = NewVisitor()
    booking = places.hold(session.pk, party(visitors=(own, later)), clock=lambda: NOW)
    said = ("position", "is_contact", "full_name", "email", "role", "years", "needs", "seen_before", "released_at")
    assert list(booking.visitors.values_list(*said)) == [
        (1, True, "Test Teacher", "teacher@school.example", Roles.MATHS_LEAD, Years.KS2, "ramp", False, None),
        (2, False, None, None, Roles(0), Years(0), "", None, None),
    ]


def test_hold_for_others_keeps_no_place_for_the_contact():
    session = SessionFactory()
    pupils = (NewVisitor(full_name="Class Teacher"), NewVisitor())
    booking = places.hold(session.pk, party(contact_comes=False, visitors=pupils), clock=lambda: NOW)
    assert list(booking.visitors.values_list("is_contact", "full_name")) == [(False, "Class Teacher"), (False, None)]
    assert count(session) == (2, 0, 30)


def test_hold_compares_addresses_trimmed_in_nfkc_and_casefolded():
    session = SessionFactory()
    booking = places.hold(session.pk, party(email=" Ｔeacher@SCHOOL.example "), clock=lambda: NOW)
    booking.refresh_from_db()
    assert booking.email_key == "teacher@school.example"
    assert list(Mail.objects.values_list("recipient_key", flat=True)) == ["teacher@school.example"]


@pytest.mark.parametrize(
    "asked, until",
    [
        pytest.param((2027, 1, 4, 9, 30), (2027, 1, 5, 18), id="monday"),
        pytest.param((2027, 1, 4, 23, 59), (2027, 1, 5, 18), id="monday-night"),
        pytest.param((2027, 1, 8, 15), (2027, 1, 11, 18), id="friday"),
        pytest.param((2027, 1, 9, 12), (2027, 1, 11, 18), id="saturday"),
        pytest.param((2026, 12, 18, 15), (2026, 12, 21, 18), id="last-friday-before-christmas"),
        pytest.param((2026, 12, 21, 15), (2027, 1, 4, 18), id="over-christmas"),
        pytest.param((2027, 3, 25, 15), (2027, 3, 30, 18), id="over-easter-and-clocks-forward"),
        pytest.param((2027, 4, 30, 15), (2027, 5, 4, 18), id="bank-holiday"),
        pytest.param((2027, 10, 29, 15), (2027, 11, 1, 18), id="clocks-back"),
    ],
)
def test_hold_stands_until_six_on_the_next_school_day(asked, until):
    session = SessionFactory(starts_at=AHEAD, ends_at=AHEAD + dt.timedelta(hours=3))
    booking = places.hold(session.pk, party(), clock=lambda: moment(*asked))
    assert booking.deadline == moment(*until)


@pytest.mark.parametrize(
    "until, in_utc",
    [
        pytest.param((2027, 3, 30, 18), "2027-03-30T17:00:00+00:00", id="summer"),
        pytest.param((2027, 11, 1, 18), "2027-11-01T18:00:00+00:00", id="winter"),
    ],
)
def test_hold_means_six_by_the_clock_on_the_wall(until, in_utc):
    assert moment(*until).astimezone(dt.timezone.utc).isoformat() == in_utc


def test_hold_passes_over_days_that_the_hub_has_closed_and_stops_at_those_it_has_opened():
    session = SessionFactory(starts_at=AHEAD, ends_at=AHEAD + dt.timedelta(hours=3))
    hub = session.hub_year.hub
    ClosedDay.objects.create(hub=hub, first_day=dt.date(2027, 1, 5), last_day=dt.date(2027, 1, 8))
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    assert booking.deadline == moment(2027, 1, 11, 18)
    ClosedDay.objects.create(hub=hub, first_day=dt.date(2027, 1, 9), last_day=dt.date(2027, 1, 9), is_open=True)
    booking = places.hold(session.pk, party(email="other@school.example"), clock=lambda: NOW)
    assert booking.deadline == moment(2027, 1, 9, 18)


def test_hold_stands_at_least_three_hours():
    session = SessionFactory(hub_year__hub__hold_until=dt.time(1))
    late = moment(2027, 1, 4, 23)
    assert places.hold(session.pk, party(), clock=lambda: late).deadline == moment(2027, 1, 5, 2)
    assert dt.timedelta(hours=3) == judging.SHORTEST_HOLD


def test_hold_never_stands_past_the_start():
    session = SessionFactory(closes_at=london(DAY, dt.time(9)))
    day_before = london(DAY - dt.timedelta(days=1), dt.time(15))
    assert places.hold(session.pk, party(), clock=lambda: day_before).deadline == session.starts_at


def test_hold_stands_past_the_deadline_for_booking():
    session = SessionFactory()
    last_moment = session.closes_at - SECOND
    booking = places.hold(session.pk, party(), clock=lambda: last_moment)
    assert booking.deadline == london(SchoolDays().after(last_moment.date()), dt.time(18))
    assert booking.deadline > session.closes_at


def test_hold_twice_from_one_form_holds_once():
    session, asked = SessionFactory(), party(size=2)
    first = places.hold(session.pk, asked, clock=lambda: NOW)
    before = everything(session)
    assert places.hold(session.pk, asked, clock=lambda: NOW + SECOND) == first
    assert everything(session) == before


@pytest.mark.parametrize("status", [SessionStatus.CLOSED, SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_hold_twice_from_one_form_gives_the_booking_even_when_there_are_no_more(status):
    session, asked = SessionFactory(room__capacity=1), party()
    first = places.hold(session.pk, asked, clock=lambda: NOW)
    Places.objects.filter(pk=session.pk).update(status=status)
    assert places.hold(session.pk, asked, clock=lambda: NOW) == first


@pytest.mark.parametrize("size", [0, 11])
def test_hold_is_for_one_to_ten_visitors(size):
    session = SessionFactory()
    before = everything(session)
    with pytest.raises(PartyTooLarge):
        places.hold(session.pk, party(visitors=(NewVisitor(),) * size), clock=lambda: NOW)
    assert everything(session) == before


def test_hold_takes_the_last_place_and_no_more():
    session = SessionFactory(room__capacity=3)
    places.hold(session.pk, party(size=2), clock=lambda: NOW)
    with pytest.raises(SessionFull) as one_left:
        places.hold(session.pk, party(size=2, email="second@school.example"), clock=lambda: NOW)
    places.hold(session.pk, party(email="third@school.example"), clock=lambda: NOW)
    with pytest.raises(SessionFull) as none_left:
        places.hold(session.pk, party(email="fourth@school.example"), clock=lambda: NOW)
    assert (one_left.value.left, none_left.value.left) == (1, 0)
    assert count(session) == (3, 0, 3)
    assert mails(session) == [("confirm", "teacher@school.example"), ("confirm", "third@school.example")]


def test_hold_leaves_the_held_back_places_alone_until_they_come_free():
    session = SessionFactory(room__capacity=3, room__held_back=2)
    before, at = session.release_at - SECOND, session.release_at
    with pytest.raises(SessionFull) as refused:
        places.hold(session.pk, party(size=2), clock=lambda: before)
    assert refused.value.left == 1
    assert count(session) == (0, 2, 3)
    places.hold(session.pk, party(size=3), clock=lambda: at)
    assert count(session) == (3, 0, 3)


@pytest.mark.parametrize(
    "status, standing",
    [
        (SessionStatus.DRAFT, Standing.DRAFT),
        (SessionStatus.ANNOUNCED, Standing.ANNOUNCED),
        (SessionStatus.CLOSED, Standing.CLOSED),
        (SessionStatus.POSTPONED, Standing.POSTPONED),
        (SessionStatus.CANCELLED, Standing.CANCELLED),
    ],
)
def test_hold_needs_an_open_session(status, standing):
    session = SessionFactory(room__status=status)
    before = everything(session)
    with pytest.raises(NotBookable) as refused:
        places.hold(session.pk, party(), clock=lambda: NOW)
    assert refused.value.standing == standing
    assert everything(session) == before


def test_hold_opens_and_closes_to_the_second():
    session = SessionFactory(opens_at=NOW)
    outcomes = {
        "before": NOW - SECOND,
        "open": NOW,
        "last": session.closes_at - SECOND,
        "closed": session.closes_at,
        "started": session.starts_at,
        "over": session.ends_at,
    }
    assert {name: outcome(session, name, now) for name, now in outcomes.items()} == {
        "before": Standing.SOON,
        "open": Status.HELD,
        "last": Status.HELD,
        "closed": Standing.CLOSED,
        "started": Standing.CLOSED,
        "over": Standing.OVER,
    }


def outcome(session, name, now):
    try:
        return places.hold(session.pk, party(email=f"{name}@school.example"), clock=lambda: now).status
    except NotBookable as refused:
        return refused.standing


def test_hold_is_refused_where_a_session_is_booked_elsewhere():
    session = SessionFactory(booked_elsewhere="By telephone")
    assert outcome(session, "teacher", NOW) == Standing.ELSEWHERE


def test_hold_for_an_address_that_is_booked_holds_nothing_and_tells_it_by_mail_once_an_hour():
    session, school = SessionFactory(), SchoolFactory()
    places.hold(session.pk, party(school=school), clock=lambda: NOW)
    taken, told = count(session), events(session)
    for minutes in (0, 30, 59):
        later = NOW + dt.timedelta(minutes=minutes)
        asked = party(size=2, school=school, email="TEACHER@school.example")
        assert places.hold(session.pk, asked, clock=lambda later=later: later) is None
    assert (count(session), events(session)) == (taken, told)
    assert mails(session) == [
        ("confirm", "teacher@school.example"),
        ("already_booked", "teacher@school.example"),
    ]


def test_hold_once_lapsed_or_cancelled_may_be_made_anew():
    session, school = SessionFactory(), SchoolFactory()
    first = places.hold(session.pk, party(school=school), clock=lambda: NOW)
    places.cancel(first.pk, clock=lambda: NOW)
    assert places.hold(session.pk, party(school=school), clock=lambda: NOW) is not None
    assert statuses(session) == [Status.CANCELLED, Status.HELD]


def test_hold_inside_another_transaction_is_refused_for_it_could_not_commit():
    session = SessionFactory()
    with transaction.atomic(), pytest.raises(RuntimeError):
        places.hold(session.pk, party(), clock=lambda: NOW)
    assert Booking.objects.count() == 0


def test_hold_of_a_session_that_does_not_exist_is_no_booking():
    with pytest.raises(Places.DoesNotExist):
        places.hold(0, party(), clock=lambda: NOW)


@pytest.fixture
def drawn(monkeypatch):
    """References as they are drawn, the next one last."""
    left = ["ANOTHER2", "SAMESAME", "SAMESAME"]
    monkeypatch.setattr(Booking._meta.get_field("reference"), "_get_default", left.pop)
    return left


def test_reference_that_another_booking_has_is_drawn_again(drawn):
    session = SessionFactory()
    asked = [party(email=f"{n}@school.example") for n in range(2)]
    made = [places.hold(session.pk, one, clock=lambda: NOW).reference for one in asked]
    assert made == ["SAMESAME", "ANOTHER2"]
    assert (count(session)[0], Mail.objects.count()) == (2, 2)
