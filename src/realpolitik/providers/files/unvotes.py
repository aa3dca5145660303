"""UN General Assembly roll calls as Voeten publishes them: csv and RData."""

from __future__ import annotations

import bz2
import gzip
import lzma
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

import polars as pl

from realpolitik.errors import InputFileError, missing_extra
from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.opening import BLOCK, Opened
from realpolitik.providers.files.table import Column, Layout, read_table

VOTES = {1: "yes", 2: "abstain", 3: "no"}
_NOT_VOTES = {8: "absent", 9: "not a member"}
#: The published RData of 2021 unpacks to under 1 GB; it must fit in memory.
MAX_RDATA = 4 * 2**30

UN_VOTES = Layout(
    columns=(
        Column("rcid", "rcid", "int", 1),
        Column("ccode", "ccode", "int", 1, 999),
        Column("vote", "vote", "int", 1, 9),
        Column("session", "session", "int", 1, 9999),
        Column("year", "year", "int", 1945, 2100, optional=True),
        Column("date", "date", "text", optional=True),
    ),
    key=("rcid", "ccode"),
    encodings=("utf-8-sig", "latin-1"),
)
_DATE_STYLES = ("%Y-%m-%d", "%m/%d/%Y")


def read_unvotes_csv(item: Opened) -> Contents:
    """Votes by roll call and state: 1 yes, 2 abstain, 3 no.

    8 (absent) and 9 (not a member) are not votes and are left out, counted.

    References: Voeten (2013).
    """
    rows = read_table(item, UN_VOTES)
    dates = [pl.col("date").str.to_date(style, strict=False) for style in _DATE_STYLES]
    return _contents(rows.with_columns(pl.coalesce(dates).alias("date")), item)


def read_unvotes_rdata(item: Opened) -> Contents:
    """Read the table ``completeVotes`` of the publisher's RData file.

    Raises
    ------
    MissingExtra
        If the optional reader of R files is not installed.
    InputFileError
        If the file is broken or holds no such table.
    """
    frame = _checked(_rdata_columns(item), item)
    return _contents(frame, item)


def _contents(frame: pl.DataFrame, item: Opened) -> Contents:
    odd = frame.filter(~pl.col("vote").is_in([*VOTES, *_NOT_VOTES]) & pl.col("vote").is_not_null())
    if odd.height:
        first = odd.row(0, named=True)
        msg = (
            f"{item.label}, column vote: expected 1, 2, 3, 8 or 9, got {first['vote']} "
            f"(roll call {first['rcid']}, state {first['ccode']}) and {odd.height - 1} more."
        )
        raise InputFileError(msg)
    nameless = pl.any_horizontal(pl.col("rcid", "ccode", "session").is_null())
    left_out = {
        "roll call, state or session missing": frame.filter(nameless).height,
        "vote missing": frame["vote"].null_count(),
        **{text: frame.filter(pl.col("vote") == code).height for code, text in _NOT_VOTES.items()},
    }
    kept = frame.filter(~nameless, pl.col("vote").is_in(list(VOTES))).with_columns(
        pl.col("vote").replace_strict(VOTES, return_dtype=pl.String),
        pl.coalesce(pl.col("date").dt.year(), "year", pl.col("session") + 1945).alias("year"),
    )
    counts = {reason: n for reason, n in left_out.items() if n}
    return Contents("un_votes", kept, frame.height, left_out=counts)


def is_rdata(path: Path) -> bool:
    """Whether the first bytes, unpacked, are those of an R workspace."""
    try:
        with _unpacker(path)(path) as file:
            return file.read(5) in {b"RDX2\n", b"RDX3\n"}
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        return False


def _unpacker(path: Path) -> Callable[[Path], IO[bytes]]:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"\x1f\x8b"):
        return cast("Callable[[Path], IO[bytes]]", gzip.open)
    if head.startswith(b"BZh"):
        return cast("Callable[[Path], IO[bytes]]", bz2.open)
    if head.startswith(b"\xfd7zXZ"):
        return cast("Callable[[Path], IO[bytes]]", lzma.open)
    return lambda name: name.open("rb")


def _check_rdata(item: Opened) -> None:
    size = 0
    try:
        with _unpacker(item.path)(item.path) as file:
            while block := file.read(BLOCK):
                size += len(block)
                if size > MAX_RDATA:
                    msg = f"{item.label}: unpacks to more than {MAX_RDATA:,} bytes. Take the csv."
                    raise InputFileError(msg)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as cause:
        msg = f"{item.label}: the RData file is broken or cut short ({cause}). Download it again."
        raise InputFileError(msg) from cause


def _rdata_columns(item: Opened) -> dict[str, Any]:
    _check_rdata(item)
    try:
        import rdata
    except ImportError as cause:
        raise missing_extra("reading .RData", "rdata") from cause
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            objects = rdata.read_rda(str(item.path))
    except Exception as cause:
        # The R reader raises many kinds of error on a damaged file.
        msg = f"{item.label}: the RData file cannot be read ({cause}). Take the publisher's csv."
        raise InputFileError(msg) from cause
    for table in objects.values():
        names = {str(name).casefold(): name for name in getattr(table, "columns", ())}
        if {"rcid", "ccode", "vote", "session"} <= set(names):
            wanted = [c.name for c in UN_VOTES.columns if c.name in names]
            return {name: table[names[name]].to_numpy() for name in wanted}
    msg = (
        f"{item.label}: no table with rcid, ccode, vote and session; it holds "
        f"{', '.join(map(str, objects)) or 'nothing'}."
    )
    raise InputFileError(msg)


def _checked(columns: dict[str, Any], item: Opened) -> pl.DataFrame:
    try:
        frame = pl.DataFrame(
            {
                column.name: _date(columns.get(column.name))
                if column.name == "date"
                else _whole(columns.get(column.name))
                for column in UN_VOTES.columns
                if column.name in columns
            }
        )
    except (pl.exceptions.PolarsError, TypeError, ValueError) as cause:
        msg = f"{item.label}: expected numbers in rcid, ccode, vote, session and year ({cause})."
        raise InputFileError(msg) from cause
    for name, kind in (("year", pl.Int64), ("date", pl.Date)):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, kind).alias(name))
    for column in UN_VOTES.columns:
        if column.low is None or column.high is None:
            continue
        wrong = frame.filter(~pl.col(column.name).is_between(column.low, column.high))
        if wrong.height:
            msg = (
                f"{item.label}, column {column.name}: expected a whole number of at least "
                f"{column.low:g} and at most {column.high:g}, got {wrong[column.name][0]} "
                f"({wrong.height} rows)."
            )
            raise InputFileError(msg)
    if frame.drop_nulls(["rcid", "ccode"]).select("rcid", "ccode").is_duplicated().any():
        raise InputFileError(f"{item.label}: a state votes twice on the same roll call.")
    return frame


def _whole(values: Any) -> pl.Series:
    return pl.Series(values).cast(pl.Float64).fill_nan(None).cast(pl.Int64)


def _date(values: Any) -> pl.Series:
    """Dates of an R column: texts, days since 1970, or times."""
    column = pl.Series(values)
    if column.dtype == pl.String:
        return column.str.to_date(_DATE_STYLES[0], strict=False)
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_nan(None).cast(pl.Int32).cast(pl.Date)
    return column.cast(pl.Date)
