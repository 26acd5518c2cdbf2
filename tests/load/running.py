"""What a measurement runs: databases of its own, the web server, the worker, a mail server, and a process inside."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from aiosmtpd.controller import Controller

from tests.load.asking import Client
from tests.postgres import Cluster

DATABASES = ["sqlite", "postgres", "here"]
WORKERS, THREADS = 2, 8  # of the web server: processes, and threads of all of them
DONE = "done\n"  # said by inside.py after each answer
Env = dict[str, str]


class Inside:
    """A process inside the project that makes what it is asked for: references, drafts, tokens.

    One for all of it: what it costs to begin is no part of any measurement, nor is what it does.
    """

    def __init__(self, env: Env) -> None:
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


class MailServer:
    """A real SMTP server in this process that takes everything, and keeps the moment at which it took each mail."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's own name)
        self.taken.append(time.monotonic())
        return "250 Taken"

    def __enter__(self) -> "MailServer":
        self.controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"


@contextmanager
def database(name: str, folder: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    """A migrated database and its own processes, if it has any: `sqlite`, `postgres`, or what DATABASE_URL names."""
    if name == "here":
        yield os.environ["DATABASE_URL"], []
    elif name == "sqlite":
        url = f"sqlite:///{folder}/migrated.sqlite3"
        _migrate(url, folder)
        yield url, []
    else:
        with Cluster(durable=True) as cluster:
            _migrate(cluster.url, folder)
            yield cluster.url, [psutil.Process(cluster.pid)]


def _migrate(url: str, folder: Path) -> None:
    env = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.load.settings"}
    subprocess.run([sys.executable, "-m", "tests.kept_database"], env=env, check=True)


@contextmanager
def copied(url: str, name: str, folder: Path) -> Iterator[str]:
    """A copy of a database that nobody is connected to; it goes when it has been used."""
    if url.startswith("sqlite"):
        file = folder / f"{name}.sqlite3"
        shutil.copy(url.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    server, _, original = url.rpartition("/")
    with psycopg.connect(f"{server}/template1", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/template1", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def environment(url: str, folder: Path, mail: MailServer) -> Env:
    """Of an installation in that folder, over that database."""
    folder.mkdir(exist_ok=True)
    return os.environ | {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "LOAD_STATIC": str(folder.parent / "static"),
        "DJANGO_SETTINGS_MODULE": "tests.load.settings",
        "EMAIL_URL": mail.url,
        "PYTHONPATH": str(Path.cwd()),
    }


@contextmanager
def web(env: Env) -> Iterator[tuple[int, psutil.Process]]:
    """Gunicorn as script/server starts it: its port and its first process."""
    port = free_port()
    command = ["-m", "gunicorn", "showcase.wsgi", "--bind", f"127.0.0.1:{port}", "--preload", "--backlog", "512"]
    command += ["--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS // WORKERS)]
    command += ["--no-control-socket"]
    with _started(command, env) as (process, log):
        deadline = time.monotonic() + 120
        while not _answers(port):
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.1)
        yield port, process


@contextmanager
def worker(env: Env) -> Iterator[psutil.Process]:
    with _started(["manage.py", "worker"], env) as (process, _log):
        yield process


@contextmanager
def _started(command: list[str], env: Env) -> Iterator[tuple[psutil.Process, Path]]:
    kept = Path(env["VAR_DIR"], f"{command[1]}.log")
    with kept.open("ab") as log:
        process = subprocess.Popen([sys.executable, *command], env=env, stdout=log, stderr=log)
    try:
        yield psutil.Process(process.pid), kept
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    with suppress(OSError):
        Client(port).get("/constant/")
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
