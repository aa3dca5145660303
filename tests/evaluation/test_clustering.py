"""Clustered errors against brute force, and against the truth in simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from realpolitik.evaluation import clustering
from realpolitik.evaluation.clustering import (
    block_error,
    difference,
    dyadic_error,
    jackknife_error,
    two_way_error,
)

EXACT = 1e-10  # sums in another order, double precision
SAME = 1e-6  # the same, relative, after an arbitrary scaling
BOOTSTRAP = 0.1  # six standard errors of a bootstrap standard error (1.6 per cent each)
RUNS = 400
NOMINAL = (0.91, 0.985)  # .95 within three and a half standard errors of a share over 400 runs
METHODS = {"source", "block", "two-way", "dyadic"}


def _world(states: int, years: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Source, target and year of every directed dyad in every year."""
    source, target = np.nonzero(~np.eye(states, dtype=bool))
    dyads = len(source)
    year = np.repeat(np.arange(2000, 2000 + years), dyads)
    return np.tile(source, years), np.tile(target, years), year


def _rows(seed: int, size: int = 60) -> tuple[np.ndarray, ...]:
    """Readings of an unbalanced set of dyads with shared state effects, as they come."""
    draw = np.random.default_rng(seed)
    source = draw.integers(0, 7, size)
    target = (source + draw.integers(1, 7, size)) % 7
    year = draw.integers(2000, 2012, size)
    effect = draw.normal(size=7)
    return 0.4 + effect[source] + effect[target] + draw.normal(size=size), source, target, year


def _double_sum(gain, related) -> float:
    """Variance of the mean: every product of residuals of related readings."""
    residual = gain - gain.mean()
    total = 0.0
    for r in range(len(gain)):
        for s in range(len(gain)):
            if related(r, s):
                total += residual[r] * residual[s]
    return total / len(gain) ** 2


def test_jackknife_by_brute_force() -> None:
    gain, source, _, _ = _rows(1)
    groups = np.unique(source)
    means = np.array([gain[source != one].mean() for one in groups])
    expected = np.sqrt((len(groups) - 1) / len(groups) * np.sum((means - gain.mean()) ** 2))
    np.testing.assert_allclose(jackknife_error(gain, source), expected, rtol=EXACT)


def test_jackknife_of_single_readings_is_the_usual_error() -> None:
    gain = np.array([0.3, -1.2, 2.2, 0.9, 1.4])
    usual = gain.std(ddof=1) / np.sqrt(5)
    np.testing.assert_allclose(jackknife_error(gain, np.arange(5)), usual, rtol=EXACT)


def test_dyadic_by_brute_force() -> None:
    gain, source, target, _ = _rows(2)
    states = len(np.unique([source, target]))
    variance = _double_sum(gain, lambda r, s: bool({source[r], target[r]} & {source[s], target[s]}))
    expected = np.sqrt(variance * states / (states - 1))
    np.testing.assert_allclose(dyadic_error(gain, source, target), expected, rtol=EXACT)


def test_two_way_by_brute_force() -> None:
    gain, source, target, _ = _rows(3)
    keys = [source, target, source * 100 + target]
    parts = [
        _double_sum(gain, lambda r, s, key=key: key[r] == key[s])
        * len(np.unique(key))
        / (len(np.unique(key)) - 1)
        for key in keys
    ]
    combined = parts[0] + parts[1] - parts[2]
    assert combined > max(parts[:2])
    np.testing.assert_allclose(two_way_error(gain, source, target), np.sqrt(combined), rtol=EXACT)


def test_two_way_is_never_below_one_way() -> None:
    # Residuals that cancel within every source and every target: the combination is negative.
    source, target = np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3])
    gain = np.array([1.0, -1.0, -1.0, 1.2])
    residual = gain - gain.mean()
    by_source = 2 * np.sum([residual[:2].sum() ** 2, residual[2:].sum() ** 2])
    expected = np.sqrt(by_source) / 4
    np.testing.assert_allclose(two_way_error(gain, source, target), expected, rtol=EXACT)


def test_dyadic_is_never_below_clustering_by_pair() -> None:
    # A ring: neighbouring pairs cancel, so that products across pairs are negative.
    source, target = np.arange(4), np.array([1, 2, 3, 0])
    gain = np.array([1.0, -1.0, 1.0, -1.0])
    expected = np.sqrt(np.sum(gain**2) * 4 / 3) / 4
    np.testing.assert_allclose(dyadic_error(gain, source, target), expected, rtol=EXACT)


