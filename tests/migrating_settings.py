"""The tests' settings for commands that migrate: beside the project's migrations, those that MIGRATIONS_BESIDE names.

With them stands the linter's command, which `manage.py` has nowhere else.
"""

import os

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
if beside := os.environ.get("MIGRATIONS_BESIDE"):
    MIGRATION_MODULES = {"bookings": beside}
