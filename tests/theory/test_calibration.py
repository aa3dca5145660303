"""Simulation-based calibration: truth drawn from the prior ranks evenly in the posterior.

Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference algorithms
with simulation-based calibration.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, norm

from realpolitik.errors import ConvergenceError
from realpolitik.inference import fit
from realpolitik.theory import Inputs, StructuralRealism
from realpolitik.theory.parameter import unpack
from realpolitik.theory.simulation import draw_prior, simulate
from realpolitik.theory.synthetic import World, inputs

THEORY = StructuralRealism()
WORLD = World(states=4, steps=20)
CHECKED = ("speed[0]", "innovation_sd", "pair_corr", "stimulus_weights[0]", "stimulus_weights[1]")
REPLICATES, BINS = 120, 6
UNEVEN = 0.001  # chance of an even histogram that fails, for one parameter
FAILED = 0.05  # share of fits that may not converge: truths at the edge of the prior


def replicate(number: int) -> tuple[np.ndarray, Inputs]:
    """Truth (V,) from the prior, and readings simulated from it."""
    given = inputs(WORLD, number)
    sizes = given.sizes
    vector = draw_prior(THEORY, sizes, number)
    params = dict(THEORY.complete(unpack(vector, THEORY.parameters(sizes), sizes), sizes))
    return vector, simulate(THEORY, params | {"leader_sd": 0.0}, given, number).inputs


def laplace_ranks(replicates: int) -> tuple[dict[str, np.ndarray], int]:
    """Position of each truth in its normal approximation, 0 to 1, and fits that failed."""
    found: dict[str, list[float]] = {name: [] for name in CHECKED}
    failed = 0
    for number in range(replicates):
        truth, given = replicate(number)
        try:
            near = fit(THEORY, given, seed=number, starts=1)
        except ConvergenceError:
            failed += 1
            continue
        for name in CHECKED:
            value, error = near.estimate(name)
            found[name].append(float(norm.cdf((truth[near.names.index(name)] - value) / error)))
    return {name: np.array(ranks) for name, ranks in found.items()}, failed


def evenness(ranks: np.ndarray, bins: int) -> float:
    """Chance of a histogram as uneven as this one or more, if ranks are even."""
    counts, _ = np.histogram(ranks, bins=bins, range=(0.0, 1.0))
    return float(chisquare(counts).pvalue)


def test_evenness_tells_narrow_posteriors_from_right_ones() -> None:
    z = np.random.default_rng(1).standard_normal(REPLICATES)
    assert evenness(norm.cdf(z), BINS) > UNEVEN
    assert evenness(norm.cdf(2.0 * z), BINS) < UNEVEN
    assert evenness(norm.cdf(z + 0.7), BINS) < UNEVEN


@pytest.mark.nightly
def test_laplace_is_calibrated() -> None:
    ranks, failed = laplace_ranks(REPLICATES)
    assert failed <= FAILED * REPLICATES
    for name, found in ranks.items():
        assert evenness(found, BINS) > UNEVEN, name
