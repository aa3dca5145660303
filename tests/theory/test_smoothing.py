"""The smoother against the exact conditional of a dense Gaussian, and draws against both."""

from __future__ import annotations

import dataclasses
import operator
from typing import NamedTuple

import numpy as np
import pytest

from realpolitik.inference import filter_relation
from realpolitik.inference.filtering import filter_moments
from realpolitik.inference.smoothing import draw_paths, smooth_relation
from realpolitik.theory import Inertia, Inputs, NeoclassicalRealism
from realpolitik.theory.arrays import jax
from realpolitik.theory.inputs import dyad_order
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

EXACT = 1e-8  # a dense inverse of 60 readings against 5 steps of gains
DRAWS = 4000
MONTE_CARLO = 6.0  # standard errors
N, T = 3, 5
D = N * (N - 1)
TRUTH = {
    "speed": np.array([0.3, 0.5, 0.4]),
    "reciprocity": 0.15,
    "alliance_pull": 0.1,
    "triad_pull": 0.2,
    "innovation_sd": 0.3,
    "pair_corr": 0.35,
    "level": np.array([0.2, -0.4]),
    "loading": np.array([1.7]),
    "series_sd": np.array([0.3, 0.5]),
    "stimulus_weights": np.array([0.5, -0.7, 0.4]),
    "intent_slope": 0.8,
    "negativity": 0.25,
    "clarity_level": 0.3,
    "clarity_slopes": np.array([0.9, -0.4, 0.2]),
    "gate_level": -0.2,
    "gate_slopes": np.array([0.7, 0.3, 0.5, -0.2, 0.4]),
    "environment_level": -0.5,
    "environment_slopes": np.array([0.6, -0.3]),
    "leader_sd": 0.6,
    "culture_weight": 0.7,
    "preference_weights": np.array([0.45]),
}
FULL = NeoclassicalRealism()


@pytest.fixture(scope="module")
def given() -> Inputs:
    """Two series, missing readings, readings of both directions, and changes of leader.

    Both leaders of the first pair change at step 2, one of them again at step 4, the last.
    """
    one = inputs(World(states=N, steps=T), 5)
    leader = np.array([[0, 0, 0], [0, 0, 1], [1, 1, 1], [1, 1, 1], [1, 2, 0]])
    conditions = dataclasses.replace(
        one.conditions, leader=leader, culture=np.linspace(-0.5, 0.8, T * D).reshape(T, D)
    )
    wide = Inputs(
        conditions,
        np.zeros((T, D, 2)),
        np.full((T, D, 2), 0.05),
        own=np.linspace(0.5, 1.2, T * D).reshape(T, D),
        other=np.linspace(0.6, -0.5, T * D).reshape(T, D),
    )
    drawn = simulate(FULL, FULL.complete(TRUTH, wide.sizes), wide, 3).inputs
    reading = drawn.reading.copy()
    reading[1, 0, 0] = reading[2, 4] = reading[3, 0] = reading[3, 3] = np.nan
    return dataclasses.replace(drawn, reading=reading)


class Dense(NamedTuple):
    """Posterior of relations, images in office (T, D) and offsets (D,), laid end to end."""

    mean: np.ndarray
    cov: np.ndarray


