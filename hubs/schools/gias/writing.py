"""Writing the register: schools are created, updated and closed, and none is ever dropped.

Rows are written in batches, each in a transaction of its own: one transaction over everything would hold SQLite's only
write lock for the whole import, and nobody could book meanwhile. A run that is killed half way leaves each school as it
was or as it is now; running it again does the rest.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction

from hubs.models import LocalAuthority, School
from hubs.schools.gias.reading import Broken, RegisterRow

BATCH = 2000
Report = Callable[[Broken], None]


@dataclass
class Tally:
    """What an import did, in schools. A school that is new and already closed counts as created."""

    created: int = 0
    updated: int = 0
    closed: int = 0
    unchanged: int = 0
    broken: int = 0
    authorities_created: int = 0
    authorities_renamed: int = 0
    seen: set[int] = field(default_factory=set)
    urns_unread: int = 0
    absent: int = 0


def write_register(rows: Iterable[RegisterRow | Broken], *, report: Report, close_absent: bool = False) -> Tally:
    """Write what differs from what is kept; broken rows go to `report` and the rest goes on.

    Open schools that the file does not name are counted and stay as they are: a download may be cut to some of the
    schools. With `close_absent` they are closed, unless a row's URN could not be read: it might be one of them.
    """
    tally = Tally()
    authorities = {one.code: one for one in LocalAuthority.objects.all()}
    named: set[str] = set()
    good = _good(rows, tally, report)
    while batch := list(islice(good, BATCH)):
        with transaction.atomic():
            _write_authorities(batch, authorities, named, tally)
            _write_schools(batch, authorities, tally)
    _count_absent(tally, close=close_absent and bool(tally.seen) and not tally.urns_unread)
    return tally


def _good(rows: Iterable[RegisterRow | Broken], tally: Tally, report: Report) -> Iterator[RegisterRow]:
    for row in rows:
        if row.urn:
            tally.seen.add(row.urn)
        else:
            tally.urns_unread += 1
        if isinstance(row, Broken):
            tally.broken += 1
            report(row)
        else:
            yield row


def _write_authorities(
    batch: list[RegisterRow], authorities: dict[str, LocalAuthority], named: set[str], tally: Tally
) -> None:
    """Local authorities that are new or have another name; the first row that names one decides."""
    for code, name in filter(None, (row.authority for row in batch)):
        if code in named:
            continue
        named.add(code)
        kept = authorities.get(code)
        if kept and kept.name == name:
            continue
        tally.authorities_created += kept is None
        tally.authorities_renamed += kept is not None
        authorities[code], _new = LocalAuthority.objects.update_or_create(code=code, defaults={"name": name})


def _write_schools(batch: list[RegisterRow], authorities: dict[str, LocalAuthority], tally: Tally) -> None:
    kept = School.objects.in_bulk([row.urn for row in batch])
    changed = []
    for row in batch:
        school = kept.get(row.urn)
        was_closed = school is not None and school.status == School.Status.CLOSED
        if school is None:
            school = School(urn=row.urn)
            tally.created += 1
        elif not _differs(school, row, authorities):
            tally.unchanged += 1
            continue
        elif row.values["status"] == School.Status.CLOSED and not was_closed:
            tally.closed += 1
        else:
            tally.updated += 1
        changed.append(_made_equal(school, row, authorities))
    if changed:
        _write(changed, sorted(batch[0].values))


def _authority_of(row: RegisterRow, authorities: dict[str, LocalAuthority]) -> LocalAuthority | None:
    return authorities[row.authority[0]] if row.authority else None


def _differs(school: School, row: RegisterRow, authorities: dict[str, LocalAuthority]) -> bool:
    """Whether the register says anything else of the school than we keep."""
    if any(getattr(school, name) != value for name, value in row.values.items()):
        return True
    authority = authorities[row.authority[0]] if row.authority else None
    if school.local_authority_id != (authority.code if authority else None):
        return True
    school.local_authority = authority
    return school.search != school.search_text()  # an authority's new name is in it


def _made_equal(school: School, row: RegisterRow, authorities: dict[str, LocalAuthority]) -> School:
    for name, value in row.values.items():
        setattr(school, name, value)
    school.local_authority = _authority_of(row, authorities)
    return school


def _write(schools: list[School], fields: list[str]) -> None:
    """In one statement; the successor stays, which another file tells."""
    School.objects.bulk_create(
        schools,
        update_conflicts=True,
        unique_fields=["urn"],
        update_fields=[*fields, "local_authority", "search"],
    )


def _count_absent(tally: Tally, *, close: bool) -> None:
    open_ones = School.objects.open().values_list("urn", flat=True)
    absent = [urn for urn in open_ones.iterator(chunk_size=BATCH) if urn not in tally.seen]
    tally.absent = len(absent)
    if not close:
        return
    for start in range(0, len(absent), BATCH):
        with transaction.atomic():
            _close(absent[start : start + BATCH])
    tally.closed += len(absent)
    tally.absent = 0


def _close(urns: list[int]) -> None:
    schools = list(School.objects.filter(urn__in=urns))
    for school in schools:
        school.status = School.Status.CLOSED
    _write(schools, ["status"])
