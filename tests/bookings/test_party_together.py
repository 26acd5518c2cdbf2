"""Several bookings of one party are one to their contact: one press, one mail, one page, one card (rule.md#mails)."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import places
from bookings.due import run_due
from bookings.mail.links import Purpose, token
from bookings.mail.rendering import render
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places, Visitor
from bookings.rule import mails as emails
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import Ended, NotBookable
from bookings.sessions import changes
from bookings.states import Status
from bookings.verbs import another_session, contact, staff_booking, visitors, waiting_list
from tests.bookings.observed import count, mails, statuses, verbs
from tests.browser.reading import Page
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
ME = "teacher@school.example"
HOUR, MINUTE, SECOND = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def at(moment):
    return lambda: moment


def split(session=None, size=3, **asked):
    """A party of which two have places and one waits, by the share of its school."""
    session = session or SessionFactory(share=2)
    first = waiting_list.join(session.pk, party(size=size, **asked), clock=at(NOW), fewer=True).booking
    return first, Booking.objects.get(goes_with=first)


def confirmed(**of):
    first, rest = split(**of)
    places.confirm(first.pk, clock=at(NOW))
    return fresh(first), fresh(rest)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def to_contact(session):
    return [kind for kind, to in mails(session) if to == ME]


def said(kind):
    message = render(Mail.objects.filter(kind=kind).latest("pk"), now=NOW)
    return message.subject, " ".join(message.body.split())


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def page(client, booking, path=""):
    return Page(client.get(link(booking, path)))


def lifted(session):
    """The share of its schools is lifted, and what waits for that is offered."""
    session.refresh_from_db()
    run_due(at(session.share_until))
    return session.share_until


def settled(session, moment):
    """Nothing but the session's settling, without a mail being sent."""
    with places.locked(session.pk, at(moment)):
        pass


def answered(moment, **which):
    Mail.objects.filter(**which).update(state=Mail.State.SENT, answered_at=moment)


# --- one press, one mail --------------------------------------------------------------------------------------------


def test_press_that_splits_a_party_sends_one_mail_that_tells_of_both_with_one_link():
    first, rest = split()
    assert to_contact(first.session) == ["confirm"]
    told = Mail.objects.get()
    entries = AuditEntry.objects.filter(booking__in=[first, rest])
    assert (told.booking, told.facts["tells"]) == (first, list(entries.order_by("pk").values_list("pk", flat=True)))
    subject, text = said("confirm")
    assert subject == "Confirm by 18:00 on Tuesday 5 January: Year 6 lesson"
    assert "One more of your party wants to wait: the same button puts them on the waiting list." in text
    assert "You and 1 colleague: to be confirmed by 18:00 on Tuesday 5 January" in text
    assert "1 colleague: not on the waiting list before you confirm" in text
    assert "Confirm 2 places, wait for 1:" in text
    assert [name for name in ("Colleague 2", "Colleague 3") if name in text] == []  # nobody has proved the address
    assert text.count("/bookings/") == 1


@pytest.mark.parametrize("which", [0, 1])
def test_confirm_by_either_link_does_for_both_what_each_did(which):
    both = split()
    places.confirm(both[which].pk, clock=at(NOW + MINUTE))
    first, rest = (fresh(one) for one in both)
    assert (first.status, rest.status, rest.address_proved_at) == ("confirmed", "waiting", NOW + MINUTE)
    assert verbs(first.session) == ["hold", "join", "confirm", "prove"]
    assert to_contact(first.session) == ["confirm", "confirmed"]
    _subject, text = said("confirmed")
    assert "You and Colleague 2: confirmed" in text
    assert "Colleague 3: waiting; your school may take more from 8:00 on Tuesday 19 January" in text
    before = to_contact(first.session), verbs(first.session)
    places.confirm(first.pk, clock=at(NOW + HOUR))
    assert (to_contact(first.session), verbs(first.session)) == before


def test_what_of_a_party_has_been_cancelled_is_told_no_longer():
    first, rest = confirmed()
    assert "Colleague 3: waiting" in said("confirmed")[1]
    places.cancel(rest.pk, clock=at(NOW))
    assert fresh(rest).status == "cancelled"
    assert "Colleague 3" not in said("confirmed")[1]
    assert first.pk == Mail.objects.get(kind="confirmed").booking_id


