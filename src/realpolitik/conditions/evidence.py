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
TURN = np.array([[0.5, 0.5], [0.5, -0.5]])
"""From the two relations of a pair to their mean and half their difference."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two readings of each pair and year.  T steps, N states, D = N(N-1) as in `dyad_order`.

    The first D/2 columns read the mean of a pair's two relations, the others half of the second
    less the first; the errors of all readings are independent.

    steps : (T,)                  years
    states : tuple of str         N codes
    value, variance : (T, D)      NaN where nothing was read
    """

    steps: NDArray[np.int64]
    states: tuple[str, ...]
    value: Array
    variance: Array


def weights(dyads: int) -> tuple[Array, Array]:
    """Return what the readings of D dyads measure: own θ_ij + other θ_ji, each (D,).

    Examples
    --------
    >>> [part.tolist() for part in weights(2)]
    [[0.5, 0.5], [0.5, -0.5]]
    """
    half = np.full(dyads, 0.5)
    return half, np.where(np.arange(dyads) < dyads // 2, half, -half)


def outcome_series() -> tuple[Series, ...]:
    """Return the series of the relation that no condition is made of."""
    return tuple(one for one in SERIES if not CAUSES & set(one.columns))


def condition_series() -> tuple[str, ...]:
    """Return the names of the other series, which conditions are made of."""
    return tuple(one.name for one in SERIES if CAUSES & set(one.columns))


def fit_outcome(panel: Panel) -> Parameters:
    """Return the measurement parameters of the outcome series of a panel, stored or fitted."""
    return parameters_of(panel, exclude=condition_series())


def gather(panel: Panel, parameters: Parameters) -> Evidence:
    """Gather what all outcome series of a panel say of each year.

    The measurement layer is that of `measures.relation`: sparse series keep their ordinal and
    censored likelihoods, slow ones their own deviations. What a year's readings add to what was
    known before is one Gaussian reading of a pair's common posture and one of the difference.

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
    before, after = _pair_moments(filtered.predicted), _pair_moments(filtered.updated)
    return _by_dyad(grid, *added(*before, *after))


def widened(evidence: Evidence, states: tuple[str, ...]) -> Evidence:
    """Lay evidence out on a longer list of states, in the same order; the others have no readings.

    A state that entered the system later is thus on the list from the start.
    """
    if states == evidence.states:
        return evidence
    place = np.array([states.index(state) for state in evidence.states])
    number = {pair: d for d, pair in enumerate(zip(*np.triu_indices(len(states), 1), strict=True))}
    first, second = np.triu_indices(len(place), 1)
    pair = np.array([number[key] for key in zip(place[first], place[second], strict=True)])
    half = len(states) * (len(states) - 1) // 2
    dyads = np.concatenate([pair, pair + half])
    laid = []
    for part in (evidence.value, evidence.variance):
        blank = np.full((len(part), 2 * half), np.nan)
        blank[:, dyads] = part
        laid.append(blank)
    return Evidence(evidence.steps, states, *laid)


def _pair_moments(moments: Moments) -> tuple[Array, Array]:
    """Mean and variance (T, P, 2) of the mean of both relations and of half their difference."""
    turn = TURN @ READ[:2]
    cov = turn @ moments.cov @ turn.T
    return moments.mean @ turn.T, np.diagonal(cov, axis1=-2, axis2=-1)


def added(before: Array, before_var: Array, after: Array, after_var: Array) -> tuple[Array, Array]:
    """Return the reading that turns one normal distribution into another: value and variance.

    1 / v = 1 / Q - 1 / P,   y = v (n / Q - m / P),   with (m, P) before and (n, Q) after.

    Parameters
    ----------
    before, before_var, after, after_var : ndarray (...)

    Returns
    -------
    value, variance : ndarray (...)
        NaN where the precision added is below `LEAST_PRECISION`.

    Examples
    --------
    >>> value, variance = added(*(np.array([x]) for x in (0.0, 1.0, 0.5, 0.5)))
    >>> value.tolist(), variance.tolist()
    ([1.0], [1.0])
    """
    precision = 1.0 / after_var - 1.0 / before_var
    some = precision > LEAST_PRECISION
    variance = np.where(some, 1.0 / np.where(some, precision, 1.0), np.nan)
    return variance * (after / after_var - before / before_var), variance


def _by_dyad(grid: Grid, value: Array, variance: Array) -> Evidence:
    """Lay readings (T, P, 2) out on the dyads, second readings in the second half."""
    count = len(grid.states)
    number = {pair: d for d, pair in enumerate(zip(*np.triu_indices(count, 1), strict=True))}
    pair = np.array([number[key] for key in zip(grid.first, grid.second, strict=True)])
    half = count * (count - 1) // 2
    place = np.concatenate([pair, pair + half])
    sign = np.array([1.0, -1.0])  # the second reading belongs to the dyad of the second state
    seen = grid.exists[:, :, :1]
    laid = []
    for part in (sign * value, variance):
        blank = np.full((len(grid.steps), 2 * half), np.nan)
        masked = np.where(seen, part, np.nan)
        blank[:, place] = np.concatenate([masked[..., 0], masked[..., 1]], axis=1)
        laid.append(blank)
    return Evidence(grid.steps, grid.states, *laid)
