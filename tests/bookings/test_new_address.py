"""Another address of one's own: asked for by the old one's link, taken by the link that goes to the new one."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail import rendering
from bookings.mail.links import Purpose, token
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import AddressChange, Booking, HandOver, Mail
from bookings.rule.party import Correction, NewVisitor
from bookings.rule.refusals import Ended, InThisBooking, NotBookable, SentJustNow
from bookings.sessions import changes
from bookings.states import Status
from bookings.verbs import addresses, contact, details, hand_over, waiting_list
from bookings.verbs import visitors as parties
from tests.bookings.conftest import MailServer
from tests.bookings.observed import events, everything, mails, verbs
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
ADA, BEN, NEW = "ada@school.example", "ben@school.example", "new@school.example"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the pages."""
    set_to = lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)  # noqa: E731
    set_to(NOW)
    return set_to


@pytest.fixture
def session(clock):
    return SessionFactory(title="Year 6 lesson")


@pytest.fixture
def booking(session):
    return confirmed(session)


def at(moment=NOW):
    return lambda: moment


def held(session, email=ADA, **asked):
    ben = NewVisitor(full_name="Ben Colleague", email=BEN)
    return places.hold(session.pk, party(email=email, **({"visitors": (NewVisitor(), ben)} | asked)), clock=at())


def confirmed(session, email=ADA, **asked):
    return places.confirm(held(session, email, **asked).pk, clock=at())


def ask(booking, email=NEW, *, now=NOW, visitor=None):
    addresses.ask_for_address(booking.pk, email, clock=at(now), visitor_id=visitor and visitor.pk)
    return AddressChange.objects.of(booking, visitor).get()


def take(asked, *, now=NOW):
    addresses.take_address(asked.pk, asked.link_version, clock=at(now))


def ben_of(booking):
    return booking.visitors.get(position=2)


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def link_of(visitor, page=""):
    return f"/bookings/{token(Purpose.VISITOR, visitor)}/{page}"


def link_to(asked, page=""):
    return f"/bookings/{token(Purpose.NEW_ADDRESS, asked)}/{page}"


