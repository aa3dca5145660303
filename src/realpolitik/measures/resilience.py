"""Resilience of a relation: how fast it recovers from ruptures, and whether it recovers in full.

Every figure is a share or a quantile over paths drawn from the measured relation, so it carries
the uncertainty of the measure.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.errors import RequestError
from realpolitik.measures.phases import draw_paths
from realpolitik.measures.relation import Relation
from realpolitik.rng import stream

Array = NDArray[np.float64]

DRAWS = 2000
SURE = 0.9
"""A rupture is a step in which the relation fell with at least this probability."""


@dataclass(frozen=True, slots=True)
class Resilience:
    """Recovery of one directed dyad from R ruptures.

    Attributes
    ----------
    source, target : str
    rupture : ndarray, shape (R,)
        Step of each rupture; neighbouring steps of decline are one.
    drop : ndarray, shape (R,)
        Median fall.
    half_life, half_life_lower, half_life_upper : ndarray, shape (R,)
        Steps until half of the fall was made good: median and 90% interval; infinite where it was
        not before the next rupture or the end.
    peak, peak_lower, peak_upper : ndarray, shape (R + 1,)
        Highest level before the first rupture and after each.
    ratchet : float
        Probability that every recovery stopped lower than the one before; NaN without ruptures.
    ratchet_chance : float
        The same if the order of the peaks were chance: 1 / (R + 1)!; NaN without ruptures.
    """

    source: str
    target: str
    rupture: NDArray[np.int64]
    drop: Array
    half_life: Array
    half_life_lower: Array
    half_life_upper: Array
    peak: Array
    peak_lower: Array
    peak_upper: Array
    ratchet: float
    ratchet_chance: float

    def table(self) -> pl.DataFrame:
        """Return one row for each rupture.

        Returns
        -------
        pl.DataFrame
            `rupture, drop, half_life, half_life_lower, half_life_upper, peak, peak_lower,
            peak_upper`; a half-life that was not reached is null.
        """
        names = ("half_life", "half_life_lower", "half_life_upper")
        halves = {name: _finite(getattr(self, name)) for name in names}
        peaks = {name: getattr(self, name)[1:] for name in ("peak", "peak_lower", "peak_upper")}
        return pl.DataFrame({"rupture": self.rupture, "drop": self.drop, **halves, **peaks})


def _finite(values: Array) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def resilience(relation: Relation, source: str, target: str, *, seed: int = 0) -> Resilience:
    """Measure how one directed dyad recovers from ruptures.

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
        If the dyad existed for fewer than three steps.
    """
    column = relation.column(source, target)
    there = np.isfinite(relation.mean[:, column])
    if there.sum() < 3:
        msg = f"{source} and {target} share fewer than three years: no recovery to measure"
        raise RequestError(msg)
    paths = draw_paths(
        relation.mean[there, column],
        relation.sd[there, column],
        relation.change_sd[there, column],
        DRAWS,
        stream(seed, "resilience", source, target),
    )
    fell = 1.0 - relation.prob_up[there, column]
    ruptures = find_ruptures(fell)
    ends = [*ruptures[1:], paths.shape[1]]
    times = [half_life(paths, s, e) for s, e in zip(ruptures, ends, strict=True)]
    low, middle, high = (
        np.array([np.quantile(t, q, method="higher") for t in times]) for q in (0.05, 0.5, 0.95)
    )
    tops = peaks(paths, ruptures)
    return Resilience(
        source=source,
        target=target,
        rupture=relation.steps[there][ruptures],
        drop=np.array([float(np.median(paths[:, s - 1] - paths[:, s])) for s in ruptures]),
        half_life=middle,
        half_life_lower=low,
        half_life_upper=high,
        peak=np.median(tops, axis=0),
        peak_lower=np.quantile(tops, 0.05, axis=0),
        peak_upper=np.quantile(tops, 0.95, axis=0),
        ratchet=float((np.diff(tops, axis=1) < 0).all(axis=1).mean()) if ruptures else np.nan,
        ratchet_chance=1.0 / float(np.prod(np.arange(1, len(ruptures) + 2)))
        if ruptures
        else np.nan,
    )


def find_ruptures(fell: Array) -> list[int]:
    """Find the steps in which the relation fell surely, the first of each run.

    Parameters
    ----------
    fell : ndarray, shape (T,)
        Probability of a fall; NaN in the first step.

    Examples
    --------
    >>> find_ruptures(np.array([np.nan, 0.2, 0.95, 0.97, 0.3, 0.92]))
    [2, 5]
    """
    sure = [False, *(fell[1:] >= SURE).tolist()]
    return [t + 1 for t, (last, now) in enumerate(itertools.pairwise(sure)) if now and not last]


def half_life(paths: Array, rupture: int, end: int) -> Array:
    """Count the steps until half of a fall is made good; infinite where it is not.

    Parameters
    ----------
    paths : ndarray, shape (S, T)
    rupture : int
        Position of the step of the fall.
    end : int
        First position that no longer counts.

    Examples
    --------
    >>> half_life(np.array([[1.0, 0.0, 0.2, 0.6, 0.9]]), 1, 5)
    array([2.])
    """
    before, after = paths[:, rupture - 1], paths[:, rupture]
    reached = paths[:, rupture + 1 : end] >= (0.5 * (before + after))[:, None]
    if reached.shape[1] == 0:
        return np.full(len(paths), np.inf)
    times: Array = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)
    return times


def peaks(paths: Array, ruptures: list[int]) -> Array:
    """Highest level before the first rupture and from each to the next, shape (S, R + 1).

    >>> peaks(np.array([[1.0, 0.0, 0.8, 0.1, 0.5]]), [1, 3])
    array([[1. , 0.8, 0.5]])
    """
    bounds = [0, *ruptures, paths.shape[1]]
    return np.stack([paths[:, a:b].max(axis=1) for a, b in itertools.pairwise(bounds)], axis=1)
