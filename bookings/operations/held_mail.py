"""Mail that is held: after a restore nothing is sent until a person has said what becomes of it.

The backup cannot say what was sent after it was made. So what waits is told apart by when it was made and came due, and
of each group somebody decides. Nothing here names an address.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Min, QuerySet, TextChoices

from bookings.models import Mail, Running

KEPT_BACK = "Held after a restore, and kept back by who released the others."


class Answer(TextChoices):
    """What becomes of a group."""

    SEND = "send", "sent now, but for what is too late or true no longer"
    DROP = "drop", "never sent; a place that such a mail asks to confirm is kept until the session starts"
    KEEP = "keep", "stand in the outbox as given up, where staff send each again or leave it"


class Group(NamedTuple):
    """Mails that wait for one answer."""

    name: str
    says: str
    mails: "QuerySet[Mail]"

    def counts(self) -> dict[str, Any]:
        """How many, of which kinds, and between when and when they came due."""
        kinds = Counter(self.mails.order_by().values_list("kind", flat=True))
        return self.mails.aggregate(first=Min("due_at"), last=Max("due_at")) | {"kinds": kinds, "n": kinds.total()}

    def too_late(self, *, now: dt.datetime) -> int:
        return self.mails.filter(expires_at__lte=now).count()


def groups(running: Running) -> list[Group]:
    """What waits, apart by what is known of it. Without a restore all of it is one group."""
    waiting = Mail.objects.filter(state=Mail.State.WAITING)
    held, ended = running.mail_held_at, running.backup_ended_at
    if held is None:
        return []
    if ended is None:
        return [Group("after", "held by hand: none of them has gone out", waiting)]
    old = waiting.filter(created_at__lte=held)
    return [
        Group("before", "due when the backup was made: most have gone out since", old.filter(due_at__lte=ended)),
        Group("since", "came due between backup and restore: may have gone out", old.filter(due_at__gt=ended)),
        Group("after", "made since the restore: none of them has gone out", waiting.filter(created_at__gt=held)),
    ]


def hold(*, now: dt.datetime) -> bool:
    """Send nothing from now on. Twice is once; returns whether it was not so before."""
    made = Running.objects.get_or_create(pk=1)[0]
    return bool(Running.objects.filter(pk=made.pk, mail_held_at=None).update(mail_held_at=now, backup_ended_at=None))


@transaction.atomic
def release(answers: Mapping[str, Answer]) -> dict[str, int]:
    """Do with each group what was said, and hold mail no longer. Returns how many mails that were, by group."""
    running = Running.objects.select_for_update().filter(pk=1).first() or Running()
    done = {}
    for group in groups(running):
        done[group.name] = _answer(group.mails, answers[group.name])
    Running.objects.filter(pk=1).update(mail_held_at=None)
    return done


def _answer(mails: "QuerySet[Mail]", answer: Answer) -> int:
    if answer is Answer.DROP:
        return mails.update(state=Mail.State.DROPPED)
    if answer is Answer.KEEP:
        return mails.update(state=Mail.State.FAILED, last_error=KEPT_BACK)
    return mails.count()
