"""One scan of event files with DuckDB: the tally, and the malformed rows with their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from realpolitik.events.engines import duckdb_columns, duckdb_lines
from realpolitik.events.layouts import Layout
from realpolitik.events.queries import (
    BAD_WIDTH,
    Step,
    marked,
    rows_of_columns,
    rows_of_lines,
    tally,
)
from realpolitik.providers.files.contents import Rejects
from realpolitik.providers.files.opening import Opened

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEPT_REJECTS = 10_000
"""Rejected rows kept as text; beyond them only the counts go on."""
SHOWN = 200
"""Characters kept of a rejected row."""
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "MISSING COLUMNS": BAD_WIDTH,
        "TOO MANY COLUMNS": BAD_WIDTH,
        "INVALID ENCODING": "the text is not UTF-8",
        "LINE SIZE OVER MAXIMUM": "the line is too long",
    }
)
"""What DuckDB calls a broken line."""
REJECT_SCHEMA = {"file": pl.String, "line": pl.Int64, "reason": pl.String, "text": pl.String}


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the files found.

    Attributes
    ----------
    tallied : pl.DataFrame
        Columns of `realpolitik.events.queries.tally`.
    rejects : Rejects
        All malformed rows by reason; the first 10,000 with file, line and text.
    """

    tallied: pl.DataFrame
    rejects: Rejects


def scan(
    connection: Any, items: Sequence[Opened], layout: Layout, step: Step, sectors: Sequence[str]
) -> Scan:
    """Count files of one layout.

    DuckDB's reader of columns refuses a file in which kinds of line ends are mixed; such files
    are read by lines.
    """
    import duckdb

    paths = [item.path for item in items]
    columns = rows_of_columns(duckdb_columns(connection, paths, layout), layout)
    lines = rows_of_lines(duckdb_lines(connection, paths), layout)
    by_column, by_line = (marked(rows, layout, step, sectors) for rows in (columns, lines))
    try:
        return _scan(connection, by_column, by_line, items)
    except duckdb.InvalidInputException:
        connection.raw_sql("DROP TABLE IF EXISTS reject_errors")
        connection.raw_sql("DROP TABLE IF EXISTS reject_scans")
        return _scan(connection, by_line, by_line, items)


def _scan(connection: Any, rows: ir.Table, by_line: ir.Table, items: Sequence[Opened]) -> Scan:
    """Tally the marked rows; the text of malformed ones is found by line, which is cheaper."""
    tallied: pl.DataFrame = connection.to_polars(tally(rows))
    tallied = tallied.with_columns(pl.col("step").cast(pl.Date))
    broken, counts = _broken_lines(connection, items)
    faulty = tallied.filter(pl.col("fault").is_not_null())
    for reason, n in faulty.group_by("fault").agg(pl.col("n").sum()).sort("fault").iter_rows():
        counts[reason] = counts.get(reason, 0) + n
    listed = [broken]
    if faulty.height:
        bad = by_line.filter(by_line.fault.isin(faulty["fault"].unique().to_list()))
        few = connection.to_polars(bad.select("fault", "text").limit(KEPT_REJECTS))
        listed.append(_placed(few, items))
    kept = pl.concat(listed).sort("file", "line", nulls_last=True).head(KEPT_REJECTS)
    shown = kept.with_columns(pl.col("text").str.slice(0, SHOWN))
    return Scan(tallied, Rejects(shown, counts))


def _broken_lines(connection: Any, items: Sequence[Opened]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Lines that DuckDB could not split, from the first pass over the files."""
    source = """(
        SELECT s.file_path, e.line, any_value(e.error_type) AS error, any_value(e.csv_line) AS text
        FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)
        WHERE scan_id = (SELECT min(scan_id) FROM reject_scans)
        GROUP BY s.file_path, e.line)"""
    counts: dict[str, int] = {}
    for error, n in connection.raw_sql(
        f"SELECT error, count(*) FROM {source} GROUP BY error ORDER BY error"
    ).fetchall():
        reason = FAULTS.get(error, error.lower())
        counts[reason] = counts.get(reason, 0) + n
    order = f"SELECT * FROM {source} ORDER BY file_path, line LIMIT {KEPT_REJECTS}"
    labels = {str(item.path): item.label for item in items}
    rows = [
        (
            labels.get(path, Path(path).name),
            line,
            FAULTS.get(error, error.lower()),
            text.strip("\r\n"),
        )
        for path, line, error, text in connection.raw_sql(order).fetchall()
    ]
    return pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row"), counts


def _placed(faulty: pl.DataFrame, items: Sequence[Opened]) -> pl.DataFrame:
    """Find file and line of each faulty row by its text; equal rows take their places in turn."""
    waiting: dict[bytes, list[str]] = {}
    for fault, text in faulty.iter_rows():
        waiting.setdefault(text.encode(), []).append(fault)
    # whole lines are looked up, because cutting the end off each takes longer than reading it
    wanted = {text + end: text for text in waiting for end in (b"", b"\n", b"\r\n")}
    rows = []
    for item in items:
        with item.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line in wanted and waiting[wanted[line]]:
                    text = wanted[line]
                    rows.append((item.label, number, waiting[text].pop(), text.decode()))
                    if len(rows) == faulty.height:
                        return pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row")
    return pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row")
