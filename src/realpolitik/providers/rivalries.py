"""Strategic rivalries of Thompson, Sakuwa and Suhas."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import both_directions, spell_years, to_dyad

FIRST, LAST = 1946, 2020


def rivalries(spells: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert rivalry spells; the list ends in 2020, where open spells are cut off.

    References
    ----------
    Thompson, Sakuwa and Suhas (2021), *Analyzing Strategic Rivalries in World Politics*.
    """
    years = spell_years(
        spells.select("ccode1", "ccode2", "start", "end"), "start", "end", FIRST, LAST
    )
    keyed = to_dyad(years.select("ccode1", "ccode2", "year"), cow, "ccode1", "ccode2")
    both = both_directions(keyed.select("source", "target", "year")).unique()
    return both.sort("source", "target", "year").with_columns(rivalry=pl.lit(1))
