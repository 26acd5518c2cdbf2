"""Files in the database, so that several hosts, a replica and a backup need nothing else.

A file is called by what is in it (its SHA-256 and its type), so nothing of what somebody called it is kept, and the
same file twice is one. It lies in pieces, so that neither a database nor a host ever holds all of it at once.
"""

import datetime as dt
import hashlib
import io
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.files import LONGEST_SIDE, MOST_BYTES, OF_A_PORTRAIT, PHOTOGRAPHS, painted_anew, type_of

PIECE = 256 * 1024
STAYS = dt.timedelta(hours=1)  # that nothing names, so that a form that is being saved finds what it has just stored


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unused(self) -> "StoredFileQuerySet":
        """Files that no row names."""
        found = self
        for field in file_fields():
            named = field.model._base_manager.filter(**{field.name: OuterRef("pk")})
            found = found.filter(~Exists(named))
        return found

    def forget(self, *, now: dt.datetime) -> int:
        """Delete what no row names any more; returns how many files that were. With nothing to do it writes nothing."""
        old = self.filter(stored_at__lte=now - STAYS)
        return old._delete_unused() if old.unused().exists() else 0

    def forget_now(self, names: list[str]) -> int:
        """The same of these files, at once: somebody has taken back that they may be kept."""
        return self.filter(pk__in=names)._delete_unused()

    @transaction.atomic
    def _delete_unused(self) -> int:
        """Whoever stores the same file at this moment waits for the lock, and then stores it anew."""
        unused = list(self.unused().select_for_update().values_list("pk", flat=True))
        StoredFile.objects.filter(pk__in=unused).delete()
        return len(unused)


class StoredFile(models.Model):
    """One file. `name` is its SHA-256 and its type."""

    name = models.CharField(_("name"), max_length=80, primary_key=True)
    size = models.PositiveIntegerField(_("size"))
    stored_at = models.DateTimeField(_("stored at"), auto_now=True)

    objects = StoredFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class StoredPiece(models.Model):
    """A part of a file: it is read one by one."""

    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="pieces")
    position = models.PositiveSmallIntegerField(_("order"))
    content = models.BinaryField(_("content"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="one_piece_a_position")]

    def __str__(self) -> str:
        return f"{self.file_id}, {self.position}"


class PiecesOfAFile(io.RawIOBase):
    """The bytes of a stored file, read piece by piece."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__()
        self.stored, self.size, self.at = name, size, 0
        self.piece: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at = max(start + offset, 0)
        return self.at

    def readinto(self, buffer: Any) -> int:
        number, inside = divmod(self.at, PIECE)
        if self.at >= self.size:
            return 0
        if self.piece[0] != number:
            found = StoredPiece.objects.values_list("content", flat=True).get(file=self.stored, position=number)
            self.piece = (number, bytes(found))
        part = self.piece[1][inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self.at += len(part)
        return len(part)


@deconstructible
class DatabaseStorage(Storage):
    """Django's door to them: what a file field keeps is the name. Photographs are painted anew on their way in."""

    def __init__(self, longest_side: int = LONGEST_SIDE) -> None:
        self.longest_side = longest_side

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Names are made of what is in the file."""
        return name

    @transaction.atomic
    def _save(self, name: str, content: "File[Any]") -> str:
        if content.size > MOST_BYTES:
            raise SuspiciousFileOperation("too large")
        if type_of(name) in PHOTOGRAPHS:
            content.seek(0)
            content = painted_anew(content, longest=self.longest_side)
            name = content.name or name
        stored = StoredFile(name=f"{_digest(content)}.{type_of(name)}", size=content.size)
        if StoredFile.objects.filter(pk=stored.pk).select_for_update().exists():
            stored.save(force_update=True)  # so that it is not forgotten before a row names it
            return stored.pk
        stored.save(force_insert=True)
        for position, piece in enumerate(content.chunks(PIECE)):
            StoredPiece.objects.create(file=stored, position=position, content=piece)
        return stored.pk

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        size = StoredFile.objects.filter(pk=name).values_list("size", flat=True).first()
        if size is None:
            raise FileNotFoundError(name)
        return File(io.BufferedReader(PiecesOfAFile(name, size), PIECE), name)

    def exists(self, name: str) -> bool:
        return StoredFile.objects.filter(pk=name).exists()

    def size(self, name: str) -> int:
        return StoredFile.objects.get(pk=name).size

    def url(self, name: str | None) -> str:
        """None: a page of ours decides who may read a file. Django's read-only forms ask."""
        return ""

    def delete(self, name: str) -> None:
        """Another row may name the same file: `forget` deletes what none does."""


def for_portraits() -> DatabaseStorage:
    """Photographs of people are shown small, so they are kept small."""
    return DatabaseStorage(longest_side=OF_A_PORTRAIT)


def _digest(content: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks(PIECE):
        digest.update(chunk)
    return digest.hexdigest()


def file_fields() -> list["models.FileField"]:
    """Every field that names a stored file."""
    named = (
        field
        for model in StoredFile._meta.apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    )
    return [field for field in named if isinstance(field.storage, DatabaseStorage)]
