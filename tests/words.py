"""The Chinese words of the pages: `python -m tests.words` brings the catalogue up to date after a change of words.

It reads every string that somebody without an account can meet (pages, forms, mails), keeps what is translated, and
compiles. What is left to translate it lists; tests/test_words.py fails until nothing is.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "showcase" / "locale" / "zh_Hans" / "LC_MESSAGES"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# What staff alone see speaks English, and so does the demo.
OF_STAFF = (
    "templates/admin/",
    "templates/registration/",
    "templates/dev_mail.html",
    "templates/emails/device_removed",
    "templates/emails/invited",
    "templates/emails/password",
    "bookings/admin/",
    "bookings/management/",
    "bookings/copying.py",
    "bookings/exports.py",
    "bookings/models/audit.py",
    "bookings/models/outbox.py",
    "bookings/staff_mails.py",
    "bookings/views/password.py",
    "hubs/admin/",
    "hubs/management/",
    "hubs/models/staff.py",
    "hubs/signing_in/",
    "showcase/admin_site.py",
)
# What happened, in the story that staff read.
CLASSES_OF_STAFF = {"bookings/states.py": ("Verb", "Kind")}


def sources() -> list[Path]:
    """The files whose words teachers meet."""
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt")]
    found += [path for app in ("bookings", "hubs", "showcase") for path in ROOT.glob(f"{app}/**/*.py")]
    named = {str(path.relative_to(ROOT)): path for path in found if "migrations" not in path.parts}
    return [path for name, path in sorted(named.items()) if not name.startswith(OF_STAFF)]


def catalogue() -> Catalog:
    """Every string of the sources, with where it stands; nothing translated."""
    said = Catalog(locale="zh_Hans", domain="django", project="Showcase", fuzzy=False)
    for path in sources():
        name = str(path.relative_to(ROOT))
        for line, message, comments, context in _strings(path):
            said.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return said


def _strings(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text()
    if path.suffix == ".py":
        lines = _lines_that_show(path, ast.parse(text))
    else:
        # Django's own trick: what is not to be translated becomes X's. In brackets, no indentation matters.
        text, lines = f"({templatize(text)})", None
    found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS)
    return (one for one in found if one[1] and (lines is None or one[0] in lines))


def _lines_that_show(path: Path, module: ast.Module) -> set[int]:
    """Of a model's strings, those of its choices and methods: the names of its fields are for staff."""
    in_models = "models" in path.parts
    of_staff = CLASSES_OF_STAFF.get(str(path.relative_to(ROOT)), ())
    lines: set[int] = set() if in_models else set(range(1, 10_000))
    for node in ast.walk(module):
        span = set(range(node.lineno, (node.end_lineno or 0) + 1)) if hasattr(node, "lineno") else set()
        if isinstance(node, ast.ClassDef) and node.name in of_staff:
            lines -= span
        elif in_models and (isinstance(node, ast.FunctionDef) or _is_choices(node)):
            lines |= span
    return lines


def _is_choices(node: ast.AST) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(getattr(base, "attr", getattr(base, "id", "")).endswith("Choices") for base in bases)


def kept() -> Catalog:
    """The catalogue as it stands in the project."""
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def compiled(said: Catalog) -> bytes:
    """The same as the program reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, said)
    return buffer.getvalue()


def untranslated(said: Catalog) -> list[str]:
    """The strings that have no Chinese yet, or a guess at it."""
    return [str(one.id) for one in said if one.id and (one.fuzzy or not all(_forms(one.string)))]


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def main() -> None:
    said = kept()
    dates = said.creation_date, said.revision_date
    said.update(catalogue(), no_fuzzy_matching=True)
    said.obsolete.clear()
    said.creation_date, said.revision_date = dates  # the same words make the same file
    with (FOLDER / "django.po").open("wb") as file:
        write_po(file, said, width=0, include_lineno=False)
    (FOLDER / "django.mo").write_bytes(compiled(said))
    for words in untranslated(said):
        print(words)


if __name__ == "__main__":
    main()
