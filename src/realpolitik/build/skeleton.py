"""Rows of the panel before any value, and the rule that gives an absent row its meaning."""

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
    absent: tuple[pl.Expr, int] | None = None,
) -> pl.DataFrame:
    """Join `values` to `rows`, and give an absent row its meaning.

    A row that is present with an empty value stays null: the source says that it does not know.

    Parameters
    ----------
    rows, values : pl.DataFrame
    columns : tuple of str
        Columns of `values` to take.
    keys : list of str
        Key columns of `values`, each once.
    absent : (pl.Expr, int), optional
        Where a row of `rows` that `values` lacks has a meaning, and the value it means.
    """
    seen = values.select(*keys, *columns).with_columns(pl.lit(True).alias("_seen"))
    joined = rows.join(seen, on=keys, how="left", maintain_order="left", validate="m:1")
    if absent is not None:
        inside, value = absent
        lacking = pl.col("_seen").is_null() & inside
        joined = joined.with_columns(
            pl.when(lacking).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name in columns
        )
    return joined.drop("_seen")
