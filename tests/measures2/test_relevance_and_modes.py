"""Relevance and modes of influence: by hand, by symmetry, and on the panel."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik.measures import modes, relevance
from realpolitik.panel import Panel

EXACT = 1e-12
MONTE_CARLO = 0.02  # six standard errors of a median of 40,000 draws with sd of about .2


@pytest.fixture(scope="module")
def panel() -> Panel:
    return rp.load_panel("south-asia", start=1998, end=2016, overlay=False)


def test_recent_maximum_does_not_outlive_its_source() -> None:
    values = np.array([0.0, 5.0, 0.0, 1.0, np.nan])
    found = relevance.recent_maximum(values, 3)
    np.testing.assert_array_equal(found, [0.0, 5.0, 5.0, 5.0, np.nan])


def test_relevance_by_hand_and_asymmetry_on_shared_parts() -> None:
    parts = np.full((1, 2, 2, 4), np.nan)
    parts[0, 0, 1] = [0.8, 0.4, 0.6, 1.0]
    parts[0, 1, 0] = [0.2, 0.4, 0.0, np.nan]
    value, gap = relevance.relevance(parts, np.array([[1.0, 1.0, 1.0, 1.0], [2.0, 1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(value[0, 0, 0, 1], 0.7, atol=EXACT)
    np.testing.assert_allclose(value[1, 0, 0, 1], 0.65, atol=EXACT)
    np.testing.assert_allclose(gap[0, 0, 0, 1], 0.4, atol=EXACT)
    np.testing.assert_allclose(gap[0, 0, 1, 0], -0.4, atol=EXACT)


def test_too_few_parts_give_no_relevance() -> None:
    parts = np.full((1, 2, 2, 4), np.nan)
    parts[0, 0, 1, :2] = 1.0
    value, gap = relevance.relevance(parts, np.ones((1, 4)))
    assert np.isnan(value).all()
    assert np.isnan(gap).all()


def test_relevance_does_not_depend_on_the_order_of_states() -> None:
    generator = np.random.default_rng(5)
    parts = generator.uniform(size=(2, 3, 3, 4))
    order = [2, 0, 1]
    weights = generator.dirichlet(np.ones(4), size=3)
    base = relevance.relevance(parts, weights)
    moved = relevance.relevance(parts[:, order][:, :, order], weights)
    for one, other in zip(base, moved, strict=True):
        np.testing.assert_allclose(other, one[:, :, order][:, :, :, order], atol=EXACT)


def test_relevance_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.relevance(panel, ["USA", "PAK"], seed=1)
    assert set(rows["source"]) == {"USA", "PAK"}
    wide = rows.pivot("source", index="step", values="asymmetry").drop_nulls()
    np.testing.assert_allclose(wide["USA"], -wide["PAK"], atol=EXACT)
    known = rows.drop_nulls("value")
    assert (known["lower"] <= known["upper"]).all()
    assert rows.filter(pl.col("step") > 2014)["trade"].is_null().all()
    assert rows.equals(rp.measure.relevance(panel, ["PAK", "USA"], seed=1))
    alone = rp.measure.relevance(panel, ["USA"], seed=1).filter(
        pl.col("target").is_in(["PAK"]) | pl.col("source").is_in(["PAK"])
    )
    assert alone.equals(rows)


def test_share_interval_is_that_of_jeffreys() -> None:
    value, lower, upper = modes.share_interval(np.array([0.0, 9.0, 0.0]), np.array([0.0, 1.0, 8.0]))
    assert np.isnan([value[0], lower[0], upper[0]]).all()
    assert lower[1] < value[1] < upper[1]
    assert 0.85 < value[1] < 0.9
    assert value[2] < 0.05
    # exchanging the two kinds turns the share over
    turned = modes.share_interval(np.array(1.0), np.array(9.0))
    np.testing.assert_allclose([1 - turned[0], 1 - turned[2]], [value[1], lower[1]], atol=1e-9)


def test_instruments_that_cannot_be_seen_do_not_count_as_unused() -> None:
    used = np.array([[1.0, np.nan], [0.0, 1.0]])
    times, chances = modes.use_of_instruments(used, years=1)
    np.testing.assert_array_equal(times, [1.0, 1.0])
    np.testing.assert_array_equal(chances, [2.0, 1.0])


def test_mode_mix_against_plain_sampling() -> None:
    generator = np.random.default_rng(8)
    coercion, inducement = (np.array([2.0]), np.array([10.0])), (np.array([6.0]), np.array([20.0]))
    value, lower, upper = modes.mode_mix(coercion, inducement, generator.random((2, 40_000)))
    c, i = generator.beta(2.5, 8.5, 40_000), generator.beta(6.5, 14.5, 40_000)
    expected = np.quantile(c / (c + i), [0.5, 0.05, 0.95])
    np.testing.assert_allclose([value[0], lower[0], upper[0]], expected, atol=MONTE_CARLO)
    nothing = (np.array([0.0]), np.array([10.0]))
    assert np.isnan(modes.mode_mix(nothing, nothing, generator.random((2, 10)))[0]).all()


def test_modes_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.modes(panel, ["PAK"], seed=3)
    assert set(rows["source"]) == {"USA", "RUS", "CHN", "GBR", "FRA"}
    known = rows.drop_nulls("value")
    assert ((known["lower"] <= known["value"]) & (known["value"] <= known["upper"])).all()
    events = rows.filter(pl.col("index") == "events").drop_nulls("value")
    assert (events["step"].min(), events["step"].max()) == (2002, 2014)
    tools = rows.filter(index="instruments", step=2010)
    assert tools.filter(source="USA")["used"].item().count("aid") == 1
    assert "finance" not in tools.filter(source="GBR")["used"].item()
    assert rows.equals(rp.measure.modes(panel, ["PAK"], seed=3))
