"""What script/server and script/test share: child processes that always end, and the environment in var/venv.

Standard library only: this runs before anything is installed. The children get a session each, so that Ctrl-C
in a terminal reaches this process alone, which then stops them in an orderly way.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LOGS = VAR / "log"
VENV = VAR / "venv"
PYTHON = str(VENV / "bin" / "python")

Child = subprocess.Popen[str]

_signals: list[int] = []


def heed_signals() -> None:
    """From now on a signal to stop is noted, and acted on where we wait: never while a child is starting."""

    def note(number: int, frame: FrameType | None) -> None:
        _signals.append(number)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
        signal.signal(signal.SIGHUP, note)


def told_to_stop() -> bool:
    return bool(_signals)


def start(
    command: list[str], *, env: Mapping[str, str] | None = None, log: Path | None = None, keep: bool = False
) -> Child:
    """Start a command in the checkout; what it prints goes to `log`, to its `stdout` (`keep`) or on."""
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
    out = log.open("w") if log else None
    try:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if keep else out,
            stderr=out,
            start_new_session=True,
            text=True,
        )
    finally:
        if out:
            out.close()


def stop(children: Iterable[Child], *, first: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask the children to stop, wait up to `patience` seconds, then end what is left, grandchildren too."""
    children = list(children)
    deadline = time.monotonic() + patience
    for child in children:
        if child.poll() is None:
            _signal_group(child, first)
    while any(child.poll() is None for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: Child, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def run(
    command: list[str],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    first: int = signal.SIGTERM,
    patience: float = 10,
) -> int:
    """Run a command to its end and return its exit code. A signal to stop ends it, and then us."""
    child = start(command, env=env, log=log)
    try:
        while child.poll() is None and not told_to_stop():
            time.sleep(0.05)
    finally:
        stop([child], first=first, patience=patience)
    leave_if_told()
    return child.returncode


def leave_if_told() -> None:
    if told_to_stop():
        sys.exit(128 + _signals[0])


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def as_root(command: str) -> str:
    """The command as this user has to type it."""
    return command if os.geteuid() == 0 else f"sudo {command}"


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Hold the lock `name` of this checkout; wait while another run of ours has it."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as lock:
        waiting = False
        while not _locked(lock.fileno()):
            if not waiting:
                print("Waiting for another run in this checkout to finish …", flush=True)
            waiting = True
            time.sleep(0.2)
            leave_if_told()
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_environment(*requirements: str) -> None:
    """Bring var/venv in line with these files; at once where a stamp says that it is.

    Exits with a sentence where Python cannot make an environment or a package cannot be had.
    """
    with only_one("environment"):
        made_with = VENV / "made-with"
        version = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor} of {sys.base_prefix}"
        if not (Path(PYTHON).exists() and made_with.exists() and made_with.read_text() == version):
            _make_venv()
            made_with.write_text(version)
        stamps = {VENV / f"{name}.stamp": _hash(requirements[: i + 1]) for i, name in enumerate(requirements)}
        if all(stamp.exists() and stamp.read_text() == wanted for stamp, wanted in stamps.items()):
            return
        _install(requirements[-1])
        for stamp, wanted in stamps.items():
            stamp.write_text(wanted)


def _hash(names: Iterable[str]) -> str:
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def lacks() -> str | None:
    """A module that makes environments and that this Python is without, as Debian's is without python3-venv."""
    specs = {module: importlib.util.find_spec(module) for module in ("venv", "ensurepip")}
    return next((module for module, spec in specs.items() if spec is None or spec.origin is None), None)


def _make_venv() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    remedy = as_root(f"apt-get install {package}") if apt else "install it with your system's package manager"
    if lacking := lacks():
        sys.exit(f"This Python lacks its module {lacking}, which makes environments: {remedy}")
    print("Making the Python environment in var/venv (this once) …", flush=True)
    log = LOGS / "venv.log"
    made = run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], log=log) == 0
    if not (made and _add_pip(log)):
        sys.exit(f"{tail(log)}\nPython could not make its environment in var/venv (see above).")


def _add_pip(log: Path) -> bool:
    """Unpack the pip that Python keeps for new environments: quicker by far than to run ensurepip."""
    import ensurepip

    kept = (sysconfig.get_config_var("WHEEL_PKG_DIR"), Path(ensurepip.__file__).parent / "_bundled")
    wheels = [wheel for folder in kept if folder for wheel in Path(folder).glob("pip-*.whl")]
    if not wheels:
        return run([PYTHON, "-m", "ensurepip"], log=log) == 0
    site = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(site)
    return True


def _install(requirements: str) -> None:
    print(f"Installing the packages of {requirements} …", flush=True)
    log = LOGS / "pip.log"
    # Not compiled here: Python compiles what is imported, and that is far less.
    command = [PYTHON, "-m", "pip", "install", "--no-compile", "--disable-pip-version-check"]
    if run([*command, "-r", requirements], log=log) != 0:
        sys.exit(
            f"{tail(log)}\nThe packages of {requirements} could not be installed (see above; all of it is in "
            "var/log/pip.log). pip needs PyPI or a mirror of it: when it is within reach, run this again."
        )
