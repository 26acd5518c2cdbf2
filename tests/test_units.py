"""The units of docs/running/: systemd understands each, and none may do more than it has to."""

import re
import shutil
import subprocess

import pytest
from django.core.management import get_commands

from tests.units import PROGRAMS, ROOT, RUNNING, said

SERVICES = sorted(path.name for path in RUNNING.glob("*.service"))
TIMERS = sorted(path.name for path in RUNNING.glob("*.timer"))
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd-analyze here.")
MOST_EXPOSED = 2.5  # of 10, as systemd reckons: a service without any of it has 9.6


@pytest.fixture
def laid(tmp_path):
    """The units as they lie in /etc/systemd/system, with programs to be found where they name them."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for path in RUNNING.glob("showcase*"):
        text = path.read_text().replace(PROGRAMS, f"{programs}/").replace("/opt/showcase/current", str(ROOT))
        (tmp_path / path.name).write_text(text.replace("/etc/showcase/", f"{tmp_path}/"))
        for name in re.findall(rf"{programs}/([a-z]+)", text.replace(PROGRAMS, f"{programs}/")):
            (programs / name).touch(mode=0o755)
    (tmp_path / "showcase.env").touch()
    return tmp_path


@needs_systemd
def test_units_are_understood(laid):
    units = sorted(str(path) for path in laid.glob("showcase*.*") if path.suffix != ".env")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_service_may_do_little(name, laid):
    asked = ["systemd-analyze", "security", "--offline=true", "--no-pager", laid / name]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    (exposed,) = re.findall(r"exposure level for .*: ([0-9.]+)", done.stdout)
    assert float(exposed) <= MOST_EXPOSED


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_a_user_of_its_own_that_writes_its_own_folder(name):
    service = said(name)
    assert service["User"] == ["showcase"]
    assert service["EnvironmentFile"][0] == "/etc/showcase/showcase.env"
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == (["strict"], ["yes"])
    assert service["StateDirectory"] == ["showcase"]


@pytest.mark.parametrize("name", TIMERS)
def test_timer_has_its_service(name):
    assert said(name)["WantedBy"] == ["timers.target"]
    assert name.replace(".timer", ".service") in SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_service_runs_a_command_that_there_is(name):
    words = said(name)["ExecStart"][0].split()
    if "manage.py" in words:
        command = words[words.index("manage.py") + 1]
        assert command in get_commands()
