"""The measured relation of the dyad and of the region, as the report's records."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from realpolitik import states
from realpolitik.regions import Region
from realpolitik.report.record import Map, MapCell, Posture, Request, Standing

Table = Callable[[str, str], pl.DataFrame]
"""Gives `step, mean, sd, lower, upper, indicators` of a source and a target."""


def posture(table: Table, source: str, target: str, request: Request) -> Posture:
    """Return one direction in the years asked for."""
    frame = table(source, target)
    frame = frame.filter(pl.col("step").is_between(request.start, request.end)).sort("step")
    return Posture(
        source=source,
        target=target,
        years=tuple(frame["step"].to_list()),
        mean=tuple(frame["mean"].to_list()),
        sd=tuple(frame["sd"].to_list()),
        lower=tuple(frame["lower"].to_list()),
        upper=tuple(frame["upper"].to_list()),
        indicators=tuple(frame["indicators"].to_list()),
    )


def both_ways(table: Table, request: Request) -> tuple[Posture, Posture]:
    """Return both directions, the source's own first."""
    one, other = request.source.code, request.target.code
    return posture(table, one, other, request), posture(table, other, one, request)


def regional_map(table: Table, region: Region, request: Request) -> Map:
    """Return the postures of both states towards all states of the region in the last year."""
    pair = (request.source.code, request.target.code)
    cells = tuple(
        _cell(table, origin, code, request.end)
        for origin in pair
        for code in region.states(request.end)
        if code != origin
    )
    known = [cell for cell in cells if cell.mean is not None]
    standings = [
        _standing(known, origin, state)
        for origin, state in (pair, pair[::-1])
        if any(cell.origin == origin and cell.state == state for cell in known)
    ]
    return Map(year=request.end, cells=cells, standings=tuple(standings))


def _cell(table: Table, origin: str, code: str, year: int) -> MapCell:
    state = states.get(code)
    rows = table(origin, code).filter(pl.col("step") == year)
    row = rows.row(0, named=True) if rows.height else {}
    return MapCell(
        origin=origin,
        state=code,
        name=state.name,
        latitude=state.latitude,
        longitude=state.longitude,
        mean=row.get("mean"),
        lower=row.get("lower"),
        upper=row.get("upper"),
        indicators=int(row.get("indicators") or 0),
    )


def _standing(known: list[MapCell], origin: str, state: str) -> Standing:
    own = {cell.state: cell.mean or 0.0 for cell in known if cell.origin == origin}
    return Standing(
        origin=origin,
        state=state,
        rank=1 + sum(value > own[state] for value in own.values()),
        of=len(own),
    )
