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
from hubs.vocabulary.asked_often import AskedOften, DoneOften, Given, columns
from hubs.vocabulary.email_address import LONGEST, EmailField
from hubs.vocabulary.flags import FlagField
from hubs.vocabulary.teaching import Roles, Years

# A draft lives so long from the last press (WCAG 2.2.1 asks for more than 20 hours): it holds no place.
LIFE = dt.timedelta(hours=24)
# After so long without a press the next one looks first: places have been counted anew since.
FRESH = dt.timedelta(hours=2)
# "Send it again" and "use another address" stand on the page after booking for this long (rule.md#hold).
AFTERWARDS = dt.timedelta(hours=1)
# How long a wish is kept, and one whose address nobody has proved.
KEPT, TO_BE_PROVED = dt.timedelta(days=365), dt.timedelta(days=30)
LONGEST_SEARCH, LONGEST_WORDS = 1000, 300
FARTHEST = 60  # miles, of a wish to be told: it never means all of England


class Draft(models.Model):
    """The answers of one browser at one session, behind a cookie. The last POST consumes it.

    From then on it ends at the deadline that the page after booking says.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.SET_NULL, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    request_key = models.UUIDField(default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)
    turned_away = models.BooleanField(default=False)  # it has been counted, once
    # Places that were not held, for the address has a booking: they count for its network as if they had been, or what
    # it is told the next time would say so.
    held_from = models.CharField(max_length=32, null=True, editable=False)  # noqa: DJ001  (NULL: none)
    silent = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["session", "held_from"], name="draft_held_from", condition=Q(held_from__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # the key is a secret

    def is_just_booked(self, *, now: dt.datetime) -> bool:
        """Whether the link can be sent again, and to another address."""
        return self.consumed_at is not None and now < self.consumed_at + AFTERWARDS

    def is_stale(self, *, now: dt.datetime) -> bool:
        """Whether its last press is so long ago that how things stand is looked at before anything else is done."""
        return self.pk is not None and not self.consumed_at and now >= self.expires_at - LIFE + FRESH


class TellMeQuerySet(models.QuerySet["TellMe"]):
    """Wishes by how they stand."""

    def proved(self) -> "TellMeQuerySet":
        return self.filter(proved_at__isnull=False)

    def outlived(self, *, now: dt.datetime) -> "TellMeQuerySet":
        """To be deleted: of a session or of days that are over, older than a year, or never proved within a month.

        Four indexed queries in one statement.
        """
        over = self.filter(session__last_day__lt=timezone.localdate(now))
        days_over = self.filter(until__lt=timezone.localdate(now))
        old = self.filter(created_at__lte=now - KEPT)
        unproved = self.filter(created_at__lte=now - TO_BE_PROVED, proved_at=None)
        return over.union(days_over, old, unproved)


class TellMe(PrivateLink):
    """A wish to be told when booking opens: of a session, a host school's visit or a hub, or of what a search finds.

    A session's wish is told once, and `told_at` says so; others are told of each session that opens.

    A search is of a place, a hub or both, and stands here twice: as the list's own address has it (`search`), by which
    it is known again, and column by column, by which a database finds the wishes that a session fits.
    """

    email = EmailField(_("email address"))
    email_key = models.CharField(max_length=LONGEST, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, null=True, blank=True, related_name="tell_me")
    host_school = models.ForeignKey(HostSchool, models.CASCADE, null=True, blank=True, related_name="tell_me")
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, blank=True, related_name="tell_me")
    created_at = models.DateTimeField(_("asked at"))
    proved_at = models.DateTimeField(_("address proved at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    # Of a search.
    search = models.CharField(_("search"), max_length=LONGEST_SEARCH, blank=True, default="", editable=False)
    words = models.CharField(_("asked for"), max_length=LONGEST_WORDS, blank=True, default="")
    easting = models.IntegerField(null=True, blank=True, editable=False)
    northing = models.IntegerField(null=True, blank=True, editable=False)
    miles = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    years = FlagField(_("teaches"), flag=Years)
    roles = FlagField(_("role"), flag=Roles)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    step_free = models.BooleanField(_("step-free access"), default=False)

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
            models.Index(
                fields=["easting", "northing"],
                name="tell_me_near",
                condition=Q(easting__isnull=False, proved_at__isnull=False),
            ),
            models.Index(fields=["until"], name="tell_me_until", condition=Q(until__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=False, host_school=None, hub=None, search="")
                | Q(session=None, host_school__isnull=False, hub=None, search="")
                | Q(session=None, host_school=None, hub__isnull=False, search="")
                | (Q(session=None, host_school=None) & ~Q(search="")),
                name="told_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(easting=None, northing=None, miles=None)
                | (Q(easting__isnull=False, northing__isnull=False, miles__range=(1, FARTHEST)) & ~Q(search="")),
                name="told_near_a_place",
            ),
            models.CheckConstraint(
                condition=Q(search="") | Q(easting__isnull=False) | Q(hub__isnull=False),
                name="search_is_of_a_place_or_a_hub",
            ),
            *(
                models.UniqueConstraint(
                    fields=["email_key", of],
                    name=f"told_once_of_{of}",
                    condition=Q(**{f"{of}__isnull": False}, search=""),
                )
                for of in ("session", "host_school", "hub")
            ),
            models.UniqueConstraint(
                fields=["email_key", "search"], name="told_once_of_search", condition=~Q(search="")
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
STALE = "stale"  # the last press came after hours: its page says so


def has_ended(request: HttpRequest) -> bool:
    """Whether this browser had a draft here, of which `find` finds nothing any longer."""
    return bool(request.COOKIES.get(COOKIE))


def key_of(request: HttpRequest) -> uuid.UUID | None:
    """The key of this browser's draft, as it says."""
    try:
        return uuid.UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None


