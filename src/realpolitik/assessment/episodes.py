"""The phases of both directions, as the report's records."""

from __future__ import annotations

import polars as pl

from realpolitik.measures.phases import phases as find_phases
from realpolitik.measures.relation import Relation
from realpolitik.report.record import Phase, Request


def phases(measured: Relation, request: Request) -> tuple[Phase, ...]:
    """Return the phases of both directions that touch the years asked for."""
    pair = (request.source.code, request.target.code)
    return tuple(
        phase
        for source, target in (pair, pair[::-1])
        for phase in _one_way(
            find_phases(measured, source, target).table(), request, source, target
        )
    )


def _one_way(frame: pl.DataFrame, request: Request, source: str, target: str) -> list[Phase]:
    rows = frame.filter((pl.col("end") >= request.start) & (pl.col("start") <= request.end))
    return [
        Phase(
            source=source,
            target=target,
            start=max(row["start"], request.start),
            end=min(row["end"], request.end),
            level=row["level"],
            sign=row["sign"],
            probability=row["probability"],
            turn=row["turn"] if row["start"] >= request.start else None,
        )
        for row in rows.sort("start").iter_rows(named=True)
    ]
