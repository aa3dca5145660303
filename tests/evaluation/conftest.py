"""A ledger of four entries, sealed on a day of the test's choosing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from realpolitik.evaluation import ledger
from realpolitik.evaluation.ledger import seal

sys.path.append(str(Path(__file__).parent))
made = importlib.import_module("ledger_forecasts")


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    def put(today: date) -> None:
        monkeypatch.setattr(ledger, "_today", lambda: today)

    put(made.DAY)
    return put


@pytest.fixture
def path(tmp_path: Path, day: Callable[[date], None]) -> Path:
    place = tmp_path / "ledger.jsonl"
    for number in range(4):
        seal(place, made.forecast(level=number / 7), made.made_with(number))
    return place
