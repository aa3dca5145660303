"""The filter and the smoother by month, for all pairs of a block at once.

Forward: predict; take in the month's readings and, in December, the continuous readings of the
year, exactly; then the graded readings of the year one by one, as by year. Backward: the smoother
in the form that inverts no covariance, because parts of the vector are sums of others.

References
----------
Bryson and Frazier (1963); de Jong (1989), smoothing with the state space model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.monthly.dynamics import DECEMBER, SIZE, MonthMatrices
from realpolitik.measures.relation.filtering import FUNCTIONALS, Bounds, Evidence, absorb
from realpolitik.measures.relation.model import Array
from realpolitik.panel.record import MONTHS_A_YEAR


@dataclass(frozen=True, slots=True)
class MonthSeries:
    """One series read by month: ``value = loading * theta + b + d + N(0, variance)``.

    Attributes
    ----------
    value, variance : ndarray, shape (T, P, C)
        Readings less the level of the series, and their known error variance; NaN where not read.
    loading : float
    slot : int or None
        Place of the lasting deviation b, see `Deviation`.
    place : int
        Place of the first deviation d behind the lasting ones.
    """

    value: Array
    variance: Array
    loading: float
    slot: int | None
    place: int


@dataclass(frozen=True, slots=True)
class Path:
    """Relation of each month and its move; means and variances of shape (T, P, 2)."""

    mean: Array
    variance: Array
    change: Array
    change_variance: Array


@dataclass(frozen=True, slots=True)
class Years:
    """Relation of each year as December knows it; shapes (Y, P, 2) and (Y, P, 2, 2)."""

    mean: Array
    cov: Array


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass gives.

    Attributes
    ----------
    filtered, smoothed : Path
        Given the readings up to the month, and given all.
    filtered_years, smoothed_years : Years
    log_density : ndarray, shape (T, P)
        Of the readings of each month given those of the months before.
    """

    filtered: Path
    smoothed: Path
    filtered_years: Years
    smoothed_years: Years
    log_density: Array


@dataclass(frozen=True, slots=True)
class _Update:
    """Readings taken in: ``mean += cov @ pull``, ``cov -= cov @ weight @ cov``, of some pairs."""

    rows: NDArray[np.int64]
    cov: Array
    pull: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class _Forward:
    """The filter's trace.

    `mean`, `cov` come before the readings of a month, `reach` is the covariance of the vector with
    the relation of the month after them.
    """

    mean: Array
    cov: Array
    reach: Array
    updates: list[list[_Update]]
    path: Path
    years: Years
    log_density: Array


def _update(
    mean: Array, cov: Array, rows: NDArray[np.int64], precision: Array, shift: Array
) -> tuple[Array, Array, _Update, Array]:
    """Condition some pairs on information about the whole vector.

    Returns the new moments of all pairs, what was done, and the log of the mean of
    ``exp(shift' x - x' precision x / 2)`` of those pairs before it.
    """
    centre, spread = mean[rows], cov[rows]
    news = shift - (precision @ centre[..., None])[..., 0]
    inner = np.eye(mean.shape[-1]) + precision @ spread
    solved = np.linalg.solve(inner, np.concatenate([precision, news[..., None]], axis=-1))
    weight, pull = _even(solved[..., :-1]), solved[..., -1]
    moved = (spread @ pull[..., None])[..., 0]
    quadratic = np.sum(news * moved + centre * (shift + news), axis=-1)
    mass = 0.5 * (quadratic - np.linalg.slogdet(inner)[1])
    mean, cov = mean.copy(), cov.copy()
    mean[rows] += moved
    cov[rows] = _even(spread - spread @ weight @ spread)
    return mean, cov, _Update(rows, spread, pull, weight), mass


def _even(matrix: Array) -> Array:
    return 0.5 * (matrix + np.swapaxes(matrix, -1, -2))


def _month_information(
    step: int, series: Sequence[MonthSeries], model: MonthMatrices
) -> tuple[Array, Array, Array]:
    """Add up what the readings of one month say about the vector; (P, S, S), (P, S), (P,)."""
    pairs, size = series[0].value.shape[1], model.start.shape[0]
    own = model.year.shape[0] - 4 + SIZE
    precision, shift = np.zeros((pairs, size, size)), np.zeros((pairs, size))
    base = np.zeros(pairs)
    for one in series:
        for column, functional in enumerate(FUNCTIONALS[one.value.shape[2]]):
            value, variance = one.value[step, :, column], one.variance[step, :, column]
            seen = np.isfinite(value)
            reach = one.loading * functional @ model.month
            reach[own + one.place + column] = 1.0
            if one.slot is not None:
                reach[SIZE + one.slot] = 1.0
            weight = np.where(seen, 1.0 / np.where(seen, variance, 1.0), 0.0)
            value = np.where(seen, value, 0.0)
            precision += weight[:, None, None] * np.outer(reach, reach)
            shift += (weight * value)[:, None] * reach
            density = np.where(seen, np.log(2.0 * np.pi * np.where(seen, variance, 1.0)), 0.0)
            base -= 0.5 * (density + weight * value**2)
    return precision, shift, base


