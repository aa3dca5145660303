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

DYNAMICS = Dynamics(level_sd=0.8, shock_sd=0.5, left=0.7, pair_corr=0.6)
LASTING = (0.9,)


def _evidence(steps, pairs, seed):
    """One reading h'z + N(0, 1) of every pair and step; the last entry of z is lasting."""
    draw = np.random.default_rng(seed)
    reach = draw.normal(size=(steps, pairs, 5))
    reach[0, :, 2:4] = 0.0
    value = draw.normal(size=(steps, pairs))
    return Evidence(
        reach[..., :, None] * reach[..., None, :],
        reach * value[..., None],
        -0.5 * (np.log(2.0 * np.pi) + value**2),
    )


PARTS = [0, 1, 2, 3, 6]  # the carried vector without the copy of the step before


def _prior(model, steps):
    """Covariance of the whole path of one pair; shape (5 T, 5 T)."""
    move = model.transition[np.ix_(PARTS, PARTS)]
    cov = [model.start[np.ix_(PARTS, PARTS)]]
    for _ in range(1, steps):
        cov.append(move @ cov[-1] @ move.T + model.innovation[np.ix_(PARTS, PARTS)])
    path = np.zeros((steps * 5, steps * 5))
    for early in range(steps):
        block = cov[early]
        for late in range(early, steps):
            a, b = slice(early * 5, early * 5 + 5), slice(late * 5, late * 5 + 5)
            path[b, a], path[a, b] = block, block.T
            block = move @ block
    return path


def _dense(model, evidence, pair, steps):
    """Mean and covariance of the path given the readings, and their log density."""
    precision, shift = np.zeros((steps * 5, steps * 5)), np.zeros(steps * 5)
    for t in range(steps):
        seen = np.zeros((5, steps * 5))
        seen[:2, t * 5 : t * 5 + 4] = READ[:2, :4]
        seen[4, t * 5 + 4] = 1.0
        if t:
            seen[2:4, t * 5 - 5 : t * 5 - 1] = READ[:2, :4]
        precision += seen.T @ evidence.precision[t, pair] @ seen
        shift += seen.T @ evidence.shift[t, pair]
    prior = _prior(model, steps)
    inner = np.eye(len(prior)) + prior @ precision
    cov = np.linalg.solve(inner, prior)
    mass = 0.5 * (shift @ cov @ shift - np.linalg.slogdet(inner)[1])
    return cov @ shift, cov, mass + evidence.base[:steps, pair].sum()


def test_filter_and_smoother_equal_the_dense_gaussian():
    steps, pairs = 7, 3
    model, evidence = matrices(DYNAMICS, LASTING), _evidence(steps, pairs, 3)
    filtered = run_filter(model, np.zeros(pairs, dtype=int), evidence, [])
    smoothed = run_smoother(model, np.zeros(pairs, dtype=int), filtered)
    square = np.ix_(PARTS, PARTS)
    for pair in range(pairs):
        mean, cov, density = _dense(model, evidence, pair, steps)
        ours = smoothed.whole.mean[:, pair][:, PARTS]
        np.testing.assert_allclose(ours.ravel(), mean, atol=EXACT)
        np.testing.assert_allclose(filtered.log_density[:, pair].sum(), density, atol=EXACT)
        for t in range(steps):
            block = cov[t * 5 : t * 5 + 5, t * 5 : t * 5 + 5]
            np.testing.assert_allclose(smoothed.whole.cov[t, pair][square], block, atol=EXACT)
            if t:
                across = cov[t * 5 : t * 5 + 5, t * 5 - 5 : t * 5]
                np.testing.assert_allclose(smoothed.cross[t, pair][square], across, atol=EXACT)
            early, early_cov, _ = _dense(model, evidence, pair, t + 1)
            now = filtered.whole_updated
            np.testing.assert_allclose(now.mean[t, pair][PARTS], early[-5:], atol=EXACT)
            np.testing.assert_allclose(now.cov[t, pair][square], early_cov[-5:, -5:], atol=EXACT)


def test_the_carried_lag_is_the_relation_of_the_step_before():
    model, evidence = matrices(DYNAMICS, LASTING), _evidence(6, 2, 8)
    start = np.zeros(2, dtype=int)
    smoothed = run_smoother(model, start, run_filter(model, start, evidence, []))
    now, lag = smoothed.moments.mean @ READ[:2].T, smoothed.moments.mean[..., 4:]
    np.testing.assert_allclose(lag[1:], now[:-1], atol=EXACT)
    spread = np.einsum("ci,tpij,cj->tpc", READ[:2], smoothed.moments.cov, READ[:2])
    carried = np.diagonal(smoothed.moments.cov, axis1=2, axis2=3)[..., 4:]
    np.testing.assert_allclose(carried[1:], spread[:-1], atol=EXACT)


def test_a_pair_that_enters_late_starts_from_the_entry_distribution():
    model = matrices(DYNAMICS)
    evidence = Evidence(np.zeros((5, 2, 4, 4)), np.zeros((5, 2, 4)), np.zeros((5, 2)))
    filtered = run_filter(model, np.array([0, 3]), evidence, [])
    np.testing.assert_allclose(filtered.updated.cov[3, 1], model.start, atol=EXACT)
    for pair, step in ((0, 3), (1, 4)):  # from the second step on the relation hangs together
        assert filtered.updated.cov[step, pair, 0, 4] > 0.5 * DYNAMICS.level_sd**2


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
    empty = Evidence(np.zeros((2, 1, 4, 4)), np.zeros((2, 1, 4)), np.zeros((2, 1)))
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
    model, evidence = matrices(DYNAMICS, LASTING), _evidence(5, 1, 11)
    order = [1, 0, 3, 2, 4]
    mirrored = Evidence(
        evidence.precision[..., order, :][..., order], evidence.shift[..., order], evidence.base
    )
    start = np.zeros(1, dtype=int)
    ours, other = (
        run_filter(model, start, one, []).updated.mean[:, 0] @ READ[:2].T
        for one in (evidence, mirrored)
    )
    np.testing.assert_allclose(ours, other[:, ::-1], atol=EXACT)
    assert np.abs(ours - other).max() > CLOSE
