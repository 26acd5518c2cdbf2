"""What load balancers ask, answered before anything else: no database where it is not asked of, no host name, no HTTPS.

They ask by IP address and speak HTTP. Django is not reached, not even to look at its connections.
"""

from collections.abc import Callable, Iterable
from typing import Any

from bookings.operations.ready import ready
from showcase import VERSION

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


def healthz() -> tuple[str, str]:
    """This process answers: nothing is asked but whether it does."""
    return "200 OK", f"ok {VERSION}\n"


def readyz() -> tuple[str, str]:
    """Whether this host can serve, and what keeps it from it. Says nothing that a stranger could use."""
    said = ready.answer()
    return ("503 Service Unavailable", "\n".join(said) + "\n") if said else ("200 OK", f"ready {VERSION}\n")


PROBES = {"/healthz": healthz, "/readyz": readyz}


class Probed:
    """`application`, with those two addresses before it."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        probe = PROBES.get(environ.get("PATH_INFO", ""))
        if probe is None:
            return self.application(environ, start)
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            status, said = "405 Method Not Allowed", "Only GET.\n"
        else:
            status, said = probe()
        body = said.encode()
        start(
            status,
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