def test_offer_of_a_later_day_is_a_mail_of_its_own_that_says_how_all_stand():
    first, rest = confirmed()
    at_lift = lifted(first.session)
    assert (fresh(rest).status, fresh(rest).offered_at) == ("offered", at_lift)
    assert to_contact(first.session) == ["confirm", "confirmed", "offered"]
    _subject, text = said("offered")
    assert "The 2 places of your party that are confirmed stay as they are." in text
    assert "Colleague 3: offered until 18:00 on Tuesday 19 January You and Colleague 2: confirmed" in text


def test_one_press_accepts_all_that_is_offered_to_the_party():
    session = SessionFactory(room__capacity=2, share=None)
    seated = [places.hold(session.pk, party(email=f"{n}@first.example"), clock=at(NOW)) for n in range(2)]
    first = waiting_list.join(session.pk, party(size=2), clock=at(NOW), fewer=True).booking
    waiting_list.wait(first.pk, clock=at(NOW))
    places.cancel(seated[0].pk, clock=at(NOW + HOUR))
    rest = Booking.objects.get(goes_with=first)
    places.cancel(seated[1].pk, clock=at(NOW + 2 * HOUR))
    assert (fresh(first).status, fresh(rest).status) == ("offered", "offered")
    places.confirm(rest.pk, clock=at(NOW + 3 * HOUR))
    assert (fresh(first).status, fresh(rest).status, count(session)) == ("confirmed", "confirmed", (2, 0, 2))
    assert to_contact(session) == ["waiting", "offered", "offered", "confirmed"]
    subject, text = said("confirmed")
    assert subject == "2 places confirmed: Year 6 lesson, Tuesday 26 January"
    assert "Visitors: Test Teacher and Colleague 2." in text
    assert [kind for kind, to in mails(session) if to == "teacher+2@school.example"] == ["named"]


def test_two_offers_of_one_moment_are_one_mail():
    first, rest = confirmed(session=SessionFactory(share=1), size=3)
    Booking.objects.filter(pk=rest.pk).update(party=1)
    Visitor.objects.filter(booking=rest, position=2).update(released_at=NOW)
    visitors.add_visitor(first.pk, NewVisitor(full_name="Cara"), clock=at(NOW), key=uuid.uuid4(), may_wait=True)
    Mail.objects.all().delete()
    lifted(first.session)
    assert sorted(statuses(first.session)) == ["confirmed", "offered", "offered"]
    told = Mail.objects.get()
    assert (told.kind, told.facts["party"], len(told.facts["tells"])) == ("offered", 2, 2)
    assert said("offered")[1].startswith("There are 2 places for you")


def test_place_that_a_party_gives_back_and_is_offered_at_once_is_told_in_one_mail():
    first, rest = confirmed()
    Mail.objects.all().delete()
    visitors.release(first.visitors.get(position=2).pk, clock=at(NOW + HOUR), pressed_by="visitor")
    assert (fresh(rest).status, to_contact(first.session)) == ("offered", ["released"])
    subject, text = said("released")
    assert subject == "Accept by 10:30 on Tuesday 5 January: Year 6 lesson"
    assert "A place is offered to you until 10:30 on Tuesday 5 January: accept it by then" in text
    assert "Colleague 3: offered until 10:30 on Tuesday 5 January You: confirmed" in text
    assert "Accept or decline: https://" in text


def test_press_settles_first_what_was_due_anyway_and_that_is_news_of_its_own():
    first, rest = confirmed()
    at_lift = lifted(first.session)
    answered(at_lift)
    places.cancel(first.pk, clock=at(fresh(rest).deadline + HOUR))
    assert (fresh(first).status, fresh(rest).status) == ("cancelled", "lapsed")
    assert to_contact(first.session)[3:] == ["lapsed", "cancelled"]


def test_calendar_entry_goes_with_the_one_mail_whoever_of_the_party_is_first():
    staff, session = StaffFactory(), SessionFactory(share=None, room__capacity=1)
    seated = places.hold(session.pk, party(email="x@first.example"), clock=at(NOW))
    first = waiting_list.join(session.pk, party(size=2), clock=at(NOW), fewer=True).booking
    waiting_list.wait(first.pk, clock=at(NOW))
    places.cancel(seated.pk, clock=at(NOW))
    rest = Booking.objects.get(goes_with=first)
    first.visitors.update(is_contact=False)
    rest.visitors.update(is_contact=True)
    changes.set_places(session.pk, capacity=2, held_back=0, by=staff, clock=at(NOW))
    Mail.objects.all().delete()
    places.confirm(first.pk, clock=at(NOW))
    told = Mail.objects.get(kind="confirmed")
    assert (told.booking, told.facts["party"], told.facts["calendar_of"]) == (rest, 2, rest.visitors.get().pk)


