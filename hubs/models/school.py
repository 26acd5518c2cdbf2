"""Schools of the register, their local authorities, and the lists of schools that hubs keep."""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

from hubs.teaching import Years, year_number

APOSTROPHES = re.compile("['\"]")
NO_WORD = re.compile("[^a-z0-9]+")


def searchable(text: str) -> str:
    """`text` as it is searched: no accents, apostrophes or case; everything else that is no letter or digit a space.

    Letters of every script stay: schools abroad whose names are written in characters are not one school.
    """
    if text.isascii():  # nearly every school's: an import asks for 50,000 of them
        return " ".join(NO_WORD.sub(" ", APOSTROPHES.sub("", text.lower())).split())
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in plain if c not in "'’‘" and not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


class LocalAuthority(models.Model):
    """A local authority in England, by its code in the register."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name_plural = _("local authorities")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    """Schools as a teacher looks for them."""

    def open(self) -> "SchoolQuerySet":
        return self.filter(status__in=School.OPEN)

    def found_by(self, typed: str) -> "SchoolQuerySet":
        """Open schools whose name, town, postcode or URN hold every word of `typed`, best first.

        A postcode is one word with or without its space. No words, no schools.
        """
        words = searchable(typed).split()[:8]
        if not words:
            return self.none()
        whole = " ".join(words)
        found = self.open()
        postcode = whole.replace(" ", "")
        by_words = models.Q()
        for word in words:
            by_words &= models.Q(search__contains=f" {word}")
        close = models.Q(search__contains=f" {postcode} ") if any(c.isdigit() for c in postcode) else models.Q(pk=None)
        rank = models.Case(
            models.When(close, then=0),
            models.When(search__startswith=f" {whole} ", then=1),
            models.When(search__startswith=f" {whole}", then=2),
            default=3,
            output_field=models.SmallIntegerField(),
        )
        return found.filter(by_words | close).order_by(rank, "name", "town", "urn")


class School(models.Model):
    """A school of DfE's register (Get Information about Schools). Closed schools stay, with their successor."""

    class Status(models.IntegerChoices):
        OPEN = 1, _("open")
        CLOSED = 2, _("closed")
        CLOSING = 3, _("open, proposed to close")
        PROPOSED = 4, _("proposed to open")

    class Phase(models.IntegerChoices):
        NOT_APPLICABLE = 0, _("not applicable")
        NURSERY = 1, _("nursery")
        PRIMARY = 2, _("primary")
        MIDDLE_PRIMARY = 3, _("middle deemed primary")
        SECONDARY = 4, _("secondary")
        MIDDLE_SECONDARY = 5, _("middle deemed secondary")
        SIXTEEN_PLUS = 6, _("16 plus")
        ALL_THROUGH = 7, _("all through")

    OPEN = (Status.OPEN, Status.CLOSING)

    urn = models.PositiveIntegerField(_("URN"), primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    type_name = models.CharField(_("type"), max_length=100, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), choices=Status, default=Status.OPEN)
    opened = models.DateField(_("opened"), null=True, blank=True)
    closed = models.DateField(_("closed"), null=True, blank=True)
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, verbose_name=_("successor"))
    phase = models.PositiveSmallIntegerField(_("phase"), choices=Phase, default=Phase.NOT_APPLICABLE)
    low_age = models.PositiveSmallIntegerField(_("lowest age"), null=True, blank=True)
    high_age = models.PositiveSmallIntegerField(_("highest age"), null=True, blank=True)
    local_authority = models.ForeignKey(
        LocalAuthority, models.PROTECT, null=True, blank=True, verbose_name=_("local authority")
    )
    town = models.CharField(_("town"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=8, blank=True)
    easting = models.PositiveIntegerField(_("easting"), null=True, blank=True)
    northing = models.PositiveIntegerField(_("northing"), null=True, blank=True)
    search = models.TextField(editable=False, default="")

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "town"]
        indexes = [
            models.Index(fields=["easting", "northing"], name="school_place"),
            models.Index(fields=["postcode"], name="school_postcode"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.where}" if self.where else self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.search = self.search_text()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def search_text(self) -> str:
        """What `found_by` looks in: each word after a space, the postcode with its space and without."""
        words = searchable(f"{self.name} {self.town} {self.postcode} {self.postcode.replace(' ', '')} {self.urn}")
        return f" {words} "

    @property
    def years(self) -> Years:
        """The year groups it has, by its ages; by its phase where they are not known.

        Independent and special schools and pupil referral units have no phase in the register (0), but mostly ages.
        Pupils of Year n turn n + 5 in it; a school "from 5" has a Reception, whose children turn 5.
        """
        if self.low_age is None or self.high_age is None:
            return YEARS_OF_PHASE.get(self.phase, Years(0))
        years = Years(0)
        for year in Years.singles():
            age = year_number(year) + 4
            if (self.low_age <= age or (self.low_age <= 5 and year is Years.RECEPTION)) and age < self.high_age:
                years |= year
        return years

    @property
    def phase_by_age(self) -> int:
        """The register's phase, or for a school without one the phase that its ages come to."""
        if self.phase or not self.years:
            return self.phase
        younger = bool(self.years & YEARS_OF_PHASE[self.Phase.PRIMARY])
        if self.years & (Years.KS3 | Years.KS4):
            return self.Phase.ALL_THROUGH if younger else self.Phase.SECONDARY
        return self.Phase.PRIMARY if younger else self.Phase.SIXTEEN_PLUS

    @property
    def where(self) -> str:
        """Town and postcode, which tell apart schools of one name."""
        return " ".join(part for part in (self.town, self.postcode) if part)

    def today(self) -> "School":
        """The school that this one has become, following successors (a loop in the register ends it)."""
        school, seen = self, {self.urn}
        while school.successor and school.successor.urn not in seen:
            school = school.successor
            seen.add(school.urn)
        return school


PRIMARY_YEARS = Years.RECEPTION | Years.KS1 | Years.KS2
# The years that a school of each phase has where the register gives no ages.
YEARS_OF_PHASE: dict[int, Years] = {
    School.Phase.PRIMARY: PRIMARY_YEARS,
    School.Phase.MIDDLE_PRIMARY: Years.KS2 | Years.Y7,
    School.Phase.SECONDARY: Years.KS3 | Years.KS4,
    School.Phase.MIDDLE_SECONDARY: Years.Y5 | Years.Y6 | Years.Y7 | Years.Y8,
    School.Phase.SIXTEEN_PLUS: Years.KS5,
    School.Phase.ALL_THROUGH: PRIMARY_YEARS | Years.KS3 | Years.KS4,
}


class SchoolList(models.Model):
    """Schools that a hub keeps and reuses to say who may book, such as "programme schools 2018–19"."""

    hub = models.ForeignKey("hubs.Hub", models.CASCADE, related_name="school_lists", verbose_name=_("hub"))
    name = models.CharField(_("name"), max_length=100)
    schools = models.ManyToManyField(School, blank=True, verbose_name=_("schools"))
    code = models.CharField(
        _("code"),
        max_length=30,
        blank=True,
        help_text=_("For schools that are not in the register. May be empty."),
    )

    class Meta:
        verbose_name = _("list of schools")
        verbose_name_plural = _("lists of schools")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["hub", "name"], name="one_list_a_name")]

    def __str__(self) -> str:
        return self.name
