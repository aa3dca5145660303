"""Local level and first-order autoregression: one filter, parameters pooled over dyads.

Every dyad has its own level; all share the parameters of how a level moves, so a dyad with few
readings borrows them from the rest.

References
----------
Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter; Durbin and Koopman
(2012), Time Series Analysis by State Space Methods.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))
LOG_VAR_BOUNDS = (-14.0, 5.0)
"""Logs of variances over the variance of all readings: from a thousandth of their sd upwards."""
DIFFERENCE = 1e-7
"""Step of the forward differences: near the root of double precision."""
LOGIT_BOUNDS = (-4.0, 6.0)
"""Logits of the retained share: .018 to .998."""


class Process(NamedTuple):
    """How the level z of a dyad moves and is read; the same for every dyad.

    z_t = μ_d + x_t,   x_{t+1} = φ x_t + η_t,   y_t = z_t + ε_t,
    μ_d ~ N(m, τ²),   x_0 ~ N(0, p),   η_t ~ N(0, w),   ε_t ~ N(0, v_t + s²)

    with v_t the known variance of the reading. φ = 1 and τ = 0 is the local level.

    Attributes
    ----------
    centre : float
        m, mean over dyads.
    between_var : float
        τ², how far the means of dyads spread.
    start_var : float
        p, variance of the departure at the first step.
    retained : float
        φ, share of a departure left after one step.
    move_var : float
        w, variance of one step's move.
    noise_var : float
        s², variance of a reading beyond its known one.
    """

    centre: float
    between_var: float
    start_var: float
    retained: float
    move_var: float
    noise_var: float


class State(NamedTuple):
    """What is known of μ and x of every dyad; each (D,): means, variances, covariance."""

    mean: Array
    departure: Array
    mean_var: Array
    covariance: Array
    departure_var: Array

    @property
    def level(self) -> Array:
        """Mean of the level z, (D,)."""
        return self.mean + self.departure

    @property
    def level_var(self) -> Array:
        """Variance of the level z, (D,)."""
        return self.mean_var + 2.0 * self.covariance + self.departure_var


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels given the readings so far.  T steps, D dyads.

    level, level_var : (T, D)   given the readings up to and with the step
    last : State                after the last step
    loglik : float              log density of all readings, nats
    """

    level: Array
    level_var: Array
    last: State
    loglik: float


def _read(state: State, value: Array, error_var: Array) -> tuple[State, Array]:
    """Take in one step's readings (..., D), NaN where there is none; return log densities too."""
    seen = ~np.isnan(value)
    total = np.where(seen, state.level_var + error_var, 1.0)
    error = np.where(seen, value - state.level, 0.0)
    mean_pull = np.where(seen, state.mean_var + state.covariance, 0.0)
    departure_pull = np.where(seen, state.covariance + state.departure_var, 0.0)
    after = State(
        state.mean + mean_pull * error / total,
        state.departure + departure_pull * error / total,
        state.mean_var - mean_pull**2 / total,
        state.covariance - mean_pull * departure_pull / total,
        state.departure_var - departure_pull**2 / total,
    )
    terms = np.where(seen, LOG_2PI + np.log(total) + error**2 / total, 0.0)
    return after, -0.5 * terms.sum(axis=-1)


def _move(state: State, process: Process) -> State:
    return State(
        state.mean,
        process.retained * state.departure,
        state.mean_var,
        process.retained * state.covariance,
        process.retained**2 * state.departure_var + process.move_var,
    )


def _start(process: Process, full: Array) -> State:
    return State(
        process.centre * full,
        0.0 * full,
        process.between_var * full,
        0.0 * full,
        process.start_var * full,
    )


def filter_levels(process: Process, reading: Array, reading_var: Array) -> Levels:
    """Filter the level of every dyad.

    Parameters
    ----------
    process : Process
    reading : ndarray (T, D)
        NaN where there is none.
    reading_var : ndarray (T, D)
        Known variances, in squared units of the readings.

    References
    ----------
    Kalman (1960).

    Examples
    --------
    With level and reading of equal variance, half of the surprise is believed:

    >>> process = Process(0.0, 0.0, 1.0, 1.0, 0.5, 0.0)
    >>> filter_levels(process, np.array([[2.0], [np.nan]]), np.ones((2, 1))).level.tolist()
    [[1.0], [1.0]]
    """
    steps, dyads = reading.shape
    level, level_var = np.empty((2, steps, dyads))
    state = _start(process, np.ones(dyads))
    loglik = 0.0
    for step in range(steps):
        if step:
            state = _move(state, process)
        state, density = _read(state, reading[step], reading_var[step] + process.noise_var)
        level[step], level_var[step] = state.level, state.level_var
        loglik += float(density)
    return Levels(level, level_var, state, loglik)


