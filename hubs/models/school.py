"""Schools of the register, their local authorities, and the lists of schools that hubs keep."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.postcodes import Spot, district_of, districts, tidy_postcode
from hubs.vocabulary.school_words import LONGEST_WORD, search_text, words_to_look_up
from hubs.vocabulary.teaching import Years, year_number

# The words that schools are found by: a row for each word of each school, so that an index leads from word to school.
#
# `LIKE '% word%'` reads every school, 15 to 60 ms; a full-text index is another thing on each database, and ranks
# differently. A range over an ordered column is one thing on both, as long as both order by bytes.


AFTER_ALL = "\U0010ffff"
BATCH = 2000


class WordField(models.CharField):  # type: ignore[type-arg]
    """Text that is ordered byte by byte on every database.

    SQLite does so by itself. PostgreSQL orders as its cluster was told, and an index in the order of en_GB is of no use
    for the beginnings of words.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        return parameters | ({"collation": "C"} if connection.vendor == "postgresql" else {})


class SchoolWordQuerySet(models.QuerySet["SchoolWord"]):
    def beginning(self, word: str) -> "SchoolWordQuerySet":
        """Those that begin with `word`, in the order of the index."""
        return self.filter(word__gte=word, word__lt=word + AFTER_ALL).order_by("word", "school_id")

    def write(self, schools: Iterable["School"]) -> None:
        """Bring the words of schools to what their `search` says."""
        wanted = {school.urn: words_to_look_up(school.search) for school in schools}
        kept: dict[int, set[str]] = {}
        for urn, word in self.filter(school__in=wanted).values_list("school_id", "word"):
            kept.setdefault(urn, set()).add(word)
        for urn, words in kept.items():
            if gone := words - wanted[urn]:
                self.filter(school=urn, word__in=gone).delete()
        self._create((urn, word) for urn, words in wanted.items() for word in words - kept.get(urn, set()))

    def add(self, schools: Iterable["School"]) -> None:
        """The words of schools that have none yet."""
        self._create((school.urn, word) for school in schools for word in words_to_look_up(school.search))

    def _create(self, words: Iterable[tuple[int, str]]) -> None:
        self.bulk_create([SchoolWord(school_id=urn, word=word) for urn, word in sorted(words)], BATCH)


class SchoolWord(models.Model):
    """One word of one school, as hubs/vocabulary/school_words.py brings it to one form."""

    word = WordField(_("word"), max_length=LONGEST_WORD)
    school = models.ForeignKey("hubs.School", models.CASCADE, related_name="words", verbose_name=_("school"))

    objects = SchoolWordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "school"], name="a_word_of_a_school_once")]

    def __str__(self) -> str:
        return str(self.word)


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

    def found_today(self) -> "SchoolQuerySet":
        """Those that are open, or have become another school."""
        return self.filter(models.Q(status__in=School.OPEN) | models.Q(successor__isnull=False))

    def spot_of(self, postcode: str) -> Spot | None:
        """Where a postcode is: where a school has it, else the middle of its district; None where that is not known."""
        if tidy := tidy_postcode(postcode):
            has_it = self.filter(postcode=tidy, easting__isnull=False, northing__isnull=False)
            for easting, northing in has_it.order_by("urn").values_list("easting", "northing")[:1]:
                return easting or 0, northing or 0
        return districts().get(district_of(postcode))

    def in_order(self, urns: Sequence[int]) -> "SchoolQuerySet":
        """The schools of these URNs, in their order."""
        if not urns:
            return self.none()
        place = [models.When(pk=urn, then=n) for n, urn in enumerate(urns)]
        return self.filter(pk__in=urns).order_by(models.Case(*place, output_field=models.IntegerField()))

    def bulk_create(self, objs: Iterable["School"], *args: Any, **kwargs: Any) -> list["School"]:
        """As Django's, with what each school is found by."""
        schools = list(objs)
        for school in schools:
            school.search = school.search_text()
        with transaction.atomic():
            made = super().bulk_create(schools, *args, **kwargs)
            _tell_those_who_follow(made)
        return made


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
    # As the register has them, where it does; empty is not known, and never none.
    pupils = models.PositiveIntegerField(_("pupils"), null=True, blank=True)
    free_meals = models.DecimalField(
        _("eligible for free school meals, in per cent"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    # What the search ranks by; the words that lead here stand in SchoolWord.
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = self.search_text()
        with transaction.atomic():
            super().save(*args, **kwargs)
            if kwargs.get("force_insert"):  # a row that was not there has no words yet, and no session is at it
                SchoolWord.objects.add([self])
            else:
                _tell_those_who_follow([self])

    def search_text(self) -> str:
        """What it is ranked by when somebody looks for it (hubs/vocabulary/school_words.py)."""
        authority = self.local_authority.name if self.local_authority else ""
        return search_text(name=self.name, places=[self.town, authority], postcode=self.postcode, urn=self.urn)

    @property
    def spot(self) -> Spot | None:
        """Where it is; by its postcode's district where the register does not say."""
        if self.easting is not None and self.northing is not None:
            return self.easting, self.northing
        return districts().get(district_of(self.postcode))

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


def _tell_those_who_follow(schools: list[School]) -> None:
    """What is kept of schools elsewhere, to find them and their sessions by an index."""
    SchoolWord.objects.write(schools)
    apps.get_model("hubs", "ShowcaseSession").objects.move_with(schools)


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
