"""Similarity: printed numbers, a per-pair oracle, invariances, missing votes, standard errors."""

from __future__ import annotations

import itertools

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import kendalltau

from realpolitik.measures import contingency
from realpolitik.measures.similarity import (
    PLEDGE_LEVELS,
    VOTE_LEVELS,
    all_pairs,
    chance_corrected,
    pledge_code,
    profiles,
    s_score,
)

PRINTED = 5e-5  # half of the last printed digit
EXACT = 1e-12
PRODUCT = 1e-9  # a few hundred double operations
BOOTSTRAP = 0.06  # six Monte Carlo standard errors of a relative sd over 4000 resamples

EQUAL = ((3, 0, 0, 0, 3, 0, 0, 1, 0, 0), (0, 3, 0, 0, 3, 0, 0, 0, 0, 1))
UNEQUAL = ((3, 3, 3, 1, 0, 0, 0, 0, 0, 0), (3, 0, 0, 0, 0, 0, 0, 0, 0, 1))

codes_with_gaps = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 6), st.integers(1, 12)),
    elements=st.sampled_from([1.0, 2.0, 3.0, np.nan]),
)


def toy(pair: tuple[tuple[int, ...], ...]) -> np.ndarray:
    return np.array(pair, dtype=float)


def test_s_of_the_authors_example() -> None:
    who = profiles(toy(((3, 3, 2, 2), (2, 2, 3, 3))), PLEDGE_LEVELS)
    value = s_score(who, weights=np.array([0.5, 0.3, 0.1, 0.1]))[0, 1]
    np.testing.assert_allclose(value, 1 / 3, atol=EXACT)


def test_absolute_and_squared_s_differ() -> None:
    who = profiles(toy(EQUAL), PLEDGE_LEVELS)
    np.testing.assert_allclose(s_score(who)[0, 1], 0.4667, atol=PRINTED)
    np.testing.assert_allclose(s_score(who, 2)[0, 1], 0.5556, atol=PRINTED)


@pytest.mark.parametrize(
    ("pair", "chance", "power", "expected"),
    [
        (EQUAL, "cohen", 2, 0.2908),
        (EQUAL, "scott", 2, 0.2908),
        (EQUAL, "cohen", 1, 0.2453),
        (EQUAL, "scott", 1, 0.2453),
        (UNEQUAL, "cohen", 2, 0.3333),
        (UNEQUAL, "scott", 2, 0.2908),
        (UNEQUAL, "cohen", 1, 0.2857),
        (UNEQUAL, "scott", 1, 0.2453),
    ],
)
def test_chance_corrected_printed(pair, chance, power, expected) -> None:  # type: ignore[no-untyped-def]
    value = chance_corrected(profiles(toy(pair), PLEDGE_LEVELS), power, chance)
    np.testing.assert_allclose(value[0, 1], expected, atol=PRINTED)


def oracle(a: np.ndarray, b: np.ndarray, power: int, chance: str) -> tuple[float, float]:
    """S and a chance-corrected index of one pair, straight from the definitions."""
    shared = ~(np.isnan(a) | np.isnan(b))
    a, b = a[shared], b[shared]
    if len(a) == 0:
        return np.nan, np.nan
    s = 1 - 2 * np.mean((np.abs(a - b) / 2) ** power)
    by_chance = 0.0
    for left, right in itertools.product((1.0, 2.0, 3.0), repeat=2):
        row, column = np.mean(a == left), np.mean(b == right)
        if chance == "scott":
            row = (np.mean(a == left) + np.mean(b == left)) / 2
            column = (np.mean(a == right) + np.mean(b == right)) / 2
        by_chance += abs(left - right) ** power * row * column
    if by_chance == 0:
        return s, np.nan
    return s, 1 - np.mean(np.abs(a - b) ** power) / by_chance


@given(codes_with_gaps, st.sampled_from([1, 2]), st.sampled_from(["cohen", "scott"]))
@settings(max_examples=60, deadline=None)
def test_all_pairs_equal_the_definitions(codes, power, chance) -> None:  # type: ignore[no-untyped-def]
    who = profiles(codes, VOTE_LEVELS)
    s, index = s_score(who, power), chance_corrected(who, power, chance)
    tables = contingency.joint_tables(who)
    table_s, _ = contingency.s_score(tables, who.levels, power)
    table_index, _ = contingency.chance_corrected(tables, who.levels, power, chance)
    for i, j in itertools.product(range(len(codes)), repeat=2):
        expected = oracle(codes[i], codes[j], power, chance)
        np.testing.assert_allclose([s[i, j], index[i, j]], expected, atol=PRODUCT)
        np.testing.assert_allclose([table_s[i, j], table_index[i, j]], expected, atol=PRODUCT)


@given(codes_with_gaps)
@settings(max_examples=60, deadline=None)
def test_tau_b_equals_the_pairwise_count(codes: np.ndarray) -> None:
    value, _ = contingency.tau_b(contingency.joint_tables(profiles(codes, VOTE_LEVELS)))
    for i, j in itertools.combinations(range(len(codes)), 2):
        shared = ~(np.isnan(codes[i]) | np.isnan(codes[j]))
        a, b = codes[i, shared], codes[j, shared]
        flat = len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0
        expected = np.nan if flat else kendalltau(a, b).statistic
        np.testing.assert_allclose(value[i, j], expected, atol=PRODUCT)


