"""Threat and Imposition of Economic Sanctions."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import to_dyad

SENDERS = tuple(f"sender{number}" for number in range(1, 6))


def threats(cases: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Count cases (threats or impositions) of each sender state by the year they began.

    Cases of institutions (code 1000) are attributed to no state unless the source also lists one.

    References
    ----------
    Morgan, Bapat and Kobayashi (2014), *Conflict Management and Peace Science* 31(5).
    """
    rows = pl.concat(
        [
            cases.select(
                "caseid",
                pl.col(sender).cast(pl.Int64).alias("sender"),
                pl.col("targetstate").cast(pl.Int64),
                pl.col("startyear").alias("year"),
            ).drop_nulls()
            for sender in SENDERS
        ]
    )
    keyed = to_dyad(rows, cow, "sender", "targetstate")
    return (
        keyed.group_by("source", "target", "year")
        .agg(pl.col("caseid").n_unique().cast(pl.Int64).alias("sanction_threats"))
        .sort("source", "target", "year")
    )
