"""A certificate as a PDF of one A4 page: tagged, with title and language, every letter of a name in it.

Set by Typst from the .typ files beside this one, to the standard for PDFs that everybody can read (PDF/UA-1): what
breaks it is not made (docs/decisions/0040). What is said comes in as data and is never read as markup. No font of the
machine is used, so that it looks the same everywhere, and nothing is fetched.
"""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fontpkg_noto_sans_arabic
import fontpkg_source_sans_3
import pylopdf_fonts_zh_cn
from django.utils.translation import gettext as _

from bookings.public.certificate import Sheet
from bookings.public.certificate_of_teaching import TaughtSheet
from hubs.vocabulary.languages import CHINESE, TAGS, in_both, tag
from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    import typst
else:
    typst = Later("typst")

HERE = Path(__file__).parent
HEAD = (HERE / "certificate_head.typ").read_bytes()
ATTENDANCE, TEACHING = (HEAD + (HERE / f"certificate{of}.typ").read_bytes() for of in ("", "_of_teaching"))
FONTS = [
    Path(fontpkg_source_sans_3.ROOT) / "files",
    Path(fontpkg_noto_sans_arabic.ROOT) / "files",
    pylopdf_fonts_zh_cn.sans_path().parent,
]
# One page at a time: a compiler is not made to be used by several threads at once, and a page takes milliseconds.
_one_at_a_time = threading.Lock()


class CannotBeSet(Exception):
    """A letter for which none of our fonts has a sign: the page that prints has those of the reader's machine."""


def of(sheet: Sheet) -> bytes:
    """The PDF of somebody who came, in the language of the page. Raises CannotBeSet."""
    said = {
        "title": _("Certificate: %(name)s") % {"name": sheet.name},
        "language": tag(),
        "hub": sheet.hub,
        "kind": _("Certificate of attendance"),
        "name": sheet.name,
        "came": _("came to"),
        "what": sheet.what,
        "sort": sheet.kind,
        "facts": sheet.facts,
        "code_is": _("Code"),
        "code": sheet.code,
        "check": sheet.how_to_check,
    }
    return _set(ATTENDANCE, said)


def of_teaching(sheet: TaughtSheet) -> bytes:
    """The PDF of somebody who taught, in Chinese and in English. Raises CannotBeSet."""
    title = in_both(lambda: _("Certificate: %(name)s") % {"name": sheet.name})
    said = {
        "title": str(title),
        "language": TAGS[CHINESE],
        "hub": sheet.hub,
        "kind": sheet.kind,
        "name": sheet.name,
        "what": sheet.what,
        "facts": sheet.facts,
        "quoted": sheet.quoted,
        "quotes": sheet.quotes,
        "code_is": sheet.code_is,
        "code": sheet.code,
        "check": sheet.how_to_check,
    }
    return _set(TEACHING, said)


def _set(template: bytes, said: dict[str, Any]) -> bytes:
    with _one_at_a_time:
        try:
            made = _compiler().compile(
                input=template, format="pdf", sys_inputs={"said": json.dumps(said)}, pdf_standards="ua-1"
            )
        except typst.TypstError as error:
            if "could not be displayed" in str(error):
                raise CannotBeSet from error
            raise
    if not isinstance(made, bytes):
        raise TypeError("Typst has made no single file.")
    return made


@lru_cache(maxsize=1)
def _compiler() -> "typst.Compiler":
    """Made when it is first needed, by each process for itself."""
    return typst.Compiler(font_paths=list(FONTS), ignore_system_fonts=True)