@pytest.mark.parametrize("items", range(2, 40))
def test_tau_b_of_a_flat_profile_is_missing(items: int) -> None:
    codes = np.array([np.ones(items), np.where(np.arange(items) == 0, 1.0, 3.0)])
    value, error = contingency.tau_b(contingency.joint_tables(profiles(codes, VOTE_LEVELS)))
    assert np.isnan(value[0]).all()
    assert np.isnan(error[0]).all()
    np.testing.assert_allclose(value[1, 1], 1.0, atol=PRODUCT)


@given(codes_with_gaps, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_relabelling_items_and_states_changes_nothing(codes, random) -> None:  # type: ignore[no-untyped-def]
    states = random.sample(range(codes.shape[0]), codes.shape[0])
    items = random.sample(range(codes.shape[1]), codes.shape[1])
    plain = all_pairs(codes, VOTE_LEVELS)
    moved = all_pairs(codes[np.ix_(states, items)], VOTE_LEVELS)
    for name in ("s_absolute", "s_squared", "kappa", "pi", "shared"):
        value = getattr(plain, name)
        np.testing.assert_allclose(
            getattr(moved, name), value[np.ix_(states, states)], atol=PRODUCT
        )
        np.testing.assert_allclose(value, value.T, atol=PRODUCT)
        if name != "shared":
            assert np.nanmax(value, initial=-1.0) <= 1 + PRODUCT
    for name in ("s_absolute", "s_squared"):
        assert np.nanmin(getattr(plain, name), initial=1.0) >= -1 - PRODUCT


def test_all_pairs_equals_the_single_functions() -> None:
    codes = np.random.default_rng(2).choice([0.0, 1, 2, 3, np.nan], size=(7, 40))
    who = profiles(codes, PLEDGE_LEVELS)
    together = all_pairs(codes, PLEDGE_LEVELS)
    np.testing.assert_allclose(together.s_absolute, s_score(who), atol=EXACT)
    np.testing.assert_allclose(together.s_squared, s_score(who, 2), atol=EXACT)
    np.testing.assert_allclose(together.kappa, chance_corrected(who), atol=EXACT)
    np.testing.assert_allclose(together.pi, chance_corrected(who, chance="scott"), atol=EXACT)


def test_an_item_one_side_misses_does_not_count() -> None:
    full = np.array([[1.0, 3.0, 2.0], [1.0, 1.0, np.nan]])
    cut = full[:, :2]
    np.testing.assert_array_equal(
        all_pairs(full, VOTE_LEVELS).s_absolute[0, 1], all_pairs(cut, VOTE_LEVELS).s_absolute[0, 1]
    )
    assert all_pairs(full, VOTE_LEVELS).shared[0, 1] == 2


def test_no_shared_item_is_missing() -> None:
    nothing = np.array([[1.0, np.nan], [np.nan, 2.0]])
    assert np.isnan(all_pairs(nothing, VOTE_LEVELS).s_absolute[0, 1])
    assert np.isnan(all_pairs(nothing, VOTE_LEVELS).pi[0, 1])


def test_weights_rescale_and_a_missing_weight_drops_its_item() -> None:
    who = profiles(toy(UNEQUAL), PLEDGE_LEVELS)
    weights = np.arange(1.0, 11.0)
    np.testing.assert_allclose(
        s_score(who, weights=weights), s_score(who, weights=weights * 9), atol=EXACT
    )
    dropped = np.where(np.arange(10) == 3, np.nan, weights)
    short = profiles(np.delete(toy(UNEQUAL), 3, axis=1), PLEDGE_LEVELS)
    np.testing.assert_allclose(
        s_score(who, weights=dropped), s_score(short, weights=np.delete(weights, 3)), atol=EXACT
    )


@pytest.mark.parametrize("index", ["s", "cohen", "scott", "tau"])
def test_standard_errors_match_the_bootstrap(index: str) -> None:
    table = np.array([[30.0, 8, 4], [6, 20, 9], [2, 5, 36]])
    levels = np.array(VOTE_LEVELS)

    def compute(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if index == "s":
            return contingency.s_score(tables, levels)
        if index == "tau":
            return contingency.tau_b(tables)
        return contingency.chance_corrected(tables, levels, 2, index)  # type: ignore[arg-type]

    _, error = compute(table)
    chance = (table / table.sum()).ravel()
    resampled = np.random.default_rng(1).multinomial(int(table.sum()), chance, size=4000)
    values, _ = compute(resampled.reshape(-1, 3, 3).astype(float))
    np.testing.assert_allclose(error, values.std(), rtol=BOOTSTRAP + 0.05)  # 5%: O(1/n) of n = 120


def test_pledge_code_ranks_defence_first_and_keeps_missing() -> None:
    code = pledge_code(
        *np.array([[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0] * 4], dtype=float)
    )
    np.testing.assert_array_equal(code, [3, 2, 1, 0])
    assert np.isnan(pledge_code(*np.array([np.nan, 1.0, 0.0, 0.0, 0.0])))
