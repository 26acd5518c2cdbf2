"""A mail server that is ill: slow, refusing, silent or gone at any step of a mail. Plain sockets, a thread a line."""

import email
import email.policy
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

# In the order in which they happen; "body" is a line that is dropped while the mail is being said, "end" the answer to
# all of it.
STEPS = ("greeting", "ehlo", "mail", "rcpt", "data", "body", "end", "quit")
ANSWERS = {"greeting": "220 ready", "ehlo": "250 ready", "data": "354 go ahead", "quit": "221 bye"}
Does = Callable[["Said"], None]


class HungUp(Exception):
    """The server has dropped the line."""


class Said:
    """One connection, and what the server does at a step of it."""

    def __init__(self, line: socket.socket) -> None:
        self.line, self.heard = line, line.makefile("rb")

    def answer(self, text: str) -> None:
        self.line.sendall(text.encode() + b"\r\n")

    def hang_up(self) -> None:
        self.line.shutdown(socket.SHUT_RDWR)
        raise HungUp


def drop(said: Said) -> None:
    said.hang_up()


def silence(said: Said) -> None:
    """Nothing is said until the other side goes."""
    said.heard.readline()
    raise HungUp


def drip(said: Said) -> None:
    """A letter at a time, and never the end of the line."""
    while True:
        said.line.sendall(b"2")
        time.sleep(0.05)


def says(answer: str) -> Does:
    return lambda said: said.answer(answer)


class IllServer:
    """Answers as a mail server does, but at `step` does `ill`, to the mails that `whom` picks by their address.

    `taken` are the mails whose last dot was read, in order, whatever was said then.
    """

    def __init__(self, step: str = "", ill: Does | None = None, whom: Callable[[str], bool] = lambda _to: True) -> None:
        self.step, self.ill, self.whom = step, ill, whom
        self.taken: list[tuple[float, str, EmailMessage]] = []
        self.server = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self.server.close()

    def copies(self) -> Counter[str]:
        """How often each mail was taken, by its Message-ID."""
        return Counter(message["Message-ID"] for _at, _to, message in self.taken)

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        said = Said(line)
        with line:
            try:
                self._mails(said)
            except (HungUp, OSError):
                return

    def _at(self, step: str, said: Said, to: str = "") -> bool:
        """Whether all is well at this step, having answered it."""
        if step == self.step and self.ill and self.whom(to):
            self.ill(said)
            return False
        if step != "body":
            said.answer(ANSWERS.get(step, "250 OK"))
        return True

    def _mails(self, said: Said) -> None:
        to = ""
        self._at("greeting", said)
        for command in said.heard:
            name = command[:4].decode().strip().lower()
            if name == "rcpt":
                to = command.split(b"<")[1].split(b">")[0].decode()
            well = self._at(name if name in STEPS else "rset", said, to)
            if name == "data" and well:
                self._body(said, to)
            if name == "quit":
                return

    def _body(self, said: Said, to: str) -> None:
        self._at("body", said, to)
        lines = []
        while (line := said.heard.readline()) != b".\r\n":
            if not line:
                raise HungUp
            lines.append(line)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.taken.append((time.monotonic(), to, message))
        self._at("end", said, to)
