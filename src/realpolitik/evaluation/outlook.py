"""The relation to come, with the uncertainty of the parameters and what past errors ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.conditions.making import Given
from realpolitik.evaluation.scores import direction_probability
from realpolitik.evaluation.summary import THRESHOLD, Evaluation
from realpolitik.inference.fitting import Fit
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.rng import stream

Array = NDArray[np.float64]

DRAWS = 100
PAST = 15
"""Years up to the origin that are kept."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Forecast of one dyad's relation.  H steps, Y years up to the origin.

    theory : str
    origin : int             last year known
    level, level_sd : float  relation at the origin, filtered
    past : (Y,)              years, the origin last
    past_mean, past_sd : (Y,)
        Filtered; NaN where one of the two states is not in the system.
    steps : (H,)             years
    mean, sd : (H,)
    chance : (H, 3)          of a rise, no change and a fall against `level`
    inflation : (H,)         factor of the variance from the errors at past origins, 1 if not known
    threshold : float        smallest move that counts
    """

    theory: str
    origin: int
    level: float
    level_sd: float
    past: NDArray[np.int64]
    past_mean: Array
    past_sd: Array
    steps: NDArray[np.int64]
    mean: Array
    sd: Array
    chance: Array
    inflation: Array
    threshold: float


def inflations(evaluation: Evaluation | None, theory: str, horizons: Sequence[int]) -> Array:
    """Return the factor of the variance at each horizon: between scored horizons, on a line."""
    if evaluation is None:
        return np.ones(len(horizons))
    known = [evaluation.score(theory, h).inflation for h in evaluation.horizons]
    return np.asarray(np.interp(horizons, evaluation.horizons, known))


def _both_members(given: Given, source: str, target: str) -> NDArray[np.bool_]:
    """Years (T,) in which both states are in the system."""
    places = [given.states.index(state) for state in (source, target)]
    found: NDArray[np.bool_] = np.asarray(given.inputs.conditions.member)[:, places].min(axis=1) > 0
    return found


def outlook(
    given: Given,
    fit: Fit,
    source: str,
    target: str,
    horizons: Sequence[int],
    *,
    seed: int,
    evaluation: Evaluation | None = None,
    draws: int = DRAWS,
) -> Outlook:
    """Forecast one dyad from the filter at the origin.

    Conditions stay as they are at the origin. For each draw of the parameters from the normal of
    Laplace's method the filter gives mean and variance; the forecast has the mean of the means and
    the mean of the variances, times the inflation, plus the variance of the means.

    Parameters
    ----------
    horizons : sequence of int (H,)
        Years after the origin, within the years of `given`.
    evaluation : Evaluation, optional
        Gives the inflation.
    """
    dyad = given.dyad(source, target)
    place = int(np.flatnonzero(given.years == given.origin)[0])
    steps = [place + h for h in horizons]
    vectors = stream(seed, "forecast").multivariate_normal(
        fit.vector, fit.covariance, size=draws, method="eigh"
    )
    mean, var = np.empty((2, draws, len(steps)))
    past = np.arange(max(0, place + 1 - PAST), place + 1)
    now = np.empty((2, draws, len(past)))
    for number, vector in enumerate(vectors):
        found, _ = filtered_and_scored(fit.theory, vector, given.inputs)
        mean[number] = np.asarray(found.predicted_mean)[steps, dyad]
        var[number] = np.asarray(found.predicted_var)[steps, dyad]
        now[:, number] = np.asarray(found.mean)[past, dyad], np.asarray(found.var)[past, dyad]
    factor = inflations(evaluation, fit.theory.name, horizons)
    centre, sd = mean.mean(axis=0), np.sqrt(factor * var.mean(axis=0) + mean.var(axis=0))
    held, held_sd = now[0].mean(axis=0), np.sqrt(now[1].mean(axis=0) + now[0].var(axis=0))
    level = float(held[-1])
    outside = ~_both_members(given, source, target)[past]
    return Outlook(
        theory=fit.theory.name,
        origin=given.origin,
        level=level,
        level_sd=float(held_sd[-1]),
        past=given.years[past],
        past_mean=np.where(outside, np.nan, held),
        past_sd=np.where(outside, np.nan, held_sd),
        steps=np.array([given.origin + h for h in horizons]),
        mean=centre,
        sd=sd,
        chance=direction_probability(centre, sd, np.full(len(steps), level), THRESHOLD),
        inflation=factor,
        threshold=THRESHOLD,
    )
