"""Measure Showcase; see README.md beside this.

python -m tests.load.bench          on both databases, each of its own
python -m tests.load.bench sqlite   on one of them
python -m tests.load.bench here     on the migrated and empty database that DATABASE_URL names
python -m tests.load.bench small    with few of everything: whether it runs, not how fast
python -m tests.load.bench -v       names the statements of a booking
"""

import http.client
import multiprocessing
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

SECRET = "c" * 32  # a CSRF secret: the cookie and the field are the same


DATABASES = ["sqlite", "postgres", "here"]
DONE = "done\n"  # said by inside.py after each answer


class Size(NamedTuple):
    """How much of everything is asked for."""

    schools: int = 5000
    clients: tuple[int, ...] = (1, 8, 32)
    seconds: float = 4.0
    drafts: int = 4000
    bookings: int = 40
    rush: int = 200
    room: int = 30


SMALL = Size(schools=200, clients=(1, 2), seconds=0.3, drafts=200, bookings=2, rush=16, room=3)


def main(arguments: list[str]) -> None:
    size = SMALL if "small" in arguments else Size()
    for database in [one for one in arguments if one in DATABASES] or DATABASES[:2]:
        with tempfile.TemporaryDirectory(prefix="showcase-load-") as folder, _database(database, folder) as url:
            env = os.environ | {
                "DATABASE_URL": url,
                "VAR_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "tests.load.settings",
                "PYTHONPATH": str(Path.cwd()),
            }
            print(f"\n{database}")
            with Inside(env) as made:
                measure(env, made, size, "-v" if "-v" in arguments else "")


def measure(env: dict[str, str], made: "Inside", size: Size, names: str) -> None:
    """All of it, over the database that the environment names."""
    made(f"prepare:{size.schools}")
    print(made(f"statements:{names}"))
    with _servers(env) as (port, processes):
        rates(port, made, size)
        whole_bookings(port, made, size, processes)
        rush(port, made, size)
        print(f"  memory of web and worker (PSS): {sum(map(pss, processes)) / 1e6:.0f} MB")


