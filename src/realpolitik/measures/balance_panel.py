"""Structural balance of a region by year, beside what chance would give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.measures.balance import Frustration, frustration, triangle_index
from realpolitik.measures.balance_null import NULLS, uncertain_balance
from realpolitik.measures.tidy import (
    cube,
    members,
    present,
    table,
    too_few,
    yearly,
    years_of,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

TRIAD = 3
"""Fewest states that can be out of balance."""

PROVIDER = "atop, tss"
COLUMNS = (
    *("step", "index", "model", "value", "lower", "upper", "rank", "exact"),
    *("states", "positive", "negative", "unknown", "interval", "unit", "provider"),
)
UNITS = {"balanced_triads": "share", "frustration": "ties", "line_balance": "share"}


def signs(panel: Panel, years: Sequence[int], states: Sequence[str]) -> tuple[Array, Array]:
    """Signed network of each year, ndarray (T, N, N) of -1, 0 and 1, and its unknown pairs (T,).

    1 where either state is pledged to defend the other, -1 where they are strategic rivals (also
    if they are allies), else 0; NaN throughout a year in which either source is silent. A pair
    without figures is unknown: it has no tie here and is counted.
    """
    dyads = yearly(panel)
    pledge = cube(dyads, "atop_defense", years, states)
    rival = cube(dyads, "rivalry", years, states)
    known = ~(np.isnan(pledge).all(axis=(1, 2)) | np.isnan(rival).all(axis=(1, 2)))
    allied = (pledge == 1) | (pledge.transpose(0, 2, 1) == 1)
    network = np.where(rival == 1, -1.0, np.where(allied, 1.0, 0.0))
    network[~known] = np.nan
    there = present(panel.states, years, states)
    pairs = there[:, :, None] & there[:, None, :] & np.triu(np.ones((len(states),) * 2, bool), 1)
    return network, (pairs & (np.isnan(pledge) | np.isnan(rival))).sum(axis=(1, 2))


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    draws: int = 100,
    frustration_draws: int = 0,
    seed: int = 0,
) -> pl.DataFrame:
    """Structural balance of the network of allies and rivals, by year.

    `balanced_triads` is the share of triangles with a positive product, `frustration` the fewest
    ties that disagree with two camps, `line_balance` 1 - 2 frustration / ties. Rows with a `model`
    other than `observed` are the mean and 90% range of that null model; `rank` is the share of its
    draws that are less balanced than the network, ties counted half: .95 or more is more balanced
    than chance, .05 or less is less.
    Null models: the signs dealt anew among the same ties, or ties rewired so that each state keeps
    its number of friends and of enemies.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Three or more members of the panel; all if empty.
    draws : int
        Draws of each null model for the triangles.
    frustration_draws : int
        Draws of each for the frustration, which is solved exactly in each; 0 leaves it out.
    seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `index`, `model`, `value`, `lower`, `upper`, `rank`, `exact` (proved optimum),
        `states` with a tie, `positive` and `negative` ties, `unknown` pairs, `interval`, `unit`,
        `provider`.
    """
    chosen, years = members(panel, states), years_of(panel)
    if len(chosen) < TRIAD:
        raise too_few(TRIAD)
    network, unknown = signs(panel, years, chosen)
    known = ~np.isnan(network).any(axis=(1, 2))
    year, network = np.asarray(years)[known], network[known]
    observed, frames = _observed(year, network)
    for model in NULLS:
        drawn = _null(network, model, max(draws, frustration_draws), frustration_draws, seed)
        for name, values in drawn.items():
            numbers = _summary(values, observed[name], lower_is_better=name == "frustration")
            frames.append(_rows(year, name, model, numbers))
    about = pl.DataFrame(
        {
            "step": year,
            "states": (np.abs(network).sum(axis=2) > 0).sum(axis=1),
            "positive": (network > 0).sum(axis=(1, 2)) // 2,
            "negative": (network < 0).sum(axis=(1, 2)) // 2,
            "unknown": unknown[known],
        }
    )
    rows = pl.concat(frames).join(about, on="step", maintain_order="left")
    return rows.select(COLUMNS).sort("step", maintain_order=True)


def of_probabilities(
    years: Sequence[int], positive: Array, *, draws: int = 20, seed: int = 0
) -> pl.DataFrame:
    """Structural balance when the sign of each tie is known only with a probability.

    The expected share of balanced triads is exact for independent signs; the frustration is the
    mean over drawn signs, each solved exactly, with its 90% interval.

    Parameters
    ----------
    years : sequence of int, length T
    positive : ndarray (T, N, N)
        Probability that the tie is positive, symmetric, as from a relation's posterior; NaN where
        there is no tie.
    draws, seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `index`, `value`, `lower`, `upper`, `ties`, `interval`, `unit`.
    """
    found = uncertain_balance(positive, draws=draws, seed=seed)
    blank = np.full(len(found.triads), np.nan)
    spread = {"value": found.frustration, "lower": found.lower, "upper": found.upper}
    frames = [
        table(
            {"step": list(years), "ties": found.ties},
            numbers,
            {"index": name, "interval": interval, "unit": UNITS[name]},
        )
        for name, interval, numbers in (
            ("balanced_triads", None, {"value": found.triads, "lower": blank, "upper": blank}),
            ("frustration", "90% interval over the signs", spread),
        )
    ]
    return pl.concat(frames).sort("step", maintain_order=True)


def _observed(
    year: NDArray[np.int_], network: Array
) -> tuple[dict[str, Array], list[pl.DataFrame]]:
    """Compute each index of the networks, and its rows."""
    solved = _solve(network)
    observed = {
        "balanced_triads": triangle_index(network),
        "frustration": np.array([one.index for one in solved], dtype=np.float64),
        "line_balance": np.array([one.normalised for one in solved]),
    }
    proved = pl.Series("exact", [one.exact for one in solved], pl.Boolean)
    frames = [_rows(year, name, "observed", {"value": v}) for name, v in observed.items()]
    return observed, [frames[0], *(frame.with_columns(proved) for frame in frames[1:])]


def _solve(network: Array) -> list[Frustration]:
    """Frustration of each network; one that repeats is solved once."""
    different, again = np.unique(network, axis=0, return_inverse=True)
    solved = [frustration(one) for one in different]
    return [solved[place] for place in again.ravel()]


def _null(
    network: Array, model: str, draws: int, frustration_draws: int, seed: int
) -> dict[str, Array]:
    """Draws of each index under a null model: ndarray (T, draws)."""
    shape = network.shape
    many = np.repeat(network, draws, axis=0)
    drawn = NULLS[model](many, rng.stream(seed, "balance", model))
    result = {"balanced_triads": triangle_index(drawn).reshape(shape[0], draws)}
    if frustration_draws and shape[0]:
        drawn = drawn.reshape(shape[0], draws, *shape[1:])[:, :frustration_draws]
        solved = _solve(drawn.reshape(-1, *shape[1:]))
        for name, values in (
            ("frustration", [one.index for one in solved]),
            ("line_balance", [one.normalised for one in solved]),
        ):
            result[name] = np.array(values, np.float64).reshape(shape[0], frustration_draws)
    return result


def _summary(values: Array, observed: Array, *, lower_is_better: bool) -> dict[str, Array]:
    """Mean, 90% range and rank of the observed value; NaN where nothing is defined."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    blank = np.full(len(values), np.nan)
    some = count > 0
    mean = np.divide(np.nansum(values, axis=1), count, out=blank.copy(), where=some)
    lower, upper = blank.copy(), blank.copy()
    if some.any():
        lower[some], upper[some] = np.nanquantile(values[some], [0.05, 0.95], axis=1)
    sign = -1.0 if lower_is_better else 1.0
    lead = sign * (observed[:, None] - values)
    behind = (lead > 0).sum(axis=1) + 0.5 * (lead == 0).sum(axis=1)
    ranked = some & ~np.isnan(observed)
    rank = np.divide(behind, count, out=blank.copy(), where=ranked)
    return {"value": mean, "lower": lower, "upper": upper, "rank": rank}


def _rows(year: NDArray[np.int_], name: str, model: str, numbers: dict[str, Array]) -> pl.DataFrame:
    blank = np.full(len(year), np.nan)
    full = {key: numbers.get(key, blank) for key in ("value", "lower", "upper", "rank")}
    null = None if model == "observed" else "90% range of the null model"
    facts = {"index": name, "model": model, "interval": null, "unit": UNITS[name]}
    rows = table({"step": year}, full, {**facts, "provider": PROVIDER})
    return rows.with_columns(pl.lit(None, pl.Boolean).alias("exact"))
