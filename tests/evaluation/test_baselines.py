"""Baselines: filter equal to a dense Gaussian, recovery, coverage, no look-ahead, missing."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2, multivariate_normal

from realpolitik.errors import MissingExtra, PanelError
from realpolitik.evaluation import automatic
from realpolitik.evaluation.baselines import (
    BASELINES,
    Baseline,
    five_year_mean,
    persistence,
    walk_variances,
    weighted_relations,
)
from realpolitik.evaluation.past import History, excess_variance
from realpolitik.evaluation.pooled_filter import (
    Process,
    ahead,
    filter_levels,
    fit_autoregression,
    fit_local_level,
)
from realpolitik.rng import stream
from realpolitik.theory.inputs import dyad_order

Array = NDArray[np.float64]

ROUNDING = 1e-9  # two ways to the same number in double precision
FITTED = 2e-3  # an optimiser stopped by the relative change of the likelihood
COVERAGE_TOLERANCE = 0.05  # of 90 %; about four standard errors of 500 readings that share origins
HORIZONS = [1, 3, 5]
WALK = Process(0.3, 0.0, 0.8, 1.0, 0.06, 0.1)
RETURN = Process(0.3, 0.5, 0.6, 0.7, 0.6 * (1.0 - 0.7**2), 0.1)
QUICK = [baseline for baseline in BASELINES if not baseline.name.startswith("Auto")]
by_name = pytest.mark.parametrize("baseline", QUICK, ids=lambda baseline: baseline.name)


def simulated(
    process: Process, steps: int, states: int, seed: int, absent: float = 0.3, noise: float = 0.8
) -> History:
    """Readings of the process with known variances between .05 and `noise`, some absent."""
    rng = stream(seed, "simulated history")
    dyads = states * (states - 1)
    mean = process.centre + np.sqrt(process.between_var) * rng.normal(size=dyads)
    departure = np.sqrt(process.start_var) * rng.normal(size=dyads)
    level = np.empty((steps, dyads))
    for step in range(steps):
        level[step] = mean + departure
        move = np.sqrt(process.move_var) * rng.normal(size=dyads)
        departure = process.retained * departure + move
    var = rng.uniform(0.05, noise, size=level.shape)
    reading = level + np.sqrt(var + process.noise_var) * rng.normal(size=level.shape)
    reading[rng.uniform(size=level.shape) < absent] = np.nan
    return History(reading, var, rng.uniform(0.1, 1.0, size=(steps, states)))


def dense(process: Process, steps: int) -> Array:
    """Covariance (T, T) of the level, from the definition of the process."""
    cause = np.zeros((steps, steps))  # of x_t by x_0 and each move
    for step in range(steps):
        cause[step, : step + 1] = process.retained ** (step - np.arange(step + 1.0))
    sizes = np.array([process.start_var, *[process.move_var] * (steps - 1)])
    return process.between_var + (cause * sizes) @ cause.T


@pytest.mark.parametrize("process", [WALK, RETURN], ids=["local level", "autoregression"])
def test_filter_and_forecast_equal_a_dense_gaussian(process: Process) -> None:
    history = simulated(process, 9, 3, seed=4)
    horizons = np.array([1, 4])
    cov, far = dense(process, 9), dense(process, 13)
    levels = filter_levels(process, history.reading, history.reading_var)
    mean, var = ahead(process, levels.last, horizons)
    density = 0.0
    for dyad in range(6):
        seen = ~np.isnan(history.reading[:, dyad])
        error = history.reading[seen, dyad] - process.centre
        noise = np.diag(history.reading_var[seen, dyad] + process.noise_var)
        total = cov[np.ix_(seen, seen)] + noise
        density += multivariate_normal.logpdf(error, cov=total)
        for step in range(9):
            now = seen & (np.arange(9) <= step)
            short = now[seen]
            gain = np.linalg.solve(total[np.ix_(short, short)], cov[now, step])
            expected = process.centre + gain @ error[short]
            left = cov[step, step] - gain @ cov[now, step]
            np.testing.assert_allclose(levels.level[step, dyad], expected, rtol=ROUNDING)
            np.testing.assert_allclose(levels.level_var[step, dyad], left, rtol=ROUNDING)
        across = far[:9][:, 8 + horizons][seen]
        gain = np.linalg.solve(total, across)
        np.testing.assert_allclose(mean[:, dyad], process.centre + error @ gain, rtol=ROUNDING)
        ends = np.diag(far)[8 + horizons] - np.sum(gain * across, axis=0) + process.noise_var
        np.testing.assert_allclose(var[:, dyad], ends, rtol=ROUNDING)
    np.testing.assert_allclose(levels.loglik, density, rtol=ROUNDING)


@pytest.mark.parametrize(
    ("process", "fit", "free"),
    [(WALK, fit_local_level, 4), (RETURN, fit_autoregression, 5)],
    ids=["local level", "autoregression"],
)
def test_parameters_are_recovered(process: Process, fit, free: int) -> None:  # type: ignore[no-untyped-def]
    history = simulated(process, 30, 18, seed=2)
    found = fit(history.reading, history.reading_var)
    best = filter_levels(found, history.reading, history.reading_var).loglik
    truth = filter_levels(process, history.reading, history.reading_var).loglik
    assert 0.0 <= 2.0 * (best - truth) <= chi2.ppf(1.0 - 1e-6, free)
    # A quarter is more than four standard errors of each with 306 dyads and 30 steps.
    np.testing.assert_allclose(found.move_var, process.move_var, rtol=0.25)
    np.testing.assert_allclose(found.noise_var, process.noise_var, rtol=0.25)
    np.testing.assert_allclose(found.retained, process.retained, rtol=0.25)


def test_walk_variances_are_recovered() -> None:
    found = [walk_variances(simulated(WALK, 40, 16, seed=seed), 5) for seed in range(6)]
    # One estimate of w has a standard error of a tenth: a quarter is six of those of six.
    expected = [2.0 * WALK.noise_var, WALK.move_var]
    np.testing.assert_allclose(np.mean(found, axis=0), expected, rtol=0.25)


@by_name
def test_coverage_is_near_nominal(baseline: Baseline) -> None:
    history = simulated(RETURN, 60, 16, seed=11)
    inside = []
    for origin in (44, 54):
        ends = origin + np.array(HORIZONS)
        found = baseline.forecast(history, origin, HORIZONS, history.reading_var[ends])
        z = (history.reading[ends] - found.mean) / found.sd
        inside.append(np.abs(z[~np.isnan(z)]) < 1.6448536)
    np.testing.assert_allclose(np.concatenate(inside).mean(), 0.9, atol=COVERAGE_TOLERANCE)


def test_each_wins_where_it_should() -> None:
    origin, ends = 50, 50 + np.array(HORIZONS)
    score = {}
    for name, process in (("walk", WALK), ("return", RETURN)):
        history = simulated(process, 56, 12, seed=5)
        for baseline in QUICK:
            found = baseline.forecast(history, origin, HORIZONS, history.reading_var[ends])
            z = (history.reading[ends] - found.mean) / found.sd
            score[name, baseline.name] = float(np.nanmean(-np.log(found.sd) - 0.5 * z**2))
    assert max(QUICK, key=lambda b: score["return", b.name]).name == "autoregression"
    assert score["walk", "local level"] > score["walk", "persistence"]
    assert score["walk", "local level"] > score["walk", "five-year mean"]


@by_name
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([1.0, 1e3, np.nan]))
def test_the_future_changes_nothing(baseline: Baseline, seed: int, size: float) -> None:
    history, origin = simulated(RETURN, 14, 3, seed=3), 7
    target_var = np.full((3, 6), 0.2)
    rng = stream(seed, "another future")
    parts = []
    for values in (history.reading, history.reading_var, history.capability):
        other = values.copy()
        other[origin + 1 :] = size * rng.uniform(size=other[origin + 1 :].shape)
        parts.append(other)
    before = baseline.forecast(history, origin, HORIZONS, target_var)
    after = baseline.forecast(History(*parts), origin, HORIZONS, target_var)
    np.testing.assert_array_equal(after.mean, before.mean)
    np.testing.assert_array_equal(after.sd, before.sd)


@by_name
def test_units_of_the_readings_do_not_matter(baseline: Baseline) -> None:
    history = simulated(RETURN, 25, 6, seed=6)
    target_var = np.full((3, 30), 0.2)
    other = History(7.0 + 3.0 * history.reading, 9.0 * history.reading_var, history.capability)
    one = baseline.forecast(history, 24, HORIZONS, target_var)
    two = baseline.forecast(other, 24, HORIZONS, 9.0 * target_var)
    np.testing.assert_allclose(two.mean, 7.0 + 3.0 * one.mean, rtol=FITTED)
    np.testing.assert_allclose(two.sd, 3.0 * one.sd, rtol=FITTED)


@by_name
def test_a_dyad_never_read_has_the_forecast_of_all(baseline: Baseline) -> None:
    history = simulated(RETURN, 25, 6, seed=6)
    history.reading[:, 4] = np.nan
    found = baseline.forecast(history, 24, HORIZONS, np.full((3, 30), 0.2))
    assert np.isfinite(found.mean).all()
    centre = np.nanmean(history.reading)
    if baseline.name != "capability-weighted mean":  # which knows the others' relations with j
        np.testing.assert_allclose(found.mean[:, 4], centre, atol=0.2)
    if baseline.name in {"local level", "autoregression"}:
        assert (found.sd[:, 4] >= np.max(found.sd, axis=1)).all()


@by_name
def test_a_short_history_still_has_a_forecast(baseline: Baseline) -> None:
    history = simulated(RETURN, 3, 4, seed=9, absent=0.1)
    for origin in (0, 2):
        found = baseline.forecast(history, origin, HORIZONS, np.full((3, 12), 0.2))
        assert np.isfinite(found.mean).all()
        assert (found.sd > np.sqrt(0.2)).all()


@by_name
def test_what_is_not_to_be_scored_has_no_spread(baseline: Baseline) -> None:
    target_var = np.full((3, 12), 0.2)
    target_var[1, 5] = np.nan
    found = baseline.forecast(simulated(RETURN, 12, 4, seed=1), 11, HORIZONS, target_var)
    np.testing.assert_array_equal(np.isnan(found.sd), np.isnan(target_var))


def small() -> History:
    """Three states, dyads 01, 02, 12, 10, 20, 21, seven steps."""
    nan = np.nan
    reading = np.array(
        [
            [9.0, nan, 1.0, 0.0, nan, 2.0],
            [1.0, nan, 1.0, 0.5, nan, 2.0],
            [3.0, nan, nan, 0.0, nan, 2.5],
            [nan, nan, nan, 0.0, nan, 2.0],
            [5.0, nan, nan, 1.0, nan, 2.0],
            [nan, nan, nan, 0.0, nan, 2.0],
            [nan, nan, nan, 0.0, nan, 4.0],
        ]
    )
    capability = np.tile([0.6, 0.3, 0.1], (7, 1))
    return History(reading, np.full_like(reading, 0.4), capability)


def test_five_year_mean_by_hand() -> None:
    mean, var = five_year_mean(small(), np.array([1, 3]))
    # Dyad 01: of steps 2 to 6 only 3 and 5 were read; 12: steps 0 and 1, five years up to step 1.
    np.testing.assert_allclose(mean[:, [0, 2]], [[4.0, 1.0]] * 2, rtol=ROUNDING)
    np.testing.assert_allclose(mean[0, [1, 4]], np.nanmean(small().reading), rtol=ROUNDING)
    # Same error variance for all, known part .4 / 2 and .4 / 5.
    np.testing.assert_allclose(var[:, 0] - var[:, 3], 0.2 - 0.08, rtol=ROUNDING)


def test_persistence_ages() -> None:
    history = small()
    mean, var = persistence(history, np.array([1, 3]))
    noise, move = walk_variances(history, 3)
    np.testing.assert_allclose(mean[:, [0, 2, 5]], [[5.0, 1.0, 4.0]] * 2, rtol=ROUNDING)
    gap = np.array([[3.0, 6.0, 1.0], [5.0, 8.0, 3.0]])
    np.testing.assert_allclose(var[:, [0, 2, 5]], 0.4 + noise + move * gap, rtol=ROUNDING)


def test_capability_weighted_mean_by_hand() -> None:
    history = small()
    mean, var = weighted_relations(history)
    source, target = dyad_order(3)
    assert [source.tolist(), target.tolist()] == [[0, 0, 1, 1, 2, 2], [1, 2, 2, 0, 0, 1]]
    # Towards 1: 0 with .6 and last reading 5, 2 with .1 and 4. Towards 2: only 1. Towards 0: 1.
    expected = [(0.6 * 5 + 0.1 * 4) / 0.7, 1.0, 1.0, 0.0, 0.0, (0.6 * 5 + 0.1 * 4) / 0.7]
    np.testing.assert_allclose(mean[-1], expected, rtol=ROUNDING)
    np.testing.assert_allclose(var[-1, 0], 0.4 * (0.36 + 0.01) / 0.49, rtol=ROUNDING)
    history.capability[-1, 0] = np.nan
    np.testing.assert_allclose(weighted_relations(history)[0][-1, 0], 4.0, rtol=ROUNDING)
    history.capability[-1] = np.nan
    assert np.isnan(weighted_relations(history)[0][-1]).all()


def test_excess_variance_is_the_mean_square_when_nothing_is_known() -> None:
    error = np.array([[0.3, -1.2, np.nan], [2.5, 0.1, -0.7]])
    found = excess_variance(error, np.zeros_like(error))
    np.testing.assert_allclose(found, np.nanmean(error**2), rtol=1e-5)  # search to 1e-7 of a root
    assert excess_variance(error, np.full_like(error, 50.0)) == 0.0
    assert np.isnan(excess_variance(np.array([np.nan]), np.ones(1)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"origin": 16}, "origin 16 is outside the steps 0 to 15"),
        ({"horizons": [0, 1]}, "1 or more"),
        ({"target_var": np.ones((1, 6))}, "target_var has shape"),
        ({"history": History(*np.full((2, 4, 6), np.nan), np.ones((4, 3)))}, "no dyad has a read"),
        ({"history": History(*np.ones((2, 4, 6)), np.ones((4, 4)))}, "4 states have 12 dyads"),
        ({"history": History(*np.ones((2, 4, 6)), np.ones((5, 3)))}, "Give one row a step"),
    ],
)
def test_wrong_requests_are_refused(change: dict[str, object], message: str) -> None:
    request = {
        "history": simulated(RETURN, 16, 3, seed=3),
        "origin": 3,
        "horizons": [1, 2],
        "target_var": np.ones((2, 6)),
    }
    with pytest.raises(PanelError, match=message):
        BASELINES[0].forecast(**{**request, **change})  # type: ignore[arg-type]


def test_names_differ() -> None:
    assert len({baseline.name for baseline in BASELINES}) == len(BASELINES) == 7


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    with pytest.raises(MissingExtra, match=r"realpolitik\[baselines\]"):
        BASELINES[-1].forecast(simulated(RETURN, 16, 3, seed=3), 15, [1], np.ones((1, 6)))


@pytest.mark.parametrize("kind", ["AutoETS", "AutoARIMA"])
def test_automatic_forecasts_are_those_of_statsforecast(kind: str) -> None:
    history = simulated(WALK, 24, 2, seed=12)
    process = fit_local_level(history.reading, history.reading_var)
    levels = filter_levels(process, history.reading, history.reading_var)
    history.reading[:3, 1] = np.nan
    by_hand = history.reading[:, 0].copy()
    gap = np.isnan(by_hand)
    assert 0 < gap.sum() < 14
    by_hand[gap] = levels.level[gap, 0]
    first = int(np.argmin(gap))
    model = automatic.model(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # candidates that do not converge
        expected = model.forecast(y=by_hand[first:], h=5, level=[95])
    found = automatic.one_series(model, by_hand[first:], np.array([1, 5]))
    half = np.asarray(expected["hi-95"]) - np.asarray(expected["mean"])
    np.testing.assert_allclose(found[0], np.asarray(expected["mean"])[[0, 4]], rtol=ROUNDING)
    np.testing.assert_allclose(np.sqrt(found[1]), half[[0, 4]] / 1.959964, rtol=1e-6)


def test_automatic_takes_off_known_error_and_fills_gaps_with_the_local_level() -> None:
    history = simulated(WALK, 24, 2, seed=12)
    history.reading[10:, 1] = np.nan  # fewer readings than the methods need
    process = fit_local_level(history.reading, history.reading_var)
    levels = filter_levels(process, history.reading, history.reading_var)
    horizons = np.array([1, 2])
    mean, var = automatic.automatic("AutoETS", history, horizons)
    local_mean, local_var = ahead(process, levels.last, horizons)
    np.testing.assert_allclose(mean[:, 1], local_mean[:, 1], rtol=ROUNDING)
    np.testing.assert_allclose(var[:, 1], local_var[:, 1], rtol=ROUNDING)
    seen = ~np.isnan(history.reading[:, 0])
    series = np.where(seen, history.reading[:, 0], levels.level[:, 0])[int(np.argmax(seen)) :]
    expected, _ = automatic.one_series(automatic.model("AutoETS"), series, horizons)
    np.testing.assert_allclose(mean[:, 0], expected, rtol=ROUNDING)


def test_automatic_intervals_hold_and_know_no_future() -> None:
    auto_ets = next(baseline for baseline in BASELINES if baseline.name == "AutoETS")
    history = simulated(RETURN, 36, 10, seed=21)
    inside = []
    for origin in (27, 30):
        ends = origin + np.array(HORIZONS)
        found = auto_ets.forecast(history, origin, HORIZONS, history.reading_var[ends])
        z = (history.reading[ends] - found.mean) / found.sd
        inside.append(np.abs(z[~np.isnan(z)]) < 1.6448536)
    # Factors from 60 dyads of one year have a standard error near a fifth.
    np.testing.assert_allclose(np.concatenate(inside).mean(), 0.9, atol=1.5 * COVERAGE_TOLERANCE)
    after = history.reading.copy()
    after[31:] = 5.0
    other = History(after, history.reading_var, history.capability)
    again = auto_ets.forecast(other, 30, HORIZONS, history.reading_var[ends])
    np.testing.assert_array_equal(again.mean, found.mean)
    np.testing.assert_array_equal(again.sd, found.sd)