def prior(given: Inputs, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and covariance of offsets, images by spell and disturbances; images' columns."""
    leader, source = given.conditions.leader, dyad_order(N)[0]
    spell = np.cumsum(np.vstack([np.zeros(N), np.diff(leader, axis=0) != 0]), axis=0).astype(int)
    column = D * (1 + spell[:, source]) + np.arange(D)
    mean, cov = np.zeros(D * (1 + 2 * T)), np.eye(D * (1 + 2 * T))
    cov[D : D * (1 + T), D : D * (1 + T)] *= TRUTH["leader_sd"] ** 2
    for t in reversed(range(T)):  # the first step of a spell is written last
        mean[column[t]] = TRUTH["culture_weight"] * given.conditions.culture[t]
        block = np.eye(D) + TRUTH["pair_corr"] * np.roll(np.eye(D), D // 2, axis=0)
        here = slice(D * (1 + T + t), D * (2 + T + t))
        cov[here, here] = block * np.outer(sd[t], sd[t])
    return mean, cov, column


def dense(given: Inputs) -> Dense:
    """Condition everything on all readings at once, given each step's coefficients."""
    params = FULL.complete(TRUTH, given.sizes)
    moments = filter_moments(FULL, params, given)
    move = moments.move
    start = FULL.initial(params, jax.tree_util.tree_map(lambda part: part[0], given.conditions))
    sd = np.vstack([start.sd, move.sd[:-1]])
    mean, cov, column = prior(given, sd)
    back = np.roll(np.arange(D), D // 2)
    rows = np.arange(D)
    load, centre = np.zeros((T, D, len(mean))), np.zeros((T, D))
    for t in range(T):
        step = start if t == 0 else jax.tree_util.tree_map(operator.itemgetter(t - 1), move)
        load[t, rows, D * (1 + T + t) + rows] = 1.0
        load[t, rows, rows] += step.offset
        load[t, rows, column[max(t - 1, 0)]] += step.image
        centre[t] = step.constant
        if t:
            own, other = np.asarray(step.own), np.asarray(step.other)
            load[t] += own[:, None] * load[t - 1] + other[:, None] * load[t - 1, back]
            centre[t] += own * centre[t - 1] + other * centre[t - 1, back]
    loading = np.append(1.0, TRUTH["loading"])
    seen = ~np.isnan(given.reading)
    own, other = given.own[..., None], given.other[..., None]
    both, known = own * load + other * load[:, back], own[..., 0] * centre
    known = known + other[..., 0] * centre[:, back]
    level = TRUTH["level"] * (own + other)
    matrix = np.stack([loading[m] * both[t, d] for t, d, m in np.argwhere(seen)])
    expected = (level + loading * known[..., None])[seen] + matrix @ mean
    noise = (given.reading_var + TRUTH["series_sd"] ** 2)[seen]
    gain = cov @ matrix.T @ np.linalg.inv(matrix @ cov @ matrix.T + np.diag(noise))
    after = mean + gain @ (given.reading[seen] - expected)
    left = cov - gain @ matrix @ cov
    unit = np.eye(len(mean))
    want = np.concatenate([load.reshape(T * D, -1), unit[column].reshape(T * D, -1), unit[:D]])
    shift = np.concatenate([centre.ravel(), np.zeros(T * D + D)])
    return Dense(want @ after + shift, want @ left @ want.T)


@pytest.fixture(scope="module")
def oracle(given: Inputs) -> Dense:
    return dense(given)


def test_smoother_equals_a_dense_gaussian(given: Inputs, oracle: Dense) -> None:
    found = smooth_relation(FULL, FULL.complete(TRUTH, given.sizes), given)
    parts = (found.mean, found.image_mean, found.offset_mean)
    mean = np.concatenate([np.ravel(part) for part in parts])
    np.testing.assert_allclose(mean, oracle.mean, atol=EXACT)
    variances = (found.var, found.image_var, found.offset_var)
    var = np.concatenate([np.ravel(part) for part in variances])
    np.testing.assert_allclose(var, np.diag(oracle.cov), atol=EXACT)
    back = np.roll(np.arange(T * D).reshape(T, D), D // 2, axis=1)
    cross = oracle.cov[np.arange(T * D).reshape(T, D), back]
    np.testing.assert_allclose(found.cross, cross, atol=EXACT)


def test_smoother_ends_where_the_filter_does_and_knows_more_before(given: Inputs) -> None:
    params = FULL.complete(TRUTH, given.sizes)
    found, filtered = smooth_relation(FULL, params, given), filter_relation(FULL, params, given)
    np.testing.assert_allclose(found.mean[-1], filtered.mean[-1], atol=EXACT)
    assert np.all(found.var[:-1] < filtered.var[:-1])


def test_a_change_of_leader_shuts_the_door_on_images(given: Inputs) -> None:
    """What a new leader's image turns out to be moves the old one's only through relations."""
    params = FULL.complete(TRUTH, given.sizes)
    found = smooth_relation(FULL, params, given)
    at_last = np.asarray(given.conditions.leader[-1] != given.conditions.leader[-2])
    new = np.asarray(at_last[dyad_order(N)[0]])
    assert 0 < new.sum() < D
    expected = TRUTH["culture_weight"] * given.conditions.culture[-1]
    np.testing.assert_allclose(found.image_mean[-1][new], expected[new], atol=EXACT)
    np.testing.assert_allclose(found.image_var[-1][new], TRUTH["leader_sd"] ** 2, atol=EXACT)
    assert np.all(found.image_var[-1][~new] < TRUTH["leader_sd"] ** 2 - EXACT)


def test_draws_have_the_joint_moments(given: Inputs, oracle: Dense) -> None:
    drawn = draw_paths(FULL, FULL.complete(TRUTH, given.sizes), given, seed=2, draws=DRAWS)
    flat = [part.reshape(DRAWS, -1) for part in (drawn.relation, drawn.image, drawn.offset)]
    found = np.concatenate(flat, axis=1)
    sd = np.sqrt(np.diag(oracle.cov))
    error = np.abs(found.mean(axis=0) - oracle.mean)
    assert np.all(error < MONTE_CARLO * sd / np.sqrt(DRAWS))
    spread = np.cov(found, rowvar=False)
    scale = np.sqrt((np.outer(sd, sd) ** 2 + oracle.cov**2) / DRAWS)
    assert np.all(np.abs(spread - oracle.cov) < MONTE_CARLO * scale)
    largest = np.abs(oracle.cov - np.diag(np.diag(oracle.cov))).max()
    assert largest > MONTE_CARLO * scale.max()


def test_without_images_nothing_is_divided_by_zero(given: Inputs) -> None:
    theory = Inertia()
    params = theory.complete({name: TRUTH[name] for name in theory.free}, given.sizes)
    found = smooth_relation(theory, params, given)
    np.testing.assert_array_equal(found.image_var, 0.0)
    assert np.all(np.isfinite(found.mean))
    assert np.all(found.var > 0)
    drawn = draw_paths(theory, params, given, seed=1, draws=3)
    assert np.all(np.isfinite(drawn.relation))
    more = draw_paths(theory, params, given, seed=1, draws=5)
    np.testing.assert_allclose(more.relation[:3], drawn.relation, rtol=EXACT)
