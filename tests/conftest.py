"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the reference data, beside the checkout or named by REALPOLITIK_SHARED."""
    default = Path(__file__).resolve().parents[2] / "shared"
    root = Path(os.environ.get("REALPOLITIK_SHARED", default)) / "data"
    if not root.is_dir():
        pytest.skip("the reference data folder is absent; set REALPOLITIK_SHARED to its place")
    return root


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test out of the user's own cache and data folders."""
    root = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("REALPOLITIK_CACHE", str(root / "cache"))
    monkeypatch.setenv("REALPOLITIK_DATA", str(root / "data"))
