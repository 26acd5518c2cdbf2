"""A booking: one school's party at one session."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.mail_kinds import READING_TIME, SAYS_ANEW, SHORTEST_OFFER, TELLS
from bookings.models.names import Named, NamedQuerySet, NameWords, word_indexes, words_go_with
from bookings.models.outbox import Mail
from bookings.models.running import Running
from bookings.states import FROZEN, LIVE, OFFERING, SEATED, UNCONFIRMED, Status
from hubs.models import School, ShowcaseSession
from hubs.models.private_link import PrivateLink
from hubs.models.spelled_out import SpelledOut
from hubs.models.to_come import to_come
from hubs.vocabulary.asked_often import Given
from hubs.vocabulary.email_address import LONGEST, EmailField, email_key
from hubs.vocabulary.keyed import keyed_hash
from hubs.vocabulary.references import booking_reference
from hubs.vocabulary.school_words import searchable

# What `places.write` saves of a booking that it has changed.
STATE_FIELDS = [
    "status",
    "party",
    "uses_held_back",
    "from_held_back",
    "deadline",
    "offered_at",
    "joined_at",
    "address_proved_at",
    "held_from",
    "smallest_party",
    "link_version",
    "forgotten_at",
    *("session", "goes_with", "here_since", "calendar_ahead", "ended_at", "ended_late"),
]

ASKED_FOR = dt.timedelta(days=1)  # so long what is to be confirmed first counts among the ten of its address
MOBILE = ~Q(contact_mobile="")
MOBILE_KEPT = dt.timedelta(days=1)  # after the session's last day (rule.md#what-is-kept)


class SchoolKind(models.TextChoices):
    """What somebody's school is: one of the register, another place by name, or none just now."""

    REGISTER = "register", _("a school in England")
    STATE = "state", _("a state school or nursery in England that is not in the list")
    INDEPENDENT = "independent", _("an independent school that is not in the list")
    ELSEWHERE_IN_UK = "uk", _("a school elsewhere in the UK")
    ABROAD = "abroad", _("a school abroad")
    UNIVERSITY = "university", _("a university or training provider")
    TRUST = "trust", _("a trust, local authority or other body")
    NONE = "none", _("no school just now")


class Source(models.TextChoices):
    """Who made the booking."""

    WEB = "web", _("on the web")
    STAFF = "staff", _("by staff")


def school_key(kind: str, school: School | None = None, name: str = "", place: str = "") -> str:
    """What makes two bookings one school's: its URN today, or kind, name and postcode or town (rule.md#fair-share).

    Of a typed school a keyed hash: it is counted when its name has long been forgotten.
    """
    if kind == SchoolKind.REGISTER and school:
        return f"urn:{school.today().urn}"
    if kind == SchoolKind.NONE:
        return kind
    typed = f"{searchable(name)[:200]}:{searchable(place).replace(' ', '')[:100]}"
    return f"{kind}:{keyed_hash('bookings.school', typed)}"


def stands_unproved(*, since: Any) -> Q:
    """What `BookingQuerySet.unproved` says of a booking's own row; asked to be confirmed first `since` then."""
    first = Q(status=Status.LAPSED, deadline=None, joined_at=None, created_at__gt=since)
    asked = Q(status__in=(Status.HELD, Status.WAITING)) | first
    return Q(asked, address_proved_at=None, goes_with=None, source=Source.WEB)


