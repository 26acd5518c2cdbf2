"""The tests' settings, with static files as in production and views to compare with."""

from tests.settings import *  # noqa: F403
from tests.settings import STORAGES

ROOT_URLCONF = "tests.load.urls"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "showcase.style_sheets.StaticFiles"}}
PAGES_KEPT = 8  # as in production
