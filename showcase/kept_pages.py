"""Public pages kept in this process's memory, and handed on before anything of Django runs.

What is kept was made of its address alone (`hubs.pages.public`): the view saw no cookie and no header. It is handed on
until something that it shows has changed (hubs/vocabulary/changes.py), for four seconds, and never past the next ten
seconds by the clock: on those bookings open and close, and nginx begins its pages anew, which so are ten seconds old at
most. Who asks for a page while it is made waits for it (docs/decisions/0055-pages-kept-in-memory.md).
"""

import gzip
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_etags

from hubs.vocabulary import changes
from hubs.vocabulary.changes import State
from hubs.vocabulary.keeping import CACHED, KEEPING, LONGEST, SECONDS, Keeping, cached_for_the_rest, heeded, is_of_now

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
Headers = list[tuple[str, str]]

CACHED_FOR = {CACHED.replace(f"={SECONDS}", f"={left}") for left in range(1, SECONDS + 1)}
PATIENCE = 3.0  # seconds that somebody waits for a page which another is having made
MOST_PAGES = 500
MOST_KNOWN = 5000
OF_A_PAGE = 2048  # bytes that it takes besides what it says, or more
PACKS = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)  # q=0: anything but that
# What a page that has not changed says again: as Django does, and what may be packed.
SAID_AGAIN = {
    "cache-control",
    "cross-origin-opener-policy",
    "referrer-policy",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
}
# None of these belongs to a page that is handed to others.
OF_SOMEBODY = {"set-cookie", "content-encoding", "x-request-id", "www-authenticate"}


class Key(NamedTuple):
    """What a page depends on."""

    is_secure: bool
    host: str
    path: str
    asked: str


class Page(NamedTuple):
    """A whole answer, and what it was made of."""

    headers: Headers
    etag: str
    plain: bytes
    packed: bytes | None
    began: float
    began_at: float
    session_id: int | None
    mark: bytes

    @property
    def size(self) -> int:
        return OF_A_PAGE + len(self.plain) + len(self.packed or b"")


