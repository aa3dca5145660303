"""Convergence statistics on sequences whose answer is known."""

from __future__ import annotations

import numpy as np

from realpolitik.measures.ideal_points.diagnostics import effective_draws, split_rhat

LENGTH = 4000
RHO = 0.6
SHARE = (1 - RHO) / (1 + RHO)  # of an autoregressive sequence of order one
NOISE = 0.12  # relative; several standard errors of the estimate at this length


def autoregressive(rho: float) -> np.ndarray:
    rng = np.random.default_rng(4)
    x = np.empty((2, LENGTH, 3))
    x[:, 0] = rng.normal(size=(2, 3))
    for k in range(1, LENGTH):
        x[:, k] = rho * x[:, k - 1] + np.sqrt(1 - rho**2) * rng.normal(size=(2, 3))
    return x


def test_effective_draws_of_a_known_sequence():
    np.testing.assert_allclose(effective_draws(autoregressive(RHO)), 2 * LENGTH * SHARE, rtol=NOISE)
    np.testing.assert_allclose(effective_draws(autoregressive(0.0)), 2 * LENGTH, rtol=NOISE)


def test_compensating_draws_are_worth_more():
    assert (effective_draws(autoregressive(-0.4)) > 1.5 * 2 * LENGTH).all()


def test_rhat_tells_chains_apart():
    draws = autoregressive(RHO)
    assert (split_rhat(draws) < 1.01).all()
    draws[1, :, 2] += 1.5
    found = split_rhat(draws)
    # half chains of variance 1 with means two at 0 and two at 1.5: B / n = 0.75
    np.testing.assert_allclose(found[2], np.sqrt(1 + 0.75), rtol=0.03)
    assert (found[:2] < 1.01).all()


def test_rhat_sees_a_drift():
    draws = autoregressive(0.0)
    draws[:, :, 0] += np.linspace(0.0, 4.0, LENGTH)
    # halves of means 1 and 3 and variance 1 + 2^2 / 12: B / n = W = 4 / 3
    np.testing.assert_allclose(split_rhat(draws)[0], np.sqrt(2.0), rtol=0.03)
