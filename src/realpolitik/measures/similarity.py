"""Similarity of foreign-policy profiles: S, Cohen's kappa and Scott's pi, all pairs at once.

A profile is a state's row of ordinal codes over K items: its pledge to every state (alliances) or
its vote on every roll call (UN). All pairs come from a few matrix products of indicator matrices;
there is no loop over pairs. `contingency.py` has the same indices with standard errors, and tau-b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Chance = Literal["cohen", "scott"]

PLEDGE_LEVELS = (0.0, 1.0, 2.0, 3.0)
VOTE_LEVELS = (1.0, 2.0, 3.0)


def pledge_code(
    defense: Array, offense: Array, neutral: Array, nonagg: Array, consul: Array
) -> Array:
    """Ordinal code of a pledge: from 0 (none) to 3 (defence or offence).

    3 defence or offence, 2 neutrality or consultation, 1 nonaggression, 0 none of them.

    Parameters
    ----------
    defense, offense, neutral, nonagg, consul : ndarray
        0, 1 or NaN (missing), of one shape.

    Returns
    -------
    ndarray
        0, 1, 2 or 3; NaN where any input is missing.

    References
    ----------
    Leeds, Ritter, Mitchell & Long (2002), International Interactions 28(3), 237-260 (ATOP).

    Examples
    --------
    >>> flags = np.eye(5)
    >>> pledge_code(*flags).tolist()
    [3.0, 3.0, 2.0, 1.0, 2.0]
    """
    missing = np.isnan(defense + offense + neutral + nonagg + consul)
    code = np.select(
        [(defense == 1) | (offense == 1), (neutral == 1) | (consul == 1), nonagg == 1],
        [3.0, 2.0, 1.0],
        0.0,
    )
    return np.where(missing, np.nan, code)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles of N states over K items as indicator matrices of L levels.

    Attributes
    ----------
    indicator : ndarray (N, L, K)
        1 where the state's code is the level, else 0; all zero where the code is missing.
    known : ndarray (N, K)
        1 where the state has a code.
    levels : ndarray (L,)
        The numeric codes, ascending.
    """

    indicator: NDArray[np.floating]
    known: NDArray[np.floating]
    levels: Array


def profiles(codes: Array, levels: tuple[float, ...]) -> Profiles:
    """Turn codes into indicator matrices.

    Parameters
    ----------
    codes : ndarray (N, K)
        One of `levels`, or NaN where missing.
    levels : tuple of float
        All codes that could occur, ascending; they fix the range whether or not they occur.
    """
    scale = np.asarray(levels, dtype=np.float64)
    # float32 holds every count below 2**24 exactly and halves the cost of the products
    indicator = (codes[:, None] == scale[:, None]).astype(np.float32)
    return Profiles(indicator, indicator.sum(axis=1), scale)


def distances(levels: Array, power: int) -> Array:
    """Distance of every two levels, |i - j| ** power: ndarray (L, L)."""
    return np.abs(levels[:, None] - levels[None]) ** power


def observed(who: Profiles, power: int, weights: Array | None = None) -> tuple[Array, Array]:
    """Sum of distances, and of weights, over the items both states of a pair have a code on.

    Parameters
    ----------
    who : Profiles
    power : int
        Power of the distance.
    weights : ndarray (K,), optional
        Weight of each item, non-negative; an item whose weight is NaN is left out.

    Returns
    -------
    distance, weight : ndarray (N, N)
    """
    reach = distances(who.levels, power).astype(np.float32)
    left, known = who.indicator, who.known
    if weights is not None:
        usable = np.nan_to_num(weights)
        left, known = left * usable, known * usable
    states = len(who.known)
    right = np.matmul(reach, who.indicator)
    total = left.reshape(states, -1) @ right.reshape(states, -1).T
    return total.astype(np.float64), (known @ who.known.T).astype(np.float64)


def by_chance(who: Profiles, power: int) -> dict[Chance, Array]:
    """Sum of distances expected by chance, times the number of shared items, for each pair.

    Cohen: sum_lm d_lm r_l c_m from the two margins over the shared items. Scott: the same with
    m = (r + c) / 2 on both sides, that is (sum d r r + sum d c c + 2 sum d r c) / 4.

    Returns
    -------
    dict of ndarray (N, N)
        Under ``cohen`` and ``scott``.
    """
    states, levels, items = who.indicator.shape
    # margin[i, l, j]: items shared with j on which i has level l
    margin = (who.indicator.reshape(states * levels, items) @ who.known.T).astype(np.float64)
    margin = margin.reshape(states, levels, states)
    pulled = np.matmul(distances(who.levels, power), margin)
    across = (pulled * margin.transpose(2, 1, 0)).sum(axis=1)
    within = (pulled * margin).sum(axis=1)
    return {"cohen": across, "scott": 0.25 * (within + within.T) + 0.5 * across}