class Pages:
    """What is kept: bounded in number and in bytes; who was asked for least lately goes first. Safe in many threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, key: Key, *, since: float) -> Page | None:
        """That page, unless it is old. What was begun `since` somebody asked is as new as anything can be for them."""
        with self._guard:
            page = self._pages.get(key)
            if page is None:
                return None
            self._pages.move_to_end(key)
        if not _is_of_now(page):
            return None
        return page if page.began > since or page.mark == _mark(changes.state(), page.session_id) else None

    def keep(self, key: Key, page: Page) -> None:
        with self._guard:
            self._drop(key)
            if page.size > self.most_bytes:
                return
            self._pages[key] = page
            self.bytes += page.size
            while self._pages:
                oldest = next(iter(self._pages))
                is_too_much = self.bytes > self.most_bytes or len(self._pages) > MOST_PAGES
                if not is_too_much and _is_of_now(self._pages[oldest]):
                    break
                self._drop(oldest)

    def _drop(self, key: Key) -> None:
        if page := self._pages.pop(key, None):
            self.bytes -= page.size


def _is_of_now(page: Page) -> bool:
    """By the clock; whether something has changed is another matter."""
    return is_of_now(time.monotonic() - page.began, began_at=page.began_at, now=time.time())


def _mark(state: State | None, session_id: int | None) -> bytes | None:
    if state is None:
        return None
    return state.of_all() if session_id is None else state.of(session_id)


class KeptPages:
    """`application`, with the pages that are kept before it."""

    def __init__(self, application: Application, most_bytes: int) -> None:
        self.application = application
        self.pages = Pages(most_bytes)
        self._heeds: dict[str, Collection[str]] = {}  # of each path that has had a page to keep
        self._making: dict[Key, threading.Event] = {}
        self._guard = threading.Lock()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        host = self._host(environ)
        heeds = self._heeds.get(environ.get("PATH_INFO", ""))
        if host is None or not self.pages.most_bytes:
            return self.application(environ, start)
        if heeds is None:
            return self._made(environ, start, host)
        try:
            key = _key(environ, host, heeds)
        except SuspiciousOperation:
            return self.application(environ, start)
        return self._found_or_made(environ, start, key)

    def _host(self, environ: Environ) -> str | None:
        """By which of our names a page is asked for; None where it is no page that could be kept."""
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD") or environ.get("SCRIPT_NAME"):
            return None
        if "HTTP_IF_MATCH" in environ or "HTTP_IF_UNMODIFIED_SINCE" in environ:
            return None
        if len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", "")) > LONGEST:
            return None
        host, _port = split_domain_port(environ.get("HTTP_HOST", ""))
        return host if host and validate_host(host, settings.ALLOWED_HOSTS) else None

    def _found_or_made(self, environ: Environ, start: Start, key: Key) -> Iterable[bytes]:
        since = time.monotonic()
        if page := self.pages.find(key, since=since):
            return _answer(page, environ, start)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.application(environ, start)
        while (made := self._begin(key)) is not None:
            left = since + PATIENCE - time.monotonic()
            if left <= 0 or not made.wait(left):
                return self._made(environ, start, key.host)
            if page := self.pages.find(key, since=since):
                return _answer(page, environ, start, is_new=page.began > since)
            if key.path not in self._heeds:  # it was no page to keep
                return self.application(environ, start)
        try:
            return self._made(environ, start, key.host)
        finally:
            with self._guard:
                self._making.pop(key).set()

    def _begin(self, key: Key) -> threading.Event | None:
        """What to wait for, as another has it made; None: it is for whoever asked to make it."""
        with self._guard:
            made = self._making.get(key)
            if made is None:
                self._making[key] = threading.Event()
            return made

    def _made(self, environ: Environ, start: Start, host: str) -> Iterable[bytes]:
        """The answer of Django, which is kept where it is a page to keep."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.application(environ, start)
        keeping = environ[KEEPING] = Keeping(time.time)
        asked = {name: environ.get(name, "") for name in ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH")}
        said: list[Any] = []
        response = self.application(environ, lambda *args: said.extend(args))
        path = environ.get("PATH_INFO", "")
        page = _page(keeping, said[0], said[1], response)
        if page is None:
            self._heeds.pop(path, None)
            start(*said)
            return response
        response.close()  # type: ignore[attr-defined]  # as a server does: the request is over
        with self._guard:
            if len(self._heeds) >= MOST_KNOWN:
                self._heeds.clear()
            self._heeds[path] = keeping.heeds
        self.pages.keep(_key(environ, host, keeping.heeds), page)
        return _answer(page, environ | asked, start, is_new=not keeping.seconds_old)


def _key(environ: Environ, host: str, heeds: Collection[str]) -> Key:
    """Raises SuspiciousOperation for what Django would refuse."""
    asked = heeded(environ.get("QUERY_STRING", ""), heeds)
    return Key(_is_secure(environ), host, environ.get("PATH_INFO", ""), asked)


def _is_secure(environ: Environ) -> bool:
    """As Django has it: a page that came by HTTPS tells browsers to stay with it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if name in environ:
            return bool(environ[name].split(",", 1)[0].strip() == secure)
    return bool(environ.get("wsgi.url_scheme") == "https")


def _page(keeping: Keeping, status: str, headers: Headers, response: Any) -> Page | None:
    """The page to keep; None where anything about it could be somebody's own."""
    named = {name.lower(): value for name, value in headers}
    mark = _mark(keeping.state, keeping.session_id)
    if not keeping.may or mark is None or not isinstance(response, HttpResponse) or not status.startswith("200 "):
        return None
    if OF_SOMEBODY & named.keys():
        return None
    if named.get("cache-control") not in CACHED_FOR or named.get("vary", "Accept-Encoding") != "Accept-Encoding":
        return None
    if "etag" not in named:
        return None
    plain = response.content
    packed = gzip.compress(plain, 6, mtime=0) if "vary" in named else None
    if packed and len(packed) >= len(plain):
        packed = None
    return Page(
        [one for one in headers if one[0].lower() not in ("cache-control", "content-length", "etag")],
        named["etag"],
        plain,
        packed,
        keeping.began,
        keeping.began_at,
        keeping.session_id,
        mark,
    )


def _answer(page: Page, environ: Environ, start: Start, *, is_new: bool = False) -> list[bytes]:
    """The page as this reader asks for it: packed or not, with or without its body, or that it has not changed."""
    packed = page.packed if PACKS.search(environ.get("HTTP_ACCEPT_ENCODING", "")) else None
    body, etag = (page.plain, page.etag) if packed is None else (packed, f"W/{page.etag}")
    is_get = environ["REQUEST_METHOD"] == "GET"
    seconds_old = 0.0 if is_new else time.monotonic() - page.began
    said = [("Cache-Control", cached_for_the_rest(seconds_old)), ("ETag", etag)]
    if is_get and _has_it(page, environ.get("HTTP_IF_NONE_MATCH", "")):
        start("304 Not Modified", [one for one in page.headers if one[0].lower() in SAID_AGAIN] + said)
        return []
    if packed is not None:
        said.append(("Content-Encoding", "gzip"))
    start("200 OK", [*page.headers, *said, ("Content-Length", str(len(body)))])
    return [body] if is_get else []


def _has_it(page: Page, tags: str) -> bool:
    """Whether the reader has this very page."""
    known = parse_etags(tags) if tags else []
    return "*" in known or page.etag in [tag.removeprefix("W/") for tag in known]
