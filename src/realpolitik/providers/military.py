"""Military presence, exercises and Chinese leaders' travel."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import NameLookup, named, to_dyad, to_state

NORTH, SOUTH = 816, 817
SOUTH_LAST = 1975
ESTIMATED = {"AFG": (2018, 2020)}
"""Host-years whose figure is a rounded estimate by the source."""
VISITS_LAST = 2019
"""2020 has a single visit in the source: the list ends before it."""


def troops(hosts: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert active-duty troops of the United States by host, with a flag on estimates.

    A host written in two spellings has two rows in some years, of which one is 0: they are summed.
    Troops in Vietnam to 1975 carry the number of the North (and of today's Vietnam) in the source;
    they were stationed in the South.

    References
    ----------
    Allen, Flynn and Machain (2022), *Conflict Management and Peace Science* 39(3).
    """
    in_south = (pl.col("ccode") == NORTH) & (pl.col("year") <= SOUTH_LAST)
    rows = hosts.select(
        pl.when(in_south).then(SOUTH).otherwise(pl.col("ccode")).alias("ccode"),
        "year",
        pl.col("troops_ad").alias("troops"),
    )
    keyed = to_state(rows, cow, "ccode").filter(pl.col("state") != "USA")
    doubtful = pl.any_horizontal(
        (pl.col("target") == host) & pl.col("year").is_between(first, last)
        for host, (first, last) in ESTIMATED.items()
    )
    return (
        keyed.group_by("state", "year")
        .agg(pl.col("troops").sum())
        .select(pl.lit("USA").alias("source"), pl.col("state").alias("target"), "year", "troops")
        .with_columns(doubtful.cast(pl.Int64).alias("troops_estimated"))
        .sort("target", "year")
    )


def exercises(participants: pl.DataFrame, gw: pl.DataFrame) -> pl.DataFrame:
    """Count multinational exercises in which both states took part.

    References
    ----------
    D'Orazio and Galambos, Multinational Military Exercises 1980-2010.
    """
    rows = participants.filter(pl.col("gwcode") > 0).select("MMEID", "gwcode", "year").unique()
    pairs = rows.join(rows.rename({"gwcode": "other"}), on=["MMEID", "year"]).filter(
        pl.col("gwcode") != pl.col("other")
    )
    return (
        to_dyad(pairs, gw, "gwcode", "other")
        .group_by("source", "target", "year")
        .agg(pl.len().cast(pl.Int64).alias("exercises"))
        .sort("source", "target", "year")
    )


def visits(travel: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    """Count visits of Chinese top leaders and premiers by host.

    References
    ----------
    Central European Institute of Asian Studies, Who-Where-When dataset v1.1.
    """
    rows = travel.filter(pl.col("Year") <= VISITS_LAST).with_columns(
        pl.col("Country").replace({"Germany, East": "East Germany"})
    )
    keyed = named(rows, lookup, "Country", "target").filter(pl.col("target") != "CHN")
    return (
        keyed.group_by("target", pl.col("Year").cast(pl.Int32).alias("year"))
        .agg(pl.len().cast(pl.Int64).alias("leader_visits"))
        .select(pl.lit("CHN").alias("source"), "target", "year", "leader_visits")
        .sort("target", "year")
    )
