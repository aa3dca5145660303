"""Regimes and leaders: V-Dem, Archigos and REIGN."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import spell_years, to_state

ARCHIGOS_LAST = 2015
REIGN_LAST = 2020
"""REIGN ends in March 2021: 2020 is the last year whose 31 December it knows."""


def polyarchy(indices: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert the electoral democracy index with its 68 per cent interval.

    References
    ----------
    Coppedge et al. (2025), V-Dem Dataset v15.
    """
    rows = indices.filter(pl.col("cown").is_not_null() & (pl.col("year") >= 1946)).select(
        "cown",
        "year",
        pl.col("v2x_polyarchy").alias("polyarchy"),
        pl.col("v2x_polyarchy_codelow").alias("polyarchy_low"),
        pl.col("v2x_polyarchy_codehigh").alias("polyarchy_high"),
    )
    keyed = to_state(rows, cow, "cown").unique(["state", "year"], keep="first", maintain_order=True)
    return keyed.sort("state", "year")


def leaders(
    archigos: pl.DataFrame, reign: pl.DataFrame, gw: pl.DataFrame, cow: pl.DataFrame
) -> pl.DataFrame:
    """Convert leader spells: who holds office on 31 December, and how many left in the year.

    Archigos to 2015, then REIGN to 2020. An end on the last day of Archigos is a cut, not an
    exit, and a leader whom REIGN gives no end was in office when it closed.

    References
    ----------
    Goemans, Gleditsch and Chiozza (2009), *Journal of Peace Research* 46(2); Bell, Besaw and
    Frank (2021), the Rulers, Elections, and Irregular Governance dataset.
    """
    early = _offices(_archigos_spells(archigos), gw, 1946, ARCHIGOS_LAST)
    late = _offices(_reign_spells(reign), cow, ARCHIGOS_LAST + 1, REIGN_LAST)
    return pl.concat([early, late]).sort("state", "year")


def _archigos_spells(frame: pl.DataFrame) -> pl.DataFrame:
    cut = pl.col("enddate") >= pl.date(ARCHIGOS_LAST, 12, 31)
    return frame.select(
        pl.col("gwcode").alias("code"),
        "leader",
        pl.col("startdate").alias("start"),
        pl.when(~cut).then(pl.col("enddate")).alias("end"),
    )


def _reign_spells(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col("ccode").alias("code"),
        "leader",
        pl.date("syear", "smonth", 1).alias("start"),
        pl.date("eyear", "emonth", 28).alias("end"),
    )


def _offices(spells: pl.DataFrame, crosswalk: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    dated = spells.with_columns(
        pl.col("start").dt.year().alias("from"),
        pl.col("end").dt.year().fill_null(last + 1).alias("to"),
    )
    years = to_state(spell_years(dated, "from", "to", first, last), crosswalk, "code")
    gone = pl.col("to") == pl.col("year")
    in_office = ~gone | (pl.col("end") == pl.date(pl.col("year"), 12, 31))
    return (
        years.sort("state", "year", "start")
        .group_by("state", "year", maintain_order=True)
        .agg(
            pl.col("leader").filter(in_office).last(),
            gone.sum().cast(pl.Int64).alias("leader_changes"),
        )
    )
