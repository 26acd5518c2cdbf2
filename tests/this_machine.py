"""No test reaches further than this machine: an outside address is refused, and the test that asked for it fails.

It stands before Python's sockets and name look-ups. What a test starts as a program of its own it does not see, nor
PostgreSQL's client library, whose server is on 127.0.0.1.
"""

import socket
from collections.abc import Callable, Iterator
from functools import wraps
from ipaddress import ip_address
from typing import Any

import pytest

INTERNET = (socket.AF_INET, socket.AF_INET6)
asked_for: list[str] = []  # outside addresses, by the test that runs


class OutsideThisMachine(AssertionError):
    """Of no kind that the code under test takes for a network which does not answer."""


@pytest.fixture(autouse=True)
def _nothing_outside() -> Iterator[None]:
    """Fail the test that asked, though what it tested may have kept the refusal to itself."""
    yield
    outside = asked_for.copy()
    asked_for.clear()
    assert not outside, sentence(outside[0])


def sentence(host: str) -> str:
    return f"The test asked for {host}, and tests reach this machine alone."


def is_here(host: object) -> bool:
    """Whether it is a loopback address, no address in particular, or this machine's name."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def refuse_outside(host: object) -> None:
    if not is_here(host):
        asked_for.append(str(host))
        raise OutsideThisMachine(sentence(str(host)))


def _sending(does: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a socket whose last argument is the address; sockets of other families have none outside."""

    @wraps(does)
    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in INTERNET:
            refuse_outside(args[-1][0])
        return does(self, *args)

    return guarded


def _asking(does: Callable[..., Any]) -> Callable[..., Any]:
    """A look-up of a name, the first argument."""

    @wraps(does)
    def guarded(host: Any, *args: Any, **options: Any) -> Any:
        refuse_outside(host)
        return does(host, *args, **options)

    return guarded


for _name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _name, _sending(getattr(socket.socket, _name)))
for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
    setattr(socket, _name, _asking(getattr(socket, _name)))
