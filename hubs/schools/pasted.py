"""A list of schools as a hub has it in an email or a spreadsheet: URNs, or names with a town or postcode."""

import re
from dataclasses import dataclass, field

from hubs.models.school import School
from hubs.schools.search import schools_found, the_one

URN = re.compile(r"[0-9]{5,7}", re.ASCII)
ONLY_URNS = re.compile(r"(URN:?\s*)?[0-9]{5,7}([\s,;]+(URN:?\s*)?[0-9]{5,7})*", re.ASCII | re.IGNORECASE)
A_URN = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])", re.ASCII)  # beside a name, five digits are a telephone's
MOST_SCHOOLS = 2000
LONGEST_NAME = 200
MOST_NAMES = 200  # each of them is a search


@dataclass
class Pasted:
    """What was read: schools in the order typed, each once, and what could not be read, as it was typed."""

    schools: list[School] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    # Closed schools, each with the one that it has become, which is taken in its place.
    became: list[tuple[School, School]] = field(default_factory=list)
    too_many: bool = False


def read_schools(text: str) -> Pasted:
    """Schools from a text: a line is URNs, with commas or spaces between them; a row of a table with one URN in it; or
    the name of one school.

    One query for all the URNs, some for each name.
    """
    lines = [line.strip(" \t,;") for line in text.splitlines()]
    said = list(dict.fromkeys(one for line in lines if line for one in _parts(line)))
    urns = [int(one) for one, is_urn in said if is_urn]
    pasted = Pasted(too_many=len(said) > MOST_SCHOOLS or len(said) - len(urns) > MOST_NAMES)
    if pasted.too_many:
        return pasted
    known = School.objects.select_related("successor").in_bulk(urns)
    found: dict[int, School] = {}
    for one, is_urn in said:
        school = known.get(int(one)) if is_urn else _named(one, pasted)
        if school:
            today = school.today()
            found.setdefault(today.urn, today)
            if today != school:
                pasted.became.append((school, today))
        elif is_urn:
            pasted.unknown.append(one)
    pasted.schools = list(found.values())
    return pasted


def _parts(line: str) -> list[tuple[str, bool]]:
    """What a line names, each with whether it is a URN."""
    if ONLY_URNS.fullmatch(line):
        return [(urn, True) for urn in URN.findall(line)]
    urns = A_URN.findall(line)
    is_row = len(urns) == 1 or A_URN.match(line)
    return [(urns[0], True)] if is_row else [(line, False)]


def _named(line: str, pasted: Pasted) -> School | None:
    """The one school that a line names beyond doubt."""
    found = list(schools_found(line)) if len(line) <= LONGEST_NAME else []
    school = the_one(line, found)
    if school is None:
        (pasted.several if found else pasted.unknown).append(line)
    return school