def test_second_press_of_the_same_button_accepts_nothing_that_its_page_did_not_show(client):
    session = SessionFactory(share=None, room__capacity=2)
    first = waiting_list.join(session.pk, party(size=3), clock=at(NOW), fewer=True).booking
    rest = Booking.objects.get(goes_with=first)
    shown = page(client, first)
    changes.set_places(session.pk, capacity=3, held_back=0, by=StaffFactory(), clock=at(NOW))
    assert fresh(rest).status == "waiting"
    for _press in range(2):
        assert client.post(link(first, "confirm/"), shown.fields)["Location"] == link(first)
        assert (fresh(first).status, fresh(rest).status) == ("confirmed", "offered")
    assert client.post(link(rest, "confirm/"), shown.fields)["Location"] == link(rest)
    assert fresh(rest).status == "offered"
    client.post(link(rest, "confirm/"), page(client, rest).fields)
    assert fresh(rest).status == "confirmed"


def test_link_of_what_had_ended_before_the_address_was_put_right_opens_nothing_of_who_came_after(client):
    first, rest = split()
    answered(NOW)
    run_due(at(first.deadline))
    details = {"name": "Right Teacher", "email": "right@school.example", "mobile": "", "why": "Typed wrong"}
    contact.put_right(rest.pk, **details, by=StaffFactory(), clock=at(first.deadline))
    shown = page(client, first)
    assert "Your places were not kept" in shown.text
    assert [
        words for words in ("Colleague 3", "1 colleague", "Right", "Cancel everything") if words in shown.text
    ] == []
    client.post(link(first, "cancel/all/"))
    assert fresh(rest).status == "waiting"


# --- what ends, and what is left ------------------------------------------------------------------------------------


def test_hold_that_lapses_leaves_the_link_by_which_the_others_still_confirm_that_they_wait(client):
    first, rest = split()
    answered(NOW)
    run_due(at(first.deadline))
    assert (fresh(first).status, fresh(rest).status) == ("lapsed", "waiting")
    assert to_contact(first.session) == ["confirm", "lapsed"]
    assert "1 colleague: not on the waiting list before you confirm" in said("lapsed")[1]
    shown = page(client, first)
    assert shown.buttons == ["Yes, I want to wait", "Book 2 places again"]
    waiting_list.wait(rest.pk, clock=at(first.deadline))
    assert fresh(rest).address_proved_at == first.deadline


def test_list_that_ends_says_that_the_others_are_still_expected():
    first, _rest = confirmed(session=SessionFactory(room__capacity=2, share=None))
    run_due(at(first.session.waiting_closes_at))
    assert "list_ended" in to_contact(first.session)
    text = said("list_ended")[1]
    assert "The 2 places that are confirmed stay as they are." in text
    assert "You are not expected" not in text


def test_party_cancels_everything_by_one_press_and_one_mail(client):
    first, rest = confirmed()
    assert page(client, first).links["Cancel everything"] == link(first, "cancel/all/")
    ask = page(client, rest, "cancel/all/")
    assert "You and Colleague 2: confirmed Colleague 3: waiting; your school may take more" in ask.text
    assert (ask.buttons, statuses(first.session)) == (["Cancel everything"], ["confirmed", "waiting"])
    for _press in range(2):
        assert client.post(link(rest, "cancel/all/"))["Location"] == link(rest)
    assert (statuses(first.session), count(first.session)) == (["cancelled", "cancelled"], (0, 0, 30))
    assert verbs(first.session)[-2:] == ["cancel", "leave"]
    assert to_contact(first.session) == ["confirm", "confirmed", "cancelled"]
    assert Mail.objects.get(kind="cancelled").facts["calendar_of"] is not None
    assert client.get(link(first, "cancel/all/"))["Location"] == link(first)