def ahead(process: Process, last: State, horizons: Whole) -> tuple[Array, Array]:
    """Forecast a reading h steps after the last one, without its known error variance.

    E y = μ + φ^h x,   Var y = Var μ + 2 φ^h Cov(μ, x) + φ^{2h} Var x + w Σ_{k<h} φ^{2k} + s²

    Parameters
    ----------
    horizons : ndarray of int (H,)
        Steps ahead, 1 or more.

    Returns
    -------
    mean, var : ndarray (H, D)
    """
    left = process.retained ** horizons[:, None].astype(np.float64)
    powers = [np.sum(process.retained ** (2.0 * np.arange(h))) for h in horizons]
    moved = process.move_var * np.array(powers)[:, None]
    mean = last.mean + left * last.departure
    var = last.mean_var + 2.0 * left * last.covariance + left**2 * last.departure_var
    return mean, var + moved + process.noise_var


def _local_level(free: Array, centre: float, unit: float) -> Process:
    start, move, noise = (unit**2 * np.exp(free[1:])).tolist()
    return Process(centre + unit * float(free[0]), 0.0, start, 1.0, move, noise)


def _autoregression(free: Array, centre: float, unit: float) -> Process:
    between, stationary, noise = (unit**2 * np.exp(free[1:4])).tolist()
    retained = 1.0 / (1.0 + math.exp(-free[4]))
    move = stationary * (1.0 - retained**2)
    return Process(centre + unit * float(free[0]), between, stationary, retained, move, noise)


def _log_likelihoods(processes: Sequence[Process], reading: Array, reading_var: Array) -> Array:
    """Log densities (K,) of all readings under each of K processes, in one pass."""
    every = Process._make(np.array(each)[:, None] for each in zip(*processes, strict=True))
    state = _start(every, np.ones((len(processes), reading.shape[1])))
    loglik = np.zeros(len(processes))
    for step in range(len(reading)):
        if step:
            state = _move(state, every)
        state, density = _read(state, reading[step], reading_var[step] + every.noise_var)
        loglik += density
    return loglik


def _fit(
    build: Callable[[Array, float, float], Process],
    starts: Sequence[Sequence[float]],
    bounds: Sequence[tuple[float, float]],
    reading: Array,
    reading_var: Array,
) -> Process:
    """Maximise the likelihood from several starts, on scales free of the readings' unit."""
    seen = reading[~np.isnan(reading)]
    centre = float(seen.mean())
    unit = float(seen.std()) or 1.0

    def loss(free: Array) -> tuple[float, Array]:
        nudged = free + DIFFERENCE * np.eye(len(free) + 1, len(free), -1)
        processes = [build(row, centre, unit) for row in nudged]
        found = -_log_likelihoods(processes, reading, reading_var) / seen.size
        return float(found[0]), (found[1:] - found[0]) / DIFFERENCE

    fits = [
        minimize(loss, np.array(start), jac=True, method="L-BFGS-B", bounds=bounds)
        for start in starts
    ]
    best = min(fits, key=lambda fit: float(fit.fun))
    return build(best.x, centre, unit)


def fit_local_level(reading: Array, reading_var: Array) -> Process:
    """Estimate the local level z_{t+1} = z_t + η_t by maximum likelihood pooled over dyads.

    Parameters
    ----------
    reading, reading_var : ndarray (T, D)
        At least one reading.
    """
    low, high = -3.0, -0.7
    starts = ([0.0, -0.2, low, high], [0.0, -0.2, high, low])
    bounds = [(-3.0, 3.0), *[LOG_VAR_BOUNDS] * 3]
    return _fit(_local_level, starts, bounds, reading, reading_var)


def fit_autoregression(reading: Array, reading_var: Array) -> Process:
    """Estimate a first-order autoregression around a dyad's own mean, parameters pooled.

    The means of dyads have the common distribution N(m, τ²), so the mean of a dyad with few
    readings is drawn to m (a random effect). The departure starts stationary, p = w / (1 - φ²),
    with φ between 0 and 1.

    Parameters
    ----------
    reading, reading_var : ndarray (T, D)
        At least one reading.
    """
    starts = ([0.0, -1.0, -1.0, -1.5, 0.5], [0.0, -2.0, -0.7, -3.0, 2.5])
    bounds = [(-3.0, 3.0), *[LOG_VAR_BOUNDS] * 3, LOGIT_BOUNDS]
    return _fit(_autoregression, starts, bounds, reading, reading_var)
