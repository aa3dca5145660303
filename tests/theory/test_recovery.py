"""Trust in the code: what was put into simulated data comes out, and nothing else does."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from realpolitik.inference import Fit, fit, fitting
from realpolitik.inference.objective import filtered_and_scored, loss_and_gradient
from realpolitik.rng import stream
from realpolitik.theory import FlatFilter, Inputs, NeoclassicalRealism, Theory
from realpolitik.theory.inputs import dyad_order
from realpolitik.theory.parameter import log_density, pack
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

SLOPE_ERROR = 0.25  # the bound the model was designed to
NOISE_Z = 2.0  # a gain within two standard errors is none
CLEAR_Z = 2.0  # and one above is one
DIFFERENCE = 1e-6  # central differences with step 1e-5
SAME = 1e-9
SMALL = World(states=6, steps=80)
LARGE = World(states=12, steps=160)
BASE = {
    "speed": 0.4,
    "reciprocity": 0.1,
    "alliance_pull": 0.05,
    "triad_pull": 0.0,
    "innovation_sd": 0.2,
    "pair_corr": 0.2,
    "level": 0.0,
    "loading": np.ones(0),
    "series_sd": 0.05,
    "stimulus_weights": np.array([0.5, -0.7, 0.4]),
    "intent_slope": 0.5,
    "negativity": 0.2,
    "clarity_level": 0.0,
    "gate_level": 0.0,
    "environment_level": -1.0,
    "environment_slopes": 0.0,
    "leader_sd": 0.3,
    "culture_weight": 0.0,
    "preference_weights": 0.3,
}


@functools.cache
def world(size: World, clarity: float, gate: float, seed: int) -> Inputs:
    """Readings simulated with the given slopes γ1 and ω1, the others zero."""
    full, given = NeoclassicalRealism(), inputs(size, seed)
    slopes = {
        "clarity_slopes": np.array([clarity, 0.0, 0.0]),
        "gate_slopes": np.array([gate, 0.0, 0.0, 0.0, 0.0]),
    }
    return simulate(full, full.complete(BASE | slopes, given.sizes), given, seed).inputs


@functools.cache
def fitted(theory: Theory, size: World, clarity: float, gate: float, seed: int) -> Fit:
    return fit(theory, early(world(size, clarity, gate, seed)), seed=seed, starts=1)


def early(given: Inputs) -> Inputs:
    """Hide the readings of the last quarter."""
    reading = given.reading.copy()
    reading[-(len(reading) // 4) :] = np.nan
    return dataclasses.replace(given, reading=reading)


def gain_by_source(better: Fit, worse: Fit, given: Inputs) -> tuple[float, float]:
    """Log score gained on the last quarter, and its z by jackknife over sources."""
    late = slice(-(given.steps // 4), None)
    first = filtered_and_scored(better.theory, better.vector, given)[1]
    second = filtered_and_scored(worse.theory, worse.vector, given)[1]
    by_dyad = np.nansum((first - second)[late], axis=(0, 2))
    source, _ = dyad_order(given.sizes.states)
    gains = np.bincount(source, by_dyad)
    count = len(gains)
    spread = np.sqrt(count / (count - 1) * np.sum((gains - gains.mean()) ** 2))
    return float(gains.sum()), float(gains.sum() / spread)


def test_slopes_come_back() -> None:
    found = fitted(NeoclassicalRealism(), SMALL, 1.2, 1.0, 1)
    assert abs(found.estimate("clarity_slopes[0]")[0] - 1.2) < SLOPE_ERROR
    assert abs(found.estimate("gate_slopes[0]")[0] - 1.0) < SLOPE_ERROR
    for name, truth in zip(("stimulus_weights[1]", "reciprocity"), (-0.7, 0.1), strict=True):
        value, error = found.estimate(name)
        assert abs(value - truth) < 3.0 * error


def test_loss_is_prior_and_likelihood_and_its_gradient_equals_differences() -> None:
    full, given = NeoclassicalRealism(), world(SMALL, 1.2, 1.0, 1)
    rows, sizes = full.parameters(given.sizes), given.sizes
    truth = BASE | {"clarity_slopes": 0.5, "gate_slopes": -0.3, "environment_slopes": 0.2}
    place = np.asarray(pack(full.complete(truth, sizes), rows, sizes))
    value, gradient = loss_and_gradient(full, place, given)
    likelihood = float(filtered_and_scored(full, place, given)[0].loglik)
    posterior = likelihood + float(log_density(place, rows, sizes))
    np.testing.assert_allclose(value * given.reading.size, -posterior, rtol=SAME)
    step = 1e-5
    differences = [
        loss_and_gradient(full, place + one, given)[0]
        - loss_and_gradient(full, place - one, given)[0]
        for one in step * np.eye(len(place))
    ]
    assert np.max(np.abs(gradient)) > 100 * DIFFERENCE
    np.testing.assert_allclose(gradient, np.array(differences) / (2 * step), atol=DIFFERENCE)


def test_no_filter_gives_no_gain() -> None:
    given = world(SMALL, 0.0, 0.0, 1)
    full = fitted(NeoclassicalRealism(), SMALL, 0.0, 0.0, 1)
    flat = fitted(FlatFilter(), SMALL, 0.0, 0.0, 1)
    _, z = gain_by_source(full, flat, given)
    assert z < NOISE_Z
    for name in ("clarity_slopes[0]", "gate_slopes[0]"):
        value, error = full.estimate(name)
        assert abs(value) < 3.0 * error


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_strong_filter_gives_a_clear_gain(seed: int) -> None:
    full = fitted(NeoclassicalRealism(), LARGE, 1.2, 1.0, seed)
    flat = fitted(FlatFilter(), LARGE, 1.2, 1.0, seed)
    gain, z = gain_by_source(full, flat, world(LARGE, 1.2, 1.0, seed))
    assert gain > 0
    assert z > CLEAR_Z
    assert abs(full.estimate("clarity_slopes[0]")[0] - 1.2) < SLOPE_ERROR
    assert abs(full.estimate("gate_slopes[0]")[0] - 1.0) < SLOPE_ERROR


def permuted(given: Inputs, seed: int) -> Inputs:
    """Clarity in another order of steps, source by source; gates of other states."""
    held, states = given.conditions, given.sizes.states
    source, _ = dyad_order(states)
    clarity = held.clarity.copy()
    for state in range(states):
        order = stream(seed, "steps", state).permutation(given.steps)
        clarity[:, source == state] = held.clarity[order][:, source == state]
    gate = held.gate[:, np.roll(np.arange(states), 1)]
    return dataclasses.replace(
        given, conditions=dataclasses.replace(held, clarity=clarity, gate=gate)
    )


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_permuted_clarity_and_gate_give_no_gain(seed: int) -> None:
    given = permuted(world(LARGE, 1.2, 1.0, seed), seed)
    full = fit(NeoclassicalRealism(), early(given), seed=seed, starts=1)
    flat = fitted(FlatFilter(), LARGE, 1.2, 1.0, seed)
    _, z = gain_by_source(full, flat, given)
    assert z < NOISE_Z


def test_a_climb_turns_back_where_the_density_overflows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first step that overshoots into no number must not end the climb."""

    def steep(theory: object, vector: np.ndarray, inputs: object) -> tuple[float, np.ndarray]:
        if vector[0] > 1.0:
            return float("nan"), np.array([np.nan])
        return float((vector[0] - 0.9) ** 2), 2.0 * (vector - 0.9)

    monkeypatch.setattr(fitting, "loss_and_gradient", steep)
    monkeypatch.setattr(fitting, "reading_count", lambda inputs: 1000)
    given = inputs(World(states=3, steps=2), 1)
    found = fitting.climb(FlatFilter(), given, np.array([-3.0]), np.array([[1.0]]))
    np.testing.assert_allclose(found.vector, 0.9, atol=1e-5)
