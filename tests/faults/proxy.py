"""A line to PostgreSQL that is cut at a moment: a proxy before the server, which reads what passes."""

import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

BOOKS = b'INSERT INTO "bookings_booking"'


class Cut:
    """When the line is cut: `at` a statement that holds these bytes, or at the COMMIT after it, and how."""

    def __init__(self, at: bytes = BOOKS, *, when: str) -> None:
        self.at, self.when = at, when
        self.seen = self.sent = self.done = False

    def from_client(self, data: bytes) -> tuple[bytes, bool]:
        """What of this reaches the server, and whether the line is cut then."""
        if self.done:
            return data, False
        if self.sent and self.when == "the next statement":
            self.done = True
            return b"", True
        if self.seen and b"COMMIT" in data:
            self.sent = True
            if self.when == "COMMIT is sent":
                self.done = True
                return b"", True
        elif self.at in data:
            if self.when == "it writes":
                self.done = True
                return b"", True
            self.seen = True
        return data, False

    def from_server(self, data: bytes) -> tuple[bytes, bool]:
        if self.sent and not self.done and self.when == "COMMIT is answered":
            self.done = True
            return b"", True
        return data, False


class Proxy:
    """Passes each connection on until `cut` says so; then both its ends are closed."""

    def __init__(self, to: int, *, host: str = "127.0.0.1") -> None:
        self.to, self.cut = (host, to), None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        for one in self.open:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.to)
            self.open += [client, server]
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector, client, server:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _events in selector.select():
                    try:
                        data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                        data, ended = self._of(key.fileobj is client, data)
                        if data:
                            key.data.sendall(data)
                    except OSError:
                        return
                    if ended:
                        return

    def _of(self, from_client: bool, data: bytes) -> tuple[bytes, bool]:
        if not data:
            return data, True
        cut: Any = self.cut
        if cut is None:
            return data, False
        judge: Callable[[bytes], tuple[bytes, bool]] = cut.from_client if from_client else cut.from_server
        return judge(data)


@contextmanager
def through_proxy() -> Iterator[Proxy]:
    """From here on this process reaches its database by a proxy, as long as the block lasts."""
    known = connection.settings_dict
    before = known["HOST"], known["PORT"]
    with Proxy(int(before[1]), host=before[0]) as proxy:
        connection.close()
        known["HOST"], known["PORT"] = "127.0.0.1", proxy.port
        try:
            yield proxy
        finally:
            connection.close()
            known["HOST"], known["PORT"] = before
