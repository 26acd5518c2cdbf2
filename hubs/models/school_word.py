"""The words that schools are found by: a row for each word of each school, so that an index leads from word to school.

`LIKE '% word%'` reads every school, 15 to 60 ms; a full-text index is another thing on each database, and ranks
differently. A range over an ordered column is one thing on both, as long as both order by bytes.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from hubs.school_words import LONGEST_WORD, words_to_look_up

if TYPE_CHECKING:
    from hubs.models.school import School

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
        new = ((urn, word) for urn, words in wanted.items() for word in sorted(words - kept.get(urn, set())))
        self.bulk_create([SchoolWord(school_id=urn, word=word) for urn, word in new], BATCH)


class SchoolWord(models.Model):
    """One word of one school, as hubs/school_words.py brings it to one form."""

    word = WordField(_("word"), max_length=LONGEST_WORD)
    school = models.ForeignKey("hubs.School", models.CASCADE, related_name="words", verbose_name=_("school"))

    objects = SchoolWordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "school"], name="a_word_of_a_school_once")]

    def __str__(self) -> str:
        return str(self.word)
