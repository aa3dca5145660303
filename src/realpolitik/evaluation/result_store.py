"""Results of tasks in a folder: each file is whole and says so, or it does not count.

A file holds one line, ``realpolitik-result 1 DIGEST``, then the content. The digest covers the
file's own name and the content, so a truncated, changed or renamed file is told from a good one.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from pathlib import Path

from realpolitik.cache import write_atomic
from realpolitik.errors import OutputError

MAGIC = b"realpolitik-result 1 "
_STALE = 86400.0
"""Seconds after which an unfinished file was left by a killed run: a write takes far less."""


def place(store: Path, key: str, name: str) -> Path:
    """Return the file of a task's result: a hash of what it was computed from and its name.

    >>> place(Path("store"), "v1", "a") == place(Path("store"), "v", "1a")
    False
    """
    digest = hashlib.sha256(f"{len(key)}:{key}{name}".encode()).hexdigest()
    return store / f"{digest[:40]}.result"


def prepare(store: Path) -> None:
    """Make the folder, make sure it can be written to, and clear what a killed run left half done.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=store) as probe:
            probe.write(b"probe")
        for partial in store.glob("*.partial"):
            if time.time() - partial.stat().st_mtime > _STALE:
                partial.unlink(missing_ok=True)
    except OSError as cause:
        msg = (
            f"cannot keep results in {store}: {cause.strerror}. "
            "Choose another folder or free the disk."
        )
        raise OutputError(msg) from cause


def write(path: Path, content: bytes) -> None:
    """Store a result whole or not at all.

    Raises
    ------
    OutputError
        If the folder cannot be written to, or the disk is full.
    """
    write_atomic(path, MAGIC + _digest(path, content) + b"\n" + content)


def read(path: Path) -> bytes | None:
    """Return a stored result; None if there is none or it is not as it was written.

    Raises
    ------
    OutputError
        If the file is there but may not be read.
    """
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as cause:
        msg = f"cannot read {path}: {cause.strerror}. Choose another folder for the results."
        raise OutputError(msg) from cause
    head, _, content = held.partition(b"\n")
    return content if head == MAGIC + _digest(path, content) else None


def _digest(path: Path, content: bytes) -> bytes:
    return hashlib.sha256(path.name.encode() + b"\n" + content).hexdigest().encode()
