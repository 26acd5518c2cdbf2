"""The database is frozen, or a row of it is held: pages that need none are answered, and every thread is free again.

A real web server, as its unit starts it: two processes of four threads. `impatient` gives up after 4 seconds where a
real one does after 12; the server's own time-outs are the roles'.
"""

import http.client
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import pgbouncer
from tests.bookings import rush
from tests.faults.conftest import took
from tests.faults.test_connection import handler
from tests.units import web

pytestmark = pytest.mark.slow

PATIENCE = 4
NAME = "showcase.example"
SECRET = "c" * 32
THREADS = 8
both = pytest.mark.parametrize("pooled", [False, True], ids=["direct", "through PgBouncer"])


class Served:
    """The web server before an installation; `ask` gives the status, `press` that of the last button of a draft."""

    def __init__(self, server, installed):
        self.server, self.installed = server, installed
        self.page = f"/sessions/{installed.ref}/"

    def ask(self, path, *, method="GET", body=None, cookie=""):
        line = http.client.HTTPConnection(NAME, timeout=rush.PATIENCE)
        line.sock = socket.socket(socket.AF_UNIX)
        line.sock.settimeout(rush.PATIENCE)
        line.sock.connect(self.server.path)
        headers = {
            "Host": NAME,
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "Referer": f"https://{NAME}/",
        }
        line.request(method, path, body, headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status

    def press(self, key):
        body = urlencode({"csrfmiddlewaretoken": SECRET})
        cookie = f"draft={key}; csrftoken={SECRET}"
        return self.ask(f"{self.page}book/check/", method="POST", body=body, cookie=cookie)

    def warm(self):
        """Let every thread keep a connection."""
        assert set(together([lambda: self.ask("/hubs/")] * 3 * THREADS)) == {200}


def together(asked):
    """What each of them gives, all asked at once."""
    given = [None] * len(asked)

    def one(n):
        given[n] = asked[n]()

    threads = [threading.Thread(target=one, args=[n]) for n in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.fixture(scope="module")
def serving(installed, tmp_path_factory):
    """`serving(pooled)`: a web server that this module's tests share."""
    kept, contexts = {}, []

    def serving(*, pooled):
        if pooled and installed.pooler is None:
            pytest.skip(pgbouncer.NONE)
        if pooled not in kept:
            folder = tmp_path_factory.mktemp("web")
            (folder / "static").mkdir()
            (folder / "static" / "plain.css").write_text("a {}")
            folder.chmod(0o755)
            env = rush.environment(
                installed.url("web", pooled=pooled),
                ALLOWED_HOSTS=NAME,
                SITE_URL=f"https://{NAME}",
                VAR_DIR=str(folder),
                DJANGO_SETTINGS_MODULE="tests.faults.impatient",
            )
            contexts.append(web(env, folder))
            kept[pooled] = Served(contexts[-1].__enter__(), installed)
        kept[pooled].warm()
        return kept[pooled]

    yield serving
    for context in contexts:
        context.__exit__(None, None, None)


@contextmanager
def frozen(installed):
    installed.cluster.freeze()
    try:
        yield
    finally:
        installed.cluster.thaw()


@both
def test_frozen_database_frees_every_thread_and_static_files_are_served(installed, serving, pooled):
    served = serving(pooled=pooled)
    with frozen(installed):
        began = time.monotonic()
        asked = threading.Thread(target=together, args=[[lambda: served.ask("/hubs/")] * (THREADS + 1)])
        asked.start()
        time.sleep(0.5)  # all threads wait for the database
        assert served.ask("/static/plain.css") == 200
        asked.join()
        # A kept connection is asked whether it lives, then a new one is tried; the ninth waits for a thread.
        assert time.monotonic() - began < 2 * (3 + PATIENCE) + 4
        with took(at_most=2):
            assert served.ask("/static/plain.css") == 200
    deadline = time.monotonic() + 20
    while served.ask("/hubs/") != 200:
        assert time.monotonic() < deadline
    assert set(together([lambda: served.ask("/hubs/")] * THREADS)) == {200}


@both
def test_row_that_is_held_elsewhere_stops_no_other_page(installed, serving, pooled):
    served = serving(pooled=pooled)
    keys = installed.keys[:8] if pooled else installed.keys[8:16]
    taken = places_taken(installed)
    with psycopg.connect(installed.cluster.url) as holder:
        holder.execute("SELECT * FROM bookings_places WHERE session_id = %s FOR UPDATE", [installed.session])
        pressed = []
        asked = threading.Thread(target=lambda: pressed.extend(together([lambda k=k: served.press(k) for k in keys])))
        asked.start()
        time.sleep(0.5)
        with took(at_most=6):  # the time-out of a lock is 3 seconds
            assert [served.ask(path) for path in ("/", "/hubs/", served.page)] == [200, 200, 200]
        asked.join()
        assert all(status >= 500 for status in pressed)
        assert places_taken(installed) == taken
        holder.rollback()
    deadline = time.monotonic() + 20
    while served.press(keys[0]) != 302:
        assert time.monotonic() < deadline
        time.sleep(1)
    assert places_taken(installed) == taken + 1


def places_taken(installed):
    ((taken,),) = installed.rows("SELECT places_taken FROM bookings_places WHERE session_id = %s", installed.session)
    return taken


def test_page_that_is_read_waits_for_no_lock(installed, serving):
    """Every table is held against writing, and the session's places against whoever locks them."""
    served = serving(pooled=False)
    paths = [
        "/",
        "/hubs/",
        served.page,
        f"{served.page}book/",
        "/sessions.json",
        f"{served.page}tell-me/",
        "/my-bookings/",
    ]
    before = [served.ask(path) for path in paths]
    with psycopg.connect(installed.cluster.url) as holder:
        for (table,) in holder.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        with took(at_most=2.5):
            assert [served.ask(path) for path in paths] == before
        holder.rollback()


def test_migrate_through_a_pooler_is_refused_in_a_sentence(installed, django_db_blocker):
    if installed.pooler is None:
        pytest.skip(pgbouncer.NONE)
    pooled, straight = handler(installed.url("owner", pooled=True)), handler(installed.url("owner"))
    with django_db_blocker.unblock():
        with pytest.raises(ImproperlyConfigured, match="let DATABASE_URL_DIRECT name the server itself"):
            pooled.prepare_database()
        straight.prepare_database()
        pooled.close()
        straight.close()
