"""The ledger: sealed forecasts in a file that can only grow.

Each line is the one spelling of a JSON object (`ledger_record`) that holds its own hash and the
hash of the line before. Any change, loss or exchange of lines before the last breaks the chain;
that the last lines are all there shows only against a copy of the last hash kept elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from realpolitik.cache import write_atomic
from realpolitik.errors import InputFileError, OutputError
from realpolitik.evaluation.ledger_record import Entry, Forecast, MadeWith, canonical, digest

MAX_BYTES = 64 * 2**20
MAX_LINE = 64 * 2**10
FIRST = "0" * 64
"""What the first line names as the line before."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A ledger whose chain holds.

    Attributes
    ----------
    entries : int
    last : str
        Hash of the last entry, 64 zeros if there is none. Published or kept elsewhere, it proves
        later that no line was taken away or written anew.
    """

    entries: int
    last: str


def read_ledger(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a ledger, in the order of sealing, after checking its chain.

    Raises
    ------
    InputFileError
        If the file cannot be read, a line breaks the schema or the chain is broken.
    """
    return _check(path, _content(path))


def verify(path: Path) -> Chain:
    """Check the chain of a ledger and return its length and its last hash.

    Raises
    ------
    InputFileError
        As `read_ledger`.
    """
    entries = read_ledger(path)
    return Chain(len(entries), entries[-1].hash if entries else FIRST)


def seal(path: Path, forecast: Forecast, made_with: MadeWith) -> Entry:
    """Append a forecast to a ledger with the date of today (UTC); start the ledger if absent.

    The file is locked, its chain is checked, and the longer ledger takes the place of the old one
    whole or not at all.

    Raises
    ------
    InputFileError
        If the ledger is broken: nothing is appended to it.
    OutputError
        If the file cannot be locked or written, the disk is full, the ledger would be too large
        or its last line is dated after today.
    """
    path = path.resolve()
    with _locked(path):
        content = _content(path)
        entries = _check(path, content)
        today = _today()
        if entries and entries[-1].sealed > today:
            msg = (
                f"{path}: the last line was sealed on {entries[-1].sealed}, after today, {today}. "
                "Correct the clock of this machine."
            )
            raise OutputError(msg)
        lines = content.splitlines()
        body = {
            "previous": hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST,
            "sealed": today.isoformat(),
            "made_with": made_with.model_dump(mode="json"),
            "forecast": forecast.model_dump(mode="json"),
        }
        line = canonical({**body, "hash": digest(body)})
        longer = content + line.encode() + b"\n"
        if len(longer) > MAX_BYTES:
            msg = f"{path} would be larger than {MAX_BYTES // 2**20} MiB. Start a new ledger."
            raise OutputError(msg)
        write_atomic(path, longer)
    return Entry.model_validate_json(line)


def _today() -> date:
    return datetime.now(UTC).date()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file at `path` alone; it is there, perhaps empty, while held."""
    handle = _lock(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.stat().st_size == 0:
                path.unlink()
        os.close(handle)


def _lock(path: Path) -> int:
    try:
        import fcntl
    except ModuleNotFoundError as cause:
        msg = f"cannot lock {path}: this system has no file locks. Seal on Linux or macOS."
        raise OutputError(msg) from cause
    handle = -1
    try:
        _refuse_what_is_no_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Whoever held it before may have put a longer file in its place: lock that one.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
            os.close(handle)
    except OSError as cause:
        if handle >= 0:
            with contextlib.suppress(OSError):
                os.close(handle)
        msg = f"cannot write the ledger {path}: {cause.strerror}. Choose another file."
        raise OutputError(msg) from cause


def _content(path: Path) -> bytes:
    try:
        _refuse_what_is_no_file(path)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as cause:
        msg = f"cannot read the ledger {path}: {cause.strerror}. Give the file it was sealed to."
        raise InputFileError(msg) from cause
    if len(content) > MAX_BYTES:
        msg = f"{path} is larger than {MAX_BYTES // 2**20} MiB: not a ledger of this program."
        raise InputFileError(msg)
    return content


def _refuse_what_is_no_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        msg = f"{path} is not a file. Give the file of a ledger."
        raise InputFileError(msg)


def _check(path: Path, content: bytes) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    before = FIRST
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = _entry(line, before)
            if entries and entry.sealed < entries[-1].sealed:
                msg = (
                    f"field sealed: {entry.sealed} is before {entries[-1].sealed}, the line before"
                )
                raise _Broken(msg)
        except _Broken as cause:
            raise _refusal(path, number, str(cause)) from cause
        entries.append(entry)
        before = hashlib.sha256(line).hexdigest()
    if lines[-1]:
        raise _refusal(path, len(lines), "the line is cut short: it has no line end")
    return tuple(entries)


class _Broken(Exception):
    """What is wrong with a line."""


def _refusal(path: Path, number: int, what: str) -> InputFileError:
    return InputFileError(
        f"{path}, line {number}: {what}. The ledger proves nothing from this line on. Restore the "
        "file from a copy made before, or start a new ledger in another file."
    )


def _entry(line: bytes, before: str) -> Entry:
    """Return the entry of a line that follows the line with hash `before`."""
    if len(line) > MAX_LINE:
        raise _Broken(f"the line is longer than {MAX_LINE} bytes")
    content = _object(line)
    try:
        entry = Entry.model_validate_json(line)
    except ValidationError as cause:
        error = cause.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in error["loc"]) or "(line)"
        raise _Broken(f"field {field}: {error['msg']}") from cause
    if canonical(content).encode() != line:
        raise _Broken("the line is not spelt as this program spells it: it was written anew")
    if digest(content) != entry.hash:
        raise _Broken("field hash: it does not fit the line, which was changed after sealing")
    if entry.previous != before:
        raise _Broken(
            "field previous: it does not fit the line before: lines were changed, taken away, "
            "added or moved"
        )
    return entry


def _object(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line.decode("ascii"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as cause:
        raise _Broken(f"not JSON in ASCII ({cause})") from cause
    if not isinstance(content, dict):
        raise _Broken("not a JSON object")
    return content


def _no_constant(name: str) -> float:
    msg = f"{name} is not a number"
    raise ValueError(msg)
