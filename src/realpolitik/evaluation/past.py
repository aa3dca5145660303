"""What a baseline is given, what it returns, and error variances estimated from the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from realpolitik.errors import PanelError

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BaselineForecast:
    """Forecast of the readings of every dyad.  H horizons, D dyads.

    mean : (H, D)   predictive mean of the reading
    sd : (H, D)     predictive standard deviation, the reading's own error variance included; NaN
                    where that variance is
    """

    mean: Array
    sd: Array


@dataclass(frozen=True, slots=True)
class History:
    """Readings and capabilities.  T steps, N states, D = N(N-1) dyads in `dyad_order`.

    reading : (T, D)        NaN where there is none
    reading_var : (T, D)    their known variances
    capability : (T, N)     share of world capabilities as known at the step; NaN where missing
    steps_per_year : int    1 or 12
    """

    reading: Array
    reading_var: Array
    capability: Array
    steps_per_year: int = 1

    def up_to(self, origin: int) -> History:
        """Return what is known at the origin: steps 0 to `origin`, and nothing after.

        Raises
        ------
        PanelError
            If shapes disagree, the origin is outside the steps or nothing was read by then.
        """
        steps, dyads = self.reading.shape
        states = self.capability.shape[1]
        if self.reading_var.shape != (steps, dyads) or self.capability.shape[0] != steps:
            msg = (
                f"readings have shape {self.reading.shape}, their variances "
                f"{self.reading_var.shape}, capabilities {self.capability.shape}. "
                "Give one row a step."
            )
            raise PanelError(msg)
        if dyads != states * (states - 1):
            msg = f"{states} states have {states * (states - 1)} dyads, not {dyads}."
            raise PanelError(msg)
        if not 0 <= origin < steps:
            msg = f"origin {origin} is outside the steps 0 to {steps - 1}."
            raise PanelError(msg)
        known = slice(0, origin + 1)
        if np.isnan(self.reading[known]).all():
            msg = f"no dyad has a reading up to step {origin}. Choose a later origin."
            raise PanelError(msg)
        return History(
            self.reading[known],
            self.reading_var[known],
            self.capability[known],
            self.steps_per_year,
        )


def steps_ahead(horizons: Sequence[int]) -> Whole:
    """Return the horizons as an array.

    Raises
    ------
    PanelError
        If there is none, or one is not 1 or more.
    """
    steps = np.asarray(horizons, dtype=np.int64)
    if steps.size == 0 or steps.min() < 1:
        msg = f"horizons are steps ahead, 1 or more, not {list(horizons)}."
        raise PanelError(msg)
    return steps


def excess_variance(error: Array, known_var: Array) -> float:
    """Variance q of forecast errors beyond their known part, by maximum likelihood.

    e_r ~ N(0, k_r + q), q >= 0

    Parameters
    ----------
    error : ndarray
        Errors e of past forecasts, any shape; NaN where there is none.
    known_var : ndarray
        Known variances k, same shape.

    Returns
    -------
    float
        NaN where there is no error to go by.

    Examples
    --------
    >>> round(excess_variance(np.array([1.0, -3.0, 2.0]), np.ones(3)), 3)
    3.667
    """
    seen = ~np.isnan(error)
    squares, known = error[seen] ** 2, known_var[seen]
    if squares.size == 0:
        return float("nan")
    highest = float(squares.max())
    if highest == 0.0:
        return 0.0
    floor = 1e-9 * highest

    def loss(share: float) -> float:
        total = known + floor + highest * share**2
        return float(np.mean(np.log(total) + squares / total))

    found = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-7})
    share = float(found.x) if loss(float(found.x)) < loss(0.0) else 0.0
    return highest * share**2


class Spread(NamedTuple):
    """Mean of all readings, and the variance of readings around it beyond their known one."""

    centre: float
    var: float


def spread(history: History) -> Spread:
    """Return centre and spread of all readings: the forecast for a dyad never read."""
    centre = float(np.nanmean(history.reading))
    return Spread(centre, excess_variance(history.reading - centre, history.reading_var))


def last_readings(history: History) -> tuple[Array, Array, Whole]:
    """Return each step's latest reading, its known variance and its age in steps, all (T, D).

    Values are NaN, and ages count from before the first step, where nothing was read yet.
    """
    steps = np.arange(history.reading.shape[0])[:, None]
    where = np.maximum.accumulate(np.where(np.isnan(history.reading), -1, steps), axis=0)
    columns = np.arange(history.reading.shape[1])
    never = where < 0
    value = np.where(never, np.nan, history.reading[where, columns])
    var = np.where(never, np.nan, history.reading_var[where, columns])
    return value, var, (steps - where).astype(np.int64)


def horizon_variance(
    history: History, mean: Array, mean_var: Array, horizons: Whole, otherwise: float
) -> Array:
    """Error variance of a forecasting rule at each horizon, from its past errors.

    The rule's forecasts `mean` (T, D) as made at every step t, with known variances `mean_var`, are
    compared with the readings at t + h that the history holds.

    Parameters
    ----------
    otherwise : float
        Variance at a horizon longer than the history.

    Returns
    -------
    ndarray (H,)
    """
    steps = len(mean)
    found = []
    for h in horizons:
        error = history.reading[h:] - mean[: max(steps - h, 0)]
        known = history.reading_var[h:] + mean_var[: max(steps - h, 0)]
        q = excess_variance(error, known)
        found.append(otherwise if np.isnan(q) else q)
    return np.array(found)
