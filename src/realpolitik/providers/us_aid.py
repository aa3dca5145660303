"""US foreign aid by recipient and fiscal year."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import NameLookup, to_state

KIND = "Obligations"
LAST = 2023
"""Fiscal 2024 is partial in the source."""
FORMER = {"SCG": "YUG", "YUF": "YUG", "SDF": "SDN", "CS-KM": "XKX"}
NO_CODE = {
    "Vietnam (former South)": "South Vietnam",
    "Germany (former East)": "East Germany",
    "Yemen (former P.D.R.)": "South Yemen",
    "Soviet Union (former)": "Soviet Union",
    "Czechoslovakia (former)": "Czechoslovakia",
}
"""Former states for which the source has a name and no code."""


def aid(amounts: pl.DataFrame, iso3: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    """Sum aid obligations of the United States by recipient and fiscal year, constant USD.

    Only obligations are used: the source's transaction types overlap and must not be added. Fiscal
    1976 has two rows, the year and its transition quarter, which are summed. A negative amount is
    a deobligation and stays. Regional programmes belong to no state.

    Parameters
    ----------
    amounts : pl.DataFrame
        `iso3`, `country`, `transaction`, `year`, `constant_amount`.
    iso3 : pl.DataFrame
        Crosswalk of ISO alpha-3 codes.
    lookup : callable
        Name to state.
    """
    rows = amounts.filter((pl.col("transaction") == KIND) & (pl.col("year") <= LAST))
    coded = to_state(
        rows.filter(pl.col("iso3").is_not_null())
        .with_columns(pl.col("iso3").replace(FORMER))
        .select("iso3", "year", "constant_amount"),
        iso3,
        "iso3",
    )
    former = {name: lookup(usual) for name, usual in NO_CODE.items()}
    uncoded = rows.filter(pl.col("iso3").is_null() & pl.col("country").is_in(list(NO_CODE)))
    by_name = uncoded.select(
        pl.col("year").cast(pl.Int32),
        "constant_amount",
        pl.col("country").replace_strict(former, return_dtype=pl.String).alias("state"),
    )
    return (
        pl.concat([coded, by_name])
        .filter(pl.col("state") != "USA")
        .group_by("state", "year")
        .agg(pl.col("constant_amount").sum().cast(pl.Float64).alias("us_aid"))
        .select(pl.lit("USA").alias("source"), pl.col("state").alias("target"), "year", "us_aid")
        .sort("target", "year")
    )
