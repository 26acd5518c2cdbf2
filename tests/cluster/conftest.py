"""The cluster, brought up once for all of its tests: each leaves it whole."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.cluster import databases, hosts, sites
from tests.cluster.databases import Databases
from tests.cluster.hosts import Host, Room
from tests.cluster.rush import Rush
from tests.cluster.sites import Sites


class Cluster:
    def __init__(self, room: Room, aloud: Callable[[], AbstractContextManager[None]]) -> None:
        self.room, self.aloud, self.began = room, aloud, time.monotonic()
        self.people = room.host("people", also="10.78.0.0/16")
        with self.phase("three database hosts"):
            self.databases = Databases(room)
        with self.phase("two app hosts, nginx and a mail server"):
            self.sites = Sites(room, self.databases)
        self.rushes: list[Rush] = []

    @contextmanager
    def phase(self, what: str) -> Iterator[None]:
        """Say what is done, once it is, and how long it took."""
        began = time.monotonic()
        yield
        self.say(f"{what} ({time.monotonic() - began:.1f} s)")

    def say(self, what: str) -> None:
        """On the terminal, also where the tests pass: a failover is watched, not only judged."""
        with self.aloud():
            print(f"\n{time.monotonic() - self.began:6.1f} s  {what}", end="", flush=True)

    def rush(self) -> Rush:
        self.rushes.append(Rush(self.sites, self.people))
        return self.rushes[-1]

    def bring_back(self, host: Host) -> None:
        """Power again for a database host that was killed, and what systemd starts there."""
        host.start()
        databases.begin(host)
        self.is_whole_again(host)

    def is_whole_again(self, host: Host) -> None:
        with self.phase(f"{host.name} is back, and the cluster is whole"):
            self.databases.wait_until_whole()


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    lacking = hosts.missing(*databases.NEEDS, *sites.NEEDS) or databases.missing()
    if lacking:
        pytest.skip(f"{lacking} The cluster needs them.")
    failed = request.session.testsfailed
    with Room(tmp_path_factory.mktemp("cluster")) as room:
        yield Cluster(room, request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled)
        if request.session.testsfailed > failed:
            print(said(room.folder))


def said(folder: Path) -> str:
    """The ends of what the programs have logged, for whoever looks for a fault."""
    logs = sorted(folder.glob("*.log"))
    return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)
