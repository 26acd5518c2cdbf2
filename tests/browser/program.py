"""Which browser the tests and measurements drive: the one that is named, or what this machine has."""

import os
import shutil

# As `script/test` installs it; as other systems call it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """None where there is none: Playwright says what it lacks."""
    return os.environ.get("CHROMIUM_BIN") or next(filter(None, map(shutil.which, NAMES)), None)
