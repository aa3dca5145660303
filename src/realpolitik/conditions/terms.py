"""The terms of stimulus, clarity, gate and preference as arrays of years, states and dyads.

T years, N states. Dyad arrays are (T, N, N), source by target; NaN is missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def last_known(values: Array) -> Array:
    """Carry each value forward to the years after it that have none: what was last released.

    Examples
    --------
    >>> last_known(np.array([np.nan, 1.0, np.nan, 2.0]))
    array([nan,  1.,  1.,  2.])
    """
    place = np.arange(len(values)).reshape(-1, *(1,) * (values.ndim - 1))
    seen = np.maximum.accumulate(np.where(np.isnan(values), 0, place), axis=0)
    return np.asarray(np.take_along_axis(values, seen, axis=0))


def rival_threat(power: Array, rivalry: Array) -> Array:
    """Power at home of the states that are rivals, 0 of the others: T_ik r_ik."""
    return power * rivalry


def rivalry_exposure(rivalry: Array, pledged: Array, great: list[int]) -> Array:
    """How far two states stand in the same or in opposite camps of rival great powers.

    E_ij = sum_{a<b} r_ab (A_ia - A_ib)(A_ja - A_jb), A 1 for an ally and for a power itself.

    Parameters
    ----------
    rivalry, pledged : ndarray (T, N, N)
        Whether two states are rivals; whether the source is pledged to defend the target.
    great : list of int
        Positions of the great powers.
    """
    camp = np.nan_to_num(pledged)[:, :, great] + np.eye(rivalry.shape[1])[:, great]
    total = np.zeros_like(rivalry)
    for first in range(len(great)):
        for second in range(first):
            lean = camp[:, :, first] - camp[:, :, second]
            heat = np.nan_to_num(rivalry[:, great[first], great[second]])
            total += heat[:, None, None] * lean[:, :, None] * lean[:, None, :]
    return known_years(total, pledged)


def agreement_of_indicators(shares: Array) -> Array:
    """How far the indicators of power tell one story: minus the spread of their log ratios.

    C1_ij = -sd_k log(s_jk / s_ik) over the components k of capability that both have. Two states
    whose armies, industries and populations stand in the same ratio send a discernible signal of
    relative power. [Our own measure, built from capabilities alone: acts are part of the outcome.]

    Parameters
    ----------
    shares : ndarray (T, N, K)

    Returns
    -------
    ndarray (T, N, N)
        Not above 0; NaN where fewer than three components are known.

    References
    ----------
    Ripsman, Taliaferro & Lobell (2016), Neoclassical Realist Theory of International Politics.
    """
    log = np.log(shares, out=np.full_like(shares, np.nan), where=shares > 0)
    ratio = log[:, None, :, :] - log[:, :, None, :]
    count = np.sum(~np.isnan(ratio), axis=-1)
    safe = np.maximum(count, 1)
    mean = np.nansum(ratio, axis=-1) / safe
    square = np.nansum((ratio - mean[..., None]) ** 2, axis=-1) / safe
    return np.where(count >= 3, -np.sqrt(square), np.nan)


def standing(values: Array, years: int) -> Array:
    """Mean over a year and the `years` - 1 before it, of those that are known.

    Examples
    --------
    >>> standing(np.array([1.0, np.nan, 3.0]), 2)
    array([1., 1., 3.])
    """
    known = ~np.isnan(values)
    total = np.cumsum(np.where(known, values, 0.0), axis=0)
    count = np.cumsum(known.astype(float), axis=0)
    total[years:], count[years:] = total[years:] - total[:-years], count[years:] - count[:-years]
    return np.asarray(np.divide(total, count, out=np.full_like(values, np.nan), where=count > 0))


def row_normalised(weights: Array) -> Array:
    """Divide each row by its sum; a state without partners keeps a row of zeros."""
    clean = np.nan_to_num(_off(weights))
    total = clean.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(clean, total, out=np.zeros_like(clean), where=total > 0))


def _off(values: Array) -> Array:
    """Blank the diagonal."""
    return np.where(np.eye(values.shape[-1], dtype=bool), np.nan, values)


def known_years(total: Array, source: Array) -> Array:
    """Take an unknown sum for nothing in a year in which anything of its source is known."""
    some = np.asarray(~np.isnan(source).all(axis=(1, 2)))
    return _off(np.where(some[:, None, None], np.nan_to_num(total), np.nan))
