"""What an exchange cost a hub, in pounds and in teachers' days, and what the hub itself writes beside its figures."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.exchange import HostSchool
from hubs.models.group import WorkGroup
from hubs.models.hub import HubYear
from hubs.models.session import ShowcaseSession
from hubs.vocabulary.money import pounds


class Cost(models.Model):
    """One line: pounds of a kind, or days of teachers away from their classes. Never both: they are not added up."""

    class Kind(models.TextChoices):
        TRAVEL = "travel", _("travel")
        COVER = "cover", _("cover")
        VENUE = "venue", _("venue and food")
        OTHER = "other", _("other")
        SPECIALISTS = "specialists", _("specialists away, in days")
        HOSTS = "hosts", _("host staff, in days")

    IN_DAYS = (Kind.SPECIALISTS.value, Kind.HOSTS.value)

    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="costs", verbose_name=_("hub in a year"))
    # Of what, where it is not of the whole exchange: one of them.
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name=_("host school's visit")
    )
    session = models.ForeignKey(
        ShowcaseSession, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name=_("session")
    )
    group = models.ForeignKey(
        WorkGroup, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name=_("work group")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    pence = models.PositiveIntegerField(_("pence"), null=True, blank=True)
    days = models.DecimalField(_("days"), max_digits=7, decimal_places=1, null=True, blank=True)
    who_pays = models.CharField(
        _("who pays"),
        max_length=100,
        blank=True,
        help_text=_("Such as: the programme. Stands in the report: no person’s name."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("For the hub alone."))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("cost")
        ordering = ["hub_year", "kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["specialists", "hosts"], pence=None, days__gt=0)
                | Q(kind__in=["travel", "cover", "venue", "other"], pence__isnull=False, days=None),
                name="cost_in_pounds_or_in_days",
                violation_error_message=_("Enter pounds, or days for teachers away, one of them."),
            ),
            models.CheckConstraint(
                condition=Q(host_school=None, session=None)
                | Q(host_school=None, group=None)
                | Q(session=None, group=None),
                name="cost_of_one_thing",
                violation_error_message=_("Choose a visit, a session or a group, one of them."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def amount(self) -> str:
        """As it is typed: "75" or "12.50" pounds, "3.5" days; empty while nothing is said."""
        if self.days is not None:
            return f"{self.days.normalize():f}"
        return "" if self.pence is None else pounds(self.pence).removeprefix("£")

    @property
    def of(self) -> Any:
        """The visit, session or group that it is of; None where it is of the whole exchange."""
        return self.host_school or self.session or self.group


class Remark(models.Model):
    """What the hub writes under a heading of its report, "Snow: two sessions cancelled", kept in the print."""

    class Section(models.TextChoices):
        PLACES = "places", _("places")
        WHO = "who", _("who came")
        FILLED = "filled", _("how it filled")
        REACH = "reach", _("reach")
        SAID = "said", _("what they said")
        COST = "cost", _("cost")
        GROUPS = "groups", _("groups")

    hub_year = models.ForeignKey(HubYear, models.CASCADE, related_name="remarks", verbose_name=_("hub in a year"))
    section = models.CharField(_("heading"), max_length=10, choices=Section)
    text = models.CharField(_("what the hub writes"), max_length=500)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("remark in the report")
        verbose_name_plural = _("remarks in the report")
        ordering = ["hub_year", "section"]
        constraints = [models.UniqueConstraint(fields=["hub_year", "section"], name="one_remark_a_heading")]

    def __str__(self) -> str:
        return self.text
