"""`manage.py release_mail`: what waits while mail is held, and what becomes of it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.models import Running
from bookings.operations.held_mail import Answer, Group, groups, release

NAMES = ("before", "since", "after")


class Command(BaseCommand):
    help = "Show the mails that are held, and send, drop or keep each group. Asks, unless all is said by options."

    def add_arguments(self, parser: Any) -> None:
        for name in NAMES:
            parser.add_argument(f"--{name}", choices=Answer.values, help=f"what becomes of the mails of “{name}”")

    def handle(self, *args: Any, **options: Any) -> None:
        running = Running.objects.now()
        if running.mail_held_at is None:
            self.stdout.write("Mail is not held.")
            return
        self._introduce(running)
        found = groups(running)
        for group in found:
            self._show(group)
        answers = {group.name: options[group.name] or self._ask(group) for group in found}
        if not all(answers.values()):
            self.stdout.write("Nothing was changed: mail is still held. Say it by --before, --since and --after.")
            return
        done = release({name: Answer(answer) for name, answer in answers.items()})
        for name, n in done.items():
            self.stdout.write(f"{name}: {n} {Answer(answers[name]).label}.")
        self.stdout.write("Mail is held no longer.")

    def _introduce(self, running: Running) -> None:
        self.stdout.write(f"Mail is held since {running.mail_held_at:%d %B %Y, %H:%M} UTC.")
        if running.backup_ended_at:
            self.stdout.write(
                f"The database is that of a backup as at {running.backup_ended_at:%d %B %Y, %H:%M:%S} UTC. What was "
                "made and sent after that is not known here."
            )

    def _show(self, group: Group) -> None:
        said = group.counts()
        self.stdout.write(f"\n{group.name}: {said['n']} mails, {group.says}.")
        if said["n"]:
            self.stdout.write("  " + ", ".join(f"{n} {kind}" for kind, n in said["kinds"].most_common()))
            late = group.too_late(now=timezone.now())
            self.stdout.write(
                f"  due from {said['first']:%d %b, %H:%M} to {said['last']:%d %b, %H:%M}; {late} too late now"
            )

    def _ask(self, group: Group) -> str:
        """An answer, or nothing where nobody can be asked. Of an empty group nobody is."""
        if not group.mails.exists():
            return Answer.SEND
        if not sys.stdin.isatty():
            return ""
        for answer in Answer:
            self.stdout.write(f"  {answer.value}: {answer.label}")
        said = ""
        while said not in Answer.values:
            said = input(f"{group.name}: send, drop or keep? ").strip().lower()
        return said
