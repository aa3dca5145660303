"""Series that a provider projects back onto present borders.

The World Bank and the merged economic series give a state its present territory in all years
(Russia in 1970 without the other Soviet republics, Pakistan in 1965 without its eastern part). The
package's key means the state as it was, so such values are dropped before the first full year in
present borders, wherever the change moved more than one per cent of the population.
"""

from __future__ import annotations

import polars as pl

PRESENT_BORDERS = {
    "CAN": 1950,
    "DEU": 1991,
    "EGY": 1962,
    "ETH": 1994,
    "JOR": 1968,
    "MYS": 1966,
    "PAK": 1972,
    "RUS": 1992,
    "SDN": 2012,
    "SRB": 2009,
    "TZA": 1965,
    "VNM": 1977,
    "YEM": 1991,
}
"""First full year of each state in its present borders."""


def in_present_borders(frame: pl.DataFrame) -> pl.DataFrame:
    """Drop the rows of `state, year` that describe another territory than the state then held."""
    first = pl.col("state").replace_strict(PRESENT_BORDERS, default=0, return_dtype=pl.Int32)
    return frame.filter(pl.col("year") >= first)
