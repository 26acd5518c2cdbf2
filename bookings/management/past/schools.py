"""Real schools near the hosts of the demo's past exchange, from DfE's register (OGL v3): data/schools.csv."""

import csv
from pathlib import Path

from hubs.models import LocalAuthority, School

FILE = Path(__file__).resolve().parents[1] / "data" / "schools.csv"
NUMBERS = ("phase", "low_age", "high_age", "easting", "northing")


def enter() -> list[School]:
    """Those of the file, by URN; whoever has imported the register keeps its rows."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    authorities = {row["authority"]: row["authority_name"] for row in rows if row["authority"]}
    for code, name in authorities.items():
        LocalAuthority.objects.get_or_create(code=code, defaults={"name": name})
    known = School.objects.in_bulk([int(row["urn"]) for row in rows])
    School.objects.bulk_create(_school(row) for row in rows if int(row["urn"]) not in known)
    return list(School.objects.filter(pk__in=[int(row["urn"]) for row in rows]).order_by("pk"))


def _school(row: dict[str, str]) -> School:
    words = {name: row[name] for name in ("name", "type_name", "town", "postcode")}
    numbers = {name: int(row[name]) if row[name] else None for name in NUMBERS}
    return School(urn=int(row["urn"]), local_authority_id=row["authority"] or None, **words, **numbers)
