"""Ruptures, half-life, gap and ratchet on paths whose answer is known."""

import io
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik import load_panel
from realpolitik.cli.app import app
from realpolitik.errors import RequestError
from realpolitik.measures import resilience as module
from realpolitik.measures.relation import Relation
from realpolitik.measures.resilience import WINDOW, find_ruptures, recoveries, resilience
from realpolitik.rng import stream

STEPS_APART = 1.0  # an exponential read at whole steps crosses half at the next whole step
TINY = 0.01  # standard deviation of a path that is as good as known
SIX_ERRORS = 6 * 0.5 / np.sqrt(module.DRAWS)  # six Monte Carlo standard errors of a share


def _levels(path):
    return np.lib.stride_tricks.sliding_window_view(np.asarray(path), WINDOW, axis=-1).mean(axis=-1)


def _relation(paths, sd, first=1950):
    """Make a relation of the dyads of `paths`, shape (T, D), all steps independent."""
    spread = np.full(paths.shape, sd)
    moves = np.concatenate([np.full((1, paths.shape[1]), np.nan), np.diff(paths, axis=0)])
    names = [("IND", "PAK"), ("PAK", "IND"), ("USA", "PAK"), ("PAK", "USA")][: paths.shape[1]]
    return Relation(
        steps=np.arange(first, first + len(paths)),
        sources=tuple(a for a, _ in names),
        targets=tuple(b for _, b in names),
        mean=paths, sd=spread, change=moves, change_sd=spread * np.sqrt(2.0),
        filtered_mean=paths, filtered_sd=spread, filtered_change=moves, filtered_change_sd=spread,
        indicators=np.ones(paths.shape, dtype=int), parameters=cast(Any, None),
    )  # fmt: skip


STAIR = np.repeat([2.0, 1.0, 0.0], 10)
"""Two ruptures, neither made good."""
DIPS = np.concatenate([np.ones(10), np.linspace(0.0, 1.0, 10), np.linspace(0.0, 1.5, 10)])
"""Two ruptures, both made good."""


@pytest.mark.parametrize("rate", [4.0, 7.0])
def test_half_life_of_an_exponential_recovery(rate):
    time = np.arange(40)
    path = np.concatenate([np.ones(5), 1.0 - np.exp(-np.log(2.0) * time / rate)])
    _, times, gaps = recoveries(_levels(path)[None], [5])
    np.testing.assert_allclose(times, rate, atol=STEPS_APART)
    np.testing.assert_array_less(np.abs(gaps), 0.05)


def test_a_recovery_cut_short_by_the_next_rupture_is_not_reached():
    path = np.concatenate([np.ones(5), [0.0, 0.0, 0.0, 0.2, 0.2], [-1.0] * 3, np.ones(8)])
    falls, times, gaps = recoveries(_levels(path)[None], [5, 10])
    assert np.isinf(times[0, 0])
    assert np.isfinite(times[0, 1])
    np.testing.assert_allclose(gaps[0, 0], 1.0 - 0.4 / 3)
    np.testing.assert_allclose(falls[0, 0], 1.0)


def test_a_rupture_is_the_largest_sure_fall_near():
    assert find_ruptures(_levels(STAIR)[None]) == [10, 20]
    assert find_ruptures(_levels(STAIR[::-1])[None]) == []
    half = np.stack([STAIR[:15], STAIR[:15][::-1]])
    assert find_ruptures(_levels(half)) == []


def test_a_stair_ratchets_and_dips_do_not():
    relation = _relation(np.stack([STAIR, DIPS], axis=1), TINY)
    stair, dips = resilience(relation, "IND", "PAK"), resilience(relation, "PAK", "IND")
    np.testing.assert_array_equal(stair.rupture, [1960, 1970])
    np.testing.assert_array_equal(dips.rupture, [1960, 1970])
    np.testing.assert_array_equal(stair.ratchet, [1.0, 1.0])
    np.testing.assert_array_equal(dips.regained[1], 1.0)
    assert dips.ratchet[1] == 0.0
    assert np.all(np.isinf(stair.half_life[1]))
    np.testing.assert_allclose(stair.fall[1], 1.0, atol=5 * TINY)
    np.testing.assert_allclose(stair.ratchet_chance, [1 / 2, 1 / 6])


