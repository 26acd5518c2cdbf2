"""Everybody reads one page: nginx asks us for it a few times, and nobody is shown one older than ten seconds."""

import re
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection

from hubs.models import ShowcaseSession
from tests import nginx
from tests.bookings.test_rush import session_ahead
from tests.faults.test_restart import env  # noqa: F401  (a fixture)
from tests.nginx import NAME
from tests.units import web

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(not nginx.program(), reason="There is no nginx here: apt-get install nginx-light."),
]

READERS = 12
OLDEST = 10  # seconds
EVERY = 5  # seconds that a page says it may be kept for
STAMP = re.compile(rb"Stamp ([0-9.]+)")


class Stamped:
    """A session whose title says when it was written, four times a second: so each page says how old it is."""

    def __init__(self, pk):
        self.pk, self.ended = pk, threading.Event()
        self.thread = threading.Thread(target=self._write)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.ended.set()
        self.thread.join()

    def _write(self):
        try:
            while not self.ended.wait(0.25):
                ShowcaseSession.objects.filter(pk=self.pk).update(title=f"Stamp {time.time():.2f}")
        finally:
            connection.close()


class Readers:
    """Twelve who read the page fifty times a second each: as fast as they are answered, they would take both cores, and
    ask us as seldom. `ages` are of the pages that they were shown."""

    def __init__(self, proxy, page):
        self.proxy, self.page = proxy, page
        self.answers, self.ages = Counter(), []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._read, args=[nth]) for nth in range(READERS)]

    def read_for(self, seconds):
        for thread in self.threads:
            thread.start()
        self.ended.wait(seconds)
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _read(self, nth):
        line = self.proxy.line()
        headers = {"Host": NAME, "Accept-Encoding": "", "Cookie": f"sessionid={nth}"}
        count = 0
        while not self.ended.wait(0.02):
            count += 1
            line.request("GET", f"{self.page}?utm_source={nth}-{count}", headers=headers)
            answer = line.getresponse()
            body = answer.read()
            self.answers[answer.status] += 1
            self.ages.append(time.time() - float(STAMP.search(body)[1]))
        line.close()


@contextmanager
def served(env, folder):  # noqa: F811
    with web(env, folder) as server, nginx.nginx(folder, server.path) as proxy:
        yield server, proxy


@pytest.mark.parametrize("seconds", [12, pytest.param(30, marks=pytest.mark.long)])
def test_page_that_all_read_is_asked_for_every_five_seconds(seconds, env, tmp_path):  # noqa: F811
    session = session_ahead()
    page = f"/sessions/{session.ref}/"
    with served(env, tmp_path) as (_server, proxy), Stamped(session.pk):
        time.sleep(0.6)
        readers = Readers(proxy, page)
        readers.read_for(seconds)
        asked = sum(1 for one in proxy.logged() if one["ours"])
        read = sum(readers.answers.values())
        print(f"\n{read / seconds:.0f} pages a second, {asked} asked of us, the oldest {max(readers.ages):.1f} s old")
        assert set(readers.answers) == {200}
        # Every five seconds, and once more where an entry of ten seconds by the clock ends in between: 7 in 30.
        assert 1 <= asked <= (seconds - 1) // EVERY + 2
        assert max(readers.ages) < OLDEST


def test_page_that_nobody_read_for_a_while_is_new_and_one_of_a_host_that_is_away_is_not_old(env, tmp_path):  # noqa: F811
    session = session_ahead()
    page = f"/sessions/{session.ref}/"
    with served(env, tmp_path) as (server, proxy), Stamped(session.pk):
        time.sleep(0.6)
        proxy.ask(page)
        time.sleep(OLDEST + 1)
        assert age(proxy.ask(page)) < 3
        while time.time() % OLDEST > 1:  # an entry is of ten seconds by the clock
            time.sleep(0.05)
        proxy.ask(page)
        server.kill()
        answers, until = [], time.monotonic() + OLDEST + 2
        while time.monotonic() < until:
            answer = proxy.ask(page)
            answers.append(answer.status)
            if answer.status == 200:
                assert age(answer) < OLDEST
            time.sleep(0.5)
        kept = answers.count(200)
        assert kept > OLDEST  # longer than the five seconds that it says itself
        assert answers == [200] * kept + [503] * (len(answers) - kept)
        assert answers[-1] == 503


def age(answer):
    return time.time() - float(STAMP.search(answer.body)[1])
