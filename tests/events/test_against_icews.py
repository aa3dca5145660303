"""Raw ICEWS rows, through our classes and states, against the full release by dyad and year.

The rows of 2014 are a sample drawn for another purpose, so levels say nothing. Ranks of dyads and
the mix of classes can agree or not; that is what is tested. Raw rows of the original layout exist
for 2018 only, where no full release is at hand: no test can compare levels.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scipy.stats import spearmanr

from realpolitik.events.layouts import icews
from realpolitik.events.pairs import pair
from realpolitik.providers.codes import code_table
from realpolitik.providers.event_codes import QUADS, quad_of
from realpolitik.providers.keys import to_dyad

LEAST_RANK = 0.5
"""Rank correlation over dyads that the sample names at all. It holds one event in 16, a few for
most dyads, so chance alone keeps it well below 1."""
MOST_CLASS_GAP = 0.10
"""Largest difference of a class's share of all events between the sample and the full release."""
TRUSTED = ("name_or_paren", "phoenix")


def sample(folder: Path) -> pl.DataFrame:
    coded = pl.read_parquet(folder / "icews" / "icews14_coded.parquet").filter(
        pl.col("src_method").is_in(TRUSTED), pl.col("tgt_method").is_in(TRUSTED)
    )
    quad = coded.select(quad_of(pl.col("cameo"), "icews").alias("quad")).to_series()
    counts = [(quad == place).cast(pl.Int64).alias(name) for place, name in enumerate(QUADS)]
    tallied = coded.select(
        pl.col("src_country").alias("source"), pl.col("tgt_country").alias("target"),
        pl.date(2014, 1, 1).alias("step"), *counts,
    ).group_by("source", "target", "step").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col(QUADS).sum(),
        pl.lit(0, pl.Int64).alias("tenths"), pl.lit(0, pl.Int64).alias("weighted"),
        pl.lit(value=False).alias("outside"),
    )  # fmt: skip
    found = pair(tallied, icews(""))
    assert found.counted + sum(found.left_out.values()) == coded.height
    return found.frame.group_by("source", "target").agg(pl.col(QUADS).sum())


def full(folder: Path) -> pl.DataFrame:
    table = pl.read_parquet(folder / "icews" / "netify_icews_dyad_year_2002_2014.parquet").filter(
        year=2014
    )
    names = dict(zip(("verbCoop", "matlCoop", "verbConf", "matlConf"), QUADS, strict=True))
    columns = table.select("i_iso3c", "j_iso3c", "year", *names).rename(names)
    return to_dyad(columns, code_table("iso3"), "i_iso3c", "j_iso3c")


@pytest.mark.shared
def test_dyads_rank_and_classes_mix_alike(shared_data: Path) -> None:
    release = full(shared_data)
    both = sample(shared_data).join(release, on=["source", "target"], suffix="_full")
    assert both.height > 1000
    ours = both.select(pl.sum_horizontal(QUADS)).to_series()
    theirs = both.select(pl.sum_horizontal(f"{name}_full" for name in QUADS)).to_series()
    assert spearmanr(ours, theirs).statistic > LEAST_RANK
    for name in QUADS:
        gap = both[name].sum() / ours.sum() - both[f"{name}_full"].sum() / theirs.sum()
        assert abs(gap) < MOST_CLASS_GAP
