"""The numbers of a report as plain tables, one CSV file each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

from realpolitik.report.record import (
    Assessment,
    Indicator,
    MapCell,
    Phase,
    VariableSource,
)

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


def tables(record: Assessment) -> dict[str, Table]:
    """Return columns and rows of every table, by file name without ``.csv``."""
    return {
        "relation": _relation(record),
        "phases": _plain(Phase, record.phases),
        "events": _events(record),
        "capabilities": _capabilities(record),
        "flows": _flows(record),
        "region": _plain(MapCell, record.map.cells),
        "talks": _talks(record),
        "indicators": _plain(Indicator, record.indicators),
        "sources": _plain(VariableSource, record.sources),
    }


def _plain(kind: type[Any], records: Sequence[Any]) -> Table:
    return tuple(field.name for field in fields(kind)), [astuple(item) for item in records]


def _relation(record: Assessment) -> Table:
    columns = ("source", "target", "step", "mean", "sd", "lower", "upper", "indicators")
    rows: list[tuple[Any, ...]] = [
        (posture.source, posture.target, *row)
        for posture in record.relation
        for row in zip(
            posture.years,
            posture.mean,
            posture.sd,
            posture.lower,
            posture.upper,
            posture.indicators,
            strict=True,
        )
    ]
    return columns, rows


def _events(record: Assessment) -> Table:
    columns = ("id", "date", "precision", "title", "source", "target", "sign", "note")
    rows: list[tuple[Any, ...]] = [
        (event.id, event.date, event.precision, event.title, *astuple(move), event.note)
        for event in record.timeline.events
        for move in event.moves
    ]
    return columns, rows


def _capabilities(record: Assessment) -> Table:
    rows: list[tuple[Any, ...]] = [
        (state.state, year, share)
        for state in record.capabilities
        for year, share in zip(state.years, state.share, strict=True)
    ]
    return ("state", "year", "share"), rows


def _flows(record: Assessment) -> Table:
    columns = ("topic", "variable", "unit", "source", "target", "year", "value")
    rows: list[tuple[Any, ...]] = [
        (flow.topic, flow.variable, flow.unit, flow.source, flow.target, year, value)
        for flow in record.flows
        for year, value in zip(flow.years, flow.values, strict=True)
    ]
    return columns, rows


def _talks(record: Assessment) -> Table:
    zone = ("status_quo", "zone_low", "zone_high", "zone_chance")
    found = ("method", "position", "lower", "upper", "deal", "draws")
    rows: list[tuple[Any, ...]] = [
        (
            talk.issue,
            scale.name,
            *(getattr(scale, name) for name in zone),
            *(getattr(settlement, name) for name in found),
        )
        for talk in record.talks
        for scale in talk.scales
        for settlement in talk.settlements
        if settlement.scale == scale.name
    ]
    return ("issue", "scale", *zone, *found), rows
