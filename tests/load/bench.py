"""Measure Showcase on both databases; see README.md beside this: `python -m tests.load.bench [sqlite|postgres]`."""

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

import psutil

CLIENTS = (1, 8, 32)
SECONDS = 4.0
RUSH, ROOM = 200, 30
SECRET = "c" * 32  # a CSRF secret: the cookie and the field are the same
BOOKINGS = 40


def main(databases: list[str]) -> None:
    for database in databases:
        with tempfile.TemporaryDirectory(prefix="showcase-load-") as folder, _database(database, folder) as url:
            env = os.environ | {
                "DATABASE_URL": url,
                "VAR_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "tests.load.settings",
                "PYTHONPATH": str(Path.cwd()),
            }
            print(f"\n{database}")
            for part in ("prepare", "statements"):
                subprocess.run([sys.executable, "-m", "tests.load.inside", part], env=env, check=True)
            with _servers(env) as (port, processes):
                rates(port, env)
                whole_bookings(port, env, processes)
                rush(port, env)
                print(f"  memory of web and worker (PSS): {sum(map(pss, processes)) / 1e6:.0f} MB")


@contextmanager
def _database(name: str, folder: str) -> Iterator[str]:
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
    log = Path(env["VAR_DIR"], "server.log").open("wb")
    started = [subprocess.Popen(command, env=env, stdout=log, stderr=log) for command in commands]
    try:
        for _ in range(200):
            time.sleep(0.1)
            if _answers(port):
                break
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


def rates(port: int, env: dict[str, str]) -> None:
    """Requests a second, median latency, and the ratio to the constant view."""
    ref = made(env, "ref")
    constant: dict[int, float] = {}
    print("  requests a second (median ms)   " + "".join(f"{n:>4} clients      " for n in CLIENTS))
    for name, path in (("constant", "/constant/"), ("list", "/"), ("session", f"/sessions/{ref}/"), ("hold", "")):
        cells = []
        for n in CLIENTS:
            drafts = made(env, f"drafts:{ref}:4000").split() if name == "hold" else []
            rate, latency = load(port, n, path, ref, drafts)
            constant.setdefault(n, rate)
            cells.append(f"{rate:7.0f} ({latency:5.1f}) {rate / constant[n]:4.2f}")
        print(f"    {name:<28}" + "".join(cells))


def load(port: int, clients: int, path: str, ref: str, drafts: list[str]) -> tuple[float, float]:
    """Ask for SECONDS from `clients` connections in at most four processes; with drafts, press their last button."""
    processes = min(clients, 4)
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        share = [(port, clients // processes, path, ref, drafts[n::processes]) for n in range(processes)]
        results = pool.starmap(_client, share)
    times = [seconds for one in results for seconds in one]
    return len(times) / SECONDS, 1000 * median(times)


def _client(port: int, threads: int, path: str, ref: str, drafts: list[str]) -> list[float]:
    from concurrent.futures import ThreadPoolExecutor

    end = time.monotonic() + SECONDS

    def one() -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        while time.monotonic() < end and (path or drafts):
            started = time.monotonic()
            if path:
                status = ask(connection, "GET", path)[0]
                assert status == 200, status
            else:
                status = ask(connection, "POST", f"/sessions/{ref}/book/check/", f"draft={drafts.pop()}")[0]
                assert status == 302, status
            times.append(time.monotonic() - started)
        return times

    with ThreadPoolExecutor(threads) as pool:
        return [seconds for future in [pool.submit(one) for _ in range(threads)] for seconds in future.result()]


def whole_bookings(port: int, env: dict[str, str], processes: list[psutil.Process]) -> None:
    """CPU of web and worker for whole bookings: every page, both mails."""
    ref = made(env, "ref")
    wait_for_mail(env)
    before = cpu(processes)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for n in range(BOOKINGS):
        book(connection, env, ref, f"bench{n}-{uuid.uuid4().hex[:6]}@load.example")
    tokens = made(env, f"tokens:{BOOKINGS}").split()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)  # the first one has been idle for too long
    for token in tokens:
        ask(connection, "GET", f"/bookings/{token}/", "x=1")
        status = ask(connection, "POST", f"/bookings/{token}/confirm/")[0]
        assert status == 302, status
        ask(connection, "GET", f"/bookings/{token}/", "x=1")
    wait_for_mail(env)
    spent = cpu(processes) - before
    print(f"  a whole booking, pages and mails: {1000 * spent / BOOKINGS:.0f} ms of CPU")


def book(connection: http.client.HTTPConnection, env: dict[str, str], ref: str, email: str) -> None:
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


def rush(port: int, env: dict[str, str]) -> None:
    """200 people press at once for 30 places, from 8 processes."""
    ref, *drafts = made(env, f"rush:{RUSH}:{ROOM}").split()
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


def made(env: dict[str, str], what: str) -> str:
    """Something from inside the project: references, drafts, tokens."""
    done = subprocess.run([sys.executable, "-m", "tests.load.inside", what], env=env, check=True, capture_output=True)
    return done.stdout.decode().strip()


def wait_for_mail(env: dict[str, str]) -> None:
    """Until the worker has sent what is due; asked from outside, so that the asking costs the servers nothing."""
    while made(env, "unsent") != "0":
        time.sleep(0.2)


def cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def pss(process: psutil.Process) -> int:
    return int(process.memory_full_info().pss)


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgres"])
