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
from realpolitik.report.theory_record import (
    Driver,
    LeaderGap,
    Record,
    TermSource,
    TheoryScore,
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
        "indices": _indices(record),
        "region": _plain(MapCell, record.map.cells),
        "talks": _talks(record),
        "moves": _moves(record),
        "filter": _filter(record),
        "leaders": _plain(LeaderGap, record.theories.why.leaders),
        "theories": _plain(TheoryScore, record.theories.trial.scores),
        "drivers": _plain(Driver, record.theories.trial.drivers),
        "forecast": _forecast(record),
        "past-forecasts": _plain(Record, record.theories.trust.past),
        "terms": _plain(TermSource, record.theories.trust.terms),
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


def _indices(record: Assessment) -> Table:
    facts = ("topic", "name", "index", "label", "about", "unit", "interval")
    rows: list[tuple[Any, ...]] = [
        (*(getattr(one, name) for name in facts), *row)
        for one in record.indices.series
        for row in zip(one.years, one.values, one.lower, one.upper, strict=True)
    ]
    return (*facts, "year", "value", "lower", "upper"), rows


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


def _moves(record: Assessment) -> Table:
    """One row for each layer of each move; `move` repeats what they add up to."""
    place = ("source", "target", "year", "latest", "largest")
    measured = ("measured", "measured_lower", "measured_upper", "sign")
    rows: list[tuple[Any, ...]] = [
        (
            *(getattr(move, name) for name in (*place, *measured, "move", "lower", "upper")),
            *astuple(layer),
        )
        for move in record.theories.why.moves
        for layer in move.layers
    ]
    modelled = ("move", "move_lower", "move_upper", "layer", "contribution", "lower", "upper")
    return (*place, *measured, *modelled), rows


def _filter(record: Assessment) -> Table:
    parts = ("clarity", "image", "gate", "environment")
    rows: list[tuple[Any, ...]] = [
        (one.source, one.target, *row)
        for one in record.theories.why.binding
        for row in zip(one.years, *(getattr(one, part) for part in parts), strict=True)
    ]
    return ("source", "target", "year", *parts), rows


def _forecast(record: Assessment) -> Table:
    found = record.theories.expectation
    names = ("year", "mean", "sd", "rise", "no_change", "fall", "inflation")
    rows: list[tuple[Any, ...]] = [
        (fan.source, fan.target, *(getattr(step, name) for name in names), *step.quantiles)
        for fan in found.fans
        for step in fan.steps
    ]
    return ("source", "target", *names, *(f"q{100 * q:02.0f}" for q in found.levels)), rows
