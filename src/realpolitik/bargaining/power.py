"""Voting power: Shapley-Shubik and Banzhaf, exact.

A coalition wins when its weight is at least the quota. Whole-number weights go through a dynamic
programme over sizes and sums; other weights through every coalition.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.outcome import NotApplicable
from realpolitik.bargaining.quantity import Array

# 2^20 coalitions of one draw take about 10 MB; beyond that only whole-number weights are exact.
ENUMERATION_LIMIT = 20
SUM_LIMIT = 10_000
# Sums of weights differ from the quota by rounding only, as a share of the total.
QUOTA_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Power:
    """Power of each actor.  N actors, M draws.

    shapley_shubik : (N, M)   sums to one
    banzhaf : (N, M)          normalised, sums to one
    """

    shapley_shubik: Array
    banzhaf: Array


def power_indices(weight: Array, quota: Array | float) -> Power:
    """Shapley-Shubik and normalised Banzhaf indices of a weighted vote.

    phi_i = sum over coalitions S that i turns into winners of |S|! (n - |S| - 1)! / n!;
    beta_i = swings of i / swings of all.

    Parameters
    ----------
    weight : ndarray, shape (N, M)
    quota : float or ndarray, shape (M,)
        Weight at which a coalition wins.

    Raises
    ------
    NotApplicable
        If there are more than 20 actors and the weights are not whole numbers.

    Examples
    --------
    >>> power = power_indices(np.array([[2.0], [1.0], [1.0]]), 3.0)
    >>> power.shapley_shubik[:, 0].round(4), power.banzhaf[:, 0]
    (array([0.6667, 0.1667, 0.1667]), array([0.6, 0.2, 0.2]))

    References
    ----------
    Shapley and Shubik (1954); Banzhaf (1965).
    """
    bar = np.broadcast_to(np.asarray(quota, dtype=np.float64), weight.shape[1:])
    whole = bool((weight == np.round(weight)).all() and (bar == np.round(bar)).all())
    if whole and weight.sum(0).max() <= SUM_LIMIT:
        columns = [_programme(w.astype(int), int(q)) for w, q in zip(weight.T, bar, strict=True)]
        pivots, swings = np.array(columns).transpose(1, 2, 0)
    elif weight.shape[0] <= ENUMERATION_LIMIT:
        pivots, swings = _enumerate(weight, bar)
    else:
        msg = (
            f"exact power indices of {weight.shape[0]} actors need whole-number weights; "
            f"with other weights at most {ENUMERATION_LIMIT} actors"
        )
        raise NotApplicable(msg)
    total = swings.sum(0)
    return Power(pivots, swings / np.where(total == 0.0, 1.0, total))


def _orders(count: int) -> Array:
    """Share of all orders in which a given coalition of each size comes just before an actor."""
    ways = [factorial(size) * factorial(count - size - 1) for size in range(count)]
    return np.array([way / factorial(count) for way in ways])


def _programme(weight: NDArray[np.int64], quota: int) -> tuple[Array, Array]:
    """Shapley-Shubik index and swings of each actor, by counting coalitions by size and sum."""
    count, total = len(weight), int(weight.sum())
    ways = np.zeros((count + 1, total + 1))
    ways[0, 0] = 1.0
    for size in weight:
        ways[1:, size:] += ways[:-1, : total + 1 - size].copy()
    swings = np.zeros((count, count))
    for actor, size in enumerate(weight):
        rest = ways.copy()
        for s in range(1, count + 1):
            rest[s, size:] -= rest[s - 1, : total + 1 - size]
        swings[actor] = rest[:count, max(quota - size, 0) : max(quota, 0)].sum(1)
    return swings @ _orders(count), swings.sum(1)


def _enumerate(weight: Array, quota: Array) -> tuple[Array, Array]:
    """Shapley-Shubik index and swings of each actor from all coalitions; (N, M) each."""
    count, draws = weight.shape
    member = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    orders = _orders(count)
    bar = quota - QUOTA_TOLERANCE * weight.sum(0)
    pivots, swings = np.zeros((count, draws)), np.zeros((count, draws))
    step = max(1, 2**21 // 2**count)
    for first in range(0, draws, step):
        part = slice(first, min(first + step, draws))
        wins = member @ weight[:, part] >= bar[part]
        for actor in range(count):
            split = wins.reshape(2 ** (count - 1 - actor), 2, 2**actor, -1)
            turned = (split[:, 1] & ~split[:, 0]).reshape(2 ** (count - 1), -1)
            size = member.sum(1).reshape(2 ** (count - 1 - actor), 2, 2**actor)[:, 0].ravel()
            pivots[actor, part] = orders[size] @ turned
            swings[actor, part] = turned.sum(0)
    return pivots, swings
