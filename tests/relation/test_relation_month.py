"""The month step against exact oracles: sums of months, the dense Gaussian, the run by year."""

import numpy as np
import pytest

from realpolitik.measures.monthly.dynamics import (
    Deviation,
    by_month,
    deviation,
    matrices,
    month_dynamics,
)
from realpolitik.measures.monthly.passing import MonthSeries, run
from realpolitik.measures.relation import model as yearly
from realpolitik.measures.relation.filtering import Bounds, Evidence, run_filter, run_smoother

EXACT = 1e-8  # two exact routes to one Gaussian posterior, in double precision
ROUNDING = 1e-12  # sums of a few dozen numbers of order one

DYNAMICS = yearly.Dynamics(level_sd=0.8, shock_sd=0.5, left=0.7, pair_corr=0.6)
LASTING = (0.9,)
DEVIATIONS = (Deviation(0.9, 0.6, 0.0, 2, 0), Deviation(0.5, 0.4, 0.0, 1, None))
LOADINGS = (0.7, -0.4)
WEIGHTS = {2: np.eye(2), 1: np.full((1, 2), 0.5)}


@pytest.mark.parametrize(("left", "shock"), [(0.86, 0.42), (0.3, 1.1), (0.003, 0.7), (0.0, 0.5)])
def test_means_of_months_and_their_rest_are_the_fitted_chain_of_years(left, shock):
    chain, years = by_month(left, shock), 4
    apart = np.abs(np.subtract.outer(range(12 * years), range(12 * years)))
    months = chain.variance * chain.left**apart
    mean = np.kron(np.eye(years), np.full((1, 12), 1.0 / 12.0))
    law = mean @ months @ mean.T + chain.rest * np.eye(years)
    gap = np.abs(np.subtract.outer(range(years), range(years)))
    np.testing.assert_allclose(law, shock**2 / (1.0 - left**2) * left**gap, atol=ROUNDING)
    assert chain.rest >= 0.0


def test_twelve_months_of_a_deviation_weigh_what_its_year_weighs():
    own = deviation(0.4, 0.9, 1, None)
    lag = np.abs(np.subtract.outer(range(12), range(12)))
    months = own.sd**2 * own.carry**lag + own.alone * np.eye(12)
    np.testing.assert_allclose(months.mean(), 0.9**2 / (1.0 - 0.4**2), atol=ROUNDING)


def _evidence(years, pairs, seed):
    """One reading h'z + N(0, 1) of every pair and year; the last entry of z is lasting."""
    draw = np.random.default_rng(seed)
    reach = draw.normal(size=(years, pairs, 5))
    reach[0, :, 2:4] = 0.0
    value = draw.normal(size=(years, pairs))
    return Evidence(
        reach[..., :, None] * reach[..., None, :],
        reach * value[..., None],
        -0.5 * (np.log(2.0 * np.pi) + value**2),
    )


def _monthly(steps, pairs, seed):
    """A directed and an undirected series, read in half of the months."""
    draw, place, series = np.random.default_rng(seed), 0, []
    for own, loading in zip(DEVIATIONS, LOADINGS, strict=True):
        value = draw.normal(size=(steps, pairs, own.columns))
        value[draw.random(value.shape) < 0.5] = np.nan
        variance = draw.uniform(0.2, 2.0, size=value.shape)
        series.append(MonthSeries(value, variance, loading, own.slot, place))
        place += own.columns
    return series


def _path(model_dynamics, steps, years):
    """Prior covariance of l, g of every month, n of every year, b and d of every month."""
    pair = np.array([[1.0, DYNAMICS.pair_corr], [DYNAMICS.pair_corr, 1.0]])
    lag = np.abs(np.subtract.outer(range(steps), range(steps)))
    parts = [
        DYNAMICS.level_sd**2 * pair,
        np.kron(model_dynamics.passing_sd**2 * model_dynamics.left**lag, pair),
        np.kron(model_dynamics.year_sd**2 * np.eye(years), pair),
        np.diag(np.square(LASTING)),
        *(np.kron(d.sd**2 * d.carry**lag, np.eye(d.columns)) for d in DEVIATIONS),
    ]
    size = sum(len(part) for part in parts)
    cov, at = np.zeros((size, size)), []
    begin = 0
    for part in parts:
        at.append(begin)
        cov[begin : begin + len(part), begin : begin + len(part)] = part
        begin += len(part)
    return cov, at


