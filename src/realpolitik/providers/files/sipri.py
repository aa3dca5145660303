"""SIPRI Arms Transfers Database: TIV tables and the trade register, as exported by its site."""

from __future__ import annotations

import csv
import re

import polars as pl

from realpolitik.errors import InputFileError
from realpolitik.providers.files.contents import Contents, Rejects, no_rejects
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import (
    Column,
    Layout,
    encoding_of,
    header_of,
    read_head,
    read_table,
)

_ENCODINGS = ("utf-8-sig", "latin-1")
_TITLE = re.compile(
    r"TIV of arms (?:imports|exports)\s+(to|from)\s+(?:the\s+)?(.+?),\s*(\d{4})\s*-\s*(\d{4})", re.I
)
_TOTALS = {"total", "totals"}


def is_tiv_table(head: list[str]) -> bool:
    """Whether the heading is that of a TIV table of one state by partner and year."""
    return any(_TITLE.search(line) for line in head) and _year_header(head) is not None


def _year_header(head: list[str]) -> int | None:
    for number, line in enumerate(head):
        names = header_of(line)
        years = [name for name in names if re.fullmatch(r"(19|20)\d\d", name)]
        if years and len(years) >= len(names) - 2:
            return number
    return None


def read_tiv_table(item: Opened) -> Contents:
    """Deliveries by partner and year, million TIV; an empty cell is no recorded delivery.

    References: SIPRI Arms Transfers Database.
    """
    head = read_head(item, _ENCODINGS)
    title = next((found for line in head if (found := _TITLE.search(line))), None)
    start = _year_header(head)
    if title is None or start is None:
        raise InputFileError(f"{item.label}: expected a TIV table with its heading lines.")
    cells, rows = _tiv_cells(item, start)
    partner, other = (
        ("recipient", "supplier") if title[1].lower() == "from" else ("supplier", "recipient")
    )
    frame = pl.DataFrame(
        cells, schema={partner: pl.String, "year": pl.Int64, "value": pl.Float64}, orient="row"
    ).with_columns(pl.lit(title[2].strip().strip('"')).alias(other))
    about = {"side": other, "state": title[2].strip(), "first": title[3], "last": title[4]}
    return Contents(
        "sipri", frame.select("supplier", "recipient", "year", "value"), rows, about=about
    )


def _tiv_cells(item: Opened, start: int) -> tuple[list[tuple[str, int, float]], int]:
    cells: list[tuple[str, int, float]] = []
    seen: set[str] = set()
    with item.path.open(encoding=encoding_of(item, _ENCODINGS), newline="") as file:
        for _ in range(start):
            file.readline()
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader)]
        try:
            for row in reader:
                if not row or not row[0].strip() or row[0].strip().casefold() in _TOTALS:
                    continue
                line = start + reader.line_num
                _check_row(item, line, row, header, seen)
                cells += _tiv_row(item, line, row, header)
        except csv.Error as cause:
            msg = f"{item.label}, line {start + reader.line_num}: {cause}. Download it again."
            raise InputFileError(msg) from cause
    if not seen:
        raise InputFileError(f"{item.label}: the TIV table has no rows.")
    return cells, len(seen)


def _check_row(item: Opened, line: int, row: list[str], header: list[str], seen: set[str]) -> None:
    name = row[0].strip()
    if len(row) != len(header):
        msg = f"{item.label}, line {line}: expected {len(header)} columns, got {len(row)}. "
        raise InputFileError(msg + "The row is cut short or not quoted: download it again.")
    if name in seen:
        raise InputFileError(f"{item.label}, line {line}: {name} occurs twice.")
    seen.add(name)


def _tiv_row(
    item: Opened, line: int, row: list[str], header: list[str]
) -> list[tuple[str, int, float]]:
    found = []
    for year, text in zip(header[1:], row[1:], strict=True):
        if not re.fullmatch(r"\d{4}", year):
            continue
        value = text.strip()
        if value and not re.fullmatch(r"\d+(\.\d+)?", value):
            where = f"{item.label}, line {line}, column {year}"
            msg = f"{where}: expected a TIV of at least 0, got {value[:40]!r}."
            raise InputFileError(msg)
        found.append((row[0].strip(), int(year), float(value) if value else 0.0))
    return found


REGISTER = Layout(
    columns=(
        Column("Recipient", "recipient", "text", required=True),
        Column("Supplier", "supplier", "text", required=True),
        Column("Year(s) of delivery", "years", "text"),
        Column("SIPRI TIV of delivered weapons", "value", "float", 0),
    ),
    encodings=_ENCODINGS,
)


def register_header(head: list[str]) -> int | None:
    """Line of the trade register's header, counted from 0, or None."""
    wanted = {column.source.casefold() for column in REGISTER.columns}
    return next((i for i, line in enumerate(head) if wanted <= set(header_of(line))), None)


def read_register(item: Opened) -> Contents:
    """Orders with deliveries, summed to supplier, recipient and year.

    The register states the TIV delivered under an order and the years, not how it divides between
    them: orders delivered over several years are spread evenly. The TIV tables need no such step.
    """
    start = register_header(read_head(item, _ENCODINGS))
    if start is None:
        raise InputFileError(f"{item.label}: expected the trade register's header.")
    orders = read_table(item, REGISTER, skip=start)
    dated = orders.with_columns(
        pl.col("years").str.extract_all(r"(?:19|20)\d\d").cast(pl.List(pl.Int64)).alias("year")
    )
    usable = dated.filter(pl.col("value") > 0, pl.col("year").list.len() > 0)
    undated = dated.filter(pl.col("value") > 0, pl.col("year").list.len().fill_null(0) == 0)
    frame = (
        usable.with_columns(pl.col("value") / pl.col("year").list.len())
        .explode("year")
        .group_by("supplier", "recipient", "year")
        .agg(pl.col("value").sum())
        .sort("supplier", "recipient", "year")
    )
    spread = usable.filter(pl.col("year").list.n_unique() > 1).height
    note = (
        f"{spread} of {usable.height} orders were delivered over several years and spread evenly."
    )
    return Contents(
        "sipri",
        frame,
        orders.height,
        rejects=_undated(undated),
        left_out={"order with nothing delivered": orders.height - usable.height - undated.height},
        notes=(note,) if spread else (),
    )


def _undated(rows: pl.DataFrame) -> Rejects:
    if rows.is_empty():
        return no_rejects()
    reason = "a delivery without a year"
    text = pl.concat_str("supplier", "recipient", "value", separator=" | ").alias("text")
    listed = rows.select(pl.lit(None, pl.Int64).alias("line"), pl.lit(reason).alias("reason"), text)
    return Rejects(listed, {reason: rows.height})
