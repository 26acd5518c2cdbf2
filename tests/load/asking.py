"""Who asks: a browser's requests over HTTP, from outside, so that what asking costs is counted with nobody."""

import http.client
import random
import re
import time
from typing import NamedTuple
from urllib.parse import urlencode

SECRET = "c" * 32  # a CSRF secret: the cookie and the field are the same
KEPT_OPEN = 1.0  # seconds: less than the server keeps a connection that nobody uses


class Answer(NamedTuple):
    status: int
    where: str  # Location
    cookies: dict[str, str]
    body: str


class Client:
    """One who asks over a connection that is kept open. A POST carries the CSRF secret; each request comes from a
    network of its own, or the limits by network would answer."""

    def __init__(self, port: int, **cookies: str) -> None:
        self.port, self.cookies, self.asked = port, cookies, 0
        self._connection, self._used = http.client.HTTPConnection("127.0.0.1", port, timeout=120), 0.0

    def get(self, path: str, *, expect: int = 200) -> Answer:
        return self._ask("GET", path, expect=expect)

    def post(self, path: str, *, expect: int = 302, **fields: str) -> Answer:
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": SECRET, **fields}), expect=expect)

    def press(self, path: str) -> None:
        """Post it, and again for as long as too many press at this moment, as the page says that one should."""
        while (answer := self.post(path, expect=0)).status == 503:
            time.sleep(1)
        assert answer.status == 302, answer

    def _ask(self, method: str, path: str, body: str | None = None, *, expect: int) -> Answer:
        """Raises AssertionError where the answer has another status; `expect` 0 takes any."""
        if time.monotonic() - self._used > KEPT_OPEN:
            self._connection.close()
        cookies = self.cookies | ({"csrftoken": SECRET} if method == "POST" else {})
        headers = {"X-Forwarded-For": ".".join(str(part) for part in (10, *random.randbytes(3)))}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        elif method == "GET":
            headers["Accept-Encoding"] = "gzip"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode("latin-1")
        self.asked, self._used = self.asked + 1, time.monotonic()
        assert expect in (0, answer.status), f"{method} {path}: {answer.status}\n{text[:2000]}"
        set_now = dict(re.findall(r"(?:^|, )(\w+)=([^;,]+);", answer.getheader("Set-Cookie") or ""))
        return Answer(answer.status, answer.getheader("Location") or "", set_now, text)
