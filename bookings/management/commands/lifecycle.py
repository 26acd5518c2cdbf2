"""`manage.py lifecycle`: draw the transition table of bookings/states.py, for the README."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.states import TABLE


class Command(BaseCommand):
    help = "Print the lifecycle of a booking as a Mermaid diagram."

    def handle(self, *args: Any, **options: Any) -> None:
        arrows: dict[tuple[str, str], list[str]] = {}
        for row in TABLE:
            if row.to:
                arrows.setdefault((row.from_ or "[*]", row.to), []).append(row.verb)
        lines = [f"    {from_} --> {to}: {', '.join(verbs)}" for (from_, to), verbs in arrows.items()]
        self.stdout.write("\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"]))