def test_a_gap_that_is_nothing_but_noise_is_closed_half_the_time():
    path = np.concatenate([np.ones(10), np.full(6, -4.0), np.ones(10)])
    found = resilience(_relation(path[:, None], 1.0), "IND", "PAK")
    np.testing.assert_array_equal(found.rupture, [1960])
    np.testing.assert_allclose(found.regained, 0.5, atol=SIX_ERRORS)


def test_without_ruptures_there_is_still_an_answer():
    found = resilience(_relation(np.zeros((20, 1)), 1.0), "IND", "PAK")
    assert found.rupture.shape == (0,)
    assert found.fall.shape == found.half_life.shape == found.gap.shape == (3, 0)
    assert found.ratchet.shape == (0,)


def test_too_few_years():
    with pytest.raises(RequestError, match="fewer than 6 years"):
        resilience(_relation(np.zeros((5, 1)), 1.0), "IND", "PAK")


def test_the_share_of_false_ruptures_is_small():
    """Readings of a relation that never moves: the smoothed mean is flat, so nothing is sure."""
    noise = stream(3, "flat").normal(0.0, 0.1, (70, 4))
    relation = _relation(noise, 0.3)
    pairs = zip(relation.sources, relation.targets, strict=True)
    assert sum(len(resilience(relation, *pair).rupture) for pair in pairs) == 0


@pytest.fixture(scope="module")
def rows():
    panel = load_panel("south-asia", start=1990, end=2019, overlay=False)
    walk = stream(5, "walk").normal(0.0, 0.1, (30, 2)).cumsum(axis=0)
    relation = _relation(np.stack([STAIR, DIPS, *walk.T], axis=1), TINY, first=1990)
    return {
        "pair": module.measure(panel, ["IND", "PAK"], relation=relation),
        "one": module.measure(panel, ["USA"], relation=relation),
    }


def test_rows_are_tidy(rows):
    pair = rows["pair"]
    assert set(zip(pair["source"], pair["target"], strict=True)) == {("IND", "PAK"), ("PAK", "IND")}
    assert set(rows["one"]["source"]) == {"USA"}
    stair = pair.filter(pl.col("source") == "IND")
    assert stair["index"].to_list() == [
        "ruptures", *(["fall", "half_life", "gap", "ratchet"] * 2)
    ]  # fmt: skip
    assert stair.filter(index="ruptures").select("step", "value").row(0) == (2019, 2.0)
    half = stair.filter(index="half_life")
    assert half["value"].null_count() == 2
    np.testing.assert_array_equal(half["probability"].to_numpy() < 0.5, True)
    bounded = pair.filter(pl.col("index").is_in(["fall", "gap"]))
    assert (bounded["lower"] < bounded["value"]).all()
    assert (bounded["value"] < bounded["upper"]).all()


def test_no_dyad_long_enough():
    panel = load_panel("south-asia", start=2015, end=2019, overlay=False)
    with pytest.raises(RequestError, match="choose a longer period"):
        module.measure(panel, ["IND", "PAK"], relation=_relation(np.zeros((5, 2)), 1.0, 2015))


def test_the_verb_measures_on_all_years_and_shows_those_asked_for(monkeypatch):
    seen = []

    def made_up(panel):
        seen.append((panel.start, panel.end))
        return _relation(np.stack([STAIR, DIPS], axis=1), TINY)

    monkeypatch.setattr(module, "measure_relation", made_up)
    asked = ["measure", "resilience", "IND", "PAK", "--from", "1965", "--to", "1979"]
    result = CliRunner().invoke(app, [*asked, "--format", "csv"], catch_exceptions=False)
    rows = pl.read_csv(io.StringIO(result.stdout)).filter(pl.col("index") == "gap")
    assert seen == [(1946, 1979)]
    assert set(rows["step"]) == {1970}
