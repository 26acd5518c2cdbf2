"""A real nginx with the guide's file (docs/running/nginx.conf), in a temporary folder, on free ports of 127.0.0.1.

Nothing of the file is changed but where things lie: paths, ports, the name, the certificate.
"""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme

from tests.units import RUNNING

NAME = "showcase.example"
MODULES = "include /etc/nginx/modules-enabled/*.conf;"
PATIENCE = 60


def program() -> str | None:
    """Where nginx is. Debian has it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


class Nginx:
    """It listens at `port` (HTTPS) and `plain` (HTTP), and asks the servers at these sockets."""

    def __init__(self, folder: Path, *sockets: str) -> None:
        self.folder = folder
        self.plain, self.port = _free_port(), _free_port()
        ca = trustme.CA()
        certificate = ca.issue_cert(NAME)
        certificate.private_key_pem.write_to_path(folder / "certificate.key")
        certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
        self.trusted = ssl.create_default_context()
        ca.configure_trust(self.trusted)
        self.file = folder / "nginx.conf"
        self.file.write_text(self._rendered(sockets))
        self.process: subprocess.Popen[bytes] | None = None
        self.answered = 0  # requests of ours

    def _rendered(self, sockets: tuple[str, ...]) -> str:
        text = (RUNNING / "nginx.conf").read_text()
        servers = "\n".join(f"        server unix:{one};" for one in sockets)
        for old, new in (
            (r"^user www-data;", "" if os.geteuid() else "user root;"),
            (re.escape(MODULES), ""),
            (r"pid /run/nginx.pid", f"pid {self.folder}/nginx.pid"),
            (r" +server unix:/run/showcase.sock;", servers),
            (r" +listen \[::\]:.*\n", ""),
            (r"listen 80\b", f"listen 127.0.0.1:{self.plain}"),
            (r"listen 443\b", f"listen 127.0.0.1:{self.port}"),
            (r"/var/(log|cache)/nginx/", f"{self.folder}/"),
            (r"/etc/showcase/", f"{self.folder}/"),
            (r"/opt/showcase/current/docs/running", str(RUNNING)),
            (r"worker_processes auto", "worker_processes 2"),
            (r"(access_log .*;)", r"\1 log_subrequest on;"),  # what it asks us for by itself, too
        ):
            text, found = re.subn(old, new, text, flags=re.MULTILINE)
            assert found, old
        return text

    def start(self) -> None:
        nginx = program()
        assert nginx
        where = ["-p", str(self.folder), "-c", str(self.file), "-e", str(self.folder / "error.log")]
        self.process = subprocess.Popen([nginx, *where, "-g", "daemon off;"], start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "error.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def line(self, server_name: str = NAME) -> http.client.HTTPSConnection:
        """A connection to it, made when it is first used."""
        trusted: Any = Trusting(self.trusted, server_name)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=trusted)

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, server_name: str = NAME, **headers: str
    ) -> "Answer":
        """One request over a connection of its own."""
        line = self.line(server_name)
        try:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            line.request(method, path, body, {"Host": NAME, "Accept-Encoding": ""} | said)
            answer = Answer(line.getresponse())
            self.answered += 1
            return answer
        finally:
            line.close()

    def logged(self) -> list[dict[str, Any]]:
        """The lines of its log. nginx writes each after its answer, so those of our requests are waited for."""
        deadline = time.monotonic() + PATIENCE
        while len(lines := (self.folder / "showcase.log").read_text().splitlines()) < self.answered:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return [json.loads(line) for line in lines]


class Trusting:
    """Asks for the site's name, whatever address it was reached at."""

    def __init__(self, context: ssl.SSLContext, name: str = NAME) -> None:
        self.context, self.name = context, name

    def wrap_socket(self, line: socket.socket, server_hostname: str = "") -> ssl.SSLSocket:
        return self.context.wrap_socket(line, server_hostname=self.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)


class Answer:
    """What came back: its status, headers and body."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()


def plain(served: Nginx, path: str) -> Answer:
    """One request without TLS."""
    line = http.client.HTTPConnection("127.0.0.1", served.plain, timeout=PATIENCE)
    try:
        line.request("GET", path, headers={"Host": NAME})
        answer = Answer(line.getresponse())
        served.answered += 1
        return answer
    finally:
        line.close()


@contextmanager
def nginx(folder: Path, *sockets: str) -> Iterator[Nginx]:
    """nginx before the servers at these sockets, until the body ends."""
    served = Nginx(folder, *sockets)
    served.start()
    try:
        yield served
    finally:
        served.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
