"""What was counted in the night, and when everything was last copied."""

import datetime as dt

from django.conf import settings

from bookings.models import Running
from bookings.operations.found import Found, Word, fine
from hubs.vocabulary.dates import moment

COPIED_EACH = dt.timedelta(hours=26)  # a day, and what a slow night takes


def miscounts(running: Running, now: dt.datetime) -> Found:
    if running.counted_at is None:
        return fine("places", "Places have not been counted yet.")
    when = moment(running.counted_at)
    if running.miscounted:
        named = ", ".join(str(one) for one in running.miscounted)
        said = f"Places taken differed from visitors at {when}, in sessions {named}: a fault of the program."
        return Found("places", Word.BAD, said)
    return fine("places", f"Places taken were right in every session at {when}.")


def reports(running: Running, now: dt.datetime) -> Found:
    if running.reports_differing:
        number = len(running.reports_differing)
        return Found(
            "reports", Word.WARN, f"{number} kept reports say something else than their rows. The log names them."
        )
    return fine("reports", "Kept reports say what their rows say.")


def backup(running: Running, now: dt.datetime) -> Found:
    """When this installation last heard of a backup; the demo has none."""
    last = running.backed_up_at
    if last is None:
        said = "No backup has been made."
        return fine("backup", said) if settings.DEMO else Found("backup", Word.WARN, said)
    said = f"The last backup was made at {moment(last)}."
    return fine("backup", said) if now - last <= COPIED_EACH else Found("backup", Word.BAD, said)


CHECKS = (miscounts, reports, backup)
