"""Violence in a state, around it, and what spills over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.tidy import cube, matrix, members, present, state_rows, yearly, years_of
from realpolitik.measures.weighting import NORMAL_90
from realpolitik.panel import Panel

Array = NDArray[np.float64]

SEAM = 1989
"""First year of the second coding of battle deaths."""
LAND = 1.0
"""Contiguity by land."""
WINDOW = 3
"""Years from a year on that are compared with as many before it."""
HALF = 0.5  # added to both sums, as for other ratios of counts
FEWEST_YEARS = 15
"""Years that a spill-over coefficient needs."""


@dataclass(frozen=True, slots=True)
class Spillover:
    """Coefficients of log deaths on last year's deaths at home and next door, with errors.

    Attributes
    ----------
    own, neighbours : float
        Elasticities; NaN where they cannot be estimated.
    own_error, neighbours_error : float
        Standard errors, robust to unequal variances (HC1).
    years : int
        Years used.
    """

    own: float
    neighbours: float
    own_error: float
    neighbours_error: float
    years: int


def around(amount: Array, border: NDArray[np.bool_], known: NDArray[np.bool_]) -> Array:
    """Sum of an amount over the land neighbours of each state.

    Parameters
    ----------
    amount : ndarray (T, N)
    border : ndarray of bool (T, N, N)
        Land neighbours.
    known : ndarray of bool (T, N)
        Whether the source tells the neighbours of the state in the year.

    Returns
    -------
    ndarray (T, N)
        NaN where the neighbours, or the amount of one of them, are not known; 0 for an island.
    """
    missing = np.isnan(amount)
    unknown = (border & missing[:, None, :]).any(axis=-1) | ~known
    total = (border * np.where(missing, 0.0, amount)[:, None, :]).sum(axis=-1)
    return np.where(unknown, np.nan, total)


def hosted_from_neighbours(refugees: Array, border: NDArray[np.bool_]) -> Array:
    """Refugees that a state hosts from its land neighbours, of those reported.

    A pair that is not reported may be none or few: the sum is a lower bound.

    Parameters
    ----------
    refugees : ndarray (T, N, N)
        Origin by host; NaN where not reported.
    border : ndarray of bool (T, N, N)

    Returns
    -------
    ndarray (T, N)
        NaN where no neighbour is reported.
    """
    near = np.where(border, refugees.transpose(0, 2, 1), np.nan)
    reported = ~np.isnan(near).all(axis=-1)
    return np.where(reported, np.nansum(near, axis=-1), np.nan)


def spillover(own: Array, neighbours: Array, fewest: int = FEWEST_YEARS) -> Spillover:
    """How deaths at home follow deaths next door, given deaths at home the year before.

    log(1 + y_t) = a + b log(1 + y_{t-1}) + c log(1 + n_{t-1}) + e, by least squares. It is a
    forecast relation: a common cause gives the same coefficient. [Our own specification.]

    Parameters
    ----------
    own, neighbours : ndarray (T,)
        Deaths by consecutive year; NaN where missing.

    Returns
    -------
    Spillover

    References
    ----------
    Buhaug & Gleditsch (2008), International Studies Quarterly 52(2), 215-233 (contagion of war).
    """
    lagged = np.log1p(np.column_stack([own[:-1], neighbours[:-1]]))
    now = np.log1p(own[1:])
    known = ~(np.isnan(lagged).any(axis=1) | np.isnan(now))
    count = int(known.sum())
    design = np.column_stack([np.ones(count), lagged[known]])
    if count < fewest or np.linalg.matrix_rank(design) < design.shape[1]:
        return Spillover(np.nan, np.nan, np.nan, np.nan, count)
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ now[known]
    rest = now[known] - design @ slopes
    meat = (design * rest[:, None] ** 2).T @ design * count / (count - design.shape[1])
    error = np.sqrt(np.diag(inverse @ meat @ inverse))
    own_error, near_error = float(error[1]), float(error[2])
    return Spillover(float(slopes[1]), float(slopes[2]), own_error, near_error, count)


def change_of_level(counts: Array, window: int = WINDOW) -> tuple[Array, Array]:
    """Log ratio of the counts from each year on to those before it, and its variance.

    y = log((A + 1/2) / (B + 1/2)), A the sum over t..t+w-1 and B over t-w..t-1; var y =
    f (1/(A + 1/2) + 1/(B + 1/2)), with f the dispersion of counts around the two means,
    sum (x - m)^2 / m over 2(w - 1), at least 1: deaths come in clusters, not one by one.

    Parameters
    ----------
    counts : ndarray (T, ...)
    window : int
        w, at least 2.

    Returns
    -------
    value, variance : ndarray (T, ...)
        NaN near the ends, where a year is missing, and where all are zero.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, 198-200 (dispersion).

    Examples
    --------
    >>> value, _ = change_of_level(np.array([4.0, 4.0, 40.0, 40.0]), window=2)
    >>> value.round(3)
    array([  nan,   nan, 2.248,   nan])
    """
    value, variance = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    for t in range(window, len(counts) - window + 1):
        halves = counts[t - window : t], counts[t : t + window]
        before, after = (half.sum(axis=0) for half in halves)
        spread = sum(
            ((half - half.mean(axis=0)) ** 2).sum(axis=0) / np.maximum(half.mean(axis=0), 1.0)
            for half in halves
        )
        dispersion = np.maximum(spread / (2.0 * (window - 1)), 1.0)
        seen = before + after > 0
        ratio = np.log((after + HALF) / (before + HALF))
        noise = dispersion * (1.0 / (after + HALF) + 1.0 / (before + HALF))
        value[t], variance[t] = np.where(seen, ratio, np.nan), np.where(seen, noise, np.nan)
    return value, variance


FACTS = {
    "battle_deaths": ("persons", "ucdp_battle_deaths"),
    "conflict_intensity": ("0 none 1 minor 2 war", "ucdp_acd"),
    "neighbour_deaths": ("persons", "ucdp_battle_deaths, cow_contiguity"),
    "neighbours_at_war": ("states", "ucdp_acd, cow_contiguity"),
    "refugees_in": ("persons", "unhcr"),
    "refugees_from": ("persons", "unhcr"),
    "refugees_from_neighbours": ("persons", "unhcr, cow_contiguity"),
    "change_of_deaths": ("log ratio", "ucdp_battle_deaths"),
    "spillover": ("elasticity", "ucdp_battle_deaths, cow_contiguity"),
}


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Violence in each state named, next door, and the spill-over between the two.

    `battle_deaths` and `conflict_intensity` of the state; `neighbour_deaths` and
    `neighbours_at_war` over its land neighbours in the region (to 2016, where contiguity ends);
    `refugees_in` and `refugees_from`; `refugees_from_neighbours` are those hosted from its land
    neighbours in the region, of those reported. The coding of battle deaths changes in 1989:
    `epoch` tells the two apart and they are never one series. `change_of_deaths` is the log ratio
    of deaths in the three years from a year on to the three before it, within one coding: a bound
    above zero is a rise, below zero a fall. `spillover`, one row for each state, is the elasticity
    of deaths to those next door the year before, from 1989 on, with 90% bounds. Attacks
    are not attributed to groups: no source of the panel does it.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel; all if empty.

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `index`, `value`, `lower`, `upper`, `epoch`, `interval`, `unit`,
        `provider`, `last_year`.
    """
    chosen, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    found = read_violence(panel, years, everyone)
    there = present(panel.states, years, everyone)
    where = there & np.array([[state in chosen for state in everyone]])
    frames = [
        _series_rows(where, years, everyone, name, {"value": values})
        for name, values in found.items()
    ]
    frames.append(_change_rows(found["battle_deaths"], where, years, everyone))
    frames += [_spill_row(found, state, everyone, years) for state in chosen]
    rows = pl.concat(frames)
    last = pl.when(pl.col("value").is_not_null()).then(pl.col("step")).max()
    rows = rows.with_columns(last.over("state", "index").alias("last_year"))
    return rows.sort("state", "index", "step")


