"""The filter and smoother against exact oracles."""

import numpy as np
import pytest
from scipy.special import ndtr

from realpolitik.measures.relation.filtering import Bounds, Evidence, run_filter, run_smoother
from realpolitik.measures.relation.likelihoods import interval, moments, site
from realpolitik.measures.relation.model import READ, Dynamics, matrices

EXACT = 1e-9  # two exact routes to one Gaussian posterior, in double precision
SLOPE = 1e-6  # central differences with a step of 1e-5
CLOSE = 0.02  # assumed-density filtering against quadrature, in standard deviations of one

DYNAMICS = Dynamics(start_sd=0.8, slow_sd=0.3, fast_sd=0.5, pair_corr=0.6)


def _evidence(steps, pairs, seed):
    draw = np.random.default_rng(seed)
    reach = draw.normal(size=(steps, pairs, 4))
    reach[0, :, 2:] = 0.0
    return Evidence(
        reach[..., :, None] * reach[..., None, :], reach * draw.normal(size=(steps, pairs, 1))
    )


def _dense(model, evidence, pair, upto):
    """Posterior of the whole path of one pair from its joint precision matrix."""
    steps = upto
    size = 4
    first, noise, move = (
        model.start[:size, :size],
        model.innovation[:size, :size],
        model.transition[:size, :size],
    )
    precision = np.zeros((steps * size, steps * size))
    shift = np.zeros(steps * size)
    precision[:size, :size] += np.linalg.inv(first)
    weight = np.linalg.inv(noise)
    for t in range(1, steps):
        a, b = slice((t - 1) * size, t * size), slice(t * size, (t + 1) * size)
        precision[b, b] += weight
        precision[a, a] += move.T @ weight @ move
        precision[a, b] -= move.T @ weight
        precision[b, a] -= weight @ move
    for t in range(steps):
        both = np.zeros((4, steps * size))
        both[:2, t * size : (t + 1) * size] = READ[:2, :size]
        if t:
            both[2:, (t - 1) * size : t * size] = READ[:2, :size]
        precision += both.T @ evidence.precision[t, pair] @ both
        shift += both.T @ evidence.shift[t, pair]
    cov = np.linalg.inv(precision)
    return cov @ shift, cov


def test_filter_and_smoother_equal_the_dense_gaussian():
    steps, pairs = 7, 3
    model, evidence = matrices(DYNAMICS), _evidence(steps, pairs, 3)
    filtered = run_filter(model, np.zeros(pairs, dtype=int), evidence, [])
    smoothed = run_smoother(model, np.zeros(pairs, dtype=int), filtered)
    for pair in range(pairs):
        mean, cov = _dense(model, evidence, pair, steps)
        np.testing.assert_allclose(smoothed.moments.mean[:, pair, :4].ravel(), mean, atol=EXACT)
        for t in range(steps):
            block = cov[t * 4 : t * 4 + 4, t * 4 : t * 4 + 4]
            np.testing.assert_allclose(smoothed.moments.cov[t, pair, :4, :4], block, atol=EXACT)
            if t:
                across = cov[t * 4 : t * 4 + 4, t * 4 - 4 : t * 4]
                np.testing.assert_allclose(smoothed.cross[t, pair, :4, :4], across, atol=EXACT)
            early, early_cov = _dense(model, evidence, pair, t + 1)
            np.testing.assert_allclose(filtered.updated.mean[t, pair, :4], early[-4:], atol=EXACT)
            np.testing.assert_allclose(
                filtered.updated.cov[t, pair, :4, :4], early_cov[-4:, -4:], atol=EXACT
            )


def test_the_carried_lag_is_the_relation_of_the_step_before():
    model, evidence = matrices(DYNAMICS), _evidence(6, 2, 8)
    start = np.zeros(2, dtype=int)
    smoothed = run_smoother(model, start, run_filter(model, start, evidence, []))
    now, lag = smoothed.moments.mean @ READ[:2].T, smoothed.moments.mean[..., 4:]
    np.testing.assert_allclose(lag[1:], now[:-1], atol=EXACT)
    spread = np.einsum("ci,tpij,cj->tpc", READ[:2], smoothed.moments.cov, READ[:2])
    carried = np.diagonal(smoothed.moments.cov, axis1=2, axis2=3)[..., 4:]
    np.testing.assert_allclose(carried[1:], spread[:-1], atol=EXACT)


def test_a_pair_that_enters_late_starts_from_the_entry_distribution():
    model, evidence = matrices(DYNAMICS), Evidence(np.zeros((5, 2, 4, 4)), np.zeros((5, 2, 4)))
    filtered = run_filter(model, np.array([0, 3]), evidence, [])
    np.testing.assert_allclose(filtered.updated.cov[3, 1], model.start, atol=EXACT)
    assert filtered.updated.cov[4, 1, 0, 0] > filtered.updated.cov[3, 1, 0, 0]
    assert filtered.updated.cov[3, 0, 0, 0] > filtered.updated.cov[3, 1, 0, 0]


