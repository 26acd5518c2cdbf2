"""Staff delete all that is kept of whoever asks for it on the phone: of their own hubs, by two presses."""

import datetime as dt
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.groups import enrolling
from bookings.models import AuditEntry, Booking, By, NewsConsent, Places, TellMe
from bookings.rule.invited import Named
from bookings.rule.party import NewVisitor
from bookings.states import Status, Verb
from hubs.models import Membership, StaffUser
from tests.bookings.test_forgetting import everything
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of
from tests.groups import group_of, joined, meetings_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    times = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: times[-1])
    return times


@pytest.fixture
def hub():
    return HubYearFactory()


@pytest.fixture
def client(hub):
    return signed_in(hub)


def signed_in(hub):
    client = Client()
    client.force_login(staff_of(hub.hub))
    return client


def words(response):
    """What a staff page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def booked(session, *, email="secretly@school.example", name="Secretly First", size=2):
    others = [NewVisitor(full_name="Colleague Two", email="two@school.example")][: size - 1]
    asked = party(email=email, contact_name=name, visitors=(NewVisitor(), *others))
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def page_of(row, page="erase"):
    return reverse(f"admin:bookings_{row._meta.model_name}_{page}", args=[row.pk])


def test_what_would_go_is_said_first_and_nothing_is_done(client, hub):
    booking = booked(SessionFactory(hub_year=hub, title="Fractions"))
    TellMe.objects.create(email=booking.email_key, email_key=booking.email_key, hub=hub.hub, created_at=NOW)
    assert page_of(booking) in client.get(page_of(booking, "person")).content.decode()
    text = words(client.get(page_of(booking)))
    assert "Delete all kept of Secretly First?" in text
    assert "Fractions, Tuesday 26 January: their place is given back; 1 colleague keeps a place" in text
    assert "wishes to be told: 1" in text
    assert Booking.objects.get().contact_name == "Secretly First"


def test_second_press_deletes_it_everywhere_in_the_hub_and_leaves_colleagues(client, hub):
    booking = booked(SessionFactory(hub_year=hub))
    other = booked(SessionFactory(hub_year=hub), size=1)
    key = booking.email_key
    TellMe.objects.create(email=key, email_key=key, hub=hub.hub, created_at=NOW)
    NewsConsent.objects.create(hub=hub.hub, email=key, email_key=key, agreed_at=NOW)
    response = client.post(page_of(booking), follow=True)
    assert "and not of whom" in words(response)
    assert [text for _where, text in everything() if "secretly" in text.lower()] == []
    other.refresh_from_db()
    assert other.status == Status.CANCELLED
    assert sorted(Places.objects.values_list("places_taken", flat=True)) == [0, 1]
    assert booking.visitors.coming().get().full_name == "Colleague Two"
    entries = AuditEntry.objects.filter(verb=Verb.FORGET)
    assert {(one.by, one.booking, one.visitor_id) for one in entries} == {(By.STAFF, None, None)}


def test_who_is_sent_to_a_group_is_deleted_there_too_and_booked_at_no_meeting_again(client, hub):
    staff, named = StaffFactory(), [Named("Secretly First", "secretly@school.example"), Named("Col League")]
    group = group_of(hub)
    meetings_of(group, staff, number=1)
    theirs = joined(group, staff, email="secretly@school.example", teachers=named)
    colleague = joined(group, staff, school=SchoolFactory(), email="lead@other.example")
    booking = Booking.objects.get(email_key="secretly@school.example")
    assert "places in a work group, or invitations to one: 3" in words(client.get(page_of(booking)))
    client.post(page_of(booking))
    later = meetings_of(group, staff, number=2)[-1]
    enrolling.carry_out(clock=lambda: NOW, stop=lambda: False)
    assert [text for _where, text in everything() if "secretly" in text.lower()] == []
    assert [one.invitation for one in enrolling.problems(group.pk)] == [theirs] * 2
    assert colleague.teachers.first().full_name
    assert Booking.objects.filter(session=later).count() == 1


def test_another_hubs_booking_of_the_same_address_stays(client, hub):
    mine, theirs = booked(SessionFactory(hub_year=hub), size=1), booked(SessionFactory(), size=1)
    assert client.get(page_of(theirs)).status_code in (302, 404)
    client.post(page_of(mine))
    theirs.refresh_from_db()
    assert (theirs.contact_name, theirs.status) == ("Secretly First", Status.CONFIRMED)


def test_visitor_without_an_address_has_it_deleted_too(hub, clock):
    booking = booked(SessionFactory(hub_year=hub))
    visitor = booking.visitors.last()
    type(visitor).objects.filter(pk=visitor.pk).update(email=None, email_key=None, full_name="Secretly Two")
    clock.append(dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(12), tzinfo=dt.UTC))
    signed_in(hub).post(page_of(visitor))
    visitor.refresh_from_db()
    assert (visitor.full_name, visitor.released_at) == (None, None)
    assert Booking.objects.get().contact_name == "Secretly First"


def test_on_the_day_it_says_that_it_must_wait(hub, clock):
    session = SessionFactory(hub_year=hub)
    booking = booked(session)
    clock.append(session.starts_at + dt.timedelta(minutes=5))
    client = signed_in(hub)
    text = client.get(page_of(booking)).content.decode()
    assert "Not today: a session of theirs is today" in text
    assert "Delete it all" not in text
    client.post(page_of(booking))
    assert Booking.objects.get().contact_name == "Secretly First"


def test_second_press_twice_finds_nothing(client, hub):
    booking = booked(SessionFactory(hub_year=hub), size=1)
    client.post(page_of(booking))
    assert client.post(page_of(booking)).status_code == 404


@pytest.mark.parametrize("role", ["office", "nobody"])
def test_whoever_may_not_read_names_may_not_delete_them(hub, role):
    booking = booked(SessionFactory(hub_year=hub), size=1)
    client = Client()
    client.force_login(StaffFactory(is_programme_office=role == "office"))
    assert client.post(page_of(booking)).status_code in (302, 403, 404)
    assert Booking.objects.get().contact_name == "Secretly First"


# --- staff who left --------------------------------------------------------------------------------------------------


def test_superuser_makes_who_left_a_former_member_of_staff(hub):
    boss = Client()
    boss.force_login(StaffFactory(is_superuser=True))
    gone = staff_of(hub.hub)
    StaffUser.objects.filter(pk=gone.pk).update(full_name="Secretly Gone")
    press = {"action": "forget_them", "_selected_action": [gone.pk]}
    text = boss.post(reverse("admin:hubs_staffuser_changelist"), press, follow=True).content.decode()
    assert "Secretly Gone may still sign in: take that away first." in text
    StaffUser.objects.filter(pk=gone.pk).update(is_active=False)
    boss.post(reverse("admin:hubs_staffuser_changelist"), press)
    gone.refresh_from_db()
    assert (str(gone), Membership.objects.filter(user=gone).count()) == ("a former member of staff", 0)


def test_what_a_former_member_did_stands_under_that(hub, client):
    session = SessionFactory(hub_year=hub)
    by = staff_of(hub.hub)
    booking = booked(session, size=1)
    places.cancel(booking.pk, by=by, why="Asked", clock=lambda: NOW)
    StaffUser.objects.filter(pk=by.pk).update(full_name="", forgotten_at=NOW, email="former-1@staff.invalid")
    text = client.get(reverse("admin:bookings_booking_overview", args=[booking.pk])).content.decode()
    assert "a former member of staff" in text
    assert "staff.invalid" not in text


# --- the command -----------------------------------------------------------------------------------------------------


def command(**options):
    out = StringIO()
    call_command("forget", stdout=out, **options)
    return [line.split() for line in out.getvalue().splitlines()]


def test_command_says_what_would_go_and_deletes_nothing(clock, hub):
    booked(SessionFactory(hub_year=hub))
    clock.append(NOW + dt.timedelta(days=500))
    said = command(dry_run=True)
    assert ["2", "bookings.Visitor.full_name"] in said
    assert ["1", "bookings.Booking.contact_name"] in said
    assert said[-1] == ["Nothing", "has", "been", "deleted."]
    assert Booking.objects.get().contact_name == "Secretly First"


def test_command_deletes_all_that_is_due(clock, hub):
    for n in range(3):
        booked(SessionFactory(hub_year=hub), email=f"secretly{n}@school.example")
    clock.append(NOW + dt.timedelta(days=500))
    command()
    assert [text for _where, text in everything() if "secretly" in text.lower()] == []
    assert command(dry_run=True) == [["Nothing", "has", "been", "deleted."]]
