"""ICEWS coded event data: yearly ``.tab`` files of 20 columns."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.files.events import EventLayout, quad_of_root, read_events
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.reading import Reading
from realpolitik.providers.files.table import header_of

COLUMNS = (
    "event id", "event date", "source name", "source sectors", "source country", "event text",
    "cameo code", "intensity", "target name", "target sectors", "target country", "story id",
    "sentence number", "publisher", "city", "district", "province", "country", "latitude",
    "longitude",
)  # fmt: skip


def is_icews(head: list[str]) -> bool:
    """Whether the header is that of ICEWS, with blanks or underscores in its names."""
    names = [name.replace("_", " ") for name in header_of(head[0], "\t")] if head else []
    return tuple(names) == COLUMNS


def read_icews(item: Opened) -> Reading:
    """Count events between the countries of source and target.

    References: Boschee et al. (2015).
    """
    fields = {
        "date": COLUMNS.index("event date"),
        "source": COLUMNS.index("source country"),
        "target": COLUMNS.index("target country"),
        "code": COLUMNS.index("cameo code"),
    }
    layout = EventLayout("icews", frozenset({len(COLUMNS)}), True, fields, _clean)
    return read_events(item, layout)


def _clean(events: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("date").str.to_date("%Y-%m-%d", strict=False)
    return events.select(
        "line", "text",
        day.alias("event_day"), day.alias("file_day"),
        quad_of_root(_root(pl.col("code"))).alias("quad"),
        _country(pl.col("source")).alias("source"), _country(pl.col("target")).alias("target"),
    )  # fmt: skip


def _root(code: pl.Expr) -> pl.Expr:
    """Root of a CAMEO code of 3 or 4 digits, also where a spreadsheet ate the leading zero.

    No root is above 20, so 211 can only be 0211, and a code of 2 digits can only lack one.
    """
    digits = pl.when(code.str.contains(r"^\d{2,4}$")).then(code)
    lost = (digits.str.len_chars() == 2) | (
        (digits.str.len_chars() == 3) & (digits.str.slice(0, 2).cast(pl.Int64, strict=False) > 20)
    )
    length = pl.when(lost).then(1).otherwise(2)
    return digits.str.slice(0, length).cast(pl.Int64, strict=False)


def _country(name: pl.Expr) -> pl.Expr:
    return pl.when(~name.is_in(["", "NULL", "null", "NA", "None"])).then(name)
