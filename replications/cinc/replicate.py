"""CINC of every state and year, from the six components of the Correlates of War file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from realpolitik.measures.capabilities import composite_index, shares

COMPONENTS = ("milex", "milper", "irst", "pec", "tpop", "upop")
STATES = {"USA": 2, "PAK": 770, "IND": 750, "CHN": 710, "RUS": 365, "IRN": 630, "AFG": 700}
ROUNDING = 5e-7  # the published column has about seven decimals


def replicate(data: Path) -> Iterator[tuple[str, float]]:
    frame = pl.read_parquet(data / "cow" / "cow_nmc.parquet")
    years, row = np.unique(frame["year"].to_numpy(), return_inverse=True)
    codes, column = np.unique(frame["ccode"].to_numpy(), return_inverse=True)
    parts = np.full((len(COMPONENTS), len(years), len(codes)), np.nan)
    for k, name in enumerate(COMPONENTS):
        parts[k, row, column] = frame[name].cast(pl.Float64).to_numpy()
    share = np.stack([shares(part) for part in parts], axis=-1)
    index = composite_index(share)
    at = {code: place for place, code in enumerate(codes)}
    place = {name: at[code] for name, code in STATES.items()}
    for year in (1946, 1950, 1971, 1989, 2001, 2012, 2022):
        for name in STATES:
            yield f"cinc {name} {year}", float(index[year - years[0], place[name]])
    now = 2016 - years[0]
    for name in ("USA", "CHN", "IND", "PAK"):
        yield f"cinc {name} 2016 (5 digits)", float(index[now, place[name]])
        for k, component in enumerate(COMPONENTS):
            yield f"{component} share {name} 2016", float(share[now, place[name], k])
    level = index[2012 - years[0]]
    yield "ratio CHN/USA 2012", float(level[place["CHN"]] / level[place["USA"]])
    yield "sum of cinc 2016", float(np.nansum(index[now]))
    gap = np.abs(index[row, column] - frame["cinc"].to_numpy())
    yield "state-years that differ from the published column", float((~(gap <= ROUNDING)).sum())
    yield "state-years compared", float(len(gap))
