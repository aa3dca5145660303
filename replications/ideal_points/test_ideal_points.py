from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from compare import misses

from realpolitik.measures.ideal_points import estimate
from realpolitik.measures.ideal_points.measure import votes_of

FOLDER = Path(__file__).resolve().parent
OVERALL, DECADE, YEAR = 0.98, 0.95, 0.95  # demanded of the re-estimation
SIGNS = 0.95  # share of the named states' positions whose published interval excludes zero
SMALL = 0.9  # two years alone


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ideal_points_replicate", FOLDER / "replicate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.replication
@pytest.mark.shared
def test_published_numbers(shared_data: Path) -> None:
    assert misses(FOLDER, shared_data) == []


@pytest.mark.replication
@pytest.mark.shared
def test_two_years_alone(shared_data: Path) -> None:
    ours = script()
    frame = ours.roll_calls(shared_data).filter(pl.col("session").is_in([12, 13]))
    points = estimate(votes_of(frame), bridges=ours.bridges(shared_data))
    rows = ours.beside(points, shared_data)
    assert rows.height > 150
    assert rows.select(pl.corr("mean", "published")).item() > SMALL
    place = {state: points.mean[points.states.index(state)] for state in ("USA", "IND", "RUS")}
    assert (place["USA"] > place["IND"]).all()
    assert (place["IND"] > place["RUS"]).all()


@pytest.mark.nightly
@pytest.mark.replication
@pytest.mark.shared
def test_all_votes(shared_data: Path) -> None:
    ours = script()
    points = ours.run(shared_data)
    rows = ours.beside(points, shared_data)
    found = ours.correlations(rows)
    assert found["overall"] >= OVERALL
    assert min(value for name, value in found.items() if name.endswith("0s")) >= DECADE
    assert found["lowest year"] >= YEAR
    named = rows.filter(pl.col("state").is_in(list(ours.SHOWN)))
    sure = named.filter(pl.col("published_lower").sign() == pl.col("published_upper").sign())
    assert sure.height > 100
    assert (sure["mean"].sign() == sure["published"].sign()).mean() >= SIGNS
    at = {(r["state"], r["step"]): r["mean"] for r in rows.iter_rows(named=True)}
    for year in (1947, 1980):
        assert at["USA", year] > at["IND", year] > at["RUS", year]
        assert at["USA", year] > at["PAK", year] > at["RUS", year]
    assert at["RUS", 1991] > at["RUS", 1980]
    assert at["CHN", 2019] < at["RUS", 2019] < at["USA", 2018]
    assert np.nanmedian(points.rhat) < 1.1
    assert np.nanquantile(points.rhat, 0.95) < 1.3
