"""From counts between actors as a file names them to counts between states, losing no row."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from realpolitik.events.actors import states_of
from realpolitik.events.layouts import Layout
from realpolitik.providers.event_codes import QUADS
from realpolitik.providers.files.icews import NOBODY

SUMS = (*QUADS, "tenths", "weighted")
OUTSIDE = "an actor is not of the chosen sectors"
UNNAMED = "no state named as source or target"
UNKNOWN = "source or target is no state of the system in that year"
SAME = "source and target are the same state"


@dataclass(frozen=True, slots=True)
class Paired:
    """Counts between states and the sound rows that are not among them.

    Attributes
    ----------
    frame : pl.DataFrame
        ``source``, ``target`` (states), ``step`` and the sums.
    counted : int
        Rows with at least one pair of states; a row that names several counts for each pair.
    left_out : dict of str to int
        Sound rows without a pair of states, by reason.
    unknown : dict of str to int
        Names or codes that are no state of the system, with their rows, most frequent first.
    """

    frame: pl.DataFrame
    counted: int
    left_out: dict[str, int]
    unknown: dict[str, int]


def pair(tallied: pl.DataFrame, layout: Layout) -> Paired:
    """Turn a tally of sound rows into counts between states.

    Parameters
    ----------
    tallied : pl.DataFrame
        Columns of `realpolitik.events.queries.tally`, without faulty rows.
    layout : Layout
    """
    rows = tallied.with_row_index("row").with_columns(pl.col("step").dt.year().alias("year"))
    for side in ("source", "target"):
        name = pl.col(side).str.strip_chars('" ')
        rows = rows.with_columns(pl.when(~name.is_in(NOBODY)).then(name).alias(side))
        rows = _with_states(rows, side, layout.scheme)
    both = rows.explode("source_states").explode("target_states")
    good = both.filter(
        ~pl.col("outside"),
        pl.col("source_states").is_not_null() & pl.col("target_states").is_not_null(),
        pl.col("source_states") != pl.col("target_states"),
    )
    rest = rows.join(good.select("row").unique(), on="row", how="anti").with_columns(_reason())
    reasons = rest.group_by("reason").agg(pl.col("n").sum()).sort("n", descending=True)
    frame = good.select(
        pl.col("source_states").alias("source"),
        pl.col("target_states").alias("target"),
        "step",
        *SUMS,
    )
    counted = int(tallied["n"].sum()) - int(rest["n"].sum())
    return Paired(frame, counted, dict(reasons.iter_rows()), _unknown(rows))


def _with_states(rows: pl.DataFrame, side: str, scheme: str) -> pl.DataFrame:
    cells = rows.select(side, "year").unique().drop_nulls()
    found = [list(states_of(cell, scheme, year)) or None for cell, year in cells.iter_rows()]
    table = cells.with_columns(pl.Series(f"{side}_states", found, dtype=pl.List(pl.String)))
    return rows.join(table, on=[side, "year"], how="left")


def _reason() -> pl.Expr:
    return (
        pl.when("outside")
        .then(pl.lit(OUTSIDE))
        .when(pl.col("source").is_null() | pl.col("target").is_null())
        .then(pl.lit(UNNAMED))
        .when(pl.col("source_states").is_null() | pl.col("target_states").is_null())
        .then(pl.lit(UNKNOWN))
        .otherwise(pl.lit(SAME))
        .alias("reason")
    )


def _unknown(rows: pl.DataFrame) -> dict[str, int]:
    sides = [
        rows.filter(pl.col(f"{side}_states").is_null() & ~pl.col("outside"))
        .drop_nulls(side)
        .select(pl.col(side).alias("name"), "n")
        for side in ("source", "target")
    ]
    counts = pl.concat(sides).group_by("name").agg(pl.col("n").sum())
    return dict(counts.sort(["n", "name"], descending=[True, False]).iter_rows())
