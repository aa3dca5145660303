"""Rows of the panel before any value, and the rule that turns an absent row into zero."""

from __future__ import annotations

import polars as pl

from realpolitik import regions, states

FIRST_YEAR, LAST_YEAR = 1946, 2023


def panel_states() -> tuple[str, ...]:
    """States of the built-in regions, without `world`: those whose dyads are embedded."""
    named = [regions.load(name) for name in regions.names() if name != regions.WORLD]
    return tuple(sorted({state for region in named for state in region.states()}))


def state_years(first: int = FIRST_YEAR, last: int = LAST_YEAR) -> pl.DataFrame:
    """Every state in every year in which it is in the system."""
    rows = [(state, year) for year in range(first, last + 1) for state in states.members(year)]
    schema = {"state": pl.String, "year": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("state", "year")


def dyad_years(codes: tuple[str, ...], present: pl.DataFrame) -> pl.DataFrame:
    """Every directed dyad of `codes` in the years in which both are in the system."""
    rows = present.filter(pl.col("state").is_in(codes))
    pairs = rows.rename({"state": "source"}).join(rows.rename({"state": "target"}), on="year")
    return (
        pairs.filter(pl.col("source") != pl.col("target"))
        .select("source", "target", "year")
        .sort("source", "target", "year")
    )


def dyad_months(years: pl.DataFrame) -> pl.DataFrame:
    """Twelve months for every dyad-year; `month` is its first day."""
    months = pl.DataFrame({"number": range(1, 13)}, schema={"number": pl.Int8})
    dated = years.join(months, how="cross").with_columns(
        pl.date("year", "number", 1).alias("month")
    )
    return dated.select("source", "target", "month").sort("source", "target", "month")


def attach(
    rows: pl.DataFrame,
    values: pl.DataFrame,
    columns: tuple[str, ...],
    keys: list[str],
    zero_where: pl.Expr | None = None,
) -> pl.DataFrame:
    """Join `values` to `rows`; where a row is absent and `zero_where` holds, write zero.

    A row that is present with an empty value stays null: the source says that it does not know.
    """
    seen = values.select(*keys, *columns).with_columns(pl.lit(True).alias("_seen"))
    joined = rows.join(seen, on=keys, how="left", maintain_order="left")
    if zero_where is not None:
        absent = pl.col("_seen").is_null() & zero_where
        zeros = [
            pl.when(absent).then(pl.lit(0)).otherwise(pl.col(name)).alias(name) for name in columns
        ]
        joined = joined.with_columns(zeros)
    return joined.drop("_seen")
