"""One backup, one file: a tar of the database's copy, encrypted, and a manifest that says what it is.

Nothing but common formats, so that it opens without us: `tar xf FILE`, then `age -d -i KEY database.dump.age`. The copy
is encrypted to public keys (age), so that a host which makes backups cannot read those it made. The manifest can be
read by anybody who has the file, and names nobody.
"""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    import pyrage
else:
    pyrage = Later("pyrage")

MANIFEST = "manifest.json"
ENCRYPTED = ".age"
BLOCK = 512
CHUNK = 1024 * 1024
UNFINISHED = ".part"


class NoBackup(Exception):
    """A file cannot be written or read as a backup. Its words are for whoever ran the command."""


class Summed(io.RawIOBase):
    """Passes bytes on, counts and sums them. Keeps what broke, for who encrypts says it in words of its own."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self.stream, self.size, self.digest = stream, 0, hashlib.sha256()
        self.broke: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return self._counted(lambda: bytes(self.stream.read(size)))

    def write(self, data: Any) -> int:
        return len(self._counted(lambda: data if self.stream.write(data) is None else bytes(data)))

    def _counted(self, moves: Callable[[], bytes]) -> bytes:
        try:
            data = moves()
        except BaseException as error:
            self.broke = error
            raise
        self.size += len(data)
        self.digest.update(data)
        return data

    @property
    def sum(self) -> dict[str, Any]:
        return {"sha256": self.digest.hexdigest(), "size": self.size}


class Compressed(io.RawIOBase):
    """Reads a stream as gzip, a little at a time."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self.stream, self.ready, self.ended = stream, bytearray(), False
        self.gzip = zlib.compressobj(1, wbits=31)

    def read(self, size: int = -1) -> bytes:
        while not self.ended and len(self.ready) < size:
            data = self.stream.read(CHUNK)
            self.ready += self.gzip.compress(data) if data else self.gzip.flush()
            self.ended = not data
        part = bytes(self.ready[:size])
        del self.ready[:size]
        return part


class Uncompressed(io.RawIOBase):
    """Writes gzip into a stream as what it was."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self.stream, self.gzip = stream, zlib.decompressobj(wbits=31)

    def write(self, data: Any) -> int:
        self.stream.write(self.gzip.decompress(data))
        return len(data)


class Archive(NamedTuple):
    """A backup that is there: where its encrypted copy lies in the file, and what its manifest says."""

    path: Path
    manifest: dict[str, Any]
    offset: int

    @property
    def copy(self) -> dict[str, Any]:
        """What the manifest says of the copy: its name, and sums of it as it lies here and as it is in clear."""
        found: dict[str, Any] = self.manifest["copy"]
        return found


def write(path: Path, name: str, source: BinaryIO, to: Sequence[Any], manifest: Callable[[], dict[str, Any]]) -> None:
    """Write a backup: under another name first, and under its own once all of it has reached the disk.

    `manifest` is asked when the source has ended: by then it is known whether the copy is whole.
    """
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        with new_file(unfinished) as out:
            out.write(bytes(BLOCK))  # where the copy's own line goes: how long it is is known at its end
            plain, sealed = Summed(source), Summed(out)
            _encrypt(plain, sealed, to)
            _pad(out, sealed.size)
            copy = {"name": f"{name}{ENCRYPTED}", **sealed.sum, "in_clear": plain.sum}
            said = json.dumps(manifest() | {"copy": copy}, indent=2).encode()
            out.write(_line(MANIFEST, len(said)) + said)
            _pad(out, len(said))
            out.write(bytes(2 * BLOCK))
            out.seek(0)
            out.write(_line(copy["name"], sealed.size))
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(path)
        flush_folder(path.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def new_file(path: Path) -> BinaryIO:
    """A file that was not there, and that nobody else may read. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _encrypt(plain: Summed, sealed: Summed, to: Sequence[Any]) -> None:
    try:
        pyrage.encrypt_io(plain, sealed, list(to))
    except Exception as error:
        raise plain.broke or sealed.broke or error from None


def _line(name: str, size: int) -> bytes:
    line = tarfile.TarInfo(name)
    line.size, line.mode = size, 0o600
    return line.tobuf(tarfile.GNU_FORMAT)


def _pad(out: BinaryIO, size: int) -> None:
    out.write(bytes(-size % BLOCK))


def flush_folder(folder: Path) -> None:
    """Have the disk know the names in a folder too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Archive:
    """What a file says of itself. Raises NoBackup."""
    try:
        with tarfile.open(path, "r:") as tar:
            found = tar.extractfile(MANIFEST)
            manifest = json.load(found) if found else {}
            return Archive(path, manifest, tar.getmember(manifest["copy"]["name"]).offset_data)
    except FileNotFoundError:
        raise NoBackup(f"There is no {path}.") from None
    except (tarfile.TarError, KeyError, ValueError, TypeError, OSError):
        raise NoBackup(f"{path} is no backup of ours, or not all of it is here.") from None


@contextmanager
def opened(archive: Archive) -> Iterator[BinaryIO]:
    """The encrypted copy, read from where it begins."""
    with archive.path.open("rb") as file:
        file.seek(archive.offset)
        yield io.BufferedReader(_Part(file, archive.copy["size"]), CHUNK)


class _Part(io.RawIOBase):
    """The next so many bytes of a file."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        super().__init__()
        self.file, self.left = file, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(min(len(buffer), self.left))
        buffer[: len(data)] = data
        self.left -= len(data)
        return len(data)


def check(archive: Archive) -> None:
    """That the encrypted copy is as it was written. Needs no key. Raises NoBackup."""
    summed = hashlib.sha256()
    with opened(archive) as copy:
        while data := copy.read(CHUNK):
            summed.update(data)
    if summed.hexdigest() != archive.copy["sha256"]:
        raise NoBackup(f"{archive.path} is damaged: its copy is not what was written. Take another backup.")


def decrypt(archive: Archive, keys: Sequence[Any], to: BinaryIO) -> None:
    """Write the copy in clear. Raises NoBackup where the key does not fit, or it is not what was copied."""
    plain = Summed(to)
    try:
        with opened(archive) as copy:
            pyrage.decrypt_io(copy, plain, list(keys))
    except Exception as error:
        if plain.broke:
            raise plain.broke from None
        raise NoBackup(f"The key does not open {archive.path} ({error}).") from None
    if plain.sum != archive.copy["in_clear"]:
        raise NoBackup(f"{archive.path} holds something else than its manifest says. Take another backup.")


def keys_in(path: Path) -> list[Any]:
    """The private keys of a file, a line each; others begin with # or nothing. Raises NoBackup."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise NoBackup(f"The key {path} cannot be read ({type(error).__name__}).") from None
    except pyrage.IdentityError:
        raise NoBackup(f"{path} holds no private key: one begins with AGE-SECRET-KEY-1.") from None
    if not found:
        raise NoBackup(f"{path} holds no private key: one begins with AGE-SECRET-KEY-1.")
    return found


def recipients(said: Sequence[str]) -> list[Any]:
    """Public keys, of what settings say. Raises NoBackup."""
    if not said:
        raise NoBackup("Set BACKUP_RECIPIENT: a backup is encrypted. `manage.py backup_key FILE` makes a pair of keys.")
    found = []
    for one in said:
        with suppress(pyrage.RecipientError):
            found.append(pyrage.x25519.Recipient.from_str(one))
    if len(found) < len(said):
        raise NoBackup("BACKUP_RECIPIENT is a public key, age1…, as `manage.py backup_key FILE` prints it.")
    return found
