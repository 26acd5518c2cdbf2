"""Behind a private link: a booking in every state, and one visitor's own place."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from bookings import places
from bookings.mail import rendering
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail
from bookings.rule.party import NewVisitor
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs import staff_booking
from hubs.models import HostSchool, ShowcaseSession
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DEADLINE = london(dt.date(2027, 1, 5), dt.time(18))


def at_now():
    return NOW


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", at_now)


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture
def session():
    return SessionFactory(
        title="Year 6 lesson",
        venue__name="West Borough",
        arrival_at=london(DAY, dt.time(8, 45)),
        entrance="The gate in Greenway.",
        bring="your school badge",
        parking="In the street",
        office_phone="01622 000 000",
        day_contact="Sam on the day",
        joining_instructions="Ring the bell twice.",
        share=5,
        step_free="yes",
    )


@pytest.fixture
def held(session):
    """Ada's booking of two places, to be confirmed."""
    asked = party(
        email="ada@school.example",
        contact_name="Ada Teacher",
        contact_mobile="07700 900 982",
        school=SchoolFactory(name="Ash Primary School", town="Dover", postcode="CT16 1AA"),
        visitors=(
            NewVisitor(needs="hearing loop"),
            NewVisitor(full_name="Ben Colleague", email="ben@school.example", needs="no nuts"),
        ),
    )
    return places.hold(session.pk, asked, clock=at_now)


@pytest.fixture
def confirmed(held):
    return places.confirm(held.pk, clock=at_now)


@pytest.fixture
def lapsed(held):
    """Lapsed at its deadline, its mail read long before."""
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    with places.locked(held.session_id, lambda: DEADLINE):
        pass
    held.refresh_from_db()
    assert held.status == Status.LAPSED
    return held


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def link_of(visitor, page=""):
    return f"/bookings/{token(Purpose.VISITOR, visitor)}/{page}"


def ben_of(booking):
    return booking.visitors.get(full_name="Ben Colleague")


def get(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return Page(response)


def press(client, address, *, then="", **fields):
    """Press a button that leads back to the booking's page; returns that page."""
    response = client.post(address, fields)
    assert (response.status_code, response["Location"]) == (302, address.rsplit("/", 2)[0] + "/" + then)
    return get(client, response["Location"])


def set_status(session, status):
    with places.locked(session.pk, at_now) as room:
        places.write(room, Verb.CLOSE, by=StaffFactory(), status=status)


def take_all(session, left=0):
    session.places.refresh_from_db()
    size = session.places.capacity - session.places.places_taken - left
    asked = party(size=size, email="", contact_name="Somebody Else")
    staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=at_now, why="test")


# --- the booking in each state ---------------------------------------------------------------------------------------


def test_held_booking_asks_to_be_confirmed_and_says_until_when(client, held):
    page = get(client, link(held))
    assert page.title == "Confirm your booking – Showcase"
    assert "Confirm your 2 places Kept for you until 18:00 on Tuesday 5 January. Confirm 2 places" in page.text
    assert page.buttons == ["Confirm 2 places"]
    assert "Tuesday 26 January 9:00 to 11:45 Year 6 lesson West Borough Maidstone ME16 8TL" in page.text
    assert "Your visitors Ada Teacher (you) Remove – Ada Teacher Ben Colleague ben@school.example Remove" in page.text
    assert "Add a colleague Ash Primary School, Dover" in page.text
    assert page.links["Cancel your 2 places"] == link(held, "cancel/")
    assert page.links["Change names and details"] == link(held, "change/")
    assert "When you arrive" not in page.text
    assert "Add to calendar" not in page.links
    assert held.reference_spaced not in page.text


