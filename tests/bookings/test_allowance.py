"""A script takes no session, and a school behind one address no harm: places of one network that nobody has proved
(rule.md#unproved)."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings import places
from bookings.forgetting import steps
from bookings.mail.sending import send_due
from bookings.models import Booking, Mail, Places, SchoolKind
from bookings.rule import allowance
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import ConfirmFirst, SessionFull
from bookings.states import Status
from bookings.verbs import waiting_list
from bookings.views import limits
from tests.browser.reading import Page
from tests.browser.steps import at, book, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
LATER = {"name": "", "later": "on", "role": "1"}
HERE, ELSEWHERE = "a" * 32, "b" * 32


def clock():
    return NOW


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def typed(n, kind=SchoolKind.INDEPENDENT):
    return VisitingSchool(kind=kind, name=f"Invented School {n}", place="Nowhere")


def ask(session, n=0, *, size=1, network=HERE, first=False, **fields):
    """A hold from a network, for an address of its own."""
    said = {"email": f"teacher{n}-{uuid.uuid4().hex[:6]}@school.example", "network": network} | fields
    return places.hold(session.pk, party(size=size, **said), clock=clock, first=first)


def taken(session):
    return Places.objects.get(pk=session.pk).places_taken


# --- as it was seen --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_script_that_invents_schools_takes_a_quarter_of_a_hall_and_no_more(client):
    """All of a hall was taken from one network within seconds, until 18:00 of the next school day."""
    session = SessionFactory(share=None, room__capacity=120)
    for n in range(13):
        client.cookies.clear()
        school = SchoolFactory(name=f"Ash School {n}", postcode=f"ME{n} 1AA")
        fill_in(client, session, school, *[LATER] * 9, email=f"teacher{n}@school.example")
        response = client.post(at("book-check", session))
        assert response["Location"] == at("book-sent", session)  # nobody is refused
    assert taken(session) == 30  # of 30, in parties of ten
    stands = list(Booking.objects.order_by("pk").values_list("status", flat=True))
    assert stands == [Status.HELD] * 3 + [Status.LAPSED] * 10
    assert Mail.objects.filter(kind="confirm_first").count() == 10
    client.cookies.clear()
    other = SchoolFactory(name="Elm School", postcode="ME99 1AA")
    fill_in(client, session, other)
    client.post(at("book-check", session), REMOTE_ADDR="192.0.2.77")
    assert Booking.objects.latest("pk").status == Status.HELD


# --- the allowance ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity, most", [(11, 20), (30, 20), (80, 20), (84, 21), (300, 75)])
def test_network_may_have_twenty_places_unproved_or_a_quarter_of_the_room(capacity, most):
    assert allowance.most(Places(capacity=capacity)) == most


def test_place_beyond_the_allowance_is_not_held_and_nobody_else_is_touched():
    session = SessionFactory(share=None, room__capacity=60)
    for n in range(2):
        ask(session, n, size=10)
    with pytest.raises(ConfirmFirst):
        ask(session)
    assert ask(session, network=ELSEWHERE).status == Status.HELD
    assert ask(SessionFactory(), network=HERE).status == Status.HELD  # of another session
    assert taken(session) == 21


def test_what_is_asked_for_first_takes_no_place_and_is_booked_when_it_is_confirmed():
    session = SessionFactory(room__capacity=30)
    booking = ask(session, size=2, first=True)
    assert (booking.status, booking.asks_first, booking.held_from, booking.ended_at) == ("lapsed", True, None, NOW)
    assert (taken(session), Mail.objects.get().kind) == (0, "confirm_first")
    booking = places.confirm(booking.pk, clock=clock)
    assert (booking.status, taken(session), booking.address_proved_at) == (Status.CONFIRMED, 2, NOW)


def test_what_is_asked_for_first_is_judged_as_new_and_can_wait():
    session = SessionFactory(share=None, room__capacity=2)
    booking = ask(session, size=2, first=True)
    ask(session, network=ELSEWHERE)
    with pytest.raises(SessionFull):
        places.confirm(booking.pk, clock=clock)
    waits = waiting_list.wait(booking.pk, clock=clock)
    assert (waits.status, waits.asks_first) == (Status.WAITING, False)


def test_confirming_makes_room_for_the_next_of_the_network_at_once():
    session = SessionFactory(share=None, room__capacity=60)
    made = [ask(session, n, size=10) for n in range(2)]
    places.confirm(made[0].pk, clock=clock)
    assert Booking.objects.get(pk=made[0].pk).held_from is None
    assert ask(session, size=10).status == Status.HELD
    places.cancel(made[1].pk, clock=clock)
    assert ask(session, size=10).status == Status.HELD


def test_network_is_forgotten_when_the_places_lapse():
    session = SessionFactory(share=None)
    booking = ask(session)
    Mail.objects.update(state="sent", answered_at=NOW)
    with places.locked(session.pk, lambda: booking.deadline):
        pass
    booking.refresh_from_db()
    assert (booking.status, booking.held_from) == (Status.LAPSED, None)


def test_network_is_forgotten_where_the_session_is_off_and_nothing_lapses():
    session = SessionFactory()
    booking = ask(session)
    steps.forget(now=NOW)
    booking.refresh_from_db()
    assert booking.held_from == HERE
    Places.objects.filter(pk=session.pk).update(status="cancelled")
    steps.forget(now=NOW)
    booking.refresh_from_db()
    assert booking.held_from is None


@pytest.mark.parametrize("change", [{"status": "confirmed"}, {"address_proved_at": NOW}, {"status": "lapsed"}])
def test_database_keeps_no_network_of_what_is_proved_or_has_ended(change):
    booking = ask(SessionFactory())
    assert booking.held_from == HERE
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**change)


def test_all_of_a_48_may_have_twice_as_much():
    session = SessionFactory(share=None, room__capacity=100)
    for n, narrow in enumerate("cdef"):
        ask(session, n, size=10, network="a" * 16 + narrow * 16)
        ask(session, n, size=2, network="a" * 16 + narrow * 16)
    with pytest.raises(ConfirmFirst):
        ask(session, size=3, network="a" * 16 + "0" * 16)
    assert ask(session, size=2, network="a" * 16 + "0" * 16).status == Status.HELD


@pytest.mark.parametrize(
    "one, other, same_wide, same",
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True, True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", True, False),
        ("2001:db8:0:1::1", "2001:db8:1:1::1", False, False),
        ("192.0.2.1", "::ffff:192.0.2.1", True, True),
        ("192.0.2.1", "192.0.2.2", False, False),
    ],
)
def test_network_of_a_hold_is_a_wide_and_a_narrow_one(settings, rf, one, other, same_wide, same):
    settings.PROXIES = 0
    one, other = (limits.held_from(rf.get("/", REMOTE_ADDR=address)) for address in (one, other))
    assert len(one) == 32
    assert (one[: allowance.HALF] == other[: allowance.HALF], one == other) == (same_wide, same)


# --- schools that were typed -----------------------------------------------------------------------------------------


def test_typed_schools_of_one_network_share_one_share_until_they_are_proved():
    session = SessionFactory(share=2, room__capacity=60)
    first = ask(session, 1, size=2, visiting=typed(1))
    with pytest.raises(ConfirmFirst):
        ask(session, 2, visiting=typed(2, SchoolKind.TRUST))
    assert ask(session, 3, visiting=typed(3), network=ELSEWHERE).status == Status.HELD
    assert ask(session, 4, size=2).status == Status.HELD  # of the register
    assert ask(session, 5, visiting=VisitingSchool(kind=SchoolKind.NONE)).status == Status.HELD
    places.confirm(first.pk, clock=clock)
    assert ask(session, 6, size=2, visiting=typed(6)).status == Status.HELD


def test_typed_schools_share_nothing_where_schools_have_no_share():
    session = SessionFactory(share=None, room__capacity=60)
    assert [ask(session, n, size=5, visiting=typed(n)).status for n in range(3)] == [Status.HELD] * 3


# --- no answer tells who has booked ----------------------------------------------------------------------------------


def answer(client, session, school, email, **extra):
    """The page after the button, to the byte but for the address and the key of the form."""
    client.cookies.clear()
    fill_in(client, session, school, email=email)
    client.post(at("book-check", session), **extra)
    response = client.get(at("book-sent", session), **extra)
    body = response.content.decode().replace(email, "ADDRESS")
    return response.status_code, body.replace(str(response.context["csrf_token"]), "KEY")


def test_page_of_what_is_confirmed_first_is_the_same_for_every_address(client):
    session, school = SessionFactory(share=None, room__capacity=60), SchoolFactory(name="Ash Primary School")
    book(client, session, school, email="booked@school.example")
    network = Booking.objects.get().held_from
    for n in range(2):
        ask(session, n, size=9, network=network)
    ask(session, network=network)
    said = [answer(client, session, school, email) for email in ("booked@school.example", "unknown@school.example")]
    assert said[0] == said[1]
    assert "Your place is not kept before you confirm." in said[0][1]
    assert [mail.kind for mail in Mail.objects.order_by("-pk")[:2]] == ["confirm_first", "already_booked"]


def test_allowance_does_not_tell_whether_the_last_address_was_booked(client):
    """What was not held for want of an address counts for the network as if it had been."""
    said = []
    for email in ("booked@school.example", "unknown@school.example"):
        session, school = SessionFactory(share=None, room__capacity=60), SchoolFactory(name=f"Ash of {email[:6]}")
        ask(session, email="booked@school.example", network=ELSEWHERE, school=school)
        book(client, session, school, email="first@school.example")
        network = Booking.objects.latest("pk").held_from
        for n in range(2):
            ask(session, n, size=9, network=network)
        answer(client, session, school, email)
        said.append("is not kept before you confirm" in answer(client, session, school, "next@school.example")[1])
    assert said == [True, True]


def test_another_address_does_not_tell_either_whether_the_first_was_booked(client):
    """What this draft asks for stands in the stead of what it asked for before, held or not."""
    said = []
    for email in ("booked@school.example", "unknown@school.example"):
        session, school = SessionFactory(share=None, room__capacity=60), SchoolFactory(name=f"Elm of {email[:6]}")
        ask(session, email="booked@school.example", network=ELSEWHERE, school=school)
        client.cookies.clear()
        book(client, session, school, email="first@school.example")
        network = Booking.objects.latest("pk").held_from
        for n in range(2):
            ask(session, n, size=9, network=network)
        answer(client, session, school, email)
        client.post(at("book-address", session), {"email": "right@school.example"})
        said.append("is not kept before you confirm" in client.get(at("book-sent", session)).content.decode())
    assert said == [False, False]


def test_check_page_says_before_the_press_that_nothing_is_kept(client):
    session, school = SessionFactory(share=None, room__capacity=60), SchoolFactory(name="Ash Primary School")
    book(client, session, school)
    network = Booking.objects.get().held_from
    for n in range(2):
        ask(session, n, size=9, network=network)
    client.cookies.clear()
    fill_in(client, session, school, LATER, email="new@school.example")
    page = Page(client.get(at("book-check", session)))
    assert "we cannot keep yours before you confirm" in page.text
    assert "We keep your places until" not in page.text
    elsewhere = Page(client.get(at("book-check", session), REMOTE_ADDR="192.0.2.9"))
    assert "We keep your places until" in elsewhere.text


# --- no school is stopped --------------------------------------------------------------------------------------------


def test_head_of_a_school_behind_one_address_books_twenty_colleagues(client):
    session, school = SessionFactory(share=None, room__capacity=30), SchoolFactory(name="Ash Primary School")
    for n in range(2):
        client.cookies.clear()
        fill_in(client, session, school, *[LATER] * 9, email=f"head{n}@ash.example")
        client.post(at("book-check", session))
    assert taken(session) == 20


def test_heads_assistant_has_ten_bookings_and_confirms_each(client):
    """Ten sessions in one sitting, from one address; all are held, and each is confirmed by its own mail."""
    school = SchoolFactory(name="Ash Primary School")
    sessions = [SessionFactory() for _ in range(10)]
    for session in sessions:
        client.cookies.clear()
        book(client, session, school, email="assistant@ash.example")
    assert [taken(session) for session in sessions] == [1] * 10
    for booking in Booking.objects.all():
        places.confirm(booking.pk, clock=clock)
    later = SessionFactory()
    client.cookies.clear()
    book(client, later, school, email="assistant@ash.example")
    assert taken(later) == 1


@pytest.mark.slow
def test_county_behind_one_address_fills_a_session_in_the_first_minutes(client):
    """Sixty teachers of sixty schools press at the same minute; who confirms has a place while there are any."""
    session = SessionFactory(share=2, room__capacity=40)
    for n in range(60):
        client.cookies.clear()
        school = SchoolFactory(name=f"Ash Primary School {n}", postcode=f"ME{n} 1AA")
        fill_in(client, session, school, email=f"teacher{n}@school.example")
        room = taken(session) < 40
        response = client.post(at("book-check", session))
        if room:
            assert response["Location"] == at("book-sent", session)
        if n % 3 == 2:  # two of three read their mail within the minute
            for booking in Booking.objects.order_by("-pk")[:2]:
                places.confirm(booking.pk, clock=clock)
    confirmed = Booking.objects.filter(status=Status.CONFIRMED).count()
    assert confirmed == 40 - Booking.objects.filter(status=Status.HELD).count()
    assert taken(session) == 40


# --- the rest of its life --------------------------------------------------------------------------------------------


def test_mail_of_what_is_confirmed_first_says_so_and_its_link_books(client, mailoutbox):
    session = SessionFactory(room__capacity=30)
    booking = ask(session, size=2, first=True)
    send_due(clock)
    (mail,) = mailoutbox
    assert mail.subject.startswith("Confirm to book:")
    assert "They are not kept before you confirm" in " ".join(mail.body.split())
    link = next(word for word in mail.body.split() if "/bookings/" in word)
    path = link.removeprefix("https://testserver")
    page = Page(client.get(path))
    assert page.buttons == ["Confirm your 2 places"]
    assert "Your places are not kept before you confirm." in page.text
    client.post(f"{path}confirm/")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_another_address_takes_the_place_of_what_is_confirmed_first():
    session = SessionFactory(room__capacity=30)
    booking = ask(session, first=True)
    version = booking.link_version
    how = {"clock": clock, "instead_of": booking, "first": True}
    asked = party(email="new@school.example", network=HERE)
    other = waiting_list.at_another_address(session.pk, asked, **how)
    booking.refresh_from_db()
    assert (booking.status, booking.link_version, other.asks_first) == (Status.CANCELLED, version + 1, True)


def test_party_of_which_some_wait_is_confirmed_first_as_a_whole():
    session = SessionFactory(share=None, room__capacity=2)
    asked = party(size=3, email="three@school.example", network=HERE)
    joined = waiting_list.join(session.pk, asked, clock=clock, fewer=True, first=True)
    assert (joined.booking.asks_first, joined.held, taken(session)) == (True, 2, 0)
    places.confirm(joined.booking.pk, clock=clock)
    stands = Booking.objects.order_by("pk").values_list("status", "party", "address_proved_at")
    assert list(stands) == [("confirmed", 2, NOW), ("waiting", 1, NOW)]


def test_same_press_twice_asks_once(client):
    session, school = SessionFactory(share=None, room__capacity=60), SchoolFactory(name="Ash Primary School")
    book(client, session, school)
    for n in range(2):
        ask(session, n, size=9, network=Booking.objects.first().held_from)
    ask(session, network=Booking.objects.first().held_from)
    client.cookies.clear()
    fill_in(client, session, school, email="new@school.example")
    for _press in range(2):
        client.post(at("book-check", session))
    assert Booking.objects.filter(email_key="new@school.example").count() == 1


def test_whoever_comes_through_no_network_costs_no_query(django_assert_num_queries):
    session = SessionFactory()
    booking = party().booking(session, now=NOW)
    with django_assert_num_queries(0):
        assert not allowance.is_beyond(session.places, booking, size=1, now=NOW)
    booking.held_from = HERE
    with django_assert_num_queries(1):
        assert not allowance.is_beyond(session.places, booking, size=1, now=NOW)
