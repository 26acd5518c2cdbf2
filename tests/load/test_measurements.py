"""Each measurement runs, with few of everything: a look at whether it can still be had, and at no figure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from bookings.models import AuditEntry, Booking, Mail, Places, TellMe
from hubs.models import School, ShowcaseSession
from tests.browser import cast
from tests.database import address
from tests.load import exporting, find_schools, first_visit, lighthouse, make_bookings, make_load, plans, table

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SCHOOLS, SESSIONS, BOOKINGS, WISHES = 60, 20, 400, 20


@pytest.fixture
def _loaded():
    make_load.main(SCHOOLS, SESSIONS, BOOKINGS, WISHES)


@pytest.mark.usefixtures("_loaded")
def test_load_is_as_large_as_was_asked_for_and_each_booking_was_made_at_a_time_of_its_own():
    rows = (model.objects.count() for model in (School, ShowcaseSession, Booking, TellMe))
    assert tuple(rows) == (SCHOOLS, SESSIONS, BOOKINGS, WISHES)
    assert Places.objects.filter(places_taken__gt=0).count() == SESSIONS
    for model, moment in ((Booking, "created_at"), (AuditEntry, "at"), (Mail, "created_at")):
        assert model.objects.values(moment).distinct().count() == BOOKINGS
    assert Booking.objects.filter(contact_name=make_bookings.RARE).count() == make_bookings.OF_RARE_NAME


@pytest.mark.usefixtures("_loaded")
def test_searches_for_a_school_are_measured(capsys):
    find_schools.main()
    assert f"{len(find_schools.SEARCHES)} searches, median" in capsys.readouterr().out


@pytest.mark.usefixtures("_loaded")
def test_plans_are_shown_of_every_page_and_no_row_is_left(capsys):
    plans.main(every_plan=True)
    said = capsys.readouterr().out
    assert "list: " in said
    assert "the count of places: " in said
    assert Booking.objects.count() == BOOKINGS


def test_exports_are_measured_and_no_row_is_left(capsys):
    exporting.main(100)
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"bookings_{model} {kind}" for model in ("booking", "visitor") for kind in ("csv", "xlsx")
    ]
    assert Booking.objects.count() == 0


def test_pages_that_lighthouse_looks_at_are_there():
    """Lighthouse itself is left out: it wants npm and minutes. Its server is the one of the browser tests."""
    pages = lighthouse._pages(cast.make())
    for page in pages:
        answer = Client(headers={"cookie": page.cookie} if page.cookie else None).get(page.path, secure=True)
        assert answer.status_code == 200, page.name
    assert {page.name for page in pages} >= set(first_visit.PAGES)
    report = {
        "categories": {"seo": {"score": 0.5, "auditRefs": [{"id": "a", "weight": 1}, {"id": "b", "weight": 0}]}},
        "audits": {"a": {"id": "a", "score": 0}, "b": {"id": "b", "score": 0}},
    }
    assert lighthouse.costing(report, "seo") == ["a"]


def _run(folder: Path, module: str, *groups: str) -> str:
    """What it prints of the tests' own database, with few of everything."""
    where = address()
    connection.close()  # a database is copied while nobody is connected to it
    return _printed(module, "here", *groups, DATABASE_URL=where, TMPDIR=str(folder))


def _printed(module: str, *arguments: str, **env: str) -> str:
    command = [sys.executable, "-m", f"tests.load.{module}", "small", *arguments]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_holds_on_one_hot_row_are_measured_beside_the_same_statements():
    """On a database of its own, as each measurement makes one where it is not told of another. It fails by itself where
    a hold that is said again finds more rows each time: then it is slower than any of ours, and no floor."""
    name = {"postgresql": "postgres"}.get(connection.vendor, connection.vendor)
    assert _printed("hot_row", name).splitlines()[-1].startswith("holds on one hot row")


FIGURES = [
    *("statements of a whole booking", "statements under the lock: hold", "statements under the lock: confirm"),
    *("list while", "session while", "hub while", "hubs while"),
    *("list, first", "session, first", "hub, first", "hubs, first"),
    *("whole booking", "its pages", "rush of 16", "last confirm mail", "memory", "idle worker"),
    *("  requests a second", "    constant", "    list", "    session", "    hold"),
    *("mails a second of one worker, by its CPU", "mails a second of one worker, by the clock"),
    *("list near a postcode", "/hubs/ after a change"),
    *("Home", "staff list of bookings", "search by a name", "outbox", "trail"),
]


@pytest.mark.django_db(transaction=True)
def test_table_has_every_figure_it_names(tmp_path):
    rows = _run(tmp_path, "table", *table.GROUPS, "mails", "sizes").splitlines()[3:]
    assert [figure for figure, row in zip(FIGURES, rows, strict=True) if not row.startswith(figure)] == []
