"""Addresses typed with a Chinese or Japanese keyboard: what was judged is what is kept (rule.md#one-each)."""

import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.forms import AddressForm
from bookings.mail import sending
from bookings.mail.links import Purpose, token
from bookings.models import Booking, HandOver, TellMe, Visitor
from bookings.rule.party import NewVisitor
from hubs.models import HostSchool, HubYear, Membership, ShowcaseSession, StaffUser, VisitingTeacher
from hubs.vocabulary.email_address import EmailField
from tests.answers import untouched
from tests.browser.steps import at, book
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party
from tests.signing_in import make_staff, sign_in

pytestmark = pytest.mark.django_db
WIDE = {
    "li.wei＠school.example": "li.wei@school.example",
    "jane@school．sch．uk": "jane@school.sch.uk",
    "ｊａｎｅ@school.example": "jane@school.example",
    "Ｊane＠School．example": "Jane@School.example",
    "jane@school。sch｡uk": "jane@school.sch.uk",
    "\u3000jane@school.example\u3000": "jane@school.example",
}
TYPED, KEPT = "li.wei＠school．example", "li.wei@school.example"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(ref="ABC234")


@pytest.fixture
def booking(session):
    """Confirmed, of the contact and a colleague without an address."""
    asked = party(visitors=(NewVisitor(), NewVisitor(full_name="Ben Colleague")))
    return places.confirm(places.hold(session.pk, asked, clock=lambda: NOW).pk, clock=lambda: NOW)


@pytest.fixture
def staff():
    client = Client()
    client.force_login(StaffFactory(is_superuser=True))
    return client


def link(booking, page):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def written_to(mailoutbox):
    """Everybody whom the mails that are due now go to."""
    sending.send_due(lambda: NOW)
    return [address for mail in mailoutbox for address in mail.to]


def saved(client, address, **said):
    """A form of the staff pages, sent as it stands but for what is said."""
    answer = client.post(address, untouched(client.get(address)) | said)
    assert answer.status_code == 302, answer.content.decode()


# --- on the public pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed, kept", WIDE.items())
def test_wide_address_books_and_its_mail_goes_to_the_plain_one(client, session, mailoutbox, typed, kept):
    book(client, session, SchoolFactory(), {"name": "Ben", "email": "ｂｅｎ＠school．example"}, email=typed)
    booking = Booking.objects.get()
    me, ben = booking.visitors.all()
    assert (booking.contact_email, me.email, ben.email) == (kept, kept, "ben@school.example")
    assert written_to(mailoutbox) == [kept]


def test_later_booking_of_the_plain_address_is_the_same_persons(client, session, mailoutbox):
    school = SchoolFactory()
    book(client, session, school, email=TYPED)
    book(Client(), session, school, email=KEPT)
    assert Booking.objects.count() == 1
    assert set(written_to(mailoutbox)) == {KEPT}


def test_another_address_may_be_wide(client, session, mailoutbox):
    book(client, session, SchoolFactory(), email="wrong@school.example")
    client.post(at("book-address", session), {"email": TYPED})
    assert Booking.objects.live().get().contact_email == KEPT
    assert KEPT in written_to(mailoutbox)


def test_my_bookings_of_a_wide_address_are_sent(client, booking, mailoutbox):
    client.post("/my-bookings/", {"email": "ｔｅａｃｈｅｒ＠school．example"})
    assert written_to(mailoutbox).count("teacher@school.example") == 2  # and the mail that confirmed


def test_wide_address_is_told_when_booking_opens(client, mailoutbox):
    HubYearFactory(hub__slug="kent")
    client.post("/hubs/kent/tell-me/", {"email": TYPED})
    assert TellMe.objects.get().email == KEPT
    assert written_to(mailoutbox) == [KEPT]


def test_colleague_is_added_by_a_wide_address(client, booking, mailoutbox):
    client.post(link(booking, "add/"), {"key": uuid.uuid4(), "name": "Li Wei", "email": TYPED})
    assert Visitor.objects.get(full_name="Li Wei").email == KEPT
    assert KEPT in written_to(mailoutbox)


def test_colleague_is_given_a_wide_address_later(client, booking, mailoutbox):
    sent = untouched(client.get(link(booking, "change/"))) | {"name_2": "Ben Colleague", "email_2": TYPED}
    client.post(link(booking, "change/"), sent)
    assert Visitor.objects.get(full_name="Ben Colleague").email == KEPT
    assert KEPT in written_to(mailoutbox)


def test_place_is_handed_over_to_a_wide_address(client, booking, mailoutbox):
    client.post(link(booking, "visitors/2/hand-over/"), {"name": "Li Wei", "email": TYPED})
    assert (HandOver.objects.get().to_email, Visitor.objects.get(full_name="Li Wei").email) == (KEPT, KEPT)
    assert KEPT in written_to(mailoutbox)