def test_whole_party_is_not_cancelled_once_the_session_has_started_nor_by_a_visitors_link(client):
    first, _rest = confirmed()
    with pytest.raises(NotBookable):
        places.cancel(first.pk, clock=at(first.session.starts_at), whole_party=True)
    place = f"/bookings/{token(Purpose.VISITOR, first.visitors.get(position=2))}/cancel/all/"
    assert [client.get(place).status_code, client.post(place).status_code] == [404, 404]
    assert statuses(first.session) == ["confirmed", "lapsed"]  # the list has ended


def test_declining_one_part_leaves_the_others():
    first, rest = confirmed()
    lifted(first.session)
    places.cancel(rest.pk, clock=at(fresh(rest).offered_at))
    assert statuses(first.session) == ["confirmed", "cancelled"]
    assert "The 2 places of your party that are confirmed stay as they are." in said("cancelled")[1]


def test_lapsed_booking_is_booked_again_by_itself_and_a_waiting_one_has_nothing_to_confirm():
    first, rest = split()
    answered(NOW)
    run_due(at(first.deadline))
    with pytest.raises(Ended):
        places.confirm(rest.pk, clock=at(first.deadline))
    places.confirm(first.pk, clock=at(first.deadline))
    assert (fresh(first).status, fresh(rest).address_proved_at) == ("confirmed", first.deadline)


def test_staff_confirm_one_booking_alone():
    first, rest = split()
    staff = StaffFactory()
    places.confirm(rest.pk, by=staff, clock=at(NOW))
    assert (fresh(first).status, fresh(rest).status) == ("held", "confirmed")
    subject, text = said("confirmed")
    assert subject == "Confirm by 18:00 on Tuesday 5 January: Year 6 lesson"
    assert "2 places are kept for you until 18:00 on Tuesday 5 January: confirm them by then" in text


# --- until when -----------------------------------------------------------------------------------------------------


def test_offer_told_in_another_mail_lapses_only_once_that_has_been_read():
    first, rest = confirmed()
    visitors.release(first.visitors.get(position=2).pk, clock=at(NOW))
    deadline = fresh(rest).deadline
    settled(first.session, deadline + HOUR)
    assert fresh(rest).status == "offered"  # the mail server is away: nothing has been answered
    answered(deadline + HOUR, kind="released")
    late = deadline + HOUR + dt.timedelta(hours=2)
    settled(first.session, late - SECOND)
    assert fresh(rest).status == "offered"
    settled(first.session, late)
    assert fresh(rest).status == "lapsed"


def test_offer_does_not_lapse_because_an_older_mail_of_the_party_was_read():
    first, rest = confirmed()
    answered(NOW)
    settled(first.session, first.session.share_until)
    settled(first.session, fresh(rest).deadline + HOUR)
    assert fresh(rest).status == "offered"


def test_late_mail_says_the_deadline_that_the_rule_keeps_for_every_part():
    first, rest = confirmed()
    visitors.release(first.visitors.get(position=2).pk, clock=at(NOW))
    late = fresh(rest).deadline + HOUR
    told = Mail.objects.get(kind="released")
    assert render(told, now=late).subject == "Accept by 12:30 on Tuesday 5 January: Year 6 lesson"
    answered(late, kind="released")
    assert render(told, now=late + HOUR).subject == "Accept by 12:30 on Tuesday 5 January: Year 6 lesson"


def test_change_of_the_session_is_read_before_the_offer_of_any_part_lapses():
    first, rest = confirmed()
    lifted(first.session)
    offered = fresh(rest)
    answered(offered.offered_at)
    staff = StaffFactory()
    changes.postpone(first.session_id, by=staff, clock=at(offered.offered_at + HOUR))
    changes.reinstate(first.session_id, by=staff, clock=at(offered.offered_at + HOUR))
    again = fresh(rest)
    settled(first.session, again.deadline)
    assert fresh(rest).status == "offered"
    answered(again.deadline, kind="session_reinstated")
    settled(first.session, again.deadline + 3 * HOUR)
    assert fresh(rest).status == "lapsed"


# --- the link again, another address --------------------------------------------------------------------------------


def test_link_is_sent_again_by_the_same_one_mail():
    first, _rest = split()
    emails.resend_link(first, now=NOW + MINUTE)
    assert to_contact(first.session) == ["confirm", "confirm"]
    assert said("confirm")[1].count("wait for 1") == 1


