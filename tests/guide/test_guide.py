"""The guide is followed, block by block, on a Debian 12 of its own; in between places are booked and confirmed."""

import json
import re
import smtplib
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

RESTORE = "At three in the morning: bringing one back"
REPORTS = ROOT / "tests" / "bookings" / "reports"
DATABASES = ("SQLite", "PostgreSQL")
MINUTES = 25  # for all of it


def of(section, database):
    """The blocks of a section for somebody with that database."""
    other = next(one for one in DATABASES if one != database)
    return [
        one
        for one in blocks(GUIDE.read_text())
        if one.followed and section in one.under and not any(name.startswith(other) for name in one.under)
    ]


@pytest.mark.parametrize("database", DATABASES)
def test_guide_leads_to_places_that_are_booked_and_confirmed(database, tmp_path):
    for port in (25, 80, 443):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                pytest.skip(f"Port {port} of this machine is taken: the guide's servers have to have it.")
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
            follow(root, of("How everything stands", database), mailbox)
            stands(root)
            brought_back(root, database, mailbox)
            there_and_back(root, database, mailbox)
            if database == "PostgreSQL":
                follow(root, of("Several machines", database), mailbox)
                booked(root, mailbox, "eve@school.example")
            else:
                follow(root, of("Mail", database), mailbox)
                comes_back(root, mailbox)
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


def serving(root):
    """The releases whose code runs there: of web server, worker and metrics, once each has gone to its folder."""
    units = "showcase showcase-worker showcase-metrics"
    done = run(root, f"sleep 3; for unit in {units}; do readlink /proc/$(cat /run/systemctl/$unit.service)/cwd; done")
    assert done.returncode == 0, done.stdout
    return {Path(line).name for line in done.stdout.split()}


def stands(root):
    """By `status`: on a machine that was set up a moment ago nothing is bad."""
    done = run(root, "showcase status --json || true")
    words = {name: one["word"] for name, one in json.loads(done.stdout).items()}
    assert "bad" not in words.values(), done.stdout
    assert {words["ready"], words["worker"], words["booking"], words["emails"]} == {"fine"}, done.stdout


def brought_back(root, database, mailbox):
    """A backup is made and brought back: what was before it is there, what came after it is not, and mail waits."""
    restoring = of(RESTORE, database)
    kept = booked(root, mailbox, "bea@school.example")
    follow(root, [one for one in of("Backups", database) if one not in restoring], mailbox)
    lost = booked(root, mailbox, "cy@school.example")
    *before, releasing = restoring
    follow(root, before, mailbox)
    visitor = anybody(root)
    assert "confirmed" in visitor.get(kept).lower()
    with pytest.raises(AssertionError, match="404"):
        visitor.get(lost)
    had = len(mailbox.mails)
    visitor.book(email="di@school.example")
    done = run(root, "showcase run_due")
    assert (done.returncode, len(mailbox.mails)) == (0, had), done.stdout
    follow(root, [releasing], mailbox)
    confirmed(visitor, mailbox, "di@school.example")
    done = run(root, "showcase release_mail")
    assert "Mail is not held." in done.stdout, done.stdout


def there_and_back(root, database, mailbox):
    """To the next release, and back to this one."""
    *newer, back = of("Upgrade, and back", database)
    follow(root, newer, mailbox)
    assert serving(root) == {"1.0.1"}
    booked(root, mailbox, "flo@school.example")
    follow(root, [back], mailbox)
    assert serving(root) == {"1.0.0"}
    booked(root, mailbox, "gil@school.example")


def comes_back(root, mailbox):
    """A mail that cannot be delivered comes back to the postfix of that Debian, which has it marked."""
    settled = run(root, "postconf -e mydestination=showcase.example maillog_file=/var/log/postfix.log; postfix reload")
    assert settled.returncode == 0, settled.stdout
    link = booked(root, mailbox, "hal@school.example")
    address = mailbox.comes_back_to["hal@school.example"]
    assert re.fullmatch(r"bounces\+[a-z0-9]+@showcase\.example", address, re.IGNORECASE), address
    token = address.partition("+")[2].partition("@")[0]
    report = (REPORTS / "postfix_unknown.eml").read_bytes().replace(b"TOKEN", token.encode())
    with smtplib.SMTP("127.0.0.1", timeout=30) as server:
        server.sendmail("", [address], report)
        server.mail("")
        assert server.rcpt("somebody@showcase.example")[0] == 550  # nobody of that name has mail here
    ask = 'from bookings.models import Mail; print(Mail.objects.filter(state="refused").count())'
    log, deadline = root / "var" / "log" / "postfix.log", time.monotonic() + 60
    while (told := run(root, f"showcase shell -v 0 -c '{ask}'").stdout.strip()) != "1":
        assert time.monotonic() < deadline, f"{told}\n{log.read_text()[-3000:]}"
        time.sleep(1)
    assert "hal@school.example" not in log.read_text()
    assert link.split("/")[2] not in log.read_text()


def anybody(root):
    return Visitor(root / "etc" / "showcase" / "certificate.pem")


def booked(root, mailbox, email):
    """Somebody books a place through nginx, reads the mail, and presses Confirm. Returns the private link."""
    visitor = anybody(root)
    visitor.book(email=email)
    link = confirmed(visitor, mailbox, email)
    log = (root / "var" / "log" / "nginx" / "showcase.log").read_text()
    assert '"page":"/bookings/…"' in log
    assert link.split("/")[2] not in log
    print(f"Booked and confirmed: {email}", flush=True)
    return link


def confirmed(visitor, mailbox, email):
    mail = mailbox.wait_for(email)
    (link,) = set(re.findall(r"https://showcase\.example(/bookings/[^/\s]+/)", mail.get_body(("plain",)).get_content()))
    assert "Confirm" in visitor.get(link)
    visitor.post(f"{link}confirm/", link)
    assert "confirmed" in visitor.get(link).lower()
    mailbox.wait_for(email, number=2)
    return link


def test_every_block_of_the_guide_is_followed_but_for_those_that_it_names():
    left = {one.under[-1] for one in blocks(GUIDE.read_text()) if not one.followed}
    assert left == {"A database on three machines"}
    first, *_rest = GUIDE.read_text().split("\n## ")
    assert all(f'"{section}"' in " ".join(first.split()) for section in left)
