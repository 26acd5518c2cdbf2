"""What somebody needs is answered: it stands on Home until staff say what is arranged, and then with the need."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.admin.base import columns
from bookings.admin.booking.need_pages import _mark_of
from bookings.admin.home import needs as of_home
from bookings.attendance import office, register
from bookings.forgetting import steps
from bookings.mail import rendering
from bookings.mail.links import Purpose, token
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail, Visitor
from bookings.rule.party import Correction, NewVisitor
from bookings.rule.refusals import Ended, NeedsChanged
from bookings.sessions import changes
from bookings.verbs import details, hand_over
from bookings.verbs import visitors as parties
from bookings.verbs.needs import arrange
from hubs.models import Membership
from tests.bookings.conftest import MailServer
from tests.bookings.observed import events, everything, mails, verbs
from tests.browser.rows import every_row, questions
from tests.factories import NOW, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
ANSWER = "The side door is level; ask at reception."
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", step_free="yes")


@pytest.fixture
def booking(session):
    """Ada, Ben with an address, and Cara without."""
    ben = NewVisitor(full_name="Ben Colleague", email="ben@school.example", needs="ramp")
    visitors = (NewVisitor(needs="hearing loop"), ben, NewVisitor(full_name="Cara Colleague", needs="vegan"))
    asked = party(email="ada@school.example", contact_name="Ada Teacher", visitors=visitors)
    return places.confirm(places.hold(session.pk, asked, clock=lambda: NOW).pk, clock=lambda: NOW)


@pytest.fixture
def staff(session):
    return staff_of(session.hub)


def of(booking, position):
    return booking.visitors.get(position=position)


def answer(visitor, words=ANSWER, *, read=None, by=None, now=NOW):
    visitor.refresh_from_db()
    read = visitor.what_they_need if read is None else read
    return arrange(visitor.pk, words, read=read, by=by or StaffFactory(), clock=lambda: now)


def asking(user):
    """Whom Home counts."""
    (need,) = (one for one in of_home.NEEDS if one.name == "arrange")
    rows = of_home.scope.rows(user, Visitor._base_manager.order_by("pk"))
    return [str(one) for one in need.narrow(rows, NOW)]


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- the verb -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "position, to", [(1, "ada@school.example"), (2, "ben@school.example"), (3, "ada@school.example")]
)
def test_answer_goes_to_the_person_or_to_the_contact_where_they_have_no_address(session, booking, position, to):
    told = len(mails(session))
    answer(of(booking, position))
    assert mails(session)[told:] == [("arranged", to)]
    assert events(session)[-1] == ("arrange", "confirmed", "confirmed", 0)
    entry = session.audit.first()
    assert (entry.by, entry.why) == ("staff", "")


def test_mail_says_what_is_arranged_and_for_whom(booking):
    for position, heading in ((2, "What is arranged for you"), (3, "What is arranged for Cara Colleague")):
        answer(of(booking, position))
        message = rendering.render(Mail.objects.filter(kind=Kind.ARRANGED).latest("pk"), now=NOW)
        text = " ".join(str(message.body).split())
        assert heading in text
        assert ANSWER in text
        for private in ("ramp", "vegan"):
            assert private not in text


def test_mail_of_the_person_leads_to_their_place_and_of_another_to_the_booking(booking):
    answer(of(booking, 2))
    text = str(rendering.render(Mail.objects.get(kind=Kind.ARRANGED), now=NOW).body)
    assert f"/bookings/{token(Purpose.VISITOR, of(booking, 2))}/" in text
    answer(of(booking, 3))
    text = str(rendering.render(Mail.objects.filter(kind=Kind.ARRANGED).latest("pk"), now=NOW).body)
    assert f"/bookings/{token(Purpose.CONTACT, booking)}/" in text


def test_what_was_arranged_stands_in_no_row_of_the_outbox(booking):
    """It is deleted with what they need."""
    answer(of(booking, 2))
    assert ANSWER not in str(Mail.objects.get(kind=Kind.ARRANGED).facts)


def test_same_answer_again_is_the_same_press_and_another_is_sent(session, booking):
    answer(of(booking, 2))
    before = everything(session)
    answer(of(booking, 2), now=LATER)
    assert everything(session) == before
    answer(of(booking, 2), "Not the side door: the gate.", now=LATER)
    assert [kind for kind, _to in mails(session)].count("arranged") == 2


@pytest.mark.parametrize("change", ["added", "own", "taken away", "handed over"])
def test_answer_to_words_that_have_changed_is_refused(session, booking, change):
    ben = of(booking, 2)
    read = ben.what_they_need
    change_needs(booking, ben, change)
    before = everything(session)
    with pytest.raises(NeedsChanged):
        answer(ben, read=read)
    assert everything(session) == before


def change_needs(booking, ben, change):
    if change == "added":
        details.change_details(booking.pk, visitors={ben.pk: Correction(adds="low chair")}, clock=lambda: NOW)
    elif change == "own":
        details.change_own(ben.pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    elif change == "taken away":
        details.take_needs_away(ben.pk, "needs_added", clock=lambda: NOW)
    else:
        taker = NewVisitor(full_name="Dan", email="dan@school.example")
        hand_over.hand_over(ben.pk, taker, clock=lambda: NOW)


def test_answer_does_not_go_to_who_takes_the_place_over(booking):
    ben = of(booking, 2)
    answer(ben)
    change_needs(booking, ben, "handed over")
    ben.refresh_from_db()
    assert (ben.full_name, ben.has_needs, ben.arranged, ben.arranged_at) == ("Dan", False, "", None)
    hand_over.take_back(ben.pk, clock=lambda: NOW)
    assert of(booking, 2).arranged == ""


@pytest.mark.parametrize("end", ["cancelled", "released", "held"])
def test_nobody_is_answered_who_has_no_place(session, booking, end):
    ben = of(booking, 2)
    if end == "cancelled":
        places.cancel(booking.pk, clock=lambda: NOW)
    elif end == "released":
        parties.release(ben.pk, clock=lambda: NOW)
    else:
        asked = party(email="other@school.example", visitors=(NewVisitor(needs="ramp"),))
        ben = places.hold(session.pk, asked, clock=lambda: NOW).visitors.get()
    with pytest.raises(Ended):
        answer(ben)


def test_answer_is_forgotten_with_the_need(session, booking):
    answer(of(booking, 2))
    steps.forget(now=session.starts_at + dt.timedelta(days=7))
    assert Visitor.objects.values_list("needs_added", "arranged", "arranged_at", "arranged_by").get(position=2) == (
        "",
        "",
        None,
        None,
    )


def test_mail_that_waited_while_the_need_changed_is_not_sent(smtp_server: MailServer, booking):
    send_due(lambda: NOW)
    smtp_server.received.clear()
    answer(of(booking, 2))
    details.change_own(of(booking, 2).pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    send_due(lambda: NOW)
    assert smtp_server.to == []
    answer(of(booking, 2), now=LATER)
    send_due(lambda: LATER)
    assert smtp_server.to == ["ben@school.example"]


# --- Home -----------------------------------------------------------------------------------------------------------


def test_need_stands_on_home_until_it_is_answered_and_again_when_it_changes(booking, staff):
    assert asking(staff) == ["Ada Teacher", "Ben Colleague", "Cara Colleague"]
    ben = of(booking, 2)
    answer(ben)
    assert asking(staff) == ["Ada Teacher", "Cara Colleague"]
    details.change_own(ben.pk, Correction(role=None, mobile="07700 900 982"), clock=lambda: NOW)
    assert asking(staff) == ["Ada Teacher", "Cara Colleague"]
    details.change_own(ben.pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    assert asking(staff) == ["Ada Teacher", "Ben Colleague", "Cara Colleague"]
    assert of(booking, 2).arranged == ANSWER  # to be read, as the answer before
    details.take_needs_away(ben.pk, "needs", clock=lambda: NOW)
    details.take_needs_away(ben.pk, "needs_added", clock=lambda: NOW)
    assert asking(staff) == ["Ada Teacher", "Cara Colleague"]
    assert of(booking, 2).arranged == ""


def test_home_asks_for_those_alone_who_are_to_come(session, booking, staff):
    places.hold(session.pk, party(email="held@school.example", visitors=(NewVisitor(needs="ramp"),)), clock=lambda: NOW)
    parties.release(of(booking, 3).pk, clock=lambda: NOW)
    assert asking(staff) == ["Ada Teacher", "Ben Colleague"]
    changes.postpone(session.pk, by=staff, clock=lambda: NOW, news=changes.News("Snow"))
    assert asking(staff) == []


def test_only_the_hubs_own_staff_are_asked(booking, staff):
    office_user = StaffFactory(is_programme_office=True)
    assert asking(staff_of(SessionFactory().hub)) == asking(office_user) == []
    assert len(asking(staff)) == 3


def test_home_counts_and_its_list_shows_the_same_people_with_what_they_need(client, booking, staff):
    client.force_login(staff)
    home = words(client.get("/admin/"))
    assert home.count("Say what is arranged :") == 3
    shown = words(client.get("/admin/bookings/visitor/?needs=arrange"))
    assert "ramp (added by whoever booked)" in shown
    assert "hearing loop" in shown
    assert shown.count("Say what is arranged") == 3
    answer(of(booking, 2))
    shown = words(client.get("/admin/bookings/visitor/?needs=arrange"))
    assert "Ben Colleague" not in shown


def test_list_asks_as_often_for_three_as_for_one(client, booking, staff):
    client.force_login(staff)
    questions(client, "/admin/bookings/visitor/?needs=arrange")  # notes once in ten minutes who looks
    three = questions(client, "/admin/bookings/visitor/?needs=arrange")
    for position in (1, 2):
        answer(of(booking, position))
    assert questions(client, "/admin/bookings/visitor/?needs=arrange") == three


# --- the page where it is said --------------------------------------------------------------------------------------


def page_of(visitor):
    return f"/admin/bookings/visitor/{visitor.pk}/arrange/"


def test_staff_read_both_and_say_what_is_arranged(client, booking, staff):
    ben = of(booking, 2)
    details.change_own(ben.pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    client.force_login(staff)
    before = every_row()
    shown = words(client.get(page_of(ben)))
    assert "In their own words: wheelchair" in shown
    assert "Added by Ada Teacher: ramp" in shown
    assert every_row() == before
    sent = {"arranged": ANSWER, "read": _mark_of(of(booking, 2))}
    for _press in range(2):
        response = client.post(page_of(ben), sent)
        assert response["Location"] == f"/admin/bookings/visitor/{ben.pk}/change/"
    assert "Saved, and an email is on its way to Ben Colleague." in words(client.get(response["Location"]))
    ben.refresh_from_db()
    assert (ben.arranged, ben.arranged_at, ben.arranged_by) == (ANSWER, NOW, staff)
    assert verbs(booking.session).count("arrange") == 1


def test_answer_to_what_has_changed_meanwhile_is_not_saved_and_not_lost(client, booking, staff):
    ben = of(booking, 2)
    sent = {"arranged": ANSWER, "read": _mark_of(ben)}
    details.change_own(ben.pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    client.force_login(staff)
    before = every_row()
    response = client.post(page_of(ben), sent)
    assert response.status_code == 422
    assert "What they need has changed since you opened this page." in words(response)
    assert ANSWER in response.content.decode()
    assert every_row() == before
    mark = re.search(r'name="read" value="(\w+)"', response.content.decode())
    assert mark
    assert client.post(page_of(ben), sent | {"read": mark[1]}).status_code == 302


@pytest.mark.parametrize("typed, said", [("", "Say what is arranged."), ("x" * 301, "Enter 300 characters or fewer")])
def test_answer_that_is_none_or_too_long_is_said(client, booking, staff, typed, said):
    client.force_login(staff)
    response = client.post(page_of(of(booking, 2)), {"arranged": typed, "read": _mark_of(of(booking, 2))})
    assert response.status_code == 422
    assert said in words(response)


@pytest.mark.parametrize("who", ["another hub", "programme office"])
def test_nobody_else_reads_or_answers_it(client, booking, who):
    user = staff_of(SessionFactory().hub, Membership.Role.LEAD)
    client.force_login(user if who == "another hub" else StaffFactory(is_programme_office=True))
    before = every_row()
    for ask in (client.get, client.post):
        response = ask(page_of(of(booking, 2)), {"arranged": ANSWER})
        assert response.status_code in (403, 404)
        assert b"ramp" not in response.content
    assert every_row() == before


def test_button_stands_where_there_is_something_to_answer(client, booking, staff):
    client.force_login(staff)
    change = "/admin/bookings/visitor/{}/change/"
    assert page_of(of(booking, 2)) in client.get(change.format(of(booking, 2).pk)).content.decode()
    details.take_needs_away(of(booking, 2).pk, "needs_added", clock=lambda: NOW)
    assert page_of(of(booking, 2)) not in client.get(change.format(of(booking, 2).pk)).content.decode()


# --- where it is read -----------------------------------------------------------------------------------------------


def test_answer_stands_on_the_persons_page_and_says_when_it_is_older_than_the_need(client, booking):
    ben = of(booking, 2)
    page = f"/bookings/{token(Purpose.VISITOR, ben)}/"
    assert "emails you once it has arranged something" in words(client.get(page))
    answer(ben)
    assert f"Arranged for you: {ANSWER}" in words(client.get(page))
    details.change_own(ben.pk, Correction(needs="wheelchair"), clock=lambda: NOW)
    assert f"Arranged before: {ANSWER}" in words(client.get(page))


def test_contacts_page_shows_their_own_and_nobody_elses(client, booking):
    for position, said in ((1, "Sit by the loop."), (2, ANSWER)):
        answer(of(booking, position), said)
    shown = words(client.get(f"/bookings/{token(Purpose.CONTACT, booking)}/"))
    assert "What you need hearing loop Arranged for you: Sit by the loop." in shown
    for private in (ANSWER, "ramp", "vegan"):
        assert private not in shown


def test_registers_export_and_office_read_it_and_the_office_is_told_of_the_change(client, session, booking, staff):
    session.office_email = "office@school.example"
    session.save()
    given = office.give(session.pk, may_mark=False, key=uuid.uuid4(), by=staff, clock=lambda: NOW)
    before = office.lines(register.people(session))
    answer(of(booking, 2))
    after = office.lines(register.people(session))
    assert [pk for pk in before if before[pk] != after[pk]] == [str(of(booking, 2).pk)]
    client.force_login(staff)
    of_session = f"/admin/hubs/showcasesession/{session.pk}/register/"
    for page in (of_session, f"{of_session}print/", f"/bookings/{token(Purpose.OFFICE, given)}/"):
        assert f"ramp (added by whoever booked) Arranged: {ANSWER}" in words(client.get(page))
    assert ANSWER in [column.value(of(booking, 2)) for column in columns.VISITOR]
