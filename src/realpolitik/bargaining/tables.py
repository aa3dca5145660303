"""Records of the room as tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from realpolitik.bargaining.agreement import Agreement
from realpolitik.bargaining.forecast import Forecast, Forecasts
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.mediators import Rank
from realpolitik.bargaining.sensitivity import Lever, Sobol, Swing
from realpolitik.bargaining.solutions import Solution

SETTLEMENT = {
    "method": pl.String,
    "round": pl.Int64,
    "position": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "dimension": pl.String,
    "deal": pl.Float64,
    "range_low": pl.Float64,
    "range_high": pl.Float64,
    "interval": pl.String,
}


def settlement_table(found: Forecasts) -> pl.DataFrame:
    """One row per method, round and dimension, the baseline first.

    `lower` and `upper` are the 5th and 95th percentile over draws and `interval` says of how many;
    `range_low` and `range_high` are the ends of the range a concept itself gives, such as the zone
    of agreement or what both prefer to war. `deal` is the chance of a deal.
    """
    rows = [row for entry in found.methods for row in _settlement_rows(entry)]
    return pl.DataFrame(rows, schema=SETTLEMENT, orient="row")


def _settlement_rows(entry: Forecast) -> Iterable[tuple[object, ...]]:
    solution = entry.solution
    for turn in range(solution.position.shape[0]):
        for k, dimension in enumerate(solution.dimensions):
            yield (
                solution.method,
                turn,
                number(solution.position[turn, k]),
                None if entry.lower is None else number(entry.lower[turn, k]),
                None if entry.upper is None else number(entry.upper[turn, k]),
                dimension,
                entry.deal,
                None if solution.low is None else number(solution.low[k]),
                None if solution.high is None else number(solution.high[k]),
                f"90% of {entry.draws} draws" if entry.draws else None,
            )


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


def tornado_table(issue: Issue, swings: Mapping[str, tuple[Swing, ...]]) -> pl.DataFrame:
    """Settlement with each range at its 5th and 95th percentile, widest first, by method."""
    rows = [
        (
            method,
            *swing.key,
            dimension.name,
            number(swing.at_low[k]),
            number(swing.at_high[k]),
            number(swing.at_high[k] - swing.at_low[k]),
        )
        for method, found in swings.items()
        for swing in found
        for k, dimension in enumerate(issue.dimensions)
    ]
    names = ("method", "actor", "field", "of", "dimension")
    numbers = ("at_low", "at_high", "swing")
    return _frame(rows, names, numbers)


def levers_table(moves: Mapping[str, tuple[Lever, ...]]) -> pl.DataFrame:
    """Settlement change for each move of an actor, largest first, by method."""
    rows = [
        (method, move.actor, move.field, move.dimension, move.step, number(move.effect))
        for method, found in moves.items()
        for move in found
    ]
    return _frame(rows, ("method", "actor", "field", "dimension"), ("step", "effect"))


def sobol_table(found: Mapping[str, Mapping[str, Sobol]]) -> pl.DataFrame:
    """Shares of the variance of the settlement due to each range, largest total first."""
    rows = [
        (method, *key, dimension, *(number(value) for value in values))
        for method, parts in found.items()
        for dimension, part in parts.items()
        for key, *values in zip(
            part.keys, part.first, part.first_se, part.total, part.total_se, strict=True
        )
    ]
    names = ("method", "actor", "field", "of", "dimension")
    frame = _frame(rows, names, ("first", "first_se", "total", "total_se"))
    return frame.sort("method", "total", descending=[False, True], nulls_last=True)


def agreement_table(found: Agreement) -> pl.DataFrame:
    """Zone of agreement by dimension, its chance, and the deals struck apart and together."""
    rows = [
        (
            dimension,
            number(found.low[k]),
            number(found.high[k]),
            float(found.chance[k]),
            number(found.separate.position[k]),
            number(found.linked.position[k]),
        )
        for k, dimension in enumerate(found.dimensions)
    ]
    return _frame(rows, ("dimension",), ("low", "high", "chance", "separate", "linked"))


def mediators_table(ranks: Iterable[Rank]) -> pl.DataFrame:
    """Mediators and forums, best first."""
    rows = [
        (
            rank.name,
            rank.kind,
            ", ".join(rank.beaten_by) or None,
            rank.place,
            rank.convenes,
            rank.trust,
            rank.threshold,
            rank.chance,
            rank.common,
        )
        for rank in ranks
    ]
    numbers = ("place", "convenes", "trust", "threshold", "chance", "common")
    return _frame(rows, ("mediator", "kind", "beaten_by"), numbers)


def _frame(
    rows: Sequence[tuple[object, ...]], names: Sequence[str], numbers: Sequence[str]
) -> pl.DataFrame:
    schema = {**dict.fromkeys(names, pl.String), **dict.fromkeys(numbers, pl.Float64)}
    return pl.DataFrame(rows, schema=schema, orient="row")
