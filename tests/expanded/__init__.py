"""The project's migrations of bookings, and after them two as a release may bring them: they only add."""

from pathlib import Path

PROJECTS = Path(__file__).resolve().parents[2] / "bookings" / "migrations"
LAST = max(file.stem for file in PROJECTS.glob("[0-9]*.py"))
__path__.append(str(PROJECTS))
