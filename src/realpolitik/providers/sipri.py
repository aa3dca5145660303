"""SIPRI arms transfers: deliveries to South Asian recipients."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import to_dyad

FIRST, LAST = 1950, 2021


def arms(deliveries: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert deliveries of major arms, million TIV (a volume index, not money).

    The Soviet Union and Russia are one supplier. Only suppliers the file names are known to be
    covered: for them a missing row inside 1950-2021 is no recorded delivery. Deliveries of the
    Federal Republic before 1991 are not in the file, so Germany is null before then.

    References
    ----------
    SIPRI Arms Transfers Database (2022).
    """
    rows = deliveries.select("supplier_cown", "recipient_cown", "year", "value")
    keyed = to_dyad(rows, cow, "supplier_cown", "recipient_cown")
    sums = keyed.group_by("source", "target", "year").agg(pl.col("value").sum().alias("arms"))
    years = pl.DataFrame({"year": list(range(FIRST, LAST + 1))}, schema={"year": pl.Int32})
    grid = (
        sums.select("source")
        .unique()
        .join(sums.select("target").unique(), how="cross")
        .filter(pl.col("source") != pl.col("target"))
        .join(years, how="cross")
        .filter((pl.col("source") != "DEU") | (pl.col("year") > 1990))
    )
    filled = grid.join(sums, on=["source", "target", "year"], how="left")
    return filled.with_columns(pl.col("arms").cast(pl.Float64).fill_null(0.0)).sort(
        "source", "target", "year"
    )
