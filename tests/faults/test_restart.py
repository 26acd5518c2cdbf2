"""The web server is restarted, and slow clients come, while people book: nobody is cut off, nothing lost or doubled."""

import http.client
import os
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from bookings.models import Booking, Draft
from bookings.operations.counting import miscounts
from tests import nginx
from tests.answering import Host
from tests.bookings import rush
from tests.bookings.test_rush import drafts, session_ahead
from tests.database import address
from tests.nginx import NAME
from tests.units import said, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
needs_nginx = pytest.mark.skipif(not nginx.program(), reason="There is no nginx here: apt-get install nginx-light.")

CLIENTS, PRESSES, RESTARTS = 12, 48, 2
SECRET = "c" * 32


@pytest.fixture
def env():
    """What the web server needs to serve the database of the tests, as many proxies as add to X-Forwarded-For."""
    return rush.environment(address(), ALLOWED_HOSTS=NAME, SITE_URL=f"https://{NAME}")


class Straight(http.client.HTTPConnection):
    """A connection to the web server's own socket."""

    def __init__(self, path):
        super().__init__(NAME, timeout=rush.PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Clients:
    """Twelve who read a page and press the last button of a booking, over and over, each time by a connection of its
    own. What each request came to is kept: a status, or how it was cut off."""

    def __init__(self, connect, page, form, keys):
        self.connect, self.page, self.form = connect, page, form
        self.keys = list(keys)
        self.answers, self.took = Counter(), []
        self.threads = [threading.Thread(target=self._press) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        for thread in self.threads:
            thread.join()

    def _press(self):
        with suppress(IndexError):  # every draft has been pressed
            while True:
                key = self.keys.pop()
                self._ask("GET", self.page, key)
                while self._ask("POST", self.form, key) == 503:  # too much at once: it says to press again
                    time.sleep(0.5)

    def _ask(self, method, path, key):
        body = urlencode({"csrfmiddlewaretoken": SECRET}) if method == "POST" else None
        headers = {
            "Host": NAME,
            "Cookie": f"draft={key}; csrftoken={SECRET}",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": ".".join(str(byte) for byte in os.urandom(4)),  # each is at a school of their own
            "Referer": f"https://{NAME}{path}",
        }
        began = time.monotonic()
        line = self.connect()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            came_to = "away" if b"We are away" in answer.read() else answer.status
        except (OSError, http.client.HTTPException) as error:
            came_to = type(error).__name__
        finally:
            line.close()
        self.answers[method, came_to] += 1
        self.took.append(time.monotonic() - began)
        return came_to


def restarted_under(server, clients, times=RESTARTS):
    """Restart the server while they press, each time once it has answered for a while."""
    with clients:
        in_all = 2 * len(clients.keys)
        for nth in range(times):
            wanted = (nth + 1) * in_all // (times + 2)
            deadline = time.monotonic() + rush.PATIENCE
            while sum(clients.answers.values()) < wanted and time.monotonic() < deadline:
                time.sleep(0.05)
            server.restart()
    print(f"\n{dict(clients.answers)}, the longest took {max(clients.took):.1f} s")
    return clients.answers


@contextmanager
def straight_to_it(server, folder):
    yield lambda: Straight(server.path)


@contextmanager
def through_nginx(server, folder):
    with nginx.nginx(folder, server.path) as proxy:
        yield proxy.line


@pytest.mark.parametrize("way", [straight_to_it, pytest.param(through_nginx, marks=needs_nginx)])
def test_restart_cuts_off_nobody_and_books_everything_once(way, env, client, tmp_path):
    session = session_ahead(room=2 * PRESSES)
    keys = drafts(client, session, PRESSES)
    page, form = (reverse(name, args=[session.ref]) for name in ("session", "book-check"))
    proxies = {"PROXIES": "2"} if way is through_nginx else {}  # the client plays a proxy before nginx
    with web(env | proxies, tmp_path) as server, way(server, tmp_path) as connect:
        answers = restarted_under(server, Clients(connect, page, form, keys))
    del answers["POST", 503]  # this machine has much else to do; whoever was told so pressed again
    assert answers == {("GET", 200): PRESSES, ("POST", 302): PRESSES}
    logged = [line for line in server.log.read_text().splitlines() if "Service Unavailable" not in line]
    assert page not in "\n".join(logged)  # requests stand in nginx's log, without what was typed
    wanted = set(Draft.objects.values_list("request_key", flat=True))
    booked = list(Booking.objects.values_list("request_key", flat=True))
    assert (len(booked), set(booked)) == (PRESSES, wanted)
    assert miscounts() == []


def test_socket_that_the_server_opens_itself_cuts_people_off(env, client, tmp_path):
    """Without systemd's socket whoever comes while the server is restarted is turned away."""
    session = session_ahead()
    page = reverse("session", args=[session.ref])
    with web(env, tmp_path) as server:
        server.stop()
        server.open_its_own()
        answers = restarted_under(server, Clients(lambda: Straight(server.path), page, page, range(PRESSES)), times=1)
    assert {one for _method, one in answers} & {"ConnectionRefusedError", "ConnectionResetError", "FileNotFoundError"}


# --- slow clients -----------------------------------------------------------------------------------------------------

SLOW = 100


@needs_nginx
def test_hundred_slow_connections_stop_nobody(env, tmp_path):
    session = session_ahead()
    page, form = (reverse(name, args=[session.ref]) for name in ("session", "book-check"))
    with web(env, tmp_path) as server, nginx.nginx(tmp_path, server.path) as proxy:
        assert proxy.ask(page).status == 200
        for where in ("header", "body"):
            lines = [slow(proxy, where, form) for _ in range(SLOW)]
            took = [while_they_are(lines, proxy, f"{where}-{nth}", f"10.0.0.{nth}") for nth in range(10)]
            print(f"\nwhile {SLOW} are slow with their {where}, a page takes {max(took):.2f} s at most")
            assert max(took) < 5
            for line in lines:
                line.close()
    reached = [one for one in proxy.logged() if one["page"] == form and one["ours"]]
    assert reached == []


def while_they_are(lines, proxy, unread, whose):
    """Seconds that a page takes which nobody has read, once each of them has sent a byte more."""
    for line in lines:
        line.send(b"x")
    began = time.monotonic()
    assert proxy.ask(f"/my-bookings/?{unread}", X_Forwarded_For=whose).status == 200
    return time.monotonic() - began


def slow(proxy, where, form):
    """A connection that has begun a request and goes on a byte at a time."""
    line = proxy.trusted.wrap_socket(
        socket.create_connection(("127.0.0.1", proxy.port), rush.PATIENCE), server_hostname=NAME
    )
    line.send(f"POST {form} HTTP/1.1\r\nHost: {NAME}\r\n".encode())
    line.send(b"X-Slow: " if where == "header" else b"Content-Length: 200\r\n\r\n")
    return line


# --- what nginx may send twice ----------------------------------------------------------------------------------------


@needs_nginx
def test_form_that_was_sent_is_never_sent_again(tmp_path):
    """Two hosts that take a request and drop the line: a page is asked for at both, a form at one alone. One that does
    not answer the call at all is passed over, for forms too."""
    hosts = [Host(tmp_path / f"{n}.sock", says=None) for n in "ab"]
    taken = lambda method: sum(host.taken[method] for host in hosts)  # noqa: E731
    with nginx.nginx(tmp_path, *(f"{host.path} max_fails=3 fail_timeout=5s" for host in hosts)) as proxy:
        assert proxy.ask("/my-bookings/").status == 503
        assert taken("GET") == 2
        for nth in (1, 2):
            answer = proxy.ask("/my-bookings/", "POST", "email=x")
            assert (answer.status, taken("POST")) == (503, nth)
            assert b"the same\n        form never books twice" in answer.body
            assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("10", "no-store")
        hosts[0].close()
        proxy.ask("/my-bookings/", "POST", "email=x")
        assert (taken("GET"), taken("POST")) == (2, 3)
    hosts[1].close()


def test_what_was_begun_is_given_time_to_end():
    """systemd kills what does not stop: gunicorn has given up before that."""
    service = said("showcase.service")
    (start,) = service["ExecStart"]
    graceful = int(start.partition("--graceful-timeout ")[2].split()[0])
    assert graceful + 5 <= int(service["TimeoutStopSec"][0])
