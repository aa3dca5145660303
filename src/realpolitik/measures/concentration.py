"""Concentration of capability among the great powers, and who holds most of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.capabilities import (
    PROVIDERS,
    component_shares,
    composite_index,
    indices,
)
from realpolitik.measures.tidy import table, too_few, years_of
from realpolitik.panel import Panel

Array = NDArray[np.float64]

# Major powers since 1816: state, first year, last year (None: still on the list, which ends in
# 2016). Correlates of War Project (2017), State System Membership List, version 2016.
MAJOR_POWERS: tuple[tuple[str, int, int | None], ...] = (
    ("USA", 1898, None),
    ("GBR", 1816, None),
    ("FRA", 1816, 1940),
    ("FRA", 1945, None),
    ("DEU", 1816, 1918),
    ("DEU", 1925, 1945),
    ("DEU", 1991, None),
    ("AUH", 1816, 1918),
    ("ITA", 1860, 1943),
    ("RUS", 1816, 1917),
    ("RUS", 1922, None),
    ("CHN", 1950, None),
    ("JPN", 1895, 1945),
    ("JPN", 1991, None),
)
MAJOR_POWERS_END = 2016


def major_powers(year: int) -> list[str]:
    """States on the list of major powers in `year`, in alphabetical order.

    The list ends in 2016; for later years its last membership stands, and the callers say so.

    >>> major_powers(1913)
    ['AUH', 'DEU', 'FRA', 'GBR', 'ITA', 'JPN', 'RUS', 'USA']
    """
    return sorted(
        state
        for state, first, last in MAJOR_POWERS
        if first <= year and (last is None or year <= last)
    )


def concentration(capability: Array) -> Array:
    """Concentration of capability (CON) within a set of states, year by year.

    CON_t = sqrt((sum_i s_it^2 - 1/n_t) / (1 - 1/n_t)), with s_it the capabilities of the n_t
    states with a value, rescaled to sum to one.

    Parameters
    ----------
    capability : ndarray (..., N)
        Non-negative capability of each member of the set; NaN where a state is not a member.

    Returns
    -------
    ndarray (...)
        In [0, 1]: 0 if all are equal, 1 if one holds everything; NaN with fewer than two states
        or no capability at all.

    References
    ----------
    Ray & Singer (1973), Sociological Methods & Research 1(4), 403-437.

    Examples
    --------
    >>> round(float(concentration(np.array([0.5, 0.3, 0.2]))), 4)
    0.2646
    """
    known = ~np.isnan(capability)
    count = known.sum(axis=-1)
    amount = np.where(known, capability, 0.0)
    total = amount.sum(axis=-1)
    valid = (count > 1) & (total > 0)
    safe = np.where(valid, total, 1.0)[..., None]
    even = 1.0 / np.where(valid, count, 2)
    excess = ((amount / safe) ** 2).sum(axis=-1) - even
    return np.where(valid, np.sqrt(np.clip(excess, 0.0, None) / (1.0 - even)), np.nan)


def top_share(capability: Array) -> tuple[NDArray[np.intp], Array]:
    """Position of the state with most capability and its share of the set.

    Parameters
    ----------
    capability : ndarray (..., N)
        As in `concentration`.

    Returns
    -------
    position : ndarray (...)
        Index along the last axis; -1 where no state has a value. The first of equals.
    share : ndarray (...)
        Its share of the total in [0, 1]; NaN where there is none.

    Examples
    --------
    >>> position, share = top_share(np.array([0.25, np.nan, 0.75]))
    >>> int(position), float(share)
    (2, 0.75)
    """
    known = ~np.isnan(capability)
    filled = np.where(known, capability, -np.inf)
    total = np.where(known, capability, 0.0).sum(axis=-1)
    valid = known.any(axis=-1) & (total > 0)
    share = np.where(valid, filled.max(axis=-1), np.nan) / np.where(valid, total, 1.0)
    return np.where(valid, filled.argmax(axis=-1), -1), share


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Concentration of capability by year, and who holds the top share.

    Among the major powers of each year, or among the states named. The bounds of `cinc` are the
    range of CON when one component of the index is left out.

    Parameters
    ----------
    panel : Panel
        Gives the years.
    states : sequence of str
        The set, two or more; the major powers of each year where empty.

    Returns
    -------
    pl.DataFrame
        `step`, `index`, `value`, `lower`, `upper`, `holder`, `holder_share`, `members`,
        `interval`, `unit`, `provider`.
    """
    if len(states) == 1:
        raise too_few(2)
    years = years_of(panel)
    chosen = list(states) or sorted({state for state, _, _ in MAJOR_POWERS} - {"AUH"})
    inside = np.array([[bool(states) or s in major_powers(y) for s in chosen] for y in years])
    listed = "" if states else ", cow_majors"
    frames = []
    for name, numbers in indices(panel, chosen).items():
        held = np.where(inside, numbers["value"], np.nan)
        holder, share = top_share(held)
        values = {"value": concentration(held)}
        if name == "cinc":
            values["lower"], values["upper"] = _component_range(panel, chosen, inside)
        facts = {
            "index": name,
            "interval": "range when one component is left out" if "lower" in values else None,
            "unit": "0 equal, 1 monopoly",
            "provider": PROVIDERS[name] + listed,
        }
        blank = np.full(len(years), np.nan)
        full = {key: values.get(key, blank) for key in ("value", "lower", "upper")}
        rows = table({"step": years}, {**full, "holder_share": share}, facts)
        frames.append(
            rows.with_columns(
                pl.Series("holder", [chosen[p] if p >= 0 else None for p in holder], pl.String),
                pl.Series("members", (~np.isnan(held)).sum(axis=1)),
            )
        )
    order = ("step", "index", "value", "lower", "upper", "holder", "holder_share", "members")
    return pl.concat(frames).select(*order, "interval", "unit", "provider").sort("index", "step")


def _component_range(
    panel: Panel, states: Sequence[str], inside: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Smallest and largest CON of the composite index without one of its components."""
    parts = np.where(inside[..., None], component_shares(panel, states), np.nan)
    kept = [np.delete(parts, k, axis=-1) for k in range(parts.shape[-1])]
    values = np.stack([concentration(composite_index(part)) for part in kept])
    return values.min(axis=0), values.max(axis=0)