def test_confirm_confirms_and_shows_reference_and_how_to_arrive(client, held):
    page = press(client, link(held, "confirm/"))
    held.refresh_from_db()
    assert (held.status, held.address_proved_at) == (Status.CONFIRMED, NOW)
    assert page.title == "2 places confirmed – Showcase"
    assert f"2 places confirmed Your reference {held.reference_spaced}" in page.text
    assert (
        "When you arrive Report to the school office: it signs every visitor in. Come from 8:45 "
        "Entrance The gate in Greenway. Ask for Sam on the day Bring your school badge Parking In the street "
        "School office 01622 000 000 Access Step-free access: yes "
        "Not known yet: Accessible toilet, Reserved parking bay, Hearing loop Where West Borough "
        "Postcode: ME16 8TL Directions · OpenStreetMap "
        "A sheet to print for the day, with room for notes "
        "Ring the bell twice."
    ) in page.text
    assert page.links["01622 000 000"] == "tel:01622000000"
    assert page.links["Add to calendar"] == link(held, "calendar.ics")
    assert "We have emailed this to ada@school.example too." in page.text
    assert page.buttons == []


def test_confirm_twice_is_once(client, held):
    press(client, link(held, "confirm/"))
    before = every_row()
    press(client, link(held, "confirm/"))
    assert every_row() == before
    assert AuditEntry.objects.filter(verb=Verb.CONFIRM).count() == 1


def test_joining_instructions_of_the_host_school_stand_too(client, session, confirmed):
    host = HostSchool.objects.create(hub_year=HubYearFactory(), joining_instructions="All visitors use the back gate.")
    session.host_school = host
    session.save()
    assert "Ring the bell twice. All visitors use the back gate." in get(client, link(confirmed)).text


def test_contacts_page_does_not_show_a_colleagues_needs(client, confirmed):
    for page in ("", "change/", "cancel/"):
        html = client.get(link(confirmed, page)).content.decode()
        assert "no nuts" not in html
    assert "hearing loop" in client.get(link(confirmed, "change/")).content.decode()


def test_visitor_to_be_named_is_listed_as_such(client, session):
    booking = places.hold(session.pk, party(visitors=(NewVisitor(), NewVisitor())), clock=at_now)
    assert (
        "Remove – Test Teacher To be named Name this visitor · Remove – To be named" in get(client, link(booking)).text
    )


def test_lapsed_booking_can_be_booked_again_while_there_are_places(client, lapsed, clock):
    clock(DEADLINE)
    page = get(client, link(lapsed))
    assert (
        "Your places were not kept They were held until 18:00 on Tuesday 5 January and not confirmed by then."
        in page.text
    )
    assert page.buttons == ["Book 2 places again"]
    page = press(client, link(lapsed, "confirm/"))
    assert "2 places confirmed" in page.text
    assert Booking.objects.get().status == Status.CONFIRMED


def test_lapsed_booking_of_a_full_session_offers_others(client, session, lapsed, clock):
    clock(DEADLINE)
    other = SessionFactory(title="Still places")
    take_all(session)
    page = get(client, link(lapsed))
    assert "Your places were not kept" in page.text
    assert page.buttons == ["Join the waiting list"]
    before = every_row()
    response = client.post(link(lapsed, "confirm/"))
    page = Page(response)
    assert response.status_code == 409
    assert "Not done Every place at this session is taken." in page.text
    assert page.links["Still places"] == f"/sessions/{other.ref}/"
    assert every_row() == before


def test_lapsed_booking_with_too_few_places_says_how_many(client, session, lapsed, clock):
    clock(DEADLINE)
    take_all(session, left=1)
    response = client.post(link(lapsed, "confirm/"))
    assert response.status_code == 409
    assert "Not done Only 1 place is left, fewer than you asked for." in Page(response).text


def test_lapsed_booking_after_the_deadline_for_booking_is_not_offered_again(client, session, lapsed, clock):
    clock(session.closes_at)
    assert get(client, link(lapsed)).buttons == []
    response = client.post(link(lapsed, "confirm/"))
    assert response.status_code == 409
    assert "Not done Booking for this session has closed." in Page(response).text


