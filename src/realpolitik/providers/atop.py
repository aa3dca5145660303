"""Alliance Treaty Obligations and Provisions: pledges by directed dyad-year."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import to_dyad

PLEDGES = ("atop_defense", "atop_offense", "atop_neutral", "atop_nonagg", "atop_consul")


def pledges(directed: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert pledges of `source` to `target`; the two directions of a pair can differ.

    Only `atop_defense` makes an ally: rivals are often linked by the other pledges.

    References
    ----------
    Leeds, Ritter, Mitchell and Long (2002), *International Interactions* 28(3).
    """
    keyed = to_dyad(directed.select("ccode1", "ccode2", "year", *PLEDGES), cow, "ccode1", "ccode2")
    return (
        keyed.group_by("source", "target", "year")
        .agg(pl.col(PLEDGES).max())
        .sort("source", "target", "year")
    )
