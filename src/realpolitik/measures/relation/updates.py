"""One M-step: each group of parameters set to the values that fit the smoothed relation best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation import model
from realpolitik.measures.relation.filtering import FUNCTIONALS, Smoothed
from realpolitik.measures.relation.indicators import MISSING, Continuous, Graded, Grades
from realpolitik.measures.relation.likelihoods import FAR, Interval, interval
from realpolitik.measures.relation.model import LEFT, READ, TOP_CARRY, Array
from realpolitik.measures.relation.readings import before, lag_grade

PRIOR_SD = 3.0
"""Weak normal prior of thresholds, loadings and pulls of graded series, in probit units."""
SMALLEST = 1e-9
"""Keeps a quotient finite where a series has no memory to learn from."""
USUAL_CORR = 0.8
"""Correlation between directions where no directed continuous series can tell."""
HIGHEST_CORR = 0.98
FEWEST_STEPS = 100
"""Pairs of neighbouring steps that `direction_corr` needs."""
WEIGHT_SD = 0.5
"""Prior standard deviation of a graded series' log weight around the mean of all."""
LONGEST = 0.5
"""Longest step of a log weight."""
HALVINGS = 8
"""Most halvings of a scoring step that would lower the fit."""


@dataclass(frozen=True, slots=True)
class Read:
    """Smoothed moments of the combination of relations one series reads, shape (T, P, C).

    `now` is the relation of the step, `last` that of the step before.
    """

    now: Array
    last: Array
    now_var: Array
    last_var: Array
    cov: Array


def read_moments(smoothed: Smoothed, columns: int) -> Read:
    """Moments of what a series with this number of columns reads."""
    mean = smoothed.moments.mean @ READ.T
    cov = READ @ smoothed.moments.cov @ READ.T
    weights = FUNCTIONALS[columns]
    quad = np.einsum("ci,tpij,cj->tpc", weights, cov[..., :2, :2], weights)
    last = np.einsum("ci,tpij,cj->tpc", weights, cov[..., 2:, 2:], weights)
    cross = np.einsum("ci,tpij,cj->tpc", weights, cov[..., :2, 2:], weights)
    return Read(mean[..., :2] @ weights.T, mean[..., 2:] @ weights.T, quad, last, cross)


def _second(smoothed: Smoothed, part: slice) -> tuple[Array, Array, Array]:
    """Give E[x_t x_t'], E[x_{t-1} x_{t-1}'] and E[x_t x_{t-1}'] from the second step on."""
    mean = smoothed.moments.mean[..., part]
    square = smoothed.moments.cov[..., part, part] + mean[..., :, None] * mean[..., None, :]
    across = smoothed.cross[1:, ..., part, part] + mean[1:, ..., :, None] * mean[:-1, ..., None, :]
    return square[1:], square[:-1], across


def update_dynamics(
    smoothed: Smoothed, start: NDArray[np.int64], pair_corr: float
) -> model.Dynamics:
    """Maximise the expected log density of the paths over the three standard deviations.

    Parameters
    ----------
    smoothed : Smoothed
    start : ndarray, shape (P,)
    pair_corr : float
        Correlation between the directions, known; see `direction_corr`.

    References
    ----------
    Shumway and Stoffer (1982).
    """
    steps, pairs = smoothed.moments.mean.shape[:2]
    going = (np.arange(1, steps)[:, None] > start).astype(float)
    inverse = np.linalg.inv(np.array([[1.0, pair_corr], [pair_corr, 1.0]]))
    now, last, across = (np.einsum("tp,tpij->ij", going, x) for x in _second(smoothed, slice(0, 2)))
    slow = now + last - across - across.T
    now, last, across = (np.einsum("tp,tpij->ij", going, x) for x in _second(smoothed, slice(2, 4)))
    fast = now + LEFT**2 * last - LEFT * (across + across.T)
    entry = smoothed.moments.mean[start, np.arange(pairs), :2]
    first = smoothed.moments.cov[start, np.arange(pairs), :2, :2].sum(axis=0) + entry.T @ entry
    sds = [
        float(np.sqrt(0.5 * np.sum(inverse * total) / size))
        for total, size in ((first, pairs), (slow, going.sum()), (fast, going.sum()))
    ]
    return model.Dynamics(sds[0], sds[1], sds[2], pair_corr)