def test_hold_past_its_deadline_whose_mail_was_late_can_still_be_confirmed(client, held, clock):
    """It lapses three hours after its mail was answered, if that is later (rule.md#hold)."""
    clock(DEADLINE + HOUR)
    Mail.objects.update(state=Mail.State.SENT, answered_at=DEADLINE)
    press(client, link(held, "confirm/"))
    held.refresh_from_db()
    assert held.status == Status.CONFIRMED


def test_cancelled_booking_says_so_and_offers_nothing(client, confirmed):
    places.cancel(confirmed.pk, clock=at_now)
    page = get(client, link(confirmed))
    assert "This booking is cancelled Nobody is expected on it. See the session" in page.text
    assert page.buttons == []
    for words in ("Cancel your 2 places", "Change names and details", "Add to calendar"):
        assert words not in page.links
    response = client.post(link(confirmed, "confirm/"))
    assert response.status_code == 409
    assert "Not done This booking has ended, so that cannot be done." in Page(response).text


@pytest.mark.parametrize("by_link_of", ["contact", "visitor"])
@pytest.mark.parametrize(
    "status, said",
    [(SessionStatus.CANCELLED, "This session is cancelled"), (SessionStatus.POSTPONED, "This session is postponed")],
)
def test_booking_of_a_session_that_is_off_says_so_and_how_to_arrive_no_longer(
    client, session, confirmed, status, said, by_link_of
):
    set_status(session, status)
    page = get(client, link(confirmed) if by_link_of == "contact" else link_of(ben_of(confirmed)))
    assert said in page.text
    assert "places confirmed" not in page.text
    assert "You have a place" not in page.text
    assert "When you arrive" not in page.text
    assert "Add to calendar" not in page.links


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_place_can_be_given_back_while_the_session_may_still_take_place(client, session, confirmed, status):
    set_status(session, status)
    offered = status == SessionStatus.POSTPONED
    links = get(client, link(confirmed)).links
    assert [words in links for words in ("Cancel your 2 places", "Change names and details")] == [offered] * 2
    links = get(client, link_of(ben_of(confirmed))).links
    assert ("Release this place" in links) == offered


def test_hold_of_a_cancelled_session_cannot_be_confirmed(client, session, held):
    set_status(session, SessionStatus.CANCELLED)
    assert "This session is cancelled It will not take place." in get(client, link(held)).text
    response = client.post(link(held, "confirm/"))
    assert response.status_code == 409
    assert "Not done This session is cancelled." in Page(response).text
    held.refresh_from_db()
    assert held.status == Status.HELD


def test_started_session_leaves_nothing_to_change(client, session, confirmed, clock):
    clock(session.starts_at)
    page = get(client, link(confirmed))
    assert "2 places confirmed" in page.text
    assert "When you arrive" in page.text
    for words in ("Cancel your 2 places", "Change names and details"):
        assert words not in page.links
    before = every_row()
    for address in ("cancel/", "change/"):
        new = {"name": "Changed", "name_2": "Changed", "email": "a@a.example", "email_2": "ben@school.example"}
        response = client.post(link(confirmed, address), new)
        assert response.status_code == 409
        assert "Not done This session has started or is over." in Page(response).text
    assert every_row() == before


# --- cancel ----------------------------------------------------------------------------------------------------------


def test_cancel_asks_once_and_gives_the_places_back(client, session, confirmed):
    before = every_row()
    page = get(client, link(confirmed, "cancel/"))
    assert every_row() == before
    assert "Cancel your 2 places? Others can have them straight away." in page.text
    assert page.buttons == ["Cancel 2 places"]
    assert page.links["Keep it"] == page.links["← Back, keep it"] == link(confirmed)
    page = press(client, link(confirmed, "cancel/"))
    assert "This booking is cancelled" in page.text
    session.places.refresh_from_db()
    assert session.places.places_taken == 0
    assert list(Mail.objects.order_by("pk").values_list("kind", "recipient"))[-2:] == [
        (Kind.CANCELLED, "ada@school.example"),
        (Kind.VISITOR_CANCELLED, "ben@school.example"),
    ]


