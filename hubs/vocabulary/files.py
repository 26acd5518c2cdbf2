"""Files that come in through the one door: of a type that we know, of a size that we keep, photographs without traces.

A photograph says where and when it was taken, on which phone, by whom: none of it is kept. It is painted anew, so that
nothing but what can be seen comes through, and what is no picture at all never does.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    from PIL import Image, ImageOps
else:
    Image, ImageOps = Later("PIL.Image"), Later("PIL.ImageOps")

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_PIXELS = 50_000_000  # a phone's largest photograph; a picture may be small as a file and fill the memory as one
LONGEST_SIDE, OF_A_PORTRAIT = 2000, 480
QUALITY = 82
PHOTOGRAPHS = ("jpg", "jpeg", "png")


def type_of(name: str) -> str:
    """The type that a file's name says: "pdf"."""
    return PurePath(name).suffix.lower().removeprefix(".")


def check(file: Any) -> None:
    """Raises ValidationError where a file is too large, of no type that we know, or not of the type that it says.

    What is kept already has been asked, and may have been lost since: the rest of its form can still be saved.
    """
    if getattr(file, "_committed", False):
        return
    if file.size > MOST_BYTES:
        raise ValidationError(
            _("This file is larger than 10 MB. Make it smaller, or put it on a site and give its address.")
        )
    looks_like = LOOKS_LIKE.get(type_of(file.name))
    if looks_like is None:
        raise ValidationError(_("Choose a file of one of these types: %(types)s.") % {"types": ", ".join(FILE_TYPES)})
    file.open()
    try:
        fits = looks_like(file)
    finally:
        file.seek(0)
    if not fits:
        raise ValidationError(_("This is not a %(type)s file, whatever its name says.") % {"type": type_of(file.name)})


def is_photograph(file: Any) -> None:
    """Raises ValidationError where a file is no photograph."""
    if type_of(file.name) not in PHOTOGRAPHS:
        raise ValidationError(_("Choose a photograph: %(types)s.") % {"types": ", ".join(PHOTOGRAPHS)})
    check(file)


def painted_anew(file: IO[bytes], *, longest: int) -> "File[bytes]":
    """A photograph with nothing in it but what can be seen, turned upright, no side longer than `longest`.

    What can be seen through stays a PNG; everything else becomes a JPEG.
    """
    with Image.open(file, formats=["JPEG", "PNG"]) as found:
        _refuse_too_many_pixels(found)
        upright = ImageOps.exif_transpose(found)
        mode = "RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB"
        seen = upright.convert(mode)
    seen.thumbnail((longest, longest))
    clean = Image.new(mode, seen.size)
    clean.paste(seen)
    made = io.BytesIO()
    if mode == "RGBA":
        clean.save(made, "PNG", optimize=True)
        return ContentFile(made.getvalue(), "photograph.png")
    clean.save(made, "JPEG", quality=QUALITY, optimize=True)
    return ContentFile(made.getvalue(), "photograph.jpg")


def _refuse_too_many_pixels(image: "Image.Image") -> None:
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too many pixels")


# --- what a file of each type looks like ------------------------------------------------------------------------------


def _begins(*with_one_of: bytes, at: int = 0) -> Callable[[IO[bytes]], bool]:
    def begins(file: IO[bytes]) -> bool:
        return file.read(at + 16)[at:].startswith(with_one_of)

    return begins


def _holds(name: str) -> Callable[[IO[bytes]], bool]:
    """A ZIP archive with a file of that name in it, as an office program writes."""

    def holds(file: IO[bytes]) -> bool:
        try:
            with zipfile.ZipFile(file) as archive:
                return not name or name in archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return False

    return holds


def _is_picture(file: IO[bytes]) -> bool:
    try:
        painted_anew(file, longest=64)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


LOOKS_LIKE: dict[str, Callable[[IO[bytes]], bool]] = {
    "pdf": _begins(b"%PDF-"),
    "docx": _holds("word/document.xml"),
    "pptx": _holds("ppt/presentation.xml"),
    "xlsx": _holds("xl/workbook.xml"),
    "odt": _holds("mimetype"),
    "odp": _holds("mimetype"),
    "ods": _holds("mimetype"),
    "png": _is_picture,
    "jpg": _is_picture,
    "jpeg": _is_picture,
    "mp4": _begins(b"ftyp", at=4),
    "zip": _holds(""),
}
FILE_TYPES = list(LOOKS_LIKE)
