"""The tests' settings, with static files as in production and a view to compare with."""

from tests.settings import *  # noqa: F403
from tests.settings import STORAGES

ROOT_URLCONF = "tests.load.urls"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = f"{VAR_DIR}/mail"  # noqa: F405
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
PAGES_KEPT = 8  # as in production
