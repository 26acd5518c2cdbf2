"""One backup, one file: what is written comes back, and what is not whole is known before anything is made of it."""

import datetime as dt
import gzip
import io
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pyrage
import pytest
from django.db import connection

from bookings.operations import archive, copying_in
from bookings.operations.archive import Compressed, NoBackup, Uncompressed
from bookings.operations.backing_up import ours_in, outlived
from tests.factories import NOW

KEY = pyrage.x25519.Identity.generate()
CONTENT = b"".join(number.to_bytes(4, "big") for number in range(200_000))  # of several chunks of the cipher


@pytest.fixture
def path(tmp_path):
    return tmp_path / "showcase-2027-01-11T09-00-00Z.tar"


def written(path, content=CONTENT, *others, said=None):
    to = [KEY.to_public(), *(other.to_public() for other in others)]
    archive.write(path, "database.dump", io.BytesIO(content), to, lambda: said or {"format": 1})
    return archive.read(path)


def read_back(path, key=KEY):
    out = io.BytesIO()
    archive.decrypt(archive.read(path), [key], out)
    return out.getvalue()


def test_what_is_written_comes_back_and_its_manifest_says_what_it_is(path):
    found = written(path, said={"format": 1, "version": "1.0"})
    archive.check(found)
    assert read_back(path) == CONTENT
    assert (found.manifest["version"], found.copy["in_clear"]["size"]) == ("1.0", len(CONTENT))
    assert found.copy["size"] > len(CONTENT)


def test_nobody_reads_it_without_the_private_key_and_the_host_that_made_it_has_none(path):
    written(path)
    assert CONTENT[:64] not in path.read_bytes()
    with pytest.raises(NoBackup, match="does not open"):
        read_back(path, pyrage.x25519.Identity.generate())
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_opens_without_us(path, tmp_path):
    """Nothing but tar and age, so that a backup outlives this code."""
    written(path)
    subprocess.run(["tar", "-xf", path, "-C", tmp_path], check=True)
    assert json.loads((tmp_path / "manifest.json").read_text())["copy"]["name"] == "database.dump.age"
    age = shutil.which("age")
    if age is None:
        pytest.skip("age is not installed: apt-get install age")
    (tmp_path / "key").write_text(str(KEY))
    done = subprocess.run(
        [age, "-d", "-i", tmp_path / "key", tmp_path / "database.dump.age"], capture_output=True, check=True
    )
    assert done.stdout == CONTENT


def test_one_bit_is_noticed_without_the_key(path):
    written(path)
    with path.open("r+b") as file:
        file.seek(300_000)
        old = file.read(1)
        file.seek(300_000)
        file.write(bytes([old[0] ^ 1]))
    with pytest.raises(NoBackup, match="damaged"):
        archive.check(archive.read(path))
    with pytest.raises(NoBackup):
        read_back(path)


@pytest.mark.parametrize("left", [0, 100, 511, 512, 513, 400_000, 800_000, -3000])
def test_half_a_file_is_none(path, left):
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:left])
    with pytest.raises(NoBackup, match="is no backup of ours"):
        archive.read(path)


def test_another_file_is_none(path):
    with pytest.raises(NoBackup, match="There is no"):
        archive.read(path)
    path.write_bytes(b"nothing of ours" * 1000)
    with pytest.raises(NoBackup, match="is no backup of ours"):
        archive.read(path)


def test_a_copy_under_another_manifest_is_noticed(path):
    """Its sums are compared with what the key opens, not only with the file."""
    found = written(path)
    lies = {**found.manifest, "copy": found.copy | {"in_clear": {"sha256": "0" * 64, "size": 1}}}
    with pytest.raises(NoBackup, match="something else"):
        archive.decrypt(found._replace(manifest=lies), [KEY], io.BytesIO())


class Breaks(io.BytesIO):
    """Gives some, and then the disk is gone."""

    def read(self, size=-1):
        if self.tell() > 300_000:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_what_breaks_while_it_is_read_leaves_no_file(path):
    with pytest.raises(OSError, match="Input/output error"):
        archive.write(path, "database.dump", Breaks(CONTENT), [KEY.to_public()], dict)
    assert list(path.parent.iterdir()) == []


def test_a_program_that_says_at_its_end_that_it_failed_leaves_no_file(path):
    def failed():
        raise NoBackup("pg_dump gave up")

    with pytest.raises(NoBackup, match="gave up"):
        archive.write(path, "database.dump", io.BytesIO(CONTENT), [KEY.to_public()], failed)
    assert list(path.parent.iterdir()) == []


def test_two_keys_open_it_each(path):
    other = pyrage.x25519.Identity.generate()
    written(path, CONTENT, other)
    assert read_back(path, KEY) == read_back(path, other) == CONTENT


