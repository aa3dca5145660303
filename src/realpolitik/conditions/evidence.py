"""What the record says of each pair in each year, as readings a theory can be scored on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation.filtering import Moments
from realpolitik.measures.relation.fitting import Problem, pass_over
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES, Grid, Series
from realpolitik.measures.relation.measure import parameters_of
from realpolitik.measures.relation.model import READ, Parameters
from realpolitik.panel import Panel

Array = NDArray[np.float64]

CAUSES = frozenset(
    {"atop_defense", "rivalry", "imports", "exports", "shared_igos", "distance", "cinc"}
)
"""Variables that act as conditions, and their like: no series of the outcome is made of them."""
LEAST_PRECISION = 1e-3
"""Evidence weaker than this (an error of 30 standard deviations) is none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Readings of the relation, two to a pair and year.  T steps, D dyads in `dyad_order`.

    A reading of dyad ij measures own θ_ij + other θ_ji; its error is independent of all others.

    steps : (T,)                  years
    states : tuple of str         N codes
    value, variance : (T, D)      NaN where nothing was read
    own, other : (T, D)           own² + other² = 1
    """

    steps: NDArray[np.int64]
    states: tuple[str, ...]
    value: Array
    variance: Array
    own: Array
    other: Array


def outcome_series() -> tuple[Series, ...]:
    """Return the series of the relation that no condition is made of."""
    return tuple(one for one in SERIES if not CAUSES & set(one.columns))


def fit_outcome(panel: Panel) -> Parameters:
    """Return the measurement parameters of the outcome series of a panel, stored or fitted."""
    return parameters_of(panel, exclude=[one.name for one in SERIES if CAUSES & set(one.columns)])


def gather(panel: Panel, parameters: Parameters) -> Evidence:
    """Gather what all outcome series of a panel say of each year.

    The measurement layer is that of `measures.relation`: sparse series keep their ordinal and
    censored likelihoods, slow ones their own deviations. What a year's readings add to what was
    known before is two independent Gaussian readings of combinations of the two directions.

    Parameters
    ----------
    panel : Panel
        Yearly. What its `as_of` hides is not used.
    parameters : Parameters
        From `fit_outcome`, of this panel or of a later vintage of it.
    """
    grid = make_grid(panel)
    readings = make_readings(grid, outcome_series())
    filtered, _ = pass_over(Problem(readings, grid.exists[:, :, 0]), parameters)
    rotated = rotate(*_pair_moments(filtered.predicted), *_pair_moments(filtered.updated))
    return _by_dyad(grid, rotated)


def _pair_moments(moments: Moments) -> tuple[Array, Array]:
    """Mean (T, P, 2) and covariance (T, P, 2, 2) of both directions."""
    return moments.mean @ READ[:2].T, READ[:2] @ moments.cov @ READ[:2].T


def rotate(before: Array, before_cov: Array, after: Array, after_cov: Array) -> Array:
    """Turn what a step added to two relations into two readings with independent errors.

    With moments (m, P) before and (n, Q) after a step, the step said Λ = Q⁻¹ - P⁻¹ and
    h = Q⁻¹ n - P⁻¹ m. For each eigenvector a of Λ with eigenvalue λ, a'h / λ is a reading of a'θ
    with variance 1 / λ.

    Parameters
    ----------
    before, after : ndarray (..., 2)
    before_cov, after_cov : ndarray (..., 2, 2)

    Returns
    -------
    ndarray (4, ..., 2)
        Value, variance and the weights of the first and of the second relation; a vector is
        turned so that its weights have a sum of at least 0. NaN where λ < `LEAST_PRECISION`.
    """
    prior, posterior = np.linalg.inv(before_cov), np.linalg.inv(after_cov)
    added = posterior - prior
    shift = (posterior @ after[..., None] - prior @ before[..., None])[..., 0]
    strength, axes = np.linalg.eigh(0.5 * (added + np.swapaxes(added, -1, -2)))
    axes = np.swapaxes(axes, -1, -2)
    axes = axes * np.where(axes.sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    some = strength > LEAST_PRECISION
    variance = np.where(some, 1.0 / np.where(some, strength, 1.0), np.nan)
    value = variance * np.einsum("...kc,...c->...k", axes, shift)
    return np.stack([value, variance, axes[..., 0], axes[..., 1]])


def _by_dyad(grid: Grid, rotated: Array) -> Evidence:
    """Give each reading the dyad whose source weighs most in it; of two alike, one each."""
    count = len(grid.states)
    number = {pair: d for d, pair in enumerate(zip(*np.triu_indices(count, 1), strict=True))}
    pair = np.array([number[key] for key in zip(grid.first, grid.second, strict=True)])
    half = count * (count - 1) // 2
    value, variance, first, second = rotated
    swap = np.abs(first[..., 0]) < np.abs(first[..., 1])
    order = np.where(swap[..., None], [1, 0], [0, 1])
    value, variance, first, second = (
        np.take_along_axis(part, order, axis=-1) for part in (value, variance, first, second)
    )
    seen = grid.exists[:, :, 0]
    blank = np.full((len(grid.steps), 2 * half), np.nan)
    out = {name: blank.copy() for name in ("value", "variance", "own", "other")}
    for side, (own, other) in enumerate(((first, second), (second, first))):
        place = pair + side * half
        out["value"][:, place] = np.where(seen, value[..., side], np.nan)
        out["variance"][:, place] = np.where(seen, variance[..., side], np.nan)
        out["own"][:, place], out["other"][:, place] = own[..., side], other[..., side]
    for name, filler in (("own", 1.0), ("other", 0.0)):
        out[name] = np.where(np.isnan(out[name]), filler, out[name])
    return Evidence(steps=grid.steps, states=grid.states, **out)
