"""The phases of both directions, as the report's records."""

from __future__ import annotations

from typing import Any

import polars as pl

from realpolitik.measures.phases import phases as find_phases
from realpolitik.measures.relation import Relation
from realpolitik.report.record import Phase, Request

FEWEST_STEPS = 2
"""Years of a dyad from which phases can be looked for."""


def phases(measured: Relation, request: Request) -> tuple[Phase, ...]:
    """Return the phases of both directions that touch the years asked for.

    They are found on all years of the panel, then cut to the years shown.
    """
    pair = (request.source.code, request.target.code)
    return tuple(
        phase
        for source, target in (pair, pair[::-1])
        for phase in _one_way(measured, request, source, target)
    )


def _one_way(measured: Relation, request: Request, source: str, target: str) -> list[Phase]:
    if measured.table(source, target).height < FEWEST_STEPS:
        return []
    frame = find_phases(measured, source, target, seed=request.seed).table()
    rows = frame.filter((pl.col("end") >= request.start) & (pl.col("start") <= request.end))
    return [
        _phase(row, request, source, target) for row in rows.sort("start").iter_rows(named=True)
    ]


def _phase(row: dict[str, Any], request: Request, source: str, target: str) -> Phase:
    turned = row["turn"] is not None and row["start"] >= request.start
    return Phase(
        source=source,
        target=target,
        start=max(row["start"], request.start),
        end=min(row["end"], request.end),
        level=row["level"],
        lower=row["lower"],
        upper=row["upper"],
        sign=row["sign"],
        probability=row["probability"],
        turn=row["turn"] if turned else None,
        turn_lower=int(row["turn_lower"]) if turned else None,
        turn_upper=int(row["turn_upper"]) if turned else None,
    )
