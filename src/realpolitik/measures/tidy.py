"""Between frames and arrays: panel columns as matrices, and results as tidy rows.

A tidy row is `step`, the state or dyad, `index` (which index or variant), `value`, `lower`,
`upper`, `interval` (what the bounds are), `unit` and `provider`. Missing is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import timeline
from realpolitik.errors import NotInSystem, RequestError
from realpolitik.panel import Panel

Array = NDArray[np.float64]

VALUES = ("value", "lower", "upper")
LEAD = ("step", "state", "source", "target", "profile", "index", "model", *VALUES)
TAIL = ("interval", "unit", "provider")


def years_of(panel: Panel) -> list[int]:
    """Every year of the panel."""
    return list(range(timeline.year_of(panel.start), timeline.year_of(panel.end) + 1))


def yearly(panel: Panel) -> pl.DataFrame:
    """Dyad rows of a yearly panel.

    Raises
    ------
    RequestError
        If the panel's dyads are monthly.
    """
    if panel.step != "year":
        msg = "this index is yearly: load the panel with step='year'"
        raise RequestError(msg)
    return panel.dyads


def too_few(least: int) -> RequestError:
    """Build the error for an index that was asked about too few states."""
    return RequestError(f"this index needs at least {least} states: name them after the index")


def members(panel: Panel, states: Sequence[str], least: int = 0) -> list[str]:
    """States asked for, or all of the panel; each must be in the panel.

    Raises
    ------
    NotInSystem
        If a state is not in the panel's region and period.
    RequestError
        If fewer than `least` states are named.
    """
    held = set(panel.states["state"].unique())
    absent = [state for state in states if state not in held]
    if absent:
        msg = (
            f"{', '.join(absent)} not in region {panel.region!r} in {panel.start} to {panel.end}. "
            "Choose a region or period that has them (--region, --from, --to)."
        )
        raise NotInSystem(msg)
    if len(states) < least:
        raise too_few(least)
    return list(states) if states else [state for state in panel.members if state in held]


def _position(column: pl.Series, keys: Sequence[Any]) -> NDArray[np.intp]:
    place = {key: number for number, key in enumerate(keys)}
    return np.array([place[key] for key in column.to_list()], dtype=np.intp)


def matrix(frame: pl.DataFrame, column: str, years: Sequence[int], states: Sequence[str]) -> Array:
    """State variable as ndarray (T, N); NaN where there is no row or no value."""
    rows = frame.filter(pl.col("state").is_in(list(states)) & pl.col("year").is_in(list(years)))
    result = np.full((len(years), len(states)), np.nan)
    place = _position(rows["year"], years), _position(rows["state"], states)
    result[place] = rows[column].cast(pl.Float64).to_numpy()
    return result


def cube(frame: pl.DataFrame, column: str, years: Sequence[int], states: Sequence[str]) -> Array:
    """Dyad variable as ndarray (T, N, N), source by target; NaN where there is no value."""
    chosen = list(states)
    rows = frame.filter(
        pl.col("source").is_in(chosen)
        & pl.col("target").is_in(chosen)
        & pl.col("year").is_in(list(years))
    )
    result = np.full((len(years), len(states), len(states)), np.nan)
    place = (
        _position(rows["year"], years),
        _position(rows["source"], states),
        _position(rows["target"], states),
    )
    result[place] = rows[column].cast(pl.Float64).to_numpy()
    return result


def present(frame: pl.DataFrame, years: Sequence[int], states: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each state has a row in each year: ndarray (T, N)."""
    marked = frame.select("state", "year", pl.lit(1.0).alias("_row"))
    return ~np.isnan(matrix(marked, "_row", years, states))


def table(keys: dict[str, Any], numbers: dict[str, Any], facts: dict[str, Any]) -> pl.DataFrame:
    """Frame of keys, numbers (NaN becomes null) and facts repeated on every row."""
    columns = [pl.Series(name, values) for name, values in keys.items()]
    columns += [
        pl.Series(name, np.asarray(values), nan_to_null=True) for name, values in numbers.items()
    ]
    fixed = [pl.lit(value, dtype=pl.String).alias(name) for name, value in facts.items()]
    frame = pl.DataFrame(columns).with_columns(fixed)
    lead = [name for name in LEAD if name in frame.columns]
    tail = [name for name in TAIL if name in frame.columns]
    return frame.select(*lead, pl.exclude(*lead, *tail), *tail)


def state_rows(
    where: NDArray[np.bool_],
    years: Sequence[int],
    states: Sequence[str],
    numbers: dict[str, Array],
    **facts: str | None,
) -> pl.DataFrame:
    """Tidy rows of a state index, for the cells of `where`.

    Parameters
    ----------
    where : ndarray of bool (T, N)
        Cells that get a row.
    years, states : sequences of T and N
    numbers : dict of ndarray (T, N)
        `value`, and `lower` and `upper` where there are bounds.
    **facts
        Text that is the same in every row: index, interval, unit, provider.
    """
    state, year = np.nonzero(where.T)
    cells = {name: values[year, state] for name, values in _bounded(numbers, where.shape).items()}
    keys = {"step": np.asarray(years)[year], "state": np.asarray(states)[state]}
    return table(keys, cells, facts)


def dyad_rows(
    where: NDArray[np.bool_],
    years: Sequence[int],
    states: Sequence[str],
    numbers: dict[str, Array],
    **facts: str | None,
) -> pl.DataFrame:
    """Tidy rows of a dyad index: as `state_rows`, with `where` and numbers (T, N, N)."""
    source, target, year = np.nonzero(where.transpose(1, 2, 0))
    cells = {
        name: values[year, source, target]
        for name, values in _bounded(numbers, where.shape).items()
    }
    names = np.asarray(states)
    keys = {
        "step": np.asarray(years)[year],
        "source": names[source],
        "target": names[target],
    }
    return table(keys, cells, facts)


def _bounded(numbers: dict[str, Array], shape: tuple[int, ...]) -> dict[str, Array]:
    """Put value, lower and upper first; bounds that are not given are missing."""
    blank = np.full(shape, np.nan)
    ordered = {name: numbers.get(name, blank) for name in VALUES}
    return ordered | {name: value for name, value in numbers.items() if name not in ordered}
