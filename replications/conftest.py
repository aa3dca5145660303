"""Let the tests of the replications use `compare.py` and the fixtures of the main tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the reference data, beside the checkout or named by REALPOLITIK_SHARED."""
    default = Path(__file__).resolve().parents[2] / "shared"
    root = Path(os.environ.get("REALPOLITIK_SHARED", default)) / "data"
    if not root.is_dir():
        pytest.skip("the reference data folder is absent; set REALPOLITIK_SHARED to its place")
    return root
