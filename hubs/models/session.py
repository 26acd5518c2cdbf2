"""A showcase session: when and where, who it suits, what to know, and its dates for booking.

How many places there are, how many are taken and whether it is open stand on `bookings.Places`, which no form writes.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.at_a_place import AtAPlace
from hubs.models.exchange import HostSchool
from hubs.models.group import WorkGroup
from hubs.models.hub import HubYear
from hubs.models.school import LocalAuthority, School, SchoolList
from hubs.models.to_come import to_come
from hubs.vocabulary.access import FEATURES, Has
from hubs.vocabulary.email_address import EmailField
from hubs.vocabulary.flags import FlagField
from hubs.vocabulary.own_words import own_words
from hubs.vocabulary.references import session_ref
from hubs.vocabulary.school_days import SchoolDays, london
from hubs.vocabulary.teaching import Roles, Years, in_words, roles_in_words, taught_in_words

# What a session needs beside its own row to say what and where it is.
NAMED_BY = ("hub_year__hub", "venue", "host_school__school")
OF_ITS_SESSION = tuple(f"session__{name}" for name in NAMED_BY)  # the same, asked for with a row that has a session


class ShowcaseSessionQuerySet(models.QuerySet["ShowcaseSession"]):
    """Sessions as pages list them."""

    def public(self) -> "ShowcaseSessionQuerySet":
        return self.filter(visibility=ShowcaseSession.Visibility.PUBLIC)

    def run_by(self, slug: str) -> "ShowcaseSessionQuerySet":
        """What the hub of that address runs, alone or with others."""
        return self._run_by(hub__slug=slug)

    def run_by_any(self, slugs: Iterable[str]) -> "ShowcaseSessionQuerySet":
        return self._run_by(hub__slug__in=list(slugs))

    def run_in(self, year: HubYear) -> "ShowcaseSessionQuerySet":
        """What a hub ran in that year, alone or with others."""
        return self._run_by(pk=year.pk)

    def _run_by(self, **year: Any) -> "ShowcaseSessionQuerySet":
        """Both halves are looked up by an index; with OR between them a database would read every session."""
        own, shared = ({f"{of}__{name}": value for name, value in year.items()} for of in ("hub_year", "also_run_by"))
        of_hub = ShowcaseSession.objects.order_by().values("pk")
        return self.filter(pk__in=of_hub.filter(**own).union(of_hub.filter(**shared)))

    def upcoming(self, *, today: dt.date) -> "ShowcaseSessionQuerySet":
        return self.filter(to_come(today))

    def past(self, *, today: dt.date) -> "ShowcaseSessionQuerySet":
        return self.filter(last_day__lt=today)

    def move_with(self, schools: Iterable[School]) -> None:
        """Bring sessions at these schools to where the schools are now."""
        spots = {school.urn: school.spot or (None, None) for school in schools}
        theirs = Q(venue__in=spots) | Q(venue=None, place_name="", host_school__school__in=spots)
        at = self.filter(theirs).values_list("pk", "venue", "host_school__school", "easting", "northing")
        for pk, venue, host, *was in list(at):
            easting, northing = spots[venue or host]
            if [easting, northing] != was:
                self.filter(pk=pk).update(easting=easting, northing=northing)

    def with_names(self) -> "ShowcaseSessionQuerySet":
        """With all that a session needs to say what and where it is, in one query."""
        return self.select_related(*NAMED_BY)


class ShowcaseSession(AtAPlace):
    """One dated morning or afternoon at a host school. Times are stored in UTC and entered as London time."""

    class Kind(models.TextChoices):
        SHOWCASE = "showcase", _("Showcase lesson")
        OPEN_CLASSROOM = "open_classroom", _("Open classroom")
        MASTER_CLASS = "master_class", _("Master class")
        WORKSHOP = "workshop", _("Workshop")
        TALK = "talk", _("Talk")
        MEETING = "meeting", _("Work group meeting")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        LINK = "link", _("only by its link")
        STAFF = "staff", _("staff only")

    class WhoMayBook(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        AUTHORITIES = "authorities", _("schools of some local authorities")
        LIST = "list", _("schools of a list")

    ref = models.CharField(_("reference"), max_length=6, unique=True, default=session_ref, editable=False)
    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="sessions", verbose_name=_("hub in a year"))
    also_run_by = models.ManyToManyField(HubYear, blank=True, related_name="+", verbose_name=_("also run by"))
    host_school = models.ForeignKey(
        HostSchool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("host school's visit"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SHOWCASE)
    group = models.ForeignKey(
        WorkGroup, models.PROTECT, null=True, editable=False, related_name="meetings", verbose_name=_("work group")
    )
    visibility = models.CharField(_("who can see it"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    title = models.CharField(_("title"), max_length=150, blank=True, help_text=_("Empty: named from its lessons."))
    title_zh = models.CharField(_("title in Chinese"), max_length=150, blank=True)
    about = models.TextField(_("about"), blank=True)
    about_zh = models.TextField(_("about, in Chinese"), blank=True)
    # [years, topic] of each lesson in order, so that every page and mail can name a session without asking for its
    # lessons. Kept by Lesson.save() and delete(): see docs/decisions/0006.
    taught = models.JSONField(default=list, blank=True, editable=False)

    # When. A dated session has its day as both first and last day; an announced one may have a range, or nothing yet.
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    arrival_at = models.DateTimeField(_("arrival from"), null=True, blank=True)
    first_day = models.DateField(
        _("first day"),
        null=True,
        blank=True,
        help_text=_("Before there is a date: it will fall on this day or later."),
    )
    last_day = models.DateField(_("last day"), null=True, blank=True)

    # Who it suits, apart from the class taught.
    suits_years = FlagField(_("suits years"), flag=Years)
    suits_roles = FlagField(_("suits roles"), flag=Roles)
    suits_note = models.CharField(_("who it suits, in a sentence"), max_length=200, blank=True)

    # Practicalities, public; how accessible it is stands in AtAPlace.
    parking = models.CharField(_("parking"), max_length=200, blank=True)
    refreshments = models.CharField(_("refreshments"), max_length=200, blank=True)
    bring = models.CharField(
        _("what to bring"), max_length=200, blank=True, help_text=_("Such as: photo ID or school badge.")
    )
    filming = models.CharField(_("filming"), max_length=200, blank=True)
    interpreter = models.CharField(_("interpreter"), max_length=200, blank=True)
    contact = models.CharField(_("who to ask"), max_length=200, blank=True, help_text=_("Empty: the hub's contact."))
    cost_pence = models.PositiveIntegerField(_("cost per visitor in pence"), default=0, help_text=_("0 is free."))
    absence_charge_pence = models.PositiveIntegerField(_("charge for not coming, in pence"), default=0)
    absence_notice = models.CharField(_("notice to avoid it"), max_length=100, blank=True)

    # Practicalities for people with a place.
    entrance = models.CharField(_("entrance"), max_length=200, blank=True)
    office_phone = models.CharField(_("school office's telephone"), max_length=30, blank=True)
    office_email = EmailField(
        _("school office's email"),
        blank=True,
        help_text=_("Gets the register. Empty: as the host school's visit has it."),
    )
    day_contact = models.CharField(_("contact on the day"), max_length=200, blank=True)
    joining_instructions = models.TextField(_("joining instructions"), blank=True)

    # Dates and limits for booking.
    opens_at = models.DateTimeField(_("booking opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("booking closes"), null=True, blank=True)
    waiting_closes_at = models.DateTimeField(_("waiting list ends"), null=True, blank=True)
    release_at = models.DateTimeField(_("held-back places come free"), null=True, blank=True)
    share = models.PositiveSmallIntegerField(
        _("places each school may take"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    share_until = models.DateTimeField(_("until"), null=True, blank=True)
    share_for_good = models.BooleanField(
        _("for good"), default=False, help_text=_("The limit stays until the session: there is no “until”.")
    )
    who_may_book = models.CharField(_("who may book"), max_length=12, choices=WhoMayBook, default=WhoMayBook.EVERYONE)
    only_authorities = models.ManyToManyField(LocalAuthority, blank=True, verbose_name=_("local authorities"))
    only_list = models.ForeignKey(
        SchoolList, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("list of schools")
    )
    open_to_everyone_at = models.DateTimeField(_("open to everyone from"), null=True, blank=True)
    booked_elsewhere = models.CharField(
        _("booked elsewhere"),
        max_length=200,
        blank=True,
        help_text=_("A sentence that says how; then it never opens here."),
    )
    booked_elsewhere_url = models.URLField(_("address to book at"), blank=True)

    # Afterwards, where no register was kept.
    visitors_reported = models.PositiveIntegerField(_("visitors reported"), null=True, blank=True)
    schools_reported = models.PositiveIntegerField(_("schools reported"), null=True, blank=True)
    reported_source = models.CharField(_("who reported it"), max_length=200, blank=True)

    objects = ShowcaseSessionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["taught", "easting", "northing"])

    class Meta:
        verbose_name = _("session")
        ordering = [F("first_day").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), "pk"]
        indexes = [
            models.Index(fields=["last_day", "first_day", "starts_at"], name="session_by_day"),
            models.Index(fields=["first_day", "starts_at"], name="session_in_order"),
            models.Index(fields=["release_at"], name="session_release"),
            models.Index(fields=["easting", "northing"], name="session_spot"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(
                    starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at"), first_day=F("last_day")
                ),
                name="session_ends_after_it_starts",
                violation_error_message=_("The end must come after the start, on the same day."),
            ),
            models.CheckConstraint(
                condition=Q(arrival_at=None) | Q(arrival_at__lte=F("starts_at")),
                name="session_arrival_before_start",
                violation_error_message=_("People must be able to arrive before the session starts."),
            ),
            models.CheckConstraint(
                condition=Q(first_day=None, last_day=None)
                | Q(first_day__isnull=False, last_day__isnull=False, first_day__lte=F("last_day")),
                name="session_days_in_order",
                violation_error_message=_("Enter both days, the first one first."),
            ),
            models.CheckConstraint(
                condition=Q(venue=None) | Q(place_name=""),
                name="session_one_venue",
                violation_error_message=_("Choose a school or name a place, not both."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="session_opens_before_it_closes",
                violation_error_message=_("Booking must open before it closes."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(starts_at=None) | Q(closes_at__lte=F("starts_at")),
                name="session_closes_by_its_start",
                violation_error_message=_("Booking must close before the session starts."),
            ),
            models.CheckConstraint(
                condition=Q(share_until=None) | Q(closes_at=None) | Q(share_until__lte=F("closes_at")),
                name="session_share_ends_by_deadline",
                violation_error_message=_("The limit for each school must end before booking closes."),
            ),
            models.CheckConstraint(
                condition=Q(share_for_good=False) | Q(share_until=None),
                name="session_share_for_good_has_no_end",
                violation_error_message=_("A limit for good is not lifted: leave its “until” empty."),
            ),
            models.CheckConstraint(
                condition=Q(release_at=None) | Q(closes_at=None) | Q(release_at__lte=F("closes_at")),
                name="session_release_by_deadline",
                violation_error_message=_("Held-back places must come free before booking closes."),
            ),
            models.CheckConstraint(
                condition=Q(kind="meeting", group__isnull=False) | (~Q(kind="meeting") & Q(group=None)),
                name="session_meeting_is_a_groups",
                violation_error_message=_("A meeting is made on the page of its group."),
            ),
            models.CheckConstraint(
                condition=Q(group=None) | ~Q(visibility="public"),
                name="session_meeting_is_not_public",
                violation_error_message=_("A meeting of a group is not public."),
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=1),
                name="session_share_is_a_place",
                violation_error_message=_("Give each school at least one place, or leave this empty."),
            ),
            models.CheckConstraint(
                condition=~Q(who_may_book="list") | Q(only_list__isnull=False),
                name="session_list_is_named",
                violation_error_message=_("Choose the list of schools that may book."),
            ),
            models.CheckConstraint(
                condition=Q(**{f"{feature}__in": ("", *Has.values) for feature in FEATURES}),
                name="session_access_known",
                violation_error_message=_("Say yes, partly or no, or leave it as not known."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.ref})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._set_day()
        if kwargs.get("update_fields") is None:
            self.set_spot()
        if not self._state.adding and kwargs.get("update_fields") is None:
            # All but `taught`: its lessons write it, and a form loaded before them must not put the old one back.
            kwargs["update_fields"] = {field.name for field in self._meta.concrete_fields} - {"id", "taught"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.ref])

    def clean(self) -> None:
        super().clean()
        self._set_day()

    @property
    def is_of_its_year(self) -> bool:
        """Whether its days, as far as they are known, are in the academic year of its hub."""
        days = [day for day in (self.first_day, self.last_day) if day]
        return all(self.hub_year.exchange.has(day) for day in days)

    def _set_day(self) -> None:
        """A start fixes the day, whatever range was announced."""
        if self.starts_at:
            self.first_day = self.last_day = timezone.localdate(self.starts_at)

    def fill_in_dates(self, calendar: SchoolDays) -> None:
        """Give each empty date for booking its default (rule.md#opening), if there is a start.

        A share for good has no end: one that was filled in before is taken away. Where it is booked elsewhere, nobody
        here knows until when.
        """
        self._set_day()
        if self.share_for_good:
            self.share_until = None
        if self.booked_elsewhere:
            return
        if not self.starts_at or not self.first_day:
            return
        day = self.first_day
        self.closes_at = self.closes_at or london(calendar.before(day, 2), dt.time(12))
        self.release_at = self.release_at or min(london(calendar.before(day, 3), dt.time(12)), self.closes_at)
        self.waiting_closes_at = self.waiting_closes_at or london(calendar.before(day, 1), dt.time(16))
        if self.share and not self.share_for_good:
            self.share_until = self.share_until or min(london(calendar.before(day, 5), dt.time(8)), self.closes_at)

    @property
    def day(self) -> dt.date | None:
        """The day (London), once there is one."""
        return self.first_day if self.first_day == self.last_day else None

    @property
    def hub(self) -> Any:
        """The hub that runs it."""
        return self.hub_year.hub

    @property
    def name(self) -> str:
        """Its own title, or one made from its lessons: "Year 3: subtraction, and Year 5: division"."""
        taught = tuple((years, topic) for years, topic in self.taught)
        return own_words(self, "title") or taught_in_words(taught, kind=str(self.Kind(self.kind).label))

    @property
    def suits(self) -> str:
        """Who it suits, in words; empty where nothing was said."""
        return in_words(self.suits_years)

    @property
    def suits_people(self) -> str:
        return roles_in_words(self.suits_roles)

    @property
    def has_page(self) -> bool:
        """Whether the public, or whoever has its link, may open its page."""
        return self.visibility != self.Visibility.STAFF

    @property
    def can_open(self) -> bool:
        """Whether it has what booking needs, capacity apart: date, start, end and venue (rule.md#opening)."""
        return bool(self.starts_at and self.ends_at and self.where_name and not self.booked_elsewhere)
