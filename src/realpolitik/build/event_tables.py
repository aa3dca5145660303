"""Compile the small tables of event coding: CAMEO codes, their PLOVER classes, leaders in office.

The inputs and their hashes are in ``providers/event_inputs.csv``; a changed input is refused,
because published versions of the Goldstein scale differ from each other.

References
----------
Gerner, Schrodt and Yilmaz, CAMEO; Goldstein (1992), Journal of Conflict Resolution 36(2), 369-385.
Open Event Data Alliance (2021), CAMEO2PLOVER, CC BY-SA 4.0.
Goemans, Gleditsch and Chiozza (2009), Archigos. Bell, Besaw and Frank (2021), REIGN.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import polars as pl

from realpolitik.build.states_table import check_inputs
from realpolitik.cache import write_atomic
from realpolitik.states import by_cow, by_gw

INPUTS = "event_inputs.csv"
FIRST_DAY = date(1946, 1, 1)
#: Archigos ends here: who was still in office then may have left the next day.
ARCHIGOS_LAST = date(2015, 12, 31)
#: REIGN has not heard of later months.
REIGN_LAST = date(2021, 3, 31)


def compile_events(folder: Path, target: Path) -> None:
    """Write ``cameo.csv``, ``plover.csv`` and ``leaders.csv`` into `target`.

    Parameters
    ----------
    folder : Path
        Folder of the reference files, holding ``cameo/cameo_codes_goldstein.parquet`` and so on.
    target : Path
        Folder of ``event_inputs.csv``, the file of the expected hashes.

    Raises
    ------
    InputFileError
        If a reference file is absent or not the one recorded.
    """
    with (target / INPUTS).open(encoding="utf-8", newline="") as file:
        check_inputs(folder, list(csv.DictReader(file)))
    _write(target / "cameo.csv", _cameo(folder))
    _write(target / "plover.csv", _plover(folder))
    _write(target / "leaders.csv", _leaders(folder))


def _cameo(folder: Path) -> pl.DataFrame:
    codes = pl.read_parquet(folder / "cameo" / "cameo_codes_goldstein.parquet")
    return codes.select("code", "name", "goldstein").sort("code")


def _plover(folder: Path) -> pl.DataFrame:
    """One row for each CAMEO code: the source gives code 175 twice, alike in all but its text."""
    pairs = pl.read_parquet(folder / "plover" / "cameo2plover_2021.parquet")
    return pairs.select("cameo", "plover_event", "mode", "context").unique().sort("cameo")


def _leaders(folder: Path) -> pl.DataFrame:
    """Leaders by state and days in office, none past the last day of its source."""
    archigos = pl.read_parquet(folder / "leaders" / "archigos.parquet").filter(
        pl.col("enddate") >= FIRST_DAY
    )
    rows = [
        (by_gw(row["gwcode"], row["enddate"].year), row["leader"], row["startdate"], row["enddate"])
        for row in archigos.iter_rows(named=True)
    ]
    reign = pl.read_parquet(folder / "reign" / "leaderlist_2021_3.parquet")
    spells = reign.select(
        "ccode", "leader",
        pl.date("syear", "smonth", 1).alias("first"),
        pl.date("eyear", "emonth", 1).dt.month_end().alias("last"),
    ).filter(pl.col("last") > ARCHIGOS_LAST)  # fmt: skip
    rows += [
        (by_cow(row["ccode"], row["last"].year), row["leader"], row["first"], row["last"])
        for row in spells.iter_rows(named=True)
    ]
    schema = {"state": pl.String, "leader": pl.String, "first": pl.Date, "last": pl.Date}
    table = pl.DataFrame(rows, schema=schema, orient="row").drop_nulls()
    return (
        table.with_columns(
            pl.max_horizontal("first", pl.lit(FIRST_DAY)).alias("first"),
            pl.min_horizontal("last", pl.lit(REIGN_LAST)).alias("last"),
            pl.col("leader")
            .str.replace_all(r"\(.*", "")
            .str.replace_all(r"\s+", " ")
            .str.strip_chars(),
        )
        .unique()
        .sort("state", "first", "leader", "last")
    )


def _write(path: Path, table: pl.DataFrame) -> None:
    text = io.StringIO()
    table.write_csv(text, null_value="")
    write_atomic(path, text.getvalue().encode())
