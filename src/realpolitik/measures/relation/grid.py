"""From the panel to arrays: one axis of steps, one of pairs, one of the two directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.errors import RequestError
from realpolitik.measures.relation.indicators import (
    FEWEST_STATES,
    MISSING,
    SERIES,
    Continuous,
    Graded,
    Grid,
    Series,
)
from realpolitik.measures.relation.model import Array
from realpolitik.measures.relation.readings import Readings
from realpolitik.panel import Panel

SMALLEST_SPREAD = 1e-4
"""Floor of the variance of a series beyond its known error."""
FEWEST_READINGS = 30
"""A series needs this many readings, and a graded one a tenth of them above its lowest grade."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the rows of the dyad table lie in the arrays."""

    shape: tuple[int, int, int]
    index: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]

    def spread(self, values: Array) -> Array:
        """Put a column of the table into an array of shape (T, P, 2), NaN elsewhere."""
        out = np.full(self.shape, np.nan)
        out[self.index] = values
        return out


def make_grid(panel: Panel) -> Grid:
    """Arrange the panel's columns by step, pair and direction.

    Parameters
    ----------
    panel : Panel

    Raises
    ------
    RequestError
        If the region has too few states to tell what is common to a state from what is particular
        to a dyad.
    """
    dyads = panel.dyads
    states = tuple(sorted({*dyads["source"].unique(), *dyads["target"].unique()}))
    if len(states) < FEWEST_STATES:
        msg = (
            f"region {panel.region!r} has {len(states)} states with data; the relation needs at "
            f"least {FEWEST_STATES} to compare. Add states to the region."
        )
        raise RequestError(msg)
    first, second = np.triu_indices(len(states), 1)
    number = np.zeros((len(states), len(states)), dtype=np.int64)
    number[first, second] = number[second, first] = np.arange(len(first))
    order = {state: position for position, state in enumerate(states)}
    source, target = (
        dyads[side].replace_strict(order, return_dtype=pl.Int64).to_numpy()
        for side in ("source", "target")
    )
    years = dyads["year"].to_numpy().astype(np.int64)
    steps = np.arange(years.min(), years.max() + 1)
    shape = (len(steps), len(first), 2)
    places = _Places(
        shape, (years - steps[0], number[source, target], (source > target).astype(np.int64))
    )
    exists = np.zeros(shape, dtype=bool)
    exists[places.index] = True
    wanted = {column for series in SERIES for column in series.columns} & set(dyads.columns)
    columns = {name: places.spread(_numbers(dyads, name)) for name in sorted(wanted)}
    kept = exists.any(axis=(0, 2))
    first, second = first[kept], second[kept]
    near = -np.log(_fixed(places.spread(_numbers(dyads, "distance"))))[kept]
    deviation = _by_state(panel.states, "ideal_point_sd", states, steps)
    return Grid(
        steps=steps,
        states=states,
        first=first,
        second=second,
        exists=exists[:, kept],
        columns={name: values[:, kept] for name, values in columns.items()},
        nearness=near,
        vote_variance=np.repeat(
            (deviation[:, first] ** 2 + deviation[:, second] ** 2)[:, :, None], 2, axis=2
        ),
        exposure=_exposure(_by_state(panel.states, "cinc", states, steps), first, second, near),
    )


def _numbers(frame: pl.DataFrame, name: str) -> Array:
    values: Array = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values


def _average(values: Array, axis: int | tuple[int, ...]) -> Array:
    """Mean over the cells that are not NaN; NaN where there are none."""
    seen = np.isfinite(values)
    count = seen.sum(axis=axis)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _fixed(values: Array) -> Array:
    """Give the one value of each pair over all steps and directions, shape (P,)."""
    return _average(values, (0, 2))


def _by_state(
    frame: pl.DataFrame, name: str, states: tuple[str, ...], steps: NDArray[np.int64]
) -> Array:
    """Spread a column of the state table, shape (T, N), NaN where null."""
    rows = frame.filter(pl.col("state").is_in(states) & pl.col("year").is_in(steps.tolist()))
    order = {state: position for position, state in enumerate(states)}
    out = np.full((len(steps), len(states)), np.nan)
    place = rows["state"].replace_strict(order, return_dtype=pl.Int64).to_numpy()
    out[rows["year"].to_numpy() - steps[0], place] = _numbers(rows, name)
    return out


def _exposure(
    capability: Array, first: NDArray[np.int64], second: NDArray[np.int64], near: Array
) -> Array:
    """Size of source, size of target and nearness, standardised over dyads, shape (P, 2, 3).

    The size of a state is the log of its mean capability. An unknown trait counts as average.
    """
    size = np.log(_average(np.where(capability > 0, capability, np.nan), 0))
    ends = np.stack([size[first], size[second]], axis=1)
    traits = np.stack([ends, ends[:, ::-1], np.repeat(near[:, None], 2, axis=1)], axis=2)
    centred = traits - _average(traits, (0, 1))
    spread = np.sqrt(_average(centred**2, (0, 1)))
    return np.where(np.isfinite(centred), centred / np.where(spread > 0, spread, 1.0), 0.0)


def make_readings(grid: Grid, series: tuple[Series, ...]) -> Readings:
    """Read every series the grid has enough of.

    Parameters
    ----------
    grid : Grid
    series : tuple of Series
        Those wanted, in filter order.
    """
    found: dict[str, Continuous | Graded] = {
        one.name: _unit(one.read(grid)) if one.core else one.read(grid)
        for one in series
        if all(name in grid.columns for name in one.columns)
    }
    return Readings(
        continuous=_enough({n: s for n, s in found.items() if isinstance(s, Continuous)}),
        graded={
            n: s
            for n, s in found.items()
            if isinstance(s, Graded)
            and np.sum(s.grade != MISSING) >= FEWEST_READINGS
            and np.sum(s.grade > 0) >= FEWEST_READINGS / 10
        },
        exposure=grid.exposure,
    )


def _unit(series: Continuous | Graded) -> Continuous | Graded:
    """Measure a continuous series in units of its own spread, the known error taken out."""
    if isinstance(series, Graded):
        return series
    if not np.isfinite(series.value).any():
        return series
    spread = spread_of(series)
    return replace(series, value=series.value / spread, variance=series.variance / spread**2)


def spread_of(series: Continuous) -> float:
    """Spread of a continuous series with readings, the known error taken out.

    Parameters
    ----------
    series : Continuous
    """
    seen = np.isfinite(series.value)
    weight = 1.0 / (series.value[seen].var() + series.variance[seen])
    centre = weight @ series.value[seen] / weight.sum()
    square = (series.value[seen] - centre) ** 2 - series.variance[seen]
    return float(np.sqrt(max(weight @ square / weight.sum(), SMALLEST_SPREAD)))


def _enough(series: Mapping[str, Continuous]) -> dict[str, Continuous]:
    return {n: s for n, s in series.items() if np.isfinite(s.value).sum() >= FEWEST_READINGS}
