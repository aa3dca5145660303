"""Scales for event data: cooperation against conflict, and the Goldstein scale on CAMEO codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF = 0.5  # added to both counts; removes the bias of the log ratio to first order


def log_ratio(cooperative: Array, conflictual: Array) -> tuple[Array, Array]:
    """Log ratio of cooperative to conflictual events and its variance.

    y = log((n+ + 1/2) / (n- + 1/2)), v = 1 / (n+ + 1/2) + 1 / (n- + 1/2). The ratio conditions on
    the total, so growth of news coverage drops out to first order. A step without events says
    nothing: it is missing, not neutral.

    Parameters
    ----------
    cooperative, conflictual : ndarray
        Counts by dyad and step; NaN where the source has no value.

    Returns
    -------
    reading, variance : ndarray
        Log odds and squared log odds; NaN where a count is missing or both are zero.

    References
    ----------
    Haldane (1956), Annals of Human Genetics 20, 309-311; Anscombe (1956), Biometrika 43, 461-464.

    Examples
    --------
    >>> reading, variance = log_ratio(np.array(12.0), np.array(3.0))
    >>> round(float(reading), 4), round(float(variance), 4)
    (1.273, 0.3657)
    """
    seen = cooperative + conflictual > 0
    reading = np.log((cooperative + HALF) / (conflictual + HALF))
    variance = 1.0 / (cooperative + HALF) + 1.0 / (conflictual + HALF)
    return np.where(seen, reading, np.nan), np.where(seen, variance, np.nan)


def scale_values(codes: Sequence[str], scale: Mapping[str, float]) -> Array:
    """Scale value of each CAMEO code, that of the nearest listed parent if it is not listed.

    CAMEO codes nest: 1823 lies in 182 and 182 in 18. Leading zeros are part of a code.

    Parameters
    ----------
    codes : sequence of str
        CAMEO codes of two to four digits.
    scale : mapping of str to float
        Goldstein value by code. Published tables differ, so a caller pins the one it uses.

    Returns
    -------
    ndarray (len(codes),)
        Values in [-10, 10]; NaN where neither the code nor a parent is listed.

    References
    ----------
    Goldstein (1992), Journal of Conflict Resolution 36(2), 369-385.

    Examples
    --------
    >>> scale_values(["0571", "99"], {"05": 3.5, "057": 8.0})
    array([ 8., nan])
    """
    return np.array([_nearest(code, scale) for code in codes], dtype=np.float64)


def _nearest(code: str, scale: Mapping[str, float]) -> float:
    for length in range(len(code), 1, -1):
        if code[:length] in scale:
            return scale[code[:length]]
    return float("nan")


def mean_scale(counts: Array, values: Array) -> tuple[Array, Array]:
    """Mean scale value of the events of a cell and its standard error.

    m = sum_c n_c g_c / n, se = sqrt(sum_c n_c (g_c - m)^2 / (n (n - 1))), n = sum_c n_c.

    Parameters
    ----------
    counts : ndarray (..., C)
        Events by code.
    values : ndarray (C,)
        Scale value of each code; codes without a value (NaN) are left out of the mean.

    Returns
    -------
    mean, standard_error : ndarray (...)
        In units of the scale; the mean is NaN without events, the error with fewer than two.
    """
    listed = ~np.isnan(values)
    number, value = counts[..., listed], values[listed]
    total = number.sum(axis=-1)
    blank = np.full(total.shape, np.nan)
    mean = np.divide(number @ value, total, out=blank.copy(), where=total > 0)
    spread = (number * (value - mean[..., None]) ** 2).sum(axis=-1)
    pairs = total * (total - 1.0)
    return mean, np.sqrt(np.divide(spread, pairs, out=blank, where=total > 1))


def bounded_step(level: Array, impact: Array, bound: float = 9.0) -> Array:
    """Move a relation index by an event, the less the nearer it is to the bound it moves to.

    P' = P + I (N - P) / N for I >= 0, P + I (N + P) / N for I < 0: an index kept within ±N. It is
    the transformation of the Tsinghua index of relations between great powers, written from memory.

    Parameters
    ----------
    level, impact : ndarray
        P in [-N, N], and I, the sum of the events of a step.
    bound : float
        N.

    References
    ----------
    Yan & Zhou, Quantitative measurement of bilateral relations (Tsinghua University).

    Examples
    --------
    >>> bounded_step(np.array([6.0, 6.0, -6.0, -6.0]), np.array([1.5, -1.5, 1.5, -1.5]))
    array([ 6.5,  3.5, -3.5, -6.5])
    """
    room = np.where(impact >= 0, bound - level, bound + level)
    return np.asarray(level + impact * room / bound)
