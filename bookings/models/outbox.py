"""The outbox: a mail is a row in the transaction that causes it, and the worker sends it."""

import datetime as dt
import hashlib

from django.db import models
from django.db.models import Exists, Expression, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from bookings.mail_kinds import Kind, kind_choices
from bookings.models.running import Running
from hubs.models import ShowcaseSession, StaffUser, VisitingTeacher
from hubs.models.spelled_out import SpelledOut
from hubs.vocabulary import request_ids
from hubs.vocabulary.email_address import LONGEST, EmailField
from hubs.vocabulary.references import mail_token


def last_by(*names: str) -> Q:
    """Of the mails that are alike in these columns the last."""
    alike = {name: OuterRef(name) for name in names}
    return Q(~Exists(Mail.objects.filter(**alike, pk__gt=OuterRef("pk")).order_by()))


class MailQuerySet(models.QuerySet["Mail"]):
    """Mails by what is to be done with them."""

    def in_state(self, *states: str) -> "MailQuerySet":
        """Those that stand so, where they are few. Nearly all have been sent, and SQLite does not know which states are
        rare: by their keys, it finds them by the index of states alone. PostgreSQL does, of the state itself."""
        return self.filter(state__in=states, pk__in=Mail.objects.filter(state__in=states).order_by().values("pk"))

    def due(self, *, now: dt.datetime | Expression) -> "MailQuerySet":
        """To be sent at `now`, urgent ones first, then the oldest; nothing while mail is held."""
        is_waiting = SpelledOut(Q(state=Mail.State.WAITING))  # or SQLite would plan it anew at each asking
        waiting = self.filter(~Exists(Running.objects.mail_held()), is_waiting, due_at__lte=now)
        return waiting.order_by("-urgent", "due_at", "pk")

    def broken(self) -> "MailQuerySet":
        """On which the line to the mail server has broken before."""
        return self.filter(broken_at__isnull=False)

    def unbroken(self) -> "MailQuerySet":
        return self.filter(broken_at=None)

    def for_staff(self) -> "MailQuerySet":
        """Those that staff may look at: who was reminded of a form has not answered it, and whoever was not, has."""
        return self.exclude(kind=Kind.ASKED_AGAIN)

    def to(self, address_key: str, *, kinds: list[str], since: dt.datetime) -> "MailQuerySet":
        return self.filter(recipient_key=address_key, kind__in=kinds, created_at__gt=since)


class Mail(models.Model):
    """One mail to one address, its facts frozen. Rendered and linked when it is sent: the row holds no usable link."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused by the address")
        FAILED = "failed", _("given up")
        UNSURE = "unsure", _("may have arrived")
        DROPPED = "dropped", _("not needed any longer")

    kind = models.CharField(_("kind"), max_length=20, choices=kind_choices)
    recipient = EmailField(_("to"), null=True)  # NULL: erased
    recipient_key = models.CharField(max_length=LONGEST, null=True, editable=False)  # noqa: DJ001  (NULL: erased)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    session = models.ForeignKey(ShowcaseSession, models.PROTECT, null=True, blank=True, related_name="mails")
    booking = models.ForeignKey(
        "bookings.Booking",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=_("booking"),
    )
    visitor = models.ForeignKey("bookings.Visitor", models.CASCADE, null=True, blank=True, related_name="mails")
    wish = models.ForeignKey("bookings.TellMe", models.CASCADE, null=True, blank=True, related_name="mails")
    staff = models.ForeignKey(
        StaffUser, models.CASCADE, null=True, blank=True, related_name="mails", verbose_name=_("member of staff")
    )
    visiting_teacher = models.ForeignKey(
        VisitingTeacher,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=_("visiting teacher"),
    )
    invitation = models.ForeignKey(
        "bookings.Invitation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=_("invitation to a group"),
    )
    facts = models.JSONField(_("facts"), default=dict)
    urgent = models.BooleanField(_("urgent"), default=False)
    created_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("due at"))
    again_at = models.DateTimeField(_("sent again by staff at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("not sent after"), null=True, blank=True)
    dedupe_key = models.CharField(max_length=100, unique=True, editable=False)
    # Where a delivery report comes back to: whoever knows it can say that the mail never arrived. Nobody reads it here.
    token = models.CharField(max_length=26, unique=True, editable=False, default=mail_token)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    unanswered = models.PositiveSmallIntegerField(
        _("taken without an answer"),
        default=0,
        help_text=_("How often the mail server took all of it and did not say whether it keeps it."),
    )
    broken_at = models.DateTimeField(_("no answer at"), null=True, blank=True)
    answered_at = models.DateTimeField(
        _("answered at"),
        null=True,
        blank=True,
        help_text=_("When a mail server accepted it or refused it for good."),
    )
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    request_id = models.CharField(_("request"), max_length=request_ids.LONGEST, blank=True, default=request_ids.current)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("outbox")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["-urgent", "due_at"], name="mail_due", condition=Q(state="waiting")),
            models.Index(fields=["broken_at"], name="mail_broken", condition=Q(broken_at__isnull=False)),
            models.Index(fields=["recipient_key", "kind", "created_at"], name="mail_by_address"),
            models.Index(fields=["state", "created_at"], name="mail_by_state"),
            models.Index(
                fields=["created_at"], name="mail_to_forget", condition=Q(booking=None, recipient__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "refused"]) | Q(answered_at__isnull=False),
                name="mail_answered_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    @property
    def message_id(self) -> str:
        """The same at every try, so that a receiver may drop a double; another row's for good, also after a restore.

        It does not tell the token: a mail is forwarded and answered with its Message-ID, and not with its Return-Path.
        """
        return f"mail-{self.pk}-{hashlib.sha256(self.token.encode()).hexdigest()[:16]}"
