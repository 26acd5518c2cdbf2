"""Which Python script/_python takes, of those on the PATH."""

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "script" / "_python"
NEEDS = ("dirname", "cat", "sed", "id")  # and nothing else of this machine is on the PATH

# What a Python answers that is asked whether it is quick, whether it is new enough, and to run a file.
FAKE = """#!/bin/sh
case "$2" in
    */_quick.py) exit {quick} ;;
    -c) echo {new_enough} ;;
    *) echo "{name} runs $2 with $3" ;;
esac
"""


def python(folder: Path, name: str, *, quick: bool, new_enough: bool = True) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    called = f"{folder.name}/{name}"
    file.write_text(FAKE.format(quick=int(not quick), new_enough=new_enough, name=called))
    file.chmod(0o755)
    return file


def taken(*folders: Path, tools: Path, **env: str) -> str:
    tools.mkdir()
    for name in NEEDS:
        found = next(path for part in os.defpath.split(":") if (path := Path(part) / name).exists())
        (tools / name).symlink_to(found)
    path = ":".join(map(str, [*folders, tools]))
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT), "_x.py", "a word"],
        env={"PATH": path} | env,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr).strip().replace(f"{SCRIPT.parent}/", "")


def test_one_built_to_be_quick_comes_before_one_that_comes_first(tmp_path: Path) -> None:
    python(tmp_path / "a folder", "python3", quick=False)
    python(tmp_path / "usr", "python3.12", quick=True)
    assert (
        taken(tmp_path / "a folder", tmp_path / "usr", tools=tmp_path / "tools")
        == "usr/python3.12 runs _x.py with a word"
    )


def test_where_none_was_the_first_that_is_new_enough(tmp_path: Path) -> None:
    python(tmp_path / "old", "python3", quick=False, new_enough=False)
    python(tmp_path / "a folder", "python3", quick=False)
    folders = tmp_path / "old", tmp_path / "a folder"
    assert taken(*folders, tools=tmp_path / "tools") == "a folder/python3 runs _x.py with a word"


def test_a_named_one_is_taken_however_it_was_built(tmp_path: Path) -> None:
    python(tmp_path / "usr", "python3", quick=True)
    named = python(tmp_path / "mine", "python", quick=False)
    got = taken(tmp_path / "usr", tools=tmp_path / "tools", PYTHON=str(named))
    assert got == "mine/python runs _x.py with a word"


def test_a_named_one_that_is_too_old_is_a_sentence(tmp_path: Path) -> None:
    python(tmp_path / "usr", "python3", quick=True)
    named = python(tmp_path / "mine", "python2", quick=False, new_enough=False)
    got = taken(tmp_path / "usr", tools=tmp_path / "tools", PYTHON=str(named))
    assert got == f"PYTHON={named} is no Python 3.10 or newer that runs here."


def test_a_named_program_that_is_no_python_is_a_sentence(tmp_path: Path) -> None:
    """`true` does whatever it is asked: then a run of no test would have passed."""
    said = taken(tmp_path, tools=tmp_path / "tools", PYTHON=shutil.which("true") or "")
    assert said.endswith("true is no Python 3.10 or newer that runs here.")


def test_without_any_there_is_a_sentence_too(tmp_path: Path) -> None:
    got = taken(tools=tmp_path / "tools")
    assert got.startswith("Showcase needs Python 3.10 or newer and found no Python: ")
