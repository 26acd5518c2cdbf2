"""The test run itself refuses whatever is outside this machine, and says what it was."""

import asyncio
import smtplib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.this_machine import OutsideThisMachine, asked_for, sentence

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = "192.0.2.1"  # nobody's, by RFC 5737
CAUGHT = f"""
import socket

def test_that_keeps_the_refusal_to_itself():
    try:
        socket.create_connection(("{OUTSIDE}", 25), timeout=1)
    except BaseException:
        pass

def test_beside_it():
    pass
"""


def by_name():
    socket.create_connection(("mail.example", 25), timeout=1)


def by_mail():
    smtplib.SMTP(OUTSIDE, 25, timeout=1)


def by_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", (OUTSIDE, 53))


def by_code():
    with socket.socket() as one:
        one.connect_ex((OUTSIDE, 80))


def by_long_address():
    socket.create_connection(("2001:db8::1", 80), timeout=1)


def by_loop():
    asyncio.run(asyncio.wait_for(asyncio.open_connection(OUTSIDE, 80), 1))


@pytest.mark.parametrize("way", [by_name, by_mail, by_datagram, by_code, by_long_address, by_loop])
def test_outside_address_is_refused_before_anybody_is_asked(way):
    with pytest.raises(OutsideThisMachine, match="tests reach this machine alone"):
        way()
    assert len(asked_for) == 1
    asked_for.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.1", socket.gethostname()])
def test_this_machine_is_reached(host):
    with socket.create_server(("127.0.0.1" if host == socket.gethostname() else host, 0)) as server:
        where = server.getsockname()
        assert socket.getaddrinfo(host, None)
        with socket.create_connection(where[:2]), server.accept()[0]:
            pass


def test_file_is_reached(tmp_path):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        client.connect(str(tmp_path / "socket"))


def test_test_that_asked_fails_though_the_refusal_was_caught(tmp_path):
    (tmp_path / "test_it.py").write_text(CAUGHT)
    options = ["-p", "tests.this_machine", "-p", "no:django", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert sentence(OUTSIDE) in done.stdout
    assert "2 passed, 1 error" in done.stdout
