"""What one reading says about the relation, and how it changes with the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

TINY = 1e-290
"""Floor of a probability: below it a double cannot hold the ratio phi / Phi."""
FAR = 36.0
"""Beyond this many standard deviations Phi is 0 or 1 in double precision."""
_ROOT = np.sqrt(2.0 * np.pi)


@dataclass(frozen=True, slots=True)
class Interval:
    """Log probability that a normal variable falls in an interval, with its derivatives.

    Attributes
    ----------
    value : ndarray
        log(Phi(high) - Phi(low)).
    by_high, by_low : ndarray
        Derivatives of `value` with respect to the two ends.
    slope : ndarray
        Minus the derivative with respect to a shift of both ends.
    bend : ndarray
        Minus the second derivative with respect to a shift of both ends, never negative.
    """

    value: Array
    by_high: Array
    by_low: Array
    slope: Array
    bend: Array


def interval(low: Array, high: Array) -> Interval:
    """Log probability of an interval under the standard normal, and its derivatives.

    Parameters
    ----------
    low, high : ndarray
        Ends of the interval, low < high; they may be infinite. Any one shape.

    Examples
    --------
    >>> float(interval(np.array([-np.inf]), np.array([0.0])).value.round(4)[0])
    -0.6931
    """
    low, high = np.clip(low, -FAR, FAR), np.clip(high, -FAR, FAR)
    upper = low > 0
    near, far = np.where(upper, -high, low), np.where(upper, -low, high)
    mass = np.maximum(ndtr(far) - ndtr(near), TINY)
    by_high = np.exp(-0.5 * high**2) / _ROOT / mass
    by_low = -np.exp(-0.5 * low**2) / _ROOT / mass
    slope = -(by_high + by_low)
    bend = slope**2 + high * by_high + low * by_low
    return Interval(np.log(mass), by_high, by_low, slope, np.maximum(bend, 0.0))


def moments(
    low: Array, high: Array, loading: float, mean: Array, variance: Array
) -> tuple[Array, Array, Array]:
    """Log predictive probability of a graded reading and its derivatives in the mean.

    With ``eta ~ N(loading * mean, loading^2 * variance)`` the probability is
    ``Phi((high - eta)/s) - Phi((low - eta)/s)``, ``s^2 = 1 + loading^2 * variance``.

    Returns
    -------
    value, slope, bend : ndarray
        log Z, d log Z / d mean, and -d^2 log Z / d mean^2.

    References
    ----------
    Minka (2001), expectation propagation; Rasmussen and Williams (2006), section 3.9.
    """
    spread = np.sqrt(1.0 + loading**2 * variance)
    centre = loading * mean
    part = interval((low - centre) / spread, (high - centre) / spread)
    scale = loading / spread
    return part.value, scale * part.slope, scale**2 * part.bend


def site(mean: Array, variance: Array, slope: Array, bend: Array) -> tuple[Array, Array]:
    """Gaussian stand-in of a reading: the precision and shift that give the same two moments.

    Parameters
    ----------
    mean, variance : ndarray
        Moments before the reading.
    slope, bend : ndarray
        From `moments`.

    Returns
    -------
    precision, shift : ndarray
        Natural parameters: the stand-in is proportional to exp(shift * x - precision * x^2 / 2).
    """
    rest = 1.0 - variance * bend
    return bend / rest, (slope + mean * bend) / rest
