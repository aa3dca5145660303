from __future__ import annotations

from pathlib import Path

import pytest
from compare import misses

FOLDER = Path(__file__).resolve().parent


@pytest.mark.replication
@pytest.mark.shared
def test_published_numbers(shared_data: Path) -> None:
    assert misses(FOLDER, shared_data) == []
