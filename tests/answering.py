"""A host for tests of the proxy before us: it answers every request with the request itself, so that a test reads what
the proxy sends; or takes it and drops the line."""

import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

KEPT = "Cache-Control: public, max-age=0, s-maxage=5"


class Host:
    """It listens at `path`. `taken` counts requests by their first word; `says` is the head of its answers."""

    def __init__(self, path: Path, says: str | None = KEPT) -> None:
        self.path, self.says = path, says
        self.taken: Counter[str] = Counter()
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        path.chmod(0o666)
        self.socket.listen(64)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.socket.accept()
                with line:
                    self._answer(line.recv(65536).decode(), line.sendall)

    def _answer(self, request: str, send: Callable[[bytes], None]) -> None:
        self.taken[request.split()[0]] += 1
        self.asked.append(request)
        if self.says is not None:
            send(f"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n{self.says}\r\n\r\n{request}".encode())

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
