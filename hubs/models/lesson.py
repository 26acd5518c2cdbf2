"""The lessons of a session, and its programme. Times of day are London's on the session's day."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from hubs.models.exchange import MasterySpecialist, VisitingTeacher
from hubs.models.school import School
from hubs.models.session import ShowcaseSession
from hubs.vocabulary.flags import FlagField
from hubs.vocabulary.number_sentences import Picture, read
from hubs.vocabulary.teaching import Years, lesson_name

MOST_LESSONS = 4
MOST_LINES, LONGEST_LINE = 3, 150


def few_short_lines(said: str) -> None:
    """What to watch for is read in the doorway: up to three lines."""
    lines = said.splitlines()
    if len(lines) > MOST_LINES:
        raise ValidationError(_now("Write at most %(most)d lines.") % {"most": MOST_LINES})
    if max(map(len, lines), default=0) > LONGEST_LINE:
        raise ValidationError(_now("A line has at most %(most)d characters.") % {"most": LONGEST_LINE})


class Lesson(models.Model):
    """One lesson that visitors watch. Who teaches: the teachers below, the person named, or to be announced."""

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="lessons")
    position = models.PositiveSmallIntegerField(_("order"), default=1, validators=[MaxValueValidator(MOST_LESSONS)])
    starts = models.TimeField(_("starts"), null=True, blank=True)
    ends = models.TimeField(_("ends"), null=True, blank=True)
    years = FlagField(_("class"), flag=Years)
    topic = models.CharField(_("topic"), max_length=150, blank=True)
    picture = models.CharField(
        _("picture of number"),
        max_length=10,
        choices=Picture,
        blank=True,
        help_text=_("Shown large on the session's page. Empty: no picture."),
    )
    picture_of = models.CharField(
        _("what it shows"),
        max_length=60,
        blank=True,
        help_text=_(
            "A number sentence, with ? for what is not known: 52 − 37 = ?, 8 + 5 = 13, 7/8 − 3/8 = 4/8, 3,052."
        ),
    )
    watch_for = models.TextField(
        _("what to watch for"),
        blank=True,
        validators=[few_short_lines],
        help_text=_("Up to three lines, each a sentence. Shown with the lesson to whoever thinks of coming."),
    )
    class_note = models.CharField(_("note on the class"), max_length=150, blank=True)
    pupils_of = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pupils of"),
        help_text=_("Empty: the school where it is. Another school is shown only to people with a place."),
    )
    visiting_teachers = models.ManyToManyField(VisitingTeacher, blank=True, verbose_name=_("visiting teachers"))
    specialists = models.ManyToManyField(MasterySpecialist, blank=True, verbose_name=_("mastery specialists"))
    other_teacher = models.CharField(_("another teacher"), max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="one_lesson_a_position"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_LESSONS),
                name="at_most_four_lessons",
                violation_error_message=_("A session has at most four lessons."),
            ),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gt=F("starts")),
                name="lesson_ends_after_it_starts",
                violation_error_message=_("The lesson must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(picture="", picture_of="") | (~Q(picture="") & ~Q(picture_of="")),
                name="lesson_picture_shows_something",
                violation_error_message=_("Choose a picture and say what it shows, or leave both empty."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Lesson"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self._tell_session()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        self._tell_session()
        return deleted

    def clean(self) -> None:
        """The number sentence as it will stand on the page: 52-37=? becomes 52 − 37 = ?"""
        super().clean()
        if self.picture in Picture.values and self.picture_of:
            try:
                self.picture_of = str(read(self.picture_of, Picture(self.picture)))
            except ValidationError as error:
                raise ValidationError({"picture_of": error}) from None

    def _tell_session(self) -> None:
        """Put what is taught on the session, which is named by it."""
        lessons = Lesson.objects.filter(session=self.session_id)
        self.session.taught = [[int(lesson.years), lesson.topic] for lesson in lessons]
        ShowcaseSession.objects.filter(pk=self.session_id).update(taught=self.session.taught)

    @property
    def name(self) -> str:
        """Class and topic, as far as they are known: "Year 3: subtraction"."""
        return lesson_name(self.years, self.topic)

    @property
    def to_watch_for(self) -> list[str]:
        """What to watch for, a line each."""
        return [line for said in self.watch_for.splitlines() if (line := said.strip())]


class ProgrammeSegment(models.Model):
    """A line of the programme, with a time and a place in the building if they are known."""

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="programme")
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    starts = models.TimeField(_("starts"), null=True, blank=True)
    ends = models.TimeField(_("ends"), null=True, blank=True)
    text = models.CharField(_("what happens"), max_length=150)
    place = models.CharField(_("where in the building"), max_length=100, blank=True)
    is_lesson = models.BooleanField(_("a lesson"), default=False, help_text=_("Stands out in the programme."))

    class Meta:
        verbose_name = _("line of the programme")
        verbose_name_plural = _("programme")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
