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
    """Continuous readings of all series, added up; T steps, P pairs, K lasting deviations.

    Attributes
    ----------
    precision : ndarray, shape (T, P, 4 + K, 4 + K)
        Sum over readings of h h' / variance, h as in the rows of `observed`.
    shift : ndarray, shape (T, P, 4 + K)
        Sum over readings of h (reading - intercept) / variance.
    base : ndarray, shape (T, P)
        Sum over readings of the log density at a mean of zero.
    """

    precision: Array
    shift: Array
    base: Array


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
    """Means and covariances of the carried vector, or of its part about the relation.

    Attributes
    ----------
    mean : ndarray, shape (T, P, SIZE + K) or (T, P, SIZE)
    cov : ndarray, shape (T, P, SIZE + K, SIZE + K) or (T, P, SIZE, SIZE)
    """

    mean: Array
    cov: Array

    @property
    def relation(self) -> Moments:
        """The part about the relation."""
        return Moments(self.mean[..., :SIZE], self.cov[..., :SIZE, :SIZE])


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the filter leaves behind.

    Attributes
    ----------
    whole_predicted, whole_updated : Moments
        Before and after the readings of each step.
    precision, shift : list of ndarray, each of shape (T, P, C)
        The Gaussian stand-in of every graded reading, one array for each series.
    log_density : ndarray, shape (T, P)
        Of the readings of each step given those of the steps before.
    """

    whole_predicted: Moments
    whole_updated: Moments
    precision: list[Array]
    shift: list[Array]
    log_density: Array

    @property
    def predicted(self) -> Moments:
        """The relation before the readings of each step."""
        return self.whole_predicted.relation

    @property
    def updated(self) -> Moments:
        """The relation after the readings of each step."""
        return self.whole_updated.relation


def observed(size: int) -> Array:
    """Rows of what is read from a carried vector of this length: `READ`, lasting deviations.

    Parameters
    ----------
    size : int
        SIZE + K.

    Returns
    -------
    ndarray, shape (4 + K, SIZE + K)
    """
    rows = np.zeros((size - 2, size))
    rows[:4, :SIZE] = READ
    rows[4:, SIZE:] = np.eye(size - SIZE)
    return rows


def _update(mean: Array, cov: Array, precision: Array, shift: Array) -> tuple[Array, Array, Array]:
    """Condition on information about z = rows @ x, rows as in `observed`.

    Parameters
    ----------
    mean, cov : ndarray, shapes (P, S) and (P, S, S)
    precision, shift : ndarray, shapes (P, S - 2, S - 2) and (P, S - 2)

    Returns
    -------
    mean, cov : ndarray
    log_mass : ndarray, shape (P,)
        Log of the mean of exp(shift' z - z' precision z / 2) before the update.
    """
    rows = observed(mean.shape[-1])
    seen, centre = cov @ rows.T, mean @ rows.T
    spread = rows @ seen
    inner = np.eye(len(rows)) + precision @ spread
    news = shift - (precision @ centre[..., None])[..., 0]
    gain = np.linalg.solve(inner, np.concatenate([precision, news[..., None]], axis=-1))
    pull = gain[..., -1:]
    quadratic = (news[..., None, :] @ spread @ pull)[..., 0, 0] + np.sum(
        centre * (shift + news), axis=-1
    )
    log_mass = 0.5 * (quadratic - np.linalg.slogdet(inner)[1])
    mean = mean + (seen @ pull)[..., 0]
    cov = cov - seen @ gain[..., :-1] @ np.swapaxes(seen, -1, -2)
    return mean, 0.5 * (cov + np.swapaxes(cov, -1, -2)), log_mass


def absorb(
    mean: Array, cov: Array, functional: Array, low: Array, high: Array, loading: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Take in one graded reading of each of R pairs; mean (R, 2), cov (R, 2, 2), bounds (R,).

    Returns the new moments of the two relations, the precision and shift of the Gaussian that
    stands in for the reading, and the log probability of the reading.
    """
    reach = cov @ functional
    centre, spread = mean @ functional, reach @ functional
    value, slope, bend = moments(low, high, loading, centre, spread)
    precision, shift = site(centre, spread, slope, bend)
    mean = mean + reach * slope[:, None]
    cov = cov - reach[:, :, None] * reach[:, None, :] * bend[:, None, None]
    return mean, cov, precision, shift, value


def _grade(
    mean: Array, cov: Array, step: int, series: Sequence[Bounds], present: Flags, out: Filtered
) -> None:
    """Take all graded readings of a step into the moments of both relations, (P, 2), (P, 2, 2).

    `mean` and `cov` are overwritten, the stand-ins and densities written to `out`.
    """
    for number in np.flatnonzero(present[step]).tolist():
        bounds = series[number]
        for column, functional in enumerate(FUNCTIONALS[bounds.low.shape[2]]):
            rows = np.flatnonzero(~np.isnan(bounds.low[step, :, column]))
            pick = (step, rows, column)
            low, high, loading = bounds.low[pick], bounds.high[pick], bounds.loading
            found = absorb(mean[rows], cov[rows], functional, low, high, loading)
            mean[rows], cov[rows], weight, pull, value = found
            out.precision[number][pick], out.shift[number][pick] = weight, pull
            out.log_density[step, rows] += value


