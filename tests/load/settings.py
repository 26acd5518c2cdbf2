"""The tests' settings, with static files and a database as in production, and views to compare with."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, STORAGES, VAR_DIR

# Collected once for all installations of a run.
STATIC_ROOT = Path(os.environ.get("LOAD_STATIC", VAR_DIR / "static"))
ROOT_URLCONF = "tests.load.urls"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "showcase.style_sheets.StaticFiles"}}
PAGES_KEPT = 8  # as in production
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=FULL;"