def test_another_address_drops_both_and_writes_once_to_the_new_one():
    school = SchoolFactory()
    first, rest = split(school=school)
    asked = party(size=3, email="new@school.example", school=school)
    new = waiting_list.at_another_address(first.session_id, asked, clock=at(NOW + MINUTE), instead_of=first, fewer=True)
    assert [fresh(one).status for one in (first, rest)] == ["cancelled", "cancelled"]
    assert [fresh(one).link_version for one in (first, rest)] == [2, 2]
    assert [kind for kind, to in mails(first.session) if to == "new@school.example"] == ["confirm"]
    assert Booking.objects.get(goes_with=new).status == "waiting"
    send_due(at(NOW + MINUTE))
    assert Mail.objects.get(recipient=ME).state == Mail.State.DROPPED


def test_address_put_right_is_sent_one_link_for_the_party(client):
    first, rest = confirmed()
    old = link(rest)
    details = {"name": "Test Teacher", "email": "right@school.example", "mobile": "", "why": "Typed wrong"}
    contact.put_right(rest.pk, **details, by=StaffFactory(), clock=at(NOW))
    assert [kind for kind, to in mails(first.session) if to == "right@school.example"] == ["confirmed"]
    assert (client.get(old).status_code, client.get(link(fresh(rest))).status_code) == (404, 200)


def test_hold_of_a_party_that_staff_move_is_told_once():
    first, rest = confirmed()
    from_ids = [first.pk, rest.pk]
    other = SessionFactory(hub_year=first.session.hub_year, share=None)
    another_session.to_another_session(first.pk, other.pk, by=StaffFactory(), clock=at(NOW))
    assert [fresh(Booking(pk=pk)).status for pk in from_ids] == ["confirmed", "confirmed"]
    assert to_contact(other) == ["booking_moved"]


# --- one page -------------------------------------------------------------------------------------------------------


def test_party_has_one_page_by_either_link(client):
    first, rest = split()
    for one in (first, rest):
        shown = page(client, one)
        assert shown.buttons == ["Confirm 2 places, wait for 1"]
        assert "You and 1 colleague To be confirmed by 18:00 on Tuesday 5 January" in shown.text
        assert "1 colleague Not on the waiting list before you confirm" in shown.text
    client.post(link(rest, "confirm/"))
    for one in (first, rest):
        shown = page(client, one)
        assert shown.title == "2 confirmed, 1 waiting – Showcase"
        assert f"2 confirmed, 1 waiting Your reference {first.reference_spaced}" in shown.text
        assert shown.links["Leave the waiting list"] == link(rest, "cancel/")
        assert shown.links["Cancel 2 places"] == link(first, "cancel/")
        assert shown.links["Add to calendar"] == link(first, "calendar.ics")
        assert client.get(shown.links["Add to calendar"]).status_code == 200


def test_offer_stands_first_on_the_page_of_its_party(client, monkeypatch):
    first, rest = confirmed()
    monkeypatch.setattr(timezone, "now", at(lifted(first.session)))
    shown = page(client, first)
    assert "A place is offered: Colleague 3 Kept for you until 18:00 on Tuesday 19 January" in shown.text
    assert shown.buttons == ["Accept 1 place"]
    assert shown.links["Decline the offer"] == link(rest, "cancel/")
    assert "Decline" not in shown.links
    client.post(link(rest, "cancel/"))
    shown = page(client, rest)
    assert "2 confirmed, 1 cancelled Your reference" in shown.text
    assert "Colleague 3 Cancelled" in shown.text
    assert "Colleague 3" not in page(client, first).text


def test_page_of_a_party_takes_the_same_queries_for_two_parts_and_for_three(client):
    first, _rest = confirmed()
    counted = []
    for name in ("Cara", "Dora"):
        with CaptureQueriesContext(connection) as captured:
            client.get(link(first))
        counted.append(len(captured))
        added = NewVisitor(full_name=name)
        visitors.add_visitor(first.pk, added, clock=at(NOW), key=uuid.uuid4(), may_wait=True)
    assert counted[0] + 1 == counted[1]  # its place on the list is counted for each part that waits


# --- one card -------------------------------------------------------------------------------------------------------


def my_bookings():
    emails.tell_my_bookings(ME, language="en-gb", now=NOW)
    return said("my_bookings")


