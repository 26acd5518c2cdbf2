"""By their own link a person sees what is kept of them, takes it away, has it deleted; nobody else loses anything."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from bookings import places
from bookings.forgetting import erasing
from bookings.forgetting.erasing import Whom
from bookings.mail.links import Purpose, token
from bookings.models import (
    Asked,
    AuditEntry,
    By,
    Certificate,
    DayAnswer,
    HandOver,
    Interest,
    Mail,
    NewsConsent,
    Person,
    Places,
    Quote,
    Visitor,
)
from bookings.models.feedback import Form
from bookings.rule.invited import Named
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import NotBookable
from bookings.states import Status, Verb
from bookings.verbs import hand_over, waiting_list
from tests.bookings.test_forgetting import everything
from tests.browser.reading import Page
from tests.factories import DAY, NOW, HubYearFactory, SessionFactory, StaffFactory, party
from tests.groups import group_of, joined, meetings_of

pytestmark = pytest.mark.django_db

SECRET = "Secretly"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock, which a test may set on."""
    times = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: times[-1])
    return times


@pytest.fixture
def session():
    return SessionFactory()


def booked(session, *, email="teacher@school.example", **asked):
    colleague = NewVisitor(full_name="Secretly Second", email="second@school.example", needs="secretly a chair")
    known = {"contact_name": "Secretly First", "contact_mobile": "07700 900123"} | asked
    visitors = (NewVisitor(needs="secretly nuts"), colleague)
    booking = places.hold(session.pk, party(email=email, visitors=visitors, **known), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def link(row, page=""):
    purpose = Purpose.VISITOR if isinstance(row, Visitor) else Purpose.CONTACT
    return f"/bookings/{token(purpose, row)}/{page}"


def answered(visitor):
    of = {"hub_year": visitor.booking.session.hub_year, "session": visitor.booking.session}
    asked = Asked.objects.create(form=Form.DAY, visitor=visitor, asked_at=NOW, closes_at=NOW, **of)
    DayAnswer.objects.create(voice=asked.voice, answered_at=NOW, take="Secretly I liked it", lesson="very", **of)
    by = {"released_at": NOW, "released_by": StaffFactory()}
    Quote.objects.create(voice=asked.voice, of="take", text="I liked it", **of, **by)
    Interest.objects.create(hub_year=of["hub_year"], visitor=visitor, wants="yes", at=NOW)
    Certificate.objects.create(session=of["session"], visitor=visitor, full_name=visitor.full_name, issued_at=NOW)
    address = {"email": visitor.email, "email_key": visitor.email_key}
    NewsConsent.objects.create(hub=of["hub_year"].hub, agreed_at=NOW, full_name=visitor.full_name, **address)


def after(clock, days=1):
    clock.append(dt.datetime.combine(DAY + dt.timedelta(days=days), dt.time(12), tzinfo=dt.UTC))


# --- to see, to take away ---------------------------------------------------------------------------------------------


def test_contact_reads_all_of_their_own_and_not_what_colleagues_need(client, session):
    booking = booked(session)
    text = Page(client.get(link(booking, "kept/"))).text
    for said in ("Secretly First", "teacher@school.example", "07700 900123", "secretly nuts", "Secretly Second"):
        assert said in text
    assert "secretly a chair" not in text


def test_visitor_reads_their_own_and_nothing_of_the_contact_but_who_booked(client, session):
    visitor = booked(session).visitors.last()
    answered(visitor)
    text = Page(client.get(link(visitor, "kept/"))).text
    for said in ("Secretly Second", "secretly a chair", "Secretly I liked it", "May be quoted I liked it", "Yes"):
        assert said in text
    for said in ("teacher@school.example", "07700 900123", "secretly nuts"):
        assert said not in text


def test_answers_stand_under_what_was_asked_in_the_reader_s_language(client, session):
    visitor = booked(session).visitors.last()
    answered(visitor)
    text = Page(client.get(link(visitor, "kept/"))).text
    for said in ("How useful was the lesson? very", "What will you take into your classroom? Secretly I liked it"):
        assert said in text
    assert "The hub may use these sentences No" in text
    chinese = Page(client.get(f"/zh-hans{link(visitor, 'kept/')}")).text
    assert "这节课对您有多大帮助？ 非常有用" in chinese
    assert "useful" not in chinese


def test_it_is_saved_as_a_file_that_nobody_keeps(client, session):
    visitor = booked(session).visitors.last()
    response = client.get(link(visitor, "kept/file/"))
    assert response["Content-Disposition"] == 'attachment; filename="kept-of-me.json"'
    assert response["Cache-Control"] == "no-store"
    said = json.loads(response.content)[visitor.booking.reference]
    assert {"name": "Name", "value": "Secretly Second"} in said["you"]["kept"]
    assert [mail["value"]["kind"] for mail in said["mails"]["kept"]] == ["named"]


def test_place_s_page_and_booking_s_page_lead_there(client, session):
    booking = booked(session)
    for row in (booking, booking.visitors.last()):
        assert Page(client.get(link(row))).links["What is kept of you"] == link(row, "kept/")


@pytest.mark.parametrize("page", ["kept/", "kept/file/", "kept/erase/"])
def test_no_other_link_opens_it(client, session, page):
    visitor = booked(session).visitors.last()
    address = link(visitor, page)
    visitor.link_version += 1
    visitor.save()
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    assert client.get(f"/bookings/nonsense/{page}").status_code == 404


# --- to have it deleted ----------------------------------------------------------------------------------------------


def test_it_is_asked_once_more_and_opening_changes_nothing(client, session):
    visitor = booked(session).visitors.last()
    page = Page(client.get(link(visitor, "kept/erase/")))
    assert "Your place is given back first." in page.text
    assert page.buttons == ["Give my place back and delete it all"]
    assert Visitor.objects.get(pk=visitor.pk).full_name == "Secretly Second"


def test_visitor_before_the_session_gives_the_place_back_and_is_gone(client, session):
    booking = booked(session)
    visitor = booking.visitors.last()
    address = link(visitor, "kept/erase/")
    response = client.post(address)
    assert (response.status_code, response["Location"]) == (302, "/privacy/erased/")
    assert "is gone, and the link with it" in Page(client.get("/privacy/erased/")).text
    assert Places.objects.get().places_taken == 1
    assert [text for _where, text in everything() if "second" in text.lower()] == []
    booking.refresh_from_db()
    assert (booking.contact_name, booking.status, booking.party) == ("Secretly First", Status.CONFIRMED, 1)
    assert client.post(address).status_code == 404
    entry = AuditEntry.objects.get(verb=Verb.FORGET)
    assert (entry.booking, entry.visitor_id, entry.why, entry.by) == (None, None, "1 person", By.VISITOR)


def test_contact_s_own_place_goes_and_colleagues_keep_theirs(client, session):
    booking = booked(session)
    page = Page(client.get(link(booking, "kept/erase/")))
    assert "Your colleague keeps their place." in page.text
    client.post(link(booking, "kept/erase/"))
    assert Places.objects.get().places_taken == 1
    booking.refresh_from_db()
    assert (booking.contact_name, booking.email_key, booking.contact_mobile) == (None, None, "")
    second = booking.visitors.coming().get()
    assert (second.full_name, second.what_they_need) == ("Secretly Second", "|secretly a chair")
    assert [text for _where, text in everything() if "first" in text.lower() or "teacher@" in text] == []
    assert client.get(link(second)).status_code == 200


def test_contact_alone_cancels_and_all_of_it_goes(client, session):
    alone = party(size=1, contact_name="Secretly Alone", contact_mobile="07700 900123")
    booking = places.hold(session.pk, alone, clock=lambda: NOW)
    client.post(link(booking, "kept/erase/"))
    booking.refresh_from_db()
    assert (booking.status, Places.objects.get().places_taken) == (Status.CANCELLED, 0)
    assert [text for _where, text in everything() if "secretly" in text.lower() or "07700" in text] == []


def test_after_the_session_nothing_but_numbers_stays(client, session, clock):
    booking = booked(session)
    visitor = booking.visitors.last()
    answered(visitor)
    Visitor.objects.filter(pk=visitor.pk).update(attendance="attended", marked_at=NOW)
    after(clock)
    page = Page(client.get(link(visitor, "kept/erase/")))
    assert page.buttons == ["Delete it all"]
    client.post(link(visitor, "kept/erase/"))
    assert [text for _where, text in everything() if "second" in text.lower()] == []
    visitor.refresh_from_db()
    assert (visitor.attendance, visitor.person_id is not None, visitor.released_at) == ("attended", True, None)
    assert Asked.objects.get().visitor is None
    assert (DayAnswer.objects.get().take, DayAnswer.objects.get().lesson) == ("", "very")
    assert (Quote.objects.get().text, Quote.objects.get().voice) == ("I liked it", None)
    assert Certificate.objects.get().full_name is None
    assert Interest.objects.count() == 0
    assert NewsConsent.objects.count() == 0
    assert {*Person.objects.values_list("email_key", flat=True)} == {"teacher@school.example"}


def test_on_the_day_it_waits_until_tomorrow(client, session, clock):
    visitor = booked(session).visitors.last()
    clock.append(session.starts_at + dt.timedelta(minutes=5))
    page = Page(client.get(link(visitor, "kept/")))
    assert "Delete all of it" not in page.links
    assert "From tomorrow you can have all of it deleted here." in page.text
    assert client.post(link(visitor, "kept/erase/")).status_code == 302
    assert Visitor.objects.get(pk=visitor.pk).full_name == "Secretly Second"
    with pytest.raises(NotBookable):
        erasing.erase(Whom(visitor.booking, visitor), clock=timezone.now)


def test_who_took_a_place_over_leaves_who_gave_it_as_they_were(session, clock):
    visitor = booked(session).visitors.last()
    taker = NewVisitor(full_name="Secretly Third", email="third@school.example")
    hand_over.hand_over(visitor.pk, taker, clock=lambda: NOW)
    hand_over.take(visitor.pk, clock=lambda: NOW)
    visitor.refresh_from_db()
    after(clock)
    erasing.erase(Whom(visitor.booking, visitor), clock=timezone.now)
    given = HandOver.objects.get()
    assert (given.from_name, given.from_email) == ("Secretly Second", "second@school.example")
    assert (given.to_name, given.to_email) == (None, None)
    assert [text for _where, text in everything() if "third" in text.lower()] == []


def test_mail_that_waits_for_an_erased_address_is_dropped_and_others_are_sent(client, session):
    booking = booked(session)
    client.post(link(booking.visitors.last(), "kept/erase/"))
    unsent = Mail.objects.filter(recipient=None)
    assert {mail.state for mail in unsent} == {Mail.State.DROPPED}
    waiting = Mail.objects.filter(state=Mail.State.WAITING)
    assert {mail.recipient for mail in waiting} == {"teacher@school.example"}


def test_waiting_party_leaves_the_list_first(client):
    full = SessionFactory(room__capacity=2)
    booked(full, email="one@school.example")
    asked = party(size=1, contact_name="Secretly Waits", email="waits@school.example")
    waits = waiting_list.join(full.pk, asked, clock=lambda: NOW).booking
    page = Page(client.get(link(waits, "kept/erase/")))
    assert "You leave the waiting list first." in page.text
    client.post(link(waits, "kept/erase/"))
    waits.refresh_from_db()
    assert (waits.status, waits.contact_name) == (Status.CANCELLED, None)


@pytest.mark.parametrize(
    "value, kept",
    [
        ({"a": "X", "b": ["X", "Y"], "c": 1}, {"a": "", "b": ["Y"], "c": 1}),
        ({"a": {"b": ["Xx"]}}, {"a": {"b": ["Xx"]}}),
        (None, None),
    ],
)
def test_a_name_is_taken_out_of_what_was_written_to_others(value, kept):
    assert erasing.without(value, {"X"}) == kept


# --- a group of nearby schools ----------------------------------------------------------------------------------------


def test_who_comes_for_their_school_to_a_group_reads_it_there_and_is_deleted_in_the_group_too(client):
    staff, hub_year = StaffFactory(), HubYearFactory()
    group = group_of(hub_year)
    meetings_of(group, staff, number=1)
    teachers = [Named("Secretly First", "secretly@school.example"), Named("Col League", "col@school.example")]
    theirs = joined(group, staff, email="secretly@school.example", teachers=teachers)
    visitor = Visitor.objects.get(email_key="col@school.example")
    assert "In a group Col League col@school.example" in Page(client.get(link(visitor, "kept/"))).text
    client.post(link(visitor, "kept/erase/"))
    assert list(theirs.teachers.values_list("full_name", flat=True)) == ["Secretly First", None]
    assert [(where, text) for where, text in everything() if "col@school" in text.lower()] == []
