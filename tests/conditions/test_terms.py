"""Terms of the theories against hand calculation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from realpolitik.conditions import terms
from realpolitik.conditions.gathering import pledge_distance
from realpolitik.measures.threat import common_threat, frontline

EXACT = 1e-12
NAN = np.nan


def test_what_was_last_released_is_carried_and_nothing_before_it() -> None:
    held = np.array([[NAN, 1.0], [2.0, NAN], [NAN, NAN], [3.0, 5.0]])
    expected = np.array([[NAN, 1.0], [2.0, 1.0], [2.0, 1.0], [3.0, 5.0]])
    np.testing.assert_array_equal(terms.last_known(held), expected)


@given(arrays(float, (6, 3), elements=st.one_of(st.just(NAN), st.floats(-5, 5))))
def test_carrying_forward_uses_no_later_year(held: np.ndarray) -> None:
    whole = terms.last_known(held)
    np.testing.assert_array_equal(terms.last_known(held[:4]), whole[:4])


def test_frontline_is_the_rivals_near_the_target() -> None:
    danger = np.array([[[NAN, 0.0, 0.6], [0.0, NAN, 0.0], [0.0, 0.0, NAN]]])
    near = np.array([[[NAN, 0.2, 0.1], [0.2, NAN, 0.9], [0.1, 0.9, NAN]]])
    found = terms.known_years(frontline(danger, near), danger)[0]
    assert found[0, 1] == pytest.approx(0.6 * 0.9, abs=EXACT)
    assert found[0, 2] == pytest.approx(0.0, abs=EXACT)
    assert np.isnan(found[0, 0])


def test_common_threat_needs_one_rival_of_both() -> None:
    danger = np.zeros((1, 4, 4))
    danger[0, 0, 3], danger[0, 1, 3], danger[0, 2, 0] = 0.4, 0.9, 0.5
    found = terms.known_years(common_threat(danger), danger)[0]
    assert found[0, 1] == pytest.approx(np.sqrt(0.36), abs=EXACT)
    assert found[1, 0] == found[0, 1]
    assert found[0, 2] == 0.0


def test_camps_of_rival_powers_attract_and_repel() -> None:
    """States 0 and 1 are rival powers; 2 and 3 are pledged to 0, 4 to 1, 5 to none."""
    rivalry, pledged = np.zeros((2, 1, 6, 6))
    rivalry[0, 0, 1] = rivalry[0, 1, 0] = 1.0
    pledged[0, 2, 0] = pledged[0, 3, 0] = pledged[0, 4, 1] = 1.0
    found = terms.rivalry_exposure(rivalry, pledged, [0, 1])[0]
    assert found[2, 3] == 1.0
    assert found[2, 4] == -1.0
    assert found[2, 5] == 0.0
    assert found[0, 1] == -1.0
    assert found[2, 0] == 1.0


def test_indicators_agree_where_all_ratios_are_the_same() -> None:
    shares = np.array([[[0.1, 0.2, 0.3], [0.2, 0.4, 0.6], [0.3, 0.2, 0.1]]])
    found = terms.agreement_of_indicators(shares)[0]
    assert found[0, 1] == pytest.approx(0.0, abs=1e-9)
    logs = np.log(np.array([3.0, 1.0, 1.0 / 3.0]))
    assert found[0, 2] == pytest.approx(-logs.std(), abs=EXACT)
    shares[0, 0, 0] = NAN
    assert np.isnan(terms.agreement_of_indicators(shares)[0, 0, 1])


def test_a_standing_mean_forgets() -> None:
    held = np.array([4.0, NAN, 2.0, 0.0])
    np.testing.assert_allclose(terms.standing(held, 3), [4.0, 4.0, 3.0, 1.0])


def test_a_state_without_partners_has_no_weights() -> None:
    weights = np.array([[[5.0, 1.0, 3.0], [0.0, 0.0, 0.0], [NAN, 2.0, 0.0]]])
    expected = [[[0.0, 0.25, 0.75], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    np.testing.assert_allclose(terms.row_normalised(weights), expected)


def test_pledge_distance_is_half_of_one_less_the_similarity() -> None:
    codes = np.array([[[3.0, 0.0, 3.0], [0.0, 3.0, 0.0], [3.0, 0.0, 3.0]]])
    found = pledge_distance(codes)[0]
    assert found[0, 2] == 0.0
    assert found[0, 1] == pytest.approx(1.0, abs=EXACT)
    codes[0, 0, 1] = NAN
    assert pledge_distance(codes)[0][0, 1] == pytest.approx(1.0, abs=EXACT)
