from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit

from realpolitik.bargaining.demands import demand_game
from realpolitik.bargaining.quantal import (
    fit_precision,
    logit_response,
    payoffs_against,
    principal_branch,
    quantal_response,
)
from realpolitik.errors import RequestError

FIXED_POINT = 1e-8
STANDARD_ERRORS = 4.0
PENNIES = (np.array([[9.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]))


@pytest.mark.parametrize("precision", [0.1, 1.0, 3.0, 20.0])
def test_asymmetric_matching_pennies_against_root_finding(precision: float) -> None:
    def row(column: float) -> float:
        return float(expit(precision * (9 * column - (1 - column))))

    def gap(column: float) -> float:
        top = row(column)
        return float(expit(precision * ((1 - top) - top))) - column

    exact = brentq(gap, 0.0, 1.0, xtol=1e-14)
    first, second = quantal_response(PENNIES, precision)
    assert second[0] == pytest.approx(exact, abs=FIXED_POINT)
    assert first[0] == pytest.approx(row(exact), abs=FIXED_POINT)


def test_large_precision_comes_to_the_nash_equilibrium() -> None:
    first, second = quantal_response(PENNIES, 2000.0)
    np.testing.assert_allclose([first[0], second[0]], [0.5, 0.1], atol=1e-3)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 100_000), st.sampled_from([(2, 3), (3, 3), (2, 2, 2), (3, 2, 2)]))
def test_every_point_of_the_branch_is_a_fixed_point(seed: int, shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(seed)
    game = tuple(generator.uniform(0, 1, shape) for _ in shape)
    branch = principal_branch(game, 8.0)
    assert branch.precision[0] == 0.0
    assert branch.precision[-1] == pytest.approx(8.0, abs=FIXED_POINT)
    for point in range(len(branch.precision)):
        strategy = branch.split(point)
        reply = logit_response(game, strategy, float(branch.precision[point]))
        np.testing.assert_allclose(reply, np.concatenate(strategy), atol=FIXED_POINT)
    jumps = np.abs(np.diff(branch.strategy, axis=0)).max()
    assert jumps < 0.5


def test_the_branch_is_followed_where_it_bends_back() -> None:
    row = np.array([[1.0, 3.0, 3.0], [4.0, 2.0, 3.0], [5.0, 1.0, 2.0]])
    column = np.array([[1.0, 5.0, 3.0], [2.0, 1.0, 5.0], [5.0, 1.0, 5.0]])
    branch = principal_branch((row, column), 10.0)
    assert np.diff(branch.precision).min() < -0.01
    assert branch.precision[-1] == pytest.approx(10.0, abs=FIXED_POINT)
    for point in range(len(branch.precision)):
        strategy = branch.split(point)
        reply = logit_response((row, column), strategy, float(branch.precision[point]))
        np.testing.assert_allclose(reply, np.concatenate(strategy), atol=FIXED_POINT)


def test_payoffs_against_by_hand() -> None:
    mixed = (np.array([0.25, 0.75]), np.array([0.4, 0.6]))
    found = payoffs_against(PENNIES, mixed)
    np.testing.assert_allclose(found, [3.6, 0.6, 0.75, 0.25], atol=1e-12)


def test_a_payoff_scaled_up_is_precision_scaled_up() -> None:
    small = quantal_response(PENNIES, 2.0)
    large = quantal_response(tuple(4.0 * table for table in PENNIES), 0.5)
    np.testing.assert_allclose(np.concatenate(small), np.concatenate(large), atol=FIXED_POINT)


def test_the_fit_recovers_the_precision_behind_simulated_choices() -> None:
    true, plays = 1.2, 40_000
    strategy = quantal_response(PENNIES, true)
    generator = np.random.default_rng(5)
    counts = tuple(generator.multinomial(plays, part).astype(float) for part in strategy)
    fit = fit_precision(PENNIES, counts, largest=20.0)
    # information from the slope of log p along the branch
    step = 1e-4
    up, down = (
        np.concatenate(quantal_response(PENNIES, true + sign * step)) for sign in (1.0, -1.0)
    )
    slope = (np.log(up) - np.log(down)) / (2 * step)
    information = plays * (np.concatenate(strategy) * slope**2).sum()
    assert abs(fit.precision - true) < STANDARD_ERRORS / np.sqrt(information)
    reply = logit_response(PENNIES, fit.strategy, fit.precision)
    np.testing.assert_allclose(reply, np.concatenate(fit.strategy), atol=FIXED_POINT)


def test_no_other_precision_on_a_grid_is_more_likely() -> None:
    counts = (np.array([60.0, 40.0]), np.array([20.0, 80.0]))
    fit = fit_precision(PENNIES, counts, largest=20.0)
    for precision in np.linspace(0.0, 20.0, 81):
        strategy = np.concatenate(quantal_response(PENNIES, float(precision)))
        assert np.log(strategy) @ np.concatenate(counts) <= fit.loglik + FIXED_POINT


def test_tables_must_share_a_shape() -> None:
    with pytest.raises(RequestError, match="as many tables"):
        quantal_response((PENNIES[0], np.zeros((2, 3))), 1.0)


@pytest.mark.parametrize("precision", [12.0, 30.0])
def test_many_demand_games_equal_one_at_a_time(precision: float) -> None:
    generator = np.random.default_rng(2)
    gain = generator.uniform(-0.1, 0.2, (2, 2, 20))
    gain[0, 1] = gain[0, 0] + generator.uniform(0.1, 0.8, 20)
    gain[1, 0] = gain[1, 1] + generator.uniform(0.1, 0.8, 20)
    levels = 9
    found = demand_game(gain, levels, precision)
    grid = np.linspace(0, 1, levels)
    mine, theirs = np.meshgrid(grid, grid, indexing="ij")
    agreed = mine + theirs <= 1 + 1e-12
    share = 0.5 * (mine + 1 - theirs)
    for m in range(20):
        tables = tuple(
            np.where(agreed, gain[p, 0, m] + (gain[p, 1, m] - gain[p, 0, m]) * share, 0.0)
            for p in (0, 1)
        )
        first, second = quantal_response(tables, precision)
        np.testing.assert_allclose(found.first[:, m], first, atol=FIXED_POINT)
        np.testing.assert_allclose(found.second[:, m], second, atol=FIXED_POINT)
        joint = np.outer(first, second)
        assert found.deal[m] == pytest.approx((joint * agreed).sum(), abs=FIXED_POINT)