def get(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return Page(response)


def save(client, address, **fields):
    response = client.post(address, get(client, address).form(**fields))
    assert response.status_code == 302
    return get(client, response["Location"])


# --- asked for ------------------------------------------------------------------------------------------------------


def test_new_address_stands_beside_the_old_one_with_a_mail_to_both(session, booking):
    told = len(mails(session))
    ask(booking)
    booking.refresh_from_db()
    assert (booking.contact_email, booking.link_version) == (ADA, 1)
    assert sorted(mails(session)[told:]) == [("address_asked", ADA), ("new_address", NEW)]
    assert events(session)[-1] == ("ask_address", "confirmed", "confirmed", 0)


def test_mails_say_what_to_do_and_the_new_one_no_name_and_no_address(booking):
    asked = ask(booking)
    to_new = rendering.render(Mail.objects.get(kind=Kind.NEW_ADDRESS), now=NOW)
    assert link_to(asked) in str(to_new.body)
    for private in ("Test Teacher", ADA, token(Purpose.CONTACT, booking), "Ben"):
        assert private not in str(to_new.body)
    to_old = str(rendering.render(Mail.objects.get(kind=Kind.ADDRESS_ASKED), now=NOW).body)
    assert NEW in to_old
    assert link(booking) in to_old
    assert token(Purpose.NEW_ADDRESS, asked) not in to_old


def test_mails_go_to_both(smtp_server: MailServer, booking):
    send_due(at())
    smtp_server.received.clear()
    ask(booking)
    send_due(at())
    assert sorted(smtp_server.to) == [ADA, NEW]


def test_same_address_again_is_the_same_press_and_later_the_same_link(session, booking):
    first = ask(booking)
    before = everything(session)
    ask(booking, now=NOW + MINUTE)
    assert everything(session) == before
    again = ask(booking, now=NOW + 11 * MINUTE)
    assert again.link_version == first.link_version
    assert mails(session) == before[-1] + before[-1][-2:]


def test_another_address_ends_the_link_to_the_one_before(client, booking):
    first = ask(booking)
    ask(booking, "newer@school.example", now=NOW + MINUTE)
    assert client.get(link_to(first)).status_code == 404
    with pytest.raises(Ended):
        take(first)
    assert AddressChange.objects.get().email == "newer@school.example"


@pytest.mark.parametrize("email", [ADA, "ADA@School.example"])
def test_own_address_is_no_new_one(session, booking, email):
    before = everything(session)
    addresses.ask_for_address(booking.pk, email, clock=at())
    assert everything(session) == before


def test_contact_is_told_on_the_page_that_a_colleague_has_it(client, session, booking):
    with pytest.raises(InThisBooking):
        ask(booking, BEN)
    fields = get(client, link(booking, "change/")).form(email=BEN)
    assert Page(client.post(link(booking, "change/"), fields)).errors == {
        "email": "Enter a different address: this one is already in this booking"
    }
    assert AddressChange.objects.count() == 0


def test_who_asks_too_often_is_told_so_whatever_the_address(booking):
    for n in range(10):
        ask(booking, f"new{n}@school.example", now=NOW + n * MINUTE)
    with pytest.raises(SentJustNow):
        ask(booking, "one.more@school.example", now=NOW + HOUR)


def test_address_that_has_had_too_many_gets_no_more_and_nobody_is_told(session):
    for n in range(4):
        ask(confirmed(session, f"other{n}@school.example", visitors=(NewVisitor(),)), now=NOW + n * MINUTE)
    assert [to for kind, to in mails(session) if kind == "new_address"] == [NEW] * 3
    assert AddressChange.objects.open().count() == 4


@pytest.mark.parametrize("end", ["cancelled", "started", "postponed"])
def test_address_is_asked_for_only_while_it_can_be_taken(session, booking, end):
    now = session.starts_at if end == "started" else NOW
    if end == "cancelled":
        places.cancel(booking.pk, clock=at())
    elif end == "postponed":
        changes.postpone(session.pk, by=StaffFactory(), clock=at(), news=changes.News("Snow"))
    before = everything(session)
    with pytest.raises((Ended, NotBookable)):
        ask(booking, now=now)
    with pytest.raises((Ended, NotBookable)):
        ask(booking, now=now, visitor=ben_of(booking))
    assert everything(session) == before


# --- taken ----------------------------------------------------------------------------------------------------------


def test_pressing_moves_the_contact_ends_the_old_link_and_sends_the_new_one(client, session, booking):
    asked, told = ask(booking), len(mails(session))
    old = link(booking)
    take(asked)
    booking.refresh_from_db()
    assert (booking.contact_email, booking.email_key, booking.link_version) == (NEW, NEW, 2)
    assert booking.visitors.values_list("email", "email_key").get(is_contact=True) == (NEW, NEW)
    assert mails(session)[told:] == [("confirmed", NEW)]
    assert verbs(session)[-1] == "take_address"
    assert client.get(old).status_code == 404
    assert client.get(link(booking)).status_code == 200


def test_hold_moves_with_a_mail_that_lets_it_lapse_in_its_time(session):
    booking = held(session)
    take(ask(booking))
    assert mails(session)[-1] == ("confirm", NEW)
    booking.refresh_from_db()
    assert booking.status == Status.HELD


def test_all_of_the_party_moves(session):
    session.places.capacity = 2
    session.places.save()
    booking = confirmed(session)
    one_more = {"clock": at(), "key": uuid.uuid4(), "may_wait": True}
    waits = parties.add_visitor(booking.pk, NewVisitor(full_name="Cara"), **one_more).booking
    take(ask(booking))
    for one in (booking, waits):
        one.refresh_from_db()
        assert (one.contact_email, one.link_version) == (NEW, 2)
    assert verbs(session)[-2:] == ["take_address", "take_address"]


def test_address_that_is_asked_for_after_another_has_a_mail_of_its_own(booking):
    """Also in the same moment, as far as a clock tells."""
    take(ask(booking))
    again = ask(booking, ADA)
    assert [mail.recipient for mail in Mail.objects.filter(kind=Kind.NEW_ADDRESS).order_by("pk")] == [NEW, ADA]
    take(again)
    booking.refresh_from_db()
    assert booking.contact_email == ADA


def test_visitor_moves_their_own_place_alone(client, session, booking):
    ben = ben_of(booking)
    asked, told, old = ask(booking, visitor=ben), len(mails(session)), link_of(ben)
    assert sorted(mails(session)[told - 2 :]) == [("address_asked", BEN), ("new_address", NEW)]
    take(asked)
    ben.refresh_from_db()
    booking.refresh_from_db()
    assert (ben.email, ben.email_key, ben.link_version) == (NEW, NEW, 2)
    assert ben.person_id is not None
    assert (booking.contact_email, booking.link_version) == (ADA, 1)
    assert mails(session)[told:] == [("named", NEW)]
    assert verbs(session)[-1] == "take_own_address"
    assert client.get(old).status_code == 404


def test_press_twice_is_once(session, booking):
    asked = ask(booking)
    take(asked)
    before = every_row()
    take(asked, now=NOW + HOUR)
    assert every_row() == before


@pytest.mark.parametrize("end", ["cancelled", "started", "postponed", "released"])
def test_link_pressed_after_it_has_ended_changes_nothing(client, session, booking, clock, end):
    ben = ben_of(booking)
    asked = ask(booking, visitor=ben)
    now = session.starts_at if end == "started" else NOW
    if end == "cancelled":
        places.cancel(booking.pk, clock=at())
    elif end == "released":
        parties.release(ben.pk, clock=at())
    elif end == "postponed":
        changes.postpone(session.pk, by=StaffFactory(), clock=at(), news=changes.News("Snow"))
    clock(now)
    before = every_row()
    with pytest.raises((Ended, NotBookable)):
        take(asked, now=now)
    response = client.post(link_to(asked, "use-address/"))
    assert response.status_code == 409
    assert "Not done" in Page(response).text
    assert every_row() == before


@pytest.mark.parametrize("ends", ["by staff", "handed over", "corrected by the contact"])
def test_new_link_of_the_owner_ends_what_the_old_one_asked_for(client, session, booking, ends):
    of_visitor = ends != "by staff"
    asked = ask(booking, visitor=ben_of(booking) if of_visitor else None)
    if ends == "by staff":
        right = {"name": "Test Teacher", "email": "right@school.example", "mobile": "", "why": "Typed wrong"}
        contact.put_right(booking.pk, **right, by=StaffFactory(), clock=at())
    elif ends == "handed over":
        taker = NewVisitor(full_name="Cara", email="cara@school.example")
        hand_over.hand_over(ben_of(booking).pk, taker, clock=at())
    else:
        said = {ben_of(booking).pk: Correction(email="benny@school.example")}
        details.change_details(booking.pk, visitors=said, clock=at())
    assert client.get(link_to(asked)).status_code == 404
    with pytest.raises(Ended):
        take(asked)
    send_due(at())
    assert Mail.objects.get(kind=Kind.NEW_ADDRESS).state == Mail.State.DROPPED


def test_place_on_its_way_comes_back_to_the_new_address(session, booking):
    taker = NewVisitor(full_name="Cara", email="cara@school.example")
    hand_over.hand_over(booking.visitors.get(position=1).pk, taker, clock=at())
    take(ask(booking))
    assert HandOver.objects.get().from_email == NEW


def test_keep_ends_the_new_link_once(client, session, booking):
    asked = ask(booking)
    for _press in range(2):
        response = client.post(link(booking, "keep-address/"))
        assert (response.status_code, response["Location"]) == (302, f"{link(booking)}?saved")
    assert verbs(session)[-2:] == ["ask_address", "drop_address"]
    assert client.get(link_to(asked)).status_code == 404


# --- an address that has a place here already -----------------------------------------------------------------------


def test_clash_is_told_to_its_owner_by_mail_alone_and_no_link_goes_there(session, booking):
    other = confirmed(session, "other@school.example", visitors=(NewVisitor(),))
    told = len(mails(session))
    ask(booking, "other@school.example")
    assert sorted(mails(session)[told:]) == [("address_asked", ADA), ("address_taken", "other@school.example")]
    text = str(rendering.render(Mail.objects.get(kind=Kind.ADDRESS_TAKEN), now=NOW).body)
    assert link(other) in text
    assert "Test Teacher" not in text


@pytest.mark.parametrize("of_visitor", [False, True], ids=["contact", "visitor"])
def test_page_is_the_same_for_a_booked_and_an_unknown_address(client, session, of_visitor):
    """Both are 20 characters, and nothing else may differ."""
    taken, free = "cara.c@school.example", "nobody@school.example"
    confirmed(session, taken, visitors=(NewVisitor(),))
    answers = []
    for typed in (taken, free):
        email = f"me.{typed[0]}@school.example"
        third = NewVisitor(full_name="Third", email=taken) if of_visitor else NewVisitor(full_name="Third")
        school = SchoolFactory(name="One School", town="Dover")
        me = NewVisitor(full_name="Me", email=f"own.{typed[0]}@school.example")
        mine = confirmed(session, email, school=school, visitors=(NewVisitor(), me, third))
        address = link_of(ben_of(mine), "change/") if of_visitor else link(mine, "change/")
        response = client.post(address, get(client, address).form(email=typed))
        shown = client.get(response["Location"])
        own_token = address.split("/")[2]
        replaced = [(own_token, "TOKEN"), (typed, "TYPED"), (email, "OLD"), (me.email, "OLD")]
        replaced.append((mine.reference_spaced, "REFERENCE"))
        body = shown.content.decode()
        for words, stands in replaced:
            body = body.replace(words, stands)
        answers.append((response.status_code, response["Location"].replace(own_token, "TOKEN"), without_csrf(body)))
    assert answers[0] == answers[1]
    assert "We have emailed <b>TYPED</b>" in answers[0][2]


def without_csrf(body):
    return "\n".join(line for line in body.splitlines() if "csrfmiddlewaretoken" not in line)


def test_clash_that_came_since_is_told_by_mail_and_the_page_is_the_same(client, session, booking):
    asked = ask(booking)
    confirmed(session, NEW, visitors=(NewVisitor(),))
    told = len(mails(session))
    pages = [answer(client, asked)]
    assert mails(session)[told:] == [("address_taken", NEW)]
    booking.refresh_from_db()
    assert (booking.contact_email, booking.link_version) == (ADA, 1)
    assert verbs(session)[-1] == "drop_address"
    other = confirmed(SessionFactory(title="Year 6 lesson"), "else@school.example")
    asked = ask(other)
    pages.append(answer(client, asked))
    other.refresh_from_db()
    assert other.contact_email == NEW
    assert pages[0] == pages[1]


def answer(client, asked):
    """What pressing says, in bytes but for the link itself."""
    response = client.post(link_to(asked, "use-address/"))
    body = client.get(response["Location"]).content.decode()
    own = token(Purpose.NEW_ADDRESS, asked)
    return response.status_code, response["Location"].replace(own, "T"), without_csrf(body.replace(own, "T"))


def test_contacts_address_is_no_visitors_too_and_only_a_mail_says_so(session, booking):
    told = len(mails(session))
    ask(booking, ADA, visitor=ben_of(booking))
    assert sorted(mails(session)[told:]) == [("address_asked", BEN), ("address_taken", ADA)]


def test_address_that_waits_for_places_here_is_taken_too(session, booking):
    """One each: also where they only wait (rule.md#one-each)."""
    waiting_list.join(session.pk, party(email="waits@school.example", size=1), clock=at())
    told = len(mails(session))
    ask(booking, "waits@school.example")
    assert ("address_taken", "waits@school.example") in mails(session)[told:]


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of_visitor", [False, True], ids=["contact", "visitor"])
def test_from_the_form_to_the_new_link(client, session, booking, of_visitor):
    ben = ben_of(booking)
    own = link_of(ben) if of_visitor else link(booking)
    page = save(client, f"{own}change/", email=NEW)
    old = BEN if of_visitor else ADA
    assert f"Confirm your new address We have emailed {NEW}." in page.text
    assert f"Until then everything goes to {old}." in page.text
    asked = AddressChange.objects.get()
    before = every_row()
    page = get(client, link_to(asked))
    assert page.title == "Use this address? – Showcase"
    assert page.buttons == ["Use this address"]
    assert client.get(link_to(asked, "use-address/"))["Location"] == link_to(asked)
    assert every_row() == before
    for _press in range(2):
        response = client.post(link_to(asked, "use-address/"))
        assert (response.status_code, response["Location"]) == (302, link_to(asked))
    page = get(client, link_to(asked))
    assert f"Check your email We have emailed {NEW}." in page.text
    assert page.buttons == []


def test_other_details_are_saved_with_it(client, booking):
    save(client, link(booking, "change/"), email=NEW, name="Ada Changed")
    booking.refresh_from_db()
    assert (booking.contact_name, booking.contact_email) == ("Ada Changed", ADA)


def test_form_of_a_session_that_is_off_asks_for_no_address(client, session, booking):
    changes.postpone(session.pk, by=StaffFactory(), clock=at(), news=changes.News("Snow"))
    for page in (link(booking, "change/"), link_of(ben_of(booking), "change/")):
        assert "email" not in get(client, page).fields


def test_wrong_address_is_said_and_nothing_typed_is_lost(client, booking):
    before = every_row()
    fields = get(client, link(booking, "change/")).form(email="no address", mobile="07700 900 982")
    page = Page(client.post(link(booking, "change/"), fields))
    assert list(page.errors) == ["email"]
    assert (page.fields["email"], page.fields["mobile"]) == ("no address", "07700 900 982")
    assert every_row() == before


@pytest.mark.parametrize("page", ["", "use-address/"])
def test_no_other_link_takes_an_address(client, booking, page):
    asked = ask(booking)
    before = every_row()
    for other in (link(booking, "use-address/"), link_of(ben_of(booking), "use-address/")):
        assert client.post(other).status_code == 404
    assert client.get(link_to(asked, "change/")).status_code == 404
    assert every_row() == before
    assert Booking.objects.get().contact_email == ADA