def _grid_posterior(lows, highs, loading):
    """Exact mean of theta_ij in two steps with one graded reading of each, by importance sums."""
    model = matrices(DYNAMICS)
    draw = np.random.default_rng(5)
    first = draw.multivariate_normal(np.zeros(4), model.start[:4, :4], size=400_000)
    second = first @ model.transition[:4, :4].T + draw.multivariate_normal(
        np.zeros(4), model.innovation[:4, :4], size=len(first)
    )
    theta = np.stack([first[:, 0] + first[:, 2], second[:, 0] + second[:, 2]], axis=1)
    weight = np.prod(
        [
            ndtr(h - loading * theta[:, t]) - ndtr(lo - loading * theta[:, t])
            for t, (lo, h) in enumerate(zip(lows, highs, strict=True))
        ],
        axis=0,
    )
    mean = weight @ theta / weight.sum()
    return mean, np.sqrt(weight @ (theta - mean) ** 2 / weight.sum())


@pytest.mark.parametrize(
    ("lows", "highs"), [((1.0, -np.inf), (np.inf, 0.5)), ((0.2, 1.5), (1.5, np.inf))]
)
def test_graded_readings_agree_with_importance_sampling(lows, highs):
    loading = -0.9
    model = matrices(DYNAMICS)
    empty = Evidence(np.zeros((2, 1, 4, 4)), np.zeros((2, 1, 4)))
    low, high = np.full((2, 1, 2), np.nan), np.full((2, 1, 2), np.nan)
    low[:, 0, 0], high[:, 0, 0] = lows, highs
    filtered = run_filter(model, np.zeros(1, dtype=int), empty, [Bounds(low, high, loading)])
    smoothed = run_smoother(model, np.zeros(1, dtype=int), filtered)
    mean, sd = _grid_posterior(lows, highs, loading)
    ours = smoothed.moments.mean[:, 0] @ READ[0]
    spread = np.sqrt(np.einsum("i,tij,j->t", READ[0], smoothed.moments.cov[:, 0], READ[0]))
    np.testing.assert_allclose(ours, mean, atol=CLOSE)
    np.testing.assert_allclose(spread, sd, atol=CLOSE)


def test_interval_derivatives_are_finite_differences():
    low, high, step = np.array([-np.inf, -0.3, 1.2, 4.0]), np.array([0.4, 0.9, np.inf, 4.5]), 1e-5
    part = interval(low, high)
    by_high = (interval(low, high + step).value - interval(low, high - step).value) / (2 * step)
    shift = interval(low - step, high - step).value - interval(low + step, high + step).value
    np.testing.assert_allclose(part.by_high[[0, 1, 3]], by_high[[0, 1, 3]], atol=SLOPE)
    np.testing.assert_allclose(part.slope, shift / (2 * step), atol=SLOPE)
    bend = -(interval(low - step, high - step).slope - interval(low + step, high + step).slope)
    np.testing.assert_allclose(part.bend, bend / (2 * step), atol=SLOPE)


def test_stand_in_reproduces_the_exact_two_moments():
    mean, variance, loading = 0.3, 0.7, -0.8
    low, high = np.array([0.5]), np.array([np.inf])
    grid = np.linspace(-9, 9, 200_001)
    weight = np.exp(-0.5 * (grid - mean) ** 2 / variance) * (1.0 - ndtr(low - loading * grid))
    weight /= weight.sum()
    exact_mean = weight @ grid
    exact_variance = weight @ (grid - exact_mean) ** 2
    _, slope, bend = moments(low, high, loading, np.array([mean]), np.array([variance]))
    precision, shift = site(np.array([mean]), np.array([variance]), slope, bend)
    total = 1.0 / variance + precision[0]
    np.testing.assert_allclose((mean / variance + shift[0]) / total, exact_mean, atol=SLOPE)
    np.testing.assert_allclose(1.0 / total, exact_variance, atol=SLOPE)


def test_swapping_the_states_of_a_pair_swaps_the_result():
    model, evidence = matrices(DYNAMICS), _evidence(5, 1, 11)
    order = [1, 0, 3, 2]
    mirrored = Evidence(evidence.precision[..., order, :][..., order], evidence.shift[..., order])
    start = np.zeros(1, dtype=int)
    ours, other = (
        run_filter(model, start, one, []).updated.mean[:, 0] @ READ[:2].T
        for one in (evidence, mirrored)
    )
    np.testing.assert_allclose(ours, other[:, ::-1], atol=EXACT)
    assert np.abs(ours - other).max() > CLOSE
