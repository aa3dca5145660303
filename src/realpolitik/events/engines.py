"""Opening event files on an engine: DuckDB inside this process, or a Spark cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from realpolitik.errors import missing_extra
from realpolitik.events.layouts import Layout
from realpolitik.events.queries import require_ibis, rows_of_lines

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY = "1GB"
"""What DuckDB may hold before it writes to disk."""
NO_DELIMITER = "\x01\x02\x03"
"""Stands in no event file, so each line is one column."""


@contextmanager
def embedded() -> Iterator[Any]:
    """Yield an Ibis connection to a DuckDB inside this process, in bounded memory.

    Raises
    ------
    MissingExtra
        If `ibis` or `duckdb` is not installed.
    """
    ibis = require_ibis()
    try:
        import duckdb  # noqa: F401
    except ImportError as cause:
        raise missing_extra("counting events with DuckDB", "events") from cause
    with TemporaryDirectory(prefix="realpolitik-") as scratch:
        connection = ibis.duckdb.connect(
            memory_limit=MEMORY, temp_directory=scratch, preserve_insertion_order=False
        )
        connection.raw_sql("SET enable_progress_bar = false")
        try:
            yield connection
        finally:
            connection.disconnect()


def duckdb_columns(connection: Any, paths: Sequence[Path], layout: Layout) -> ir.Table:
    """Open files as a table of text columns; lines of another width go to DuckDB's rejects."""
    return connection.read_csv(
        [str(path) for path in paths],
        columns={f"c{place}": "VARCHAR" for place in range(layout.width)},
        header=bool(layout.header), delim="\t", quote="", escape="", auto_detect=False,
        ignore_errors=True, store_rejects=True, rejects_limit=0,
    )  # fmt: skip


def duckdb_lines(connection: Any, paths: Sequence[Path]) -> ir.Table:
    """Open files line by line: slower, but also where kinds of line ends are mixed."""
    return connection.read_csv(
        [str(path) for path in paths],
        columns={"text": "VARCHAR"},
        header=False, delim=NO_DELIMITER, quote="", escape="", auto_detect=False,
        ignore_errors=True, store_rejects=True, rejects_limit=0, strict_mode=False,
    )  # fmt: skip


def spark_rows(session: Any, paths: Sequence[str], layout: Layout) -> ir.Table:
    """Open files on a Spark session as rows for `realpolitik.events.queries.marked`.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        On any master: ``local[*]``, a standalone cluster, or a managed one.
    paths : sequence of str
        Places that every worker can read.
    layout : Layout

    Raises
    ------
    MissingExtra
        If Ibis's Spark part is not installed.
    """
    ibis = require_ibis()
    try:
        import pyspark  # noqa: F401
    except ImportError as cause:
        raise missing_extra("counting events on Spark", "spark") from cause
    connection = ibis.pyspark.connect(session)
    lines = session.read.text(list(paths)).withColumnRenamed("value", "text")
    name = ibis.util.gen_name("event_lines")
    lines.createOrReplaceTempView(name)
    return rows_of_lines(connection.table(name), layout)


GDELT_COLUMNS = {
    "date": "SQLDATE",
    "source": "Actor1CountryCode",
    "target": "Actor2CountryCode",
    "root": "EventRootCode",
    "code": "EventCode",
    "source_role_1": "Actor1Type1Code",
    "source_role_2": "Actor1Type2Code",
    "source_role_3": "Actor1Type3Code",
    "target_role_1": "Actor2Type1Code",
    "target_role_2": "Actor2Type2Code",
    "target_role_3": "Actor2Type3Code",
}
"""Our fields and the published names of GDELT's columns."""


def gdelt_rows(table: ir.Table) -> ir.Table:
    """Rows for `realpolitik.events.queries.marked` from a table with GDELT's published columns.

    BigQuery holds such a table as ``gdelt-bq.gdeltv2.events``.
    """
    ibis = require_ibis()
    fields = {
        name: table[column].cast("string").strip().nullif("")
        for name, column in GDELT_COLUMNS.items()
    }
    return table.select(
        **fields, text=table.GLOBALEVENTID.cast("string"), fits=ibis.literal(value=True)
    )
