"""A PgBouncer before a cluster of the tests: transaction pooling, as the guide has it, on a free port of 127.0.0.1."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.postgres import Cluster

NONE = "There is no PgBouncer here: apt-get install pgbouncer."
SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
query_wait_timeout = 5
logfile = {folder}/log
"""


def program() -> str | None:
    """Where PgBouncer is. Debian has it where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


class PgBouncer:
    """`with PgBouncer(cluster, users) as pooler:` and `pooler.port`. At most `pool` connections for each user."""

    def __init__(self, cluster: Cluster, users: list[str], *, pool: int = 12) -> None:
        self.cluster, self.users, self.pool = cluster, users, pool
        self.port = 0

    def __enter__(self) -> "PgBouncer":
        found = program()
        assert found, NONE
        self.folder = Path(tempfile.mkdtemp(prefix="showcase-pgbouncer-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        users = "".join(f'"{user}" ""\n' for user in self.users)
        (self.folder / "users").write_text(users)
        said = SETTINGS.format(server=self.cluster.port, port=self.port, folder=self.folder, pool=self.pool)
        (self.folder / "pgbouncer.ini").write_text(said)
        user = {}
        if os.geteuid() == 0:  # which it refuses to be
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        command = [found, "-q", str(self.folder / "pgbouncer.ini")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True, **user)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
