"""Phases against enumeration, a known break and another program."""

import itertools

import numpy as np
import pytest
import ruptures

from realpolitik.measures.phases import (
    choose_turns,
    draw_paths,
    draw_turns,
    segment_weights,
    tail_evidence,
)

EXACT = 1e-9  # the recursion and the sum over all partitions are the same number
SIX_ERRORS = 6 * 0.5 / np.sqrt(20_000)  # six Monte Carlo standard errors of a share
HAZARD = 0.2


def _enumerate(weights, steps):
    """Evidence and turn probabilities by a sum over all 2^(T-1) partitions."""
    total, opened = 0.0, np.zeros(steps)
    for turns in itertools.product([False, True], repeat=steps - 1):
        bounds = [0, *(t + 1 for t, turn in enumerate(turns) if turn), steps]
        log = sum(weights[a, b] for a, b in itertools.pairwise(bounds))
        log += sum(turns) * np.log(HAZARD) + (steps - 1 - sum(turns)) * np.log1p(-HAZARD)
        total += np.exp(log)
        for bound in bounds[1:-1]:
            opened[bound] += np.exp(log)
    return np.log(total), opened / total


def test_recursion_and_draws_equal_enumeration():
    path = np.array([[0.1, 0.4, -0.2, 1.9, 2.2, 1.7, 0.3, 0.1]])
    weights = segment_weights(path)
    evidence, opened = _enumerate(weights[0], path.shape[1])
    np.testing.assert_allclose(tail_evidence(weights, HAZARD)[0, 0], evidence, atol=EXACT)
    many = np.repeat(weights, 20_000, axis=0)
    drawn = draw_turns(many, HAZARD, np.random.default_rng(1)).mean(axis=0)
    np.testing.assert_allclose(drawn, opened, atol=SIX_ERRORS)


def test_a_segment_weight_is_the_integral_over_level_and_spread():
    path = np.array([[0.5, -0.7, 0.9]])
    centred = path[0] - path[0].mean()
    variance = np.exp(np.linspace(np.log(1e-4), np.log(1e4), 4001))
    level = np.linspace(-40, 40, 8001)
    density = np.zeros_like(variance)
    for k, v in enumerate(variance):
        sd = np.sqrt(v / 0.09)
        prior = np.exp(-0.5 * (level / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        like = np.prod(
            [np.exp(-0.5 * (y - level) ** 2 / v) / np.sqrt(2 * np.pi * v) for y in centred], 0
        )
        density[k] = np.trapezoid(prior * like, level)
    inverse_gamma = 0.18**3 / 2.0 * variance**-4.0 * np.exp(-0.18 / variance)
    exact = np.log(np.trapezoid(density * inverse_gamma, variance))
    np.testing.assert_allclose(segment_weights(path)[0, 0, 3], exact, atol=1e-3)


def test_a_clear_break_is_found_where_ruptures_finds_it():
    draw = np.random.default_rng(4)
    path = np.concatenate([draw.normal(0.8, 0.2, 25), draw.normal(-0.9, 0.2, 20)])
    paths = np.repeat(path[None], 400, axis=0)
    turns = choose_turns(draw_turns(segment_weights(paths), 0.1, draw))
    other = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(path[:, None]).predict(n_bkps=1)
    assert turns == [25]
    assert other[0] == turns[0]


@pytest.mark.parametrize("seed", range(5))
def test_several_breaks_are_those_of_ruptures(seed):
    draw = np.random.default_rng(seed)
    lengths, levels = (22, 9, 18, 14), (0.8, -0.5, 0.5, -0.9)
    path = np.concatenate([draw.normal(m, 0.2, n) for m, n in zip(levels, lengths, strict=True)])
    paths = np.repeat(path[None], 400, axis=0)
    turns = choose_turns(draw_turns(segment_weights(paths), 0.1, draw))
    other = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(path[:, None]).predict(n_bkps=3)
    assert len(turns) == 3
    np.testing.assert_allclose(turns, other[:-1], atol=1)  # turns one step apart count as one


def test_noise_alone_has_no_turn():
    draw = np.random.default_rng(9)
    paths = draw.normal(0.0, 0.2, (400, 40))
    assert choose_turns(draw_turns(segment_weights(paths), 0.1, draw)) == []


def test_drawn_paths_have_the_given_moments():
    mean, sd = np.array([0.0, 1.0, -0.5]), np.array([0.5, 0.8, 0.3])
    change_sd = np.array([np.nan, 0.6, 0.7])
    paths = draw_paths(mean, sd, change_sd, 200_000, np.random.default_rng(2))
    np.testing.assert_allclose(paths.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(paths.std(axis=0), sd, rtol=0.02)
    np.testing.assert_allclose(np.diff(paths, axis=1).std(axis=0), change_sd[1:], rtol=0.02)


@pytest.mark.parametrize("count", [1, 2])
def test_turns_closer_than_the_window_are_one(count):
    opened = np.zeros((10, 12), dtype=bool)
    opened[:, 5] = True
    opened[: 10 // count, 6] = True
    assert choose_turns(opened) == [5]
