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


def with_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark the rows whose states are all members in the list of Correlates of War, or of GW.

    The package's system is the union of both lists. A source that follows one of them is silent
    about the others (Bhutan before 1971 in the COW list), so its silence means nothing there.

    Returns
    -------
    pl.DataFrame
        `rows` with the columns `_cow` and `_gw`.
    """
    time = pl.col("month").dt.year() if "month" in rows.columns else pl.col("year")
    table = rows.with_columns(time.cast(pl.Int32).alias("_year"))
    parties = [name for name in ("state", "source", "target") if name in rows.columns]
    for scheme in ("cow", "gw"):
        listed = _listed(scheme)
        for party in parties:
            keys = listed.rename({"state": party}).with_columns(pl.lit(True).alias(f"_in_{party}"))
            table = table.join(keys, on=[party, "_year"], how="left", maintain_order="left")
        marks = [f"_in_{party}" for party in parties]
        every = pl.all_horizontal(pl.col(mark).fill_null(False) for mark in marks)
        table = table.with_columns(every.alias(f"_{scheme}")).drop(marks)
    return table.drop("_year")


def _listed(scheme: str) -> pl.DataFrame:
    rows = {
        (state.code, year)
        for state in states.all_states()
        for spell in state.spells
        if spell.list == scheme
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        if spell.start.year <= year and (spell.end is None or year <= spell.end.year)
    }
    schema = {"state": pl.String, "_year": pl.Int32}
    return pl.DataFrame(sorted(rows), schema=schema, orient="row")


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
