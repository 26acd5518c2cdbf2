"""No part of a release: it lets a test say when what follows begins."""

import os
import time
from pathlib import Path

from django.db import migrations

from tests.expanded import LAST

SECONDS = 60


def wait(apps, schema_editor):
    until = os.environ.get("MIGRATE_ONCE_THERE_IS")
    deadline = time.monotonic() + SECONDS
    while until and not Path(until).exists() and time.monotonic() < deadline:
        time.sleep(0.01)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("bookings", LAST)]
    operations = [migrations.RunPython(wait, migrations.RunPython.noop)]
