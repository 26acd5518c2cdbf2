"""The web server while its database is frozen, away or a standby: it says so in time, and that it is alive."""

import http.client
import socket
import time

import psycopg
import pytest

from bookings.operations import ready
from tests.bookings import rush
from tests.faults.conftest import took
from tests.units import web

pytestmark = pytest.mark.slow
WITHIN = ready.SECONDS + 1  # of a machine that does much else


@pytest.fixture
def served(cluster, tmp_path):
    """The web server over a database of which it has read that nothing is missing."""
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS django_migrations (id serial, app text, name text, applied timestamptz)"
        )
        for app, name in ready.migrations_of_this_code():
            connection.execute("INSERT INTO django_migrations (app, name) VALUES (%s, %s)", [app, name])
    with web(rush.environment(cluster.url, ALLOWED_HOSTS="showcase.example"), tmp_path) as server:
        yield server


def ask(server, path):
    """By IP address and without HTTPS, as load balancers do."""
    asking = http.client.HTTPConnection("10.0.0.7", timeout=30)
    asking.sock = socket.socket(socket.AF_UNIX)
    asking.sock.settimeout(30)
    asking.sock.connect(server.path)
    asking.request("GET", path)
    answer = asking.getresponse()
    said = answer.read().decode()
    asking.close()
    return answer.status, said.strip()


def until(server, status):
    deadline = time.monotonic() + 60
    while (answer := ask(server, "/readyz"))[0] != status:
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    return answer[1]


def test_host_goes_out_in_time_and_comes_back_by_itself(served, cluster, freeze):
    until(served, 200)
    freeze()
    time.sleep(ready.SECONDS)  # for so long it says what it knows
    for _ in range(3):
        with took(at_most=WITHIN):
            assert ask(served, "/readyz") == (503, ready.AWAY)
        with took(at_most=1):
            assert ask(served, "/healthz")[0] == 200
    cluster.thaw()
    until(served, 200)
    cluster.kill()
    assert until(served, 503) == ready.AWAY
    cluster.start()
    until(served, 200)
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(ready.SECONDS)  # what either process still knows of the server that was killed
    assert until(served, 503) == ready.READ_ONLY
    log = served.log.read_text()
    assert "Traceback" not in log
    assert log.count('"logger": "showcase.ready"') <= 2 * 6  # two processes: when it changes, and no more
