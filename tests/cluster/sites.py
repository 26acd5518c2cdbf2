"""What is served over the cluster: two app hosts, nginx before them, and a mail server.

Web server and worker run what the guide's units say, with the guide's DATABASE_URL; nginx has the guide's file, in
which two hosts stand in the place of one socket.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import trustme

from tests.cluster.databases import GUIDE, PASSWORD, PATH, Databases, wait_for
from tests.cluster.hosts import Host, Room
from tests.cluster.people import SITE
from tests.units import command

NEEDS = ("nginx",)
APPS = ("app1", "app2")
PORT = 8000
KEYS = ("SECRET_KEY", "LINK_KEYS", "CODE_KEYS", "HASH_KEY")
PATIENCE = 60
LEASE = 240  # seconds: bookings/mail/sending.py, and a minute more


class Sites:
    def __init__(self, room: Room, databases: Databases) -> None:
        self.room, self.databases = room, databases
        self.apps = {name: room.host(name) for name in APPS}
        self.web = room.host("web", alias=SITE)
        self.mail = room.host("mail")
        self.mails, self.certificate = room.folder / "mails", room.folder / "authority.pem"
        self.mails.touch()
        self._prepare(self.apps["app1"])
        self.mail.begin(sys.executable, "-m", "tests.cluster.mailbox", self.mails, log="mail", env=self.environment)
        for host in self.apps.values():
            self.begin(host)
        self._begin_nginx()

    @property
    def environment(self) -> dict[str, str]:
        """The guide's table of settings, filled in."""
        keys = {name: f"{name}-of-the-cluster-of-the-tests-and-of-nothing-else" for name in KEYS}
        return keys | {
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "DJANGO_SETTINGS_MODULE": "showcase.settings",
            "DATABASE_URL": database_url(),
            "ALLOWED_HOSTS": SITE,
            "SITE_URL": f"https://{SITE}",
            "EMAIL_URL": "smtp://mail:25",
            "DEFAULT_FROM_EMAIL": f"bookings@{SITE}",
            "VAR_DIR": "/var/lib/showcase",
        }

    def begin(self, host: Host) -> None:
        """What systemd starts on an app host."""
        host.run("mkdir", "-p", "/run/showcase")
        web = [*command("showcase.service", Path("/run/showcase")), "--bind", f"0.0.0.0:{PORT}"]
        host.begin(*web, log="web", env=self.environment)
        host.begin(*command("showcase-worker.service", Path("/run/showcase")), log="worker", env=self.environment)

    def manage(self, host: Host, *what: str) -> str:
        return host.run(sys.executable, "manage.py", *what, env=self.environment)

    def rows(self, what: str, **how: Any) -> Any:
        """What tests/cluster/rows.py says, asked on an app host with its settings."""
        host = next(host for host in self.apps.values() if host.runs)
        asked = json.dumps({"do": what, **how})
        return json.loads(host.run(sys.executable, "-m", "tests.cluster.rows", env=self.environment, input=asked))

    def all_sent(self) -> dict[str, Any]:
        """All rows, once the workers have sent what was due. What a killed one had claimed waits for its lease."""
        found: dict[str, Any] = {}

        def sent() -> bool:
            found.update(self.rows("all"))
            return all(state != "waiting" for _to, _kind, state in found["mails"])

        wait_for(sent, LEASE, lambda: f"Mails wait: {[one for one in found['mails'] if one[2] == 'waiting']}")
        return found

    def letters(self) -> list[dict[str, Any]]:
        """The mails that have arrived."""
        return [json.loads(line) for line in self.mails.read_text().splitlines()]

    def dead_links(self, links: list[str], reader: Host) -> list[str]:
        """Those that do not open, seen from outside."""
        order = self.room.folder / "links"
        order.write_text(json.dumps({"do": "open", "links": links, "certificate": str(self.certificate)}))
        said = json.loads(reader.run(sys.executable, "-m", "tests.cluster.people", order))
        return [link for link, status in said.items() if status != 200]

    def _prepare(self, host: Host) -> None:
        """A database, its schema and the static files, as the guide's first start."""
        primary = self.databases.primary
        self.databases.sql(primary, f"create role showcase login password '{PASSWORD}'")
        self.databases.sql(primary, "create database showcase owner showcase")
        self.manage(host, "migrate", "--verbosity", "0")
        self.manage(host, "collectstatic", "--noinput", "--verbosity", "0")
        for other in self.apps.values():
            if other is not host:
                shutil.copytree(host.file("/var/lib/showcase"), other.file("/var/lib/showcase"))

    def _begin_nginx(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.certificate)
        certificate = authority.issue_cert(SITE)
        text = (GUIDE / "nginx.conf").read_text()
        behind = "".join(f"        server {name}:{PORT};\n" for name in APPS)
        text, found = re.subn(r"(upstream showcase \{\n)[^}]*", rf"\1{behind}    ", text)
        assert found == 1
        self.web.run("mkdir", "-p", "/etc/showcase", "/var/cache/nginx", "/var/lib/nginx")
        self.web.file("/etc/nginx/nginx.conf").write_text(text)
        self.web.file("/etc/showcase/certificate.key").write_bytes(certificate.private_key_pem.bytes())
        self.web.file("/etc/showcase/certificate.pem").write_bytes(certificate.cert_chain_pems[0].bytes())
        self.web.begin("nginx", "-g", "daemon off;", log="nginx", env={"PATH": PATH})
        health = ["--cacert", str(self.certificate), "-o", "/dev/null", "-w", "%{http_code}"]
        wait_for(lambda: self.web.fetch(f"https://{SITE}/", *health) == "200", PATIENCE, lambda: "No page comes.")


def database_url() -> str:
    """As docs/running.md writes it, for one role that may all."""
    found = re.search(r"DATABASE_URL=postgres://\w+:\w+(@db1,db2,db3/\S+)", (GUIDE.parent / "running.md").read_text())
    assert found
    return f"postgres://showcase:{PASSWORD}{found[1]}"
