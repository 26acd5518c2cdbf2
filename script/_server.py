"""Starts the demo: environment, database, web server and mail worker, until Ctrl-C. Run by script/server."""

import os
import socket
import subprocess
import sys
import time

import _common
from _common import LOGS, PYTHON, VAR, Child, told_to_stop

WEB, MAIL = "The web server (gunicorn)", "The mail worker (manage.py worker)"


def main() -> int:
    _common.heed_signals()
    port = free_port()
    _common.make_environment("requirements.txt")
    env = environment(port)
    sign_in = prepare(env)
    logs = {WEB: LOGS / f"web-{port}.log", MAIL: LOGS / f"worker-{port}.log"}
    commands = {WEB: gunicorn(port), MAIL: [PYTHON, "manage.py", "worker"]}
    children = {name: _common.start(commands[name], env=env, log=logs[name]) for name in commands}
    try:
        if answers(port, children):
            print(f"\nShowcase is at http://127.0.0.1:{port}/\n{sign_in}")
            print("Its logs are in var/log. Ctrl-C stops it.", flush=True)
        while not told_to_stop() and not ended(children):
            time.sleep(0.1)
        by_itself = ended(children)
    finally:
        _common.stop(children.values())
    if told_to_stop():
        print("Stopped.", flush=True)
        return 0
    for name in by_itself:
        print(_common.tail(logs[name]), file=sys.stderr)
        print(f"{name} ended by itself, so all was stopped. Log: var/log/{logs[name].name}", file=sys.stderr)
    return 1


def free_port() -> int:
    """The port to serve on, tried before anything is installed; exits with a sentence where it is taken."""
    wanted = os.environ.get("PORT") or "8000"
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {wanted!r}: PORT=8001 script/server")
    port = int(wanted)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            other = port + 1 if 8000 <= port < 65535 else 8001
            sys.exit(f"Port {port} cannot be had ({error.strerror}); try another: PORT={other} script/server")
    return port


def environment(port: int) -> dict[str, str]:
    """The caller's environment (DATABASE_URL among it) and what makes it the demo on this port."""
    temporary = VAR / "tmp"
    temporary.mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    return env | {
        "DJANGO_SETTINGS_MODULE": "showcase.settings",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "SHOWCASE_DEMO": "1",
        "TMPDIR": str(temporary),
    }


def prepare(env: dict[str, str]) -> str:
    """Migrate, load the demo into an empty database, collect static files, all in one start of Python.

    Returns what the command printed: how staff sign in.
    """
    child = _common.start([PYTHON, "manage.py", "prepare_demo"], env=env, keep=True)
    said = ""
    try:
        while child.returncode is None and not told_to_stop():
            try:
                said, _ = child.communicate(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    finally:
        _common.stop([child])
    _common.leave_if_told()
    if child.returncode != 0:
        sys.exit(f"{said}The demo could not be prepared: manage.py prepare_demo failed (see above).")
    return said.strip()


def gunicorn(port: int) -> list[str]:
    """No access log for now: it would hold the private links of bookings."""
    return [
        *(PYTHON, "-m", "gunicorn", "showcase.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "2", "--worker-class", "gthread", "--threads", "4", "--preload"),
        *("--graceful-timeout", "5", "--worker-tmp-dir", str(VAR / "tmp"), "--no-control-socket"),
    ]


def answers(port: int, children: dict[str, Child]) -> bool:
    """Wait until the port answers; False where a child ends or we are told to stop before it does."""
    while not told_to_stop() and not ended(children):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def ended(children: dict[str, Child]) -> list[str]:
    return [name for name, child in children.items() if child.poll() is not None]


if __name__ == "__main__":
    sys.exit(main())
