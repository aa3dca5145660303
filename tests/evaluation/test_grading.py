"""Grades of sealed forecasts are those worked out by hand."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from realpolitik.evaluation.grading import Reading, grade
from realpolitik.evaluation.ledger import read_ledger, seal
from realpolitik.evaluation.ledger_record import (
    normal_steps,
)

BY_HAND = 1e-8  # the oracles below are worked out to ten digits
made = importlib.import_module("ledger_forecasts")
DAY, FORECAST, forecast, made_with = made.DAY, made.FORECAST, made.forecast, made.made_with


def test_normal_steps_have_the_quantiles_and_chances_of_the_normal() -> None:
    first, second = normal_steps(
        [date(2021, 1, 1), date(2021, 2, 1)],
        np.array([0.3, -1.0]),
        np.array([0.5, 2.0]),
        level=0.2,
        threshold=0.1,
    )
    assert (first.step, second.step) == ("2021-01", "2021-02")
    oracle = 1.6448536269514722, 1.2815515655446004, 0.6744897501960817
    upper = 0.3 + 0.5 * np.array(oracle[::-1])
    np.testing.assert_allclose(first.quantiles.values()[4:], upper, rtol=BY_HAND)
    np.testing.assert_allclose(
        second.quantiles.values()[:3], -1.0 - 2.0 * np.array(oracle), rtol=BY_HAND
    )
    # P(y > 0.3) = 1/2 and P(y < 0.1) = Φ(-0.4).
    expected = 0.5, 0.5 - 0.3445782584, 0.3445782584
    np.testing.assert_allclose(first.probability.values(), expected, rtol=BY_HAND)


def test_grades_are_those_worked_out_by_hand(path: Path) -> None:
    path.unlink()
    seal(path, forecast(), made_with())
    readings = {
        # σ = √(0.4² + 0.3²) = 0.5, z = 1.2; the move of 0.7 is a rise.
        ("USA", "PAK", 2021): Reading(0.9, 0.09),
        # σ = 0.8, z = -0.5; the move of -0.25 is a fall.
        ("USA", "PAK", 2022): Reading(-0.05, 0.0),
        ("PAK", "USA", 2021): Reading(5.0, 0.0),
    }
    grades = grade(read_ledger(path), readings)
    first, second = grades.steps
    found = [(s.log_score, s.crps, s.brier, s.pit) for s in (first, second)]
    by_hand = [
        (-0.9457913526, 0.3740076592, 0.38, 0.8849303298),
        (-0.8207949819, 0.2651228250, 0.86, 0.3085375387),
    ]
    np.testing.assert_allclose(np.array(found, dtype=float), by_hand, rtol=BY_HAND)
    # 0.9 is above the sealed q90 of 0.85, but not above 0.25 + √(0.6² + (1.2816·0.3)²) = 0.963.
    assert first.inside == (False, True, True)
    assert second.inside == (True, True, True)
    assert (first.horizon, second.horizon) == (1, 2)
    total = grades.total
    means = np.mean(by_hand, axis=0)
    np.testing.assert_allclose(
        np.array([total.log_score, total.crps, total.brier], dtype=float), means[:3], rtol=BY_HAND
    )
    assert total.coverage == (0.5, 1.0, 1.0)
    np.testing.assert_allclose(total.pit, [row[3] for row in by_hand], rtol=BY_HAND)
    assert grades.by_entry == (total,)
    assert grades.by_horizon[2].crps == second.crps
    assert list(grades.by_horizon) == [1, 2]


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        (-0.100001, (False, True, True)),
        (-0.099999, (True, True, True)),
        (1.300001, (False, False, True)),
        (1.700001, (False, False, False)),
        (-1.000001, (False, False, False)),
    ],
)
def test_intervals_without_error_are_the_sealed_quantiles(
    path: Path, value: float, inside: tuple[bool, bool, bool]
) -> None:
    grades = grade(read_ledger(path)[:1], {("USA", "PAK", 2022): Reading(value, 0.0)})
    assert grades.steps[1].inside == inside


def test_what_is_not_due_says_so(path: Path) -> None:
    grades = grade(read_ledger(path), {("USA", "PAK", 2022): Reading(1.0, 0.1)})
    assert [step.status for step in grades.steps] == ["not due", "graded"] * 4
    assert grades.steps[0].log_score is None
    assert (grades.total.graded, grades.total.not_due) == (4, 4)
    assert grades.by_horizon[1].crps is None
    assert grades.by_horizon[1].coverage is None
    assert grades.by_horizon[1].pit == ()
    assert [step.entry for step in grades.steps] == [0, 0, 1, 1, 2, 2, 3, 3]
    nothing = grade(read_ledger(path), {})
    assert nothing.total.not_due == 8
    assert nothing.total.brier is None


@pytest.mark.parametrize(
    ("sealed_on", "known", "status"),
    [
        (date(2021, 12, 30), None, "graded"),
        (date(2021, 12, 31), None, "not a forecast"),
        (date(2022, 6, 1), date(2022, 6, 2), "graded"),
        (date(2022, 6, 2), date(2022, 6, 2), "not a forecast"),
    ],
)
def test_what_was_known_when_sealed_is_no_forecast(
    sealed_on: date,
    known: date | None,
    status: str,
    path: Path,
    day: Callable[[date], None],
) -> None:
    day(sealed_on)
    seal(path, forecast(), made_with())
    readings = {("USA", "PAK", 2021): Reading(0.9, 0.09, known)}
    grades = grade(read_ledger(path)[4:], readings)
    assert grades.steps[0].status == status
    assert grades.total.graded == (status == "graded")
    assert grades.total.not_forecasts == (status != "graded")
    assert (grades.steps[0].crps is None) == (status != "graded")


def test_months_are_graded_by_month(path: Path) -> None:
    steps = normal_steps(
        [date(2021, 4, 1), date(2021, 6, 1)], np.zeros(2), np.ones(2), level=0.0, threshold=0.0
    )
    monthly = forecast(origin="2020-12", steps=[step.model_dump() for step in steps])
    seal(path, monthly, made_with())
    grades = grade(read_ledger(path)[4:], {("USA", "PAK", date(2021, 6, 1)): Reading(1.0, 0.0)})
    assert [(step.horizon, step.status) for step in grades.steps] == [(4, "not due"), (6, "graded")]
    np.testing.assert_allclose(grades.total.crps, 0.6024414, rtol=1e-6)  # z = 1
