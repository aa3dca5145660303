"""POLECAT event files: tab-separated text in the PLOVER ontology."""

from __future__ import annotations

import polars as pl

from realpolitik.errors import InputFileError
from realpolitik.providers.event_codes import quad_of
from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.events import EventLayout, read_events
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import header_of, read_head

NEEDED = ("event id", "event date", "event type", "quad code", "actor cow", "recipient cow")


def is_polecat(head: list[str]) -> bool:
    """Whether the header names the columns of POLECAT."""
    return bool(head) and set(NEEDED) <= set(header_of(head[0], "\t"))


def read_polecat(item: Opened) -> Contents:
    """Count events between the states of actor and recipient, by their COW numbers.

    The publisher's quad code is used, and PLOVER's class of the event type where it is absent. An
    event of several actors or recipients counts once for each pair.
    References: Halterman et al. (2023), PLOVER and POLECAT.
    """
    head = read_head(item, ("utf-8-sig", "latin-1"))
    names = header_of(head[0], "\t") if head else []
    absent = [name for name in NEEDED if name not in names]
    if absent:
        raise InputFileError(f"{item.label}: the header lacks {', '.join(absent)}.")
    places = {
        "date": "event date", "type": "event type", "code": "quad code",
        "source": "actor cow", "target": "recipient cow",
    }  # fmt: skip
    fields = {field: names.index(name) for field, name in places.items()}
    return read_events(item, EventLayout("polecat", frozenset({len(names)}), True, fields, _clean))


def _clean(events: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    quad = pl.coalesce(
        quad_of(pl.col(name).str.to_uppercase(), "polecat") for name in ("code", "type")
    )
    return events.select(
        "line", "text", day.alias("event_day"), day.alias("file_day"), quad.alias("quad"),
        _numbers(pl.col("source")).alias("source"), _numbers(pl.col("target")).alias("target"),
    )  # fmt: skip


def _numbers(cell: pl.Expr) -> pl.Expr:
    """COW numbers of a cell such as ``2; 365`` or ``None``: a list that is never empty."""
    found = cell.str.extract_all(r"\d+").list.unique(maintain_order=True)
    return pl.when(found.list.len() > 0).then(found).otherwise(pl.lit([None], pl.List(pl.String)))
