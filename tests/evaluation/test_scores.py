"""Scores and calibration against closed forms, integrals and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chisquare, norm

from realpolitik.evaluation.calibration import calibration
from realpolitik.evaluation.scores import (
    CENTRAL,
    brier,
    coverage,
    crps,
    direction,
    direction_probability,
    log_score,
    pit,
    skill,
)

EXACT = 1e-12  # the same formula by two routes, in double precision
PRINTED = 5e-5  # golden numbers are printed to four digits
INTEGRAL = 1e-7  # adaptive quadrature
ROUNDING = 1e-12  # a score that is zero in exact arithmetic may be this far below
SIMULATED = 0.01  # six standard errors of a share over 100,000 draws

CASES = [(0.3, 0.7, 1.9), (-1.2, 2.5, -1.0), (0.0, 0.1, 0.35), (4.0, 1.3, -2.0)]
NUMBER = st.floats(-50, 50)
SPREAD = st.floats(0.01, 50)


@pytest.mark.parametrize(
    ("z", "continuous", "logarithmic"),
    [(0, 0.2337, -0.9189), (1, 0.6024, -1.4189), (2, 1.4528, -2.9189)],
)
def test_golden_numbers(z: float, continuous: float, logarithmic: float) -> None:
    zero, one, value = np.zeros(1), np.ones(1), np.array([float(z)])
    np.testing.assert_allclose(crps(zero, one, value), continuous, atol=PRINTED)
    np.testing.assert_allclose(log_score(zero, one, value), logarithmic, atol=PRINTED)


@pytest.mark.parametrize(("mean", "sd", "value"), CASES)
def test_log_score_is_the_log_density(mean: float, sd: float, value: float) -> None:
    found = log_score(np.array([mean]), np.array([sd]), np.array([value]))
    np.testing.assert_allclose(found, norm.logpdf(value, mean, sd), rtol=EXACT)


@pytest.mark.parametrize(("mean", "sd", "value"), CASES)
def test_crps_is_its_integral(mean: float, sd: float, value: float) -> None:
    below, _ = quad(lambda x: norm.cdf(x, mean, sd) ** 2, -np.inf, value)
    above, _ = quad(lambda x: norm.sf(x, mean, sd) ** 2, value, np.inf)
    found = crps(np.array([mean]), np.array([sd]), np.array([value]))
    np.testing.assert_allclose(found, below + above, atol=INTEGRAL)


@given(mean=NUMBER, sd=SPREAD, value=NUMBER, scale=st.floats(0.1, 10))
def test_crps_is_non_negative_symmetric_and_has_the_unit_of_the_reading(
    mean: float, sd: float, value: float, scale: float
) -> None:
    arrays = np.array([mean]), np.array([sd]), np.array([value])
    found = crps(*arrays)
    assert found[0] >= -ROUNDING * sd
    mirrored = crps(-arrays[0], arrays[1], -arrays[2])
    np.testing.assert_allclose(mirrored, found, rtol=1e-9, atol=ROUNDING)
    scaled = crps(*(scale * part for part in arrays))
    np.testing.assert_allclose(scaled, scale * found, rtol=1e-9, atol=ROUNDING)


@pytest.mark.parametrize("wrong", [(0.4, 1.0), (0.0, 0.7), (0.0, 1.5)])
def test_the_truth_scores_best_on_average(wrong: tuple[float, float]) -> None:
    def expected(score, mean, sd):
        def term(y):
            return norm.pdf(y) * score(np.array([mean]), np.array([sd]), np.array([y]))[0]

        return quad(term, -12, 12)[0]

    np.testing.assert_allclose(expected(crps, 0.0, 1.0), 1 / np.sqrt(np.pi), atol=INTEGRAL)
    assert expected(crps, 0.0, 1.0) < expected(crps, *wrong)
    assert expected(log_score, 0.0, 1.0) > expected(log_score, *wrong)


def test_scores_of_many_forecasters_at_once() -> None:
    draw = np.random.default_rng(1)
    mean, sd, value = draw.normal(size=(3, 5)), draw.uniform(0.5, 2, (3, 5)), draw.normal(size=5)
    order = draw.permutation(5)
    for score in (log_score, crps, pit):
        found = score(mean, sd, value)
        assert found.shape == (3, 5)
        np.testing.assert_array_equal(found[1], score(mean[1], sd[1], value))
        np.testing.assert_array_equal(
            found[:, order], score(mean[:, order], sd[:, order], value[order])
        )


def test_a_missing_reading_has_no_score() -> None:
    mean, sd, value = np.zeros((2, 2)), np.ones((2, 2)), np.array([np.nan, 1.0])
    for score in (log_score, crps, pit):
        np.testing.assert_array_equal(np.isnan(score(mean, sd, value)), [[True, False]] * 2)


def test_coverage_of_right_and_overconfident_forecasts() -> None:
    value = np.random.default_rng(2).normal(0.0, 2.0, size=100_000)
    sd = np.array([2.0, 1.0])[:, None] * np.ones(100_000)
    found = coverage(pit(np.zeros_like(sd), sd, value))
    np.testing.assert_allclose(found[0], CENTRAL, atol=SIMULATED)
    half_as_wide = [2 * norm.cdf(norm.ppf(0.5 + level / 2) / 2) - 1 for level in CENTRAL]
    np.testing.assert_allclose(found[1], half_as_wide, atol=SIMULATED)


def test_coverage_leaves_missing_forecasts_out() -> None:
    transform = np.array([[0.5, np.nan, 0.99, np.nan], [np.nan] * 4])
    np.testing.assert_array_equal(coverage(transform), [[0.5, 0.5, 0.5], [np.nan] * 3])


@pytest.mark.parametrize(("mean", "sd"), [(0.3, 0.7), (-0.9, 0.2), (2.0, 5.0)])
def test_direction_probabilities_are_areas_of_the_forecast(mean: float, sd: float) -> None:
    present, threshold = 0.4, 0.25
    found = direction_probability(np.array([[mean]]), np.array([[sd]]), np.array([present]), 0.25)
    assert found.shape == (1, 1, 3)
    edges = norm.cdf([present - threshold, present + threshold], mean, sd)
    expected = [1 - edges[1], edges[1] - edges[0], edges[0]]
    np.testing.assert_allclose(found[0, 0], expected, atol=EXACT)


@given(mean=NUMBER, sd=SPREAD, present=NUMBER, threshold=st.floats(0, 10))
def test_direction_probabilities_are_probabilities(
    mean: float, sd: float, present: float, threshold: float
) -> None:
    found = direction_probability(np.array([mean]), np.array([sd]), np.array([present]), threshold)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(), 1.0, atol=EXACT)


def test_direction_counts_a_move_of_the_threshold_as_none() -> None:
    value, present = np.array([1.5, 1.51, 0.5, 0.49, 1.0]), np.ones(5)
    np.testing.assert_array_equal(direction(value, present, 0.5), [1, 0, 1, 2, 1])


def test_the_direction_of_a_missing_reading_is_refused() -> None:
    with pytest.raises(AssertionError, match="missing reading"):
        direction(np.array([np.nan]), np.zeros(1), 0.1)


def test_brier_of_known_forecasts() -> None:
    sure_right, sure_wrong, even = [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1 / 3] * 3
    probability = np.array([[sure_right, sure_right], [sure_wrong, sure_wrong], [even, even]])
    found = brier(probability, np.array([0, 2]))
    np.testing.assert_allclose(found, [[0, 2], [2, 0], [2 / 3, 2 / 3]], atol=EXACT)


@given(st.lists(st.floats(0.01, 1), min_size=6, max_size=6))
def test_brier_is_least_in_expectation_at_the_truth(raw: list[float]) -> None:
    truth, other = np.array(raw[:3]) / sum(raw[:3]), np.array(raw[3:]) / sum(raw[3:])
    outcome = np.arange(3)

    def expected(forecast):
        return float(truth @ brier(np.tile(forecast, (3, 1)), outcome))

    distance = float(np.sum((truth - other) ** 2))
    np.testing.assert_allclose(expected(other) - expected(truth), distance, atol=EXACT)


def test_skill_is_over_shared_readings() -> None:
    loss = np.array([[2.0, 4.0, 100.0], [1.0, 2.0, np.nan], [3.0, 6.0, 0.0]])
    np.testing.assert_allclose(skill(loss, reference=0), [0.0, 0.5, -0.5], atol=EXACT)
    assert np.isnan(skill(np.zeros((2, 3)), reference=0)).all()


def test_calibration_counts_and_tests_the_histogram() -> None:
    transform = np.array([0.05, 0.1, 0.3, 0.55, 0.6, 0.7, 0.9, np.nan])
    found = calibration(transform, np.arange(8) % 5, bins=4)
    np.testing.assert_allclose(found.shares, np.array([2, 1, 3, 1]) / 7, atol=EXACT)
    expected = chisquare([2, 1, 3, 1])
    np.testing.assert_allclose(found.chi_square, expected.statistic, atol=EXACT)
    np.testing.assert_allclose(found.p_independent, expected.pvalue, atol=EXACT)
    np.testing.assert_allclose(found.mean, np.nanmean(transform), atol=EXACT)
    assert (found.readings, found.clusters) == (7, 5)


def test_calibration_without_enough_to_go_on() -> None:
    few = calibration(np.array([0.2, 0.7, 0.4]), np.array([0, 1, 2]))
    assert np.isnan(few.p_clustered)
    assert not np.isnan(few.p_independent)
    none = calibration(np.array([np.nan]), np.array([0]))
    assert none.readings == 0
    assert np.isnan([none.mean, none.spread, none.chi_square, none.p_independent]).all()
    same = calibration(np.full(20, 0.5), np.arange(20))
    assert np.isnan(same.p_clustered)


def test_only_the_clustered_test_keeps_its_size_under_dependence() -> None:
    draw = np.random.default_rng(3)
    groups, each, runs = 30, 40, 300
    cluster = np.repeat(np.arange(groups), each)
    rejected = np.zeros((runs, 2))
    for run in range(runs):
        shared = draw.normal(size=groups)[cluster]
        transform = norm.cdf(np.sqrt(0.3) * shared + np.sqrt(0.7) * draw.normal(size=len(cluster)))
        found = calibration(transform, cluster)
        rejected[run] = found.p_independent < 0.05, found.p_clustered < 0.05
    naive, clustered = rejected.mean(axis=0)
    assert naive > 0.3  # six times its nominal size
    # With 30 clusters the test is a little too eager: .09 in a long run, standard error .017 here.
    assert 0.02 < clustered < 0.15


@pytest.mark.parametrize(("bias", "sd"), [(0.0, 0.6), (0.0, 1.8), (0.5, 1.0)])
def test_calibration_finds_wrong_width_and_wrong_centre(bias: float, sd: float) -> None:
    value = np.random.default_rng(4).normal(bias, 1.0, size=2000)
    transform = pit(np.zeros(2000), np.full(2000, sd), value)
    found = calibration(transform, np.repeat(np.arange(40), 50))
    assert found.p_clustered < 1e-6
    assert found.p_independent < 1e-6
    assert (found.spread > 1.1) == (sd < 1 or bias > 0)
    assert (found.mean > 0.55) == (bias > 0)
