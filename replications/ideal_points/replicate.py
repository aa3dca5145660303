"""Ideal points from the roll calls of 1946-2019, beside the release of April 2020."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from realpolitik.measures.ideal_points import IdealPoints, estimate
from realpolitik.measures.ideal_points.measure import votes_of
from realpolitik.providers import un
from realpolitik.providers.codes import code_table

SHOWN = {
    "USA": (1947, 1980, 1991, 2018),
    "IND": (1947, 1980, 2002, 2019),
    "PAK": (1947, 1971, 1980, 1991, 2011, 2019),
    "CHN": (1971, 1991, 2011, 2019),
    "RUS": (1947, 1980, 1991, 2019),
}
NAMES = {2: "USA", 750: "IND", 770: "PAK", 710: "CHN", 365: "RUS"}
FOLDER = "idealpoints"
RELEASE = "idealpoints_apr2020_all.parquet"


def release(data: Path) -> pl.DataFrame:
    """Return the published estimates by COW number and year, with their 90 per cent interval."""
    return pl.read_parquet(data / FOLDER / RELEASE).select(
        pl.col("ccode").cast(pl.Int64).alias("cow"),
        (1945 + pl.col("session")).cast(pl.Int64).alias("step"),
        pl.col("IdealPoint").alias("published"),
        pl.col("q5_pct").alias("published_lower"),
        pl.col("q95_pct").alias("published_upper"),
    )


def roll_calls(data: Path) -> pl.DataFrame:
    """Return the votes the release rests on.

    From 1990 on those on paragraphs and amendments are left out, and so are the session of 1964,
    which held one vote, and the single vote of South Africa in 1993.
    """
    calls = pl.read_parquet(data / "unvotes" / "un_roll_calls.parquet")
    part = (pl.col("para").fill_null(0) == 1) | (pl.col("amend").fill_null(0) == 1)
    kept = calls.filter(~((pl.col("session") > 44) & part) & (pl.col("date").dt.year() < 2020))
    cast = pl.read_parquet(data / "unvotes" / "un_votes.parquet")
    votes = un.votes(cast, kept, code_table("iso2"))
    lone = (pl.col("session") == 48) & (pl.col("state") == "ZAF")
    dated = votes.join(kept.select("rcid", "session"), on="rcid")
    return dated.filter((pl.col("session") != 19) & ~lone)


def bridges(data: Path) -> np.ndarray:
    """Return the pairs of roll calls on resolutions of the same content."""
    pairs = pl.read_parquet(data / FOLDER / "resolution_matches.parquet")
    return pairs.to_numpy().astype(np.int64)


def run(data: Path) -> IdealPoints:
    """Estimate from all roll calls."""
    return estimate(votes_of(roll_calls(data)), bridges=bridges(data))


def beside(points: IdealPoints, data: Path) -> pl.DataFrame:
    """Join our estimates with the release by state key and year."""
    table = code_table("cow").select(
        pl.col("cow").cast(pl.Int64), pl.col("year").cast(pl.Int64).alias("step"), "state"
    )
    keyed = release(data).join(table, on=["cow", "step"])
    return points.table().join(keyed, on=["state", "step"])


def replicate(data: Path) -> Iterator[tuple[str, float]]:
    """Yield the cells of the release that are printed in the notes (import only)."""
    held = release(data).filter(pl.col("cow").is_in(list(NAMES)))
    for row in held.iter_rows(named=True):
        state = NAMES[row["cow"]]
        if row["step"] in SHOWN[state]:
            yield f"{state} {row['step']}", row["published"]
    first = held.filter((pl.col("cow") == 2) & (pl.col("step") == 1947)).row(0, named=True)
    yield "USA 1947 lower", first["published_lower"]
    yield "USA 1947 upper", first["published_upper"]


def correlations(rows: pl.DataFrame) -> dict[str, float]:
    """Correlate with the release: overall, by decade, the lowest year, and inside years.

    Inside years: each year given the mean and the standard deviation of the release.
    """
    pair = pl.corr("mean", "published")
    decade = (pl.col("step") // 10 * 10).alias("decade")
    by_decade = rows.group_by(decade).agg(pair).sort("decade")
    mine, theirs = pl.col("mean"), pl.col("published")
    standard = (mine - mine.mean().over("step")) / mine.std().over("step")
    moved = standard * theirs.std().over("step") + theirs.mean().over("step")
    return {
        "overall": rows.select(pair).item(),
        **{f"{first}s": found for first, found in by_decade.rows()},
        "lowest year": rows.group_by("step").agg(pair)["mean"].min(),
        "inside years": rows.select(pl.corr(moved, "published")).item(),
    }


def main() -> None:
    """Print the figures of the README."""
    data = Path(sys.argv[1])
    clock, cpu = time.perf_counter(), time.process_time()
    points = run(data)
    print(f"wall {time.perf_counter() - clock:.1f} s, cpu {time.process_time() - cpu:.1f} s")
    print("draws", points.draws)
    for name, values in (("rhat", points.rhat), ("effective", points.effective)):
        print(name, np.nanquantile(values, (0, 0.01, 0.1, 0.5, 0.9, 0.99, 1)).round(3))
    rows = beside(points, data)
    print("state-years", rows.height, "of", release(data).height)
    for name, found in correlations(rows).items():
        print(f"{name:14}{found:.4f}")
    overlap = (pl.col("lower") <= pl.col("published_upper")) & (
        pl.col("upper") >= pl.col("published_lower")
    )
    print("intervals overlap", rows.select(overlap.mean()).item())
    print(
        "median sd",
        rows["sd"].median(),
        "published",
        rows.select((pl.col("published_upper") - pl.col("published_lower")).median() / 3.29).item(),
    )
    for state, years in SHOWN.items():
        chosen = rows.filter((pl.col("state") == state) & pl.col("step").is_in(list(years)))
        print(chosen.select("state", "step", pl.col("mean", "sd", "published").round(3)).rows())


if __name__ == "__main__":
    main()
