"""Hubs, what they are called and who leads them in a year, and their notices."""

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.whose_year import in_turn
from hubs.vocabulary.email_address import EmailField

# An origin as browsers write it, so that nothing else can get into the policy's header (RFC 6454).
ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?", re.ASCII)


def check_origins(text: str) -> None:
    """Exact origins, one a line: a scheme and a host, perhaps a port. Raises ValidationError with the line."""
    for line in text.split():
        if not ORIGIN.fullmatch(line):
            raise ValidationError(_("Write %(line)s as https:// and a name, nothing after it."), params={"line": line})


class HubQuerySet(models.QuerySet["Hub"]):
    """Hubs as pages list them."""

    def with_name(self, *, today: dt.date) -> "HubQuerySet":
        """With `current_name`, that of the current year; None where there is no year yet; in its order."""
        years = in_turn(HubYear.objects.filter(hub=models.OuterRef("pk")), today=today)
        named = self.annotate(current_name=models.Subquery(years.values("name")[:1]))
        return named.order_by("current_name")

    def named(self, *, today: dt.date) -> "HubQuerySet":
        """Hubs that have had a year, with their name."""
        return self.with_name(today=today).filter(models.Exists(HubYear.objects.filter(hub=models.OuterRef("pk"))))


class Hub(models.Model):
    """A Maths Hub: what stays when its name and lead school change, and its settings."""

    slug = models.SlugField(_("address"), unique=True, help_text=_("The last part of the hub's page's address."))
    hold_until = models.TimeField(
        _("places are kept until"),
        default=dt.time(18),
        help_text=_("On the next school day, while people confirm."),
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours an offer stands"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("School hours: Monday to Friday, 8:00 to 18:00."),
    )
    share = models.PositiveSmallIntegerField(
        _("places each school may take"), null=True, blank=True, default=2, help_text=_("Empty: no limit.")
    )
    share_for_good = models.BooleanField(
        _("for good"), default=False, help_text=_("Not lifted five school days before, as it is otherwise.")
    )
    retention_months = models.PositiveSmallIntegerField(_("months that names are kept"), default=12)
    data_contact = EmailField(_("address for questions about data"), blank=True)
    in_the_classroom = models.TextField(
        _("how to behave in a classroom"),
        blank=True,
        help_text=_("Stands on the sheet that visitors bring, one line a point. Empty: our own words."),
    )
    embed_origins = models.TextField(
        _("sites that may show the hub's list"),
        blank=True,
        validators=[check_origins],
        help_text=_("One a line, such as https://www.kentmathshub.example. Nothing after the name."),
    )
    second_factor_required = models.BooleanField(
        _("staff need a second factor"),
        default=False,
        help_text=_("Whoever belongs to this hub signs in with a code from a phone besides the password."),
    )

    objects = HubQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=models.Q(offer_hours__gte=1), name="hub_offer_stands_an_hour"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gte=1),
                name="hub_share_is_a_place",
                violation_error_message=_("Give each school at least one place, or leave this empty."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("hub", args=[self.slug])


class OldHubAddress(models.Model):
    """An address that a hub's page had; it redirects."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="old_addresses", verbose_name=_("hub"))
    slug = models.SlugField(_("address"), unique=True)

    class Meta:
        verbose_name = _("old address of a hub")
        verbose_name_plural = _("old addresses of hubs")

    def __str__(self) -> str:
        return self.slug


class HubYearQuerySet(models.QuerySet["HubYear"]):
    """Hubs by year, as pages name them."""

    def current(self, *, today: dt.date) -> "HubYearQuerySet":
        """Each hub as it is now (whose_year.py)."""
        return self.filter(pk=models.Subquery(_years_in_turn(today).values("pk")[:1]))

    def earlier(self, *, today: dt.date) -> "HubYearQuerySet":
        """The years before each hub's current one. What comes after it is being prepared, and nobody's yet."""
        return self.filter(exchange__year__lt=models.Subquery(_years_in_turn(today).values("exchange__year")[:1]))

    def of(self, slug: str, *, today: dt.date) -> "HubYearQuerySet":
        """The current year of the hub of that address and then those before, with what a page says at its top."""
        current = models.Subquery(_years_in_turn(today).values("exchange__year")[:1])
        named = self.select_related("hub", "lead_school", "exchange")
        return named.filter(hub__slug=slug, exchange__year__lte=current).order_by("-exchange__year")


def _years_in_turn(today: dt.date) -> "HubYearQuerySet":
    """The years of the hub of the row that is asked about, the current one first."""
    return in_turn(HubYear.objects.filter(hub=models.OuterRef("hub")), today=today)


class HubYear(models.Model):
    """A hub in one academic year: its name, lead school, partners, area and contact, which change between years."""

    hub = models.ForeignKey(Hub, models.PROTECT, related_name="years", verbose_name=_("hub"))
    exchange = models.ForeignKey("hubs.Exchange", models.PROTECT, related_name="hub_years", verbose_name=_("exchange"))
    name = models.CharField(_("name"), max_length=100, help_text=_("Such as Kent & Medway Maths Hub."))
    programme_name = models.CharField(
        _("what the hub calls its sessions"),
        max_length=100,
        blank=True,
        help_text=_("Such as Shanghai Live 2019."),
    )
    lead_school = models.ForeignKey(
        "hubs.School", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead school")
    )
    partners = models.TextField(_("strategic partners"), blank=True, help_text=_("One a line."))
    area = models.ManyToManyField("hubs.LocalAuthority", blank=True, verbose_name=_("area"))
    about = models.TextField(_("about"), blank=True, help_text=_("A paragraph for the hub's page."))
    about_zh = models.TextField(_("about, in Chinese"), blank=True)
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    contact_email = EmailField(_("contact's email"), blank=True)
    contact_phone = models.CharField(_("contact's telephone"), max_length=30, blank=True)
    tells_of_groups = models.BooleanField(
        _("say that there are groups"),
        default=False,
        help_text=_("Its page then says that nearby schools watch each other’s lessons in groups, and whom to ask."),
    )
    cover_day_pence = models.PositiveIntegerField(
        _("a day's cover, in pence"), null=True, blank=True, help_text=_("What the hub reckons with in its report.")
    )
    # Which figures of its report its public page shows: names of figures, none unless the hub chooses.
    shows = models.JSONField(default=list, blank=True, editable=False)

    # When what ends with its exchange was deleted last, and when the hub's own words of it were (bookings/forgetting/).
    ended_at = models.DateTimeField(null=True, editable=False)
    forgotten_at = models.DateTimeField(null=True, editable=False)

    objects = HubYearQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["ended_at", "forgotten_at"])

    class Meta:
        verbose_name = _("hub in a year")
        verbose_name_plural = _("hubs by year")
        ordering = ["-exchange__year", "name"]
        constraints = [models.UniqueConstraint(fields=["hub", "exchange"], name="one_hub_a_year")]

    def __str__(self) -> str:
        return f"{self.name}, {self.exchange.academic_year}"

    @property
    def partner_names(self) -> list[str]:
        return [line.strip() for line in self.partners.splitlines() if line.strip()]

    @property
    def where(self) -> str:
        """The authorities of its area, else its lead school's town; empty where neither is known."""
        town = self.lead_school.town if self.lead_school else ""
        return ", ".join(authority.name for authority in self.area.all()) or town


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices as pages show them."""

    def showing(self, *, now: dt.datetime) -> "NoticeQuerySet":
        return self.filter(from_at__lte=now, until_at__gt=now)


class Notice(models.Model):
    """A sentence on lists, hubs, sessions and feeds, from one moment until another: a hub's, or everyone's."""

    hub = models.ForeignKey(
        Hub,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("hub"),
        help_text=_("Empty: shown everywhere."),
    )
    text = models.CharField(_("sentence"), max_length=300)
    text_zh = models.CharField(_("sentence in Chinese"), max_length=300, blank=True)
    link = models.URLField(_("link"), blank=True)
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"), db_index=True)

    objects = NoticeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["from_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_at__gt=models.F("from_at")),
                name="notice_ends_after_it_starts",
                violation_error_message=_("The notice must end after it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.text
