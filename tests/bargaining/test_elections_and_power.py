from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.bargaining.election import contest, contest_by_distance, election, twins_of
from realpolitik.bargaining.outcome import NotApplicable
from realpolitik.bargaining.power import power_indices
from realpolitik.bargaining.spatial import bargain, distances, play_spatial, prevail, support

EXACT = 1e-10
games = st.integers(0, 100_000)


def by_permutations(weight: np.ndarray, quota: float) -> tuple[np.ndarray, np.ndarray]:
    """Both indices from all orders and all coalitions."""
    count = len(weight)
    pivots, swings = np.zeros(count), np.zeros(count)
    orders = list(itertools.permutations(range(count)))
    for order in orders:
        total = np.cumsum(weight[list(order)])
        pivots[order[int(np.argmax(total >= quota))]] += 1 / len(orders)
    for size in range(count + 1):
        for members in itertools.combinations(range(count), size):
            inside = weight[list(members)].sum() if members else 0.0
            for actor in members:
                swings[actor] += inside >= quota > inside - weight[actor]
    return pivots, swings / swings.sum()


@settings(deadline=None, max_examples=15)
@given(games, st.booleans())
def test_power_equals_all_orders_and_all_coalitions(seed: int, whole: bool) -> None:
    generator = np.random.default_rng(seed)
    weight = generator.integers(1, 9, 6).astype(float) if whole else generator.uniform(0.1, 1, 6)
    quota = float(weight.sum() // 2 + 1) if whole else 0.6 * float(weight.sum())
    found = power_indices(weight[:, None], quota)
    pivots, swings = by_permutations(weight, quota)
    np.testing.assert_allclose(found.shapley_shubik[:, 0], pivots, atol=EXACT)
    np.testing.assert_allclose(found.banzhaf[:, 0], swings, atol=EXACT)


@given(st.integers(0, 500))
def test_the_programme_equals_enumeration(seed: int) -> None:
    weight = np.random.default_rng(seed).integers(0, 30, 9).astype(float)
    if weight.sum() == 0:
        return
    quota = float(weight.sum() // 2 + 1)
    whole = power_indices(weight[:, None], quota)
    # the same game in halves of a vote goes through every coalition
    halves = power_indices(weight[:, None] / 2 + 0.0, quota / 2)
    listed = power_indices(weight[:, None] * 0.3, quota * 0.3)
    for other in (halves, listed):
        np.testing.assert_allclose(whole.shapley_shubik, other.shapley_shubik, atol=EXACT)
        np.testing.assert_allclose(whole.banzhaf, other.banzhaf, atol=EXACT)


def test_power_of_many_actors() -> None:
    weight = np.ones((41, 1))
    found = power_indices(weight, 21.0)
    np.testing.assert_allclose(found.shapley_shubik, 1 / 41, atol=EXACT)
    with pytest.raises(NotApplicable, match="41 actors need whole-number weights"):
        power_indices(weight * 0.37, 10.0)


def test_a_dictator_and_dummies() -> None:
    found = power_indices(np.array([[5.5], [1.0], [1.0]]), 5.0)
    np.testing.assert_allclose(found.shapley_shubik[:, 0], [1, 0, 0], atol=EXACT)
    np.testing.assert_allclose(found.banzhaf[:, 0], [1, 0, 0], atol=EXACT)


def test_contest_by_hand() -> None:
    position = np.array([[0.0], [40.0], [100.0]])
    weight = np.array([[2.0], [1.0], [1.0]])
    # 0 against 100: the first votes 2 x 100, the second 1 x 20, the third 1 x 100
    assert contest(position, weight)[0, 2, 0] == pytest.approx(220 / 320, abs=EXACT)
    assert contest(position, weight, "binary")[0, 2, 0] == pytest.approx(3 / 4, abs=EXACT)


def test_conditional_and_markov_elections_by_hand() -> None:
    position = np.array([[0.0], [100.0], [100.0]])
    chance = contest(position, np.array([[1.0], [3.0], [5.0]]))
    twins = twins_of(position)
    np.testing.assert_array_equal(twins[:, 0], [1, 2, 2])
    for rule in ("conditional", "markov"):
        odds = election(chance, twins, rule)[:, 0]  # type: ignore[arg-type]
        np.testing.assert_allclose(odds, [1 / 9, 4 / 9, 4 / 9], atol=EXACT)


@given(games)
def test_the_markov_election_is_its_own_successor(seed: int) -> None:
    generator = np.random.default_rng(seed)
    position = generator.uniform(0, 100, (5, 1))
    chance = contest(position, generator.uniform(0.1, 1, (5, 1)))[..., 0]
    held = election(chance[..., None], np.ones((5, 1)), "markov")[:, 0]
    after = ((held[:, None] + held) * chance).sum(1) / 5
    # P_ii = 1/2 counts the standing position's meeting with itself once
    np.testing.assert_allclose(after, held, atol=1e-9)


@given(games, st.sampled_from(["conditional", "markov"]))
def test_a_split_actor_leaves_the_election_alone(seed: int, rule: str) -> None:
    generator = np.random.default_rng(seed)
    position, weight = generator.uniform(0, 100, (4, 1)), generator.uniform(0.1, 1, (4, 1))
    twice = np.concatenate([position, position[:1]])
    shares = np.concatenate([weight, weight[:1] / 2])
    shares[0] /= 2

    def centre(x: np.ndarray, w: np.ndarray) -> float:
        odds = election(contest(x, w), twins_of(x), rule)  # type: ignore[arg-type]
        return float((odds * x).sum())

    assert centre(twice, shares) == pytest.approx(centre(position, weight), abs=1e-7)


def board(seed: int, count: int = 5, dims: int = 2, draws: int = 1) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(seed)
    return (
        generator.uniform(0, 100, (count, dims, draws)),
        generator.uniform(0.1, 1, (count, draws)),
        generator.uniform(0.1, 1, (count, dims, draws)),
    )


SPAN = np.array([100.0, 100.0])


def test_support_equals_the_loop_over_third_parties() -> None:
    position, weight, salience = board(3)
    distance = distances(position, position, salience, SPAN)
    kinds = np.array([0, 1, 2, 1, 0])
    wanted = np.zeros((5, 5))
    for i, j in itertools.permutations(range(5), 2):
        for k in range(5):
            own, a, b = 1.0, 1 - distance[k, i, 0], 1 - distance[k, j, 0]
            if k == i:
                wanted[i, j] += weight[k, 0] * (a - b)
            elif k != j and a > b:
                stake = ((own + a) - (own + b), (own + a) - 2 * b, 2 * a - 2 * b)[kinds[k]] / 2
                wanted[i, j] += weight[k, 0] * stake
    found = support(distance, weight, kinds)[..., 0]
    np.testing.assert_allclose(found, wanted, atol=EXACT)


def test_commitment_strengthens_the_side_a_third_party_takes() -> None:
    position, weight, salience = board(8, count=3)
    position[2] = 0.9 * position[0] + 0.1 * position[1]
    chances = [
        prevail(position, weight, salience, SPAN, np.array([0, 0, kind]))[0, 1, 0]
        for kind in (0, 2)
    ]
    assert chances[0] < chances[1]


@settings(deadline=None, max_examples=20)
@given(games)
def test_bargains_lie_between_positions_and_do_not_depend_on_order(seed: int) -> None:
    position, weight, salience = board(seed, draws=3)
    kinds = np.zeros(5, dtype=int)
    chance = prevail(position, weight, salience, SPAN, kinds)
    moved = bargain(position, weight, salience, SPAN, chance)
    assert (moved <= position.max(0) + EXACT).all()
    assert (moved >= position.min(0) - EXACT).all()
    order = np.random.default_rng(seed).permutation(5)
    again = bargain(
        position[order], weight[order], salience[order], SPAN, chance[np.ix_(order, order)]
    )
    np.testing.assert_allclose(again, moved[order], atol=1e-8)


def test_each_side_yields_where_it_cares_less() -> None:
    position = np.array([[[0.0], [0.0]], [[100.0], [100.0]]])
    salience = np.array([[[0.9], [0.1]], [[0.1], [0.9]]])
    weight = np.ones((2, 1))
    chance = prevail(position, weight, salience, SPAN, np.zeros(2, dtype=int))
    moved = bargain(position, weight, salience, SPAN, chance)[0, :, 0]
    np.testing.assert_allclose(moved, [10.0, 90.0], atol=EXACT)


def test_spatial_bargaining_comes_to_rest_and_draws_are_apart() -> None:
    position, capability, salience = board(11, draws=8)
    kinds = np.zeros(5, dtype=int)
    track = play_spatial(position, capability, salience, SPAN, kinds, rounds=200)
    assert track.settled.all()
    np.testing.assert_allclose(track.chance.sum(0), 1.0, atol=EXACT)
    for m in range(8):
        alone = play_spatial(
            position[..., [m]], capability[:, [m]], salience[..., [m]], SPAN, kinds, rounds=200
        )
        np.testing.assert_allclose(alone.outcome[-1, :, 0], track.outcome[-1, :, m], atol=1e-8)


def test_contest_by_distance_agrees_in_one_dimension() -> None:
    position, weight, _ = board(4, dims=1)
    gap = distances(position, position, np.ones_like(position), SPAN[:1])
    np.testing.assert_allclose(
        contest_by_distance(gap, weight), contest(position[:, 0], weight), atol=EXACT
    )
