"""The cache returns what was computed, whole, and never fails its caller."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from realpolitik import cache
from realpolitik.errors import OutputError


def test_second_call_does_not_compute() -> None:
    calls: list[int] = []

    def compute() -> bytes:
        calls.append(1)
        return b"result"

    name = cache.key("test", "data", {"a": 1})
    assert [cache.remember(name, compute) for _ in range(2)] == [b"result"] * 2
    assert len(calls) == 1
    assert cache.remember(name, compute, use=False) == b"result"
    assert len(calls) == 2


def test_key_changes_with_data_and_request() -> None:
    keys = {
        cache.key(kind, data, {"a": value})
        for kind in ("x", "y")
        for data in ("d", "e")
        for value in (1, 2)
    }
    assert len(keys) == 8


def test_unwritable_cache_still_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("REALPOLITIK_CACHE", str(blocked / "below"))
    assert cache.remember("name", lambda: b"answer") == b"answer"


def test_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        cache.write_atomic(tmp_path / "out.bin", b"x" * 100)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_write_keeps_the_old_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "out.bin"
    cache.write_atomic(path, b"old")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        cache.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
