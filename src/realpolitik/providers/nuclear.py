"""Nuclear warhead stockpiles."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import NameLookup, named

UNCERTAIN = {
    "ZAF": (1979, 1991),
    "PRK": (2006, 2017),
    "BLR": (1991, 1996),
    "KAZ": (1991, 1996),
    "UKR": (1991, 1996),
}
"""Years in which a state had, or may have had, warheads that the source does not count."""


def warheads(stockpiles: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    """Convert stockpiled warheads.

    The source counts nine states and writes 0 for North Korea throughout. Years of possible
    weapons outside it (South Africa, North Korea from its first test, Soviet weapons left in
    Belarus, Kazakhstan and Ukraine) come back as null rows, so that no zero is filled in.

    References
    ----------
    Norris and Kristensen (2010), *Bulletin of the Atomic Scientists* 66(4).
    """
    rows = named(stockpiles, lookup, "Entity", "state").select(
        "state",
        pl.col("Year").cast(pl.Int32).alias("year"),
        pl.col("stockpiled_nuclear_warheads").cast(pl.Int64).alias("warheads"),
    )
    doubtful = pl.DataFrame(
        [(s, year) for s, (first, last) in UNCERTAIN.items() for year in range(first, last + 1)],
        schema={"state": pl.String, "year": pl.Int32},
        orient="row",
    )
    kept = rows.join(doubtful, on=["state", "year"], how="anti")
    unknown = doubtful.with_columns(pl.lit(None, dtype=pl.Int64).alias("warheads"))
    return pl.concat([kept, unknown]).sort("state", "year")