def read_violence(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> dict[str, Array]:
    """Read the yearly series: dict of ndarray (T, N)."""
    series = {
        name: matrix(panel.states, name, years, everyone)
        for name in ("battle_deaths", "conflict_intensity", "refugees_in", "refugees_from")
    }
    contact, fled = (
        cube(yearly(panel), name, years, everyone) for name in ("contiguity", "refugees")
    )
    border = np.asarray(contact == LAND)
    known = np.asarray(~np.isnan(contact).all(axis=-1))
    war = series["conflict_intensity"]
    at_war = np.where(np.isnan(war), np.nan, war == 2)
    series["neighbour_deaths"] = around(series["battle_deaths"], border, known)
    series["neighbours_at_war"] = around(at_war, border, known)
    series["refugees_from_neighbours"] = hosted_from_neighbours(fled, border)
    return series


def _series_rows(
    where: NDArray[np.bool_],
    years: Sequence[int],
    everyone: Sequence[str],
    name: str,
    numbers: dict[str, Array],
) -> pl.DataFrame:
    unit, provider = FACTS[name]
    rows = state_rows(
        where,
        years,
        everyone,
        numbers,
        index=name,
        interval="90%" if "lower" in numbers else None,
        unit=unit,
        provider=provider,
    )
    early = pl.lit(f"to {SEAM - 1}"), pl.lit(f"from {SEAM}")
    mark = pl.when(pl.col("step") < SEAM).then(early[0]).otherwise(early[1])
    epoch = mark if "deaths" in name else pl.lit(None, pl.String)
    return rows.with_columns(epoch.alias("epoch")).select(COLUMNS)


def _change_rows(
    deaths: Array, where: NDArray[np.bool_], years: Sequence[int], everyone: Sequence[str]
) -> pl.DataFrame:
    """Compute the changes of level within each coding of the deaths."""
    late = np.asarray(years) >= SEAM
    value, variance = np.full_like(deaths, np.nan), np.full_like(deaths, np.nan)
    for part in (~late, late):
        value[part], variance[part] = change_of_level(deaths[part])
    half = NORMAL_90 * np.sqrt(variance)
    bounds = {"value": value, "lower": value - half, "upper": value + half}
    return _series_rows(where, years, everyone, "change_of_deaths", bounds)


COLUMNS = (
    *("step", "state", "index", "value", "lower", "upper"),
    *("epoch", "interval", "unit", "provider"),
)


def _spill_row(
    found: dict[str, Array], state: str, everyone: Sequence[str], years: Sequence[int]
) -> pl.DataFrame:
    """Spill-over into one state from 1989 on; its step is the last year used."""
    place = everyone.index(state)
    late = np.asarray(years) >= SEAM
    own, near = (found[name][late, place] for name in ("battle_deaths", "neighbour_deaths"))
    result = spillover(own, near)
    both = np.flatnonzero(~np.isnan(own[1:]) & ~np.isnan(near[:-1]))
    last = int(np.asarray(years)[late][1:][both[-1]]) if len(both) else years[-1]
    half = NORMAL_90 * result.neighbours_error
    middle = result.neighbours
    unit, provider = FACTS["spillover"]
    numbers = {"value": middle, "lower": middle - half, "upper": middle + half}
    cells = {name: None if np.isnan(number) else number for name, number in numbers.items()}
    row = {"step": last, "state": state, "index": "spillover", **cells}
    row |= {"epoch": f"from {SEAM}", "interval": "90%", "unit": unit, "provider": provider}
    texts = dict.fromkeys(("state", "index", "epoch", "interval", "unit", "provider"), pl.String)
    floats = dict.fromkeys(("value", "lower", "upper"), pl.Float64)
    return pl.DataFrame([row], schema_overrides={"step": pl.Int64, **texts, **floats}).select(
        COLUMNS
    )
