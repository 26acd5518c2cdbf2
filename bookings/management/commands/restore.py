"""`manage.py restore FILE --key KEY`: bring a backup back into an empty database."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.due import run_due
from bookings.forgetting import steps
from bookings.operations import archive, copying_in, ledger, restoring
from bookings.operations.archive import NoBackup
from bookings.operations.counting import miscounts
from bookings.operations.restoring import Say

NEXT = """Restored as at {as_at:%A %d %B %Y, %H:%M} UTC. What was written later is lost.
Mail is held: nothing is sent until `manage.py release_mail`, which shows what is due and may have gone out already.
Next: start web and worker, look at Home and at one session, then `manage.py release_mail`."""
ROUNDS = 1000  # of forgetting, some rows each


class Command(BaseCommand):
    help = "Bring a backup back into an empty database. Stop web and worker first. Mail is held afterwards."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the file with the private key (backup_key)")
        parser.add_argument("--ledger", type=Path, help=f"the ledger of erasures ({ledger.FILE} beside the backup)")
        parser.add_argument(
            "--without-ledger",
            action="store_true",
            help="it is lost: who was erased since is to be erased again by hand",
        )

    def handle(self, *args: Any, file: Path, key: Path, **options: Any) -> None:
        erased = None if options["without_ledger"] else options["ledger"] or file.with_name(ledger.FILE)
        try:
            bring_back(file, key, erased, now=timezone.now(), say=self.stdout.write)
        except NoBackup as error:
            raise CommandError(str(error)) from None


def bring_back(file: Path, key: Path, erased: Path | None, *, now: dt.datetime, say: Say) -> None:
    """Bring a backup back, and say what it is, what of it is not as it was, and what is to be done. Raises NoBackup."""
    backup = restoring.look(file)
    keys = archive.keys_in(key)
    lines = ledger.read(erased) if erased else []
    then = (lambda: _erase(lines, say), lambda: _catch_up(now, say))
    restoring.restore(backup, keys, now=now, say=say, then=then)
    say(NEXT.format(as_at=restoring.as_at(backup)))
    for warning in restoring.warnings(backup):
        say(f"The keys here are not those of the backup. {warning}")


def _erase(lines: list[ledger.Line], say: Say) -> None:
    n = ledger.erase_anew(lines)
    say(f"Erased again, by the ledger: {n}.")
    for of, highest in ledger.numbered().items():
        copying_in.number_after(apps.get_model(of)._meta.db_table, highest)


def _catch_up(now: dt.datetime, say: Say) -> None:
    """What came due since the backup: mails that may have gone out already are told apart by being made now, and what
    has had its time is forgotten before anybody can read it. Places that were miscounted before come back so: said."""
    run_due(lambda: now)
    for _round in range(ROUNDS):
        if not steps.forget(now=now):
            break
    if wrong := miscounts():
        say(f"Places taken differ from seated visitors in {len(wrong)} sessions, as in the backup: {wrong[:10]} …")
