"""What public pages show besides places: whoever writes it, every page is new once it is committed."""

import datetime as dt
import re

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.public.shown import is_shown
from hubs.models import Notice, Photograph, School, ShowcaseSession
from hubs.vocabulary import changes
from tests.addresses import public_addresses
from tests.browser.steps import book
from tests.factories import NOW, HubFactory, SchoolFactory, SessionFactory
from tests.one_of_each import one_of_each

DAY_LONG = dt.timedelta(days=1)
# Verbs say themselves which session's places they change. The others say how many came to what a hub has had: a page is
# right about them within seconds.
UNWATCHED = {"bookings_places"} | {f"bookings_{one}" for one in ("booking", "visitor", "register", "sessionchange")}
READ = re.compile(r'(?:FROM|JOIN) "(\w+)"')


def of_all():
    return changes.state().of_all()


def is_told(does):
    before = of_all()
    does()
    return of_all() != before


@pytest.fixture
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("_now")
def test_every_table_that_a_public_page_reads_is_watched(client, monkeypatch):
    """But for the figures of a year, which are worked out once an hour."""
    monkeypatch.setattr("bookings.views.hub_pages.sentences", lambda *_args, **_now: [])
    year = one_of_each(1)
    session, visit = ShowcaseSession.objects.filter(places__status="open").first(), year.host_schools.first()
    rows = {"ref": session.ref, "slug": year.hub.slug, "pk": visit.pk, "year": 2018}
    asked = public_addresses(**rows, name=Photograph.objects.get().file.name)
    asked += [f"/sessions/{session.ref}/files/{file.pk}/" for file in session.resources.all()]
    asked += ["/?near=Maidstone&teach=y6&role=1&places=2", "/?past=1"]
    found = {}
    for address in asked:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        tables = {table for query in captured.captured_queries for table in READ.findall(query["sql"])}
        found |= {table: address for table in tables if not is_shown(table)}
    assert set(found) == UNWATCHED, found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "write",
    [
        lambda hub: Notice.objects.create(hub=hub, text="Snow", from_at=NOW, until_at=NOW + DAY_LONG),
        lambda hub: Notice.objects.bulk_create([Notice(hub=hub, text="Snow", from_at=NOW, until_at=NOW + DAY_LONG)]),
        lambda hub: School.objects.update(name="Another"),
        lambda hub: School.objects.bulk_create([School(urn="100001", name="A")], ignore_conflicts=True),
        lambda hub: hub.delete(),
        lambda hub: connection.cursor().execute('UPDATE "hubs_school" SET "name" = %s', ["x"]),
        lambda hub: connection.cursor().execute("\n  update  HUBS_SCHOOL set name = 'x'"),
        lambda hub: emit_post_migrate_signal(verbosity=0, interactive=False, db="default"),
    ],
    ids=[
        "create",
        "bulk_create",
        "update",
        "ignoring conflicts",
        "delete",
        "by hand",
        "by hand, in small letters",
        "migrate",
    ],
)
def test_whatever_writes_it_every_page_is_new(write):
    hub, _school = HubFactory(), SchoolFactory()
    before = changes.state().of(1), of_all()
    write(hub)
    assert changes.state().of(1) != before[0]
    assert of_all() != before[1]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_before_the_commit_and_nothing_of_what_is_taken_back():
    SchoolFactory()
    before = of_all()
    with transaction.atomic():
        School.objects.update(name="Another")
        transaction.set_rollback(True)
    assert of_all() == before
    with transaction.atomic():
        School.objects.update(name="Another")
        assert of_all() == before
    assert of_all() != before


@pytest.mark.django_db(transaction=True)
def test_reading_and_what_nobody_shows_leave_pages_as_they_are(client, admin_client):
    session = SessionFactory()
    assert not is_told(lambda: client.get("/"))
    assert not is_told(lambda: admin_client.get("/admin/"))
    assert not is_told(lambda: admin_client.get(f"/sessions/{session.ref}/"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_now")
def test_whole_booking_makes_no_page_new_but_those_of_its_session_and_lists(client):
    session, other, school = SessionFactory(), SessionFactory(), SchoolFactory()
    before = changes.state()
    book(client, session, school)
    after = changes.state()
    assert before.of(other.pk) == after.of(other.pk)
    assert before.of(session.pk) != after.of(session.pk)
    assert before.of_all() != after.of_all()


@pytest.mark.django_db
def test_connection_that_is_made_anew_is_watched_once():
    watching = list(connection.execute_wrappers)
    connection_created.send(type(connection), connection=connection)
    assert connection.execute_wrappers == watching
    assert len([one for one in watching if one.__module__ == "bookings.public.shown"]) == 1
