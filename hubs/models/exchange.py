"""An exchange, the specialists it sent, the schools that host, and the teachers who visit."""

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.private_link import PrivateLink
from hubs.models.school import School
from hubs.models.stored_file import StoredFile
from hubs.vocabulary.email_address import EmailField
from hubs.vocabulary.school_days import academic_year


def in_schools_words(year: int) -> str:
    """An academic year by the year in which it began, as schools write it: 2018–19."""
    return f"{year}–{(year + 1) % 100:02}"


FOR_THE_DAY = _("Only rung if something changes. Shown to staff alone.")


class Exchange(models.Model):
    """One academic year's England–Shanghai exchange."""

    year = models.PositiveSmallIntegerField(
        _("academic year"),
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2999)],
        help_text=_("The year it starts in: 2018 for 2018–19."),
    )
    name = models.CharField(_("name"), max_length=100)
    reporting_date = models.DateField(
        _("reporting date"), null=True, blank=True, help_text=_("Names are kept at least until this day.")
    )

    # Medians of its hubs' figures, and on which day they were worked out: bookings/report/median.py writes them.
    medians = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.name} {self.academic_year}"

    def has(self, day: dt.date) -> bool:
        """Whether that day is in its academic year."""
        return academic_year(day) == self.year

    @property
    def academic_year(self) -> str:
        """As schools write it: 2018–19."""
        return in_schools_words(self.year)


class MasterySpecialist(models.Model):
    """An English teacher whom the exchange sent to Shanghai. The name belongs to that exchange."""

    hub_year = models.ForeignKey(
        "hubs.HubYear", models.CASCADE, related_name="specialists", verbose_name=_("hub in a year")
    )
    full_name = models.CharField(_("full name"), max_length=200)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, verbose_name=_("school"))
    email = EmailField(
        _("email address"), blank=True, help_text=_("Told of every change of their sessions. Shown to staff alone.")
    )
    mobile = models.CharField(_("mobile number"), max_length=30, blank=True, help_text=FOR_THE_DAY)

    class Meta:
        ordering = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or str(_("a mastery specialist"))


class Consent(models.TextChoices):
    """What a visiting teacher is asked, each apart from the others."""

    NAME = "name", _("name")
    PHOTO = "photo", _("photograph")
    FILM = "film", _("film")

    @property
    def field(self) -> str:
        """Where it stands on the teacher: when they said yes; empty while they have not."""
        return f"{self.value}_agreed_at"


NOT_NAMED = _("a visiting teacher from Shanghai")
# What a version of the teacher's row says of who made it: nobody of the staff.
BY_THE_TEACHER = "By the teacher, on their itinerary"


