"""Goldstein values of CAMEO codes, from the pinned code table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from realpolitik.measures.event_scale import scale_values


def replicate(data: Path) -> Iterator[tuple[str, float]]:
    table = pl.read_parquet(data / "cameo" / "cameo_codes_goldstein.parquet")
    listed = table.filter(pl.col("goldstein").is_not_null())
    scale = dict(zip(listed["code"], listed["goldstein"], strict=True))
    codes = table["code"].to_list()
    yield from zip(codes, scale_values(codes, scale).tolist(), strict=True)
