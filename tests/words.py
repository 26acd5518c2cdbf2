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

Message = str | tuple[str, ...]

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "showcase" / "locale" / "zh_Hans" / "LC_MESSAGES"
# How many forms of a message a call gives, and whether a context stands before them.
CALLS = {
    "_": (1, False),
    "_now": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (1, True),
    "npgettext": (2, True),
}
# What templates become, in the words of Babel.
IN_TEMPLATES = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# What staff alone see speaks English, and so does the demo.
OF_STAFF = (
    "templates/admin/",
    "templates/report/",
    "templates/registration/",
    "templates/dev_mail.html",
    "templates/emails/device_removed",
    "templates/emails/invited",
    "templates/emails/password",
    "bookings/admin/",
    "bookings/management/",
    "bookings/report/",
    "bookings/sessions/copying.py",
    "bookings/admin/base/spreadsheets.py",
    "bookings/models/audit.py",
    "bookings/models/group.py",
    "bookings/groups/meetings.py",
    "bookings/models/outbox.py",
    "bookings/mail/staff_mails.py",
    "bookings/views/password.py",
    "hubs/admin/",
    "hubs/vocabulary/typed",
    "hubs/management/",
    "hubs/templatetags/staff_tags.py",
    "hubs/models/cost.py",
    "hubs/models/staff.py",
    "hubs/staff/navigation.py",
    "hubs/staff/passwords.py",
    "hubs/staff/signing_in/",
    "showcase/admin_site.py",
)
# What happened, in the story that staff read.
CLASSES_OF_STAFF = (
    "bookings/states.py:Verb",
    "bookings/mail_kinds.py:Kind",
    "bookings/models/register.py:Why",
    "bookings/models/feedback.py:Form",
)


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
        found = _of_code(path) if path.suffix == ".py" else _of_template(path)
        for message, context in found:
            said.add(message, locations=[(str(path.relative_to(ROOT)), 1)], context=context)
    return said


def _of_template(path: Path) -> Iterator[tuple[Message, str | None]]:
    # Django's own trick: what is not to be translated becomes X's. In brackets, no indentation matters.
    code = io.BytesIO(f"({templatize(path.read_text())})".encode())
    return ((message, context) for _line, message, _said, context in extract("python", code, IN_TEMPLATES) if message)


def _of_code(path: Path) -> Iterator[tuple[Message, str | None]]:
    """Of a model's strings, those of its choices and methods: the names of its fields are for staff."""
    name, in_models = str(path.relative_to(ROOT)), "models" in path.parts

    def shown(node: ast.AST, *, here: bool) -> Iterator[ast.Call]:
        if isinstance(node, ast.ClassDef) and f"{name}:{node.name}" in CLASSES_OF_STAFF:
            return
        here = here or isinstance(node, ast.FunctionDef) or _is_choices(node)
        if here and isinstance(node, ast.Call):
            yield node
        for child in ast.iter_child_nodes(node):
            yield from shown(child, here=here)

    calls = shown(ast.parse(path.read_text()), here=not in_models)
    return (message for call in calls if (message := _message(call)))


def _message(call: ast.Call) -> tuple[Message, str | None] | None:
    """What a call asks the Chinese of, and its context; None for a call of anything else, or of no plain words."""
    forms, has_context = CALLS.get(getattr(call.func, "id", ""), (0, False))
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    context, words = (words[0], words[1:]) if has_context and words else (None, words)
    if not forms or len(words) < forms or not words[0]:
        return None
    return (words[0], words[1]) if forms == 2 else words[0], context


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


def _forms(string: Message) -> tuple[str, ...]:
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
