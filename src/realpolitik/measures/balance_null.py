"""Null models of structural balance: the same network as chance would make it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.balance import Array

Null = Literal["signs", "degrees"]
SWAPS_PER_TIE = 10  # attempted swaps; enough for the chain to forget its start (Milo et al. 2003)


def permuted_signs(signed: Array, draws: int, generator: np.random.Generator) -> Array:
    """Networks with the same ties whose signs are dealt anew among them.

    Parameters
    ----------
    signed : ndarray (N, N)
        Symmetric, zero diagonal; -1, 0 or 1.
    draws : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray (draws, N, N)
        Same number of positive and negative ties, same places.
    """
    first, second = np.nonzero(np.triu(signed, 1))
    signs = np.tile(signed[first, second], (draws, 1))
    signs = generator.permuted(signs, axis=1)
    result = np.zeros((draws, *signed.shape))
    result[:, first, second] = signs
    result[:, second, first] = signs
    return result


def rewired(signed: Array, draws: int, generator: np.random.Generator) -> Array:
    """Networks in which every state keeps its number of friends and its number of enemies.

    Two ties a-b and c-d of one sign become a-d and c-b, if neither place holds a tie of any sign;
    all draws are swapped in step, ten attempts per tie.

    Parameters
    ----------
    signed : ndarray (N, N)
        Symmetric, zero diagonal; -1, 0 or 1.
    draws : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray (draws, N, N)

    References
    ----------
    Maslov & Sneppen (2002), Science 296, 910-913; Milo et al. (2003), arXiv cond-mat/0312028.
    """
    result = np.tile(signed, (draws, 1, 1))
    layers = []
    for sign in (1.0, -1.0):
        ends = np.stack(np.nonzero(np.triu(signed == sign, 1)), axis=1)
        if len(ends) > 1:
            layers.append((sign, np.tile(ends, (draws, 1, 1))))
    for _ in range(SWAPS_PER_TIE):
        for sign, ends in layers:
            for _ in range(ends.shape[1]):
                _swap(result, ends, sign, generator)
    return result


def _swap(
    network: Array, ends: NDArray[np.intp], sign: float, generator: np.random.Generator
) -> None:
    """Try one double swap in every draw, in place."""
    draws, ties, _ = ends.shape
    every = np.arange(draws)
    one = np.asarray(generator.integers(0, ties, draws))
    two = (one + np.asarray(generator.integers(1, ties, draws))) % ties
    turned = np.asarray(generator.integers(0, 2, draws))
    a, b = ends[every, one, 0], ends[every, one, 1]
    c, d = ends[every, two, turned], ends[every, two, 1 - turned]
    free = (a != d) & (c != b) & (a != c) & (b != d)
    free &= (network[every, a, d] == 0) & (network[every, c, b] == 0)
    row = np.flatnonzero(free)
    a, b, c, d = a[free], b[free], c[free], d[free]
    for left, right, value in ((a, b, 0.0), (c, d, 0.0), (a, d, sign), (c, b, sign)):
        network[row, left, right] = value
        network[row, right, left] = value
    ends[row, one[free]] = np.stack([a, d], axis=1)
    ends[row, two[free]] = np.stack([c, b], axis=1)


def draw_null(signed: Array, null: Null, draws: int, generator: np.random.Generator) -> Array:
    """Draw from a null model by name: ``signs`` or ``degrees``; ndarray (draws, N, N)."""
    make = permuted_signs if null == "signs" else rewired
    return make(signed, draws, generator)


def drawn_signs(lean: Array, draws: int, generator: np.random.Generator) -> Array:
    """Networks whose uncertain signs are drawn, each tie independent of the others.

    Parameters
    ----------
    lean : ndarray (N, N)
        2 p - 1, with p the probability that the tie is positive; NaN where there is no tie.

    Returns
    -------
    ndarray (draws, N, N)
        -1, 0 or 1.
    """
    first, second = np.nonzero(np.triu(~np.isnan(lean), 1))
    positive = generator.random((draws, len(first))) < 0.5 * (1.0 + lean[first, second])
    result = np.zeros((draws, *lean.shape))
    result[:, first, second] = result[:, second, first] = np.where(positive, 1.0, -1.0)
    return result
