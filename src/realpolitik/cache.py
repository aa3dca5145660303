"""Results that cost something, kept under a hash of everything they depend on.

A key holds the data hash, the source code of the package and the request. If any of them changes
the key changes, so a stored result is never stale. Writes are atomic: a temporary file is renamed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from realpolitik.errors import OutputError


def folder() -> Path:
    """Return the cache folder; ``REALPOLITIK_CACHE`` overrides the user's default."""
    override = os.environ.get("REALPOLITIK_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("realpolitik"))


@functools.cache
def code_hash() -> str:
    """Hash of the package's own source files."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key(kind: str, data_hash: str, request: Mapping[str, Any]) -> str:
    """Name of a result: what it is, on which data, from which code, for which request."""
    text = json.dumps([kind, data_hash, code_hash(), dict(request)], sort_keys=True, default=str)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def write_atomic(path: Path, content: bytes) -> None:
    """Write `content` to `path` whole or not at all.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    except OSError as cause:
        msg = f"cannot write {path}: {cause.strerror}. Choose another folder or free the disk."
        raise OutputError(msg) from cause
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).chmod(0o644)
        os.replace(partial, path)
    except OSError as cause:
        Path(partial).unlink(missing_ok=True)
        msg = f"cannot write {path}: {cause.strerror}. Choose another folder or free the disk."
        raise OutputError(msg) from cause
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def remember(name: str, compute: Callable[[], bytes], *, use: bool = True) -> bytes:
    """Return the stored bytes called `name`, or compute and store them.

    A cache that cannot be written never fails the caller: the result is simply not kept.
    """
    if not use:
        return compute()
    path = folder() / name
    try:
        return path.read_bytes()
    except OSError:
        pass
    content = compute()
    try:
        write_atomic(path, content)
    except OutputError:
        return content
    return content