def _grade(
    mean: Array, cov: Array, year: int, series: Sequence[Bounds], density: Array
) -> tuple[Array, Array]:
    """Take the graded readings of a year into the relation of the year, one by one.

    Parameters
    ----------
    mean, cov : ndarray, shapes (P, 2) and (P, 2, 2)
        Overwritten.
    year : int
    series : sequence of Bounds
    density : ndarray, shape (P,)
        The log density of the readings is added to it.

    Returns
    -------
    precision, shift : ndarray, shapes (P, 2, 2) and (P, 2)
        Sum of the Gaussian stand-ins.
    """
    precision, shift = np.zeros(cov.shape), np.zeros(mean.shape)
    for bounds in series:
        for column, functional in enumerate(FUNCTIONALS[bounds.low.shape[2]]):
            rows = np.flatnonzero(~np.isnan(bounds.low[year, :, column]))
            low, high = bounds.low[year, rows, column], bounds.high[year, rows, column]
            found = absorb(mean[rows], cov[rows], functional, low, high, bounds.loading)
            mean[rows], cov[rows], weight, pull, value = found
            precision[rows] += weight[:, None, None] * np.outer(functional, functional)
            shift[rows] += pull[:, None] * functional
            density[rows] += value
    return precision, shift


def _take_in(
    mean: Array,
    cov: Array,
    step: int,
    model: MonthMatrices,
    readings: tuple[Evidence, Sequence[Bounds], Sequence[MonthSeries]],
    density: Array,
) -> tuple[Array, Array, list[_Update]]:
    """Take in all readings of one month; `density` of shape (P,) is added to."""
    evidence, graded, monthly = readings
    year, updates = step // MONTHS_A_YEAR, list[_Update]()
    ends = step % MONTHS_A_YEAR == DECEMBER and year < len(evidence.base)
    precision, shift, base = np.zeros(cov.shape), np.zeros(mean.shape), np.zeros(len(mean))
    if any(np.isfinite(one.value[step]).any() for one in monthly):
        precision, shift, base = _month_information(step, monthly, model)
    if ends:
        precision = precision + model.year.T @ evidence.precision[year] @ model.year
        shift, base = shift + evidence.shift[year] @ model.year, base + evidence.base[year]
    rows = np.flatnonzero(precision.any(axis=(1, 2)))
    if len(rows):
        mean, cov, done, mass = _update(mean, cov, rows, precision[rows], shift[rows])
        updates.append(done)
        density[rows] += base[rows] + mass
    if ends and graded:
        read = model.year[:2]
        stand_in, pull = _grade(mean @ read.T, read @ cov @ read.T, year, graded, density)
        rows = np.flatnonzero(stand_in.any(axis=(1, 2)))
        precision, shift = read.T @ stand_in[rows] @ read, pull[rows] @ read
        mean, cov, done, _ = _update(mean, cov, rows, precision, shift)
        updates.append(done)
    return mean, cov, updates


def _forward(
    model: MonthMatrices,
    start: NDArray[np.int64],
    steps: int,
    readings: tuple[Evidence, Sequence[Bounds], Sequence[MonthSeries]],
) -> _Forward:
    pairs, size = len(start), len(model.start)
    out = _Forward(
        np.empty((steps, pairs, size)), np.empty((steps, pairs, size, size)),
        np.empty((steps, pairs, size, 2)), [], _empty_path(steps, pairs),
        _empty_years(steps, pairs), np.zeros((steps, pairs)),
    )  # fmt: skip
    mean, cov = np.zeros((pairs, size)), np.broadcast_to(model.start, (pairs, size, size))
    for step in range(steps):
        month, waiting = step % MONTHS_A_YEAR, step <= start
        move = model.transition[month]
        mean = np.where(waiting[:, None], 0.0, mean @ move.T)
        moved = move @ cov @ move.T + model.innovation[month]
        cov = np.where(waiting[:, None, None], model.start, moved)
        out.mean[step], out.cov[step] = mean, cov
        mean, cov, updates = _take_in(mean, cov, step, model, readings, out.log_density[step])
        out.updates.append(updates)
        out.reach[step] = cov @ model.month.T
        pull, weight = _through(updates, np.zeros((pairs, size)), np.zeros((pairs, size, size)))
        _describe(out, model, step, pull, weight, out.path)
        if month == DECEMBER:
            read, year = model.year[:2], step // MONTHS_A_YEAR
            out.years.mean[year], out.years.cov[year] = mean @ read.T, read @ cov @ read.T
    return out