class BookingQuerySet(NamedQuerySet["Booking"]):
    """Bookings by how they stand."""

    def with_company(self) -> "BookingQuerySet":
        """Each with whether other bookings go with it (`has_company`)."""
        return self.annotate(has_company=Exists(Booking.objects.filter(goes_with=OuterRef("pk")).order_by()))

    def of_party(self, booking: "Booking") -> "BookingQuerySet":
        """A booking and those that go together with it, however they stand, the first of them first.

        Of one contact: a link to what had ended before an address was put right opens nothing of who came after.
        """
        first = booking.first_id
        together = self.filter(Q(pk=first) | Q(goes_with=first), session=booking.session_id)
        return together.filter(email_key=booking.email_key).order_by("pk")

    def unproved(self, *, now: dt.datetime) -> "BookingQuerySet":
        """What has been asked for on the web at an address, a party each, and nobody has pressed its link: to come, and
        what was asked to be confirmed first for a day."""
        stands = self.filter(stands_unproved(since=now - ASKED_FOR))
        return stands.filter(to_come(timezone.localdate(now), of="session"))

    def past_mobile(self, *, now: dt.datetime) -> "BookingQuerySet":
        """Those with a contact's mobile number that has had its time."""
        past = self.filter(session__last_day__lt=timezone.localdate(now) - MOBILE_KEPT)
        return past.with_mobile()

    def with_mobile(self) -> "BookingQuerySet":
        return self.filter(SpelledOut(MOBILE))

    def live(self) -> "BookingQuerySet":
        return self.filter(status__in=LIVE)

    def seated(self) -> "BookingQuerySet":
        return self.filter(status__in=SEATED)

    def lapsing(self, *, now: dt.datetime) -> "BookingQuerySet":
        """Unconfirmed bookings whose time is up at `now`.

        At the deadline, or once the mail was accepted or refused for good and has had its time to be read, if that is
        later; an offer when the waiting list ends, and both at the start in any case, also where it was moved.
        Nothing lapses in a cancelled or postponed session, nor anywhere while mail is held: nobody could be told.
        """
        up = self.filter(_time_is_up(now), ~Exists(Running.objects.lapsing_held()), status__in=UNCONFIRMED)
        return up.exclude(session__places__status__in=FROZEN)

    def waiting(self) -> "BookingQuerySet":
        """The waiting list, in order."""
        return self.filter(status=Status.WAITING).order_by("joined_at", "pk")

    def offerable(self, *, now: dt.datetime) -> "BookingQuerySet":
        """Parties that the passing of time alone lets have places: room for them, and no share of schools in force."""
        places = F("session__places__capacity") - F("session__places__places_taken") - F("session__places__held_back")
        return self.filter(
            Q(session__share=None) | Q(session__share_until__lte=now),
            status=Status.WAITING,
            address_proved_at__isnull=False,
            session__places__status__in=OFFERING,
        ).filter(Q(smallest_party__lte=places) | Q(smallest_party=None, party__lte=places))

    def list_over(self, *, now: dt.datetime) -> "BookingQuerySet":
        """Parties that wait for a list which has ended."""
        over = Q(session__waiting_closes_at__lte=now) | Q(session__starts_at__lte=now)
        return self.filter(over, status=Status.WAITING).exclude(session__places__status__in=FROZEN)


def _telling(first: Any, address_key: Any) -> "models.QuerySet[Mail]":
    """Mails to a party's contact that say how the whole of it stands, to the present address: staff may have put right
    one that was typed wrong."""
    of_party = Q(booking=first) | Q(booking__goes_with=first)
    return Mail.objects.filter(of_party, visitor=None, kind__in=TELLS, recipient_key=address_key).order_by()


def _time_is_up(now: dt.datetime) -> Q:
    mails = _telling(Coalesce(OuterRef("goes_with"), OuterRef("pk")), OuterRef("email_key"))
    read = mails.filter(answered_at__lte=now - READING_TIME)
    # of this offer, and not of one that the same party had before
    since = Coalesce(OuterRef("offered_at"), OuterRef("joined_at"))
    read_offer = mails.filter(answered_at__lte=now - SHORTEST_OFFER, created_at__gte=since)
    # The last word of a session that was off is read first, however long ago the first mail was.
    last_word = mails.filter(kind__in=SAYS_ANEW).exclude(state=Mail.State.DROPPED)
    unread = last_word.filter(Q(answered_at=None) | Q(answered_at__gt=now - READING_TIME))
    return (
        Q(session__starts_at__lte=now)
        | Q(Exists(read), ~Exists(unread), status=Status.HELD, deadline__lte=now)
        | Q(Exists(read_offer), ~Exists(unread), status=Status.OFFERED, deadline__lte=now)
        | Q(status=Status.OFFERED, session__waiting_closes_at__lte=now)
    )


