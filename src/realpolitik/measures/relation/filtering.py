"""The filter and the smoother, for all pairs at once.

The filter goes forward: predict, take in the continuous readings exactly, then the graded readings
one by one, each replaced by the Gaussian that gives the same mean and variance (assumed-density
filtering). What it returns for a step rests on readings up to that step only. The smoother goes
back over the result (Rauch, Tung and Striebel 1965).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation.likelihoods import moments, site
from realpolitik.measures.relation.model import READ, SIZE, Array, Matrices

Flags = NDArray[np.bool_]

FUNCTIONALS = {2: np.eye(2), 1: np.full((1, 2), 0.5)}
"""What a series reads: each direction, or the mean of the two; by number of columns."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Continuous readings of all series, added up; T steps, P pairs.

    Attributes
    ----------
    precision : ndarray, shape (T, P, 4, 4)
        Sum over readings of h h' / variance, h as in the rows of `READ`.
    shift : ndarray, shape (T, P, 4)
        Sum over readings of h (reading - intercept) / variance.
    """

    precision: Array
    shift: Array


@dataclass(frozen=True, slots=True)
class Bounds:
    """One graded series: where the latent reading lies; C = 2 directed, 1 undirected.

    Attributes
    ----------
    low, high : ndarray, shape (T, P, C)
        The reading says ``low < loading * theta + N(0, 1) < high``; NaN where nothing was read.
    loading : float
    """

    low: Array
    high: Array
    loading: float


@dataclass(frozen=True, slots=True)
class Moments:
    """Means and covariances of the carried vector.

    Attributes
    ----------
    mean : ndarray, shape (T, P, SIZE)
    cov : ndarray, shape (T, P, SIZE, SIZE)
    """

    mean: Array
    cov: Array


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the filter leaves behind.

    Attributes
    ----------
    predicted, updated : Moments
        Before and after the readings of each step.
    precision, shift : list of ndarray, each of shape (T, P, C)
        The Gaussian stand-in of every graded reading, one array for each series.
    """

    predicted: Moments
    updated: Moments
    precision: list[Array]
    shift: list[Array]


def _update(mean: Array, cov: Array, precision: Array, shift: Array) -> tuple[Array, Array]:
    """Condition on information about READ @ x; shapes (P, SIZE), (P, SIZE, SIZE), (P, 4, 4)."""
    seen = cov @ READ.T
    inner = np.eye(4) + precision @ (READ @ seen)
    gain = np.linalg.solve(inner, np.concatenate([precision, shift[..., None]], axis=-1))
    drop = seen @ gain[..., :4]
    mean = mean + (seen @ gain[..., 4:] - drop @ (READ @ mean[..., None]))[..., 0]
    cov = cov - drop @ np.swapaxes(seen, -1, -2)
    return mean, 0.5 * (cov + np.swapaxes(cov, -1, -2))


def _absorb(
    mean: Array, cov: Array, functional: Array, low: Array, high: Array, loading: float
) -> tuple[Array, Array, Array, Array]:
    """Take in one graded reading of each of R pairs; mean (R, 2), cov (R, 2, 2), bounds (R,)."""
    reach = cov @ functional
    centre, spread = mean @ functional, reach @ functional
    _, slope, bend = moments(low, high, loading, centre, spread)
    precision, shift = site(centre, spread, slope, bend)
    mean = mean + reach * slope[:, None]
    cov = cov - reach[:, :, None] * reach[:, None, :] * bend[:, None, None]
    return mean, cov, precision, shift


def _grade(
    mean: Array, cov: Array, step: int, series: Sequence[Bounds], present: Flags, out: Filtered
) -> tuple[Array, Array]:
    """Add up the stand-ins of all graded readings of a step, as information (P, 4, 4), (P, 4).

    `mean` and `cov` are overwritten.
    """
    precision, shift = np.zeros((len(mean), 4, 4)), np.zeros((len(mean), 4))
    for number in np.flatnonzero(present[step]).tolist():
        bounds = series[number]
        for column, functional in enumerate(FUNCTIONALS[bounds.low.shape[2]]):
            rows = np.flatnonzero(~np.isnan(bounds.low[step, :, column]))
            pick = (step, rows, column)
            low, high, loading = bounds.low[pick], bounds.high[pick], bounds.loading
            found = _absorb(mean[rows], cov[rows], functional, low, high, loading)
            mean[rows], cov[rows], weight, pull = found
            out.precision[number][pick], out.shift[number][pick] = weight, pull
            precision[rows, :2, :2] += weight[:, None, None] * np.outer(functional, functional)
            shift[rows, :2] += pull[:, None] * functional
    return precision, shift


