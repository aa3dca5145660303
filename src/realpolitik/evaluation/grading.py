"""Sealed forecasts against what was read since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from realpolitik.evaluation.ledger_record import LEVELS, Entry, StepForecast, at
from realpolitik.evaluation.scores import CENTRAL, Array, brier, crps, direction, log_score, pit
from realpolitik.timeline import Time, last_day

_Row = tuple[float, float, float, float, float, tuple[bool, bool, bool]]
_NOTHING = (None, None, None, None, None, None)

Status = Literal["graded", "not due", "not a forecast"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a dyad in a step.

    Attributes
    ----------
    value : float
        In the units of the forecasts.
    var : float
        Variance that the error of the reading adds to the forecast's own; 0 where the sealed
        forecasts are of the reading, its error included.
    known : date, optional
        Day from which it could be known; the last day of the step if not given.
    """

    value: float
    var: float
    known: date | None = None


@dataclass(frozen=True, slots=True)
class GradedStep:
    """One step of one entry; the scores are None unless it is graded.

    Attributes
    ----------
    entry : int
        Position in the ledger, its line less 1.
    step : int or date
    horizon : int
        Steps since the origin.
    status : {"graded", "not due", "not a forecast"}
        Not due: there is no reading. Not a forecast: it was sealed on or after the day from which
        the reading could be known.
    value : float or None
    log_score, crps, brier, pit : float or None
    inside : tuple of 3 bool, or None
        Whether the value lies in the central 50%, 80% and 90% interval.
    """

    entry: int
    step: Time
    horizon: int
    status: Status
    value: float | None
    log_score: float | None
    crps: float | None
    brier: float | None
    pit: float | None
    inside: tuple[bool, bool, bool] | None


@dataclass(frozen=True, slots=True)
class Grade:
    """Mean scores over graded steps; None where nothing is graded.

    Attributes
    ----------
    graded, not_due, not_forecasts : int
        Steps of each status.
    log_score, crps, brier : float or None
    coverage : tuple of 3 floats, or None
        Share of values inside the central 50%, 80% and 90% interval.
    pit : tuple of float
        In the order of the ledger; uniform on (0, 1) if the forecasts are right.
    """

    graded: int
    not_due: int
    not_forecasts: int
    log_score: float | None
    crps: float | None
    brier: float | None
    coverage: tuple[float, float, float] | None
    pit: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grades:
    """All that can be said of a ledger today.

    Attributes
    ----------
    steps : tuple of GradedStep
        Every step of every entry, in the order of the ledger.
    by_entry : tuple of Grade
        One for each entry.
    by_horizon : dict of int to Grade
    total : Grade
    """

    steps: tuple[GradedStep, ...]
    by_entry: tuple[Grade, ...]
    by_horizon: dict[int, Grade]
    total: Grade


def grade(entries: Sequence[Entry], readings: Mapping[tuple[str, str, Time], Reading]) -> Grades:
    """Score the steps that have come due.

    Log score, CRPS and PIT are those of the normal distribution with the sealed mean and the
    variance sd² + v, v the reading's own; the Brier score is that of the sealed probabilities of
    rise, no change and fall against the move of the reading from the sealed level. Intervals are
    the sealed quantiles, each moved away from the median m to
    m ± √((q - m)² + z² v), with z the normal quantile of its level: exact for a normal forecast,
    and the sealed quantile itself where v is 0.

    Parameters
    ----------
    entries : sequence of Entry
    readings : mapping
        By source, target and step.

    Examples
    --------
    >>> grade([], {}).total.graded
    0
    """
    pairs = [
        (number, step) for number, entry in enumerate(entries) for step in entry.forecast.steps
    ]
    found = [_reading(entries[number], step, readings) for number, step in pairs]
    due = {
        i: (entries[pairs[i][0]], pairs[i][1], reading)
        for i, (status, reading) in enumerate(found)
        if status == "graded" and reading is not None
    }
    rows = dict(zip(due, _scores(list(due.values())), strict=True))
    steps = tuple(
        GradedStep(
            number,
            at(step.step),
            entries[number].forecast.horizon(step),
            found[i][0],
            *rows.get(i, _NOTHING),
        )
        for i, (number, step) in enumerate(pairs)
    )
    by_entry: dict[int, list[GradedStep]] = {number: [] for number in range(len(entries))}
    by_horizon: dict[int, list[GradedStep]] = {h: [] for h in sorted({s.horizon for s in steps})}
    for step in steps:
        by_entry[step.entry].append(step)
        by_horizon[step.horizon].append(step)
    return Grades(
        steps,
        tuple(_mean(group) for group in by_entry.values()),
        {horizon: _mean(group) for horizon, group in by_horizon.items()},
        _mean(steps),
    )


