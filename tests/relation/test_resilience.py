"""Half-life and ratchet on paths whose answer is known."""

import numpy as np

from realpolitik.measures.resilience import find_ruptures, half_life, peaks

STEPS_APART = 1.0  # an exponential read at whole steps crosses half at the next whole step


def test_half_life_of_an_exponential_recovery():
    time = np.arange(12)
    rate = 4.0
    path = np.concatenate([[1.0], 1.0 - np.exp(-np.log(2.0) * time / rate)])
    found = half_life(path[None], 1, len(path))
    np.testing.assert_allclose(found, rate, atol=STEPS_APART)


def test_a_recovery_cut_short_by_the_next_rupture_is_not_reached():
    path = np.array([[1.0, 0.0, 0.2, 0.9, 1.0]])
    assert np.isinf(half_life(path, 1, 3))[0]
    assert half_life(path, 1, 5)[0] == 2.0


def test_peaks_fall_only_where_recoveries_stop_lower():
    ratchet = np.array([[1.0, 0.0, 0.7, 0.1, 0.4]])
    full = np.array([[1.0, 0.0, 1.1, 0.1, 1.2]])
    assert np.all(np.diff(peaks(ratchet, [1, 3])) < 0)
    assert not np.any(np.diff(peaks(full, [1, 3])) < 0)


def test_a_run_of_falls_is_one_rupture():
    assert find_ruptures(np.array([np.nan, 0.95, 0.99, 0.1, 0.91])) == [1, 4]
    assert find_ruptures(np.array([np.nan, 0.5, 0.89])) == []
