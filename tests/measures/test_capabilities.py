"""Capability, concentration, distance, transition: toys, printed numbers, invariances."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from realpolitik.measures.capabilities import (
    composite_index,
    leave_one_out_range,
    net_resources,
    ratio,
    shares,
)
from realpolitik.measures.concentration import concentration, major_powers, top_share
from realpolitik.measures.distance import delivered_share, miles_per_day, strength_retained
from realpolitik.measures.transition import dissatisfaction, parity, transition

PRINTED = 5e-5  # half of the last digit of the four printed
PRINTED5 = 5e-6  # half of the last digit of the five printed
EXACT = 1e-12  # rounding of a handful of double operations

capabilities = hnp.arrays(np.float64, (3, 5), elements=st.floats(1e-3, 1e6))


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ((0.40192, 0.07010, 0.04823, 0.15165, 0.04326, 0.08436), 0.13325),
        ((0.09644, 0.11843, 0.49639, 0.26075, 0.18844, 0.22451), 0.23083),
        ((0.03395, 0.06832, 0.05868, 0.07774, 0.17779, 0.10728), 0.08729),
        ((0.00497, 0.03269, 0.00218, 0.00473, 0.02594, 0.02003), 0.01509),
    ],
)
def test_composite_index_of_2016(components: tuple[float, ...], expected: float) -> None:
    np.testing.assert_allclose(composite_index(np.array(components)), expected, atol=2 * PRINTED5)


def test_missing_component_is_left_out_and_not_zero() -> None:
    row = np.array([0.3, 0.1, np.nan, np.nan])
    np.testing.assert_allclose(composite_index(row), 0.2, atol=EXACT)
    assert np.isnan(composite_index(np.full(4, np.nan)))


def test_leave_one_out_range_by_hand() -> None:
    lower, upper = leave_one_out_range(np.array([0.6, 0.3, 0.0]))
    np.testing.assert_allclose([lower, upper], [0.15, 0.45], atol=EXACT)
    lower, upper = leave_one_out_range(np.array([0.6, np.nan]))
    assert np.isnan(lower)
    assert np.isnan(upper)


def test_shares_use_only_states_that_report() -> None:
    amounts = np.array([[3.0, np.nan, 1.0], [0.0, 0.0, np.nan]])
    np.testing.assert_allclose(shares(amounts), [[0.75, np.nan, 0.25], [np.nan] * 3], atol=EXACT)


@given(capabilities, st.floats(1e-3, 1e3))
@settings(deadline=None)
def test_shares_ignore_the_unit_and_sum_to_one(amounts: np.ndarray, unit: float) -> None:
    np.testing.assert_allclose(shares(amounts * unit), shares(amounts), rtol=1e-9)
    np.testing.assert_allclose(shares(amounts).sum(axis=1), 1.0, rtol=1e-9)


@given(capabilities)
@settings(deadline=None)
def test_concentration_is_bounded_and_ignores_names_and_units(amounts: np.ndarray) -> None:
    value = concentration(amounts)
    assert ((value >= 0) & (value <= 1 + EXACT)).all()
    np.testing.assert_allclose(concentration(amounts[:, ::-1] * 7), value, atol=1e-7)
    padded = np.concatenate([amounts, np.full((3, 2), np.nan)], axis=1)
    np.testing.assert_allclose(concentration(padded), value, atol=EXACT)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((1 / 3, 1 / 3, 1 / 3), 0.0),
        ((0.5, 0.3, 0.2), 0.2646),
        ((0.4, 0.3, 0.2, 0.1), 0.2582),
        ((1.0, 0.0, 0.0), 1.0),
    ],
)
def test_concentration_toys(held: tuple[float, ...], expected: float) -> None:
    np.testing.assert_allclose(concentration(np.array(held)), expected, atol=PRINTED)


def test_concentration_needs_two_states() -> None:
    assert np.isnan(concentration(np.array([0.4, np.nan])))
    assert np.isnan(concentration(np.array([0.0, 0.0])))


def test_top_share_names_the_holder() -> None:
    position, share = top_share(np.array([[0.1, 0.3, np.nan], [np.nan, np.nan, np.nan]]))
    np.testing.assert_array_equal(position, [1, -1])
    np.testing.assert_allclose(share, [0.75, np.nan], atol=EXACT)


def test_major_powers_enter_and_leave() -> None:
    assert major_powers(1946) == ["FRA", "GBR", "RUS", "USA"]
    assert "CHN" in major_powers(1950)
    assert major_powers(2000) == ["CHN", "DEU", "FRA", "GBR", "JPN", "RUS", "USA"]
    assert major_powers(1943) == ["DEU", "GBR", "ITA", "JPN", "RUS", "USA"]


@pytest.mark.parametrize(
    ("miles", "expected"), [(0, 0.1760), (500, 0.1572), (3000, 0.1040), (7000, 0.0688)]
)
def test_loss_of_strength_printed(miles: float, expected: float) -> None:
    np.testing.assert_allclose(strength_retained(miles, 500.0), expected, atol=PRINTED)


@given(st.floats(0, 12000), st.floats(1, 2000))
@settings(deadline=None)
def test_strength_falls_with_distance_and_rises_with_speed(miles: float, more: float) -> None:
    assert strength_retained(miles + more, 375.0) < strength_retained(miles, 375.0)
    assert strength_retained(more, 500.0) > strength_retained(more, 375.0)


def test_miles_per_day_steps() -> None:
    np.testing.assert_array_equal(
        miles_per_day(np.array([1900, 1918, 1919, 1945, 1946])), [250, 250, 375, 375, 500]
    )


def test_delivered_share_by_hand() -> None:
    share = delivered_share(np.array([0.1, np.nan, 0.0]), np.array([0.3, 0.3, 0.0]))
    np.testing.assert_allclose(share, [0.25, np.nan, np.nan], atol=EXACT)


@given(capabilities, capabilities)
@settings(deadline=None)
def test_parity_is_symmetric_and_bounded(first: np.ndarray, second: np.ndarray) -> None:
    value = parity(first, second)
    assert ((value > 0) & (value <= 1)).all()
    np.testing.assert_array_equal(value, parity(second, first))


def test_transition_marks_overtaking_across_a_gap() -> None:
    rising = np.array([5.0, np.nan, 11.0, 12.0, 9.0])
    course = transition(rising, np.full(5, 10.0))
    assert course.overtakes.tolist() == [False, False, True, False, False]
    assert course.falls_back.tolist() == [False, False, False, False, True]
    assert course.in_zone.tolist() == [False, False, True, True, True]
    np.testing.assert_allclose(course.ratio, [0.5, np.nan, 1.1, 1.2, 0.9], atol=EXACT)


def test_already_ahead_at_the_start_is_no_overtaking() -> None:
    assert not transition(np.array([2.0, 3.0]), np.array([1.0, 1.0])).overtakes.any()


def test_net_resources_and_ratio_keep_missing_missing() -> None:
    value = net_resources(np.array([10.0, np.nan, 10.0]), np.array([5.0, 5.0, np.nan]))
    np.testing.assert_allclose(value, [20.0, np.nan, np.nan], atol=EXACT)
    np.testing.assert_allclose(
        ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0])), [0.25, np.nan], atol=EXACT
    )
    np.testing.assert_allclose(dissatisfaction(np.array([0.25, np.nan])), [0.75, np.nan])
