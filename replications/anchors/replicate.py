"""Direction of pledges and dates of rivalries, read from the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

CODES = {"USA": 2, "PAK": 770, "IND": 750, "CHN": 710, "RUS": 365, "AFG": 700}
PAIRS = ("IND PAK", "CHN IND", "AFG PAK", "USA CHN", "USA RUS", "CHN RUS")


def replicate(data: Path) -> Iterator[tuple[str, float]]:
    pledges = pl.read_parquet(data / "atop" / "atop_directed_dyad_year.parquet")
    for source, target in (("USA", "PAK"), ("PAK", "USA")):
        for year in (1955, 1960, 1979, 2001, 2018):
            row = pledges.filter(
                (pl.col("ccode1") == CODES[source])
                & (pl.col("ccode2") == CODES[target])
                & (pl.col("year") == year)
            )
            yield f"defence {source} to {target} {year}", float(row["atop_defense"].sum())
    spells = pl.read_parquet(data / "rivalries" / "tss_rivalries_2021.parquet")
    for pair in PAIRS:
        codes = [CODES[name] for name in pair.split()]
        own = spells.filter(pl.col("ccode1").is_in(codes) & pl.col("ccode2").is_in(codes))
        for year in range(1946, 2021):
            ongoing = own.filter(pl.lit(year).is_between("start", "end")).height
            yield f"rivalry {pair} {year}", float(ongoing > 0)
    races = pl.read_parquet(data / "rivalries" / "grh_arms_races.parquet")
    for pair in ("CHN IND", "IND PAK"):
        codes = [CODES[name] for name in pair.split()]
        own = races.filter(pl.col("ccode1").is_in(codes) & pl.col("ccode2").is_in(codes))
        for word, column in (("first", "styear"), ("last", "endyear")):
            yield f"arms race {pair} {word} year", float(own[column].item())