def test_cancel_twice_is_once(client, confirmed):
    press(client, link(confirmed, "cancel/"))
    before = every_row()
    assert client.get(link(confirmed, "cancel/"))["Location"] == link(confirmed)
    press(client, link(confirmed, "cancel/"))
    assert every_row() == before


def test_lapsed_booking_has_nothing_to_cancel(client, lapsed):
    assert client.get(link(lapsed, "cancel/"))["Location"] == link(lapsed)
    response = client.post(link(lapsed, "cancel/"))
    assert response.status_code == 409
    assert "Not done This booking has ended" in Page(response).text


# --- change ----------------------------------------------------------------------------------------------------------


def test_change_shows_what_is_known_and_saves_what_is_new(client, confirmed):
    page = get(client, link(confirmed, "change/"))
    assert {name: shown for name, shown in page.fields.items() if not name.startswith("initial-")} == {
        "name": "Ada Teacher",
        "email": "ada@school.example",
        "mobile": "07700 900 982",
        "role_1": "",
        "needs_1": "hearing loop",
        "name_2": "Ben Colleague",
        "email_2": "ben@school.example",
        "role_2": "",
        "adds_2": "",
    }
    new = {"name": "Ada Changed", "mobile": "", "needs_1": "", "name_2": "Benjamin Colleague", "role_2": "8"}
    new |= {"adds_2": "no sesame", "told": "1"}  # of step-free access: tests/bookings/test_access.py
    page = press(client, link(confirmed, "change/"), then="?saved", **page.form(**new))
    assert "Saved" in page.text
    confirmed.refresh_from_db()
    ada, ben = confirmed.visitors.all()
    assert (confirmed.contact_name, confirmed.contact_mobile) == ("Ada Changed", "")
    assert (ada.full_name, ada.needs, ada.email) == ("Ada Changed", "", "ada@school.example")
    assert (ben.full_name, ben.role, ben.email) == ("Benjamin Colleague", Roles.HEADTEACHER, "ben@school.example")
    assert ben.needs_added == "no nuts; no sesame"


def test_change_says_what_is_wrong_and_keeps_what_was_typed(client, confirmed):
    before = every_row()
    said = {"name": "", "mobile": "no", "needs_1": "n" * 301, "name_2": "", "role_2": ""}
    response = client.post(link(confirmed, "change/"), said)
    page = Page(response)
    assert response.status_code == 422
    assert page.title == "Error: Change names and details – Showcase"
    assert page.errors == {
        "name": "Enter your full name",
        "email": "Enter your email address",
        "mobile": "Enter a mobile number, like 07700 900 982",
        "needs_1": "Enter 300 characters or fewer",
        "name_2": "Enter their full name",
        "email_2": "Enter their email address, or hand the place over",
    }
    assert page.fields["mobile"] == "no"
    assert every_row() == before


def test_visitor_named_with_an_address_is_told(client, session):
    booking = places.hold(session.pk, party(visitors=(NewVisitor(), NewVisitor())), clock=at_now)
    places.confirm(booking.pk, clock=at_now)
    page = get(client, link(booking, "change/"))
    assert page.fields["name_2"] == page.fields["email_2"] == ""
    new = page.form(name_2="Cara", email_2="cara@school.example")
    press(client, link(booking, "change/"), then="?saved", **new)
    assert Mail.objects.filter(kind=Kind.NAMED).values_list("recipient", flat=True).get() == "cara@school.example"


