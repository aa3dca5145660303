from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.bargaining import packages, points, ratification, trust

# Bisection and the simplex end within this of the exact point on scales of 100.
CLOSE = 1e-6
# SLSQP stops when the log of the product is within 1e-12; the point is then good to its root.
NUMERICAL = 2e-3
GRID = np.linspace(-50, 150, 20_001)
games = st.integers(0, 100_000)


def parties(seed: int, count: int = 2, dims: int = 1) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(seed)
    ideal = generator.uniform(0, 100, (count, dims))
    held = np.repeat(generator.uniform(0, 100, (1, dims)), count, axis=0)
    return ideal, held, generator.uniform(0.1, 1, (count, dims))


@settings(deadline=None)
@given(games, st.integers(2, 4))
def test_nash_has_the_largest_product_on_a_grid(seed: int, count: int) -> None:
    ideal, held, _ = parties(seed, count)
    power = np.random.default_rng(seed).uniform(0.5, 2, (count, 1))
    low, high = points.zone(ideal, held)
    best = points.nash_point(ideal, held, power, low, high)[0]

    def score(place: np.ndarray) -> np.ndarray:
        gain = np.abs(held - ideal) - np.abs(place[None] - ideal)
        inside = (gain > 0).all(0)
        return np.where(inside, (power * np.log(np.where(gain > 0, gain, 1))).sum(0), -np.inf)

    top = score(GRID).max()
    if np.isfinite(top):
        assert score(np.array([best]))[0] >= top - CLOSE


@settings(deadline=None)
@given(games, st.integers(2, 4))
def test_kalai_smorodinsky_has_the_largest_smallest_share_on_a_grid(seed: int, count: int) -> None:
    ideal, held, _ = parties(seed, count)
    place = points.kalai_smorodinsky_point(ideal, held)[0]
    gain = np.abs(held - ideal) - np.abs(GRID[None] - ideal)
    inside = (gain >= 0).all(0)
    hope = np.where(inside, gain, -np.inf).max(1)
    if inside.any() and (hope > 0.1).all():
        shares = np.where(inside, (gain / hope[:, None]).min(0), -np.inf)
        own = (np.abs(held - ideal) - np.abs(place - ideal))[:, 0]
        step = GRID[1] - GRID[0]
        assert (own / hope).min() >= shares.max() - step / hope.min()


@settings(deadline=None, max_examples=60)
@given(games, st.sampled_from(["nash", "kalai-smorodinsky"]))
def test_two_roads_to_a_package_of_two_parties(seed: int, rule: str) -> None:
    ideal, held, stake = parties(seed, 2, 3)
    power = np.array([1.0, 1.6]) if rule == "nash" else np.ones(2)
    _, gain = packages.two_party_deal(
        ideal[..., None], held[..., None], stake[..., None], rule=rule, power=power[:, None]
    )
    deal = packages.many_party_deal(ideal, held, stake, rule=rule, power=power)
    if np.isnan(gain).any() or np.isnan(deal.gain).any():
        assert np.isnan(gain).any() == np.isnan(deal.gain).any() or np.nanmax(gain) < CLOSE
    elif (deal.gain > 0.05).all():
        np.testing.assert_allclose(gain[:, 0], deal.gain, atol=NUMERICAL * 100)


@given(games)
def test_no_package_on_a_grid_beats_the_frontier(seed: int) -> None:
    ideal, held, stake = (part[..., None] for part in parties(seed, 2, 2))
    _, corners = packages.frontier(ideal, held, stake)
    places = np.random.default_rng(seed).uniform(0, 100, (300, 2))
    for place in places:
        first, second = packages.gains(place[:, None], ideal, held, stake)[:, 0]
        # the most the second party can get while the first gets as much
        order = corners[:, 0, 0]
        most = np.interp(-first, -order, corners[:, 1, 0], left=np.inf, right=-np.inf)
        assert second <= (corners[-1, 1, 0] if first < order[-1] else most) + CLOSE


def test_linkage_buys_what_one_question_cannot() -> None:
    # each party wants to move one question that the other wants to leave
    ideal = np.array([[0.0, 100.0], [100.0, 0.0]])[..., None]
    held = np.zeros((2, 2, 1))
    stake = np.array([[0.001, 0.01], [0.01, 0.001]])[..., None]
    alone = points.zone(ideal[:, 0], held[:, 0])
    assert alone[0] == alone[1] == 0.0
    place, gain = packages.two_party_deal(ideal, held, stake, rule="nash", power=np.ones((2, 1)))
    np.testing.assert_allclose(place[:, 0], 100.0, atol=CLOSE)
    np.testing.assert_allclose(gain[:, 0], 0.9, atol=CLOSE)


