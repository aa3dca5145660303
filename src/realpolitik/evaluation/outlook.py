"""The relation to come, with the uncertainty of the parameters and what past errors ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
    return outlooks(
        given, fit, [(source, target)], horizons, seed=seed, evaluation=evaluation, draws=draws
    )[0]


def outlooks(
    given: Given,
    fit: Fit,
    pairs: Sequence[tuple[str, str]],
    horizons: Sequence[int],
    *,
    seed: int,
    evaluation: Evaluation | None = None,
    draws: int = DRAWS,
) -> tuple[Outlook, ...]:
    """Forecast several dyads, sources and targets, from the same draws; see `outlook`."""
    dyads = np.array([given.dyad(*pair) for pair in pairs])
    place = int(np.flatnonzero(given.years == given.origin)[0])
    steps = np.array([place + h for h in horizons])
    past = np.arange(max(0, place + 1 - PAST), place + 1)
    vectors = stream(seed, "forecast").multivariate_normal(
        fit.vector, fit.covariance, size=draws, method="eigh"
    )
    later = np.empty((2, draws, len(steps), len(dyads)))
    before = np.empty((2, draws, len(past), len(dyads)))
    for number, vector in enumerate(vectors):
        found, _ = filtered_and_scored(fit.theory, vector, given.inputs)
        for part, values in enumerate((found.predicted_mean, found.predicted_var)):
            later[part, number] = np.asarray(values)[np.ix_(steps, dyads)]
        for part, values in enumerate((found.mean, found.var)):
            before[part, number] = np.asarray(values)[np.ix_(past, dyads)]
    factor = inflations(evaluation, fit.theory.name, horizons)
    return tuple(
        _one(
            given,
            fit.theory.name,
            _Drawn(later[..., column], before[..., column], past, factor),
            ~_both_members(given, *pair)[past],
            np.array([given.origin + h for h in horizons]),
        )
        for column, pair in enumerate(pairs)
    )


class _Drawn(NamedTuple):
    """Means and variances of one dyad: `later` (2, R, H), `before` (2, R, past years)."""

    later: Array
    before: Array
    past: NDArray[np.intp]
    factor: Array


def _one(
    given: Given, theory: str, drawn: _Drawn, outside: NDArray[np.bool_], steps: NDArray[np.int64]
) -> Outlook:
    """Join the draws of one dyad; `outside` marks past years without both states."""
    (mean, var), now = drawn.later, drawn.before
    centre, sd = mean.mean(axis=0), np.sqrt(drawn.factor * var.mean(axis=0) + mean.var(axis=0))
    held, held_sd = now[0].mean(axis=0), np.sqrt(now[1].mean(axis=0) + now[0].var(axis=0))
    level = float(held[-1])
    return Outlook(
        theory=theory,
        origin=given.origin,
        level=level,
        level_sd=float(held_sd[-1]),
        past=given.years[drawn.past],
        past_mean=np.where(outside, np.nan, held),
        past_sd=np.where(outside, np.nan, held_sd),
        steps=steps,
        mean=centre,
        sd=sd,
        chance=direction_probability(centre, sd, np.full(len(steps), level), THRESHOLD),
        inflation=drawn.factor,
        threshold=THRESHOLD,
    )
