"""Structural balance: toys, a brute-force oracle, switching, null models."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.measures.balance import (
    disagreements,
    expected_triangle_index,
    frustration,
    triangle_index,
)
from realpolitik.measures.balance_null import permuted_signs, rewired, uncertain_balance

EXACT = 1e-12


def network(states: int, ties: dict[tuple[int, int], int]) -> np.ndarray:
    signed = np.zeros((states, states))
    for (i, j), sign in ties.items():
        signed[i, j] = signed[j, i] = sign
    return signed


def complete(states: int, enemies: set[tuple[int, int]]) -> np.ndarray:
    pairs = itertools.combinations(range(states), 2)
    return network(states, {pair: -1 if pair in enemies else 1 for pair in pairs})


@st.composite
def networks(draw: st.DrawFn, most: int = 9) -> np.ndarray:
    states = draw(st.integers(2, most))
    pairs = list(itertools.combinations(range(states), 2))
    signs = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=len(pairs), max_size=len(pairs)))
    return network(states, dict(zip(pairs, signs, strict=True)))


def brute_force(signed: np.ndarray) -> int:
    """Fewest disagreements over all 2^(n-1) divisions."""
    states = len(signed)
    first, second = np.nonzero(np.triu(signed, 1))
    sign = signed[first, second]
    rest = np.arange(2 ** (states - 1))[:, None]
    camps = ((rest >> np.arange(states)) & 1).astype(bool)
    apart = camps[:, first] != camps[:, second]
    return int((apart == (sign > 0)).sum(axis=1).min())


@pytest.mark.parametrize(
    ("enemies", "balanced"),
    [
        (set(), 1.0),
        ({(0, 1)}, 0.0),
        ({(0, 1), (0, 2)}, 1.0),
        ({(0, 1), (0, 2), (1, 2)}, 0.0),
    ],
)
def test_triangles_of_three(enemies: set[tuple[int, int]], balanced: float) -> None:
    signed = complete(3, enemies)
    np.testing.assert_allclose(triangle_index(signed), balanced, atol=EXACT)
    assert frustration(signed).index == int(balanced == 0)


def test_four_with_one_enmity() -> None:
    signed = complete(4, {(0, 1)})
    np.testing.assert_allclose(triangle_index(signed), 0.5, atol=EXACT)
    result = frustration(signed)
    assert (result.index, result.bound, result.exact, result.ties) == (1, 1, True, 6)
    np.testing.assert_allclose(result.normalised, 1 - 2 / 6, atol=EXACT)


def test_two_camps_of_two() -> None:
    signed = complete(4, {(0, 2), (0, 3), (1, 2), (1, 3)})
    np.testing.assert_allclose(triangle_index(signed), 1.0, atol=EXACT)
    result = frustration(signed)
    assert (result.index, result.exact) == (0, True)
    assert result.camp[0] == result.camp[1] != result.camp[2] == result.camp[3]


def test_ring_of_four_has_no_triangle() -> None:
    signed = network(4, {(0, 1): 1, (1, 2): 1, (2, 3): 1, (0, 3): -1})
    assert np.isnan(triangle_index(signed))
    assert frustration(signed).index == 1


def test_no_ties() -> None:
    result = frustration(np.zeros((3, 3)))
    assert (result.index, result.exact, result.ties) == (0, True, 0)
    assert np.isnan(result.normalised)


@given(networks())
@settings(max_examples=40, deadline=None)
def test_optimum_equals_brute_force(signed: np.ndarray) -> None:
    result = frustration(signed)
    assert result.exact
    assert result.index == result.bound == brute_force(signed)


@pytest.mark.parametrize("seed", range(3))
def test_optimum_equals_brute_force_at_twelve(seed: int) -> None:
    draw = np.triu(np.random.default_rng(seed).choice([-1.0, 1.0], size=(12, 12)), 1)
    signed = draw + draw.T
    result = frustration(signed)
    assert result.exact
    assert result.index == brute_force(signed)
    first, second = np.nonzero(np.triu(signed, 1))
    assert disagreements(result.camp, first, second, signed[first, second]) == result.index


@given(networks(), st.data())
@settings(max_examples=40, deadline=None)
def test_switching_a_state_changes_nothing(signed: np.ndarray, data: st.DataObject) -> None:
    state = data.draw(st.integers(0, len(signed) - 1))
    switched = signed.copy()
    switched[state] *= -1
    switched[:, state] *= -1
    np.testing.assert_allclose(triangle_index(switched), triangle_index(signed), atol=EXACT)
    assert frustration(switched).index == frustration(signed).index


@given(networks(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_relabelling_changes_nothing(signed, random) -> None:  # type: ignore[no-untyped-def]
    order = random.sample(range(len(signed)), len(signed))
    moved = signed[np.ix_(order, order)]
    np.testing.assert_allclose(triangle_index(moved), triangle_index(signed), atol=EXACT)
    assert frustration(moved).index == frustration(signed).index


def test_a_search_cut_short_says_so() -> None:
    draw = np.triu(np.random.default_rng(3).choice([-1.0, 1.0], size=(45, 45)), 1)
    result = frustration(draw + draw.T, seconds=0.2)
    assert not result.exact
    assert result.bound < result.index


def test_expected_index_is_the_mean_over_all_signs() -> None:
    chance = {(0, 1): 0.9, (1, 2): 0.6, (0, 2): 0.3, (2, 3): 0.2, (1, 3): 0.7}
    lean, tie = np.zeros((4, 4)), np.zeros((4, 4))
    for (i, j), positive in chance.items():
        lean[i, j] = lean[j, i] = 2 * positive - 1
        tie[i, j] = tie[j, i] = 1
    total = 0.0
    for signs in itertools.product([1, -1], repeat=len(chance)):
        weight = np.prod(
            [p if s > 0 else 1 - p for p, s in zip(chance.values(), signs, strict=True)]
        )
        total += weight * float(triangle_index(network(4, dict(zip(chance, signs, strict=True)))))
    np.testing.assert_allclose(expected_triangle_index(lean, tie), total, atol=EXACT)


def sparse(seed: int, states: int = 15) -> np.ndarray:
    draw = np.triu(
        np.random.default_rng(seed).choice(
            [-1.0, 0.0, 1.0], p=[0.15, 0.6, 0.25], size=(states,) * 2
        ),
        1,
    )
    return draw + draw.T


def test_permuted_signs_keep_places_and_numbers() -> None:
    signed = np.repeat(np.stack([sparse(1), sparse(4), np.zeros((15, 15))]), 50, axis=0)
    drawn = permuted_signs(signed, np.random.default_rng(1))
    np.testing.assert_array_equal(np.abs(drawn), np.abs(signed))
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), signed.sum(axis=(1, 2)))
    np.testing.assert_array_equal(drawn, drawn.transpose(0, 2, 1))
    assert len(np.unique(drawn[:50].reshape(50, -1), axis=0)) > 40


def test_permuted_signs_give_every_tie_the_same_chance() -> None:
    signed = network(4, {(0, 1): -1, (1, 2): 1, (2, 3): 1})
    drawn = permuted_signs(np.tile(signed, (6000, 1, 1)), np.random.default_rng(2))
    share = (drawn[:, [0, 1, 2], [1, 2, 3]] < 0).mean(axis=0)
    # six Monte Carlo standard errors of a share of 1/3 in 6000 draws
    np.testing.assert_allclose(share, 1 / 3, atol=6 * (2 / 9 / 6000) ** 0.5)


def test_rewired_keeps_each_states_friends_and_enemies() -> None:
    signed = np.repeat(np.stack([sparse(2), sparse(5), np.zeros((15, 15))]), 50, axis=0)
    drawn = rewired(signed, np.random.default_rng(2))
    for sign in (1, -1):
        np.testing.assert_array_equal((drawn == sign).sum(axis=2), (signed == sign).sum(axis=2))
    np.testing.assert_array_equal(drawn, drawn.transpose(0, 2, 1))
    assert (np.diagonal(drawn, axis1=1, axis2=2) == 0).all()
    assert len(np.unique(drawn[:50].reshape(50, -1), axis=0)) > 40


def test_uncertain_balance_is_certain_when_the_signs_are() -> None:
    signed = np.stack([complete(4, {(0, 1)}), np.zeros((4, 4))])
    positive = np.where(signed == 0, np.nan, (signed + 1) / 2)
    result = uncertain_balance(positive, draws=3)
    np.testing.assert_allclose(result.triads, [0.5, np.nan], atol=EXACT)
    np.testing.assert_allclose(result.frustration, [1.0, np.nan], atol=EXACT)
    np.testing.assert_allclose(result.upper - result.lower, [0.0, np.nan], atol=EXACT)
    np.testing.assert_array_equal(result.ties, [6, 0])


def test_uncertain_balance_of_one_triangle() -> None:
    positive = np.full((1, 3, 3), 0.8)
    result = uncertain_balance(positive, draws=400, seed=1)
    unbalanced = 0.5 * (1 - 0.6**3)
    np.testing.assert_allclose(result.triads, [1 - unbalanced], atol=EXACT)
    # six Monte Carlo standard errors of a share in 400 draws
    np.testing.assert_allclose(result.frustration, [unbalanced], atol=6 * 0.5 / 20)
