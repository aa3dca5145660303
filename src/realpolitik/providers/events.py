"""Event data: ICEWS counts and the GDELT pair score."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import both_directions, exact_sum, to_dyad

CLASSES = {
    "verbCoop": "verbal_cooperation",
    "matlCoop": "material_cooperation",
    "verbConf": "verbal_conflict",
    "matlConf": "material_conflict",
}
VERBAL = tuple(f"cameo{code}" for code in range(10, 14))
MATERIAL = tuple(f"cameo{code}" for code in range(14, 21))
"""Protest (14) is material, as in the yearly counts; 09, verbal there, is not in the source."""
DENSE_FROM = 1995
"""First year in which the monthly counts are dense enough for a yearly sum."""
SCORE_DIGITS = 6
GDELT_LAST = 2023
"""February 2024 is the last, partial month."""


def icews_years(counts: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Convert yearly counts in four classes. States the source lacks have no row, so no zero.

    References
    ----------
    Boschee et al. (2015), ICEWS Coded Event Data, doi:10.7910/DVN/28075.
    """
    columns = [pl.col(raw).cast(pl.Int64).alias(name) for raw, name in CLASSES.items()]
    rows = counts.select("i_iso3c", "j_iso3c", "year", *columns)
    return to_dyad(rows, iso3, "i_iso3c", "j_iso3c").sort("source", "target", "year")


def icews_months(counts: pl.DataFrame, letters: pl.DataFrame) -> pl.DataFrame:
    """Sum monthly conflict counts: verbal (CAMEO 10-13) and material (CAMEO 14-20).

    The source's letters are those of Correlates of War: MLD is Moldova, and the Maldives and
    Vietnam are absent.
    """
    rows = counts.rename({"source": "from", "target": "to"}).select(
        "from",
        "to",
        "year",
        pl.date("year", "month", 1).alias("month"),
        pl.sum_horizontal(VERBAL).cast(pl.Int64).alias("verbal_conflict_month"),
        pl.sum_horizontal(MATERIAL).cast(pl.Int64).alias("material_conflict_month"),
    )
    keyed = to_dyad(rows, letters, "from", "to")
    values = pl.col("verbal_conflict_month", "material_conflict_month").sum()
    return keyed.group_by("source", "target", "month").agg(values).sort("source", "target", "month")


def icews_sums(counts: pl.DataFrame, letters: pl.DataFrame) -> pl.DataFrame:
    """Sum the monthly conflict counts over the year, from 1995 when they become dense."""
    months = icews_months(counts, letters)
    return (
        months.with_columns(pl.col("month").dt.year().alias("year"))
        .filter(pl.col("year") >= DENSE_FROM)
        .group_by("source", "target", "year")
        .agg(
            pl.col("verbal_conflict_month").sum().alias("verbal_conflict_full"),
            pl.col("material_conflict_month").sum().alias("material_conflict_full"),
        )
        .sort("source", "target", "year")
    )


def _gdelt(scores: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    rows = scores.rename({"source": "from", "target": "to"}).with_columns(
        pl.col("month").str.to_date("%Y-%m").alias("month")
    )
    dated = rows.with_columns(pl.col("month").dt.year().alias("year"))
    keyed = to_dyad(dated.filter(pl.col("year") <= GDELT_LAST), iso3, "from", "to")
    return both_directions(keyed.select("source", "target", "month", "year", "score_sum", "days"))


def gdelt_months(scores: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Convert the undirected monthly pair score to its mean over days with a score.

    References
    ----------
    Leetaru and Schrodt (2013), GDELT; Zemo, GDELT graph data.
    """
    mean = (pl.col("score_sum") / pl.col("days")).alias("gdelt_score_month")
    keyed = _gdelt(scores, iso3)
    return keyed.select("source", "target", "month", mean).sort("source", "target", "month")


def gdelt_years(scores: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Average the daily pair score over the year, and count the days with a score."""
    return (
        _gdelt(scores, iso3)
        .group_by("source", "target", "year")
        .agg(
            (exact_sum("score_sum", SCORE_DIGITS) / pl.col("days").sum()).alias("gdelt_score"),
            pl.col("days").sum().cast(pl.Int64).alias("gdelt_days"),
        )
        .sort("source", "target", "year")
    )
