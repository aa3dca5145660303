"""Resilience of a relation: how fast it recovers from ruptures, and whether it recovers in full.

Levels are means over `WINDOW` steps, so that a single good year is no recovery. Every figure is a
share or a quantile over paths drawn from the measured relation, so it carries the uncertainty of
the measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.errors import RequestError
from realpolitik.measures.asking import asked_dyads
from realpolitik.measures.phases import draw_paths
from realpolitik.measures.relation import Relation
from realpolitik.measures.relation import relation as measure_relation
from realpolitik.measures.tidy import members
from realpolitik.panel import Panel
from realpolitik.rng import stream

Array = NDArray[np.float64]

DRAWS = 2000
WINDOW = 3
"""Steps over which a level is the mean, as for shifts of alignment."""
SURE = 0.9
"""A rupture is a fall of the level that has at least this probability."""
TAILS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Resilience:
    """Recovery of one directed dyad from R ruptures.

    The rows of each array with three rows are the 5% quantile, the median and the 95% quantile.

    Attributes
    ----------
    source, target : str
    last_step : int
        Last step measured.
    rupture : ndarray of int, shape (R,)
        First step at the lower level.
    fall : ndarray, shape (3, R)
        Level before less level after, in standard deviations of the relation.
    fell : ndarray, shape (R,)
        Probability that it fell at all.
    half_life : ndarray, shape (3, R)
        Steps until half of the fall was made good; infinite where it was not before the next
        rupture or the end.
    halved : ndarray, shape (R,)
        Probability that half was made good.
    gap : ndarray, shape (3, R)
        Level before less the last level before the next rupture or the end.
    regained : ndarray, shape (R,)
        Probability that the gap is closed: the relation stood where it stood before, or higher.
    ratchet : ndarray, shape (R,)
        Probability that no gap was closed, of this rupture and of all before it.
    ratchet_chance : ndarray, shape (R,)
        The same if every order of those levels were as likely: 1 / (r + 1)! for the r-th rupture.
    """

    source: str
    target: str
    last_step: int
    rupture: NDArray[np.int64]
    fall: Array
    fell: Array
    half_life: Array
    halved: Array
    gap: Array
    regained: Array
    ratchet: Array
    ratchet_chance: Array


def resilience(relation: Relation, source: str, target: str, *, seed: int = 0) -> Resilience:
    """Measure how one directed dyad recovers from ruptures.

    With L_t the mean of steps t, t+1, t+2 of a drawn path, step t is a rupture where
    P(L_t < L_t-3) >= .9 and no fall within three steps is larger. Half-life: the smallest k with
    L_t+k >= (L_t-3 + L_t) / 2. Gap: L_t-3 less L_u-3, where u is the next rupture, or less the last
    L. Ratchet: all gaps are positive.

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
        If the dyad existed for fewer than six steps.

    References
    ----------
    Pimm (1984), Nature 307: 321-326, resilience as the time of return. The ratchet is our own.
    """
    column = relation.column(source, target)
    there = np.isfinite(relation.mean[:, column])
    steps = relation.years[there]
    if len(steps) < 2 * WINDOW:
        msg = f"{source} and {target} share fewer than {2 * WINDOW} years: no recovery to measure"
        raise RequestError(msg)
    paths = draw_paths(
        relation.mean[there, column],
        relation.sd[there, column],
        relation.change_sd[there, column],
        DRAWS,
        stream(seed, "resilience", source, target),
    )
    levels = np.lib.stride_tricks.sliding_window_view(paths, WINDOW, axis=1).mean(axis=2)
    ruptures = find_ruptures(levels)
    falls, times, gaps = recoveries(levels, ruptures)
    return Resilience(
        source=source,
        target=target,
        last_step=int(steps[-1]),
        rupture=steps[ruptures],
        fall=np.quantile(falls, TAILS, axis=0),
        fell=(falls > 0).mean(axis=0),
        half_life=np.quantile(times, TAILS, axis=0, method="higher"),
        halved=np.isfinite(times).mean(axis=0),
        gap=np.quantile(gaps, TAILS, axis=0),
        regained=(gaps <= 0).mean(axis=0),
        ratchet=np.logical_and.accumulate(gaps > 0, axis=1).mean(axis=0),
        ratchet_chance=np.array([1 / math.factorial(r + 2) for r in range(len(ruptures))]),
    )


def find_ruptures(levels: Array) -> list[int]:
    """Find the steps from which the level is surely lower, the largest fall near each only.

    Parameters
    ----------
    levels : ndarray, shape (S, U)
        Mean of the steps u to u + `WINDOW` - 1 of each path.

    Examples
    --------
    >>> find_ruptures(np.array([[1.0, 1.0, 1.0, 0.7, 0.3, 0.0, 0.0, 0.0, 0.0]]))
    [5]
    """
    falls = levels[:, :-WINDOW] - levels[:, WINDOW:]
    size = np.median(falls, axis=0)
    sure = (falls > 0).mean(axis=0) >= SURE
    padded = np.pad(size, WINDOW, constant_values=-np.inf)
    nearby = np.lib.stride_tricks.sliding_window_view(padded, 2 * WINDOW + 1).max(axis=1)
    found = np.flatnonzero(sure & (size == nearby)) + WINDOW
    return [int(step) for n, step in enumerate(found) if n == 0 or step > found[n - 1] + WINDOW]


def recoveries(levels: Array, ruptures: Sequence[int]) -> tuple[Array, Array, Array]:
    """Measure fall, half-life and gap of each rupture in each path.

    Parameters
    ----------
    levels : ndarray, shape (S, U)
        Mean of the steps u to u + `WINDOW` - 1 of each path.
    ruptures : sequence of R ints
        More than `WINDOW` apart.

    Returns
    -------
    falls, times, gaps : ndarray, shape (S, R)
        A time is zero where the path did not fall and infinite where half was not made good.

    Examples
    --------
    >>> recoveries(np.array([[1.0, 0.7, 0.3, 0.0, 0.2, 0.6, 0.75]]), [3])
    (array([[1.]]), array([[2.]]), array([[0.25]]))
    """
    # the last level all of whose steps lie before the next rupture, or the end
    lasts = [rupture - WINDOW for rupture in ruptures[1:]] + [levels.shape[1] - 1]
    shape = (len(levels), len(ruptures))
    falls, times, gaps = np.empty(shape), np.empty(shape), np.empty(shape)
    for r, (rupture, last) in enumerate(zip(ruptures, lasts, strict=False)):
        old = levels[:, rupture - WINDOW]
        falls[:, r], gaps[:, r] = old - levels[:, rupture], old - levels[:, last]
        half = old - 0.5 * falls[:, r]
        reached = levels[:, rupture : last + 1] >= half[:, None]
        times[:, r] = np.where(reached.any(axis=1), reached.argmax(axis=1), np.inf)
    return falls, times, gaps


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    relation: Relation | None = None,
    seed: int = 0,
) -> pl.DataFrame:
    """Recovery of each source's posture towards each target from its ruptures.

    `step` is the first year at the lower level. `fall`: by how much the three-year mean fell;
    `half_life`: years until half of it was made good, null where it was not before the next rupture
    or the end; `gap`: how far the last three years before the next rupture, or the last measured,
    were below the old level (below zero: above it). `probability` is that of a fall, of half a
    recovery, of a closed gap. `ratchet`: probability that no gap was closed up to this rupture,
    with `chance` if every order of the levels were as likely. `ruptures` is the number found, in
    the row of the last year measured.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: towards all others; more: dyads among them; none: all.
    relation : Relation, optional
        Measured relation of the panel; measured, or taken from the cache, if not given.
    seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `probability`, `chance`,
        `interval`, `unit`, `provider`.

    Raises
    ------
    RequestError
        If no dyad asked for existed for six years.
    """
    members(panel, states)
    everyone = members(panel, ())
    measured = measure_relation(panel) if relation is None else relation
    where = asked_dyads(states, everyone)
    enough = np.isfinite(measured.mean).sum(axis=0) >= 2 * WINDOW
    place = {state: number for number, state in enumerate(everyone)}
    records: list[tuple[object, ...]] = []
    for source, target, long in zip(measured.sources, measured.targets, enough, strict=True):
        if long and where[place[source], place[target]]:
            records += _records(resilience(measured, source, target, seed=seed))
    if not records:
        msg = f"no dyad asked for was measured for {2 * WINDOW} years: choose a longer period"
        raise RequestError(msg)
    rows = pl.DataFrame(records, schema=SCHEMA, orient="row")
    return rows.with_columns(pl.lit("relation").alias("provider"))


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("source", "target", "index"), pl.String),
    **dict.fromkeys(("value", "lower", "upper", "probability", "chance"), pl.Float64),
    **dict.fromkeys(("interval", "unit"), pl.String),
}
DEVIATIONS = "standard deviations"


def _records(found: Resilience) -> list[tuple[object, ...]]:
    dyad = (found.source, found.target)
    count = len(found.rupture)
    rows: list[tuple[object, ...]] = [
        (found.last_step, *dyad, "ruptures", count, *[None] * 5, "ruptures")
    ]
    parts = (
        ("fall", found.fall, found.fell, DEVIATIONS),
        ("half_life", found.half_life, found.halved, "years"),
        ("gap", found.gap, found.regained, DEVIATIONS),
    )
    for r, step in enumerate(found.rupture.tolist()):
        for name, values, probability, unit in parts:
            lower, middle, upper = (_finite(value) for value in values[:, r])
            chance = float(probability[r])
            rows.append((step, *dyad, name, middle, lower, upper, chance, None, "90%", unit))
        shares = float(found.ratchet[r]), float(found.ratchet_chance[r])
        rows.append(
            (step, *dyad, "ratchet", shares[0], *[None] * 3, shares[1], None, "probability")
        )
    return rows


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
