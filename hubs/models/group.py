"""A group of nearby schools that watch and discuss each other's lessons, led by a mastery specialist."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.exchange import MasterySpecialist
from hubs.models.hub import HubYear
from hubs.models.school import School, SchoolList


class WorkGroup(models.Model):
    """Some schools, some teachers of each, some meetings: six, two and six where nothing else is said, and no limits.

    Its meetings are sessions (`ShowcaseSession.group`) that only its schools may book, each place for its two teachers:
    `schools` is the list that says so, filled as schools join.
    """

    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="groups", verbose_name=_("hub in a year"))
    name = models.CharField(_("name"), max_length=100, help_text=_("As the hub says it: Maidstone work group, TRG 3."))
    specialist = models.ForeignKey(
        MasterySpecialist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        verbose_name=_("mastery specialist"),
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("the specialist's school")
    )
    phase = models.PositiveSmallIntegerField(_("phase"), choices=School.Phase, default=School.Phase.PRIMARY)
    schools_wanted = models.PositiveSmallIntegerField(_("schools"), default=6, validators=[MinValueValidator(1)])
    teachers_each = models.PositiveSmallIntegerField(
        _("teachers of each school"), default=2, validators=[MinValueValidator(1)]
    )
    cover_days = models.DecimalField(
        _("days of cover for each teacher"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    hub_pays = models.CharField(
        _("what the hub pays"), max_length=200, blank=True, help_text=_("Such as: £190 a day of cover.")
    )
    about = models.TextField(_("about"), blank=True, help_text=_("What schools are told when they are invited."))
    schools = models.OneToOneField(
        SchoolList, models.PROTECT, null=True, blank=True, editable=False, related_name="group"
    )

    history = HistoricalRecords(excluded_fields=["schools"])

    class Meta:
        verbose_name = _("work group")
        verbose_name_plural = _("work groups")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["hub_year", "name"], name="one_group_a_name"),
            models.CheckConstraint(
                condition=Q(schools_wanted__gte=1, teachers_each__gte=1),
                name="group_has_somebody",
                violation_error_message=_("A group has a school and a teacher of it at least."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