def direction_corr(series: Iterable[Continuous]) -> float:
    """Correlation of the two directions of a pair, from directed continuous series.

    The covariance of a reading with the opposite reading of the step before, over that with its
    own: readings of one step share reports and errors, readings of two steps share the relation.

    Parameters
    ----------
    series : iterable of Continuous

    Returns
    -------
    float
        `USUAL_CORR` where fewer than `FEWEST_STEPS` readings can be compared.
    """
    own, other, count = 0.0, 0.0, 0
    for one in series:
        if one.value.shape[2] == 1:
            continue
        centred = one.value - np.nanmean(one.value)
        weight = 1.0 / (1.0 + one.variance)
        now, last = centred[1:] * weight[1:], centred[:-1] * weight[:-1]
        both = np.isfinite(now).all(axis=2) & np.isfinite(last).all(axis=2)
        own += float((now[both] * last[both]).sum())
        other += float((now[both] * last[both][:, ::-1]).sum())
        count += int(both.sum())
    if count < FEWEST_STEPS or own <= 0.0:
        return USUAL_CORR
    return min(max(other / own, 0.0), HIGHEST_CORR)


@dataclass(frozen=True, slots=True)
class Listed:
    """Readings of a continuous series in a list, freed of their memory at given parameters.

    All arrays have shape (R,). `one` and `x` multiply level and loading, `xx` is the mean square
    of `x`, `weight` the inverse variance.
    """

    y: Array
    one: Array
    x: Array
    xx: Array
    weight: Array


def list_continuous(series: Continuous, read: Read, params: model.Continuous) -> Listed:
    """List the readings of a continuous series with the smoothed relation they read.

    Parameters
    ----------
    series : Continuous
    read : Read
    params : model.Continuous
    """
    pick = np.isfinite(series.value)
    last = before(series.value, np.nan)[pick]
    opening = np.isnan(last)
    w = np.where(opening, 0.0, params.carry)
    noise = params.noise**2 * np.where(opening, 1.0 / (1.0 - params.carry**2), 1.0)
    known = np.where(opening, 0.0, before(series.variance, np.nan)[pick])
    variance = noise + series.variance[pick] + w**2 * known
    x = read.now[pick] - w * read.last[pick]
    spread = read.now_var[pick] - 2.0 * w * read.cov[pick] + w**2 * read.last_var[pick]
    y = series.value[pick] - w * np.where(opening, 0.0, last)
    return Listed(y, 1.0 - w, x, x**2 + spread, 1.0 / variance)


def common_loading(lists: Mapping[str, Listed], old: Mapping[str, model.Continuous]) -> float:
    """Weighted least squares for the loading that the core series share.

    Parameters
    ----------
    lists : Mapping of str to Listed
    old : Mapping of str to model.Continuous
        Levels and signs.
    """
    top, bottom = 0.0, 0.0
    for name, one in lists.items():
        rest = one.y - one.one * old[name].level
        top += float(np.sign(old[name].loading) * (one.weight * one.x) @ rest)
        bottom += float(one.weight @ one.xx)
    return max(top / bottom, SMALLEST)


def update_continuous(
    series: Continuous, read: Read, listed: Listed, old: model.Continuous, loading: float
) -> model.Continuous:
    """Weighted least squares for the level, then memory, then noise, given the loading.

    Parameters
    ----------
    series : Continuous
    read : Read
    listed : Listed
        The same readings freed of their memory under `old`.
    old : model.Continuous
    loading : float
        New loading, with its sign.
    """
    rest = listed.weight * (listed.y - loading * listed.x)
    level = float(listed.one @ rest / (listed.one @ (listed.weight * listed.one)))
    pick = np.isfinite(series.value)
    value, last = series.value[pick], before(series.value, np.nan)[pick]
    opening = np.isnan(last)
    here = value - level - loading * read.now[pick]
    gone = np.where(opening, 0.0, last - level - loading * read.last[pick])
    shared = loading**2 * np.where(opening, 0.0, read.cov[pick])
    before_var = loading**2 * np.where(opening, 0.0, read.last_var[pick])
    slope = float(
        listed.weight @ (here * gone + shared) / (listed.weight @ (gone**2 + before_var) + SMALLEST)
    )
    carry = min(max(slope, 0.0), TOP_CARRY)
    w = np.where(opening, 0.0, carry)
    stretch = np.where(opening, 1.0 / (1.0 - carry**2), 1.0)
    square = (here - w * gone) ** 2 + loading**2 * read.now_var[pick]
    square += w**2 * before_var - 2.0 * w * shared
    known = series.variance[pick] + w**2 * np.where(
        opening, 0.0, before(series.variance, np.nan)[pick]
    )
    own = old.noise**2 * stretch
    share = own / (own + known)
    noise = np.mean((share**2 * square + share * known) / stretch)
    return model.Continuous(level, loading, carry, float(np.sqrt(noise)))


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
