from __future__ import annotations

from pathlib import Path

import pytest
from compare import misses

FOLDER = Path(__file__).resolve().parent


@pytest.mark.replication
def test_published_numbers() -> None:
    assert misses(FOLDER) == []
