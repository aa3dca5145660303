"""Power parity, transition and dissatisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.capabilities import PROVIDERS, indices
from realpolitik.measures.tidy import cube, members, table, yearly, years_of
from realpolitik.panel import Panel

Array = NDArray[np.float64]

PARITY_ZONE = 0.8  # Organski & Kugler (1980): a challenger is at parity from 80 per cent


def parity(first: Array, second: Array) -> Array:
    """Parity of two capabilities: the smaller over the larger.

    Parameters
    ----------
    first, second : ndarray
        Capabilities in the same unit; NaN where missing.

    Returns
    -------
    ndarray
        In [0, 1]; NaN where either is missing or both are zero.

    Examples
    --------
    >>> parity(np.array([2.0, 4.0]), np.array([4.0, 2.0]))
    array([0.5, 0.5])
    """
    larger = np.maximum(first, second)
    smaller = np.minimum(first, second)
    return np.divide(smaller, larger, out=np.full_like(larger, np.nan), where=larger > 0)


@dataclass(frozen=True, slots=True)
class Transition:
    """Course of a pair of capabilities over T years.

    Attributes
    ----------
    ratio : ndarray (T,)
        Challenger over dominant.
    parity : ndarray (T,)
        min / max, in [0, 1].
    in_zone : ndarray of bool (T,)
        Parity at least the zone's edge; False where parity is missing.
    overtakes : ndarray of bool (T,)
        The challenger is ahead this year and was not ahead in the last year with values.
    falls_back : ndarray of bool (T,)
        The challenger is not ahead this year and was in the last year with values.
    """

    ratio: Array
    parity: Array
    in_zone: NDArray[np.bool_]
    overtakes: NDArray[np.bool_]
    falls_back: NDArray[np.bool_]


def transition(challenger: Array, dominant: Array, zone: float = PARITY_ZONE) -> Transition:
    """Follow a challenger and a dominant state through parity and overtaking.

    Parameters
    ----------
    challenger, dominant : ndarray (T,)
        Capabilities in the same unit by year; NaN where missing.
    zone : float
        Edge of the parity zone.

    References
    ----------
    Organski (1958), World Politics; Organski & Kugler (1980), The War Ledger.

    Examples
    --------
    >>> course = transition(np.array([1.0, 9.0, 12.0]), np.array([10.0, 10.0, 10.0]))
    >>> course.in_zone.tolist(), course.overtakes.tolist()
    ([False, True, True], [False, False, True])
    """
    level = np.divide(
        challenger, dominant, out=np.full_like(challenger, np.nan), where=dominant > 0
    )
    closeness = parity(challenger, dominant)
    known = ~(np.isnan(challenger) | np.isnan(dominant))
    ahead = known & (np.where(known, challenger - dominant, 0.0) > 0)
    overtakes = np.zeros(len(known), dtype=bool)
    falls_back = np.zeros(len(known), dtype=bool)
    years = np.flatnonzero(known)
    before, now = ahead[years[:-1]], ahead[years[1:]]
    overtakes[years[1:]] = now & ~before
    falls_back[years[1:]] = before & ~now
    return Transition(level, closeness, closeness >= zone, overtakes, falls_back)


def dissatisfaction(similarity: Array) -> Array:
    """Distance of a state's foreign-policy profile from that of the dominant state.

    d = 1 - similarity: 0 for the same profile, 1 where agreement is no better than chance (for a
    chance-corrected index), 2 for the opposite profile under S.

    Parameters
    ----------
    similarity : ndarray
        Similarity to the dominant state, in [-1, 1].
    """
    return 1.0 - similarity


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Parity, transition and dissatisfaction of every two states named, by measure of capability.

    The first-named state of a pair is the challenger (`source`). Its dissatisfaction is 1 - S over
    the pair's UN votes of the year, with absolute distance: S = 2 * agreement - 1.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        At least two members of the panel.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value` (challenger over dominant), `parity`,
        `in_zone`, `event` (overtakes, falls back or null), `dissatisfaction`, `unit`, `provider`.
    """
    chosen = members(panel, states, least=2)
    years = years_of(panel)
    agreement = cube(yearly(panel), "un_agreement", years, chosen)
    frames = []
    for name, numbers in indices(panel, chosen).items():
        for i, j in combinations(range(len(chosen)), 2):
            course = transition(numbers["value"][:, i], numbers["value"][:, j])
            known = ~np.isnan(course.parity)
            events = np.select(
                [course.overtakes, course.falls_back], ["overtakes", "falls back"], ""
            )
            rows = table(
                {"step": years},
                {
                    "value": course.ratio,
                    "parity": course.parity,
                    "dissatisfaction": dissatisfaction(2.0 * agreement[:, i, j] - 1.0),
                },
                {"source": chosen[i], "target": chosen[j], "index": name}
                | {"unit": "ratio", "provider": f"{PROVIDERS[name]}, un_votes"},
            )
            zone = [bool(v) if k else None for v, k in zip(course.in_zone, known, strict=True)]
            frames.append(
                rows.with_columns(
                    pl.Series("in_zone", zone, pl.Boolean),
                    pl.Series("event", [str(e) or None for e in events], pl.String),
                )
            )
    order = ("step", "source", "target", "index", "value", "parity", "in_zone", "event")
    return pl.concat(frames).select(*order, "dissatisfaction", "unit", "provider")
