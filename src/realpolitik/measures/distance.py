"""Loss of strength: what of a state's capability arrives at a distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KM_PER_MILE = 1.609344
RETAINED_PER_TENFOLD = 0.1333  # base c of the gradient; Bueno de Mesquita (1981)


def miles_per_day(year: int | Array, modern: float = 500.0) -> Array:
    """Transport range of a day: 250 miles to 1918, 375 for 1919-45, `modern` after.

    Parameters
    ----------
    year : int or ndarray
    modern : float
        Miles per day after 1945. Some implementations use 375; report the sensitivity.

    References
    ----------
    Bueno de Mesquita (1981), The War Trap, 105 (as recalled; the range is a convention).
    """
    years = np.asarray(year, dtype=np.float64)
    return np.where(years <= 1918, 250.0, np.where(years <= 1945, 375.0, modern))


def strength_retained(
    miles: float | Array, per_day: float | Array, base: float = RETAINED_PER_TENFOLD
) -> Array:
    """Weight that multiplies a state's capability at a distance.

    w = c ** log10(miles / mpd + (10 - e)), with e Euler's number. At no distance the exponent is
    log10(10 - e) = .862, so w is .176 and not 1: weights compare distances, they are no shares.

    Parameters
    ----------
    miles : float or ndarray
        Distance in statute miles.
    per_day : float or ndarray
        Miles per day, see `miles_per_day`.
    base : float
        The constant c in (0, 1); a smaller one loses strength faster.

    References
    ----------
    Bueno de Mesquita (1981), The War Trap; Boulding (1962), Conflict and Defense.

    Examples
    --------
    >>> strength_retained(np.array([0.0, 500.0, 3000.0, 7000.0]), 500.0).round(4)
    array([0.176 , 0.1572, 0.104 , 0.0688])
    """
    days = np.asarray(miles, dtype=np.float64) / np.asarray(per_day, dtype=np.float64)
    return np.asarray(base ** np.log10(days + (10.0 - np.e)))


def delivered_share(own_at_other: Array, other_at_home: Array) -> Array:
    """Share of the strength present at the other's home that is the sender's.

    p = x / (x + y), with x the sender's discounted capability and y the defender's undiscounted.

    Parameters
    ----------
    own_at_other, other_at_home : ndarray
        Capabilities in the same unit, each already multiplied by its weight.
    """
    total = own_at_other + other_at_home
    return np.divide(own_at_other, total, out=np.full_like(total, np.nan), where=total > 0)
