"""The line to the mail server: SMTP as Django speaks it, which also says when a mail may have arrived.

Once the server has said "go ahead" (354) it may have taken a mail whose answer never came: to send it again may double
it, not to may lose it. Before that it has not, so trying again harms nobody. And no answer takes longer than the
time-out in all: a server that says a letter at a time would keep us past our lease on the mail, and for ever.
"""

import io
import smtplib
import socket
import time
from typing import TYPE_CHECKING, Any

from django.core.mail.backends.smtp import EmailBackend

GO_AHEAD, ACCEPTED, REFUSED = 354, 250, 400


class MayHaveArrived(Exception):
    """The mail server was given the whole mail and did not answer, or nothing that means yes or no."""


class _Answers(io.RawIOBase):
    """What the server says, until a moment of the monotonic clock."""

    def __init__(self, line: socket.socket) -> None:
        self.line, self.until = line, 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.settimeout(max(self.until - time.monotonic(), 0.001))
        return self.line.recv_into(buffer)


if TYPE_CHECKING:
    _Plain = smtplib.SMTP
else:
    _Plain = object


class _Speaks(_Plain):
    """What is ours of a connection, with or without TLS."""

    go_ahead = False
    answers: _Answers

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.answers = _Answers(self.sock)
            self.file = io.BufferedReader(self.answers)
        self.answers.until = time.monotonic() + self.timeout
        code, said = super().getreply()
        self.go_ahead = self.go_ahead or code == GO_AHEAD
        if self.sock:
            self.sock.settimeout(self.timeout)
        return code, said

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Raises MayHaveArrived besides what smtplib does."""
        self.go_ahead = False
        try:
            code, said = super().data(msg)
        except OSError as error:  # as all of smtplib's are
            if self.go_ahead:
                raise MayHaveArrived from error
            raise
        if code != ACCEPTED and code < REFUSED:
            raise MayHaveArrived(f"{code} {said.decode(errors='replace')}")
        return code, said


class Plain(_Speaks, smtplib.SMTP):
    """A connection that begins in the clear."""


class Encrypted(_Speaks, smtplib.SMTP_SSL):
    """A connection that is TLS from the start."""


class Line(EmailBackend):
    """Django's backend for SMTP, on a connection that says so."""

    @property
    def connection_class(self) -> type[Plain | Encrypted]:
        return Encrypted if self.use_ssl else Plain

    def open(self) -> bool | None:
        """Up to the server's greeting of us too: a server that gets no further is away, and no mail is claimed."""
        is_new: bool | None = super().open()
        if is_new and self.connection:
            self.connection.ehlo_or_helo_if_needed()
        return is_new
