"""Uppsala Conflict Data Program: armed conflict and battle deaths."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import to_state

PARTIES = ("gwno_a", "gwno_a_2nd", "gwno_b", "gwno_b_2nd")


def conflict(parties: pl.DataFrame, gw: pl.DataFrame) -> pl.DataFrame:
    """Convert armed conflict: the highest intensity of any conflict the state is a party to.

    A conflict-year has one row for each participant; the maximum makes the repetition harmless.
    Secondary parties (states that sent troops in support) count as parties.

    References
    ----------
    Gleditsch et al. (2002), *Journal of Peace Research* 39(5); Davies et al. (2025).
    """
    rows = pl.concat(
        [
            parties.select(pl.col(column).alias("gwno"), "year", "intensity_level").drop_nulls()
            for column in PARTIES
        ]
    )
    return (
        to_state(rows, gw, "gwno")
        .group_by("state", "year")
        .agg(pl.col("intensity_level").max().alias("conflict_intensity"))
        .sort("state", "year")
    )


def battle_deaths(deaths: pl.DataFrame, gw: pl.DataFrame) -> pl.DataFrame:
    """Convert battle deaths located in the state (best estimate).

    PRIO to 1988 and UCDP from 1989: the level is not comparable across that seam.

    References
    ----------
    Lacina and Gleditsch (2005), *European Journal of Population* 21; Sundberg and Melander (2013),
    *Journal of Peace Research* 50(4).
    """
    rows = deaths.select("gwcode", "year", pl.col("best").alias("battle_deaths"))
    return to_state(rows, gw, "gwcode").sort("state", "year")
