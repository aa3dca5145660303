"""CON: toys, and the series of the major powers from CINC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from realpolitik.measures.concentration import concentration

TOYS = {
    "thirds": (1 / 3, 1 / 3, 1 / 3),
    ".5 .3 .2": (0.5, 0.3, 0.2),
    ".4 .3 .2 .1": (0.4, 0.3, 0.2, 0.1),
    "monopoly": (1.0, 0.0, 0.0),
}
YEARS = (1816, 1870, 1913, 1938, 1946, 1950, 1970, 1990, 2000, 2010, 2016)


def replicate(data: Path) -> Iterator[tuple[str, float]]:
    for name, held in TOYS.items():
        yield name, float(concentration(np.array(held)))
    capability = pl.read_parquet(data / "cow" / "cow_nmc.parquet")
    majors = pl.read_parquet(data / "cow" / "cow_majors.parquet")
    for year in YEARS:
        members = majors.filter(pl.lit(year).is_between("styear", "endyear"))["ccode"].unique()
        held = capability.filter(
            (pl.col("year") == year) & pl.col("ccode").is_in(members.to_list())
        )
        yield f"con {year}", float(concentration(held["cinc"].to_numpy()))
