"""Machines made of Linux namespaces: each has its own network, disk, name and processes, joined by one switch.

All of them stand in a room, whose first process is a child of ours that the kernel kills when we die. With it go every
process, network and mount in it, so that nothing is left behind even where a test is killed itself.

    with Room(folder) as room:
        db1 = room.host("db1")
        db1.run("hostname")
        db1.kill()      as a power cut: its cable is out before any of its processes can say goodbye
        db1.start()     on what its disk had

A host begins as a copy of this machine. What it writes under /etc, /opt and /var is its own, and in memory.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
NEEDS = ("ip", "mount", "nsenter", "setpriv", "unshare")
APART = ("--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc")
OWN = ("/etc", "/opt", "/var")
# What the first process of a host does for good: it collects what its orphans leave.
STAY = "while :; do sleep 3600 & wait $!; done"
TRY = """
ip link add switch type bridge
mount -t tmpfs tmpfs /run
mkdir /run/disk /run/work
mount -t overlay -o lowerdir=/var,upperdir=/run/disk,workdir=/run/work overlay /var
"""
SILENT: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
SECONDS_TO_START = 20


def missing(*programs: str) -> str:
    """What this machine lacks for such hosts, in a sentence; nothing where it has it all."""
    if not Path("/proc/self/ns/net").exists() or os.geteuid() != 0:
        return "Hosts of network namespaces need Linux and root."
    lacking = [name for name in (*NEEDS, *programs) if not shutil.which(name)]
    if lacking:
        return f"These programs are not installed: {', '.join(lacking)}."
    tried = subprocess.run(["unshare", *APART, "--", "sh", "-ec", TRY], capture_output=True, text=True, check=False)
    return f"No namespaces can be made here: {tried.stderr.strip()}." if tried.returncode else ""


class Room:
    """Where the hosts stand. `folder` keeps what they log; their disks are in memory and go with the room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hosts: list[Host] = []

    def __enter__(self) -> "Room":
        self.shelf = self.folder / "disks"
        self.shelf.mkdir()
        (self.folder / "names").write_text("127.0.0.1 localhost\n")
        begin = [
            f"mount -t tmpfs -o mode=755 tmpfs {self.shelf}",
            "ip link add switch type bridge",
            "ip link set switch up",
            f"touch {self.shelf}/ready",
        ]
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", *APART, "--", "sh", "-ec", "\n".join([*begin, STAY])]
        self._process = subprocess.Popen(command, **SILENT)
        self.pid = _first_process(self._process, "sh")
        _wait(lambda: Path(f"/proc/{self.pid}/root{self.shelf}/ready").exists(), "the room")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        for host in self.hosts:
            host.forget()
        self._process.wait()

    def host(self, name: str, *, alias: str = "", also: str = "") -> "Host":
        """A host that runs. `also` is a range of addresses that it has besides its own."""
        host = Host(self, name, len(self.hosts) + 11, also)
        self.hosts.append(host)
        with (self.folder / "names").open("a") as names:
            names.write(f"{host.address} {name} {alias}\n")
        host.start()
        return host


