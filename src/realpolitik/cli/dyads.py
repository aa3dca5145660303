"""What the verbs about one dyad share; imported inside their commands only."""

from __future__ import annotations

import polars as pl

from realpolitik import states, timeline
from realpolitik.data import load_panel
from realpolitik.errors import PeriodError, RequestError
from realpolitik.measures.relation import Relation, relation


def dyad(source: str, target: str) -> tuple[str, str]:
    """Return the codes of two different states.

    Raises
    ------
    RequestError
        If both names mean the same state.
    """
    one, other = states.find(source).code, states.find(target).code
    if one == other:
        msg = f"{source!r} and {target!r} are the same state ({one}): name two states"
        raise RequestError(msg)
    return one, other


def measured(region: str, as_of: str | None, *, use_cache: bool) -> Relation:
    """Measure the relation of a region on all years of its panel."""
    return relation(load_panel(region, as_of=as_of), use_cache=use_cache)


def shown(frame: pl.DataFrame, column: str, start: str | None, end: str | None) -> pl.DataFrame:
    """Keep the rows of a period.

    Raises
    ------
    PeriodError
        If the period holds no row.
    """
    years = frame[column].to_list()
    first, last = min(years), max(years)
    span = timeline.parse_span(start, end, "year", timeline.Span(first, last, "year"))
    rows = frame.filter(pl.col(column).is_between(span.start, span.end))
    if rows.is_empty():
        msg = f"nothing between {span.start} and {span.end}: the dyad is measured {first}-{last}"
        raise PeriodError(msg)
    return rows
