"""The tests' settings, with static files as in production and views to compare with."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import STORAGES, VAR_DIR

# Collected once for all installations of a run.
STATIC_ROOT = Path(os.environ.get("LOAD_STATIC", VAR_DIR / "static"))
ROOT_URLCONF = "tests.load.urls"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "showcase.style_sheets.StaticFiles"}}
PAGES_KEPT = 8  # as in production
