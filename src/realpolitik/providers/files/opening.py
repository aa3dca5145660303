"""Open a file as its publisher ships it: plain, gzip or zip, within safe limits."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from realpolitik.errors import InputFileError

#: Largest file that an archive may unpack to, and the largest ratio of unpacked to packed size.
#: Text tables of the known publishers shrink by a factor of 4 to 30; above 200 it is not a table.
MAX_UNPACKED = 16 * 2**30
MAX_RATIO = 200
#: Archives smaller than this when unpacked are never called a bomb, whatever the ratio.
HARMLESS = 8 * 2**20
BLOCK = 2**20

_DATA_SUFFIXES = {".csv", ".tab", ".txt", ".tsv", ".rdata", ".rda", ".zip", ".gz"}
_KINDS = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document; save the sheet as csv"),
    (b"PAR1", "a parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite", "a SQLite database"),
    (b"<stata_dta>", "a Stata .dta file; take the publisher's csv"),
    (b"<!DOCTYPE", "a web page, not data: the download was redirected or needs a login"),
    (b"<html", "a web page, not data: the download was redirected or needs a login"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """One plain file ready to read.

    Attributes
    ----------
    path : Path
        The plain file: the user's own, or the unpacked member in a temporary folder.
    label : str
        How messages name it, e.g. ``MID-5.zip: MIDB 5.0.csv``.
    """

    path: Path
    label: str


def sha256(path: Path) -> str:
    """SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[list[Opened]]:
    """Yield the plain files inside `path`: itself, the gzip content, or the members of a zip.

    Raises
    ------
    InputFileError
        If the file is missing, a folder, empty, unreadable, a corrupt archive, or one that
        unpacks to more than the limits allow.
    """
    _check_exists(path)
    with tempfile.TemporaryDirectory(prefix="realpolitik-") as scratch:
        try:
            files = _unpack(Opened(path, path.name), Path(scratch), depth=0)
        except OSError as cause:
            why = cause.strerror or cause
            msg = f"{path}: cannot be read ({why}). Check the file and its rights."
            raise InputFileError(msg) from cause
        yield files


def _check_exists(path: Path) -> None:
    try:
        if path.is_dir():
            msg = f"{path}: is a folder, expected one file. Name the file inside it."
            raise InputFileError(msg)
        if not path.is_file():
            msg = f"{path}: no such file. Check the path; folders are relative to where you are."
            raise InputFileError(msg)
        size = path.stat().st_size
    except (OSError, ValueError) as cause:
        raise InputFileError(f"{str(path)!r}: cannot be read ({cause}). Check the path.") from cause
    if size == 0:
        msg = f"{path}: is empty (0 bytes). Download it again."
        raise InputFileError(msg)


def _unpack(item: Opened, scratch: Path, depth: int) -> list[Opened]:
    with item.path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"PK\x03\x04"):
        return _unzip(item, scratch, depth)
    if head.startswith(b"PK"):
        raise InputFileError(f"{item.label}: is an empty or broken zip file. Download it again.")
    if head.startswith(b"\x1f\x8b") and item.path.suffix.lower() not in {".rdata", ".rda"}:
        return [_gunzip(item, scratch)]
    return [item]


def _gunzip(item: Opened, scratch: Path) -> Opened:
    target = scratch / (item.path.name.removesuffix(".gz") + ".unpacked")
    try:
        with gzip.open(item.path, "rb") as source:
            _copy(cast("IO[bytes]", source), target, item.path.stat().st_size, item.label)
    except (EOFError, zlib.error, gzip.BadGzipFile) as cause:
        msg = f"{item.label}: the gzip file is broken or cut short ({cause}). Download it again."
        raise InputFileError(msg) from cause
    return Opened(target, item.label)


