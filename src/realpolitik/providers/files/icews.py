"""ICEWS coded event data: yearly ``.tab`` files of 20 columns."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.event_codes import quad_of
from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.events import EventLayout, read_events
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import header_of

COLUMNS = (
    "event id", "event date", "source name", "source sectors", "source country", "event text",
    "cameo code", "intensity", "target name", "target sectors", "target country", "story id",
    "sentence number", "publisher", "city", "district", "province", "country", "latitude",
    "longitude",
)  # fmt: skip

#: What stands in a country column when no country is named.
NOBODY = ("", "NULL", "null", "NA", "None")


def is_icews(head: list[str]) -> bool:
    """Whether the header is that of ICEWS, with blanks or underscores in its names."""
    names = [name.replace("_", " ") for name in header_of(head[0], "\t")] if head else []
    return tuple(names) == COLUMNS


def read_icews(item: Opened) -> Contents:
    """Count events between the countries of source and target.

    References: Boschee et al. (2015).
    """
    fields = {
        "date": COLUMNS.index("event date"),
        "source": COLUMNS.index("source country"),
        "target": COLUMNS.index("target country"),
        "code": COLUMNS.index("cameo code"),
    }
    layout = EventLayout("icews_events", frozenset({len(COLUMNS)}), True, fields, _clean)
    return read_events(item, layout)


def _clean(events: pl.DataFrame) -> pl.DataFrame:
    events = events.with_columns(pl.col("date", "source", "target", "code").str.strip_chars('" '))
    day = pl.col("date").str.to_date("%Y-%m-%d", strict=False)
    return events.select(
        "line", "text",
        day.alias("event_day"), day.alias("file_day"),
        quad_of(pl.col("code"), "icews").alias("quad"),
        _country(pl.col("source")).alias("source"), _country(pl.col("target")).alias("target"),
    )  # fmt: skip


def _country(name: pl.Expr) -> pl.Expr:
    return pl.when(~name.is_in(NOBODY)).then(name)