class Inside:
    """A process inside the project that makes what it is asked for: references, drafts, tokens.

    One for all of it: what it costs to begin is no part of any measurement.
    """

    def __init__(self, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.load.inside"]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Inside":
        return self

    def __exit__(self, *_error: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(20)

    def __call__(self, what: str) -> str:
        """What `what` prints. Raises AssertionError where it failed, and it has said why."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        lines = list(iter(self.process.stdout.readline, DONE))
        assert lines[-1:] != [""], f"{what}: failed"
        return "".join(lines).rstrip("\n")


@contextmanager
def _database(name: str, folder: str) -> Iterator[str]:
    if name == "here":
        yield os.environ["DATABASE_URL"]
        return
    if name == "sqlite":
        yield f"sqlite:///{folder}/load.sqlite3"
        return
    from tests.postgres import Cluster

    with Cluster() as cluster:
        yield cluster.url


@contextmanager
def _servers(env: dict[str, str]) -> Iterator[tuple[int, list[psutil.Process]]]:
    """Gunicorn as script/server starts it, and the worker; their processes, children too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = [sys.executable, "-m", "gunicorn", "showcase.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    web += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--backlog", "512"]
    commands = [web, [sys.executable, "manage.py", "worker"]]
    kept = Path(env["VAR_DIR"], "server.log")
    with kept.open("wb") as log:
        started = [subprocess.Popen(command, env=env, stdout=log, stderr=log) for command in commands]
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert time.monotonic() < deadline, kept.read_text(errors="replace")
            time.sleep(0.1)
        time.sleep(2)
        tops = [psutil.Process(process.pid) for process in started]
        yield port, [*tops, *(child for top in tops for child in top.children(recursive=True))]
    finally:
        for process in started:
            process.terminate()
            process.wait(20)


def _answers(port: int) -> bool:
    try:
        return ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/constant/")[0] == 200
    except OSError:
        return False


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, cookies: str = "", **fields: str
) -> tuple[int, str, str]:
    """Status, Location and body of one request; a POST carries the CSRF secret."""
    from urllib.parse import urlencode

    headers = {"Accept-Encoding": "gzip"} if method == "GET" and not cookies else {}
    headers["X-Forwarded-For"] = ".".join(str(part) for part in (10, *random.randbytes(3)))  # a network of its own
    body = None
    if method == "POST":
        cookies = f"csrftoken={SECRET}; {cookies}"
        body = urlencode({"csrfmiddlewaretoken": SECRET, **fields})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if cookies:
        headers["Cookie"] = cookies.strip("; ")
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read()
    cookie = re.search(r"draft=([^;]+)", response.getheader("Set-Cookie") or "")
    where = response.getheader("Location") or ""
    return response.status, where + (f" draft={cookie[1]}" if cookie else ""), text.decode("latin-1")


def rates(port: int, made: Inside, size: Size) -> None:
    """Requests a second, median latency, and the ratio to the constant view."""
    ref = made("ref")
    constant: dict[int, float] = {}
    print("  requests a second (median ms)   " + "".join(f"{n:>4} clients      " for n in size.clients))
    for name, path in (("constant", "/constant/"), ("list", "/"), ("session", f"/sessions/{ref}/"), ("hold", "")):
        cells = []
        for n in size.clients:
            drafts = made(f"drafts:{ref}:{size.drafts}").split() if name == "hold" else []
            rate, latency = load(port, n, size.seconds, path, ref, drafts)
            constant.setdefault(n, rate)
            cells.append(f"{rate:7.0f} ({latency:5.1f}) {rate / constant[n]:4.2f}")
        print(f"    {name:<28}" + "".join(cells))


def load(port: int, clients: int, seconds: float, path: str, ref: str, drafts: list[str]) -> tuple[float, float]:
    """Ask from `clients` connections in at most four processes; with drafts, press their last button."""
    processes = min(clients, 4)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        share = [(port, clients // processes, seconds, path, ref, drafts[n::processes]) for n in range(processes)]
        results = pool.starmap(_client, share)
    times = [one for client in results for one in client]
    return len(times) / seconds, 1000 * median(times)


def _client(port: int, threads: int, seconds: float, path: str, ref: str, drafts: list[str]) -> list[float]:
    from concurrent.futures import ThreadPoolExecutor

    end = time.monotonic() + seconds

    def one() -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        while path or drafts:
            started = time.monotonic()
            if path:
                status = ask(connection, "GET", path)[0]
                assert status == 200, status
            else:
                status = ask(connection, "POST", f"/sessions/{ref}/book/check/", f"draft={drafts.pop()}")[0]
                assert status == 302, status
            times.append(time.monotonic() - started)
            if time.monotonic() >= end:
                break
        return times

    with ThreadPoolExecutor(threads) as pool:
        return [taken for future in [pool.submit(one) for _ in range(threads)] for taken in future.result()]


def whole_bookings(port: int, made: Inside, size: Size, processes: list[psutil.Process]) -> None:
    """CPU of web and worker for whole bookings: every page, both mails."""
    ref = made("ref")
    wait_for_mail(made)
    before = cpu(processes)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for n in range(size.bookings):
        book(connection, ref, f"bench{n}-{uuid.uuid4().hex[:6]}@load.example")
    tokens = made(f"tokens:{size.bookings}").split()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)  # the first one has been idle for too long
    for token in tokens:
        ask(connection, "GET", f"/bookings/{token}/", "x=1")
        status = ask(connection, "POST", f"/bookings/{token}/confirm/")[0]
        assert status == 302, status
        ask(connection, "GET", f"/bookings/{token}/", "x=1")
    wait_for_mail(made)
    spent = cpu(processes) - before
    print(f"  a whole booking, pages and mails: {1000 * spent / size.bookings:.0f} ms of CPU")


def book(connection: http.client.HTTPConnection, ref: str, email: str) -> None:
    """One teacher's way from the session's page to "check your email"."""
    base = f"/sessions/{ref}/book/"
    ask(connection, "GET", f"/sessions/{ref}/")
    ask(connection, "GET", base, "x=1")
    _status, where, _body = ask(connection, "POST", base, school="parkside maidstone")
    draft = where.split(" draft=")[1]
    _status, _where, body = ask(connection, "GET", f"{base}school/", f"draft={draft}")
    urn = re.findall(r'value="(\d{6})"', body)[0]
    ask(connection, "POST", f"{base}school/", f"draft={draft}", urn=urn)
    ask(connection, "GET", f"{base}who/", f"draft={draft}")
    ask(
        connection,
        "POST",
        f"{base}who/",
        f"draft={draft}",
        coming="yes",
        name="Bench Teacher",
        email=email,
        role_own="1",
    )
    ask(connection, "GET", f"{base}check/", f"draft={draft}")
    status, where, _body = ask(connection, "POST", f"{base}check/", f"draft={draft}")
    assert status == 302, (status, where)
    ask(connection, "GET", f"{base}sent/", f"draft={draft}")


def rush(port: int, made: Inside, size: Size) -> None:
    """Many people press at once for a few places, from 8 processes."""
    ref, *drafts = made(f"rush:{size.rush}:{size.room}").split()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(9)
    answers: multiprocessing.Queue[list[int]] = context.Queue()
    clients = [context.Process(target=_rusher, args=(port, ref, drafts[n::8], barrier, answers)) for n in range(8)]
    for client in clients:
        client.start()
    barrier.wait()
    started = time.monotonic()
    said = [status for _ in clients for status in answers.get()]
    taken = time.monotonic() - started
    for client in clients:
        client.join()
    print(f"  the rush: {said.count(302)} booked, {len(said) - said.count(302)} told it is full, {taken:.2f} s")


def _rusher(port: int, ref: str, drafts: list[str], barrier: Callable[[], None], answers: object) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    barrier.wait()  # type: ignore[attr-defined]
    said = [ask(connection, "POST", f"/sessions/{ref}/book/check/", f"draft={draft}")[0] for draft in drafts]
    answers.put(said)  # type: ignore[attr-defined]


def wait_for_mail(made: Inside) -> None:
    """Until the worker has sent what is due; asked from outside, so that the asking costs the servers nothing.

    Raises AssertionError where it sends none for a minute.
    """
    left, deadline = "", 0.0
    while (now := made("unsent")) != "0":
        if now != left:
            left, deadline = now, time.monotonic() + 60
        assert time.monotonic() < deadline, f"{left} mails are due and none is sent."
        time.sleep(0.2)


def cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def pss(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgres"])
