"""Stacking weights against closed forms and brute force; mixtures against integrals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from realpolitik.errors import ConvergenceError
from realpolitik.evaluation import stacking
from realpolitik.evaluation.scores import crps, log_score
from realpolitik.evaluation.stacking import (
    SHORTFALL,
    mixture_cdf,
    mixture_crps,
    mixture_log_score,
    mixture_moments,
    mixture_quantiles,
    stack,
    stacking_weights,
)

EXACT = 1e-12  # the same formula by two routes, in double precision
INTEGRAL = 1e-6  # adaptive quadrature of a mixture
WEIGHT = 2e-3  # a shortfall of 1e-6 nats moves a weight by about its root
GRID = 200  # steps of the brute-force search along each side of the simplex

MIXTURE = (
    np.array([0.2, 0.5, 0.3]),
    np.array([[-1.0, 0.3], [0.4, 2.0], [3.0, -1.0]]),
    np.array([[0.5, 1.5], [1.0, 0.2], [2.0, 1.1]]),
)


def _scores(seed: int, size: int = 200) -> np.ndarray:
    """Log scores of three forecasters with different faults, (3, R)."""
    draw = np.random.default_rng(seed)
    value = draw.standard_t(4, size=size)
    mean = np.array([[0.0], [0.8], [-0.5]]) + 0.3 * draw.normal(size=(3, size))
    sd = np.array([[0.7], [1.2], [2.5]]) * np.ones(size)
    return log_score(mean, sd, value)


def _density(x: float, row: int) -> float:
    weights, mean, sd = MIXTURE
    return float(weights @ norm.pdf(x, mean[:, row], sd[:, row]))


def test_two_forecasters_in_closed_form() -> None:
    # 2 log(.2 + .6 w) + log(.8 - .6 w) is largest at w = 7/9.
    density = np.array([[0.8, 0.8, 0.2], [0.2, 0.2, 0.8]])
    weights = stacking_weights(np.log(density))
    np.testing.assert_allclose(weights, [7 / 9, 2 / 9], atol=WEIGHT)
    np.testing.assert_array_equal(stacking_weights(np.log(density[:1])), [1.0])


def test_brute_force_over_the_simplex() -> None:
    scores = _scores(1)
    grid = np.array([(i, j, GRID - i - j) for i in range(GRID + 1) for j in range(GRID + 1 - i)])
    every = np.log((grid / GRID) @ np.exp(scores)).mean(axis=1)
    found = float(mixture_log_score(stacking_weights(scores), scores).mean())
    assert found >= every.max() - SHORTFALL
    np.testing.assert_allclose(stacking_weights(scores), grid[every.argmax()] / GRID, atol=0.02)


def test_weights_of_a_true_mixture_are_recovered() -> None:
    draw = np.random.default_rng(2)
    size, truth = 20_000, np.array([0.3, 0.7, 0.0])
    part = draw.choice(3, size=size, p=truth)
    centre = np.array([-1.0, 1.0, 0.0])
    value = centre[part] + 0.5 * draw.normal(size=size)
    scores = log_score(np.tile(centre[:, None], size), np.full((3, size), 0.5), value)
    found = stack(scores, np.arange(size) % 20)
    assert (np.abs(found.weights - truth) <= 4 * found.error + WEIGHT).all()
    assert 0.001 < found.error[0] < 0.02


def test_a_forecaster_that_is_always_worse_gets_nothing() -> None:
    scores = _scores(3)
    with_worse = np.vstack([scores, scores[0] - 0.5])
    weights = stacking_weights(with_worse)
    assert weights[3] < WEIGHT
    np.testing.assert_allclose(weights[:3], stacking_weights(scores), atol=WEIGHT)


def test_forecasts_far_out_do_not_break_the_weights() -> None:
    scores = np.array([[-1e4, -1.0, -2e5], [-1.0, -1e4, -2e5 - 1]])
    weights = stacking_weights(scores)
    assert np.isfinite(mixture_log_score(weights, scores)).all()
    np.testing.assert_allclose(weights.sum(), 1.0, atol=EXACT)
    # One reading each is decided; the third is worth e to one for the first.
    best = max(
        np.log(w) + np.log(1 - w) + np.log(w + (1 - w) / np.e) for w in np.arange(1, 999) / 1e3
    )
    found = np.log(weights[0]) + np.log(weights[1]) + np.log(weights[0] + weights[1] / np.e)
    assert found >= best - 3 * SHORTFALL


def test_weights_that_do_not_converge_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacking, "STEPS", 2)
    with pytest.raises(ConvergenceError, match=r"shortfall up to .* nats"):
        stacking_weights(_scores(4))


def test_a_missing_forecast_is_refused() -> None:
    with pytest.raises(AssertionError, match="every forecast of every reading"):
        stacking_weights(np.array([[0.1, np.nan], [0.2, 0.3]]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 80), extra=st.integers(0, 4))
def test_weights_lie_on_the_simplex_and_cannot_be_bettered(
    seed: int, size: int, extra: int
) -> None:
    draw = np.random.default_rng(seed)
    scores = np.vstack([_scores(seed, size), draw.normal(-2, 1, size=(extra, size))])
    weights = stacking_weights(scores)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(), 1.0, atol=EXACT)
    best = mixture_log_score(weights, scores).mean()
    rivals = np.vstack([np.eye(len(scores)), draw.dirichlet(np.ones(len(scores)), size=30)])
    with np.errstate(divide="ignore"):
        others = [mixture_log_score(rival, scores).mean() for rival in rivals]
    assert best >= max(others) - SHORTFALL
    order = draw.permutation(len(scores))
    again = mixture_log_score(stacking_weights(scores[order]), scores[order]).mean()
    np.testing.assert_allclose(again, best, atol=SHORTFALL)


def test_stack_is_judged_on_years_left_out() -> None:
    scores = _scores(5)
    block = 1990 + np.arange(200) % 6
    found = stack(scores, block)
    np.testing.assert_array_equal(found.years, np.arange(1990, 1996))
    for t, year in enumerate(found.years):
        weights = stacking_weights(scores[:, block != year])
        np.testing.assert_array_equal(found.without[t], weights)
        expected = np.log(weights @ np.exp(scores[:, block == year]))
        np.testing.assert_allclose(found.held_out[block == year], expected, atol=EXACT)
    spread = np.sqrt(5 / 6 * ((found.without - found.without.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.error, spread, atol=EXACT)
    assert found.in_sample >= scores.mean(axis=1).max() - SHORTFALL
    assert found.held_out.mean() < found.in_sample


def test_a_year_that_differs_from_the_others_shows_out_of_sample() -> None:
    # In the odd year the other forecaster is right: weights fitted without it do badly there.
    block = np.repeat([1, 2, 3], 50)
    scores = np.where(block == 3, -np.array([[3.0], [1.0]]), -np.array([[1.0], [3.0]]))
    found = stack(scores, block)
    assert found.held_out[block == 3].mean() < -2.5
    assert found.in_sample > found.held_out.mean() + 0.3


def test_one_year_cannot_judge_a_stack() -> None:
    with pytest.raises(AssertionError, match="needs two"):
        stack(_scores(6), np.ones(200, dtype=int))


@pytest.mark.parametrize("row", [0, 1])
def test_mixture_moments_are_integrals(row: int) -> None:
    mean, sd = mixture_moments(*MIXTURE)
    first = quad(lambda x: x * _density(x, row), -20, 20, limit=200)[0]
    second = quad(lambda x: (x - first) ** 2 * _density(x, row), -20, 20, limit=200)[0]
    np.testing.assert_allclose([mean[row], sd[row]], [first, np.sqrt(second)], atol=INTEGRAL)


def test_mixture_quantiles_invert_the_distribution() -> None:
    probability = np.array([0.01, 0.1, 0.5, 0.9, 0.999])
    found = mixture_quantiles(*MIXTURE, probability)
    assert found.shape == (5, 2)
    at = mixture_cdf(*MIXTURE, found)
    np.testing.assert_allclose(at, np.tile(probability[:, None], 2), atol=EXACT)
    area = quad(_density, -20, found[1, 0], args=(0,), limit=200)[0]
    np.testing.assert_allclose(area, 0.1, atol=INTEGRAL)


def test_quantiles_ignore_a_component_without_weight() -> None:
    weights, mean, sd = np.array([1.0, 0.0]), np.array([[0.5], [90.0]]), np.array([[2.0], [1.0]])
    found = mixture_quantiles(weights, mean, sd, np.array([0.025, 0.975]))
    np.testing.assert_allclose(found[:, 0], norm.ppf([0.025, 0.975], 0.5, 2.0), atol=EXACT)


@pytest.mark.parametrize(("row", "value"), [(0, -0.7), (0, 2.5), (1, 1.9), (1, -3.0)])
def test_mixture_crps_is_its_integral(row: int, value: float) -> None:
    weights, mean, sd = MIXTURE

    def below(x: float) -> float:
        return float(weights @ norm.cdf(x, mean[:, row], sd[:, row]))

    left = quad(lambda x: below(x) ** 2, -20, value, limit=200)[0]
    right = quad(lambda x: (1 - below(x)) ** 2, value, 25, limit=200)[0]
    found = mixture_crps(weights, mean, sd, np.full(2, value))[row]
    np.testing.assert_allclose(found, left + right, atol=INTEGRAL)


def test_a_mixture_of_one_is_that_forecast() -> None:
    mean, sd, value = np.array([[0.3, 1.0]]), np.array([[0.5, 2.0]]), np.array([1.0, -1.0])
    one = np.ones(1)
    scores = log_score(mean, sd, value)
    np.testing.assert_allclose(mixture_log_score(one, scores), scores[0], atol=EXACT)
    np.testing.assert_allclose(mixture_crps(one, mean, sd, value), crps(mean, sd, value)[0])
    np.testing.assert_allclose(mixture_moments(one, mean, sd), [mean[0], sd[0]], atol=EXACT)
