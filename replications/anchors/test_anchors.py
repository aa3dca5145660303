from __future__ import annotations

from pathlib import Path

import pytest
from compare import misses, rows

from realpolitik.data import load_panel

FOLDER = Path(__file__).resolve().parent


@pytest.mark.replication
@pytest.mark.shared
def test_published_numbers(shared_data: Path) -> None:
    assert misses(FOLDER, shared_data) == []


@pytest.mark.replication
def test_the_embedded_panel_keeps_direction_and_years() -> None:
    dyads = load_panel("south-asia", overlay=False).dyads
    checked = 0
    for row in rows(FOLDER / "published.csv"):
        kind, source, *rest = row["cell"].split()
        if kind not in {"defence", "rivalry"}:
            continue
        target, year = rest[-2], int(rest[-1])
        column = "atop_defense" if kind == "defence" else "rivalry"
        cell = dyads.filter(source=source, target=target, year=year)
        # a pair of which one was not yet a state in that year has no row
        if cell.height:
            assert cell[column].item() == float(row["value"]), row["cell"]
            checked += 1
    assert checked >= 30
    after = dyads.filter(source="USA", target="PAK", year=2019)
    assert after["atop_defense"].item() is None
