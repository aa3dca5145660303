"""International Crisis Behavior: pairs of actors in the same crisis."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import both_directions, spell_years, to_dyad

FIRST, LAST = 1918, 2016


def crises(actors: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert actor-level crises: both states are actors of one crisis in that year.

    The two may stand on the same side. An actor's years run from its trigger to the crisis's
    end for it; a pair is in crisis in the years in which both are. An unknown end counts the
    year of the trigger only.

    References
    ----------
    Brecher and Wilkenfeld (1997), *A Study of Crisis*; Brecher et al. (2017), version 13.
    """
    spells = actors.select(
        "crisno", "cracid", "yrtrig", pl.max_horizontal("yrtrig", "yrterm").alias("end")
    )
    years = spell_years(spells, "yrtrig", "end", FIRST, LAST)
    rows = years.select("crisno", "cracid", "year").unique()
    pairs = rows.join(rows.rename({"cracid": "other"}), on=["crisno", "year"]).filter(
        pl.col("cracid") < pl.col("other")
    )
    keyed = to_dyad(pairs.select("cracid", "other", "year").unique(), cow, "cracid", "other")
    both = both_directions(keyed.select("source", "target", "year")).unique()
    return both.sort("source", "target", "year").with_columns(icb_crisis=pl.lit(1))