def test_a_copy_of_nothing_comes_back_too(path):
    written(path, b"")
    assert read_back(path) == b""


def test_compressing_gives_gzip_and_takes_it_back():
    pressed = Compressed(io.BytesIO(CONTENT))
    parts = b"".join(iter(lambda: pressed.read(8192), b""))
    assert gzip.decompress(parts) == CONTENT
    assert len(parts) < len(CONTENT)
    out = io.BytesIO()
    plain = Uncompressed(out)
    for start in range(0, len(parts), 1000):
        plain.write(parts[start : start + 1000])
    assert out.getvalue() == CONTENT


def test_a_key_is_read_with_its_comments_and_anything_else_is_a_sentence(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"# made today\n\n{KEY}\n")
    assert [str(key.to_public()) for key in archive.keys_in(file)] == [str(KEY.to_public())]
    for text in ("", "# nothing\n", "AGE-SECRET-KEY-1WRONG", str(KEY.to_public())):
        file.write_text(text)
        with pytest.raises(NoBackup, match="holds no private key"):
            archive.keys_in(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NoBackup, match="cannot be read"):
        archive.keys_in(file)


def test_without_a_public_key_there_is_no_backup():
    with pytest.raises(NoBackup, match="Set BACKUP_RECIPIENT"):
        archive.recipients([])
    for wrong in ("", "age1", str(KEY)):
        with pytest.raises(NoBackup, match="BACKUP_RECIPIENT is a public key"):
            archive.recipients([str(KEY.to_public()), wrong])


def test_all_of_a_day_are_kept_then_the_last_of_each_for_thirty_days(tmp_path):
    every = dt.timedelta(minutes=15)
    for step in range(40 * 96):
        (tmp_path / f"showcase-{NOW - step * every:%Y-%m-%dT%H-%M-%SZ}.tar").touch()
    for name in ("showcase-2020-01-01.tar", "other-2020-01-01T00-00-00Z.tar", "showcase-2020-01-01T00-00-00Z.tar.gz"):
        (tmp_path / name).touch()
    backups = ours_in(tmp_path)
    assert len(backups) == 40 * 96  # those of others are none of its business
    kept = sorted(set(backups) - set(outlived(backups, now=NOW)), key=backups.__getitem__)
    ages = [NOW - backups[path] for path in kept]
    assert max(ages) <= dt.timedelta(days=30)
    assert [age for age in reversed(ages) if age <= dt.timedelta(days=1)] == [step * every for step in range(97)]
    older = [backups[path] for path in kept if NOW - backups[path] > dt.timedelta(days=1)]
    assert len({at.date() for at in older}) == len(older) == 29
    assert {at.strftime("%H:%M") for at in older[:-1]} == {"23:45"}


# --- where it is put --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "there, said",
    [
        ([], ""),
        (["empty"], ""),
        (["no tables"], ""),
        (["a table"], "is there already, and nothing is written over"),
        (["no database"], "is there already, and nothing is written over"),
        (["-wal"], "-wal belongs to a database that is not here any longer"),
        (["empty", "-journal"], "-journal belongs to a database that is not here any longer"),
    ],
)
def test_copy_goes_only_where_no_file_is(monkeypatch, tmp_path, there, said):
    if connection.vendor != "sqlite":
        pytest.skip("It is a file on SQLite alone.")
    path = tmp_path / "showcase.sqlite3"
    for one in there:
        if one in ("no tables", "a table"):
            with closing(sqlite3.connect(path)) as made:
                made.execute("CREATE TABLE kept (id)")
                made.execute("DROP TABLE kept") if one == "no tables" else None
        elif one.startswith("-"):
            path.with_name(path.name + one).touch()
        else:
            path.write_bytes(b"" if one == "empty" else b"no database" * 100)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    if said:
        with pytest.raises(NoBackup, match=said):
            copying_in.refuse_where_something_is()
    else:
        copying_in.refuse_where_something_is()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("exits, went_well, whole", [(0, True, True), (3, True, False), (0, False, False)])
def test_what_was_not_read_to_its_end_is_never_committed(exits, went_well, whole):
    """Of PostgreSQL: one program reads the dump and says statements, the other takes them in one transaction."""
    says = ["sh", "-c", f"echo 'CREATE TABLE showcase_restoring.one ();'; exit {exits}"]
    taken = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(says, stdout=subprocess.PIPE) as reading, subprocess.Popen(["cat"], **taken) as writing:
        assert copying_in._pass_on(reading, writing, lambda: went_well) is whole
        said, _errors = writing.communicate() if not whole else (writing.stdout.read(), None)
    assert said.startswith(b"BEGIN;\nCREATE TABLE")
    assert (b"COMMIT;" in said) is whole