def _through(updates: Sequence[_Update], pull: Array, weight: Array) -> tuple[Array, Array]:
    """Carry what later readings say back through the readings of a month.

    With (pull, weight) the relation given all readings is ``mean + cov @ pull`` with covariance
    ``cov - cov @ weight @ cov``, mean and cov those before the readings; (P, S) and (P, S, S).
    """
    for done in reversed(updates):
        kept = np.eye(pull.shape[-1]) - done.weight @ done.cov
        pull, weight = pull.copy(), weight.copy()
        pull[done.rows] = done.pull + (kept @ pull[done.rows][..., None])[..., 0]
        weight[done.rows] = done.weight + kept @ weight[done.rows] @ np.swapaxes(kept, -1, -2)
    return pull, weight


def _describe(
    trace: _Forward, model: MonthMatrices, step: int, pull: Array, weight: Array, out: Path
) -> None:
    """Write the relation of a month and its move given what (pull, weight) carry back to it."""
    seen = model.month @ trace.cov[step]
    news, spread = (seen @ pull[..., None])[..., 0], seen @ weight @ np.swapaxes(seen, -1, -2)
    out.mean[step] = trace.mean[step] @ model.month.T + news
    here = seen @ model.month.T - spread
    out.variance[step] = _diagonal(here)
    if step == 0:
        return
    reach = model.transition[step % MONTHS_A_YEAR] @ trace.reach[step - 1]
    back = np.swapaxes(reach, -1, -2)
    gone = trace.path.mean[step - 1] + (back @ pull[..., None])[..., 0]
    heavy = weight @ reach
    gone_variance = trace.path.variance[step - 1] - _diagonal(back @ heavy)
    shared = _diagonal(model.month @ reach - seen @ heavy)
    out.change[step] = out.mean[step] - gone
    out.change_variance[step] = out.variance[step] + gone_variance - 2.0 * shared


def _diagonal(matrix: Array) -> Array:
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def _empty_path(steps: int, pairs: int) -> Path:
    return Path(*(np.full((steps, pairs, 2), np.nan) for _ in range(4)))


def _empty_years(steps: int, pairs: int) -> Years:
    years = steps // MONTHS_A_YEAR
    return Years(np.empty((years, pairs, 2)), np.empty((years, pairs, 2, 2)))


def _backward(model: MonthMatrices, trace: _Forward) -> tuple[Path, Years]:
    steps, pairs, size = trace.mean.shape
    path, years = _empty_path(steps, pairs), _empty_years(steps, pairs)
    pull, weight = np.zeros((pairs, size)), np.zeros((pairs, size, size))
    for step in range(steps - 1, -1, -1):
        pull, weight = _through(trace.updates[step], pull, weight)
        _describe(trace, model, step, pull, weight, path)
        month = step % MONTHS_A_YEAR
        if month == DECEMBER:
            year, seen = step // MONTHS_A_YEAR, model.year[:2] @ trace.cov[step]
            centre = trace.mean[step] @ model.year[:2].T
            years.mean[year] = centre + (seen @ pull[..., None])[..., 0]
            back = np.swapaxes(seen, -1, -2)
            years.cov[year] = seen @ model.year[:2].T - seen @ weight @ back
        move = model.transition[month]
        pull, weight = pull @ move, _even(move.T @ weight @ move)
    return path, years


def run(
    model: MonthMatrices,
    start: NDArray[np.int64],
    steps: int,
    evidence: Evidence,
    graded: Sequence[Bounds],
    monthly: Sequence[MonthSeries],
) -> Passed:
    """Filter and smooth.

    Parameters
    ----------
    model : MonthMatrices
    start : ndarray, shape (P,)
        January in which the pair enters, as a number of months from the first.
    steps : int
        T months; the first is a January.
    evidence, graded : Evidence, sequence of Bounds
        Readings of years, taken in in December.
    monthly : sequence of MonthSeries
        Readings of months.

    Returns
    -------
    Passed
    """
    trace = _forward(model, start, steps, (evidence, graded, monthly))
    smoothed, years = _backward(model, trace)
    return Passed(trace.path, smoothed, trace.years, years, trace.log_density)


def blocks(pairs: int, size: int) -> Iterator[slice]:
    """Cut pairs into blocks, the smaller the more months are carried.

    Parameters
    ----------
    pairs, size : int
        Number of pairs, and cells that one pair fills in the largest array.
    """
    step = max(1, CELLS // size)
    for begin in range(0, pairs, step):
        yield slice(begin, begin + step)


CELLS = 2**24
"""Cells of the largest array of a block: 128 MiB. It bounds the memory, not the result."""
