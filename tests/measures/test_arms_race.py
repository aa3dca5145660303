"""Richardson's equations, hedging and event scales: printed numbers and recovery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.measures.arms_race import Richardson, fit_richardson
from realpolitik.measures.event_scale import log_ratio, mean_scale, scale_values
from realpolitik.measures.hedging import hedging_index, hedging_label

CLOSED = 1e-9  # closed forms
PRINTED3 = 5e-4  # half of the last of three printed digits
PRINTED = 5e-5
EXACT = 1e-12

TRUE = Richardson(0.25, 0.45, 2.0, 0.30, 0.50, 1.0)


def simulate(race: Richardson, steps: int, noise: float, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    path = np.empty((steps, 2))
    path[0] = race.equilibrium()
    level = np.array([race.grievance_x, race.grievance_y])
    for step in range(1, steps):
        change = race.matrix() @ path[step - 1] + level
        path[step] = path[step - 1] + change + noise * generator.standard_normal(2)
    return path


def test_printed_race_is_stable() -> None:
    race = Richardson(0.9, 1.0, 1.0, 0.9, 1.0, 1.0)
    np.testing.assert_allclose(race.equilibrium(), [10, 10], atol=CLOSED)
    np.testing.assert_allclose(race.eigenvalues(), [-0.1, -1.9], atol=CLOSED)
    assert race.stable()


def test_printed_race_is_unstable() -> None:
    race = Richardson(1.17, 1.0, 1.0, 1.17, 1.0, 1.0)
    np.testing.assert_allclose(race.eigenvalues()[0], 0.17, atol=CLOSED)
    assert not race.stable()
    assert np.isnan(Richardson(1.0, 1.0, 1.0, 1.0, 1.0, 1.0).equilibrium()).all()


coefficient = st.floats(-2, 2).filter(lambda value: abs(value) > 1e-3)


@given(coefficient, coefficient, coefficient, coefficient)
@settings(deadline=None)
def test_stability_rule_agrees_with_the_eigenvalues(k: float, a: float, l: float, b: float) -> None:  # noqa: E741
    race = Richardson(k, a, 0.0, l, b, 0.0)
    largest = race.eigenvalues()[0].real
    if abs(largest) > CLOSED:
        assert race.stable() == (largest < 0)


def test_exact_path_gives_the_exact_coefficients() -> None:
    path = simulate(TRUE, 12, 0.0, 0) + 0.0
    path[0] = [1.0, 9.0]
    for step in range(1, 12):
        path[step] = path[step - 1] + TRUE.matrix() @ path[step - 1] + [2.0, 1.0]
    fit = fit_richardson(path[:, 0], path[:, 1])
    assert fit is not None
    np.testing.assert_allclose(
        [getattr(fit.estimate, name) for name in Richardson.__slots__],
        [getattr(TRUE, name) for name in Richardson.__slots__],
        atol=1e-8,  # least squares on an exact path
    )
    assert fit.probability_stable == 1.0


def test_intervals_cover_the_truth() -> None:
    truth = [getattr(TRUE, name) for name in Richardson.__slots__]
    covered = np.zeros(6)
    repeats = 200
    for seed in range(repeats):
        fit = fit_richardson(*simulate(TRUE, 200, 1.0, seed).T, draws=50)
        assert fit is not None
        covered += (fit.lower <= truth) & (truth <= fit.upper)
    # .9 less six binomial standard errors of 200 repeats, less .02 of small-sample bias
    assert (covered / repeats > 0.9 - 6 * (0.09 / repeats) ** 0.5 - 0.02).all()
    assert (covered / repeats < 1.0).any()


def test_swapping_the_states_swaps_the_coefficients() -> None:
    x, y = simulate(TRUE, 40, 1.0, 5).T
    one, other = fit_richardson(x, y), fit_richardson(y, x)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.lower[:3], other.lower[3:], atol=CLOSED)
    np.testing.assert_allclose(one.growth, other.growth, atol=CLOSED)


def test_rescaling_leaves_slopes_and_moves_grievances() -> None:
    x, y = simulate(TRUE, 40, 1.0, 6).T
    one, scaled = fit_richardson(x, y), fit_richardson(1000 * x, 1000 * y)
    assert one is not None
    assert scaled is not None
    np.testing.assert_allclose(scaled.estimate.fatigue_x, one.estimate.fatigue_x, atol=1e-7)
    np.testing.assert_allclose(scaled.estimate.grievance_x, 1000 * one.estimate.grievance_x)


def test_gaps_drop_their_changes_and_short_series_are_refused() -> None:
    x, y = simulate(TRUE, 40, 1.0, 7).T
    x[10] = np.nan
    fit = fit_richardson(x, y)
    assert fit is not None
    assert fit.steps == 37
    assert fit_richardson(x[:8], y[:8]) is None
    assert fit_richardson(np.ones(30), y[:30]) is None


@pytest.mark.parametrize(
    ("postures", "expected"),
    [
        ((0.6, 0.5, -0.2, 0.6), 0.744),
        ((0.9, -0.4, 0.8, 0.0), 0.008),
        ((-0.6, 0.7, -0.2, 0.5), 0.013),
    ],
)
def test_hedging_printed(postures: tuple[float, ...], expected: float) -> None:
    result = hedging_index(*(np.array(value) for value in postures), np.array(1.0))
    np.testing.assert_allclose(result.index, expected, atol=PRINTED3)


posture = st.floats(-1, 1)


@given(posture, posture, posture, posture, st.floats(0, 1))
@settings(deadline=None)
def test_hedging_is_bounded_and_blind_to_the_patrons_names(
    sa: float, sb: float, ea: float, eb: float, rivalry: float
) -> None:
    one = hedging_index(*(np.array(value) for value in (sa, sb, ea, eb, rivalry)))
    other = hedging_index(*(np.array(value) for value in (sb, sa, eb, ea, rivalry)))
    assert -EXACT <= one.index <= 1 + EXACT
    np.testing.assert_allclose(one.index, other.index, atol=EXACT)
    assert one.engaged == (abs(sa) + abs(sb) >= 0.2)


def test_indifference_is_not_hedging() -> None:
    idle = hedging_index(*(np.array(value) for value in (0.05, 0.05, 0.1, 0.1, 1.0)))
    assert idle.index > 0.5
    assert hedging_label(float(idle.index), bool(idle.engaged)) == "disengaged"
    missing = hedging_index(*(np.array(value) for value in (np.nan, 0.5, 0.1, 0.1, 1.0)))
    assert not missing.engaged
    assert hedging_label(float(missing.index), bool(missing.engaged)) is None


def test_log_ratio_printed_and_missing() -> None:
    reading, variance = log_ratio(np.array([12.0, 0.0, np.nan]), np.array([3.0, 0.0, 3.0]))
    np.testing.assert_allclose(reading, [1.2730, np.nan, np.nan], atol=PRINTED)
    np.testing.assert_allclose(variance, [0.3657, np.nan, np.nan], atol=PRINTED)


@given(st.integers(0, 500), st.integers(0, 500))
@settings(deadline=None)
def test_log_ratio_changes_sign_when_the_sides_swap(plus: int, minus: int) -> None:
    one, variance = log_ratio(np.array(float(plus)), np.array(float(minus)))
    other, same = log_ratio(np.array(float(minus)), np.array(float(plus)))
    np.testing.assert_allclose(one, -other, atol=EXACT)
    np.testing.assert_allclose(variance, same, atol=EXACT)


def test_scale_values_take_the_nearest_parent() -> None:
    scale = {"01": 0.0, "010": 0.4, "18": -9.0, "182": -9.5}
    np.testing.assert_array_equal(
        scale_values(["010", "014", "1823", "18", "1", "99"], scale),
        [0.4, 0.0, -9.5, -9.0, np.nan, np.nan],
    )


def test_mean_scale_by_hand() -> None:
    counts = np.array([[1.0, 3.0, 5.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]])
    mean, error = mean_scale(counts, np.array([4.0, -8.0, np.nan]))
    np.testing.assert_allclose(mean, [-5.0, np.nan, 4.0], atol=EXACT)
    np.testing.assert_allclose(error, [3.0, np.nan, np.nan], atol=EXACT)
