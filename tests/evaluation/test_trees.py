"""Boosted trees: they find a shape no baseline knows, find nothing in a walk, see no future."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realpolitik.errors import MissingExtra, PanelError
from realpolitik.evaluation import trees
from realpolitik.evaluation.baselines import BASELINES
from realpolitik.evaluation.past import BaselineForecast, History
from realpolitik.evaluation.pooled_filter import ahead, filter_levels, fit_local_level
from realpolitik.evaluation.trees import forecast_trees, tree_inputs
from realpolitik.rng import stream

Array = NDArray[np.float64]

ROUNDING = 1e-9  # the same number in double precision
PERSISTENCE = BASELINES[0]
STEPS, STATES, ORIGIN = 40, 10, 36
DYADS = STATES * (STATES - 1)
NOISE_VAR = 0.2


def switching(seed: int) -> tuple[History, Array]:
    """Readings that are +1 a step after two conditions had one sign, and -1 after two signs."""
    rng = stream(seed, "switching")
    conditions = rng.normal(size=(STEPS, DYADS, 3))
    level = np.zeros((STEPS, DYADS))
    level[1:] = np.sign(conditions[:-1, :, 0] * conditions[:-1, :, 1])
    return read(level, rng), conditions


def walking(seed: int) -> tuple[History, Array]:
    """A random walk, read well, and conditions that have nothing to do with it."""
    rng = stream(seed, "walking")
    level = np.cumsum(rng.normal(size=(STEPS, DYADS)), axis=0)
    return read(level, rng), rng.normal(size=(STEPS, DYADS, 3))


def read(level: Array, rng: np.random.Generator) -> History:
    var = np.full(level.shape, NOISE_VAR)
    reading = level + np.sqrt(var) * rng.normal(size=level.shape)
    reading[rng.uniform(size=level.shape) < 0.1] = np.nan
    return History(reading, var, np.ones((STEPS, STATES)))


def log_scores(found: BaselineForecast, value: Array) -> Array:
    z = (value - found.mean) / found.sd
    scores = -0.5 * z**2 - np.log(found.sd)
    return scores[~np.isnan(scores)]


def both(history: History, conditions: Array) -> tuple[BaselineForecast, BaselineForecast, Array]:
    """Forecasts one step ahead by the trees and by persistence, and what came, (1, D)."""
    target_var = history.reading_var[[ORIGIN + 1]]
    grown = forecast_trees(history, conditions, ORIGIN, [1], target_var, seed=1)
    simple = PERSISTENCE.forecast(history, ORIGIN, [1], target_var)
    return grown, simple, history.reading[[ORIGIN + 1]]


def test_trees_find_an_interaction() -> None:
    history, conditions = switching(1)
    grown, simple, value = both(history, conditions)
    gain = log_scores(grown, value) - log_scores(simple, value)
    assert gain.mean() > 0.5  # nats; knowing the sign is worth more than .8
    z = (value - grown.mean) / grown.sd
    # 81 readings: .9 within four standard errors
    np.testing.assert_allclose((np.abs(z[~np.isnan(z)]) < 1.6448536).mean(), 0.9, atol=0.13)
    truth = np.sign(conditions[ORIGIN, :, 0] * conditions[ORIGIN, :, 1])
    assert np.mean(np.sign(grown.mean[0]) == truth) > 0.9


def test_trees_find_nothing_in_a_walk() -> None:
    gains = []
    for seed in range(3):
        grown, simple, value = both(*walking(seed))
        gains.append(log_scores(grown, value) - log_scores(simple, value))
    every = np.concatenate(gains)
    # Persistence takes the last reading, the trees start from the filtered one: a little better.
    assert every.mean() < 0.05


def test_without_trees_the_forecast_is_the_local_level(monkeypatch: pytest.MonkeyPatch) -> None:
    history, conditions = walking(3)
    monkeypatch.setattr(trees, "choose", lambda early, late, seed: (0, 1.0))
    target_var = np.full((2, DYADS), 0.3)
    found = forecast_trees(history, conditions, ORIGIN, [1, 3], target_var, seed=1)
    known, known_var = history.reading[: ORIGIN + 1], history.reading_var[: ORIGIN + 1]
    process = fit_local_level(known, known_var)
    last = filter_levels(process, known, known_var).last
    mean, var = ahead(process, last, np.array([1, 3]))
    np.testing.assert_allclose(found.mean, mean, rtol=ROUNDING)
    np.testing.assert_allclose(found.sd, np.sqrt(var + 0.3), rtol=ROUNDING)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([1.0, 1e3, np.nan]))
def test_the_future_changes_nothing(seed: int, size: float) -> None:
    history, conditions = switching(2)
    rng = stream(seed, "another future")
    origin, target_var = 14, np.full((2, DYADS), 0.3)
    parts = []
    for values in (history.reading, history.reading_var, conditions):
        other = values.copy()
        other[origin + 1 :] = size * rng.uniform(size=other[origin + 1 :].shape)
        parts.append(other)
    other_history = History(parts[0], parts[1], history.capability)
    before = forecast_trees(history, conditions, origin, [1, 3], target_var, seed=1)
    after = forecast_trees(other_history, parts[2], origin, [1, 3], target_var, seed=1)
    np.testing.assert_array_equal(after.mean, before.mean)
    np.testing.assert_array_equal(after.sd, before.sd)


def test_inputs_at_a_step_do_not_know_later_steps() -> None:
    history, conditions = switching(4)
    process = fit_local_level(history.reading, history.reading_var)
    levels = filter_levels(process, history.reading, history.reading_var)
    whole = tree_inputs(history, levels, conditions)
    part = history.up_to(12)
    short = filter_levels(process, part.reading, part.reading_var)
    np.testing.assert_array_equal(whole[:13], tree_inputs(part, short, conditions[:13]))
    # The reverse dyad's inputs are the dyad's own, half the dyads further on.
    np.testing.assert_array_equal(whole[:, 0, 9:18], whole[:, DYADS // 2, :9])
    np.testing.assert_array_equal(whole[..., 18:], conditions)


def test_held_back_years_are_the_last_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def record(early: trees._Pairs, late: trees._Pairs, seed: int) -> tuple[int, float]:
        seen.append((early.step.max(), late.step.min(), late.step.max()))
        return 0, 1.0

    monkeypatch.setattr(trees, "choose", record)
    history, conditions = walking(0)
    for origin in (ORIGIN, 8):
        forecast_trees(history, conditions, origin, [3], np.ones((1, DYADS)), seed=1)
    assert seen == [(ORIGIN - 5, ORIGIN - 4, ORIGIN), (5, 6, 8)]


def test_missing_conditions_and_short_histories_are_allowed() -> None:
    history, conditions = switching(5)
    conditions[:, :, 2] = np.nan
    conditions[:, 7] = np.nan
    history.reading[:, 3] = np.nan
    target_var = np.full((2, DYADS), 0.3)
    for origin in (0, 1, 4, ORIGIN):
        found = forecast_trees(history, conditions, origin, [1, 5], target_var, seed=1)
        assert np.isfinite(found.mean).all()
        assert (found.sd > np.sqrt(0.3)).all()


def test_same_seed_same_forecast() -> None:
    history, conditions = switching(6)
    target_var = np.full((1, DYADS), 0.3)
    one, two = (forecast_trees(history, conditions, 20, [1], target_var, 7) for _ in range(2))
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.sd, two.sd)


def test_wrong_shapes_are_refused() -> None:
    history, conditions = walking(0)
    with pytest.raises(PanelError, match="conditions have shape"):
        forecast_trees(history, conditions[:-1], 20, [1], np.ones((1, DYADS)), seed=1)
    with pytest.raises(PanelError, match="target_var"):
        forecast_trees(history, conditions, 20, [1, 3], np.ones((1, DYADS)), seed=1)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    history, conditions = walking(0)
    with pytest.raises(MissingExtra, match=r"realpolitik\[baselines\]"):
        forecast_trees(history, conditions, 20, [1], np.ones((1, DYADS)), seed=1)
