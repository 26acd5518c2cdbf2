"""What somebody has typed so far, who has asked to be told, and what everybody has been told of."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from hubs.models import HostSchool, Hub, School, ShowcaseSession
from hubs.models.private_link import PrivateLink
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.email_address import EmailField

LIFE = dt.timedelta(hours=2)
# "Send it again" and "use another address" stand on the page after booking for this long (rule.md#hold).
AFTERWARDS = dt.timedelta(hours=1)
# How long a wish is kept, and one whose address nobody has proved.
KEPT, TO_BE_PROVED = dt.timedelta(days=365), dt.timedelta(days=30)


class Draft(models.Model):
    """The answers of one browser at one session, behind a cookie. The last POST consumes it."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.SET_NULL, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    request_key = models.UUIDField(default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # the key is a secret


class TellMeQuerySet(models.QuerySet["TellMe"]):
    """Wishes by how they stand."""

    def proved(self) -> "TellMeQuerySet":
        return self.filter(proved_at__isnull=False)

    def outlived(self, *, now: dt.datetime) -> "TellMeQuerySet":
        """To be deleted: of a session that is over, older than a year, or never proved within a month.

        Three indexed queries in one statement.
        """
        over = self.filter(session__last_day__lt=timezone.localdate(now))
        old = self.filter(created_at__lte=now - KEPT)
        unproved = self.filter(created_at__lte=now - TO_BE_PROVED, proved_at=None)
        return over.union(old, unproved)


class TellMe(PrivateLink):
    """A wish to be told when booking opens: of a session, a host school's visit or a hub.

    A session's wish is told once, and `told_at` says so; others are told of each session that opens.
    """

    email = EmailField(_("email address"))
    email_key = models.CharField(max_length=254, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, null=True, blank=True, related_name="tell_me")
    host_school = models.ForeignKey(HostSchool, models.CASCADE, null=True, blank=True, related_name="tell_me")
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, blank=True, related_name="tell_me")
    created_at = models.DateTimeField(_("asked at"))
    proved_at = models.DateTimeField(_("address proved at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    objects = TellMeQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish to be told")
        verbose_name_plural = _("wishes to be told")
        indexes = [
            models.Index(
                fields=["session"],
                name="tell_me_of_session",
                condition=Q(session__isnull=False, proved_at__isnull=False, told_at=None),
            ),
            models.Index(fields=["created_at"], name="tell_me_by_age"),
            models.Index(fields=["email_key"], name="tell_me_by_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=False, host_school=None, hub=None)
                | Q(session=None, host_school__isnull=False, hub=None)
                | Q(session=None, host_school=None, hub__isnull=False),
                name="told_of_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=["email_key", of],
                    name=f"told_once_of_{of}",
                    condition=Q(**{f"{of}__isnull": False}),
                )
                for of in ("session", "host_school", "hub")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%d %b %Y}"


class Told(models.Model):
    """What the worker has written to everybody about a session, once: that booking is open, that the day is near.

    So a round looks at a session once and never again, instead of at each of its bookings in every round. A row of its
    own, for the Places row is the rule's alone and the session's is a form's.
    """

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="told", verbose_name=_("session"))
    of = models.CharField(_("of what"), max_length=30)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("round of mails")
        verbose_name_plural = _("rounds of mails")
        constraints = [models.UniqueConstraint(fields=["session", "of"], name="told_once")]

    def __str__(self) -> str:
        return self.of


# A booking on its way through the steps: answers in a row, its key in a cookie limited to the steps' path.


COOKIE = "draft"
# Where a step's answers are kept as they were typed, right or not; those of any other step while they have faults.
KEPT_AT, KEPT_ELSEWHERE = {"book-who": "who", "book-other": "other"}, "tried"


def find(request: HttpRequest, ref: str, *, now: dt.datetime) -> Draft | None:
    """This browser's draft for that session, with all that a step shows: one query. None where there is none."""
    try:
        key = uuid.UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None
    drafts = Draft.objects.select_related("school", "session__places", *OF_ITS_SESSION)
    try:  # not first(): putting one row of two hundred columns in order costs more than finding it
        return drafts.get(key=key, session__ref=ref, expires_at__gt=now)
    except Draft.DoesNotExist:
        return None


def keep(draft: Draft, *, now: dt.datetime) -> None:
    """Save the answers, for two hours from now; after the booking has been asked for, for the rest of its hour."""
    if draft.consumed_at:
        draft.save(update_fields=["answers"])
        return
    draft.expires_at = now + LIFE
    draft.save()


def mark_faults(draft: Draft, step: str, typed: dict[str, Any]) -> None:
    """Remember what was typed at a step with faults, for its page to show until any step is answered as it should be.

    The faults themselves are found anew: how things stand may have changed, and so may the language of the page.
    """
    forget_faults(draft)
    draft.answers |= {"faulty": step, KEPT_AT.get(step, KEPT_ELSEWHERE): typed}


def with_faults(draft: Draft, step: str) -> dict[str, Any] | None:
    """What was typed at that step, if it had faults and nothing has been answered since."""
    if draft.answers.get("faulty") != step:
        return None
    typed: dict[str, Any] = draft.answers[KEPT_AT.get(step, KEPT_ELSEWHERE)]
    return typed


def has_faults(draft: Draft) -> bool:
    """Whether the last step that was answered had faults."""
    return "faulty" in draft.answers


def forget_faults(draft: Draft) -> None:
    """A step has been answered: no page shows faults, and what only stood there to be put right is gone."""
    for name in ("faulty", KEPT_ELSEWHERE):
        draft.answers.pop(name, None)


def set_cookie(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Give the browser its draft's key."""
    response.set_cookie(
        COOKIE,
        str(draft.key),
        max_age=LIFE,
        path=reverse("book", args=[draft.session.ref]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def consume(draft: Draft, *, now: dt.datetime) -> None:
    """The booking has been asked for: the draft stays an hour for "send it again" and "another address"."""
    forget_faults(draft)
    draft.answers.pop("other", None)  # a school that was not named in the end
    draft.consumed_at, draft.expires_at = now, now + AFTERWARDS
    draft.save()
