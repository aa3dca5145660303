"""Share of event actors that are given a state, and how often the state is wrong.

usage: python benchmarks/event_actors.py FOLDER_OF_REFERENCE_FILES

Each actor of the three coded ICEWS benchmarks is looked up by its name and month alone. Truth is
the entity map where its own method is trusted (a country in the name, or the Phoenix actor
dictionary); its majority votes, wrong in 20-30 per cent of leaders, are not. A name with a country
in it is read by the same rule on both sides, so agreement there is no evidence; leaders are found
by different lists, so there it is. Intervals are bootstrapped over entities, which are the units.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from realpolitik.events import state_of_entity
from realpolitik.rng import stream
from realpolitik.states import match_name

DATASETS = ("icews05_15", "icews14", "icews18")
TRUSTED = ("name_or_paren", "phoenix")
DRAWS = 2000


def mentions(folder: Path, dataset: str) -> pl.DataFrame:
    """Mentions by entity and month, with our state and the map's."""
    events = pl.read_parquet(folder / "icews" / f"{dataset}_coded.parquet")
    sides = [
        events.select("date", pl.col(f"{side}_entity").alias("entity"))
        for side in ("source", "target")
    ]
    middle = pl.col("date").dt.date().dt.truncate("1mo").dt.offset_by("14d").alias("day")
    table = pl.concat(sides).select("entity", middle).group_by("entity", "day").len("n")
    keys = table.select("entity", "day").iter_rows()
    found = [state_of_entity(entity, day) for entity, day in keys]
    ours = pl.DataFrame(
        [pair or (None, None) for pair in found],
        schema={"state": pl.String, "way": pl.String}, orient="row",
    )  # fmt: skip
    known = pl.read_parquet(folder / "icews" / "icews_entity_country_map.parquet").filter(
        pl.col("dataset") == dataset
    )
    truth = [match_name(country) if country else None for country in known["country"]]
    known = known.select("entity", "method", pl.Series("truth", truth, dtype=pl.String))
    return pl.concat([table, ours], how="horizontal").join(known, on="entity", how="left")


def interval(right: np.ndarray, total: np.ndarray, name: str) -> tuple[float, float, float]:
    """Weighted share and its 95 per cent bootstrap interval over entities."""
    picked = stream(1, "event actors", name).integers(0, len(total), (DRAWS, len(total)))
    shares = right[picked].sum(axis=1) / total[picked].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return right.sum() / total.sum(), float(low), float(high)


def error(table: pl.DataFrame, way: str) -> tuple[float, float, float, int, int]:
    """Share of mentions with a wrong state, its interval, wrong entities and entities."""
    judged = table.filter(
        pl.col("way") == way, pl.col("method").is_in(TRUSTED), pl.col("truth").is_not_null()
    )
    wrong = (pl.col("n") * (pl.col("state") != pl.col("truth"))).sum().alias("wrong")
    by = judged.group_by("entity").agg(wrong, pl.col("n").sum()).sort("entity")
    share = interval(by["wrong"].to_numpy(), by["n"].to_numpy(), way)
    return (*share, int((by["wrong"] > 0).sum()), by.height)


def main() -> None:
    """Print coverage by way and the error of each way."""
    if len(sys.argv) != 2:
        print("needs the folder of the reference files; nothing measured")
        return
    tables = {name: mentions(Path(sys.argv[1]), name) for name in DATASETS}
    print("share of mentions with a state")
    for name, table in tables.items():
        total = table["n"].sum()
        ways = dict(table.group_by("way").agg(pl.col("n").sum()).iter_rows())
        shares = " ".join(f"{w} {ways[w] / total:6.3f}" for w in ("country", "paren", "leader"))
        print(f"  {name:11s} all {1 - ways[None] / total:6.3f} {shares}")
    every = pl.concat(tables.values())
    print("share of mentions with a wrong state, where the map is trusted")
    for way in ("country", "paren", "leader"):
        share, low, high, wrong, entities = error(every, way)
        print(f"  {way:8s} {share:.4f} [{low:.4f}, {high:.4f}]; {wrong} of {entities} entities")
    phoenix = every.filter(pl.col("method") == "phoenix")
    seen = phoenix.filter(pl.col("state").is_not_null())["n"].sum() / phoenix["n"].sum()
    print(f"share of mentions of persons of the Phoenix dictionary that get a state {seen:.3f}")


if __name__ == "__main__":
    main()
