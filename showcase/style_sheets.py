"""Style sheets as they are served: what a sheet imports stands in it, so that a page asks for one and not for nine.

In static/ they stay what CSS knows, parts that one sheet imports in order; unjoined they work too, a request for each.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = ("sheets/", "css/")
IMPORT = re.compile(r"""@import url\((["'])(?P<address>.+?)\1\)(?: layer\((?P<layer>\w+)\))?;""")
ADDRESS = re.compile(r"""url\((["']?)(?!["']|[a-z]+:|[/#])(?P<address>[^"')]+)\1\)""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NEW_LINE = re.compile(r"\s*\n\s*")

Read = Callable[[str], str]


def as_served(name: str, read: Read) -> str:
    """The sheet of that name with what it imports, and without what only we read; `read` gives a sheet as written."""
    return lightened(joined(name, read)) if name.startswith(OURS) else read(name)


def joined(name: str, read: Read) -> str:
    """The sheet with each part in the place of its import, in its layer, its addresses as they are from here."""
    folder = posixpath.dirname(name)

    def put_in(imported: re.Match[str]) -> str:
        part = posixpath.normpath(posixpath.join(folder, imported["address"]))
        rules = seen_from(folder, posixpath.dirname(part), joined(part, read))
        return f"@layer {imported['layer']} {{\n{rules}\n}}" if imported["layer"] else rules

    return IMPORT.sub(put_in, read(name))


def seen_from(folder: str, other: str, rules: str) -> str:
    """`rules` of a sheet in the `other` folder, with addresses that are right in this one."""

    def moved(found: re.Match[str]) -> str:
        return f'url("{posixpath.relpath(posixpath.join(other, found["address"]), folder)}")'

    return ADDRESS.sub(moved, rules)


def lightened(rules: str) -> str:
    """Without comments, and without line breaks and indents; no string of CSS goes over a line."""
    lines = NEW_LINE.sub("\n", COMMENT.sub("", rules)).strip()
    return re.sub(r"(?<=[{};,])\n|\n(?=\})", "", lines).replace("\n", " ").replace(";}", "}").replace(" {", "{")


class Joined:
    """The files that are collected, as Django asks for them; style sheets as they are served."""

    def __init__(self, paths: dict[str, Any]) -> None:
        self.paths = paths

    def open(self, name: str) -> "ContentFile[bytes]":
        return ContentFile(as_served(name, self._read).encode())

    def _read(self, name: str) -> str:
        storage, path = self.paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package has no types
    """Names with a digest, packed, kept for good; style sheets joined before all that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Taking two addresses apart and putting them together was a tenth of a page that is only a template.
        self.url = lru_cache(maxsize=1024)(super().url)

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        sheets = {name: (Joined(paths), name) for name in paths if name.endswith(".css")}
        yield from super().post_process(paths | sheets, *args, **options)