@pytest.mark.parametrize("length", [1, 3, 4])
def test_block_bootstrap_has_its_exact_variance(length: int) -> None:
    # Equal years, a whole number of blocks: the bootstrap variance is that of the block means
    # over the number of blocks.
    years, each = 12, 5
    draw = np.random.default_rng(5)
    by_year = np.cumsum(draw.normal(size=years))
    gain = np.repeat(by_year, each)
    means = np.array([by_year[i : i + length].mean() for i in range(years - length + 1)])
    expected = np.sqrt(means.var() / (years / length) * years / (years - length))
    found = block_error(gain, np.repeat(np.arange(years), each), seed=1, length=length)
    np.testing.assert_allclose(found, expected, rtol=BOOTSTRAP)


def test_block_bootstrap_weighs_years_by_their_readings() -> None:
    year = np.repeat(np.arange(6), [1, 1, 1, 1, 1, 200])
    gain = np.where(year == 5, 0.0, 1.0)
    few = block_error(gain, year, seed=1, length=1)
    blocks = np.random.default_rng(6).integers(0, 6, size=(20_000, 6))
    total, count = np.array([1.0] * 5 + [0.0]), np.array([1.0] * 5 + [200.0])
    means = total[blocks].sum(axis=1) / count[blocks].sum(axis=1)
    np.testing.assert_allclose(few, means.std() * np.sqrt(6 / 5), rtol=BOOTSTRAP)


def test_block_bootstrap_repeats_with_its_seed() -> None:
    gain, _, _, year = _rows(7)
    assert block_error(gain, year, seed=3) == block_error(gain, year, seed=3)
    assert block_error(gain, year, seed=3) != block_error(gain, year, seed=4)


def _covered(found, method: str) -> bool:
    spread = found.spread[method]
    reach = student.ppf(0.975, spread.degrees) * spread.error
    return abs(found.mean) <= reach


def _coverage(simulate, states: int, years: int) -> dict[str, float]:
    """Share of 95% intervals that hold the true mean of zero, by method, and without clusters."""
    source, target, year = _world(states, years)
    hits = dict.fromkeys([*METHODS, "naive"], 0)
    for run in range(RUNS):
        draw = np.random.default_rng(1000 + run)
        gain = simulate(draw, source, target, year - 2000)
        found = difference(gain, source, target, year, seed=run)
        for method in METHODS:
            hits[method] += _covered(found, method)
        hits["naive"] += abs(gain.mean()) <= 1.96 * gain.std(ddof=1) / np.sqrt(len(gain))
    return {name: count / RUNS for name, count in hits.items()}


@pytest.fixture
def _fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "REPLICATES", 300)


@pytest.mark.usefixtures("_fewer_draws")
def test_readings_of_one_source_need_clusters_of_sources() -> None:
    def simulate(draw, source, target, year):
        return draw.normal(size=12)[source] + draw.normal(size=len(source))

    share = _coverage(simulate, states=12, years=9)
    assert share["naive"] < 0.5
    assert NOMINAL[0] < share["source"] < NOMINAL[1]
    assert share["block"] < 0.6


@pytest.mark.usefixtures("_fewer_draws")
def test_readings_that_share_states_need_dyadic_clusters() -> None:
    def simulate(draw, source, target, year):
        effect = draw.normal(size=20)
        return effect[source] + effect[target] + draw.normal(size=len(source))

    share = _coverage(simulate, states=20, years=6)
    assert share["naive"] < 0.5
    assert share["source"] < 0.75
    assert share["source"] + 0.05 < share["dyadic"]
    assert NOMINAL[0] - 0.02 < share["dyadic"] < NOMINAL[1]  # the theory asks for many states


@pytest.mark.usefixtures("_fewer_draws")
def test_source_and_target_effects_need_two_ways() -> None:
    def simulate(draw, source, target, year):
        both = draw.normal(size=20)[source] + draw.normal(size=20)[target]
        return both + draw.normal(size=len(source))

    share = _coverage(simulate, states=20, years=6)
    assert share["source"] < 0.88
    assert NOMINAL[0] - 0.02 < share["two-way"] < NOMINAL[1]


