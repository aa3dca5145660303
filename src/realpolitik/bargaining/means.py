"""Weighted mean (the baseline) and weighted median."""

from __future__ import annotations

import numpy as np

from realpolitik.bargaining.quantity import Array

# Two halves of the weight count as equal within this share: sums of products round.
HALF_TOLERANCE = 1e-12


def weighted_mean(position: Array, weight: Array) -> Array:
    """Mean position, weights capability times salience: sum(w x) / sum(w).

    Parameters
    ----------
    position, weight : ndarray, shape (N, ...)

    Examples
    --------
    >>> float(weighted_mean(np.array([0.0, 10.0]), np.array([3.0, 1.0])))
    2.5
    """
    return np.asarray((weight * position).sum(0) / weight.sum(0), dtype=np.float64)


def weighted_median(position: Array, weight: Array) -> Array:
    """Position with no more than half the weight on either side (Black, 1948).

    When the weight splits exactly in half between two positions, their midpoint.

    Parameters
    ----------
    position, weight : ndarray, shape (N, M)

    Examples
    --------
    >>> weighted_median(np.array([[4.0], [7.0], [10.0]]), np.array([[2.0], [2.0], [3.0]]))
    array([7.])
    """
    order = np.argsort(position, axis=0, kind="stable")
    ranked = np.take_along_axis(position, order, 0)
    share = np.cumsum(np.take_along_axis(weight, order, 0), 0)
    share /= share[-1]
    lower = np.argmax(share >= 0.5 - HALF_TOLERANCE, axis=0)
    upper = np.argmax(share > 0.5 + HALF_TOLERANCE, axis=0)
    ends = [np.take_along_axis(ranked, index[None], 0)[0] for index in (lower, upper)]
    return np.asarray((ends[0] + ends[1]) / 2.0, dtype=np.float64)
