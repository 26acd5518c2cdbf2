"""The production settings, with secrets for the tests and nothing that only slows them down."""

import os

for name in ("SECRET_KEY", "LINK_KEYS", "CODE_KEYS", "HASH_KEY"):
    os.environ.setdefault(name, f"{name}-of-the-tests-alone-and-of-nothing-else")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("SITE_URL", "https://testserver")
os.environ.setdefault("EMAIL_URL", "smtp://localhost:25")
os.environ.setdefault("DEFAULT_FROM_EMAIL", "bookings@showcase.invalid")
os.environ.setdefault("SECURITY_EMAIL", "security@showcase.invalid")
os.environ.setdefault("SECOND_FACTOR", "optional")  # tests of what it asks for say so themselves

from showcase.settings import *  # noqa: E402, F403
from showcase.settings import BASE_DIR, DATABASES, STORAGES, VAR_DIR  # noqa: E402

SIMPLE_HISTORY_ENABLED = False  # a row that few tests read, for every row they make; `versions_kept` brings it back
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PAGES_KEPT = 0  # where a test writes rows as no server of ours would hear of it; tests of what is kept say so
SECURE_SSL_REDIRECT = False  # the test client speaks HTTP; the browser tests speak HTTPS with the setting on
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: in memory there is no WAL, and the locks are hidden.
    (BASE_DIR / "var").mkdir(exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "var" / "test.sqlite3")}
    # No test cuts the power. So none waits for the disk, which on some machines is slow for half a minute.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and "VAR_DIR" not in os.environ:
    # Tests that run beside one another are no one host: each has its own locks, as of the two files that may be made.
    VAR_DIR = VAR_DIR / worker
    VAR_DIR.mkdir(parents=True, exist_ok=True)
