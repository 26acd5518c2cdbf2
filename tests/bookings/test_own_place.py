"""A named visitor's own page: they say and correct what is said of them, and decide about what others have added."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.admin.base import columns
from bookings.attendance import office, register
from bookings.mail import rendering
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.rule.party import Correction, NewVisitor
from bookings.sessions.seen import NotSeen
from bookings.verbs import details, hand_over
from bookings.verbs import visitors as parties
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.factories import NOW, SessionFactory, party, staff_of

pytestmark = pytest.mark.django_db
READ_BY = "The hub and the school office read it; it is deleted on 2 February."
ASKED = "Only if they have asked you to."


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", step_free="yes")


@pytest.fixture
def booking(session):
    """Ada and Ben, confirmed; Ada has written down something of Ben's."""
    ben = NewVisitor(full_name="Ben Colleague", email="ben@school.example", needs="no nuts")
    asked = party(email="ada@school.example", contact_name="Ada Teacher", visitors=(NewVisitor(), ben))
    return places.confirm(places.hold(session.pk, asked, clock=lambda: NOW).pk, clock=lambda: NOW)


@pytest.fixture
def ben(booking):
    return booking.visitors.get(is_contact=False)


def link_of(visitor, page=""):
    visitor.refresh_from_db()
    return f"/bookings/{token(Purpose.VISITOR, visitor)}/{page}"


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def get(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return Page(response)


def words(response):
    """What a page says, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def save(client, address, **fields):
    page = get(client, address)
    response = client.post(address, page.form(**fields))
    assert (response.status_code, response["Location"]) == (302, address.rsplit("/", 2)[0] + "/?saved")
    return get(client, response["Location"])


def test_visitor_says_what_they_do_teach_and_need_and_it_stands_on_their_page(client, ben):
    said = {"name": "Benjamin Colleague", "role": str(int(Roles.MATHS_LEAD)), "years": [str(int(Years.KS2))]}
    page = save(client, link_of(ben, "change/"), **said, needs="step-free", mobile="07700 900 982")
    assert "Saved" in page.text
    assert (
        "About you Name Benjamin Colleague Email ben@school.example What you do Maths lead What you teach Key Stage 2 "
        "Mobile 07700 900 982 Change your details, or say what you need What you need In your own words step-free "
        "Remove this Added by Ada Teacher no nuts Remove this "
        f"The hub reads it, and emails you once it has arranged something. {READ_BY}"
    ) in page.text
    ben.refresh_from_db()
    assert (ben.full_name, ben.needs, ben.needs_added) == ("Benjamin Colleague", "step-free", "no nuts")


def test_visitors_form_says_who_reads_needs_and_what_another_person_is(client, ben):
    page = get(client, link_of(ben, "change/"))
    assert READ_BY in page.text
    assert ASKED not in page.text
    assert "Is it another person? Then hand the place over instead." in page.text
    assert "Ada Teacher has added to what you need: “no nuts”." in page.text


def test_visitors_form_keeps_what_was_typed_and_says_what_is_wrong(client, ben):
    before = every_row()
    said = {"name": "", "role": "99", "years": ["x"], "needs": "n" * 301, "mobile": "no"}
    response = client.post(link_of(ben, "change/"), said)
    page = Page(response)
    assert response.status_code == 422
    assert set(page.errors) == {"name", "email", "role", "years_0", "needs", "mobile"}
    assert (page.fields["mobile"], page.fields["needs"]) == ("no", "n" * 301)
    assert every_row() == before


@pytest.mark.parametrize("which, left", [("own", ("", "no nuts")), ("added", ("vegan", ""))])
def test_visitor_takes_either_away(client, ben, which, left):
    details.change_own(ben.pk, Correction(needs="vegan"), clock=lambda: NOW)
    before = every_row()
    assert client.get(link_of(ben, "needs/"))["Location"] == link_of(ben)
    assert client.post(link_of(ben, "needs/"), {"take_away": "name"})["Location"] == link_of(ben)
    assert every_row() == before
    client.post(link_of(ben, "needs/"), {"take_away": which})
    ben.refresh_from_db()
    assert (ben.needs, ben.needs_added) == left


def test_contacts_link_takes_nothing_of_a_colleagues_away(client, booking):
    before = every_row()
    client.post(link(booking, "needs/"), {"take_away": "added"})
    assert every_row() == before


def test_contact_reads_no_needs_and_is_told_what_adding_means(client, booking, ben):
    details.change_own(ben.pk, Correction(needs="vegan"), clock=lambda: NOW)
    for page in ("", "change/", "add/"):
        html = client.get(link(booking, page)).content.decode()
        assert "vegan" not in html
        assert "no nuts" not in html
    for page in ("change/", "add/"):
        assert f"{ASKED} {READ_BY}" in get(client, link(booking, page)).text


def test_contact_adds_and_the_visitor_reads_it_in_the_mail_and_on_their_page(client, booking, ben):
    save(client, link(booking, "change/"), adds_2="low chair")
    message = rendering.render(Mail.objects.get(kind=Kind.NEEDS_ADDED), now=NOW)
    assert message.to == ["ben@school.example"]
    assert "Ada Teacher, who booked your place, has added something" in " ".join(str(message.body).split())
    assert link_of(ben) in str(message.body)
    assert "low chair" not in str(message.body)
    assert "Added by Ada Teacher no nuts; low chair" in get(client, link_of(ben)).text


def test_mail_that_names_somebody_says_that_something_of_theirs_is_written_down(ben):
    text = " ".join(str(rendering.render(Mail.objects.get(kind=Kind.NAMED), now=NOW).body).split())
    assert "Something has been written down about what you need" in text
    assert "no nuts" not in text


def test_page_that_was_open_meanwhile_puts_nothing_back(client, booking, ben):
    shown = get(client, link(booking, "change/"))
    save(client, link_of(ben, "change/"), name="Benjamin Colleague")
    client.post(link(booking, "change/"), shown.form(role_2=str(int(Roles.TRAINEE))))
    ben.refresh_from_db()
    assert (ben.full_name, ben.role) == ("Benjamin Colleague", Roles.TRAINEE)


def test_address_taken_by_another_correction_meanwhile_is_said_beside_the_field(client, session, booking, monkeypatch):
    details_form = get(client, link(booking, "change/"))
    verb = details.change_details

    def after_another(pk, **said):
        key = uuid.uuid4()
        parties.add_visitor(pk, NewVisitor(full_name="C", email="new@school.example"), clock=lambda: NOW, key=key)
        return verb(pk, **said)

    with monkeypatch.context() as patched:
        patched.setattr(details, "change_details", after_another)
        said = details_form.form(email_2="new@school.example", mobile="07700 900 982")
        response = client.post(link(booking, "change/"), said)
    page = Page(response)
    assert response.status_code == 422
    assert page.errors == {"email_2": "Enter a different address: this one is already in this booking"}
    assert page.fields["mobile"] == "07700 900 982"


def test_taker_takes_first_and_then_says_what_they_need(client, booking, ben):
    cara = NewVisitor(full_name="Cara Taker", email="cara@school.example")
    hand_over.hand_over(ben.pk, cara, clock=lambda: NOW)
    assert "About you" not in get(client, link_of(ben)).text
    assert client.get(link_of(ben, "change/"))["Location"] == link_of(ben)
    client.post(link_of(ben, "take/"))
    assert "Access or dietary needs None" in get(client, link_of(ben)).text
    save(client, link_of(ben, "change/"), needs="vegan")
    ben.refresh_from_db()
    assert (ben.full_name, ben.needs, ben.needs_added) == ("Cara Taker", "vegan", "")


def test_visitor_whose_place_has_gone_changes_nothing(client, booking, ben):
    address = link_of(ben, "change/")
    places.cancel(booking.pk, clock=lambda: NOW)
    before = every_row()
    assert client.post(address, {"name": "X"})["Location"] == link_of(ben)
    assert client.post(link_of(ben, "needs/"), {"take_away": "added"}).status_code == 409
    assert every_row() == before


# --- who reads both ---------------------------------------------------------------------------------------------------


def test_register_of_staff_and_of_the_office_export_and_row_show_both(client, session, ben):
    details.change_own(ben.pk, Correction(needs="vegan", mobile="07700 900 982"), clock=lambda: NOW)
    session.office_email = "office@school.example"
    session.save()
    staff = staff_of(session.hub)
    given = office.give(session.pk, may_mark=False, key=uuid.uuid4(), by=staff, clock=lambda: NOW)
    client.force_login(staff)
    of_session = f"/admin/hubs/showcasesession/{session.pk}/register/"
    for page in (of_session, f"{of_session}print/", f"/bookings/{token(Purpose.OFFICE, given)}/"):
        assert "vegan no nuts (added by whoever booked)" in words(client.get(page))
    row = words(client.get(f"/admin/bookings/visitor/{ben.pk}/change/"))
    assert "Mobile number: 07700 900 982" in row
    assert "Access or dietary needs: vegan Needs added by the contact: no nuts" in row
    ben.refresh_from_db()
    exported = [str(column.value(ben)) for column in columns.VISITOR]
    assert {"vegan", "no nuts"} <= set(exported)


def test_line_of_the_office_has_changed_when_something_is_added(session, booking, ben):
    before = office.lines(register.people(session))
    details.change_details(booking.pk, visitors={ben.pk: Correction(adds="ramp")}, clock=lambda: NOW)
    after = office.lines(register.people(session))
    assert [pk for pk in before if before[pk] != after[pk]] == [str(ben.pk)]


def test_visitors_own_number_is_rung_before_the_contacts(booking, ben):
    booking.contact_mobile = "01622 000 000"
    assert NotSeen(booking, ben).mobile == "01622 000 000"
    ben.mobile = "07700 900 982"
    assert NotSeen(booking, ben).mobile == "07700 900 982"
    assert NotSeen(booking, None).mobile == "01622 000 000"


def test_day_of_deletion_follows_the_session(client, session, ben):
    later = session.starts_at + dt.timedelta(days=7)
    session.starts_at, session.ends_at = later, later + dt.timedelta(hours=2)
    session.first_day = session.last_day = timezone.localdate(later)
    session.save()
    assert "it is deleted on 9 February" in get(client, link_of(ben)).text