@pytest.mark.parametrize("typed", ["straße@school.example", "ﬀ ß@school.example", "李@school.example"])
def test_address_that_only_looks_right_when_compared_is_refused(typed):
    """A capital in another spelling is compared as the same, but no mail can be sent to it."""
    assert list(AddressForm({"email": typed}).errors) == ["email"]


# --- in the staff pages -----------------------------------------------------------------------------------------------


def test_staff_book_for_a_wide_address(staff, session, mailoutbox):
    said = {"session": session.pk, "contact_name": "Li Wei", "contact_email": TYPED, "school_kind": "none"}
    saved(staff, reverse("admin:bookings_booking_add"), **said)
    assert Booking.objects.get().contact_email == KEPT
    assert written_to(mailoutbox) == [KEPT]


def test_staff_put_a_wide_address_right(staff, booking, mailoutbox):
    address = reverse("admin:bookings_booking_contact", args=[booking.pk])
    wrong = {"at_once": "on", "why": "They never got a mail"}
    answer = staff.post(address, untouched(staff.get(address)) | wrong | {"contact_email": TYPED})
    staff.post(address, untouched(answer))
    booking.refresh_from_db()
    assert booking.contact_email == KEPT
    assert KEPT in written_to(mailoutbox)


def test_walk_in_may_give_a_wide_address(staff, session, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at)
    staff.force_login(StaffFactory(is_superuser=True))
    saved(staff, reverse("admin:hubs_showcasesession_register_add", args=[session.pk]), name="Li Wei", email=TYPED)
    assert (Booking.objects.get().contact_email, Visitor.objects.get().email) == (KEPT, KEPT)


def test_hub_office_and_visiting_teacher_have_plain_addresses(staff, session):
    year = session.hub_year
    visit = HostSchool.objects.create(hub_year=year, school=session.venue)
    teacher = VisitingTeacher.objects.create(hub_year=year, name_pinyin="Li Wei")
    saved(staff, f"/admin/hubs/hub/{year.hub.pk}/change/", data_contact=TYPED)
    saved(staff, f"/admin/hubs/hubyear/{year.pk}/change/", contact_email=TYPED)
    saved(staff, f"/admin/hubs/hostschool/{visit.pk}/change/", office_email=TYPED)
    saved(staff, f"/admin/hubs/showcasesession/{session.pk}/change/", office_email=TYPED)
    saved(staff, f"/admin/hubs/visitingteacher/{teacher.pk}/change/", email=TYPED)
    assert HubYear.objects.values_list("hub__data_contact", "contact_email").get(pk=year.pk) == (KEPT, KEPT)
    assert [row.objects.get().office_email for row in (HostSchool, ShowcaseSession)] == [KEPT, KEPT]
    assert VisitingTeacher.objects.get().email == KEPT


def test_somebody_is_invited_by_a_wide_address_and_signs_in_with_it(staff, mailoutbox):
    hub = HubYearFactory().hub
    said = {"email": TYPED, "full_name": "Li Wei", "hub": hub.pk, "role": "administrator"}
    saved(staff, "/admin/hubs/membership/add/", **said)
    saved(staff, "/admin/hubs/staffuser/add/", email="ｏｆｆｉｃｅ＠ncetm．example", full_name="Office")
    assert Membership.objects.get().user.email == KEPT
    assert StaffUser.objects.filter(email="office@ncetm.example").exists()
    assert set(written_to(mailoutbox)) == {KEPT, "office@ncetm.example"}
    make_staff("lead@hub.example")
    assert sign_in(Client(), "ｌｅａｄ＠hub．example").status_code == 302
    mailoutbox.clear()
    Client().post(reverse("admin_password_reset"), {"email": "ｌｅａｄ＠hub．example"})
    assert written_to(mailoutbox) == ["lead@hub.example"]


# --- nothing else reaches a column ------------------------------------------------------------------------------------


def test_every_column_of_addresses_keeps_them_plain(session):
    ours = [model for model in apps.get_models() if model._meta.app_label in ("bookings", "hubs")]
    columns = [field for model in ours for field in model._meta.fields if isinstance(field, models.EmailField)]
    assert len(columns) >= 13
    assert [str(field) for field in columns if not isinstance(field, EmailField)] == []
    HubYear.objects.update(contact_email=TYPED)
    assert HubYear.objects.get().contact_email == KEPT


def test_every_form_takes_addresses_by_a_field_of_ours():
    code = [path for app in ("bookings", "hubs", "showcase") for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    own = [path for path in code if path.name != "email_address.py" and "migrations" not in path.parts]
    assert [str(path) for path in own if ".EmailField(" in path.read_text()] == []
