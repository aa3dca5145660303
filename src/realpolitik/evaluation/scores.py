"""Scores of Gaussian forecasts, one per reading.  K forecasters, R readings scored.

A forecast of a reading is normal with a mean and a standard deviation that already holds the
reading's own error variance. A missing forecast or reading has a missing score.

References
----------
Gneiting and Raftery (2007); Gneiting, Balabdaoui and Raftery (2007); Brier (1950).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LOG_2PI = float(np.log(2.0 * np.pi))
CENTRAL = (0.5, 0.8, 0.9)
"""Central intervals whose coverage is reported."""
UP, SAME, DOWN = 0, 1, 2
"""Categories of a direction, in the order of their probabilities."""


def log_score(mean: Array, sd: Array, value: Array) -> Array:
    """Log density of each reading under its forecast: -log σ - log(2π)/2 - z²/2, z = (y - μ)/σ.

    Parameters
    ----------
    mean, sd : ndarray (..., R)
    value : ndarray (R,)

    Returns
    -------
    ndarray (..., R)
        Nats; higher is better.

    Examples
    --------
    >>> log_score(np.zeros(3), np.ones(3), np.array([0.0, 1.0, 2.0])).round(4)
    array([-0.9189, -1.4189, -2.9189])
    """
    z = (value - mean) / sd
    result: Array = -0.5 * (LOG_2PI + z**2) - np.log(sd)
    return result


def crps(mean: Array, sd: Array, value: Array) -> Array:
    """Continuous ranked probability score: σ {z (2Φ(z) - 1) + 2φ(z) - 1/√π}.

    Parameters
    ----------
    mean, sd : ndarray (..., R)
    value : ndarray (R,)

    Returns
    -------
    ndarray (..., R)
        In the units of the reading, never negative; lower is better.

    References
    ----------
    Gneiting, Raftery, Westveld and Goldman (2005), equation 5.

    Examples
    --------
    >>> crps(np.zeros(3), np.ones(3), np.array([0.0, 1.0, 2.0])).round(4)
    array([0.2337, 0.6024, 1.4528])
    """
    z = (value - mean) / sd
    density = np.exp(-0.5 * (z**2 + LOG_2PI))
    result: Array = sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    return result


def pit(mean: Array, sd: Array, value: Array) -> Array:
    """Probability integral transform Φ((y - μ)/σ): uniform on (0, 1) if the forecasts are right.

    Parameters
    ----------
    mean, sd : ndarray (..., R)
    value : ndarray (R,)

    Returns
    -------
    ndarray (..., R)
    """
    result: Array = ndtr((value - mean) / sd)
    return result


def coverage(pit: Array, levels: Sequence[float] = CENTRAL) -> Array:
    """Share of readings inside the central intervals of their forecasts.

    A reading lies in the central interval of level c where |PIT - 1/2| ≤ c/2.

    Parameters
    ----------
    pit : ndarray (..., R)
    levels : sequence of L floats in (0, 1)

    Returns
    -------
    ndarray (..., L)
        Over the readings with a transform; NaN where there is none.

    Examples
    --------
    >>> coverage(np.array([0.02, 0.3, 0.5, 0.92]))
    array([0.5 , 0.5 , 0.75])
    """
    given = ~np.isnan(pit)
    inside = np.abs(pit - 0.5)[..., None] <= 0.5 * np.asarray(levels)
    count = given.sum(axis=-1)[..., None]
    share: Array = (inside & given[..., None]).sum(axis=-2) / np.where(count > 0, count, np.nan)
    return share


def direction_probability(mean: Array, sd: Array, present: Array, threshold: float) -> Array:
    """Probabilities that the reading lies above, near or below the present level.

    With present level c and threshold h, near means c - h ≤ y ≤ c + h.

    Parameters
    ----------
    mean, sd : ndarray (..., R)
        Forecast of the reading.
    present : ndarray (R,)
        Level at the origin.
    threshold : float
        Smallest move that counts, in the units of the reading.

    Returns
    -------
    ndarray (..., R, 3)
        Up, no change, down; sums to one.
    """
    up = ndtr((mean - present - threshold) / sd)
    down = ndtr((present - threshold - mean) / sd)
    same = np.maximum(1.0 - up - down, 0.0)
    return np.stack([up, same, down], axis=-1)


def direction(value: Array, present: Array, threshold: float) -> Whole:
    """Whether each reading lies above (0), near (1) or below (2) the present level, (R,).

    Parameters
    ----------
    value, present : ndarray (R,)
        No missing values: nothing is known about the direction of a missing reading.
    threshold : float

    Examples
    --------
    >>> direction(np.array([0.4, 0.1, -0.4]), np.zeros(3), 0.2)
    array([0, 1, 2])
    """
    move = value - present
    assert not np.isnan(move).any(), "a direction was asked of a missing reading"
    category: Whole = np.where(move > threshold, UP, np.where(move < -threshold, DOWN, SAME))
    return category


def brier(probability: Array, outcome: Whole) -> Array:
    """Brier score over all categories: Σ_c (p_c - 1{c happened})².

    Parameters
    ----------
    probability : ndarray (..., R, C)
    outcome : ndarray of int (R,)
        Category that happened, 0 to C - 1.

    Returns
    -------
    ndarray (..., R)
        In [0, 2]; lower is better.

    References
    ----------
    Brier (1950), in its original form over all categories.

    Examples
    --------
    >>> brier(np.array([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]]), np.array([1, 0])).round(2)
    array([0.38, 0.98])
    """
    happened = np.eye(probability.shape[-1])[outcome]
    result: Array = np.sum((probability - happened) ** 2, axis=-1)
    return result


def skill(loss: Array, reference: int) -> Array:
    """Skill of each forecaster against one of them: 1 - mean loss / mean loss of the reference.

    Parameters
    ----------
    loss : ndarray (K, R)
        Scores that are better when lower and never negative (CRPS, Brier).
    reference : int
        Row of the forecaster to beat.

    Returns
    -------
    ndarray (K,)
        1 is perfect, 0 as good as the reference, negative worse. Over the readings that every
        forecaster has scored; NaN where there is none, or where the reference is perfect.

    Examples
    --------
    >>> skill(np.array([[0.2, 0.4], [0.1, 0.2]]), reference=0)
    array([0. , 0.5])
    """
    shared = ~np.isnan(loss).any(axis=0)
    total = loss[:, shared].sum(axis=1)
    base = total[reference]
    result: Array = 1.0 - total / (base if base > 0 else np.nan)
    return result