@pytest.mark.parametrize("email", ["ada@school.example", "BEN@school.example"])
def test_change_takes_an_address_once(client, session, email):
    asked = party(
        email="ada@school.example",
        visitors=(NewVisitor(), NewVisitor(full_name="Ben", email="ben@school.example"), NewVisitor()),
    )
    booking = places.hold(session.pk, asked, clock=at_now)
    fields = get(client, link(booking, "change/")).form(name_3="Cara", email_3=email)
    response = client.post(link(booking, "change/"), fields)
    assert Page(response).errors == {"email_3": "Enter a different address: this one is already in this booking"}


def test_address_without_a_name_asks_for_the_name(client, session):
    booking = places.hold(session.pk, party(visitors=(NewVisitor(), NewVisitor())), clock=at_now)
    fields = get(client, link(booking, "change/")).form(email_2="cara@school.example")
    assert Page(client.post(link(booking, "change/"), fields)).errors == {"name_2": "Enter their full name"}


@pytest.mark.parametrize("state", ["cancelled", "lapsed"])
def test_booking_that_has_ended_cannot_be_changed(client, request, state):
    booking = request.getfixturevalue("lapsed" if state == "lapsed" else "confirmed")
    if state == "cancelled":
        places.cancel(booking.pk, clock=at_now)
    before = every_row()
    for response in (client.get(link(booking, "change/")), client.post(link(booking, "change/"), {"name": "X"})):
        assert (response.status_code, response["Location"]) == (302, link(booking))
    assert every_row() == before


def test_who_books_for_others_is_told_how_those_arrive(client, session):
    booking = places.hold(
        session.pk, party(contact_comes=False, visitors=(NewVisitor(full_name="Ann Lee"),)), clock=at_now
    )
    places.confirm(booking.pk, clock=at_now)
    text = get(client, link(booking)).text
    assert "When they arrive Report to the school office: it signs every visitor in. Pass this on" in text
    assert "When you arrive" not in text


def test_arriving_is_said_also_where_the_hub_has_said_nothing(client):
    booking = places.hold(SessionFactory().pk, party(), clock=at_now)
    places.confirm(booking.pk, clock=at_now)
    assert "When you arrive Report to the school office: it signs every visitor in." in get(client, link(booking)).text
    there = {"venue": None, "place_name": "The Barn", "visibility": "staff"}
    booking = places.hold(SessionFactory(**there).pk, party(email="b@school.example"), clock=at_now)
    places.confirm(booking.pk, clock=at_now)
    page = get(client, link(booking))
    assert "When you arrive Report to reception: every visitor signs in. Where The Barn OpenStreetMap" in page.text


def test_entry_to_save_says_what_the_mailed_one_does(client, confirmed):
    (event,) = Calendar.from_ical(client.get(link(confirmed, "calendar.ics")).content).walk("VEVENT")
    (mailed,) = rendering.render(Mail.objects.get(kind=Kind.CONFIRMED), now=NOW).attachments
    (sent,) = Calendar.from_ical(mailed.content).walk("VEVENT")
    assert event["DESCRIPTION"] == sent["DESCRIPTION"]
    assert "Also coming: Ben Colleague" in event["DESCRIPTION"]


# --- one visitor's own link ------------------------------------------------------------------------------------------


def test_visitors_link_shows_that_place_alone(client, confirmed):
    ben = ben_of(confirmed)
    page = get(client, link_of(ben))
    html = client.get(link_of(ben)).content.decode()
    assert "You have a place Ben Colleague, booked by Ada Teacher" in page.text
    assert "When you arrive Report to the school office: it signs every visitor in. Come from 8:45" in page.text
    assert page.links["Release this place"] == link_of(ben, "cancel/")
    for private in ("ada@school.example", "07700 900 982", "hearing loop", confirmed.reference_spaced):
        assert private not in html
    assert token(Purpose.CONTACT, confirmed) not in html


