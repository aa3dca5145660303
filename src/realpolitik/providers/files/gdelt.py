"""GDELT event files, versions 1.0 (57 or 58 columns) and 2.0 (61 columns), without a header."""

from __future__ import annotations

import re
from functools import partial

import polars as pl

from realpolitik.providers.event_codes import quad_of
from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.events import EventLayout, read_events
from realpolitik.providers.files.opening import Opened

WIDTHS_1 = frozenset({57, 58})
WIDTHS_2 = frozenset({61})
ADDED = {1: 56, 2: 59}
PLACES = {"date": 1, "source": 7, "target": 17, "root": 28}


def is_gdelt(head: list[str], widths: frozenset[int]) -> bool:
    """Whether the first line has the width, an id and a date of GDELT."""
    row = head[0].split("\t") if head else []
    return (
        len(row) in widths
        and re.fullmatch(r"\d+", row[0].strip()) is not None
        and re.fullmatch(r"(19|20)\d{6}", row[1].strip()) is not None
    )


def read_gdelt(item: Opened, version: int) -> Contents:
    """Count events between the countries of actor 1 and actor 2.

    An event belongs to the month it happened in; the days a file covers are the days on which
    its events were added, because a file of one day also holds older events.
    References: Leetaru and Schrodt (2013).
    """
    widths = WIDTHS_1 if version == 1 else WIDTHS_2
    fields = PLACES | {"added": ADDED[version]}
    return read_events(item, EventLayout("gdelt_events", widths, False, fields, _clean))


def _clean(events: pl.DataFrame) -> pl.DataFrame:
    return events.select(
        "line", "text",
        pl.col("date").str.to_date("%Y%m%d", strict=False).alias("event_day"),
        pl.col("added").str.slice(0, 8).str.to_date("%Y%m%d", strict=False).alias("file_day"),
        quad_of(pl.col("root"), "gdelt").alias("quad"),
        pl.when(pl.col("source") != "").then("source").alias("source"),
        pl.when(pl.col("target") != "").then("target").alias("target"),
    )  # fmt: skip


read_gdelt_1 = partial(read_gdelt, version=1)
read_gdelt_2 = partial(read_gdelt, version=2)