def find(request: HttpRequest, ref: str, *, now: dt.datetime) -> Draft | None:
    """This browser's draft for that session, with all that a step shows: one query. None where there is none."""
    key = key_of(request)
    if key is None:
        return None
    return _of_browser.one(key=key, ref=ref, now=now)


@AskedOften
def _of_browser() -> models.QuerySet[Draft]:
    drafts = Draft.objects.select_related("school", "session__places", *OF_ITS_SESSION)
    return drafts.filter(
        key=Given("key", models.UUIDField()),
        session__ref=Given("ref", models.CharField()),
        expires_at__gt=Given("now", models.DateTimeField()),
    )


def keep(draft: Draft, *, now: dt.datetime) -> None:
    """Save the answers, for a day from now; after the booking has been asked for, until its page ends.

    Only what a step changes: the last button may be pressed at the same moment, and what it has written stands.
    """
    if draft.consumed_at:
        Draft.objects.filter(pk=draft.pk).update(answers=draft.answers)
        return
    draft.answers |= {STALE: True} if draft.is_stale(now=now) else {}
    draft.expires_at = now + LIFE
    if draft.pk is None:
        draft.save()
        return
    _keep(draft=draft.pk, answers=draft.answers, school=draft.school_id, expires_at=draft.expires_at)


@DoneOften
def _keep() -> "tuple[models.QuerySet[Draft], dict[str, Any]]":
    return _not_consumed(), columns(Draft, "answers", "school", "expires_at")


def _not_consumed() -> models.QuerySet[Draft]:
    return Draft.objects.filter(pk=Given("draft", models.BigAutoField()), consumed_at=None)


def counted_anew(draft: Draft) -> bool:
    """Whether the last press came so late that nothing was done but to look again."""
    return STALE in draft.answers


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
    for name in ("faulty", KEPT_ELSEWHERE, STALE):
        draft.answers.pop(name, None)


def set_cookie(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Give the browser its draft's key, until it is closed."""
    response.set_cookie(
        COOKIE,
        str(draft.key),
        path=reverse("book", args=[draft.session.ref]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def count_no_longer(draft: Draft) -> None:
    """Places of it that were not held count for its network no longer: it asks for others in their stead."""
    Draft.objects.filter(pk=draft.pk, held_from__isnull=False).update(held_from=None, silent=0)


def consume(draft: Draft, *, now: dt.datetime, until: dt.datetime, held_from: str = "", silent: int = 0) -> None:
    """The booking has been asked for: its page answers `until` the deadline that it says, whatever becomes of it.

    `silent` places were not held, and count for the network all the same. Of two presses at once, the first to be done
    is the one that stands.
    """
    forget_faults(draft)
    draft.answers.pop("other", None)  # a school that was not named in the end
    said = {
        "answers": draft.answers,
        "request_key": draft.request_key,
        "booking": draft.booking_id,
        "consumed_at": now,
        "expires_at": until,
        "held_from": held_from if silent else None,
        "silent": silent,
    }
    if draft.consumed_at is None:
        _consume(draft=draft.pk, **said)
    else:  # once more, for another address
        Draft.objects.filter(pk=draft.pk, consumed_at=draft.consumed_at).update(**said)
    draft.consumed_at, draft.expires_at = now, until


@DoneOften
def _consume() -> "tuple[models.QuerySet[Draft], dict[str, Any]]":
    names = ("answers", "request_key", "booking", "consumed_at", "expires_at", "held_from", "silent")
    return _not_consumed(), columns(Draft, *names)