def _month_rows(at, size, step):
    rows = np.zeros((2, size))
    rows[:, at[0] : at[0] + 2] = rows[:, at[1] + 2 * step : at[1] + 2 * step + 2] = np.eye(2)
    return rows


def _year_rows(at, size, year):
    rows = np.zeros((2, size))
    for step in range(12 * year, 12 * year + 12):
        rows += _month_rows(at, size, step) / 12.0
    rows[:, at[2] + 2 * year : at[2] + 2 * year + 2] = np.eye(2)
    return rows


def _dense(evidence, series, pair, steps, until):
    """Posterior of the whole path of one pair given the readings of months before `until`."""
    years = steps // 12
    prior, at = _path(month_dynamics(DYNAMICS), steps, years)
    size, mass = len(prior), 0.0
    precision, shift = np.zeros((size, size)), np.zeros(size)
    for year in range(min(years, until // 12)):
        seen = np.zeros((5, size))
        seen[:2] = _year_rows(at, size, year)
        seen[2:4] = _year_rows(at, size, year - 1) if year else 0.0
        seen[4, at[3]] = 1.0
        precision += seen.T @ evidence.precision[year, pair] @ seen
        shift += seen.T @ evidence.shift[year, pair]
        mass += evidence.base[year, pair]
    for number, (one, own) in enumerate(zip(series, DEVIATIONS, strict=True)):
        for step, column in np.argwhere(np.isfinite(one.value[:until, pair])):
            row = one.loading * WEIGHTS[own.columns][column] @ _month_rows(at, size, step)
            row[at[4 + number] + own.columns * step + column] = 1.0
            if own.slot is not None:
                row[at[3] + own.slot] = 1.0
            value, variance = one.value[step, pair, column], one.variance[step, pair, column]
            precision += np.outer(row, row) / variance
            shift += row * value / variance
            mass -= 0.5 * (np.log(2.0 * np.pi * variance) + value**2 / variance)
    inner = np.eye(size) + prior @ precision
    cov = np.linalg.solve(inner, prior)
    mass += 0.5 * (shift @ cov @ shift - np.linalg.slogdet(inner)[1])
    return cov @ shift, cov, mass, at


def _agrees(path, step, pair, mean, cov, at):
    now = _month_rows(at, len(mean), step)
    np.testing.assert_allclose(path.mean[step, pair], now @ mean, atol=EXACT)
    np.testing.assert_allclose(path.variance[step, pair], np.diag(now @ cov @ now.T), atol=EXACT)
    if step:
        move = now - _month_rows(at, len(mean), step - 1)
        spread = np.diag(move @ cov @ move.T)
        np.testing.assert_allclose(path.change[step, pair], move @ mean, atol=EXACT)
        np.testing.assert_allclose(path.change_variance[step, pair], spread, atol=EXACT)


def test_filter_and_smoother_equal_the_dense_gaussian():
    years, pairs, steps = 3, 2, 38  # two months of a year that has not ended
    evidence, series = _evidence(years, pairs, 3), _monthly(steps, pairs, 4)
    model = matrices(month_dynamics(DYNAMICS), LASTING, DEVIATIONS)
    found = run(model, np.zeros(pairs, dtype=int), steps, evidence, [], series)
    for pair in range(pairs):
        mean, cov, mass, at = _dense(evidence, series, pair, steps, steps)
        np.testing.assert_allclose(found.log_density[:, pair].sum(), mass, atol=EXACT)
        for step in range(steps):
            _agrees(found.smoothed, step, pair, mean, cov, at)
        for step in (0, 5, 10, 11, 12, 23, 24, 37):
            early, early_cov, _, _ = _dense(evidence, series, pair, steps, step + 1)
            _agrees(found.filtered, step, pair, early, early_cov, at)
        for year in range(years):
            rows = _year_rows(at, len(mean), year)
            np.testing.assert_allclose(
                found.smoothed_years.mean[year, pair], rows @ mean, atol=EXACT
            )
            np.testing.assert_allclose(
                found.smoothed_years.cov[year, pair], rows @ cov @ rows.T, atol=EXACT
            )


def _graded(years, pairs, seed):
    """A directed and an undirected graded series with gaps."""
    draw, series = np.random.default_rng(seed), []
    for columns, loading in ((2, -0.9), (1, 0.6)):
        low = draw.normal(size=(years, pairs, columns))
        high = low + draw.uniform(0.3, 2.0, size=low.shape)
        low[draw.random(low.shape) < 0.3] = -np.inf
        gone = draw.random(low.shape) < 0.4
        low[gone], high[gone] = np.nan, np.nan
        series.append(Bounds(low, high, loading))
    return series


def test_readings_of_december_alone_give_the_years_that_the_run_by_year_gives():
    """Exactly, because months and rest of a year add up to the fitted law of years."""
    years, pairs = 9, 4
    evidence, graded = _evidence(years, pairs, 11), _graded(years, pairs, 12)
    entry = np.array([0, 0, 3, 5])
    for pair, first in enumerate(entry):
        evidence.precision[:first, pair], evidence.shift[:first, pair] = 0.0, 0.0
        evidence.precision[first, pair, 2:4], evidence.precision[first, pair, :, 2:4] = 0.0, 0.0
        evidence.shift[first, pair, 2:4] = 0.0
        for bounds in graded:
            bounds.low[:first, pair], bounds.high[:first, pair] = np.nan, np.nan
    by_year = yearly.matrices(DYNAMICS, LASTING)
    filtered = run_filter(by_year, entry, evidence, graded)
    smoothed = run_smoother(by_year, entry, filtered).moments
    model = matrices(month_dynamics(DYNAMICS), LASTING, ())
    found = run(model, 12 * entry, 12 * years, evidence, graded, [])
    there = np.arange(years)[:, None] >= entry
    read = yearly.READ[:2]
    for ours, theirs in (
        (found.filtered_years, filtered.updated),
        (found.smoothed_years, smoothed),
    ):
        np.testing.assert_allclose(ours.mean[there], (theirs.mean @ read.T)[there], atol=EXACT)
        np.testing.assert_allclose(ours.cov[there], (read @ theirs.cov @ read.T)[there], atol=EXACT)
    months = found.log_density.reshape(years, 12, pairs)
    np.testing.assert_allclose(months[:, :11], 0.0, atol=0.0)
    np.testing.assert_allclose(months[:, 11][there], filtered.log_density[there], atol=EXACT)


def test_a_reading_of_one_month_moves_that_month_most():
    steps, month = 48, 20
    value = np.full((steps, 1, 2), np.nan)
    value[month] = -3.0
    series = [MonthSeries(value, np.ones(value.shape), 1.0, None, 0)]
    empty = Evidence(np.zeros((4, 1, 4, 4)), np.zeros((4, 1, 4)), np.zeros((4, 1)))
    model = matrices(month_dynamics(DYNAMICS), (), (Deviation(0.0, 0.5, 0.0, 2, None),))
    found = run(model, np.zeros(1, dtype=int), steps, empty, [], series)
    np.testing.assert_allclose(found.filtered.mean[:month], 0.0, atol=0.0)
    assert np.argmin(found.smoothed.mean[:, 0, 0]) == month
    assert np.argmin(found.filtered.mean[:, 0, 0]) == month
    assert np.all(np.diff(found.smoothed.mean[: month + 1, 0, 0]) < 0.0)