def run_filter(
    model: Matrices, start: NDArray[np.int64], evidence: Evidence, series: Sequence[Bounds]
) -> Filtered:
    """Run the filter over all steps.

    Parameters
    ----------
    model : Matrices
    start : ndarray, shape (P,)
        Step at which both states of the pair exist; before it the vector stays as at entry.
    evidence : Evidence
        Continuous readings.
    series : sequence of Bounds
        Graded readings, taken in this order.

    Returns
    -------
    Filtered

    References
    ----------
    Maybeck (1982), assumed-density filtering; Minka (2001).
    """
    steps, pairs = evidence.shift.shape[:2]
    out = _empty(steps, pairs, series)
    present = np.array([[not np.isnan(s.low[t]).all() for s in series] for t in range(steps)])
    mean, cov = np.zeros((pairs, SIZE)), np.broadcast_to(model.start, (pairs, SIZE, SIZE))
    for step in range(steps):
        waiting = step <= start
        mean = np.where(waiting[:, None], 0.0, mean @ model.transition.T)
        moved = model.transition @ cov @ model.transition.T + model.innovation
        cov = np.where(waiting[:, None, None], model.start, moved)
        out.predicted.mean[step], out.predicted.cov[step] = mean, cov
        precision, shift = evidence.precision[step], evidence.shift[step]
        if series and present[step].any():
            near_mean, near_cov = _update(mean, cov, precision, shift)
            seen_mean, seen_cov = near_mean @ READ[:2].T, READ[:2] @ near_cov @ READ[:2].T
            more, pull = _grade(seen_mean, seen_cov, step, series, present, out)
            precision, shift = precision + more, shift + pull
        mean, cov = _update(mean, cov, precision, shift)
        out.updated.mean[step], out.updated.cov[step] = mean, cov
    return out


def _empty(steps: int, pairs: int, series: Sequence[Bounds]) -> Filtered:
    def blank() -> Moments:
        return Moments(np.empty((steps, pairs, SIZE)), np.empty((steps, pairs, SIZE, SIZE)))

    return Filtered(
        predicted=blank(),
        updated=blank(),
        precision=[np.zeros(s.low.shape) for s in series],
        shift=[np.zeros(s.low.shape) for s in series],
    )


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What the smoother gives.

    Attributes
    ----------
    moments : Moments
        Given all readings of all steps.
    cross : ndarray, shape (T, P, SIZE, SIZE)
        Covariance of the vector at t with that at t - 1; zero at the first step.
    """

    moments: Moments
    cross: Array


def run_smoother(model: Matrices, start: NDArray[np.int64], filtered: Filtered) -> Smoothed:
    """Go back over the filter's result.

    Parameters
    ----------
    model : Matrices
    start : ndarray, shape (P,)
    filtered : Filtered

    Returns
    -------
    Smoothed

    References
    ----------
    Rauch, Tung and Striebel (1965); Shumway and Stoffer (1982) for the lagged covariance.
    """
    mean, cov = filtered.updated.mean.copy(), filtered.updated.cov.copy()
    cross = np.zeros_like(cov)
    for step in range(len(mean) - 2, -1, -1):
        ahead_mean, ahead_cov = filtered.predicted.mean[step + 1], filtered.predicted.cov[step + 1]
        forward = model.transition @ filtered.updated.cov[step]
        gain = np.swapaxes(np.linalg.solve(ahead_cov, forward), -1, -2)
        gain = np.where((step >= start)[:, None, None], gain, 0.0)
        mean[step] += (gain @ (mean[step + 1] - ahead_mean)[..., None])[..., 0]
        cov[step] += gain @ (cov[step + 1] - ahead_cov) @ np.swapaxes(gain, -1, -2)
        cross[step + 1] = cov[step + 1] @ np.swapaxes(gain, -1, -2)
    return Smoothed(Moments(mean, cov), cross)