def _reading(
    entry: Entry, step: StepForecast, readings: Mapping[tuple[str, str, Time], Reading]
) -> tuple[Status, Reading | None]:
    time = at(step.step)
    reading = readings.get((entry.forecast.source, entry.forecast.target, time))
    if reading is None:
        return "not due", None
    known = last_day(time) if reading.known is None else reading.known
    return ("not a forecast" if entry.sealed >= known else "graded"), reading


def _scores(due: Sequence[tuple[Entry, StepForecast, Reading]]) -> list[_Row]:
    """Value, log score, CRPS, Brier, PIT and intervals of each step that has a reading."""
    if not due:
        return []
    value, var = np.array([(r.value, r.var) for _, _, r in due]).T
    mean = np.array([step.mean for _, step, _ in due])
    sd = np.sqrt(np.array([step.sd for _, step, _ in due]) ** 2 + var)
    probability = np.array([step.probability.values() for _, step, _ in due])
    happened = np.array(
        [
            direction(value[[i]], np.array([entry.forecast.level]), entry.forecast.threshold)[0]
            for i, (entry, _, _) in enumerate(due)
        ]
    )
    quantiles = np.array([step.quantiles.values() for _, step, _ in due])
    columns = (
        value,
        log_score(mean, sd, value),
        crps(mean, sd, value),
        brier(probability, happened),
        pit(mean, sd, value),
    )
    inside = _inside(quantiles, var, value)
    return [
        (*numbers, tuple(within))
        for numbers, within in zip(
            zip(*(column.tolist() for column in columns), strict=True),
            inside.tolist(),
            strict=True,
        )
    ]


def _inside(quantiles: Array, var: Array, value: Array) -> NDArray[np.bool_]:
    """Whether each value lies in each interval of `CENTRAL`, shape (R, 3)."""
    levels = np.array(LEVELS)
    middle = quantiles[:, [LEVELS.index(0.5)]]
    reach = np.hypot(quantiles - middle, ndtri(levels) * np.sqrt(var)[:, None])
    ends = middle + np.sign(levels - 0.5) * reach
    low = [int(np.argmin(np.abs(levels - (1.0 - share) / 2.0))) for share in CENTRAL]
    high = [len(LEVELS) - 1 - i for i in low]
    y = value[:, None]
    result: NDArray[np.bool_] = (ends[:, low] <= y) & (y <= ends[:, high])
    return result


def _mean(steps: Sequence[GradedStep]) -> Grade:
    graded = [step for step in steps if step.status == "graded"]

    def over(values: Iterable[float | None]) -> float | None:
        return float(np.mean([v for v in values if v is not None])) if graded else None

    inside = [step.inside for step in graded if step.inside is not None]
    shares = [float(share) for share in np.mean(inside, axis=0)] if inside else None
    return Grade(
        graded=len(graded),
        not_due=sum(step.status == "not due" for step in steps),
        not_forecasts=sum(step.status == "not a forecast" for step in steps),
        log_score=over(step.log_score for step in graded),
        crps=over(step.crps for step in graded),
        brier=over(step.brier for step in graded),
        coverage=(shares[0], shares[1], shares[2]) if shares else None,
        pit=tuple(step.pit for step in graded if step.pit is not None),
    )
