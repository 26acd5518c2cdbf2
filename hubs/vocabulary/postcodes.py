"""Postcodes as people type them, and where their districts are.

Contains OS data © Crown copyright and database right 2025; contains Royal Mail data © Royal Mail copyright and database
right 2025; Open Government Licence v3 (hubs/data/README.md).
"""

import csv
import re
from functools import cache
from pathlib import Path

DISTRICTS = Path(__file__).parent / "data" / "postcode_districts.csv"
# A full postcode without its space: the district, then a digit and two letters.
FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
# A district alone, or with the beginning of what follows it: CT5, "CT5 1", WC2N.
PART = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9]?[A-Z]?")
Spot = tuple[int, int]  # easting and northing in metres


def squeezed(typed: str) -> str:
    return "".join(typed.split()).upper()


def tidy_postcode(typed: str) -> str:
    """A full postcode in capitals with one space, however it was typed; "" where it is none."""
    found = FULL.fullmatch(squeezed(typed))
    return " ".join(found.groups()) if found else ""


def looks_like_postcode(typed: str) -> bool:
    """Whether it is a postcode or the beginning of one. No town or school is called so."""
    return bool(FULL.fullmatch(squeezed(typed)) or PART.fullmatch(squeezed(typed)))


def district_of(typed: str) -> str:
    """The district of a postcode or its beginning; "" where Great Britain has none such."""
    postcode = squeezed(typed)
    if not looks_like_postcode(postcode):
        return ""
    whole = FULL.fullmatch(postcode)
    if whole:
        return whole[1] if whole[1] in districts() else ""
    # "WC1" is no district of its own, but the beginning of several: the first stands for them.
    begun = (name for name in districts() if name.startswith(postcode) and not name[len(postcode)].isdigit())
    tried = (postcode[:end] for end in range(len(postcode), 1, -1))
    return postcode if postcode in districts() else next(begun, "") or next(filter(districts().get, tried), "")


@cache
def districts() -> dict[str, Spot]:
    """Each district's middle. Read once: 2,865 of them, half a megabyte."""
    with DISTRICTS.open(encoding="ascii", newline="") as file:
        return {row["district"]: (int(row["easting"]), int(row["northing"])) for row in csv.DictReader(file)}
