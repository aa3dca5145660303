"""Recovery of known parameters, and the same end from other starts."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from realpolitik.errors import ConvergenceError
from realpolitik.measures.relation import fitting, model
from realpolitik.measures.relation.fitting import Problem, fit, pass_over, start_parameters
from realpolitik.measures.relation.indicators import Continuous, Graded
from realpolitik.measures.relation.model import READ, Dynamics, matrices
from realpolitik.measures.relation.predictive import expect_continuous, expect_graded
from realpolitik.measures.relation.readings import Readings
from realpolitik.measures.relation.vectors import flatten, unflatten

STEPS, PAIRS = 40, 80
TRUTH = Dynamics(level_sd=0.7, shock_sd=0.4, left=0.7, pair_corr=0.8)
WEIGHT, LOADING, NOISE, CARRY, LASTING = 0.9, 0.8, 0.5, 0.4, 0.6
LOOSE = 0.15  # about three standard errors of a parameter with 80 pairs and 40 steps
SAME = 0.03  # what a parameter may still move in all where one step moves it by less than 0.001
COVER = 0.03  # three standard errors of the share covered, with about 1000 independent cells
SIGNS = {"one": 1, "two": 1, "acts": -1, "other": 1}
STAYING = {"two", "other"}


@functools.cache
def simulated():
    """One world: the path of the relation and its readings."""
    draw = np.random.default_rng(20)
    chain = matrices(TRUTH)
    root = np.linalg.cholesky(chain.start[:4, :4])
    noise = np.linalg.cholesky(chain.innovation[2:4, 2:4])
    state = np.empty((STEPS, PAIRS, 4))
    state[0] = draw.normal(size=(PAIRS, 4)) @ root.T
    for t in range(1, STEPS):
        state[t] = state[t - 1] @ chain.transition[:4, :4].T
        state[t, :, 2:] += draw.normal(size=(PAIRS, 2)) @ noise.T
    theta = state @ READ[:2, :4].T
    series = {}
    for name in ("one", "two", "other"):
        loading = 0.3 if name == "other" else LOADING
        own = np.zeros(theta.shape)
        shock = NOISE * draw.normal(size=theta.shape)
        own[0] = shock[0] / np.sqrt(1 - CARRY**2)
        for t in range(1, STEPS):
            own[t] = CARRY * own[t - 1] + shock[t]
        stays = LASTING * draw.normal(size=(PAIRS, 1)) if name != "one" else 0.0
        value = loading * theta + own + stays
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
    return fit(problem, {"one", "two"}, start_parameters(problem.readings, SIGNS, STAYING))


def test_parameters_are_recovered_up_to_scale():
    theta, _ = simulated()
    scale = np.sqrt((theta**2).mean())
    params = fitted()
    np.testing.assert_allclose(params.loading / scale, LOADING, atol=LOOSE)
    np.testing.assert_allclose(params.graded["acts"].weight / scale, WEIGHT, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.level_sd * scale, TRUTH.level_sd, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.shock_sd * scale, TRUTH.shock_sd, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.left, TRUTH.left, atol=LOOSE)
    np.testing.assert_allclose(params.dynamics.pair_corr, TRUTH.pair_corr, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["one"].carry, CARRY, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["two"].noise, NOISE, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["two"].lasting, LASTING, atol=LOOSE)
    np.testing.assert_allclose(params.continuous["other"].lasting, LASTING, atol=LOOSE)
    assert params.slots == {"two": 0, "other": 1}
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
    start = start_parameters(problem.readings, SIGNS, STAYING, weight=weight, loading=loading)
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
    start = start_parameters(problem.readings, SIGNS, STAYING)
    with pytest.raises(ConvergenceError, match="did not converge in 2 steps"):
        fit(problem, {"one", "two"}, start, iterations=2)


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


def test_blocks_of_pairs_give_the_same_step(monkeypatch):
    _, problem = simulated()
    start = start_parameters(problem.readings, SIGNS, STAYING)
    whole = flatten(fitting.em_step(problem, start))
    monkeypatch.setattr(fitting, "BLOCK", 33)
    assert len(list(problem.blocks())) == 3
    np.testing.assert_allclose(flatten(fitting.em_step(problem, start)), whole, atol=1e-9)


def test_what_is_filtered_never_depends_on_later_readings():
    _, problem = simulated()
    year, readings = 25, problem.readings

    def turned(values):
        return np.concatenate([values[: year + 1], values[year + 1 :, ::-1]])

    changed = Readings(
        {
            n: replace(s, value=turned(s.value), variance=turned(s.variance))
            for n, s in readings.continuous.items()
        },
        {n: replace(s, grade=turned(s.grade)) for n, s in readings.graded.items()},
        readings.exposure,
    )
    params = fitted()
    ours, smooth = pass_over(problem, params)
    other, other_smooth = pass_over(replace(problem, readings=changed), params)
    now = slice(0, year + 1)
    np.testing.assert_array_equal(ours.updated.mean[now], other.updated.mean[now])
    np.testing.assert_array_equal(ours.updated.cov[now], other.updated.cov[now])
    np.testing.assert_array_equal(ours.predicted.mean[: year + 2], other.predicted.mean[: year + 2])
    assert np.abs(ours.updated.mean[year + 1] - other.updated.mean[year + 1]).max() > SAME
    assert np.abs(smooth.moments.mean[year] - other_smooth.moments.mean[year]).max() > SAME


def test_next_readings_fall_into_their_bands_as_often_as_they_say():
    _, problem = simulated()
    params = fitted()
    filtered = pass_over(problem, params)[0]
    for name in ("one", "two", "other"):
        series, slot = problem.readings.continuous[name], params.slots.get(name)
        found = expect_continuous(series, params.continuous[name], slot, filtered.whole_predicted)
        read = np.isfinite(found.miss)
        inside = np.abs(found.miss[read]) < ndtri(0.95) * np.sqrt(found.variance[read])
        np.testing.assert_allclose(inside.mean(), 0.9, atol=COVER)
    acts = problem.readings.graded["acts"]
    chance = expect_graded(
        acts, problem.readings.traits(2), params.graded["acts"], filtered.predicted
    )
    np.testing.assert_allclose(chance.sum(axis=-1), 1.0, atol=1e-12)
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0)):
        some = (chance[..., 2] >= low) & (chance[..., 2] < high)
        happened = (acts.grade[some] == 2).mean()
        np.testing.assert_allclose(happened, chance[..., 2][some].mean(), atol=COVER)
