"""A group's meetings stand on no list, in no feed, on no map, and nobody is told that booking of them is open."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.due import run_due
from bookings.models import Mail, TellMe
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory
from tests.groups import clock, group_of, joined, meetings_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def year():
    return HubYearFactory(lead_school=SchoolFactory())


@pytest.fixture
def meeting(year):
    group, staff = group_of(year, name="Secret TRG"), StaffFactory()
    (made,) = meetings_of(group, staff, number=1)
    joined(group, staff)
    return made


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/?near=ME16+8TL", "/?hub={slug}", "/?left=on", "/hubs/", "/hubs/{slug}/"),
        *("/hubs/{slug}/sessions.ics", "/sessions.json", "/sitemap.xml", "/hubs/{slug}/embed/"),
    ],
)
def test_no_public_page_names_it(client, year, meeting, address):
    answer = client.get(address.format(slug=year.hub.slug))
    said = b"".join(answer) if answer.streaming else answer.content
    assert meeting.ref.encode() not in said
    assert b"Secret TRG" not in said


def test_it_is_offered_instead_of_no_other_session(year, meeting):
    full = SessionFactory(hub_year=year, room__capacity=1)
    found = alternatives(Showing(full, NOW), places=1)
    assert meeting.ref not in str(vars(found) if hasattr(found, "__dict__") else found)


def test_nobody_who_asked_to_be_told_of_the_hub_is_told_of_it(year, meeting):
    wish = "me@school.example"
    TellMe.objects.create(email=wish, email_key=wish, hub=year.hub, created_at=NOW, proved_at=NOW)
    run_due(clock)
    assert Mail.objects.filter(kind="booking_open").count() == 0


def test_whoever_has_its_link_reads_whom_it_is_for(client, meeting):
    page = client.get(reverse("session", args=[meeting.ref]))
    assert page.status_code == 200
    assert "noindex" in page.content.decode() or page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("ticked", [True, False])
def test_hub_says_that_there_are_groups_where_it_ticks_so(client, year, ticked):
    year.tells_of_groups = ticked
    year.save()
    said = client.get(year.hub.get_absolute_url()).content.decode()
    assert ("Groups of nearby schools" in said) is ticked
