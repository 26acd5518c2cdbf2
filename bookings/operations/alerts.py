"""Alerts: what is bad is mailed to whoever runs the site, straight to the mail server, past worker and outbox.

Each is mailed once an hour in all, whichever hosts ask: a row says when it was, and a file of each host's own where the
database does not answer. What is over is said once. While mail is held nothing is mailed, for a copy of a database must
not ring anybody for the installation that it was copied from.
"""

import datetime as dt
import json
import logging
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error, transaction

from bookings.models import Running
from bookings.operations.found import Found, Word
from bookings.rule.room import Clock

AGAIN = dt.timedelta(hours=1)
Told = dict[str, dict[str, Any]]  # by what is wrong: when it was mailed, and whether it is over

log = logging.getLogger("showcase.alerts")


def key_of(found: Found, host: str) -> str:
    """What is wrong, once for the installation, or once for each host where it is about one."""
    return f"{found.name} on {host}" if found.of_host else found.name


def to_tell(told: Told, found: Iterable[Found], *, host: str, now: dt.datetime) -> tuple[list[Found], list[str], Told]:
    """What is bad and has not been mailed for an hour, what is over, and what is known after that.

    What another host has said of itself is that host's to take back.
    """
    found = list(found)
    bad = {key_of(one, host): one for one in found if one.word is Word.BAD}
    looked_at = {key_of(one, host) for one in found}
    after = {key: dict(said) for key, said in told.items() if not said["over"] or _at(said) > now - AGAIN}
    fresh = [one for key, one in bad.items() if key not in after or _at(after[key]) <= now - AGAIN]
    ours = [key for key in after if key in looked_at or key.endswith(f" on {host}")]
    over = [key for key in ours if not after[key]["over"] and key not in bad]
    for one in fresh:
        after[key_of(one, host)] = {"at": now.isoformat(), "over": False}
    for key in over:
        after[key]["over"] = True
    return fresh, over, after


def _at(said: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(said["at"])


def tell(found: list[Found], clock: Clock) -> bool:
    """Mail what is to be mailed. Returns whether all of it was; what was not is due again at once."""
    host = socket.gethostname()
    try:
        return _by_row(found, host, clock)
    except Error:
        return _by_file(Path(settings.VAR_DIR, "alerts.json"), found, host, clock())


def _by_row(found: list[Found], host: str, clock: Clock) -> bool:
    """Written before it is mailed, under the row's lock, so that two hosts never mail the same."""
    with transaction.atomic():
        Running.objects.get_or_create(pk=1)
        row = Running.objects.select_for_update(no_key=True).get(pk=1)
        before: Told = row.alerted
        if row.mail_held_at:
            log.info("Mail is held: no alert is mailed")
            return True
        fresh, over, row.alerted = to_tell(before, found, host=host, now=clock())
        if row.alerted != before:
            row.save(update_fields=["alerted"])
    if _send(fresh, over, host):
        return True
    with transaction.atomic():
        row = Running.objects.select_for_update(no_key=True).get(pk=1)
        for key in [*(key_of(one, host) for one in fresh), *over]:
            row.alerted.pop(key, None)
            if key in before:
                row.alerted[key] = before[key]
        row.save(update_fields=["alerted"])
    return False


def _by_file(path: Path, found: list[Found], host: str, now: dt.datetime) -> bool:
    """Where the database does not answer: each host for itself. What cannot be written is mailed all the same."""
    try:
        told: Told = json.loads(path.read_text())
    except (OSError, ValueError):
        told = {}
    fresh, over, after = to_tell(told, found, host=host, now=now)
    if not _send(fresh, over, host):
        return False
    try:
        path.write_text(json.dumps(after))
    except OSError as error:
        log.warning("What was alerted of cannot be written: %s", type(error).__name__)
    return True


def _send(fresh: list[Found], over: list[str], host: str) -> bool:
    """One mail of all of it, over a connection of its own. Says what the log says: nobody's name or address."""
    if not fresh and not over:
        return True
    for one in fresh:
        log.error("%s: %s", one.name, one.said)
    subject = f"Showcase: {', '.join(one.name for one in fresh)}" if fresh else f"Showcase: over: {', '.join(over)}"
    lines = [*(f"{one.name}: {one.said}" for one in fresh), *(f"Over: {key}." for key in over)]
    lines += ["", f"From {host}, for {settings.SITE_URL}. `manage.py status` says how everything stands."]
    if not settings.ALERT_EMAIL:
        log.warning("ALERT_EMAIL is not set: nobody is told")
        return True
    message = EmailMessage(subject, "\n".join(lines), settings.DEFAULT_FROM_EMAIL, settings.ALERT_EMAIL)
    try:
        message.send()
    except Exception as error:  # whatever keeps it: the next minute tries again
        log.exception("An alert could not be mailed: %s", type(error).__name__)
        return False
    return True
