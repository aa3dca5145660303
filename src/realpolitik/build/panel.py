"""Compile the embedded panel: reference files in, parquet files and their provenance out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from realpolitik import states
from realpolitik.build import inputs, provenance, skeleton
from realpolitik.build.sources import (
    ARMS_SOURCE,
    DYAD_SOURCES,
    MONTH_SOURCES,
    STATE_SOURCES,
    UN_BRIDGES,
    UN_FILES,
    Source,
    input_files,
)
from realpolitik.cache import write_atomic
from realpolitik.panel.variables import variables
from realpolitik.providers import un
from realpolitik.providers.catalogue import provider
from realpolitik.providers.codes import code_table

KINDS: dict[str, type[pl.DataType]] = {
    "continuous": pl.Float64,
    "count": pl.Int32,
    "ordinal": pl.Int8,
    "binary": pl.Int8,
    "text": pl.String,
}
LONG_COUNTS = frozenset({"refugees_from", "refugees_in", "refugees", "battle_deaths"})
KEYS = {
    "state_year": ["state", "year"],
    "dyad_year": ["source", "target", "year"],
    "dyad_month": ["source", "target", "month"],
    "arms": ["source", "target", "year"],
}
LISTS = {"cow": "_cow", "letters": "_cow", "gw": "_gw"}
"""Which list of the state system a source follows, by the codes it uses."""
COMPRESSION_LEVEL = 19
ROW_GROUP = 100_000

Reader = Callable[[str], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build wrote.

    Attributes
    ----------
    hashes : dict of str to str
        SHA-256 by file written.
    rows : dict of str to int
        Rows by table.
    size : int
        Bytes of all files.
    columns : int
        Rows of the provenance table.
    inputs : dict of str to str
        SHA-256 by reference file read.
    """

    hashes: dict[str, str]
    rows: dict[str, int]
    size: int
    columns: int
    inputs: dict[str, str]


def build_panel(reference: Path, out: Path) -> BuildReport:
    """Compile the embedded panel from the reference folder into `out`.

    Same inputs, same bytes. Nothing is written unless every input has its recorded hash.

    Parameters
    ----------
    reference : Path
        Folder of the reference files.
    out : Path
        Folder for the parquet files and ``PROVENANCE.csv``.

    Raises
    ------
    InputFileError
        If an input is missing or changed.
    OutputError
        If `out` cannot be written to.
    """
    found = inputs.verify(reference, inputs.expected_hashes(), input_files())

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(reference / f"{name}.parquet")

    tables = compile_tables(read)
    record = provenance.table(tables, found)
    contents = {f"{name}.parquet": _parquet(frame) for name, frame in tables.items()}
    contents["PROVENANCE.csv"] = record.write_csv(line_terminator="\n").encode()
    for name, content in contents.items():
        write_atomic(out / name, content)
    return BuildReport(
        hashes={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        rows={name: frame.height for name, frame in tables.items()},
        size=sum(len(content) for content in contents.values()),
        columns=record.height,
        inputs=found,
    )


def compile_tables(read: Reader) -> dict[str, pl.DataFrame]:
    """Compile every table of the panel from a function that reads a reference file by name."""
    present = skeleton.state_years()
    dyads = skeleton.dyad_years(skeleton.panel_states(), present)
    months = skeleton.dyad_months(dyads.filter(pl.col("year") >= _first(MONTH_SOURCES)))
    members = set(dyads["source"].unique())
    ballots = un.votes(read(UN_FILES[0]), read(UN_FILES[1]), code_table("iso2"))
    return {
        "state_year": _filled(present, STATE_SOURCES, read),
        "dyad_year": _filled(dyads, DYAD_SOURCES, read),
        "dyad_month": _without_empty_years(_filled(months, MONTH_SOURCES, read)),
        "arms": _typed(convert(ARMS_SOURCE, read)).filter(
            pl.col("source").is_in(members) & pl.col("target").is_in(members)
        ),
        "un_votes": ballots,
        "un_roll_calls": un.roll_calls(read(UN_FILES[1])),
        "un_bridges": un.bridges(*(read(name) for name in UN_BRIDGES)),
    }


def _first(sources: tuple[Source, ...]) -> int:
    return min(provider(source.provider).first_year for source in sources)


def _without_empty_years(months: pl.DataFrame) -> pl.DataFrame:
    """Drop the months that no monthly source covers."""
    spans = [provider(source.provider) for source in MONTH_SOURCES]
    year = pl.col("month").dt.year()
    covered = pl.any_horizontal(year.is_between(s.first_year, s.last_year) for s in spans)
    return months.filter(covered)


def _filled(rows: pl.DataFrame, sources: tuple[Source, ...], read: Reader) -> pl.DataFrame:
    table = skeleton.with_lists(rows)
    for source in sources:
        values = convert(source, read)
        keys = [key for key in KEYS[source.table] if key in values.columns]
        absent = _absent(source, values, keys)
        table = skeleton.attach(table, values, source.columns, keys, absent)
    return _typed(table.drop("_cow", "_gw"))


def convert(source: Source, read: Reader) -> pl.DataFrame:
    """Convert one source, cut to the years of its provider."""
    lookups: list[Any] = [
        states.match_name if scheme == "names" else code_table(scheme) for scheme in source.codes
    ]
    values = source.convert(*(read(name) for name in source.files), *lookups)
    if "year" not in values.columns and "month" not in values.columns:
        return values
    return values.filter(_year(values).is_between(*_years(source)))


def _years(source: Source) -> tuple[int, int]:
    span = provider(source.provider)
    return span.first_year, span.last_year


def _year(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("month").dt.year() if "month" in frame.columns else pl.col("year")


def _absent(source: Source, values: pl.DataFrame, keys: list[str]) -> tuple[pl.Expr, int] | None:
    """Where a row that the source lacks has a meaning, and which value it means."""
    rule = source.absent
    if rule is None:
        return None
    first, last = _years(source)
    inside = _year(values).is_between(rule.first or first, last)
    followed = LISTS.get(provider(source.provider).codes)
    if followed is not None:
        inside = inside & pl.col(followed)
    if rule.sources is not None:
        inside = inside & pl.col("source").is_in(rule.sources)
    if rule.listed:
        parties = [key for key in keys if key in ("source", "target")]
        known = sorted({name for key in parties for name in values[key].unique()})
        inside = inside & pl.all_horizontal(pl.col(key).is_in(known) for key in parties)
    return inside, rule.value


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    known = variables()
    return table.with_columns(
        pl.col(name).cast(pl.Int64 if name in LONG_COUNTS else KINDS[known[name].kind])
        for name in table.columns
        if name in known
    )


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(
        buffer,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        row_group_size=ROW_GROUP,
        statistics=True,
    )
    return buffer.getvalue()
