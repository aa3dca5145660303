"""Lay the user's added files over a table of the embedded panel.

The user's value wins wherever there is one, and rows the panel lacks are added. Where a file would
list anything that happened, its silence is a zero inside its own years. Files are laid on in the
order in which they were added, so the latest wins; event files of one provider are summed first,
because each holds other days.
"""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from realpolitik.data.added import KEYS, Added, digest, files, read_days, read_table
from realpolitik.panel.variables import variables
from realpolitik.providers.event_codes import QUADS
from realpolitik.providers.files.events import EVENT_COLUMNS

__all__ = ["apply", "digest", "files", "has_world"]

#: Days a month may lack and still count as covered: servers and agencies have had outages.
DAYS_LACKING = 2

KINDS = {
    "continuous": pl.Float64,
    "count": pl.Int32,
    "ordinal": pl.Int8,
    "binary": pl.Int8,
    "text": pl.String,
}


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values to lay on a table, and where their silence is a zero, by column."""

    values: pl.DataFrame
    zeros: dict[str, pl.Expr]


def apply(table: str, frame: pl.LazyFrame, *, extend: bool = True) -> pl.LazyFrame:
    """Lay the added files over one table of the panel.

    Parameters
    ----------
    table : {"state_year", "dyad_year", "dyad_month", "un_votes", "un_roll_calls"}
    frame : pl.LazyFrame
        The embedded table.
    extend : bool
        Whether rows that only an added file has are wanted too.

    Returns
    -------
    pl.LazyFrame
        The same columns, and those of `variables.csv` that only an added file has; sorted by key
        where rows were added, else in the order they had.

    Raises
    ------
    PanelError
        If an added file is damaged; the message says how to remove it.
    """
    layers = list(_layers(table))
    if not layers:
        return frame
    for layer in layers:
        frame = _lay(frame, layer, KEYS[table], extend)
    return frame.sort(KEYS[table]) if extend else frame


def _layers(table: str) -> Iterator[_Layer]:
    records = files()
    for record in records:
        if table in record.columns and record.provider not in EVENT_COLUMNS:
            covers = [cover for cover in record.covers if cover.table == table]
            zeros = {
                column: pl.col("year").is_in(list(cover.years))
                for cover in covers
                for column in cover.columns
            }
            yield _Layer(read_table(record, table), zeros)
    for provider, columns in EVENT_COLUMNS.items():
        of_provider = [record for record in records if record.provider == provider]
        if of_provider and table in columns:
            yield _event_layer(of_provider, table, columns[table])


def _lay(frame: pl.LazyFrame, layer: _Layer, keys: tuple[str, ...], extend: bool) -> pl.LazyFrame:
    schema = frame.collect_schema()
    known = variables()
    columns = [
        name
        for name in layer.values.columns
        if name not in keys and (name in schema or name in known)
    ]
    values = layer.values.select(
        *(pl.col(key).cast(schema[key]) for key in keys),
        *(
            pl.col(name).cast(schema.get(name) or KINDS[known[name].kind]).alias(f"{name}+")
            for name in columns
        ),
    )
    if extend:
        joined = frame.join(values.lazy(), on=list(keys), how="full", coalesce=True)
    else:
        joined = frame.join(values.lazy(), on=list(keys), how="left", maintain_order="left")
    return joined.select(
        *(name for name in schema if name not in columns),
        *(_merged(name, layer, name in schema) for name in columns),
    ).select(*schema, *(name for name in columns if name not in schema))


def _merged(name: str, layer: _Layer, embedded: bool) -> pl.Expr:
    value = pl.col(f"{name}+")
    if name in layer.zeros:
        value = pl.when(value.is_null() & layer.zeros[name]).then(0).otherwise(value)
    return (pl.coalesce(value, pl.col(name)) if embedded else value).alias(name)


def _event_layer(records: list[Added], table: str, columns: dict[str, str]) -> _Layer:
    counts = (
        pl.concat([read_table(record, "events") for record in records])
        .group_by("source", "target", "month")
        .agg(pl.col(QUADS).sum())
    )
    months = covered_months(set[datetime.date]().union(*(read_days(r) for r in records)))
    seen = sorted({*counts["source"].to_list(), *counts["target"].to_list()})
    step, values = "month", counts
    covered = pl.Series(months, dtype=pl.Date).implode()
    if table == "dyad_year":
        per_year = Counter(month.year for month in months)
        whole = [year for year, n in per_year.items() if n == 12]
        step, covered = "year", pl.Series(whole, dtype=pl.Int32).implode()
        values = counts.with_columns(pl.col("month").dt.year().alias("year"))
        values = values.group_by("source", "target", "year").agg(pl.col(QUADS).sum())
    values = values.filter(pl.col(step).is_in(covered)).select(
        "source", "target", step, *(pl.col(quad).alias(name) for name, quad in columns.items())
    )
    inside = pl.col(step).is_in(covered) & pl.all_horizontal(pl.col("source", "target").is_in(seen))
    return _Layer(values, dict.fromkeys(columns, inside))


def covered_months(days: set[datetime.date]) -> list[datetime.date]:
    """Return the months, by their first day, of which at most two days are lacking.

    >>> month = {datetime.date(2015, 2, day) for day in range(1, 27)}
    >>> covered_months(month), covered_months(month - {datetime.date(2015, 2, 1)})
    ([datetime.date(2015, 2, 1)], [])
    """
    held = Counter(day.replace(day=1) for day in days)
    return sorted(
        first
        for first, n in held.items()
        if calendar.monthrange(first.year, first.month)[1] - n <= DAYS_LACKING
    )


def has_world(pairs: pl.LazyFrame) -> bool:
    """Whether the added files hold dyads that the embedded table of dyad-years does not.

    Parameters
    ----------
    pairs : pl.LazyFrame
        The embedded dyad-years: `source`, `target`.
    """
    tables = [
        read_table(record, "events" if record.provider in EVENT_COLUMNS else "dyad_year")
        for record in files()
        if "dyad_year" in record.columns
    ]
    if not tables:
        return False
    held = pl.concat([t.select("source", "target") for t in tables]).unique().lazy()
    beyond = held.join(
        pairs.select("source", "target").unique(), on=["source", "target"], how="anti"
    )
    return beyond.head(1).collect().height > 0
