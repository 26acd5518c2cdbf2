"""Three database hosts, as docs/running.md sets them up: etcd, Patroni and PostgreSQL on each, from docs/running/.

The files are used as they stand there, each at its place, with this host's name and a password filled in.
"""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster.hosts import ROOT, Host, Room

GUIDE = ROOT / "docs" / "running"
NAMES = ("db1", "db2", "db3")
NEEDS = ("curl", "etcd", "patroni", "psql")
BIN = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a-password-of-the-tests"
PATH = f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 90  # seconds; what takes longer is broken


def missing() -> str:
    return "" if (BIN / "postgres").exists() else "PostgreSQL 15 of Debian is not installed."


class Databases:
    """The three hosts, and what Patroni says of them."""

    def __init__(self, room: Room) -> None:
        self.hosts = {name: room.host(name) for name in NAMES}
        for host in self.hosts.values():
            _configure(host)
            begin(host)
        self.wait_until_whole()

    @property
    def primary(self) -> Host:
        """The host that has the office, as the others know."""
        return self.hosts[next(name for name, one in self.members().items() if one["role"] == "leader")]

    @property
    def sync_standby(self) -> Host:
        """The host whose answer each COMMIT waits for. Patroni says who it is a moment after it has become so."""
        wait_for(self._synchronous, PATIENCE, lambda: f"None is synchronous: {self.members()}")
        return self.hosts[self._synchronous()[0]]

    def _synchronous(self) -> list[str]:
        return [name for name, one in self.members().items() if one["role"] == "sync_standby"]

    def members(self) -> dict[str, dict[str, Any]]:
        """Each member by name, with role, state, lag and timeline, as the first host that answers says it."""
        return next((said for host in self.hosts.values() if (said := _members_by(host))), {})

    def wait_until_whole(self) -> float:
        """Until there is a primary with two standbys that follow it, one of them synchronous, and each of them says the
        same: one that was cut off says for a while that it has the office. Returns the seconds."""
        began = time.monotonic()
        wait_for(self._is_whole, PATIENCE, lambda: f"The cluster is not whole: {self.members()}")
        return time.monotonic() - began

    def _is_whole(self) -> bool:
        said = [_members_by(host) for host in self.hosts.values()]
        roles = {tuple(sorted((name, one["role"]) for name, one in members.items())) for members in said}
        return all(map(_whole, said)) and len(roles) == 1

    def sql(self, host: Host, statement: str, database: str = "postgres") -> str:
        """What a superuser is told on that host itself."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        return host.run(*command, user="postgres").strip()

    def stop_receivers(self) -> list[tuple[Host, str]]:
        """Stop the process on each standby that takes what the primary sends. Returns them, by host.

        Whoever lets them go on must kill them instead, or they would still take what waits in their sockets.
        """
        primary = self.primary
        standbys = [host for host in self.hosts.values() if host is not primary]
        receivers = [(host, self.sql(host, "select pid from pg_stat_wal_receiver")) for host in standbys]
        for host, receiver in receivers:
            host.run("sh", "-c", f"kill -STOP {receiver}")
        return receivers

    def change(self, **settings: Any) -> None:
        """Change how Patroni runs the cluster, as `patronictl edit-config` does."""
        host = self.primary
        change = ["-X", "PATCH", "-u", f"patroni:{PASSWORD}", "-d", json.dumps(settings)]
        assert host.fetch(f"http://{host.name}:8008/config", *change)


def _configure(host: Host) -> None:
    """The guide's two files, with the host's name and the passwords."""
    for source, place in (("etcd", "/etc/default/etcd"), ("patroni.yml", "/etc/patroni/showcase.yml")):
        text = (GUIDE / source).read_text()
        text = re.sub(r"PASSWORD-OF-\w+", PASSWORD, re.sub(r"\bHOST\b", host.name, text))
        host.file(place).write_text(text)
    host.run("chown", "etcd:", "/var/lib/etcd")
    host.run("chown", "-R", "postgres:", "/var/lib/postgresql", "/etc/patroni")
    host.run("chmod", "600", "/etc/patroni/showcase.yml")


def begin(host: Host) -> None:
    """What systemd starts on a database host, with Debian's units: etcd and Patroni, each as its own user."""
    host.run("install", "-d", "-o", "postgres", "/run/postgresql")
    settings = dict(re.findall(r"(?m)^(ETCD_\w+)=(.*)$", host.file("/etc/default/etcd").read_text()))
    host.begin("etcd", log="etcd", user="etcd", env={"PATH": PATH} | settings)
    host.begin("patroni", "/etc/patroni/showcase.yml", log="patroni", user="postgres", env={"PATH": PATH, "LANG": "C"})


def _members_by(host: Host) -> dict[str, dict[str, Any]]:
    """What that host says of all; nothing where it does not answer."""
    said = host.fetch(f"http://{host.name}:8008/cluster") if host.runs else ""
    return {one["name"]: one for one in json.loads(said)["members"]} if said else {}


def _whole(members: dict[str, dict[str, Any]]) -> bool:
    roles = sorted(one["role"] for one in members.values() if one["state"] == "running")
    timelines = {one.get("timeline") for one in members.values()}
    return roles == ["leader", "replica", "sync_standby"] and len(timelines) == 1


def wait_for(done: Callable[[], Any], seconds: float, otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.25)