def _unzip(item: Opened, scratch: Path, depth: int) -> list[Opened]:
    try:
        with zipfile.ZipFile(item.path) as archive:
            members = [info for info in archive.infolist() if _is_data(info)]
            if not members:
                raise InputFileError(_no_member(item, archive))
            _check_sizes(item, members)
            found: list[Opened] = []
            for number, info in enumerate(members):
                target = scratch / f"{depth}-{number}-{Path(info.filename).name}"
                with archive.open(info) as source:
                    _copy(source, target, info.compress_size, f"{item.label}: {info.filename}")
                inner = Opened(target, f"{item.label}: {info.filename}")
                deeper = scratch / f"{depth}-{number}"
                deeper.mkdir()
                found += _unpack(inner, deeper, depth + 1) if depth < 1 else [inner]
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as cause:
        msg = f"{item.label}: the zip file is broken or cut short ({cause}). Download it again."
        raise InputFileError(msg) from cause
    except RuntimeError as cause:
        msg = f"{item.label}: the zip file is encrypted. Unpack it and add the file inside."
        raise InputFileError(msg) from cause


def _is_data(info: zipfile.ZipInfo) -> bool:
    path = Path(info.filename)
    hidden = "__MACOSX" in path.parts or path.name.startswith(".")
    return not info.is_dir() and not hidden and path.suffix.lower() in _DATA_SUFFIXES


def _no_member(item: Opened, archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        return f"{item.label}: is an Excel or Word document. Save the sheet as csv and add that."
    inside = ", ".join(names[:5]) or "nothing"
    return (
        f"{item.label}: the zip file holds no data file (csv, tab, txt, RData); it holds {inside}."
    )


def _check_sizes(item: Opened, members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(info.file_size for info in members)
    packed = max(1, sum(info.compress_size for info in members))
    if unpacked > MAX_UNPACKED or (unpacked > HARMLESS and unpacked / packed > MAX_RATIO):
        raise InputFileError(_bomb(item.label, unpacked, packed))


def _copy(source: IO[bytes], target: Path, packed: int, label: str) -> None:
    """Copy a stream, trusting no size that the archive states."""
    written = 0
    with target.open("wb") as sink:
        while block := source.read(BLOCK):
            written += len(block)
            too_dense = written > HARMLESS and written / max(1, packed) > MAX_RATIO
            if written > MAX_UNPACKED or too_dense:
                raise InputFileError(_bomb(label, written, packed))
            sink.write(block)
            if shutil.disk_usage(target.parent).free < 4 * BLOCK:
                msg = f"{label}: no room left to unpack it in {target.parent}. Free the disk."
                raise InputFileError(msg)


def _bomb(label: str, unpacked: int, packed: int) -> str:
    return (
        f"{label}: unpacks to at least {unpacked:,} bytes from {packed:,}; the limits are "
        f"{MAX_UNPACKED:,} bytes and {MAX_RATIO} to 1. If you trust it, unpack it yourself."
    )


def check_text(item: Opened) -> None:
    """Refuse what is not text, by its first bytes.

    Raises
    ------
    InputFileError
        For UTF-16 or UTF-32, known binary kinds, and anything with NUL bytes.
    """
    with item.path.open("rb") as file:
        head = file.read(64 * 1024)
    if not head:
        raise InputFileError(f"{item.label}: is empty (0 bytes). Download it again.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_utf16(head):
        msg = f"{item.label}: is UTF-16 text, expected UTF-8. Save it again as UTF-8 csv."
        raise InputFileError(msg)
    for magic, kind in _KINDS:
        if head.lstrip()[: len(magic)].lower() == magic.lower():
            raise InputFileError(f"{item.label}: is {kind}; expected the publisher's text table.")
    if b"\0" in head:
        where = head.index(b"\0")
        msg = f"{item.label}: is binary, not text (byte {where} is NUL). Check the download."
        raise InputFileError(msg)


def _looks_utf16(head: bytes) -> bool:
    sample = head[:400]
    return (
        len(sample) > 20
        and min(sample[::2].count(0), sample[1::2].count(0)) == 0
        and (max(sample[::2].count(0), sample[1::2].count(0)) > 0.4 * len(sample) / 2)
    )
