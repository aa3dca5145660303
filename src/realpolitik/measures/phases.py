"""Phases of a relation: Bayesian change points with the uncertainty of the relation itself.

A path of the relation is cut into phases of constant level and spread. Their number, turns and
levels have a posterior distribution that is computed exactly for a given path (product partition,
recursion over the last turn). The path is not known either: it is drawn from the measured relation,
one partition is drawn for each path, and every figure is a share or a quantile of those draws.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from realpolitik.errors import RequestError
from realpolitik.measures.relation import Relation
from realpolitik.rng import stream

Array = NDArray[np.float64]

DRAWS = 2000
EXPECTED_LENGTH = 10.0
"""Prior mean of the length of a phase in steps (geometric)."""
LEVEL_SHAPE = 0.09
"""Prior weight of the mean in readings: a level has sd 1 where the spread within phases is .3."""
SPREAD_SHAPE, SPREAD_SCALE = 3.0, 0.18
"""Inverse-gamma prior of the variance within a phase: its mean is .3 squared."""
LIKELY = 0.5
"""Probability from which a turn opens a phase."""
SURE = 0.9
"""Probability from which a phase has a sign."""
WINDOW = 1
"""A turn counts as found if it lies within this many steps of the year named."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Phases of one directed dyad; K phases, T steps.

    Attributes
    ----------
    source, target : str
    steps : ndarray, shape (T,)
    turn_probability : ndarray, shape (T,)
        Probability that a new phase opens in the step.
    start, end : ndarray, shape (K,)
        First and last step of each phase.
    level, lower, upper : ndarray, shape (K,)
        Mean posture over the phase with its 90% interval.
    positive : ndarray, shape (K,)
        Probability that the level is above zero.
    turn : ndarray, shape (K,)
        Probability of a turn within `WINDOW` steps of the start; NaN for the first phase.
    turn_lower, turn_upper : ndarray, shape (K,)
        90% interval of the step of that turn; NaN for the first phase.
    """

    source: str
    target: str
    steps: NDArray[np.int64]
    turn_probability: Array
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    level: Array
    lower: Array
    upper: Array
    positive: Array
    turn: Array
    turn_lower: Array
    turn_upper: Array

    def table(self) -> pl.DataFrame:
        """Return one row for each phase.

        Returns
        -------
        pl.DataFrame
            `start, end, level, lower, upper, sign, probability, turn, turn_lower, turn_upper,
            direction`; `probability` is that of the sign, `turn` that of the turn into the phase.
        """
        sure = np.maximum(self.positive, 1.0 - self.positive)
        side = np.where(self.positive >= 0.5, "cooperation", "friction")
        rise = np.concatenate([[np.nan], np.diff(self.level)])
        return pl.DataFrame(
            {
                "start": self.start,
                "end": self.end,
                "level": self.level,
                "lower": self.lower,
                "upper": self.upper,
                "sign": np.where(sure >= SURE, side, "neither").tolist(),
                "probability": sure,
                "turn": self.turn,
                "turn_lower": self.turn_lower,
                "turn_upper": self.turn_upper,
                "direction": [None if np.isnan(r) else "up" if r > 0 else "down" for r in rise],
            },
            schema_overrides={"direction": pl.String},
        ).fill_nan(None)


def phases(relation: Relation, source: str, target: str, *, seed: int = 0) -> Phases:
    """Find the phases of one directed dyad.

    Parameters
    ----------
    relation : Relation
    source, target : str
        State codes.
    seed : int

    Raises
    ------
    UnknownName
        If the region has no such dyad.
    RequestError
        If the dyad existed for fewer than two steps.

    References
    ----------
    Barry and Hartigan (1992), product partition models; Fearnhead (2006), the exact recursion.
    """
    column = relation.column(source, target)
    there = np.isfinite(relation.mean[:, column])
    steps = relation.years[there]
    if len(steps) < 2:
        msg = f"{source} and {target} share fewer than two years: no phases to find"
        raise RequestError(msg)
    generator = stream(seed, "phases", source, target)
    paths = draw_paths(
        relation.mean[there, column],
        relation.sd[there, column],
        relation.change_sd[there, column],
        DRAWS,
        generator,
    )
    opened = draw_turns(segment_weights(paths), 1.0 / EXPECTED_LENGTH, generator)
    chosen = choose_turns(opened)
    bounds = np.array([0, *chosen, len(steps)])
    levels = np.stack([paths[:, a:b].mean(axis=1) for a, b in itertools.pairwise(bounds)], axis=1)
    near = [_near(opened, turn) for turn in chosen]
    lower, upper = np.quantile(levels, (0.05, 0.95), axis=0)
    return Phases(
        source=source,
        target=target,
        steps=steps,
        turn_probability=opened.mean(axis=0),
        start=steps[bounds[:-1]],
        end=steps[bounds[1:] - 1],
        level=levels.mean(axis=0),
        lower=lower,
        upper=upper,
        positive=(levels > 0).mean(axis=0),
        turn=np.array([np.nan, *(share for share, _, _ in near)]),
        turn_lower=np.array([np.nan, *(steps[low] for _, low, _ in near)]),
        turn_upper=np.array([np.nan, *(steps[high] for _, _, high in near)]),
    )


def draw_paths(
    mean: Array, sd: Array, change_sd: Array, draws: int, generator: np.random.Generator
) -> Array:
    """Draw paths with the given means, spreads and spreads of the moves.

    Neighbouring steps have exactly the joint distribution of the measured relation; steps further
    apart are tied through those between them (a first-order chain).

    Parameters
    ----------
    mean, sd, change_sd : ndarray, shape (T,)
        The first `change_sd` is not used.
    draws : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray, shape (draws, T)
    """
    noise = generator.standard_normal((draws, len(mean)))
    paths = np.empty_like(noise)
    paths[:, 0] = mean[0] + sd[0] * noise[:, 0]
    for t in range(1, len(mean)):
        tie = 0.5 * (sd[t] ** 2 + sd[t - 1] ** 2 - change_sd[t] ** 2)
        slope = tie / sd[t - 1] ** 2
        rest = np.sqrt(max(sd[t] ** 2 - slope * tie, 0.0))
        paths[:, t] = mean[t] + slope * (paths[:, t - 1] - mean[t - 1]) + rest * noise[:, t]
    return paths


def segment_weights(paths: Array) -> Array:
    """Log marginal likelihood of every stretch of every path as one phase.

    Within a phase ``y ~ N(m, s^2)``, ``m ~ N(mean of the path, s^2 / LEVEL_SHAPE)``,
    ``s^2 ~ InverseGamma(SPREAD_SHAPE, SPREAD_SCALE)``; m and s are integrated out.

    Parameters
    ----------
    paths : ndarray, shape (S, T)

    Returns
    -------
    ndarray, shape (S, T, T + 1)
        Element (a, b) for the steps a to b - 1; minus infinity where b <= a.
    """
    centred = paths - paths.mean(axis=1, keepdims=True)
    total = np.pad(np.cumsum(centred, axis=1), ((0, 0), (1, 0)))
    square = np.pad(np.cumsum(centred**2, axis=1), ((0, 0), (1, 0)))
    steps = paths.shape[1]
    count = np.arange(steps + 1)[None, :] - np.arange(steps)[:, None]
    size = np.maximum(count, 1).astype(float)
    sums = total[:, None, :] - total[:, :-1, None]
    squares = square[:, None, :] - square[:, :-1, None]
    scale = SPREAD_SCALE + 0.5 * (squares - sums**2 / (size + LEVEL_SHAPE))
    shape = SPREAD_SHAPE + 0.5 * size
    constant = (
        gammaln(shape)
        - gammaln(SPREAD_SHAPE)
        + SPREAD_SHAPE * np.log(SPREAD_SCALE)
        + 0.5 * np.log(LEVEL_SHAPE / (size + LEVEL_SHAPE))
        - 0.5 * size * np.log(2.0 * np.pi)
    )
    value = constant - shape * np.log(np.where(count > 0, scale, 1.0))
    weights: Array = np.where(count > 0, value, -np.inf)
    return weights


def tail_evidence(weights: Array, hazard: float) -> Array:
    """Log probability of all steps from each on, given that a phase opens there.

    ``Q_t = sum_s p(y_t..s-1 as one phase) (1 - h)^(s - t - 1) h Q_s``, the last phase without h.

    Parameters
    ----------
    weights : ndarray, shape (S, T, T + 1)
        From `segment_weights`.
    hazard : float
        Prior probability h that a phase ends after a step.

    Returns
    -------
    ndarray, shape (S, T + 1)
        The last element is zero.
    """
    draws, steps, _ = weights.shape
    tail = np.zeros((draws, steps + 1))
    for first in range(steps - 1, -1, -1):
        tail[:, first] = logsumexp(_options(weights, tail, hazard, first), axis=1)
    return tail


def _options(weights: Array, tail: Array, hazard: float, first: int) -> Array:
    """Log weight of each end of the phase that opens at `first`, shape (S, T - first)."""
    steps = weights.shape[1]
    ends = np.arange(first + 1, steps + 1)
    prior = (ends - first - 1) * np.log1p(-hazard) + np.where(ends < steps, np.log(hazard), 0.0)
    options: Array = weights[:, first, first + 1 :] + prior + tail[:, first + 1 :]
    return options


def draw_turns(weights: Array, hazard: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Draw one partition of each path from its exact posterior.

    Parameters
    ----------
    weights : ndarray, shape (S, T, T + 1)
    hazard : float
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of bool, shape (S, T)
        Whether a new phase opens in the step; false in the first step.
    """
    tail = tail_evidence(weights, hazard)
    draws, steps, _ = weights.shape
    opened = np.zeros((draws, steps), dtype=bool)
    opens = np.ones(draws, dtype=bool)
    noise = generator.uniform(size=(draws, steps))
    due = np.zeros(draws, dtype=np.int64)
    for first in range(steps):
        opens = due == first
        opened[:, first] = opens & (first > 0)
        options = _options(weights, tail, hazard, first) - tail[:, [first]]
        ends = first + 1 + (np.cumsum(np.exp(options), axis=1) < noise[:, [first]]).sum(axis=1)
        due = np.where(opens, np.minimum(ends, steps), due)
    return opened


