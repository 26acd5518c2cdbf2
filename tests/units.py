"""The units of docs/running/, read and started as systemd would: so the tests run what the guide says and nothing else.

There is no systemd where tests run. What stands in a unit is taken from it: the command, how it is stopped, and that
the listening socket comes from outside (LISTEN_FDS).
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNING = ROOT / "docs" / "running"
PROGRAMS = "/opt/showcase/current/.venv/bin/"
# Takes the socket's number and a command: puts the socket where systemd puts the first one, and becomes the command.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""


def said(name: str) -> dict[str, list[str]]:
    """What a unit says, by the name of the setting."""
    settings: dict[str, list[str]] = {}
    for line in (RUNNING / name).read_text().replace("\\\n", " ").splitlines():
        key, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            settings.setdefault(key, []).append(value)
    return settings


def command(name: str, folder: Path) -> list[str]:
    """What a service runs, with this environment's programs and `folder` in place of its own under /run."""
    (line,) = said(name)["ExecStart"]
    words = shlex.split(line.replace("/run/showcase", str(folder)))
    assert words[0].startswith(PROGRAMS)
    return [str(Path(sys.executable).with_name(words[0].removeprefix(PROGRAMS))), *words[1:]]


class Web:
    """The web server of showcase.service on a socket that stays, whatever becomes of the server."""

    def __init__(self, env: dict[str, str], folder: Path, *more: str, backlog: int = 4096) -> None:
        self.env, self.folder, self.more = env, folder, more
        self.log = folder / "web.log"
        self.path = str(folder / "web.sock")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o666)  # noqa: PTH101  (nginx is another user)
        self.socket.listen(backlog)
        self.process: subprocess.Popen[bytes] | None = None
        self.held = True

    def open_its_own(self) -> None:
        """From now on the server opens its socket itself, as it would without showcase.socket."""
        self.held = False
        Path(self.path).unlink()
        self.more = (*self.more, "--bind", f"unix:{self.path}")
        self.start()
        while not Path(self.path).exists():
            assert self.process
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def start(self) -> None:
        number = self.socket.fileno()
        started = [*command("showcase.service", self.folder), *self.more]
        if self.held:
            started = [sys.executable, "-c", HAND_OVER, str(number), *started]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                started, cwd=ROOT, env=self.env, stdout=log, stderr=log, pass_fds=[number], start_new_session=True
            )

    def stop(self) -> None:
        """As systemd does: SIGTERM to the master, then SIGKILL to all of it. Raises where it came to that."""
        service, process = said("showcase.service"), self.process
        assert process
        assert service["KillMode"] == ["mixed"]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(int(service["TimeoutStopSec"][0]))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def kill(self) -> None:
        """The machine is gone: SIGKILL to all of it, and nobody holds the socket."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.socket.close()

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def web(env: dict[str, str], folder: Path, *more: str) -> Iterator[Web]:
    """The web server, until the body ends."""
    served = Web(env, folder, *more)
    served.start()
    try:
        yield served
    finally:
        if served.process and served.process.poll() is None:
            served.stop()
        served.socket.close()
