"""Records of the room as tables."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import polars as pl

from realpolitik.bargaining.forecast import Forecast, Forecasts
from realpolitik.bargaining.quantity import Array
from realpolitik.bargaining.solutions import Solution

SETTLEMENT = {
    "method": pl.String,
    "round": pl.Int64,
    "position": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "dimension": pl.String,
    "deal": pl.Float64,
    "interval": pl.String,
}


def settlement_table(found: Forecasts) -> pl.DataFrame:
    """One row per method, round and dimension, the baseline first.

    `lower` and `upper` are the 5th and 95th percentile over draws, or the range the concept itself
    gives when nothing is drawn; `interval` says which. `deal` is the chance of a deal.
    """
    rows = [row for entry in found.methods for row in _settlement_rows(entry)]
    return pl.DataFrame(rows, schema=SETTLEMENT, orient="row")


def _settlement_rows(entry: Forecast) -> Iterable[tuple[object, ...]]:
    solution = entry.solution
    lower, upper, kind = _ends(entry)
    for turn in range(solution.position.shape[0]):
        for k, dimension in enumerate(solution.dimensions):
            yield (
                solution.method,
                turn,
                number(solution.position[turn, k]),
                None if lower is None else number(lower[turn, k]),
                None if upper is None else number(upper[turn, k]),
                dimension,
                entry.deal,
                kind,
            )


def _ends(entry: Forecast) -> tuple[Array | None, Array | None, str | None]:
    if entry.lower is not None:
        return entry.lower, entry.upper, f"90% of {entry.draws} draws"
    solution = entry.solution
    if solution.low is not None and solution.high is not None:
        shape = solution.position.shape
        return (
            np.broadcast_to(solution.low, shape),
            np.broadcast_to(solution.high, shape),
            "range of the concept",
        )
    return None, None, None


def actors_table(solutions: Iterable[Solution]) -> pl.DataFrame:
    """Positions of the actors after each round, and the share a method gives each actor."""
    rows: list[tuple[object, ...]] = []
    for solution in solutions:
        for k, dimension in enumerate(solution.dimensions):
            for n, name in enumerate(solution.names):
                share = None if solution.share is None else number(solution.share[n, k])
                paths = [None] if solution.actors is None else solution.actors[:, n, k]
                if solution.actors is None and share is None:
                    continue
                for turn, place in enumerate(paths):
                    spot = None if place is None else number(place)
                    rows.append((solution.method, turn, name, spot, share, dimension))
    schema = {
        "method": pl.String,
        "round": pl.Int64,
        "actor": pl.String,
        "position": pl.Float64,
        "share": pl.Float64,
        "dimension": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def number(value: float) -> float | None:
    """Return a plain float, or None for a missing one."""
    return None if math.isnan(value) else float(value)
