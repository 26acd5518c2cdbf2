"""Showcase as it runs in production: HTTPS, gunicorn, worker, mail server, collected files, a database of its own."""

import base64
import email
import email.policy
import fcntl
import hashlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.db import connection

from hubs.vocabulary import changes
from tests import kept_database

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120  # to start, on a machine that does much else
# Without the last each process would compile all of Django for itself.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX")


class Mailbox:
    """A real SMTP server on this machine that takes everything. `to_come` says if an address will have more."""

    def __init__(self, to_come):
        self.mails = []
        self.comes_back_to = {}  # by recipient, where a report about the last mail would go
        self.to_come = to_come
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's own name)
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        self.mails += [(address, message) for address in envelope.rcpt_tos]
        self.comes_back_to |= dict.fromkeys(envelope.rcpt_tos, envelope.mail_from)
        return "250 OK"

    def wait_for(self, address, *, number=1):
        """The `number`-th mail to that address, once it has come. Given up once the worker has nothing more for it."""
        while True:
            to_come = self.to_come(address)  # asked first: it may come in between
            found = [message for to, message in list(self.mails) if to == address]
            if len(found) >= number:
                return found[number - 1]
            assert to_come, f"No mail number {number} comes to {address}: {[to for to, _message in self.mails]}"
            time.sleep(0.05)


class ShowcaseServer:
    """Web server and worker over one SQLite database in `folder`; `opened()` lets this process at its rows.

    The folder `run` is that of all servers of one run: the first leaves the files there that it collects for all.
    """

    def __init__(self, folder, run=None):
        self.folder, self.run = folder, run or folder
        self.mailbox = Mailbox(self.has_mail_for)
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.children = []
        ca = trustme.CA()
        certificate = ca.issue_cert("localhost", "127.0.0.1")
        certificate.private_key_pem.write_to_path(folder / "key.pem")
        for pem in certificate.cert_chain_pems:
            pem.write_to_path(folder / "certificate.pem", append=True)
        self.key = key_of(certificate.cert_chain_pems[0].bytes())
        self.env = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
            "DJANGO_SETTINGS_MODULE": "showcase.settings",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "SITE_URL": self.url,
            "SECOND_FACTOR": "optional",
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mailbox.controller.port}",
            "DEFAULT_FROM_EMAIL": "bookings@showcase.example",
            **{name: os.environ[name] for name in ("SECRET_KEY", "LINK_KEYS", "CODE_KEYS", "HASH_KEY")},
            "VAR_DIR": str(folder),
        }

    def start(self):
        """Migrate and collect, then serve. Raises AssertionError with the log of what did not start."""
        database = self.folder / "db.sqlite3"
        kept_database.lay(database)  # another process may keep one at any moment, also after this
        if not database.exists():
            self._done("migrate")
        self._collect()
        self.children = [self._manage("worker"), self._gunicorn()]
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, self.log()
            assert all(child.poll() is None for child in self.children), self.log()
            time.sleep(0.05)

    def stop(self):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.mailbox.controller.stop()

    def has_mail_for(self, address):
        """Whether the outbox holds a mail to that address which a living worker has still to send."""
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=SECONDS)) as database:
            asked = "SELECT count(*) FROM bookings_mail WHERE recipient = ? AND state = 'waiting'"
            ((number,),) = database.execute(asked, [address])
        return number > 0 and self.children[0].poll() is None

    def private_in_log(self):
        """Lines of the log that hold an address, a private link or a name that anybody has typed or been called by."""
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=SECONDS)) as database:
            asked = (
                "SELECT contact_name FROM bookings_booking UNION SELECT full_name FROM bookings_visitor"
                " UNION SELECT full_name FROM hubs_staffuser UNION SELECT email FROM hubs_staffuser"
            )
            names = {name for (name,) in database.execute(asked) if name}
        link = re.compile(r"/bookings/[\w%-]{20,}|[\w.+-]+@[\w-]+\.\w+")
        return [line for line in self.log().splitlines() if link.search(line) or any(name in line for name in names)]

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    @contextmanager
    def opened(self, blocker):
        """This process's default connection on the server's database, as long as the body runs."""
        assert connection.vendor == "sqlite", "The browser tests run on SQLite: unset DATABASE_URL."
        with blocker.unblock(), _telling(self.folder):
            ours = connection.settings_dict["NAME"]
            connection.close()
            connection.settings_dict["NAME"] = str(self.folder / "db.sqlite3")
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = ours

    def _collect(self):
        own, of_run = self.folder / "static", self.run / "collected"
        with (self.run / "collecting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not of_run.exists():
                self._done("collectstatic", "--no-input")
                own.rename(of_run)
        own.symlink_to(of_run)

    def _done(self, *command):
        assert self._manage(*command, "--verbosity=0").wait(SECONDS) == 0, self.log()

    def _manage(self, *arguments):
        return self._start(sys.executable, "manage.py", *arguments)

    def _gunicorn(self):
        # A browser opens connections ahead of need. Over TLS each holds a thread until it is used or closed (in
        # production the proxy ends TLS and holds them), so there are threads enough for all that one browser opens.
        return self._start(
            *(sys.executable, "-m", "gunicorn", "-c", "python:showcase.gunicorn", "showcase.wsgi"),
            *("--bind", f"127.0.0.1:{self.port}"),
            *("--certfile", str(self.folder / "certificate.pem"), "--keyfile", str(self.folder / "key.pem")),
            *("--workers", "2", "--worker-class", "gthread", "--threads", "48", "--preload", "--graceful-timeout", "2"),
            # Kept as long as a proxy keeps them: one that ends as it is used again is a page that did not come.
            *("--keep-alive", "30", "--worker-tmp-dir", str(self.folder), "--no-control-socket"),
        )

    def _start(self, *command):
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def _telling(folder):
    """What this process changes meanwhile is told to the server, which keeps pages."""
    ours = changes.ours
    path, file = ours._path, ours._file
    ours._path, ours._file = (lambda: folder / "changes"), None
    try:
        yield
    finally:
        if ours._file is not None:
            os.close(ours._file)
        ours._path, ours._file = path, file


def key_of(certificate):
    """A certificate's public key as a browser is told that it may trust it: base64 of its SHA-256."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    form = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(form).digest()).decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