def test_parties_who_gain_only_at_the_others_cost_have_no_package() -> None:
    ideal = np.array([[0.0, 0.0], [100.0, 100.0]])[..., None]
    held = np.full((2, 2, 1), 50.0)
    stake = np.full((2, 2, 1), 0.01)
    _, gain = packages.two_party_deal(ideal, held, stake, rule="nash", power=np.ones((2, 1)))
    assert np.nan_to_num(gain).max() < CLOSE


@settings(deadline=None, max_examples=15)
@given(games)
def test_a_package_of_three_is_not_beaten_nearby(seed: int) -> None:
    ideal, held, stake = parties(seed, 3, 2)
    deal = packages.many_party_deal(ideal, held, stake, rule="nash", power=np.ones(3))
    if np.isnan(deal.gain).any() or (deal.gain < 0.05).any():
        return
    score = np.log(deal.gain).sum()
    for step in np.random.default_rng(seed).normal(0, 1, (200, 2)):
        gain = packages.gains(deal.position + step, ideal, held, stake)
        assert (gain <= 0).any() or np.log(np.maximum(gain, 1e-300)).sum() <= score + CLOSE


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_rubinstein_leaves_both_sides_indifferent(first: float, second: float) -> None:
    share = points.rubinstein_share(first, second)
    reply = points.rubinstein_share(second, first)
    # the responder gets what waiting to offer itself would be worth
    assert 1 - share == pytest.approx(second * reply, abs=1e-12)


@given(st.floats(0, 1), st.floats(0.001, 1), st.floats(0.001, 1))
def test_war_is_never_better_for_both(chance: float, one: float, two: float) -> None:
    low, high = points.fearon_range(chance, one, two)
    assert low < high
    assert low <= chance <= high


@settings(max_examples=50)
@given(games, st.sampled_from([0.3, 0.5, 2 / 3, 1.0]))
def test_the_win_set_equals_a_count_on_a_grid(seed: int, quota: float) -> None:
    generator = np.random.default_rng(seed)
    ideal, weight = generator.uniform(0, 100, 5), generator.integers(1, 4, 5).astype(float)
    quo = float(generator.uniform(0, 100))
    low, high = ratification.win_set(ideal[:, None], weight, quota, quo)
    for place in np.linspace(-100, 200, 601):
        pleased = np.abs(ideal - place) <= np.abs(ideal - quo) + 1e-9
        passes = weight[pleased].sum() >= quota * weight.sum() - 1e-9
        if min(abs(place - low[0]), abs(place - high[0])) > CLOSE:
            assert passes == (low[0] <= place <= high[0])


def test_a_smaller_win_set_at_home_moves_the_deal_towards_it() -> None:
    ideal = np.array([[20.0], [80.0]])
    held = np.array([[50.0], [0.0]])
    free = points.nash_point(ideal, held, np.ones((2, 1)), *points.zone(ideal, held))[0]
    low, high = points.zone(ideal, held)
    _, tied = ratification.win_set(np.array([[10.0], [12.0], [60.0]]), np.ones(3), 2 / 3, 0.0)
    bound = points.nash_point(ideal, held, np.ones((2, 1)), low, np.minimum(high, tied))[0]
    assert bound == pytest.approx(24.0, abs=CLOSE)
    assert bound < free


def test_trust_needs_and_updates() -> None:
    assert trust.trust_threshold(1.0, 3.0, 0.0, -1.0) == np.inf
    assert trust.update_trust(0.4, 0.0, 0.0) == 0.4
    assert trust.update_trust(0.4, 0.5, 0.5) == pytest.approx(0.4, abs=1e-12)
    # a costly signal only the trustworthy would send reassures fully
    assert trust.update_trust(0.1, 0.7, 0.0) == 1.0


def test_a_mediator_works_through_each_of_its_qualities() -> None:
    payoffs = np.array([[1.0, 0.9, 0.0, -1.0]] * 2)
    base = {
        "access": np.full((2, 1), 0.8),
        "credit": np.full((2, 1), 0.5),
        "leverage": np.zeros((2, 1)),
        "trust": np.full((2, 1), 0.6),
        "payoffs": payoffs,
    }
    plain = trust.mediate(**base)
    assert plain.convenes[0] == pytest.approx(0.64, abs=1e-12)
    np.testing.assert_allclose(plain.trust, 0.6 / (0.6 + 0.4 * 0.5), atol=1e-12)
    np.testing.assert_allclose(plain.threshold, 1 / 1.1, atol=1e-12)
    assert not plain.clears[0]
    honest = trust.mediate(**{**base, "credit": np.ones((2, 1))})
    assert honest.clears[0]
    strong = trust.mediate(**{**base, "leverage": np.full((2, 1), 0.8)})
    np.testing.assert_allclose(strong.threshold, 1 / (1 - 0.18 + 1), atol=1e-12)
    assert strong.clears[0]
