"""Relevance: how much one state matters to another, and the asymmetry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.data import system_states
from realpolitik.measures.asking import asked_dyads, joined, with_last_year
from realpolitik.measures.capabilities import component_shares, composite_index
from realpolitik.measures.dependence import indices
from realpolitik.measures.threat import power_at_home, proximity
from realpolitik.measures.tidy import cube, dyad_rows, members, present, yearly, years_of
from realpolitik.measures.weighting import (
    BAND,
    DRAWS,
    band,
    check_weights,
    draw_weights,
    weighted_mean,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

PROVIDER = "cow_nmc, cepii, cow_trade, sipri, cow_mid, icb, tss"
HIGHEST = 5.0  # top of the hostility scale
RECENT = 5
"""Years in which a dispute or crisis counts as recent."""
FEWEST = 3
"""Parts that the index needs."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each part of relevance."""

    capability: float = 1.0
    proximity: float = 1.0
    trade: float = 1.0
    arms: float = 1.0
    disputes: float = 1.0
    rivalry: float = 1.0


EQUAL = Weights()


PARTS = ("capability", "proximity", "trade", "arms", "disputes", "rivalry")


def recent_maximum(values: Array, years: int = RECENT) -> Array:
    """Highest of the last `years` values, of those there are; NaN where this year's is missing.

    Parameters
    ----------
    values : ndarray (T, ...)

    Examples
    --------
    >>> recent_maximum(np.array([4.0, 0.0, np.nan, 1.0]), 2)
    array([ 4.,  4., nan,  1.])
    """
    result = np.stack(
        [np.fmax.reduce(values[max(0, t - years + 1) : t + 1], axis=0) for t in range(len(values))]
    )
    return np.where(np.isnan(values), np.nan, result)


def relevance(parts: Array, weights: Array) -> tuple[Array, Array]:
    """Relevance of the target to the source, and how much it exceeds the reverse.

    R_ij = sum_k w_k x_ijk / sum_k w_k over known parts, x in [0, 1]; the asymmetry R_ij - R_ji is
    taken over the parts known in both directions, so that a source that covers one direction does
    not make it. [Our own definition. The idea that power, contact and stakes make a dyad matter is
    that of politically relevant dyads.]

    Parameters
    ----------
    parts : ndarray (T, N, N, K)
    weights : ndarray (R, K)

    Returns
    -------
    value, difference : ndarray (R, T, N, N)
        NaN where fewer than three parts are known.

    References
    ----------
    Maoz & Russett (1993), American Political Science Review 87(3), 624-638 (relevant dyads).
    """
    swapped = np.swapaxes(parts, -2, -3)
    both = np.where(np.isnan(swapped), np.nan, parts)
    enough = (~np.isnan(parts)).sum(axis=-1) >= FEWEST
    alike = (~np.isnan(both)).sum(axis=-1) >= FEWEST
    value = np.where(enough, weighted_mean(parts, weights), np.nan)
    shared = np.where(alike, weighted_mean(both, weights), np.nan)
    return value, shared - np.swapaxes(shared, -1, -2)


def read_parts(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> Array:
    """Parts of relevance, source by target: ndarray (T, N, N, 6) in the order of `PARTS`.

    Capability is the share of the strength present at the source's home that would be the
    target's; disputes the higher hostility of the two, or a shared crisis, within five years.
    """
    dyads = yearly(panel)
    strength = composite_index(component_shares(panel, everyone))
    near = proximity(cube(dyads, "distance", years, everyone))
    ties = indices(panel, years, everyone)
    hostility, crisis, rivalry = (
        cube(dyads, name, years, everyone) for name in ("mid_hostility", "icb_crisis", "rivalry")
    )
    stakes = np.maximum(np.maximum(hostility, hostility.transpose(0, 2, 1)) / HIGHEST, crisis)
    parts = (
        power_at_home(strength, near),
        near,
        ties["trade_share"],
        ties["arms_share"],
        recent_maximum(stakes),
        rivalry,
    )
    return np.stack(parts, axis=-1)


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    weights: Weights = EQUAL,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """How much the target matters to the source: power, nearness, dependence, disputes.

    `asymmetry` above zero: the target matters more to the source than the source to the target.
    `used` lists the parts known in the year (trade and disputes end in 2014, rivalry in 2020; arms
    are held for South Asian recipients): compare years with the same parts.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: what all others are to it, and it to them; more: dyads among them; none: all.
    weights : Weights
        Zero leaves a part out.
    draws, seed : int
        For the band: Dirichlet weights around these, one part left out.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `asymmetry`,
        `asymmetry_lower`, `asymmetry_upper`, one column for each part, `used`, `interval`, `unit`,
        `provider`, `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    chosen = asked_dyads(states, everyone)
    chosen |= chosen.T
    parts = read_parts(panel, years, everyone)
    there = present(system_states(panel), years, everyone)
    where = chosen & there[:, :, None] & there[:, None, :]
    generator = rng.stream(seed, "relevance", "weights")
    base = check_weights(weights)
    value, gap = relevance(parts, base[None])
    drawn = draw_weights(base, draws, generator)
    numbers = {
        "value": value[0],
        **_bands(parts, drawn, where),
        "asymmetry": gap[0],
        **dict(zip(PARTS, np.moveaxis(parts, -1, 0), strict=True)),
    }
    facts = {"index": "relevance", "interval": BAND, "unit": "0 to 1", "provider": PROVIDER}
    rows = dyad_rows(where, years, everyone, numbers, **facts)
    used = joined(~np.isnan(parts.transpose(1, 2, 0, 3)[where.transpose(1, 2, 0)]), PARTS)
    rows = rows.with_columns(pl.Series("used", used, pl.String))
    rows = rows.select(*COLUMNS, *PARTS, "used", "interval", "unit", "provider")
    return with_last_year(rows.sort("source", "target", "step"), "source", "target")


COLUMNS = (
    *("step", "source", "target", "index", "value", "lower", "upper"),
    *("asymmetry", "asymmetry_lower", "asymmetry_upper"),
)


def _bands(parts: Array, drawn: Array, where: NDArray[np.bool_]) -> dict[str, Array]:
    """Bands of value and asymmetry for the cells of `where`, pair by pair to spare memory."""
    blank = np.full((4, *where.shape), np.nan)
    pairs = where.any(axis=0)
    for i, j in zip(*np.nonzero(np.triu(pairs | pairs.T)), strict=True):
        pair = np.ix_(range(len(parts)), [i, j], [i, j])
        value, gap = relevance(parts[pair], drawn)
        blank[np.ix_([0, 1], range(len(parts)), [i, j], [i, j])] = np.stack(band(value))
        blank[np.ix_([2, 3], range(len(parts)), [i, j], [i, j])] = np.stack(band(gap))
    names = ("lower", "upper", "asymmetry_lower", "asymmetry_upper")
    return dict(zip(names, blank, strict=True))
