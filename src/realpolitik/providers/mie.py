"""Militarized Interstate Events: dated actions."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import both_directions, to_dyad

MUTUAL = (17, 22)
"""Clash and battle: the source writes the pair in the order of its codes, not of who began."""


def actions(events: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Count militarised actions of `source` against `target` by the year they began.

    The first coded state of an action is its actor, whatever `sidea1` says (it tells the side in
    the confrontation); clashes and battles have no single actor and count in both directions.

    References
    ----------
    Gibler and Miller (2024), "The Militarized Interstate Events (MIE) dataset, 1816-2014",
    *Conflict Management and Peace Science*.
    """
    table = events.filter(pl.col("styear") > 0).select(
        "ccode1", "ccode2", pl.col("styear").alias("year"), "action"
    )
    keyed = to_dyad(table, cow, "ccode1", "ccode2")
    mutual = pl.col("action").is_in(MUTUAL)
    rows = pl.concat([keyed.filter(~mutual), both_directions(keyed.filter(mutual))])
    return (
        rows.group_by("source", "target", "year")
        .agg(pl.len().cast(pl.Int64).alias("mie_actions"))
        .sort("source", "target", "year")
    )
