"""Recovery of known parameters, and the same end from other starts."""

import functools

import numpy as np
import pytest
from scipy.special import ndtri

from realpolitik.errors import ConvergenceError
from realpolitik.measures.relation import fitting, model
from realpolitik.measures.relation.fitting import Problem, fit, pass_over, start_parameters
from realpolitik.measures.relation.indicators import Continuous, Graded
from realpolitik.measures.relation.model import READ, Dynamics, matrices
from realpolitik.measures.relation.readings import Readings
from realpolitik.measures.relation.vectors import flatten, unflatten

STEPS, PAIRS = 40, 80
TRUTH = Dynamics(start_sd=0.7, slow_sd=0.2, fast_sd=0.4, pair_corr=0.8)
WEIGHT, LOADING, NOISE, CARRY = 0.9, 0.8, 0.5, 0.4
LOOSE = 0.15  # about three standard errors of a parameter with 80 pairs and 40 steps
SAME = 0.03  # what a parameter may still move in all where one step moves it by less than 0.001
COVER = 0.03  # three standard errors of the share covered, with about 1000 independent cells
SIGNS = {"one": 1, "two": 1, "acts": -1, "other": 1}


@functools.cache
def simulated():
    """One world: the path of the relation and its readings."""
    draw = np.random.default_rng(20)
    chain = matrices(TRUTH)
    root, noise = (np.linalg.cholesky(m[:4, :4]) for m in (chain.start, chain.innovation))
    state = np.empty((STEPS, PAIRS, 4))
    state[0] = draw.normal(size=(PAIRS, 4)) @ root.T
    for t in range(1, STEPS):
        state[t] = (
            state[t - 1] @ chain.transition[:4, :4].T + draw.normal(size=(PAIRS, 4)) @ noise.T
        )
    theta = state @ READ[:2, :4].T
    series = {}
    for name in ("one", "two", "other"):
        loading = 0.3 if name == "other" else LOADING
        own = np.zeros(theta.shape)
        shock = NOISE * draw.normal(size=theta.shape)
        own[0] = shock[0] / np.sqrt(1 - CARRY**2)
        for t in range(1, STEPS):
            own[t] = CARRY * own[t - 1] + shock[t]
        value = loading * theta + own
        value[draw.uniform(size=value.shape) < 0.2] = np.nan
        series[name] = Continuous(value, np.where(np.isnan(value), np.nan, 0.0))
    latent = -WEIGHT * theta + draw.normal(size=theta.shape)
    grade = np.digitize(latent, [0.8, 1.6])
    readings = Readings(series, {"acts": Graded(grade, 3, False)}, np.zeros((PAIRS, 2, 1)))
    return theta, Problem(readings, np.ones((STEPS, PAIRS), dtype=bool))


@functools.cache
def fitted():
    """The fit of that world from the usual start."""
    _, problem = simulated()
    return fit(problem, {"one", "two"}, start_parameters(problem.readings, SIGNS))


def test_parameters_are_recovered_up_to_scale():
    theta, _ = simulated()
    scale = np.sqrt((theta**2).mean())
    params = fitted()
    np.testing.assert_allclose(params.loading / scale, LOADING, atol=LOOSE)
    np.testing.assert_allclose(params.graded["acts"].weight / scale, WEIGHT, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.fast_sd * scale, TRUTH.fast_sd, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.slow_sd * scale, TRUTH.slow_sd, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.pair_corr, TRUTH.pair_corr, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["one"].carry, CARRY, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["two"].noise, NOISE, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["other"].loading / scale, 0.3, atol=LOOSE)
    cuts = np.array([0.8, 1.6]) + WEIGHT * theta[0].mean()  # zero is where the average dyad enters
    np.testing.assert_allclose(params.graded["acts"].cuts, cuts, atol=LOOSE)


def test_bands_cover_the_truth_as_often_as_they_say():
    theta, problem = simulated()
    scale = np.sqrt((theta**2).mean())
    filtered, smoothed = pass_over(problem, fitted())
    for moments in (filtered.updated, smoothed.moments):
        mean = moments.mean @ READ[:2].T
        sd = np.sqrt(np.einsum("ci,tpij,cj->tpc", READ[:2], moments.cov, READ[:2]))
        inside = np.abs((theta - theta[0].mean()) / scale - mean) < ndtri(0.95) * sd
        np.testing.assert_allclose(inside.mean(), 0.9, atol=COVER)


@pytest.mark.parametrize(("weight", "loading"), [(0.5, 0.4), (1.5, 1.2)])
def test_other_starts_end_at_the_same_place(weight, loading):
    _, problem = simulated()
    start = start_parameters(problem.readings, SIGNS, weight=weight, loading=loading)
    np.testing.assert_allclose(
        flatten(fit(problem, {"one", "two"}, start)), flatten(fitted()), atol=SAME
    )


def test_going_on_changes_nothing(monkeypatch):
    _, problem = simulated()
    monkeypatch.setattr(fitting, "TOLERANCE", 1e-5)
    longer = fit(problem, {"one", "two"}, fitted())
    np.testing.assert_allclose(flatten(longer), flatten(fitted()), atol=SAME)


def test_stopping_early_is_an_error():
    _, problem = simulated()
    with pytest.raises(ConvergenceError, match="did not converge in 2 steps"):
        fit(problem, {"one", "two"}, start_parameters(problem.readings, SIGNS), iterations=2)


def test_vector_and_record_are_inverse():
    params = fitted()
    inner = {n: p for n, p in params.continuous.items() if n != "other"}
    core = model.Parameters(params.dynamics, params.loading, inner, params.graded)
    np.testing.assert_allclose(flatten(unflatten(flatten(core), core)), flatten(core), rtol=1e-12)
    assert model.Parameters.from_json(params.to_json()) == params


def test_rescaling_changes_no_prediction():
    _, problem = simulated()
    params = fitted()
    ours, other = (pass_over(problem, p)[1] for p in (params, fitting.rescale(params, 2.0)))
    np.testing.assert_allclose(other.moments.mean * 2.0, ours.moments.mean, atol=1e-9)
