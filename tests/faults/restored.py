"""A backup and what it is brought back into: two databases, each with a process of its own that works with it.

It is a program too: it reads orders, a line of JSON each, does one of its functions, and answers with a line.
"""

import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests import kept_database
from tests.bookings import rush
from tests.database import address
from tests.postgres import client_programs

KEY = "AGE-SECRET-KEY-1XLVSM89CMD98FFV40JWV6CURD24XYWL98RDNF83W9XHEAHWHE2WQUF3VUG"
NAMES = ("first", "second", "third", "fourth")
RECIPIENT = "age1rsdas02m7dgc98hswtvww89k62e90807mmz5d4r9p9l2vjhrhvxqtntdjh"

# --- what tests call ------------------------------------------------------------------------------------------------


class Two:
    """The database that is served, and empty ones that a backup of it is brought back into."""

    def __init__(self, folder, first, second, third, fourth, **env):
        self._processes = {}
        self.folder, self.backups, self.mail = folder, folder / "backups", folder / "mail"
        self.key = folder / "key"
        self.key.write_text(KEY)
        self.backups.mkdir()
        ours = {"BACKUP_RECIPIENT": RECIPIENT, "EMAIL_URL": f"filemail:///{self.mail}", "VAR_DIR": str(folder / "var")}
        self.first = rush.environment(first, **ours, **env)
        self.second = rush.environment(second, **ours, **env)
        self.third = rush.environment(third, **ours, **env)
        self.fourth = rush.environment(fourth, **ours, **env)

    @property
    def newest(self):
        return max(self.backups.glob("*.tar"))

    def does(self, env, what, **how):
        """One of the functions below, done by the process of that database. It is started once: that takes longest."""
        process = self._processes.get(env["DATABASE_URL"])
        if process is None:
            line = [sys.executable, "-m", "tests.faults.restored"]
            process = subprocess.Popen(
                line, cwd=rush.ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._processes[env["DATABASE_URL"]] = process
        process.stdin.write(json.dumps({"do": what} | how, default=str) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f"{what} broke"
        return json.loads(answer)

    def stop(self):
        for process in self._processes.values():
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait(rush.PATIENCE)
            process.stdout.close()


@contextmanager
def two(connection, folder):
    """Files, or databases of the tests' own server. The first is made from the tests' own database, which has all
    tables and no rows: migrating takes longer than all that follows."""
    if connection.vendor == "sqlite":
        kept_database.lay(folder / "first.sqlite3")
        made = Two(folder, *(f"sqlite:///{folder / name}.sqlite3" for name in NAMES))
        yield from _until_stopped(made)
        return
    at, names = connection.settings_dict, [f"{connection.settings_dict['NAME']}_{name}" for name in NAMES]
    connection.close()
    server = psycopg.connect(host=at["HOST"], port=at["PORT"], user=at["USER"], dbname="postgres", autocommit=True)
    try:
        for name in names:
            server.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{at["NAME"]}"' if name == names[0] else ""))
        path = f"{client_programs()}{os.pathsep}{os.environ['PATH']}"
        yield from _until_stopped(Two(folder, *(address(name) for name in names), PATH=path))
    finally:
        for name in names:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.close()


def _until_stopped(made):
    try:
        yield made
    finally:
        made.stop()


def manage(env, *command):
    """A command of manage.py, run to its end."""
    line = [sys.executable, "manage.py", *map(str, command)]
    return subprocess.run(
        line, cwd=rush.ROOT, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120
    )


# --- the program ----------------------------------------------------------------------------------------------------


def session(*, capacity):
    from tests.factories import SessionFactory

    return SessionFactory(room__capacity=capacity).pk


def back_up(*, folder):
    from bookings.operations.backing_up import back_up
    from tests.factories import NOW

    return back_up(Path(folder), clock=lambda: NOW)


def restore(*, file, key, ledger=None):
    """As the command does, at the time of the tests."""
    from bookings.management.commands.restore import bring_back
    from tests.factories import NOW

    said = []
    bring_back(Path(file), Path(key), Path(ledger) if ledger else None, now=NOW, say=said.append)
    return said


def refused(*, command):
    """What a command of manage.py says where it does not do it: for an operator to read, and no fault of ours."""
    from django.core.management import CommandError, call_command

    try:
        call_command(*command, stdout=io.StringIO())  # ours is for answers
    except CommandError as error:
        return str(error)
    raise AssertionError(f"{command[0]} was done")


def stands():
    """How a restored database stands, and what it sends when what is due has been done."""
    from bookings.due import run_due
    from bookings.mail import links
    from bookings.models import Booking, Mail, Places, Running
    from bookings.operations.counting import miscounts
    from tests.factories import NOW

    before = sorted(Mail.objects.values_list("state", flat=True))
    run_due(lambda: NOW)
    bookings = Booking.objects.all()
    opened = [links.read(links.token(links.Purpose.CONTACT, one)) for one in bookings]
    return {
        "bookings": [[str(one.request_key), one.status] for one in bookings],
        "links": sorted(str(link.public_id) for link in opened if link),
        "public_ids": sorted(str(one.public_id) for one in bookings),
        "tokens": [str(token) for token in Mail.objects.values_list("token", flat=True)],
        "taken": Places.objects.get().places_taken,
        "miscounts": miscounts(),
        "mails": [before, sorted(Mail.objects.values_list("state", flat=True))],
        "held": Running.objects.now().mail_held_at is not None,
    }


def erase_one(*, folder):
    """Somebody who had a place when the backup was made has all of it deleted, and the ledger says so."""
    from bookings.forgetting.erasing import Whom, erase
    from bookings.models import Booking
    from bookings.operations import ledger
    from tests.factories import NOW

    booking = Booking.objects.order_by("pk").first()
    said = {"key": str(booking.request_key), "address": booking.contact_email, "pk": booking.pk}
    erase(Whom(booking), clock=lambda: NOW)
    ledger.write(Path(folder), now=NOW)
    return said


def of_somebody(*, key, address, pk):
    """What stands of them: how their booking stands, and wherever their name or address does."""
    from django.apps import apps

    from bookings.models import Booking, Mail

    booking = Booking.objects.get(request_key=key)
    models = [model for model in apps.get_models() if model._meta.app_label in ("hubs", "bookings")]
    where = [
        f"{model._meta.label}.{field.name}"
        for model in models
        for field in model._meta.concrete_fields
        if field.get_internal_type() in ("CharField", "TextField", "EmailField", "JSONField")
        and model._base_manager.filter(**{f"{field.name}__icontains": address}).exists()
    ]
    waits = Mail.objects.filter(booking=booking, state="waiting").count()
    return {"status": booking.status, "where": where, "waits": waits}


def store(*, session, contents):
    """Readings of a session, each of so many bytes."""
    from django.core.files.base import ContentFile

    from hubs.models import Resource

    for n, size in enumerate(contents):
        file = ContentFile(_content(n, size), f"{n}.pdf")
        Resource.objects.create(session_id=session, title=f"reading {n}", pupils="none", file=file)


def _content(n, size):
    return bytes((n + at * at) % 251 for at in range(size))


def fill(*, megabytes):
    """So much that nothing can make smaller, so that copying takes a while."""
    from hubs.models.stored_file import StoredFile, StoredPiece

    for number in range(megabytes):
        file = StoredFile.objects.create(name=f"{number:064}.pdf", size=1024 * 1024)
        pieces = [StoredPiece(file=file, position=n, content=os.urandom(256 * 1024)) for n in range(4)]
        StoredPiece.objects.bulk_create(pieces)


def empty():
    """Whether there is no table at all where this process looks."""
    from django.db import connection

    return connection.introspection.table_names() == []


def files(*, contents):
    """Whether each of the readings is byte for byte what was stored."""
    from hubs.models import Resource

    found = {one.title: one.file for one in Resource.objects.all()}
    wanted = {f"reading {n}": _content(n, size) for n, size in enumerate(contents)}
    return wanted.keys() <= found.keys() and all(found[title].open().read() == wanted[title] for title in wanted)


def downloads(*, contents):
    """The same as anybody gets it, from the session's page of files."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from hubs.models import Resource
    from tests.factories import NOW

    timezone.now = lambda: NOW
    for n, size in enumerate(contents):
        one = Resource.objects.select_related("session").get(title=f"reading {n}")
        answer = Client().get(reverse("resource", args=[one.session.ref, one.pk]))
        if answer.status_code != 200 or b"".join(answer.streaming_content) != _content(n, size):
            return False
    return True


def store_one_more(*, number, size):
    from django.core.files.base import ContentFile

    from hubs.models import Resource, ShowcaseSession

    file = ContentFile(_content(number, size), f"{number}.pdf")
    Resource.objects.create(session=ShowcaseSession.objects.get(), title=f"reading {number}", pupils="none", file=file)


if __name__ == "__main__":
    import django

    django.setup()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(globals()[order.pop("do")](**order), default=str), flush=True)
