"""The browser of tests and measurements: the one that CHROMIUM_BIN names, or what this machine has."""

import os
import shutil
import subprocess

NAMES = (
    "chromium-headless-shell",  # the same engine without windows, for half the time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def program() -> str | None:
    """None where none is there that runs."""
    named = os.environ.get("CHROMIUM_BIN")
    if named:
        return named if runs(named) else None
    return next((path for name in NAMES if (path := shutil.which(name)) and runs(path)), None)


def runs(browser: str) -> bool:
    """Whether it starts at all: on some systems `chromium` is only a note on where to get it."""
    try:
        done = subprocess.run([browser, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