def test_party_is_one_card_with_one_link_and_what_is_offered_comes_first():
    sooner = places.hold(SessionFactory().pk, party(), clock=at(NOW))
    places.confirm(sooner.pk, clock=at(NOW))
    first, _rest = confirmed()
    visitors.release(first.visitors.get(position=2).pk, clock=at(NOW))
    subject, text = my_bookings()
    assert subject == "Your bookings: accept by 9:30 on Tuesday 5 January"
    assert "What needs an answer first, the soonest by 9:30 on Tuesday 5 January; then what is booked" in text
    assert text.index("A place is offered to you") < text.index("Accept or decline: ") < text.index("Confirmed Year 6")
    assert "Accept by 9:30 on Tuesday 5 January. After that it goes to the next in line." in text
    assert "Colleague 3: offered until 9:30 on Tuesday 5 January You: confirmed" in text
    assert f"Reference {first.reference_spaced}" in text
    assert text.count("/bookings/") == 2


def test_card_says_how_a_booking_that_stands_alone_stands():
    session = SessionFactory(room__capacity=1, share=None)
    places.hold(session.pk, party(email="x@first.example"), clock=at(NOW))
    waits = waiting_list.join(session.pk, party(size=2), clock=at(NOW), fewer=True).booking
    assert "Not on the waiting list yet" in my_bookings()[1]
    waiting_list.wait(waits.pk, clock=at(NOW))
    text = said("my_bookings")[1]
    assert "Waiting Year 6 lesson" in text
    assert "Nothing to do: we write as soon as we can offer you a place. The list ends at 16:00 on Monday 25" in text
    assert "You and Colleague 2: 2 places wanted, 1 would do" in text
    held = places.hold(SessionFactory().pk, party(size=2), clock=at(NOW))
    subject, text = said("my_bookings")
    assert subject == "Your bookings: confirm by 18:00 on Tuesday 5 January"
    assert "To be confirmed Year 6 lesson" in text
    assert "You and 1 colleague: 2 places, kept Confirm your places: https://" in text
    assert held.reference_spaced in text


def test_card_of_a_session_that_is_off_says_so_and_asks_for_nothing():
    booking = places.hold(SessionFactory().pk, party(), clock=at(NOW))
    changes.cancel_session(booking.session_id, by=StaffFactory(), clock=at(NOW))
    subject, text = my_bookings()
    assert subject == "Your bookings"
    assert "This session is cancelled Year 6 lesson" in text
    assert "Confirm" not in text


def test_place_that_a_colleague_booked_is_a_card_with_who_booked_it():
    colleagues = places.hold(SessionFactory().pk, party(size=2, email="ada@school.example"), clock=at(NOW))
    places.confirm(colleagues.pk, clock=at(NOW))
    place = colleagues.visitors.get(is_contact=False)
    place.set_email(ME)
    place.save()
    text = my_bookings()[1]
    assert "You have a place Year 6 lesson" in text
    assert "You: booked by Test Teacher" in text
    assert "Open your place https://" in text


def test_booking_by_staff_for_an_address_nobody_has_proved_names_who_staff_named():
    staff_booking.staff_booking(SessionFactory().pk, party(size=2), by=StaffFactory(), clock=at(NOW))
    assert "You and Colleague 2: 2 places" in my_bookings()[1]


def test_no_place_is_counted_twice():
    first, _rest = confirmed()
    assert Places.objects.get(pk=first.session_id).places_taken == 2
    assert statuses(first.session) == [Status.CONFIRMED, Status.WAITING]


def test_party_booked_apart_is_reminded_once_of_all_its_places():
    first, rest = confirmed()
    places.confirm(rest.pk, by=StaffFactory(), clock=at(NOW))
    assert statuses(first.session) == [Status.CONFIRMED, Status.CONFIRMED]
    run_due(at(first.session.starts_at - dt.timedelta(days=7)))
    (mail,) = Mail.objects.filter(kind=Kind.REMINDER, recipient=ME)
    assert (mail.booking, mail.facts["party"]) == (first, 3)
    assert mail.facts["visitors"] == ["Test Teacher", "Colleague 2", "Colleague 3"]
    named = Mail.objects.filter(kind=Kind.REMINDER).exclude(recipient=ME)
    assert sorted(named.values_list("recipient", flat=True)) == ["teacher+2@school.example", "teacher+3@school.example"]