class Booking(Named, PrivateLink):
    """A contact and their party of visitors from one school, at one session.

    `status`, `party` and what goes with them are written by bookings/places.py alone.
    """

    reference = models.CharField(_("reference"), max_length=8, unique=True, default=booking_reference, editable=False)
    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="bookings", verbose_name=_("session"))
    status = models.CharField(_("status"), max_length=10, choices=Status)
    party = models.PositiveSmallIntegerField(_("visitors"), help_text=_("How many of its visitors are coming."))
    goes_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="companions", verbose_name=_("goes with")
    )
    source = models.CharField(_("made"), max_length=5, choices=Source, default=Source.WEB)
    uses_held_back = models.BooleanField(_("uses held-back places"), default=False)
    # So many of its places go back to those held back when they come free: it may have others of the public's beside.
    from_held_back = models.PositiveSmallIntegerField(default=0, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    request_key = models.UUIDField(unique=True, null=True, editable=False)

    contact_name = models.CharField(_("contact"), max_length=200, null=True)  # noqa: DJ001  (NULL: erased)
    name_words = NameWords(of="contact_name")
    contact_email = EmailField(_("email address"), null=True, blank=True)
    email_key = models.CharField(max_length=LONGEST, null=True, editable=False)  # noqa: DJ001  (NULL: none, or erased)
    contact_mobile = models.CharField(_("mobile number"), max_length=30, blank=True, default="")
    contact_comes = models.BooleanField(_("the contact is coming"), default=True)

    school_kind = models.CharField(_("kind of school"), max_length=12, choices=SchoolKind, default=SchoolKind.REGISTER)
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("school")
    )
    school_name = models.CharField(_("name of school"), max_length=200, blank=True)
    school_place = models.CharField(_("postcode or town"), max_length=100, blank=True)
    school_words = NameWords(of="school_name")
    school_key = models.CharField(max_length=320, editable=False)
    code = models.CharField(_("code given"), max_length=30, blank=True, default="")

    created_at = models.DateTimeField(_("made at"))
    joined_at = models.DateTimeField(_("joined the waiting list"), null=True, blank=True)
    # When it ceased to be live, and whether it gave confirmed places back later than could be booked: frozen, for
    # deadlines are edited. Neither while it is live.
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_late = models.BooleanField(_("ended late"), null=True, editable=False)
    here_since = models.DateTimeField(_("moved to this session at"), null=True, blank=True)
    # Its calendar entries are so many versions ahead of the session's: see bookings/rule/calendar.py.
    calendar_ahead = models.PositiveIntegerField(default=0, editable=False)
    deadline = models.DateTimeField(_("kept until"), null=True, blank=True)
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    smallest_party = models.PositiveSmallIntegerField(_("would come with"), null=True, blank=True)
    address_proved_at = models.DateTimeField(_("address proved at"), null=True, blank=True)
    # What stands for the network that asked for held places, until somebody has pressed the mailed link or they end.
    held_from = models.CharField(max_length=32, null=True, editable=False)  # noqa: DJ001  (NULL: proved or ended)
    # When its people's names went. Every verb takes it away again: what is written later is forgotten too.
    forgotten_at = models.DateTimeField(_("names deleted at"), null=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["session", "status"], name="booking_by_session"),
            models.Index(fields=["session", "school_key"], name="booking_share", condition=Q(status__in=sorted(LIVE))),
            models.Index(fields=["email_key"], name="booking_by_address"),
            # Whole, not only of the unconfirmed: SQLite takes a part of a table for a statement with parameters never.
            models.Index(fields=["status", "deadline"], name="booking_due"),
            models.Index(fields=["created_at"], name="booking_by_age"),
            models.Index(
                fields=["session", "held_from"], name="booking_held_from", condition=Q(held_from__isnull=False)
            ),
            models.Index(fields=["session"], name="booking_with_names", condition=Q(forgotten_at=None)),
            models.Index(fields=["session"], name="booking_with_mobile", condition=MOBILE),
            *word_indexes("booking"),
        ]
        constraints = [
            words_go_with("contact_name", "contact_erased_with_words"),
            models.UniqueConstraint(
                fields=["session", "school_key", "email_key"],
                name="one_live_booking_each",
                condition=Q(status__in=sorted(LIVE), goes_with=None),
                violation_error_message=_("This address already has a booking for this school and session."),
            ),
            models.UniqueConstraint(
                fields=["session", "email_key"],
                name="contact_comes_once",
                condition=Q(status__in=sorted(LIVE), contact_comes=True),
                violation_error_message=_("This person already has a place at this session."),
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="booking_status_known"),
            models.CheckConstraint(condition=~Q(status__in=sorted(LIVE)) | Q(party__gte=1), name="party_has_a_visitor"),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(UNCONFIRMED)) | Q(deadline__isnull=False),
                name="unconfirmed_has_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.WAITING) | Q(joined_at__isnull=False), name="waiting_since_a_time"
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=False, school_kind=SchoolKind.REGISTER)
                | (Q(school=None) & ~Q(school_kind=SchoolKind.REGISTER)),
                name="register_school_has_urn",
            ),
            models.CheckConstraint(
                condition=Q(held_from=None) | Q(status=Status.HELD, address_proved_at=None),
                name="network_kept_until_proved",
            ),
            models.CheckConstraint(condition=Q(from_held_back__lte=F("party")), name="held_back_places_fit"),
            models.CheckConstraint(
                condition=Q(smallest_party=None) | Q(smallest_party__lte=F("party")),
                name="smallest_party_fits",
            ),
        ]

    def __str__(self) -> str:
        return self.reference_spaced

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_key = email_key(self.contact_email) if self.contact_email else None
        super().save(*args, **kwargs)

    @property
    def first_id(self) -> int | None:
        """The first booking of its party: the one that it goes with, or itself."""
        return self.goes_with_id or self.pk

    @property
    def is_whole_party(self) -> bool:
        """Whether its party is no other booking, as most are. A statement where that was not asked with the row
        (`with_company`)."""
        if self.goes_with_id:
            return False
        known: bool | None = getattr(self, "has_company", None)
        return not (Booking.objects.filter(goes_with=self.pk).exists() if known is None else known)

    def told_at(self, *, since: dt.datetime | None = None) -> dt.datetime | None:
        """When a mail server first answered a mail, made `since` then, that says until when it has to be answered; see
        `lapsing`."""
        if since is None and self.status == Status.OFFERED:
            since = self.offered_at or self.joined_at
        mails = _telling(self.first_id, self.email_key).filter(answered_at__isnull=False)
        if since:
            mails = mails.filter(created_at__gte=since)
        return mails.order_by("answered_at").values_list("answered_at", flat=True).first()

    @property
    def came_at(self) -> dt.datetime:
        """When it came to its session: when it was made, or moved here."""
        return self.here_since or self.created_at

    @property
    def reference_spaced(self) -> str:
        """As it is read aloud: 7F3Q KM2P."""
        return f"{self.reference[:4]} {self.reference[4:]}"

    @property
    def seats(self) -> int:
        """Places that it takes now."""
        return self.party if self.status in SEATED else 0

    @property
    def position(self) -> int | None:
        """Where it stands on the waiting list, from 1; None where it does not wait. One query."""
        if self.status != Status.WAITING:
            return None
        before = Q(joined_at__lt=self.joined_at) | Q(joined_at=self.joined_at, pk__lt=self.pk)
        return Booking.objects.waiting().filter(before, session=self.session_id).count() + 1

    @property
    def least(self) -> int:
        """The smallest party it would come with."""
        return self.smallest_party or self.party

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def may_be_up(self, session: ShowcaseSession, *, now: dt.datetime) -> bool:
        """Whether its time in that session may be up, by its own row alone: `lapsing` asks about its mails too."""
        if self.session_id != session.pk or self.status not in UNCONFIRMED:
            return False
        ends = [session.starts_at, self.deadline, session.waiting_closes_at if self.status == Status.OFFERED else None]
        return any(end is not None and end <= now for end in ends)

    @property
    def asks_first(self) -> bool:
        """Whether it has never had a place and is to be confirmed first (rule.md#unproved)."""
        return self.status == Status.LAPSED and self.deadline is None and self.joined_at is None

    def is_unproved(self, *, now: dt.datetime) -> bool:
        """As `unproved` has it, by its own row alone: whether its session is to come is another question."""
        if self.address_proved_at or self.goes_with_id or self.source != Source.WEB:
            return False
        first = self.asks_first and self.created_at > now - ASKED_FOR
        return first or self.status in (Status.HELD, Status.WAITING)

    @property
    def can_be_dropped(self) -> bool:
        """Whether it was asked for and may be taken back before anybody has confirmed it."""
        return self.status in (Status.HELD, Status.WAITING) or self.asks_first

    @property
    def was_let_go(self) -> bool:
        """Whether staff let its places go before its time was up."""
        if self.status != Status.LAPSED or self.joined_at or not self.deadline or not self.ended_at:
            return False
        return self.ended_at < self.deadline

    @property
    def school_in_short(self) -> str:
        """The school's name and town, or nothing where there is none: for paper."""
        named = (self.school.name, self.school.town) if self.school else (self.school_name, "")
        return ", ".join(part for part in named if part)

    @property
    def school_in_words(self) -> str:
        """The school as it was chosen, with its place."""
        if self.school:
            return str(self.school)
        if self.school_kind == SchoolKind.NONE:
            return str(SchoolKind.NONE.label).capitalize()
        return ", ".join(part for part in (self.school_name, self.school_place) if part)


# Whose party a question is about that is asked often (hubs/vocabulary/asked_often.py): known once it is asked.
A_BOOKING: Any = SimpleNamespace(
    first_id=Given("first", models.BigAutoField()),
    session_id=Given("session", models.BigAutoField()),
    email_key=Given("key", models.CharField()),
)