@pytest.mark.usefixtures("_fewer_draws")
def test_shocks_that_outlast_a_year_need_blocks() -> None:
    def simulate(draw, source, target, year):
        shock = draw.normal(size=32)
        return (shock[:-2] + shock[1:-1] + shock[2:])[year] + draw.normal(size=len(source))

    share = _coverage(simulate, states=5, years=30)
    assert share["naive"] < 0.5
    assert share["source"] < 0.5
    assert share["block"] > 0.85


@pytest.mark.usefixtures("_fewer_draws")
def test_blocks_must_be_as_long_as_the_horizon() -> None:
    # Errors five years ahead overlap for four years, over the 18 years of a yearly backtest.
    hits = {3: 0, 5: 0}
    for run in range(RUNS):
        gain = np.convolve(np.random.default_rng(run).normal(size=22), np.ones(5), "valid")
        for length in hits:
            error = block_error(gain, np.arange(18), run, length)
            hits[length] += abs(gain.mean()) <= student.ppf(0.975, 18 / length - 1) * error
    assert hits[3] / RUNS < 0.88
    assert hits[5] / RUNS > 0.91


def test_difference_reports_every_method_and_the_smallest() -> None:
    gain, source, target, year = _rows(8)
    found = difference(gain, source, target, year, seed=1)
    assert set(found.spread) == METHODS
    np.testing.assert_allclose([found.total, found.mean], [gain.sum(), gain.mean()], rtol=EXACT)
    for spread in found.spread.values():
        np.testing.assert_allclose(spread.z, found.mean / spread.error, rtol=EXACT)
        two_sided = 2 * student.sf(abs(spread.z), spread.degrees)
        np.testing.assert_allclose(spread.p_value, two_sided, rtol=SAME)
    assert abs(found.smallest_z) == min(abs(one.z) for one in found.spread.values())
    assert found.spread[found.weakest].z == found.smallest_z
    assert found.spread["source"].error == jackknife_error(gain, source)
    assert {name: one.clusters for name, one in found.spread.items()} == {
        "source": 7,
        "block": len(np.unique(year)),
        "two-way": 7,
        "dyadic": 7,
    }


def test_difference_leaves_missing_readings_out() -> None:
    gain, source, target, year = _rows(9)
    keep = np.arange(60) % 4 > 0
    found = difference(np.where(keep, gain, np.nan), source, target, year, seed=2)
    assert found == difference(gain[keep], source[keep], target[keep], year[keep], seed=2)
    assert found.readings == 45


def test_difference_says_what_it_cannot_know() -> None:
    one_source = difference(
        np.array([1.0, 2.0]), np.array([3, 3]), np.array([0, 1]), np.array([1, 2]), seed=1
    )
    assert np.isnan(one_source.spread["source"].z)
    assert np.isnan(one_source.spread["block"].p_value)
    assert not np.isnan(one_source.spread["dyadic"].z)
    assert one_source.weakest == "dyadic"
    nothing = difference(np.full(2, np.nan), *(np.array([0, 1]),) * 3, seed=1)
    assert nothing.readings == 0
    assert np.isnan(nothing.smallest_z)


def test_two_forecasters_that_agree_everywhere_have_no_difference() -> None:
    _, source, target, year = _rows(10)
    found = difference(np.zeros(60), source, target, year, seed=1)
    assert {one.z for one in found.spread.values()} == {0.0}
    assert {one.p_value for one in found.spread.values()} == {1.0}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100), flip=st.booleans())
def test_difference_does_not_depend_on_order_names_or_unit(
    seed: int, scale: float, flip: bool
) -> None:
    gain, source, target, year = _rows(seed)
    draw = np.random.default_rng(seed)
    order, names = draw.permutation(60), draw.permutation(7) + 5
    factor = -scale if flip else scale
    found = difference(gain, source, target, year, seed=1)
    other = difference(
        factor * gain[order], names[source[order]], names[target[order]], year[order], seed=1
    )
    for method in METHODS:
        expected = found.spread[method].z * np.sign(factor)
        np.testing.assert_allclose(other.spread[method].z, expected, rtol=SAME)
        np.testing.assert_allclose(
            other.spread[method].error, scale * found.spread[method].error, rtol=SAME
        )