def choose_turns(opened: NDArray[np.bool_]) -> list[int]:
    """Name the turns that are likelier than not, the surest first, none within another's window.

    Parameters
    ----------
    opened : ndarray of bool, shape (S, T)

    Returns
    -------
    list of int
        Positions in ascending order.
    """
    share = opened.mean(axis=0)
    found = np.array([_near(opened, turn)[0] for turn in range(len(share))])
    chosen: list[int] = []
    for turn in sorted(range(1, len(share)), key=lambda t: (-found[t], -share[t])):
        if found[turn] < LIKELY:
            break
        if all(abs(turn - other) > 2 * WINDOW for other in chosen):
            chosen.append(turn)
    return sorted(chosen)


def _near(opened: NDArray[np.bool_], turn: int) -> tuple[float, int, int]:
    """Share of draws with a turn within the window, and the 90% interval of the nearest turn."""
    low, high = max(turn - WINDOW, 0), turn + WINDOW + 1
    share = float(opened[:, low:high].any(axis=1).mean())
    gap = np.where(opened, np.abs(np.arange(opened.shape[1]) - turn), opened.shape[1])
    nearest = gap.argmin(axis=1)[opened.any(axis=1)]
    if not len(nearest):
        return share, turn, turn
    first, last = np.quantile(nearest, (0.05, 0.95), method="nearest")
    return share, int(first), int(last)