def test_visitor_releases_their_place_after_being_asked(client, session, confirmed):
    ben = ben_of(confirmed)
    page = get(client, link_of(ben, "cancel/"))
    assert "Release this place? Somebody else can have it straight away. We tell whoever booked for you." in page.text
    assert page.buttons == ["Release this place"]
    page = press(client, link_of(ben, "cancel/"))
    assert "You have no place on this booking It was released, and somebody else can have it." in page.text
    confirmed.refresh_from_db()
    session.places.refresh_from_db()
    assert (confirmed.status, confirmed.party, session.places.places_taken) == (Status.CONFIRMED, 1, 1)
    told = Mail.objects.order_by("-pk").values_list("kind", flat=True)[:2]
    assert list(told) == [Kind.VISITOR_CANCELLED, Kind.RELEASED]
    shown = get(client, link(confirmed)).text
    assert "Your visitor Ada Teacher (you) Hand over – Ada Teacher What you need hearing loop" in shown


def test_release_twice_is_once(client, confirmed):
    ben = ben_of(confirmed)
    press(client, link_of(ben, "cancel/"))
    before = every_row()
    assert client.get(link_of(ben, "cancel/"))["Location"] == link_of(ben)
    press(client, link_of(ben, "cancel/"))
    assert every_row() == before


def test_release_of_the_last_place_cancels_the_booking(client, session):
    asked = party(contact_comes=False, visitors=(NewVisitor(full_name="Ben Colleague", email="ben@school.example"),))
    booking = places.hold(session.pk, asked, clock=at_now)
    places.confirm(booking.pk, clock=at_now)
    page = press(client, link_of(ben_of(booking), "cancel/"))
    assert "You have no place on this booking The booking has ended. Nobody is expected on it." in page.text
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


def test_visitor_of_a_cancelled_booking_has_no_place(client, confirmed):
    places.cancel(confirmed.pk, clock=at_now)
    page = get(client, link_of(ben_of(confirmed)))
    assert "You have no place on this booking The booking has ended. Nobody is expected on it." in page.text
    assert "Release this place" not in page.links


def test_visitor_cannot_release_once_the_session_has_started(client, session, confirmed, clock):
    clock(session.starts_at)
    ben = ben_of(confirmed)
    page = get(client, link_of(ben))
    assert "Release this place" not in page.links
    response = client.post(link_of(ben, "cancel/"))
    assert response.status_code == 409
    assert "Not done This session has started or is over." in Page(response).text
    confirmed.refresh_from_db()
    assert confirmed.party == 2


@pytest.mark.parametrize("page", ["confirm/", "add/", "wait/"])
def test_visitors_link_does_not_govern_the_booking(client, held, page):
    before = every_row()
    ben = ben_of(held)
    assert client.post(link_of(ben, page), {"name": "Ben", "name_2": "Ben"}).status_code == 404
    assert every_row() == before


# --- the calendar ----------------------------------------------------------------------------------------------------


def entry_of(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="showcase.ics"'
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def test_calendar_entry_is_the_contacts_or_the_visitors_own(client, session, confirmed):
    ada, ben = confirmed.visitors.all()
    mine = entry_of(client.get(link(confirmed, "calendar.ics")))
    his = entry_of(client.get(link_of(ben, "calendar.ics")))
    assert (mine["UID"], his["UID"]) == (f"visitor-{ada.pk}@showcase.invalid", f"visitor-{ben.pk}@showcase.invalid")
    assert (mine["SUMMARY"], mine["DTSTART"].dt, mine["DTEND"].dt) == (
        "Year 6 lesson",
        session.starts_at,
        session.ends_at,
    )
    for address in (link(confirmed, "calendar.ics"), link_of(ben, "calendar.ics")):
        assert "/bookings/" not in client.get(address).content.decode()


def test_there_is_no_calendar_entry_without_a_confirmed_place(client, session, held):
    assert client.get(link(held, "calendar.ics")).status_code == 404
    asked = party(contact_comes=False, visitors=(NewVisitor(full_name="Somebody Else"),))
    for_others = places.confirm(places.hold(session.pk, asked, clock=at_now).pk, clock=at_now)
    assert client.get(link(for_others, "calendar.ics")).status_code == 404
    assert "Add to calendar" not in get(client, link(for_others)).links


# --- every page ------------------------------------------------------------------------------------------------------

PAGES = ["", "cancel/", "change/", "calendar.ics", "confirm/"]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["held", "confirmed", "lapsed", "cancelled", "session cancelled", "started"])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_any_private_page_changes_nothing(client, request, clock, state, method):
    """Mail scanners open links."""
    fixture = {"held": "held", "lapsed": "lapsed"}.get(state, "confirmed")
    booking = request.getfixturevalue(fixture)
    if state == "cancelled":
        places.cancel(booking.pk, clock=at_now)
    if state == "session cancelled":
        set_status(booking.session, SessionStatus.CANCELLED)
    if state == "lapsed":
        clock(DEADLINE)
    if state == "started":
        clock(booking.session.starts_at)
    before = every_row()
    for page in PAGES:
        for address in (link(booking, page), link_of(ben_of(booking), page)):
            assert getattr(client, method)(address).status_code < 500
    assert every_row() == before