class VisitingTeacher(PrivateLink):
    """A teacher from Shanghai. Name, photograph and film are published only with a recorded yes.

    Their private link opens their itinerary, where they say yes or no themselves.
    """

    hub_year = models.ForeignKey(
        "hubs.HubYear", models.PROTECT, related_name="visiting_teachers", verbose_name=_("hub in a year")
    )
    name_pinyin = models.CharField(_("name in pinyin"), max_length=100)
    name_characters = models.CharField(_("name in characters"), max_length=50, blank=True)
    home_school = models.CharField(_("home school"), max_length=200, blank=True)
    phase = models.PositiveSmallIntegerField(_("phase"), choices=School.Phase, default=School.Phase.PRIMARY)
    email = EmailField(
        _("email address"),
        blank=True,
        help_text=_("For their itinerary, and told of every change of their sessions. Shown to nobody else."),
    )
    mobile = models.CharField(_("mobile number"), max_length=30, blank=True, help_text=FOR_THE_DAY)
    name_agreed_at = models.DateTimeField(_("agreed to be named"), null=True, blank=True)
    photo_agreed_at = models.DateTimeField(_("agreed to photographs"), null=True, blank=True)
    film_agreed_at = models.DateTimeField(_("agreed to be filmed"), null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["public_id", "email", "mobile"])

    class Meta:
        ordering = ["name_pinyin"]

    def __str__(self) -> str:
        return f"{self.name_pinyin} {self.name_characters}".strip() or str(NOT_NAMED)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Their photograph goes with their yes, at once and from the database too."""
        super().save(*args, **kwargs)
        if self.photo_agreed_at is None and (files := list(self.photographs.values_list("file", flat=True))):
            self.photographs.all().delete()
            StoredFile.objects.forget_now(files)

    @property
    def public_name(self) -> str:
        """The name where it may be published, else who they are."""
        return str(self) if self.name_agreed_at else str(NOT_NAMED)

    @transaction.atomic
    def say(self, consent: Consent, *, agrees: bool, now: dt.datetime, why: str) -> None:
        """Write their yes or no, and a version that says `why`. A yes that stands keeps its day: twice is once."""
        row = VisitingTeacher.objects.select_for_update(no_key=True).get(pk=self.pk)
        if (getattr(row, consent.field) is not None) != agrees:
            setattr(row, consent.field, now if agrees else None)
            row.write_version(why, fields=[consent.field])

    @transaction.atomic
    def rename(self, *, pinyin: str, characters: str, why: str) -> None:
        """Write their name as they have it, and a version that says `why`. Twice is once."""
        row = VisitingTeacher.objects.select_for_update(no_key=True).get(pk=self.pk)
        if (row.name_pinyin, row.name_characters) != (pinyin, characters):
            row.name_pinyin, row.name_characters = pinyin, characters
            row.write_version(why, fields=["name_pinyin", "name_characters"])

    def write_version(self, why: str, *, fields: list[str]) -> None:
        """Save those fields, and a version of the row that says why."""
        self._change_reason = why
        self.save(update_fields=fields)


class HostSchoolQuerySet(models.QuerySet["HostSchool"]):
    """Visits as pages show them."""

    def shown(self) -> "HostSchoolQuerySet":
        """Those of which the public may know."""
        return self.filter(is_draft=False)


class HostSchool(models.Model):
    """One school's visit in one exchange, usually two visiting teachers for a fortnight."""

    hub_year = models.ForeignKey(
        "hubs.HubYear", models.PROTECT, related_name="host_schools", verbose_name=_("hub in a year")
    )
    school = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("school"),
        help_text=_("Empty: to be announced."),
    )
    is_draft = models.BooleanField(
        _("draft"),
        default=False,
        help_text=_("Nobody but the hub's staff sees it, until it or a session of it is announced."),
    )
    phase = models.PositiveSmallIntegerField(_("phase"), choices=School.Phase, default=School.Phase.PRIMARY)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True, help_text=_("A month is its first and last day."))
    visiting_teachers = models.ManyToManyField(
        VisitingTeacher, blank=True, related_name="host_schools", verbose_name=_("visiting teachers")
    )
    specialists = models.ManyToManyField(MasterySpecialist, blank=True, verbose_name=_("mastery specialists"))
    joining_instructions = models.TextField(
        _("joining instructions"),
        blank=True,
        help_text=_("For everyone with a place at any session of this visit."),
    )
    office_email = EmailField(
        _("school office's email"),
        blank=True,
        help_text=_("Gets the register of each session here: the office must sign every visitor in."),
    )
    visitors_reported = models.PositiveIntegerField(
        _("visitors reported"),
        null=True,
        blank=True,
        help_text=_("For the whole visit, where no register was kept."),
    )
    reported_source = models.CharField(
        _("who reported it"), max_length=200, blank=True, help_text=_("Shown on the hub's page: no person's name.")
    )

    objects = HostSchoolQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("host school")
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day=None, last_day=None)
                | Q(first_day__isnull=False, last_day__isnull=False, first_day__lte=F("last_day")),
                name="visit_days_in_order",
                violation_error_message=_("The last day must not come before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.school or _('School to be announced')} ({self.hub_year})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if kwargs.get("update_fields") is not None:
            return  # the school is where it was, and its sessions may be locked one by one
        spot = self.school.spot if self.school else None
        easting, northing = spot or (None, None)
        self.sessions.filter(venue=None, place_name="").update(easting=easting, northing=northing)

    def announce(self) -> None:
        """Let the public know of it. Twice is once."""
        if self.is_draft:
            self.is_draft = False
            self.save(update_fields=["is_draft"])
