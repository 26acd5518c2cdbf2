"""Teachers who book from outside: a steady stream of whole bookings over HTTPS, through whatever happens to machines.

A program, run on a host that is none of ours by an order in a file; it knows what a browser knows. Each teacher comes
from a network of their own, goes through the steps, and presses again where the page says so or no page comes, as
people do. Somebody reads the mails and presses their links. What each was told is a line of JSON in the file `told`,
written as soon as it is known.

    book    until there is a file `stop`: holds of teachers, and confirmations of those who got a mail
    open    the links in `links`, each once: what answers
"""

import http.client
import json
import os
import re
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

SITE = "showcase.example"
SECRET = "c" * 32  # a CSRF secret: the cookie and the field are the same
PATIENCE = 30  # seconds for a page, as a browser's owner has it
AGAIN = 1.0  # second until somebody presses again


class Answer:
    def __init__(self, status: int, where: str, cookies: str, page: str) -> None:
        self.status, self.where, self.cookies, self.page = status, where, cookies, page


class Teacher:
    """A browser at an address of its own. `tell` writes down what it was told."""

    def __init__(self, number: int, certificate: str, tell: Callable[..., None], *, stop: Callable[[], bool]) -> None:
        self.number, self.tell, self.stop = number, tell, stop
        self.context = ssl.create_default_context(cafile=certificate)
        self.email = f"teacher{number}@school.example"
        self.draft = ""

    def ask(self, method: str, path: str, **fields: str) -> Answer:
        """One request over a connection of its own. Raises OSError or HTTPException."""
        here = (f"10.78.{self.number // 250}.{self.number % 250 + 1}", 0)
        line = http.client.HTTPSConnection(SITE, timeout=PATIENCE, context=self.context, source_address=here)
        headers = {"Cookie": f"csrftoken={SECRET}; draft={self.draft}", "Origin": f"https://{SITE}"}
        body = None
        if method == "POST":
            body = urlencode({"csrfmiddlewaretoken": SECRET, **fields})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            page = answer.read().decode()
            return Answer(answer.status, answer.headers["Location"] or "", str(answer.headers["Set-Cookie"]), page)
        finally:
            line.close()

    def press(self, method: str, path: str, **fields: str) -> Answer:
        """The same, again and again until a page comes that is no fault. Raises Stopped."""
        while True:
            began = time.monotonic()
            try:
                answer = self.ask(method, path, **fields)
                said = str(answer.status)
            except (OSError, http.client.HTTPException) as error:
                answer, said = None, type(error).__name__
            if answer and answer.status < 500:
                return answer
            self.tell(who=self.email, said=said, path=path.rsplit("/", 2)[-2], took=time.monotonic() - began)
            if self.stop():
                raise Stopped
            time.sleep(AGAIN)

    def book(self, ref: str) -> str:
        """One booking, from the session's page to "check your email": booked, full, or astray, where the site has
        forgotten what it was told."""
        steps = f"/sessions/{ref}/book/"
        self.press("GET", f"/sessions/{ref}/")
        school = {"kind": "independent", "name": f"School {self.number} of many", "place": "Kent"}
        answer = self.press("POST", f"{steps}other/", **school)
        found = re.search(r"draft=([^;]+)", answer.cookies)
        if found:
            self.draft = found[1]
            self.press("POST", f"{steps}who/", coming="yes", name="Test Teacher", email=self.email, role_own="1")
            answer = self.press("POST", f"{steps}check/")
        page = self.press("GET", answer.where or steps)
        if answer.where.endswith("/book/sent/") and "Check your email" in page.page:
            said = "booked"
        elif "<title>Full" in page.page or "Every place at this session is taken" in page.page:
            said = "full"
        else:
            said = "astray"
        why = f"{answer.status} {answer.where}, then {page.status}" if said == "astray" else ""
        self.tell(who=self.email, session=ref, said=said, why=why)
        return said

    def confirm(self, link: str) -> None:
        """Open the mailed link and press its button."""
        path = urlsplit(link).path
        self.press("GET", path)
        self.press("POST", f"{path}confirm/")
        page = self.press("GET", path)
        self.tell(who=self.email, said="confirmed" if "1 place confirmed" in page.page else "not confirmed")


class Stopped(Exception):
    """The day is over while somebody still waited for a page."""


def book(*, sessions: list[str], first: int, told: str, mails: str, stop: str, certificate: str, clients: int) -> None:
    """`clients` people at a time book in the sessions, one after the other as they fill up."""
    paper = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    stopped = Path(stop).exists
    numbers = count(first)
    left = list(sessions)

    def tell(**line: Any) -> None:
        os.write(paper, (json.dumps(line | {"at": time.monotonic()}) + "\n").encode())

    def keep_booking() -> None:
        while not stopped() and left:
            ref = left[0]
            with suppress(Stopped):
                if Teacher(next(numbers), certificate, tell, stop=stopped).book(ref) == "full":
                    with suppress(ValueError):  # somebody else has seen it too
                        left.remove(ref)

    def keep_confirming() -> None:
        for mail in letters(mails, stopped):
            if mail["to"].startswith("teacher") and mail["links"] and "confirm" in mail["subject"].lower():
                number = int(re.findall(r"\d+", mail["to"])[0])
                with suppress(Stopped):
                    Teacher(number, certificate, tell, stop=stopped).confirm(mail["links"][0])

    work = [*[keep_booking] * clients, keep_confirming]
    threads = [threading.Thread(target=guarded(one, tell)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def guarded(work: Callable[[], None], tell: Callable[..., None]) -> Callable[[], None]:
    """A fault of the test's own is told too: a thread's last words go unheard."""

    def guarded_work() -> None:
        try:
            work()
        except BaseException as error:
            tell(said="broken", why=repr(error))
            raise

    return guarded_work


def letters(path: str, stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    """Mails as they arrive, from now on."""
    with Path(path).open() as file:
        file.seek(0, os.SEEK_END)
        while not stopped():
            line = file.readline()
            if line.endswith("\n"):
                yield json.loads(line)
            else:
                time.sleep(0.2)


def open_links(*, links: list[str], certificate: str) -> dict[str, int]:
    """What each link answers."""
    reader = Teacher(0, certificate, lambda **_line: None, stop=lambda: False)
    return {link: reader.press("GET", urlsplit(link).path).status for link in links}


if __name__ == "__main__":
    socket.setdefaulttimeout(PATIENCE)
    order = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({"book": book, "open": open_links}[order.pop("do")](**order)))