@pytest.mark.slow
@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
@pytest.mark.parametrize("page", PAGES)
def test_private_pages_take_no_other_method(client, confirmed, page, method):
    before = every_row()
    assert getattr(client, method)(link(confirmed, page)).status_code == 405
    assert every_row() == before


@pytest.mark.parametrize("page", ["", "calendar.ics"])
def test_booking_page_and_calendar_are_only_for_reading(client, confirmed, page):
    assert client.post(link(confirmed, page)).status_code == 405


def test_address_of_the_confirm_button_leads_back_to_the_booking(client, held):
    """A page that says "this page was open for too long" leads there: it must not be a blank 405."""
    response = client.get(link(held, "confirm/"))
    assert (response.status_code, response["Location"]) == (302, link(held))


def test_wrong_old_and_foreign_tokens_get_the_same_page(client, held):
    good = token(Purpose.CONTACT, held)
    Booking.objects.filter(pk=held.pk).update(link_version=2)
    other = token(Purpose.OFFICE, held)
    bad = [good, other, "x", "A" * 50, good[:-1], good + "A", "é" * 50, "%00" * 50, good[:25] + "." + good[26:]]
    pages = set()
    for text in bad:
        for page in ("", "cancel/", "change/", "calendar.ics"):
            response = client.get(f"/bookings/{text}/{page}")
            assert response.status_code == 404
            assert response["Cache-Control"] == "no-store"
            pages.add(response.content)
    (page,) = pages
    assert "We can send you your links again: go to My bookings." in page.decode()


def test_link_signed_with_the_key_before_opens_still(client, held, settings):
    before = link(held)
    settings.LINK_KEYS = ["a newer key", *settings.LINK_KEYS]
    assert client.get(before).status_code == 200
    settings.LINK_KEYS = ["a newer key"]
    assert client.get(before).status_code == 404


def test_booking_pages_ask_as_often_for_three_visitors_as_for_one(client, session):
    asked = []
    for size in (1, 2, 3):
        booking = places.hold(session.pk, party(size=size, email=f"ada{size}@school.example"), clock=at_now)
        places.confirm(booking.pk, clock=at_now)
        visitor = booking.visitors.last()
        pages = [link(booking), link(booking, "change/"), link(booking, "cancel/"), link_of(visitor)]
        asked.append([questions(client, page) for page in pages])
    assert max(asked[0]) <= 5
    assert asked == [asked[0]] * 3


def test_session_that_staff_alone_see_is_named_and_not_linked(client, session, confirmed):
    public = reverse("session", args=[session.ref])
    assert public in get(client, link(confirmed)).links.values()
    ShowcaseSession.objects.filter(pk=session.pk).update(visibility="staff")
    page = get(client, link(confirmed))
    assert public not in page.links.values()
    assert session.name in page.text