def _carry_over(mean: Array, cov: Array, new_mean: Array, new_cov: Array) -> tuple[Array, Array]:
    """Change the whole vector as its two relations have changed.

    Parameters
    ----------
    mean, cov : ndarray, shapes (P, S) and (P, S, S)
        Before.
    new_mean, new_cov : ndarray, shapes (P, 2) and (P, 2, 2)
        Moments of the relations of both directions afterwards.
    """
    reach = cov[..., :SIZE] @ READ[:2].T
    old = READ[:2] @ reach[:, :SIZE]
    flipped = old[:, ::-1, ::-1] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    area = old[:, 0, 0] * old[:, 1, 1] - old[:, 0, 1] * old[:, 1, 0]
    gain = reach @ (flipped / area[:, None, None])
    mean = mean + (gain @ (new_mean - mean[:, :SIZE] @ READ[:2].T)[..., None])[..., 0]
    cov = cov + gain @ (new_cov - old) @ np.swapaxes(gain, -1, -2)
    return mean, 0.5 * (cov + np.swapaxes(cov, -1, -2))


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
    present = np.array([[not np.isnan(s.low[t]).all() for s in series] for t in range(steps)])
    read = np.any(evidence.precision != 0.0, axis=(2, 3))
    size = len(model.start)
    out = _empty(steps, pairs, size, series)
    mean, cov = np.zeros((pairs, size)), np.broadcast_to(model.start, (pairs, size, size))
    for step in range(steps):
        waiting = step <= start
        mean = np.where(waiting[:, None], 0.0, mean @ model.transition.T)
        moved = model.transition @ cov @ model.transition.T + model.innovation
        cov = np.where(waiting[:, None, None], model.start, moved)
        out.whole_predicted.mean[step], out.whole_predicted.cov[step] = mean, cov
        rows = np.flatnonzero(read[step])
        if len(rows):
            precision, shift = evidence.precision[step, rows], evidence.shift[step, rows]
            mean, cov = mean.copy(), cov.copy()
            mean[rows], cov[rows], mass = _update(mean[rows], cov[rows], precision, shift)
            out.log_density[step, rows] = evidence.base[step, rows] + mass
        if series and present[step].any():
            seen_mean = mean[:, :SIZE] @ READ[:2].T
            seen_cov = READ[:2] @ cov[:, :SIZE, :SIZE] @ READ[:2].T
            _grade(seen_mean, seen_cov, step, series, present, out)
            mean, cov = _carry_over(mean, cov, seen_mean, seen_cov)
        out.whole_updated.mean[step], out.whole_updated.cov[step] = mean, cov
    return out


def _empty(steps: int, pairs: int, size: int, series: Sequence[Bounds]) -> Filtered:
    def blank() -> Moments:
        return Moments(np.empty((steps, pairs, size)), np.empty((steps, pairs, size, size)))

    return Filtered(
        whole_predicted=blank(),
        whole_updated=blank(),
        precision=[np.zeros(s.low.shape) for s in series],
        shift=[np.zeros(s.low.shape) for s in series],
        log_density=np.zeros((steps, pairs)),
    )


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What the smoother gives.

    Attributes
    ----------
    whole : Moments
        Given all readings of all steps.
    cross : ndarray, shape (T, P, SIZE + K, SIZE + K)
        Covariance of the vector at t with that at t - 1; zero at the first step.
    """

    whole: Moments
    cross: Array

    @property
    def moments(self) -> Moments:
        """The relation given all readings of all steps."""
        return self.whole.relation


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
    before, after = filtered.whole_predicted, filtered.whole_updated
    mean, cov = after.mean.copy(), after.cov.copy()
    cross = np.zeros_like(cov)
    for step in range(len(mean) - 2, -1, -1):
        ahead_mean, ahead_cov = before.mean[step + 1], before.cov[step + 1]
        forward = model.transition @ after.cov[step]
        gain = np.swapaxes(np.linalg.solve(ahead_cov, forward), -1, -2)
        gain = np.where((step >= start)[:, None, None], gain, 0.0)
        mean[step] += (gain @ (mean[step + 1] - ahead_mean)[..., None])[..., 0]
        cov[step] += gain @ (cov[step + 1] - ahead_cov) @ np.swapaxes(gain, -1, -2)
        cross[step + 1] = cov[step + 1] @ np.swapaxes(gain, -1, -2)
    return Smoothed(Moments(mean, cov), cross)