class Host:
    def __init__(self, room: Room, name: str, number: int, also: str) -> None:
        self.room, self.name, self.also = room, name, also
        self.address = f"10.77.0.{number}"
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._programs: list[subprocess.Popen[bytes]] = []

    @property
    def runs(self) -> bool:
        return self._process is not None

    def file(self, path: str) -> Path:
        """Where a file of the running host can be reached from here."""
        return Path(f"/proc/{self.pid}/root{path}")

    def start(self) -> None:
        begin = [f"hostname {self.name}", "mount -t tmpfs -o mode=755 tmpfs /run"]
        for folder in OWN:
            changed, work = (f"{self.room.shelf}/{self.name}/{what}{folder}" for what in ("disk", "work"))
            begin.append(f"mkdir -p {changed} {work}")
            layers = f"lowerdir={folder},upperdir={changed},workdir={work}"
            begin.append(f"mount -t overlay -o {layers} overlay {folder}")
        begin.append(f"mount --bind {self.room.folder / 'names'} /etc/hosts")
        begin.append("touch /run/ready")
        command = ["nsenter", "--target", str(self.room.pid), "--all", "--", "unshare", *APART, "--"]
        command += ["sh", "-ec", "\n".join([*begin, STAY])]
        self._process = subprocess.Popen(command, **SILENT)
        self.pid = _first_process(self._process, "sh")
        _wait(lambda: self.file("/run/ready").exists(), self.name)
        self._plug_in()

    def _plug_in(self) -> None:
        self.room_ip("link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", str(self.pid))
        self.room_ip("link", "set", self.name, "master", "switch", "up")
        self._ip("link", "set", "lo", "up")
        self._ip("address", "add", f"{self.address}/24", "dev", "eth0")
        self._ip("link", "set", "eth0", "up")
        if self.also:
            self._ip("route", "add", "local", self.also, "dev", "lo")
        for host in self.room.hosts:
            if host.also and host is not self:
                self._ip("route", "add", host.also, "via", host.address)

    def pull_out(self) -> None:
        """The cable is out: the host lives on and reaches nobody."""
        self.room_ip("link", "set", self.name, "down")

    def put_back(self) -> None:
        self.room_ip("link", "set", self.name, "up")

    def freeze(self) -> None:
        """Everything stops where it is, as a virtual machine that is being moved; its cable is in."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        """It goes on, and knows nothing of the time between."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        """All that run on the host, but its first."""
        found: dict[int, psutil.Process] = {}
        for pid in (self.pid, *(one.pid for one in self._programs)):
            with suppress(psutil.NoSuchProcess):  # it ended a moment ago
                found |= {one.pid: one for one in psutil.Process(pid).children(recursive=True)}
        return list(found.values())

    def kill(self) -> None:
        """A power cut. Without the cable first, the sockets of killed processes would say that they are gone."""
        self.pull_out()
        os.kill(self.pid, signal.SIGKILL)
        self.room_ip("link", "delete", self.name)
        self.forget()

    def forget(self) -> None:
        """Wait for the ends of what has been killed, and end what had entered it: it stops with whatever is frozen."""
        entered = [process for process in (self._process, *self._programs) if process]
        for process in entered:
            process.kill()
        for process in entered:
            process.wait()
        self._process, self._programs = None, []

    def begin(
        self, *command: str | Path, log: str, env: Mapping[str, str] | None = None, user: str = ""
    ) -> "subprocess.Popen[bytes]":
        """Start a program that goes on; what it says goes to a log of the room's folder."""
        with (self.room.folder / f"{self.name}-{log}.log").open("ab") as file:
            program = subprocess.Popen(
                self._inside(command, user), env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
        self._programs.append(program)
        return program

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None, user: str = "", **how: Any) -> str:
        """What a program says that ends. Raises AssertionError, with its errors, where it fails."""
        how = {"timeout": 120, **how}
        done = subprocess.run(self._inside(command, user), env=env, capture_output=True, text=True, check=False, **how)
        assert done.returncode == 0, f"{self.name}: {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def fetch(self, url: str, *how: str) -> str:
        """What a URL says to this host; nothing where it does not answer."""
        done = subprocess.run(
            self._inside(["curl", "-sS", "--max-time", "3", *how, url], ""), capture_output=True, text=True, check=False
        )
        return done.stdout

    def log(self, name: str) -> str:
        return (self.room.folder / f"{self.name}-{name}.log").read_text(errors="replace")

    def _inside(self, command: Sequence[str | Path], user: str) -> list[str]:
        enter = ["nsenter", "--target", str(self.pid), "--all", f"--wd={ROOT}", "--"]
        as_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"] if user else []
        return [*enter, *as_user, *map(str, command)]

    def _ip(self, *what: str) -> None:
        subprocess.run(["nsenter", "--target", str(self.pid), "--net", "--", "ip", *what], check=True)

    def room_ip(self, *what: str) -> None:
        subprocess.run(["nsenter", "--target", str(self.room.pid), "--net", "--", "ip", *what], check=True)


def _first_process(process: "subprocess.Popen[bytes]", name: str) -> int:
    """The process that unshare has made, which is number 1 in there."""
    found: list[psutil.Process] = []

    def made() -> bool:
        with suppress(psutil.NoSuchProcess):
            found[:] = [one for one in psutil.Process(process.pid).children(recursive=True) if one.name() == name]
        return bool(found)

    _wait(made, name)
    return found[0].pid


def _wait(until: Any, what: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not until():
        assert time.monotonic() < deadline, f"{what} did not start."
        time.sleep(0.02)
