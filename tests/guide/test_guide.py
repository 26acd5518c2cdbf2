"""The guide is followed, block by block, on a Debian 12 of its own, until a place is booked and confirmed."""

import re
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.browser.showcase_server import Mailbox
from tests.guide.blocks import GUIDE, blocks
from tests.guide.chroot import CannotMake, debian, run
from tests.guide.visitor import Visitor
from tests.units import ROOT

pytestmark = pytest.mark.long

DATABASES = ("SQLite", "PostgreSQL")
MINUTES = 20  # for all of it


def of(section, database):
    """The blocks of a section for somebody with that database."""
    other = next(one for one in DATABASES if one != database)
    return [one for one in blocks(GUIDE.read_text()) if section in one.under and other not in one.under]


@pytest.mark.parametrize("database", DATABASES)
def test_guide_leads_to_a_place_that_is_booked_and_confirmed(database, tmp_path):
    for port in (80, 443):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                pytest.skip(f"Port {port} of this machine is taken: the guide's nginx has to have it.")
    patience = time.monotonic() + MINUTES * 60
    mailbox = Mailbox(lambda address: time.monotonic() < patience)
    try:
        with debian(tmp_path) as root:
            release(root / "root" / "showcase.tar.gz")
            follow(root, of("One machine", database), mailbox)
            verified(root)
            # The worker forgets at once what the demo's past exchange is too old to keep, also while it is being made.
            load = "showcase shell -c 'from bookings.management import demo; demo.load()'"
            made = run(root, f"systemctl stop showcase-worker\n{load}\nsystemctl start showcase-worker")
            assert made.returncode == 0, made.stdout
            booked(root, mailbox, "ada@school.example")
    except CannotMake as why:
        pytest.skip(str(why))
    finally:
        mailbox.controller.stop()


def release(file: Path):
    """What the guide calls a release: the checkout as it stands here."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    there = b"\0".join(one for one in names.stdout.split(b"\0") if one and (ROOT / one.decode()).exists())
    packed = ["tar", "-czf", str(file), "--transform", "s,^,showcase/,", "--null", "-T", "-"]
    subprocess.run(packed, cwd=ROOT, input=there, check=True)


def follow(root, found, mailbox):
    """Run each block, with the mail server of the test where the guide has its example's."""
    for block in found:
        mail = f"smtp://127.0.0.1:{mailbox.controller.port}"
        commands = block.text.replace("smtp+tls://bookings:password@mail.example:587", mail)
        commands = commands.replace("10.0.0.11", "127.0.0.11")  # what this one machine has of a private network
        began = time.monotonic()
        done = run(root, commands)
        print(f"docs/running.md:{block.line} {' / '.join(block.under)}: {time.monotonic() - began:.0f} s", flush=True)
        logs = "".join(path.read_text(errors="replace")[-2000:] for path in (root / "var/log").glob("showcase*"))
        assert done.returncode == 0, f"line {block.line}:\n{commands}\n{done.stdout[-3000:]}\n{logs}"


def verified(root):
    """systemd of that Debian understands the units as they lie there."""
    done = run(root, "systemd-analyze verify --man=no /etc/systemd/system/showcase*.*")
    assert (done.returncode, done.stdout) == (0, "")


def booked(root, mailbox, email):
    """Somebody books a place through nginx, reads the mail, and presses Confirm."""
    visitor = Visitor(root / "etc" / "showcase" / "certificate.pem")
    visitor.book(email=email)
    mail = mailbox.wait_for(email)
    (link,) = set(re.findall(r"https://showcase\.example(/bookings/[^/\s]+/)", mail.get_body(("plain",)).get_content()))
    assert "Confirm" in visitor.get(link)
    visitor.post(f"{link}confirm/", link)
    assert "confirmed" in visitor.get(link).lower()
    mailbox.wait_for(email, number=2)
    log = (root / "var" / "log" / "nginx" / "showcase.log").read_text()
    assert '"page":"/bookings/…"' in log
    assert link.split("/")[2] not in log


def test_every_block_of_the_guide_is_commands():
    sections = {one.under[1] for one in blocks(GUIDE.read_text())}
    assert sections == {"One machine"}
