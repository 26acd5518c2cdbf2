"""`manage.py import_schools FILE`: DfE's register of schools into the database. May be run again at any time."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubs.schools import gias
from hubs.schools.gias import Broken, CannotRead, Tally


class Command(BaseCommand):
    help = "Create, update and close schools from DfE's download edubasealldataYYYYMMDD.csv."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="the register, as downloaded from Get Information about Schools")
        parser.add_argument("--links", type=Path, help="the file of links between schools: sets successors")
        parser.add_argument(
            "--close-missing",
            action="store_true",
            help="close open schools that the file does not name; only for a file that holds every school",
        )

    def handle(self, *args: Any, file: Path, links: Path | None, close_missing: bool, **options: Any) -> None:
        try:
            if links:
                gias.check_links(links)
            rows = gias.read_register(file)
            tally = gias.write_register(rows, report=self.report, close_absent=close_missing)
            self.stdout.write("\n".join(in_words(tally, asked_to_close=close_missing)))
            if links:
                succeeded = gias.set_successors(gias.read_links(links), report=self.report)
                self.stdout.write(f"Successors: {succeeded:,} set.")
        except CannotRead as problem:
            raise CommandError(str(problem)) from problem

    def report(self, broken: Broken) -> None:
        self.stderr.write(f"{broken} It was left out.")


def in_words(tally: Tally, *, asked_to_close: bool) -> list[str]:
    """What was done, a line for each kind of thing."""
    lines = [
        f"Schools: {tally.created:,} created, {tally.updated:,} updated, {tally.closed:,} closed, "
        f"{tally.unchanged:,} unchanged.",
        f"Local authorities: {tally.authorities_created:,} created, {tally.authorities_renamed:,} renamed.",
    ]
    if tally.broken:
        lines.append(f"Rows that could not be used: {tally.broken:,}.")
    if tally.absent:
        lines.append(f"Open schools that are not in this file, left as they are: {tally.absent:,}.")
        if asked_to_close:
            lines.append("They were not closed, because rows without a readable URN may be theirs.")
    return lines
