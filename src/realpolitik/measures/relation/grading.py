"""One M-step of the graded series: thresholds, pulls and weight given the smoothed relation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from realpolitik.measures.relation import model
from realpolitik.measures.relation.indicators import MISSING, Graded, Grades
from realpolitik.measures.relation.likelihoods import FAR, Interval, interval
from realpolitik.measures.relation.model import Array
from realpolitik.measures.relation.readings import lag_grade
from realpolitik.measures.relation.summary import Read

PRIOR_SD = 3.0
"""Weak normal prior of thresholds, loadings and pulls of graded series, in probit units."""
WEIGHT_SD = 0.5
"""Prior standard deviation of a graded series' log weight around the mean of all."""
LONGEST = 0.5
"""Longest step of a log weight."""
HALVINGS = 8
"""Most halvings of a scoring step that would lower the fit."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings of a graded series in a list, with the relation as the rest of the data give it.

    Attributes
    ----------
    grade, last : ndarray of int, shape (R,)
        `last` is the grade of the step before; `count` where there was none.
    count : int
    traits : ndarray, shape (R, X)
    mean, variance : ndarray, shape (R,)
    """

    grade: Grades
    last: Grades
    count: int
    traits: Array
    mean: Array
    variance: Array


def _pack(params: model.Graded) -> Array:
    return np.array([*params.cuts, *params.exposure, *params.carry])


def _unpack(values: Array, like: model.Graded) -> model.Graded:
    cuts = len(like.cuts)
    end = cuts + len(like.exposure)
    numbers = tuple(values.tolist())
    return replace(like, cuts=numbers[:cuts], exposure=numbers[cuts:end], carry=numbers[end:])


def _design(rows: Rows, carries: bool) -> tuple[Array, Array]:
    """Differentiate the two ends before scaling, shape (R, K): cuts, traits, carry."""
    marks = np.zeros((len(rows.grade), rows.count + 1))
    marks[np.arange(len(rows.grade)), rows.grade] = 1.0
    pulls = [*rows.traits.T]
    if carries:
        pulls += [(rows.last == k).astype(float) for k in range(1, rows.count + 1)]
    rest = -np.column_stack(pulls)
    high = np.column_stack([marks[:, : rows.count - 1], rest])
    low = np.column_stack([marks[:, 1 : rows.count], rest])
    return low, high


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends of the intervals after scaling, shape (R,), the scale, and the derivatives."""

    low: Array
    high: Array
    spread: Array
    part: Interval


def _ends(values: Array, rows: Rows, design: tuple[Array, Array], loading: float) -> Ends:
    """Intervals of the readings under packed parameters, the relation integrated out."""
    spread = np.sqrt(1.0 + loading**2 * rows.variance)
    centre = loading * rows.mean
    low = np.where(rows.grade == 0, -FAR, (design[0] @ values - centre) / spread)
    high = np.where(rows.grade == rows.count - 1, FAR, (design[1] @ values - centre) / spread)
    return Ends(low, high, spread, interval(low, high))


def _level(ends: Ends, values: Array) -> float:
    return float(ends.part.value.sum()) - 0.5 * float(values @ values) / PRIOR_SD**2


def _newton(values: Array, rows: Rows, design: tuple[Array, Array], loading: float) -> Array:
    """One Newton step on thresholds, traits and carry, halved until the fit does not fall."""
    ends = _ends(values, rows, design, loading)
    by_low, by_high = ends.part.by_low, ends.part.by_high
    low, high = design[0] / ends.spread[:, None], design[1] / ends.spread[:, None]
    curve = high.T @ (high * (by_high * (ends.high + by_high))[:, None])
    curve += low.T @ (low * (by_low * (ends.low + by_low))[:, None])
    mixed = high.T @ (low * (by_high * by_low)[:, None])
    curve += mixed + mixed.T + np.eye(len(values)) / PRIOR_SD**2
    slope = high.T @ by_high + low.T @ by_low - values / PRIOR_SD**2
    step = np.linalg.solve(curve, slope)
    level, cuts = _level(ends, values), rows.count - 1
    for _ in range(HALVINGS):
        trial = values + step
        ordered = bool(np.all(np.diff(trial[:cuts]) > 0))
        if ordered and _level(_ends(trial, rows, design, loading), trial) >= level:
            return trial
        step = 0.5 * step
    return values


def update_graded(rows: Rows, old: model.Graded, centre: float) -> model.Graded:
    """Improve all parameters of a graded series given the relation without it.

    The log weight takes a scoring step on the fit of the readings plus its prior,
    ``log weight ~ N(centre, WEIGHT_SD^2)``.

    Parameters
    ----------
    rows : Rows
    old : model.Graded
    centre : float
        Mean of the log weights of all graded series.

    References
    ----------
    Rasmussen and Williams (2006), section 5.5.2: the gradient of the evidence at fixed cavities.
    Gelman and others (2013), chapter 5: hierarchical priors.
    """
    design = _design(rows, bool(old.carry))
    values = _newton(_pack(old), rows, design, old.sign * old.weight)
    slope, square = _weight_slope(rows, values, design, old)
    away = np.log(old.weight) - centre
    step = (old.weight * slope - away / WEIGHT_SD**2) / (old.weight**2 * square + WEIGHT_SD**-2)
    step = min(max(step, -LONGEST), LONGEST)
    return replace(_unpack(values, old), weight=float(old.weight * np.exp(step)))


def _weight_slope(
    rows: Rows, values: Array, design: tuple[Array, Array], params: model.Graded
) -> tuple[float, float]:
    """Slope of the fit of a series in its weight, and its squares summed over readings."""
    loading = params.sign * params.weight
    ends = _ends(values, rows, design, loading)
    part = ends.part
    turn = loading * rows.variance / ends.spread**2
    each = part.slope * rows.mean / ends.spread
    each -= turn * (part.by_high * ends.high + part.by_low * ends.low)
    return float(params.sign * each.sum()), float(each @ each)


def rows_of(
    series: Graded, traits: Array, read: Read, stand_in: tuple[Array, Array] | None = None
) -> Rows:
    """List the readings of a series and take their stand-ins out of the smoothed relation.

    Parameters
    ----------
    series : Graded
    traits : ndarray, shape (P, C, X)
    read : Read
    stand_in : pair of ndarray, shape (T, P, C), optional
        Precision and shift with which the readings entered the filter, so that no reading counts
        twice; nothing for a series that the relation does not rest on.
    """
    pick = series.grade != MISSING
    mean, variance = read.now[pick], read.now_var[pick]
    if stand_in is not None:
        rest = 1.0 / variance - stand_in[0][pick]
        mean, variance = (mean / variance - stand_in[1][pick]) / rest, 1.0 / rest
    fixed = np.broadcast_to(traits, (*series.grade.shape, traits.shape[-1]))[pick]
    return Rows(
        grade=series.grade[pick],
        last=lag_grade(series)[pick],
        count=series.count,
        traits=fixed,
        mean=mean,
        variance=variance,
    )
