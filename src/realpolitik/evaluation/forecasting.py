"""What a fitted theory expects of the readings after an origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.conditions.making import Given
from realpolitik.inference.fitting import Fit, refit
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Readings to come.  H horizons, D dyads.

    mean, var : (H, D)   of what is read, without the reading's own error variance
    now : (D,)           level of what is read at the origin, filtered
    """

    mean: Array
    var: Array
    now: Array


def swapped(values: Array) -> Array:
    """Return the values (..., D) of the reverse dyads."""
    return np.roll(values, values.shape[-1] // 2, axis=-1)


def ahead(
    theory: Theory, vector: Array, inputs: Inputs, origin: int, horizons: Sequence[int]
) -> Ahead:
    """Forecast the one series of readings from the filter at the origin.

    E y = a (own + other) + own m_ij + other m_ji
    Var = own² P_ij + other² P_ji + 2 own other P_ij,ji + σ²

    Parameters
    ----------
    vector : ndarray (V,)
        Unbounded parameters.
    inputs : Inputs
        Without readings after the origin, and with the conditions that are expected.
    origin : int
        Position of the last step known.
    horizons : sequence of int (H,)
    """
    found, _ = filtered_and_scored(theory, vector, inputs)
    params = theory.params(vector, inputs.sizes)
    level, extra = float(params["level"][0]), float(params["series_sd"][0]) ** 2
    own, other = np.asarray(inputs.own[origin]), np.asarray(inputs.other[origin])
    steps = [origin + h for h in horizons]
    mean, var, cross = (
        np.asarray(part)[steps]
        for part in (found.predicted_mean, found.predicted_var, found.predicted_cross)
    )
    now = np.asarray(found.mean)[origin]
    base = level * (own + other)
    return Ahead(
        mean=base + own * mean + other * swapped(mean),
        var=own**2 * var + other**2 * swapped(var) + 2.0 * own * other * cross + extra,
        now=base + own * now + other * swapped(now),
    )


@dataclass(frozen=True, slots=True)
class Refitted:
    """A theory refitted at an origin, and what it expects.

    vector : (V,)
    ahead : Ahead
    """

    vector: Array
    ahead: Ahead


def from_origin(
    near: Fit, given: Given, inputs: Inputs, origin: int, horizons: Sequence[int]
) -> Refitted:
    """Refit a theory to the inputs of an origin and forecast from there.

    Parameters
    ----------
    near : Fit
        Where the climb starts.
    given : Given
        Prepared at the origin, long enough for the last horizon.
    inputs : Inputs
        Those of `given`, or a placebo of them.
    origin : int
        Year.
    horizons : sequence of int (H,)
        Years after it.

    Raises
    ------
    ConvergenceError
        If the refit does not converge.
    """
    vector = refit(near, inputs).vector
    place = int(np.flatnonzero(given.years == given.origin)[0])
    steps = [origin - given.origin + h for h in horizons]
    return Refitted(vector, ahead(near.theory, vector, inputs, place, steps))
