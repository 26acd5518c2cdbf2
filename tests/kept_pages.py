"""A web server in this process: the site with the pages that it keeps, asked as gunicorn asks."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from showcase.kept_pages import KeptPages
from showcase.utf8 import InUtf8

MEGABYTE = 1024 * 1024


class Clocks:
    """The two clocks by which pages grow old: both stand until they are moved. By those of the machine any two requests
    may fall into different tens of seconds, and the second is then for a new page."""

    def __init__(self) -> None:
        self.now = 1_800_000_001.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def rule(self, monkeypatch: pytest.MonkeyPatch) -> "Clocks":
        """What is kept grows old by these."""
        monkeypatch.setattr("hubs.vocabulary.keeping.time", self)
        monkeypatch.setattr("showcase.kept_pages.time", self)
        return self


class Answer:
    """What a reader was sent."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status[:3]), headers, body

    def __getitem__(self, name: str) -> str:
        (found,) = [value for one, value in self.headers if one.lower() == name.lower()]
        return found

    @property
    def text(self) -> str:
        packed = ("Content-Encoding", "gzip") in self.headers
        return (gzip.decompress(self.body) if packed and self.body else self.body).decode()

    def said(self) -> dict[str, str]:
        """Its headers, but for what differs from one packing or second to the next."""
        said = {name.lower(): value for name, value in self.headers}
        assert len(said) == len(self.headers), "A header stands there twice."
        said.pop("x-request-id", None)
        if "content-encoding" in said:
            said.pop("content-length")
        if "content-security-policy" in said:
            said["content-security-policy"] = "; ".join(sorted(said["content-security-policy"].split("; ")))
        if said.get("cache-control", "").startswith("public"):
            said["cache-control"] = said["cache-control"].split("s-maxage=")[0]
        return said


class Server:
    """`made` counts what Django was asked for; `then` is done with each answer of Django before it is kept."""

    def __init__(self, most: int = 8 * MEGABYTE) -> None:
        self.django = WSGIHandler()
        self.kept = KeptPages(self._made, most)
        self.made: list[str] = []
        self.then: Any = None

    def _made(self, environ: dict[str, Any], start: Any) -> Any:
        self.made.append(environ["PATH_INFO"])
        response = self.django(environ, start)
        if self.then:
            self.then()
        return response

    def ask(self, address: str, method: str = "GET", **environ: str) -> Answer:
        """One request, as a reader of this process's pages."""
        return _ask(InUtf8(self.kept), address, method, **environ)

    def ask_django(self, address: str, method: str = "GET", **environ: str) -> Answer:
        """The same of Django alone."""
        return _ask(self.django, address, method, **environ)

    def makes(self, address: str, **environ: str) -> bool:
        """Whether that page is made for who asks now."""
        before = len(self.made)
        self.ask(address, **environ)
        return len(self.made) > before


def _ask(application: Any, address: str, method: str, **environ: str) -> Answer:
    said: list[Any] = []
    asked = RequestFactory(headers={"host": "testserver"}).generic(method, address).environ | environ
    with _one_connection():
        body = application(asked, lambda *args: said.extend(args))
        answer = Answer(said[0], said[1], b"".join(body))
        if hasattr(body, "close"):
            body.close()
    return answer


@contextmanager
def _one_connection() -> Iterator[None]:
    """As Django's own test client has it: a request that is over does not close the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
