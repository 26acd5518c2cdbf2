"""Somebody who goes on writing on one database host, by its own socket, whatever happens to its cable."""

import re
from types import TracebackType

from tests.cluster.databases import PATH, PATIENCE, Databases, wait_for
from tests.cluster.hosts import Host

# Each INSERT gives up by closing its connection: to cancel a COMMIT that waits for a standby would confirm it.
WRITE = """
while [ ! -e /run/enough ]; do
    n=$((n + 1))
    echo "try $n"
    timeout --signal TERM 1 psql -XAtqc "insert into alone values ($n)" >/dev/null 2>&1 && echo "confirmed $n"
    sleep 0.2
done
"""


class Alone:
    """From `with` to its end; `host` is the primary when it begins."""

    def __init__(self, databases: Databases, host: Host) -> None:
        self.databases, self.host = databases, host

    def __enter__(self) -> "Alone":
        self.databases.sql(self.host, "create table alone (n int primary key)")
        command = ["sh", "-c", WRITE]
        self.program = self.host.begin(*command, log="alone", user="postgres", env={"PATH": PATH})
        wait_for(self.confirmed, 20, lambda: f"{self.host.name} confirms nothing: {self.host.log('alone')}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.host.file("/run/enough").touch()
        self.program.wait(PATIENCE)

    def tried(self) -> int:
        return max(self._numbers("try"))

    def confirmed(self) -> list[int]:
        return self._numbers("confirmed")

    def rows(self) -> set[int]:
        """What has been kept, on what is the primary now."""
        return set(map(int, self.databases.sql(self.databases.primary, "select n from alone").split()))

    def _numbers(self, what: str) -> list[int]:
        return [int(number) for number in re.findall(rf"(?m)^{what} (\d+)$", self.host.log("alone"))]
