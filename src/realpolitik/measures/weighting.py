"""Weights of an index as visible settings, and how far a result rests on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realpolitik.errors import RequestError, unknown

Array = NDArray[np.float64]

DRAWS = 400
LOWER, UPPER = 0.05, 0.95
BAND = "90% over weights and one part left out"
NORMAL_90 = 1.6448536269514722
"""Half-width of a 90% interval in standard errors."""


def check_weights(weights: Any) -> Array:
    """Values of a frozen record of weights, in the order of its fields.

    Raises
    ------
    RequestError
        If a weight is negative or not finite, or all are zero.
    """
    values = np.array(astuple(weights), dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or values.sum() == 0:
        names = ", ".join(field.name for field in fields(weights))
        msg = f"weights must be zero or more and not all zero: {names}"
        raise RequestError(msg)
    return values


def read_weights(kind: Any, settings: Sequence[str]) -> Any:
    """Make a record of weights from settings like ``trade=2``; the others stay as they are.

    Parameters
    ----------
    kind : type
        A frozen record of weights with a default for each part.
    settings : sequence of str

    Raises
    ------
    UnknownName
        If the index has no such part; the message lists the nearest.
    RequestError
        If a setting is no number of zero or more.
    """
    parts = [field.name for field in fields(kind)]
    chosen = {}
    for setting in settings:
        name, _, number = (text.strip() for text in setting.partition("="))
        if name not in parts:
            raise unknown("part", name, parts)
        try:
            chosen[name] = float(number)
        except ValueError:
            chosen[name] = math.nan
        if not 0.0 <= chosen[name] < math.inf:
            msg = f"{setting!r}: a weight is NAME=NUMBER, zero or more, for example {name}=2"
            raise RequestError(msg)
    return kind(**chosen)


def draw_weights(
    weights: Array, draws: int, generator: np.random.Generator, *, omit: bool = True
) -> Array:
    """Draw weights around the chosen ones, and leave one part out of most draws.

    w_r ~ Dirichlet(K w / sum w); with `omit`, each draw leaves out one of the K parts or none,
    all K + 1 with the same probability. Equal weights make the draw uniform over all weights.

    Parameters
    ----------
    weights : ndarray (K,)
        Zero or more; a part of weight zero stays at zero.
    draws : int
    generator : numpy Generator

    Returns
    -------
    ndarray (draws, K)
        Zero or more, not normalised after a part is left out.

    Examples
    --------
    >>> draw_weights(np.array([1.0, 0.0]), 3, np.random.default_rng(1), omit=False)
    array([[1., 0.],
           [1., 0.],
           [1., 0.]])
    """
    count = len(weights)
    gamma = generator.standard_gamma(count * weights / weights.sum(), size=(draws, count))
    result: Array = gamma / gamma.sum(axis=1, keepdims=True)
    if omit:
        left = generator.integers(count + 1, size=draws)
        row = np.flatnonzero(left < count)
        result[row, left[row]] = 0.0
    return result


def weighted_mean(parts: Array, weights: Array) -> Array:
    """Mean of the known parts under each set of weights.

    m_r = sum_{k known} w_rk x_k / sum_{k known} w_rk

    Parameters
    ----------
    parts : ndarray (..., K)
        NaN where a part is missing.
    weights : ndarray (R, K)

    Returns
    -------
    ndarray (R, ...)
        NaN where the known parts have no weight.

    Examples
    --------
    >>> weighted_mean(np.array([1.0, np.nan, 4.0]), np.array([[1.0, 1.0, 2.0]]))
    array([3.])
    """
    known = ~np.isnan(parts)
    total = np.einsum("rk,...k->r...", weights, np.where(known, parts, 0.0))
    mass = np.einsum("rk,...k->r...", weights, known.astype(np.float64))
    return np.asarray(np.divide(total, mass, out=np.full_like(total, np.nan), where=mass > 0))


def band(draws: Array) -> tuple[Array, Array]:
    """Fifth and ninety-fifth percentile over the first axis; NaN where no draw is known."""
    shape = draws.shape[1:]
    flat = draws.reshape(len(draws), -1)
    some = ~np.isnan(flat).all(axis=0)
    lower, upper = np.full(flat.shape[1], np.nan), np.full(flat.shape[1], np.nan)
    if some.any():
        lower[some], upper[some] = np.nanquantile(flat[:, some], [LOWER, UPPER], axis=0)
    return lower.reshape(shape), upper.reshape(shape)


def rolling_sum(values: Array, years: int) -> Array:
    """Sum over a year and the `years` - 1 before it; NaN where one of them is missing.

    Parameters
    ----------
    values : ndarray (T, ...)
    years : int

    Examples
    --------
    >>> rolling_sum(np.array([1.0, 2.0, 3.0]), 2)
    array([nan,  3.,  5.])
    """
    result = np.full_like(values, np.nan)
    for t in range(years - 1, len(values)):
        result[t] = values[t - years + 1 : t + 1].sum(axis=0)
    return result


def change_over(values: Array, years: int) -> Array:
    """Change of a value over a number of years; NaN in the first ones."""
    result = np.full_like(values, np.nan)
    result[years:] = values[years:] - values[:-years]
    return result


def share_of_total(amount: Array, total: Array) -> Array:
    """Amount over total; NaN where either is missing or the total is zero."""
    whole = np.broadcast_to(total, amount.shape)
    blank = np.full(amount.shape, np.nan)
    return np.asarray(np.divide(amount, whole, out=blank, where=whole > 0))
