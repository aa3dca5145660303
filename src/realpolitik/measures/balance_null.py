"""Null models of structural balance, and balance when the signs are uncertain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.measures.balance import Array, expected_triangle_index, frustration

SWAPS_PER_TIE = 10  # attempted swaps; enough for the chain to forget its start (Milo et al. 2003)


def permuted_signs(signed: Array, generator: np.random.Generator) -> Array:
    """Deal the signs of each network anew among its ties.

    Parameters
    ----------
    signed : ndarray (B, N, N)
        Networks, symmetric, zero diagonal; -1, 0 or 1.
    generator : numpy.random.Generator

    Returns
    -------
    ndarray (B, N, N)
        Same number of positive and negative ties, same places.
    """
    first, second = np.triu_indices(signed.shape[-1], 1)
    ties = signed[:, first, second]
    # sort the places of each network by whether they hold a tie, then by chance, and hand the
    # signs over in that order: the k-th tie gets the sign of the k-th tie in another random order
    chance = generator.random((2, *ties.shape)) + (ties == 0)
    places, donors = chance[0].argsort(axis=1), chance[1].argsort(axis=1)
    dealt = np.empty_like(ties)
    np.put_along_axis(dealt, places, np.take_along_axis(ties, donors, axis=1), axis=1)
    result = np.zeros_like(signed)
    result[:, first, second] = result[:, second, first] = dealt
    return result


def rewired(signed: Array, generator: np.random.Generator) -> Array:
    """Rewire each network so that every state keeps its number of friends and of enemies.

    Two ties a-b and c-d of one sign become a-d and c-b, if neither place holds a tie of any sign;
    ten attempts per tie, all networks in step.

    Parameters
    ----------
    signed : ndarray (B, N, N)
        Networks, symmetric, zero diagonal; -1, 0 or 1.
    generator : numpy.random.Generator

    Returns
    -------
    ndarray (B, N, N)

    References
    ----------
    Maslov & Sneppen (2002), Science 296, 910-913; Milo et al. (2003), arXiv cond-mat/0312028.
    """
    result = signed.copy()
    layers = [(sign, *_ends(signed == sign)) for sign in (1.0, -1.0)]
    for _ in range(SWAPS_PER_TIE):
        for sign, ends, count in layers:
            for _ in range(ends.shape[1]):
                _swap(result, ends, count, sign, generator)
    return result


def _ends(ties: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List the ends of the ties of each network, ndarray (B, most ties, 2), and count the ties."""
    network, first, second = np.nonzero(np.triu(ties, 1))
    count = np.bincount(network, minlength=len(ties))
    ends = np.zeros((len(ties), count.max(initial=0), 2), dtype=np.intp)
    order = np.arange(len(network)) - np.repeat(np.cumsum(count) - count, count)
    ends[network, order] = np.stack([first, second], axis=1)
    return ends, count


def _swap(
    network: Array,
    ends: NDArray[np.intp],
    count: NDArray[np.intp],
    sign: float,
    generator: np.random.Generator,
) -> None:
    """Try one double swap in every network, in place."""
    every = np.flatnonzero(count > 1)
    ties = count[every]
    chance = generator.random((3, len(every)))
    one = (chance[0] * ties).astype(np.intp)
    two = (one + 1 + (chance[1] * (ties - 1)).astype(np.intp)) % ties
    turned = (chance[2] < 0.5).astype(np.intp)
    a, b = ends[every, one, 0], ends[every, one, 1]
    c, d = ends[every, two, turned], ends[every, two, 1 - turned]
    free = (a != d) & (c != b) & (network[every, a, d] == 0) & (network[every, c, b] == 0)
    row, one, two = every[free], one[free], two[free]
    a, b, c, d = a[free], b[free], c[free], d[free]
    for left, right, value in ((a, b, 0.0), (c, d, 0.0), (a, d, sign), (c, b, sign)):
        network[row, left, right] = value
        network[row, right, left] = value
    ends[row, one] = np.stack([a, d], axis=1)
    ends[row, two] = np.stack([c, b], axis=1)


NULLS = {"signs dealt anew": permuted_signs, "friends and enemies kept": rewired}


@dataclass(frozen=True, slots=True)
class UncertainBalance:
    """Balance of T networks whose signs are known only with a probability.

    Attributes
    ----------
    triads : ndarray (T,)
        Expected share of balanced triangles.
    frustration, lower, upper : ndarray (T,)
        Mean line index of frustration over the draws, and its 90% interval; NaN without ties.
    ties : ndarray (T,)
    """

    triads: Array
    frustration: Array
    lower: Array
    upper: Array
    ties: NDArray[np.intp]


def uncertain_balance(positive: Array, *, draws: int = 20, seed: int = 0) -> UncertainBalance:
    """Balance when each tie is positive with a probability, independently of the others.

    The expected share of balanced triangles is exact: (1 + prod (2 p - 1)) / 2 averaged over the
    triangles. The frustration is exact in each draw of the signs.

    Parameters
    ----------
    positive : ndarray (T, N, N)
        Probability that the tie is positive, symmetric; NaN where there is no tie, for instance
        where a relation is too near neutral to count as one.
    draws, seed : int
        Draws of signs for the frustration.
    """
    first, second = np.triu_indices(positive.shape[-1], 1)
    chance = positive[:, first, second]
    tie = ~np.isnan(chance)
    lean, place = np.zeros_like(positive), np.zeros_like(positive)
    lean[:, first, second] = lean[:, second, first] = np.where(tie, 2.0 * chance - 1.0, 0.0)
    place[:, first, second] = place[:, second, first] = tie
    counts = np.full((len(positive), draws), np.nan)
    for t in np.flatnonzero(tie.any(axis=1)):
        uniform = rng.stream(seed, "balance", int(t)).random((draws, len(first)))
        signs = np.where(uniform < chance[t], 1.0, -1.0) * tie[t]
        for draw in range(draws):
            network = np.zeros(positive.shape[1:])
            network[first, second] = network[second, first] = signs[draw]
            counts[t, draw] = frustration(network).index
    lower, upper = np.quantile(counts, [0.05, 0.95], axis=1)
    return UncertainBalance(
        expected_triangle_index(lean, place), counts.mean(axis=1), lower, upper, tie.sum(axis=1)
    )
