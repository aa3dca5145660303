"""Draws from the posterior: exact where the posterior is known, and beside Laplace's method."""

from __future__ import annotations

import numpy as np
import pytest

from realpolitik.errors import ConvergenceError
from realpolitik.inference import fit, sampling
from realpolitik.inference.fitting import Fit
from realpolitik.inference.sampling import ESS_LIMIT, R_HAT_LIMIT, measured, require_mixed, sample
from realpolitik.theory import Inertia, Inputs, StructuralRealism
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

MONTE_CARLO = 5.0  # standard errors
MEAN_ERROR = 0.3  # posterior standard deviations, for what the readings tell about
SD_ERROR = 0.3  # share of the posterior standard deviation
NOT_TOLD = ("innovation_sd", "series_sd[0]")  # the total noise is known, hardly its split
TRUTH = {
    "speed": 0.4,
    "innovation_sd": 0.3,
    "pair_corr": 0.2,
    "level": 0.0,
    "loading": np.ones(0),
    "series_sd": 0.1,
    "stimulus_weights": np.array([0.5, -0.7, 0.4]),
}


def regressions(persistence: float, chains: int = 4, draws: int = 2000) -> np.ndarray:
    """Chains (C, S, 1) of a stationary first-order autoregression of variance 1."""
    noise = np.random.default_rng(3).standard_normal((chains, draws))
    found = noise.copy()
    for place in range(1, draws):
        fresh = np.sqrt(1 - persistence**2) * noise[:, place]
        found[:, place] = persistence * found[:, place - 1] + fresh
    return found[:, :, None]


def test_effective_draws_of_an_autoregression() -> None:
    found = measured(regressions(0.6), ("one",), 0)
    np.testing.assert_allclose(found.ess, 8000 * (1 - 0.6) / (1 + 0.6), rtol=0.15)
    require_mixed("a theory", found)


def test_chains_that_have_not_mixed_are_refused() -> None:
    apart = regressions(0.0) + 0.3 * np.arange(4)[:, None, None]
    with pytest.raises(ConvergenceError, match=r"one has R-hat 1\.\d+, not below 1.01"):
        require_mixed("a theory", measured(apart, ("one",), 0))
    few = measured(regressions(0.0, draws=80), ("one",), 0)
    assert few.r_hat[0] < R_HAT_LIMIT
    with pytest.raises(ConvergenceError, match=r"effective draws, not above 400"):
        require_mixed("a theory", few)


def test_draws_become_arviz_records() -> None:
    vectors = np.concatenate([regressions(0.0), regressions(0.5)], axis=2)
    record = measured(vectors, ("first", "second[0]"), 0).to_arviz()
    np.testing.assert_array_equal(record.posterior["second[0]"].to_numpy(), vectors[:, :, 1])


def test_a_normal_posterior_is_drawn_whatever_the_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    centre, cov = np.array([1.0, -2.0]), np.array([[1.0, 0.6], [0.6, 0.5]])
    inverse = np.linalg.inv(cov)

    class Known(Inertia):
        """Stands in: its posterior is replaced."""

    def log_density(_: object, vector: np.ndarray, __: object) -> np.ndarray:
        return -0.5 * (vector - centre) @ inverse @ (vector - centre)

    monkeypatch.setattr(sampling, "log_posterior", log_density)
    given = inputs(World(3, 2), 1)
    guess = Fit(Known(), given.sizes, np.zeros(2), 4.0 * np.eye(2), ("a", "b"), 0.0, 0.0, 1, 1, 1)
    found = sample(Known(), given, 1, guess, chains=4, warmup=300, draws=500)
    error = np.sqrt(np.diag(cov) / found.ess)
    np.testing.assert_array_less(
        np.abs(found.vectors.mean(axis=(0, 1)) - centre), MONTE_CARLO * error
    )
    drawn = np.cov(found.vectors.reshape(-1, 2), rowvar=False)
    np.testing.assert_allclose(drawn, cov, rtol=MONTE_CARLO * np.sqrt(2 / np.min(found.ess)))
    again = sample(Known(), given, 1, guess, chains=4, warmup=300, draws=500)
    np.testing.assert_array_equal(again.vectors, found.vectors)


def small_world() -> Inputs:
    theory, given = StructuralRealism(), inputs(World(4, 20), 2)
    params = dict(theory.complete(TRUTH, given.sizes)) | {"leader_sd": 0.0}
    return simulate(theory, params, given, 2).inputs


@pytest.mark.nightly
def test_laplace_agrees_with_draws_where_the_readings_tell() -> None:
    theory, given = StructuralRealism(), small_world()
    near = fit(theory, given, seed=2, starts=1)
    found = sample(theory, given, 3, near, chains=4, warmup=300, draws=1500)
    assert np.max(found.r_hat) < R_HAT_LIMIT
    assert np.min(found.ess) > ESS_LIMIT
    mean, spread = found.vectors.mean(axis=(0, 1)), found.vectors.std(axis=(0, 1))
    error = np.sqrt(np.diag(near.covariance))
    told = np.array([name not in NOT_TOLD for name in near.names])
    np.testing.assert_array_less(np.abs(near.vector - mean)[told], MEAN_ERROR * spread[told])
    np.testing.assert_allclose(error[told], spread[told], rtol=SD_ERROR)
    assert error[near.names.index("series_sd[0]")] < spread[near.names.index("series_sd[0]")]
