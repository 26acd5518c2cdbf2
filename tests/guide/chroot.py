"""A Debian 12 of its own, in a folder: what `debootstrap` makes, and what this machine has to fetch packages by."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "debian-12"  # as debootstrap made it; each run works on a copy
MIRROR = "http://deb.debian.org/debian"
INCLUDED = "ca-certificates,init,systemd,adduser"  # what every Debian machine has, and the smallest one lacks
MOUNTED = ("proc", "dev", "sys")


class CannotMake(Exception):
    """There can be no such Debian here; the message says why."""


@contextmanager
def debian(folder: Path) -> Iterator[Path]:
    """The root of a fresh Debian, until the body ends; everything that runs in it ends too."""
    if os.geteuid() != 0:
        raise CannotMake("Only root can make a Debian in a folder.")
    if not shutil.which("debootstrap"):
        raise CannotMake("There is no debootstrap here: apt-get install debootstrap.")
    if not (KEPT / "etc" / "debian_version").exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        made = ["debootstrap", "--variant=minbase", f"--include={INCLUDED}", "bookworm", str(KEPT), MIRROR]
        done = subprocess.run(made, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(KEPT, ignore_errors=True)
            raise CannotMake(f"debootstrap could not make it: {done.stdout[-500:]}{done.stderr[-500:]}")
    root = folder / "debian"
    subprocess.run(["cp", "-a", str(KEPT), str(root)], check=True)
    mounts = [root / one for one in MOUNTED]
    try:
        for one in mounts:
            subprocess.run(["mount", "--rbind", f"/{one.name}", str(one)], check=True)
            subprocess.run(["mount", "--make-rslave", str(one)], check=True)
        mounts += _fetches_as_here(root)
        (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # no package starts what it brings
        (root / "usr/sbin/policy-rc.d").chmod(0o755)
        shutil.copy(Path(__file__).with_name("systemctl"), root / "usr/local/bin/systemctl")
        (root / "usr/local/bin/systemctl").chmod(0o755)
        yield root
    finally:
        _end_what_runs_in(root)
        for one in reversed(mounts):
            subprocess.run(["umount", "--recursive", "--lazy", str(one)], check=False)
        # Never over a mount that stayed: it would delete what is this machine's.
        if str(root) not in Path("/proc/mounts").read_text():
            subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)


def _fetches_as_here(root: Path) -> list[Path]:
    """Name servers, certificates, and where pip of this machine looks, for the same look from inside."""
    mounts = []
    for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
        if Path(file).exists():
            shutil.copy(file, root / file.lstrip("/"))
    files = [Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf"), Path("/root/.config/pip/pip.conf")]
    said = " ".join(file.read_text() for file in files if file.exists()) + " ".join(pip_here().values())
    for file in files:
        if file.exists():
            (root / str(file).lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / str(file).lstrip("/"))
    for word in said.replace("file://", " ").split():
        there = Path(word)
        if there.name == "simple":
            there = there.parent  # an index's files lie beside it
        inside = root / str(there).lstrip("/")
        if not there.is_absolute() or not there.exists() or inside.exists():
            continue
        if there.is_dir():
            inside.mkdir(parents=True)
            subprocess.run(["mount", "--bind", "-o", "ro", str(there), str(inside)], check=True)
            mounts.append(inside)
        else:
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(there, inside)
    return mounts


def pip_here() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def run(root: Path, commands: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run commands in it as root would type them: the first that fails ends them."""
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    env |= {"DEBIAN_FRONTEND": "noninteractive", "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"} | pip_here()
    command = ["chroot", str(root), "/bin/bash", "-euo", "pipefail", "-c", f"cd /root\n{commands}"]
    return subprocess.run(
        command,
        env=env | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )


def _end_what_runs_in(root: Path) -> None:
    """Only what has this very folder as its root: asked first, for PostgreSQL has shared memory to give back."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "root").readlink() == root:
                    os.kill(int(entry.name), number)
            except OSError:
                continue
        time.sleep(1)
