"""Home says what is wrong with the installation: all of it to who answers for it, to a hub what it should expect."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.models import Running
from hubs.models import Membership
from tests.browser.reading import Page
from tests.factories import NOW, HubYearFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def home(client, user):
    client.force_login(user)
    return Page(client.get("/admin/")).text


def lead():
    return staff_of(HubYearFactory().hub, Membership.Role.LEAD)


def set_running(**columns):
    said = {"round_at": NOW, "round_host": "app1", "backed_up_at": NOW} | columns
    Running.objects.update_or_create(pk=1, defaults=said)


def test_nothing_is_said_while_all_is_well(client):
    set_running()
    for user in (StaffFactory(is_superuser=True), StaffFactory(is_programme_office=True), lead()):
        assert "Not as it should be" not in home(client, user)


def test_dead_worker_is_said_to_everybody_in_their_words(client):
    set_running(round_at=NOW - dt.timedelta(days=2))
    for user in (StaffFactory(is_superuser=True), StaffFactory(is_programme_office=True)):
        assert "Now The worker’s last round was at 9:30 on Saturday 2 January" in home(client, user)
    said = home(client, lead())
    assert (
        "Not as it should be Now Emails go out late at the moment, and places do not come free by themselves." in said
    )
    assert "worker" not in said


def test_what_a_hub_can_do_nothing_with_is_not_said_to_it(client):
    set_running(backed_up_at=NOW - dt.timedelta(days=9), counted_at=NOW, miscounted=[4])
    said = home(client, StaffFactory(is_superuser=True))
    assert "in sessions 4: a fault of the program" in said
    assert said.index("The last backup was made at") > said.index("Not as it should be")
    assert "Not as it should be" not in home(client, lead())