def _divide(top: Array, bottom: Array) -> Array:
    return np.asarray(np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0))


def s_score(who: Profiles, power: int = 1, weights: Array | None = None) -> Array:
    """S of every pair of states.

    S_ij = 1 - 2 sum_k (w_k / sum w) (|a_ik - a_jk| / D)^p, D the range of the levels, the sums
    over the items both have a code on.

    Parameters
    ----------
    who : Profiles
        N states over K items.
    power : int
        1 for absolute distance, as published; 2 for the squared variant.
    weights : ndarray (K,), optional
        Item weights, e.g. the capability of the state a pledge is made to.

    Returns
    -------
    ndarray (N, N)
        Symmetric, in [-1, 1], diagonal 1; NaN where a pair shares no item.

    References
    ----------
    Signorino & Ritter (1999), International Studies Quarterly 43(1), 115-144.

    Examples
    --------
    >>> codes = np.array([[3.0, 3, 2, 2], [2, 2, 3, 3]])
    >>> s_score(profiles(codes, (0.0, 1.0, 2.0, 3.0)), weights=np.array([.5, .3, .1, .1])).round(4)
    array([[1.    , 0.3333],
           [0.3333, 1.    ]])
    """
    distance, weight = observed(who, power, weights)
    return 1.0 - 2.0 * _divide(distance, weight * np.ptp(who.levels) ** power)


def chance_corrected(who: Profiles, power: int = 2, chance: Chance = "cohen") -> Array:
    """Agreement of every pair of states beyond what their margins give by chance.

    index_ij = 1 - sum_lm d_lm o_lm / sum_lm d_lm e_lm, d_lm = |l - m|^p, o the shares of the joint
    table and e those expected: r_l c_m (Cohen's kappa) or m_l m_m with m = (r + c)/2 (Scott's pi).
    The two are the same where the margins coincide.

    Parameters
    ----------
    who : Profiles
        N states over K items.
    power : int
        Power of the disagreement weight; 2 is usual.
    chance : {"cohen", "scott"}

    Returns
    -------
    ndarray (N, N)
        At most 1; NaN where a pair shares no item or both use one and the same level throughout.

    References
    ----------
    Häge (2011), Political Analysis 19(3), 287-305; Cohen (1968), Psychological Bulletin 70(4),
    213-220; Scott (1955), Public Opinion Quarterly 19(3), 321-325.
    """
    distance, shared = observed(who, power)
    return 1.0 - _divide(distance * shared, by_chance(who, power)[chance])


@dataclass(frozen=True, slots=True)
class Similarity:
    """Similarity indices of all pairs of N states, each an ndarray (N, N); NaN where undefined.

    Attributes
    ----------
    s_absolute, s_squared : ndarray (N, N)
        S with absolute and squared distance.
    kappa, pi : ndarray (N, N)
        Cohen's kappa and Scott's pi with squared disagreement.
    shared : ndarray (N, N)
        Items both states of the pair have a code on.
    """

    s_absolute: Array
    s_squared: Array
    kappa: Array
    pi: Array
    shared: Array


def all_pairs(codes: Array, levels: tuple[float, ...]) -> Similarity:
    """All indices for all pairs of one year from shared matrix products.

    Parameters
    ----------
    codes : ndarray (N, K)
    levels : tuple of float

    See Also
    --------
    s_score, chance_corrected : the definitions.
    """
    who = profiles(codes, levels)
    absolute, shared = observed(who, 1)
    squared, _ = observed(who, 2)
    expected = by_chance(who, 2)
    reach = float(np.ptp(who.levels))
    return Similarity(
        1.0 - 2.0 * _divide(absolute, shared * reach),
        1.0 - 2.0 * _divide(squared, shared * reach**2),
        1.0 - _divide(squared * shared, expected["cohen"]),
        1.0 - _divide(squared * shared, expected["scott"]),
        shared,
    )
