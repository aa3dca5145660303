"""Who drives a gain, against brute force."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from realpolitik.evaluation.clustering import jackknife_error
from realpolitik.evaluation.drivers import drivers

EXACT = 1e-10  # sums in another order, double precision


def _rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    source = draw.choice([2, 3, 5, 8], size=50, p=[0.4, 0.3, 0.2, 0.1])
    return draw.normal(0.2, 1.0, size=50), source


def test_by_brute_force() -> None:
    gain, source = _rows(1)
    found = drivers(gain, source)
    np.testing.assert_array_equal(found.source, [2, 3, 5, 8])
    for place, state in enumerate(found.source):
        own, other = gain[source == state], gain[source != state]
        assert found.readings[place] == len(own)
        np.testing.assert_allclose(found.total[place], own.sum(), rtol=EXACT)
        np.testing.assert_allclose(found.mean[place], own.mean(), rtol=EXACT)
        np.testing.assert_allclose(found.mean_without[place], other.mean(), rtol=EXACT)
        expected = other.mean() / jackknife_error(other, source[source != state])
        np.testing.assert_allclose(found.z_without[place], expected, rtol=EXACT)
    np.testing.assert_allclose(found.mean_all, gain.mean(), rtol=EXACT)
    np.testing.assert_allclose(found.z_all, gain.mean() / jackknife_error(gain, source), rtol=EXACT)


def test_one_state_that_drives_the_gain_is_found() -> None:
    source = np.repeat(np.arange(6), 20)
    noise = np.random.default_rng(2).normal(0.0, 0.1, size=120)
    gain = noise - noise.mean() + np.where(source == 4, 3.0, 0.0)
    found = drivers(gain, source)
    assert found.order[0] == 4
    assert found.influence[4] > 0.4
    assert abs(found.mean_without[4]) < 0.05
    others = np.delete(found.mean_without, 4)
    assert (others > 0.5).all()


def test_gaining_counts_states_with_a_gain_of_their_own() -> None:
    found = drivers(np.array([1.0, -3.0, 0.5, 0.0, 2.0]), np.array([0, 0, 1, 2, 3]))
    assert found.gaining == 2


def test_missing_readings_are_left_out() -> None:
    gain, source = _rows(3)
    holed = np.where(source == 5, np.nan, gain)
    found = drivers(holed, source)
    np.testing.assert_array_equal(found.source, [2, 3, 8])
    np.testing.assert_array_equal(
        found.mean_without, drivers(gain[source != 5], source[source != 5]).mean_without
    )


def test_too_few_sources() -> None:
    two = drivers(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1]))
    np.testing.assert_array_equal(two.mean_without, [4.0, 1.5])
    assert np.isnan(two.z_without).all()
    one = drivers(np.array([1.0, 2.0]), np.array([0, 0]))
    assert np.isnan(one.mean_without).all()
    assert np.isnan(one.z_all)
    none = drivers(np.array([np.nan]), np.array([0]))
    assert len(none.source) == 0
    assert np.isnan(none.mean_all)


@given(seed=st.integers(0, 10_000))
def test_parts_add_up_and_order_does_not_matter(seed: int) -> None:
    gain, source = _rows(seed)
    found = drivers(gain, source)
    np.testing.assert_allclose(found.total.sum(), gain.sum(), atol=EXACT)
    shares = found.readings / found.readings.sum()
    np.testing.assert_allclose(shares @ found.mean, found.mean_all, atol=EXACT)
    order = np.random.default_rng(seed).permutation(50)
    other = drivers(gain[order], source[order])
    np.testing.assert_allclose(other.z_without, found.z_without, atol=EXACT, rtol=EXACT)
