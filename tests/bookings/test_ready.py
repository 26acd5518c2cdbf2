"""Whether this host can serve: what keeps it from it, asked seldom, and never waited for long."""

import os
import threading
import time

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from bookings.operations import ready
from showcase import VERSION, probes

ASKED = [("bookings", "0001_initial")]


def ask(path, method="GET", **environ):
    """What a probe is answered, without Django: status, headers and body."""
    said = {}

    def start(status, headers):
        said.update(status=status, headers=dict(headers))

    body = b"".join(
        probes.Probed(lambda *_: [b"the application"])({"PATH_INFO": path, "REQUEST_METHOD": method} | environ, start)
    )
    return said.get("status"), said.get("headers"), body.decode()


# --- what load balancers ask ------------------------------------------------------------------------------------------


def test_process_that_answers_says_so_by_its_address_without_a_database():
    """There is no database for this test: pytest-django refuses one."""
    status, headers, body = ask("/healthz", HTTP_HOST="10.0.0.7", **{"wsgi.url_scheme": "http"})
    assert (status, body) == ("200 OK", f"ok {VERSION}\n")
    assert headers["Cache-Control"] == "no-store"
    assert ask("/healthz", "HEAD")[2] == ""
    assert ask("/healthz", "POST")[0] == "405 Method Not Allowed"


def test_everything_else_is_the_application_s():
    assert ask("/")[2] == ask("/healthz/")[2] == ask("/readyz/x")[2] == "the application"


@pytest.mark.django_db
def test_host_that_can_serve_is_ready(monkeypatch):
    monkeypatch.setattr(probes, "ready", ready.Kept(ready.problems))
    assert ask("/readyz")[::2] == ("200 OK", f"ready {VERSION}\n")


def test_host_that_cannot_says_why_and_no_secret(monkeypatch):
    monkeypatch.setattr(probes, "ready", ready.Kept(lambda: [ready.READ_ONLY, ready.MIGRATIONS]))
    assert ask("/readyz")[::2] == ("503 Service Unavailable", f"{ready.READ_ONLY}\n{ready.MIGRATIONS}\n")


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_migration_of_this_code_that_the_database_lacks_keeps_it_out(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert ready.problems() == []
    MigrationRecorder(connection).record_unapplied(*ASKED[0])
    assert ready.problems() == [ready.MIGRATIONS]


@pytest.mark.django_db
def test_migration_that_this_code_does_not_know_keeps_nobody_out():
    """A newer version has expanded the schema, and this one serves on."""
    MigrationRecorder(connection).record_applied("bookings", "9999_later")
    assert ready.problems() == []


def test_migration_that_stands_for_others_is_there_where_they_are(monkeypatch):
    old, squashed = {("a", "0001"), ("a", "0002")}, ("a", "0001_squashed_0002")
    wanted = {**dict.fromkeys(old, frozenset()), squashed: frozenset(old)}
    monkeypatch.setattr(ready, "migrations_of_this_code", lambda: wanted)
    assert ready.missing(old) == ready.missing({squashed}) == set()
    assert ready.missing({("a", "0001")}) == {squashed}


@pytest.fixture
def squashed(tmp_path, monkeypatch):
    """The migrations of an app of ours are others, the last of which stands for one."""
    folder = tmp_path / "squashed_here"
    folder.mkdir()
    migration = "from django.db.migrations import Migration as Any\n\n\nclass Migration(Any):\n    "
    (folder / "__init__.py").touch()
    (folder / "_not_one.py").touch()
    (folder / "0001_first.py").write_text(f"{migration}pass\n")
    (folder / "0002_squashed.py").write_text(f"{migration}replaces = [('hubs', '0001_first')]\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(settings, "MIGRATION_MODULES", {"hubs": "squashed_here", "axes": None})


@pytest.mark.parametrize("ours", ["as they are", "squashed"])
def test_migrations_are_those_that_django_finds(ours, request):
    if ours == "squashed":
        request.getfixturevalue(ours)
    found = MigrationLoader(None, load=False, ignore_no_migrations=True)
    found.load_disk()
    wanted = {key: frozenset(migration.replaces) for key, migration in found.disk_migrations.items()}
    assert ready.migrations_of_this_code.__wrapped__() == wanted
    assert any(wanted.values()) is (ours == "squashed")


@pytest.mark.django_db
def test_database_that_only_reads_keeps_it_out():
    if connection.vendor == "sqlite":
        pytest.skip("It is PostgreSQL that says so.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    assert ready.problems() == [ready.READ_ONLY]


@pytest.mark.django_db
def test_file_that_cannot_be_written_and_disk_that_is_full_keep_it_out(monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("It is SQLite that writes here.")
    with monkeypatch.context() as patch:
        patch.setattr(ready, "SPACE_NEEDED", 10**18)
        assert ready.problems() == [ready.FULL]
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # who runs the tests may write anywhere
    assert ready.problems() == [ready.READ_ONLY]


# --- how often, and how long ------------------------------------------------------------------------------------------


class Asked:
    """A question that is answered once it is let go, and counts how often it was put."""

    def __init__(self, said=()):
        self.times, self.said, self.go = 0, list(said), threading.Event()
        self.go.set()

    def __call__(self):
        self.times += 1
        assert self.go.wait(20)
        return self.said


def test_answer_is_kept_and_then_asked_anew(monkeypatch):
    asked = Asked()
    kept = ready.Kept(asked, seconds=0.3)
    assert [kept.answer(), kept.answer()] == [[], []]
    assert asked.times == 1
    asked.said = [ready.FULL]
    time.sleep(0.35)
    assert kept.answer() == [ready.FULL]
    assert asked.times == 2


def test_question_that_gets_no_answer_is_put_once_and_waited_for_no_longer():
    asked = Asked()
    kept = ready.Kept(asked, seconds=0.3)
    assert kept.answer() == []
    time.sleep(0.35)
    asked.go.clear()
    began, answers = time.monotonic(), []
    threads = [threading.Thread(target=lambda: answers.append(kept.answer())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 2
    assert answers == [[ready.AWAY]] * 8
    began = time.monotonic()
    assert [kept.answer() for _ in range(20)] == [[ready.AWAY]] * 20  # at once: it has been waited for
    assert time.monotonic() - began < 3  # and not 20 times 0.3 seconds
    assert asked.times == 2
    asked.go.set()
    time.sleep(0.1)
    assert kept.answer() == []


def test_fault_of_ours_is_no_readiness(monkeypatch, caplog):
    def broken():
        raise RuntimeError

    assert ready.Kept(broken).answer() == [ready.AWAY]
    assert "could not be asked" in caplog.text
