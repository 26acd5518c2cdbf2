"""What comes is read as UTF-8, whatever a request calls itself: every page and form of ours is written so.

Django reads what follows the `?` in the charset that a request names for its body. So one stranger's header would
decide what is made, and kept for others, at an address; and a charset that is none of text stops Django itself.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

CHARSET = re.compile(r""";\s*charset\*?\s*=\s*("[^"]*"|[^;]*)""", re.IGNORECASE)


class InUtf8:
    """`application`, which hears of no charset."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        said = environ.get("CONTENT_TYPE", "")
        if "charset" in said.lower():
            environ["CONTENT_TYPE"] = without_charset(said)
        return self.application(environ, start)


def without_charset(content_type: str) -> str:
    """The same type of content, with its other parameters where it can be read."""
    rest = CHARSET.sub("", content_type)
    return rest.partition(";")[0] if "charset" in rest.lower() else rest
