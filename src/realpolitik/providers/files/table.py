"""Read the columns a format needs from a delimited text file, strictly.

The csv module reads row by row, so that a fault is named by line and column, quoted text may hold
commas and line ends, and a file of hundreds of columns costs only the few that are kept.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import polars as pl

from realpolitik.errors import InputFileError
from realpolitik.providers.files.opening import Opened

#: How many faulty rows a message lists.
SHOWN = 3
#: Longest line that is read at once; the header of the full V-Dem file has 0.1 million characters.
MAX_LINE = 2**22
csv.field_size_limit(MAX_LINE)

#: Largest number taken; whole numbers are exact in double precision up to here.
_LARGEST = float(2**53)


@dataclass(frozen=True, slots=True)
class Column:
    """One column a format keeps.

    Attributes
    ----------
    source : str
        Its name in the publisher's file; case is ignored.
    name : str
        Its name in the raw frame.
    kind : str
        ``int``, ``float``, ``text`` or ``codes`` (text that is a comma list of numbers).
    low, high : float or None
        Valid range, ends included.
    missing : frozenset of str
        Texts that mean missing, beside the empty one.
    required : bool
        Whether the cell may not be missing.
    optional : bool
        Whether the file may lack the whole column; it is then null.
    """

    source: str
    name: str
    kind: str
    low: float | None = None
    high: float | None = None
    missing: frozenset[str] = frozenset({"NA", "."})
    required: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What one format's table looks like.

    Attributes
    ----------
    columns : tuple of Column
    key : tuple of str
        Names (of the raw frame) that together may occur once; empty for no key.
    delimiter : str
    encodings : tuple of str
        Tried in turn.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    delimiter: str = ","
    encodings: tuple[str, ...] = ("utf-8-sig",)


def read_head(item: Opened, encodings: tuple[str, ...] = ("utf-8-sig", "latin-1")) -> list[str]:
    """First 40 lines of a text file, without their line ends."""
    for encoding in encodings:
        try:
            with item.path.open(encoding=encoding, newline=None) as file:
                lines = islice(iter(partial(file.readline, MAX_LINE), ""), 40)
                return [line.rstrip("\n") for line in lines]
        except UnicodeDecodeError:
            continue
    return []


def header_of(line: str, delimiter: str = ",") -> list[str]:
    """Names in a header line, in lower case and without quotes or blanks around them."""
    try:
        row = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [name.strip().strip("\ufeff").casefold() for name in row]


def read_table(item: Opened, layout: Layout, skip: int = 0) -> pl.DataFrame:
    """Read a table and check every cell that is kept.

    Parameters
    ----------
    item : Opened
    layout : Layout
    skip : int
        Lines before the header.

    Raises
    ------
    InputFileError
        Naming line, column, what was expected and what was found.
    """
    with item.path.open(encoding=encoding_of(item, layout.encodings), newline="") as text:
        for _ in range(skip):
            text.readline()
        lines = iter(partial(text.readline, MAX_LINE), "")
        reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
        try:
            header = [name.strip().casefold() for name in next(reader, [])]
            places = _places(item, layout, header)
            frame = _rows(item, layout, reader, places, len(header), skip)
        except csv.Error as cause:
            line = skip + reader.line_num
            msg = (
                f"{item.label}, line {line}: {cause}. A quotation mark is unbalanced or the file "
                f"is cut short: download it again."
            )
            raise InputFileError(msg) from cause
    if frame.is_empty():
        msg = f"{item.label}: has a header and no rows. Download it again."
        raise InputFileError(msg)
    _check_key(item, layout, frame)
    return frame.drop("line_")


def encoding_of(item: Opened, encodings: tuple[str, ...]) -> str:
    """Return the first of `encodings` in which the whole file can be read.

    Raises
    ------
    InputFileError
        Naming the first line that is not UTF-8.
    """
    failure: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            with item.path.open(encoding=encoding) as file:
                while file.read(2**20):
                    pass
        except UnicodeDecodeError as cause:
            failure = cause
            continue
        return encoding
    line = _bad_line(item)
    msg = (
        f"{item.label}, line {line}: expected UTF-8 text, got a byte that is not "
        f"({failure.reason if failure else 'unreadable'}). The file is probably Latin-1 or "
        f"Windows-1252: save it again as UTF-8."
    )
    raise InputFileError(msg) from failure


def _bad_line(item: Opened) -> int:
    with item.path.open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, MAX_LINE), b""), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _places(item: Opened, layout: Layout, header: list[str]) -> list[int | None]:
    absent = [
        c.source for c in layout.columns if not c.optional and c.source.casefold() not in header
    ]
    if absent:
        msg = (
            f"{item.label}: the header lacks {', '.join(absent)}; it has "
            f"{', '.join(header[:12])}{' ...' if len(header) > 12 else ''}."
        )
        raise InputFileError(msg)
    twice = [c.source for c in layout.columns if header.count(c.source.casefold()) > 1]
    if twice:
        raise InputFileError(f"{item.label}: the header names {', '.join(twice)} twice.")
    wanted = [column.source.casefold() for column in layout.columns]
    return [header.index(name) if name in header else None for name in wanted]


def _rows(
    item: Opened, layout: Layout, reader: Any, places: list[int | None], width: int, skip: int
) -> pl.DataFrame:
    kept: list[list[str]] = [[] for _ in layout.columns]
    lines: list[int] = []
    plan = [(k.append, place) for k, place in zip(kept, places, strict=True) if place is not None]
    for row in reader:
        if len(row) != width:
            if not any(cell.strip() for cell in row):
                continue
            line = skip + reader.line_num
            raise InputFileError(_width_message(item, layout, line, width, row))
        for keep, place in plan:
            keep(row[place])
        lines.append(skip + reader.line_num)
    texts = [
        pl.Series(column.name, cells or [""] * len(lines), dtype=pl.String).str.strip_chars()
        for column, cells in zip(layout.columns, kept, strict=True)
    ]
    typed = [_typed(text, column) for text, column in zip(texts, layout.columns, strict=True)]
    faults = [
        (lines[bad.arg_true()[0]], text.filter(bad)[0], column)
        for (_, bad), text, column in zip(typed, texts, layout.columns, strict=True)
        if bad.any()
    ]
    if faults:
        line, got, column = min(faults, key=lambda fault: fault[0])
        where = f"{item.label}, line {line}, column {column.source}"
        raise InputFileError(f"{where}: expected {_expected(column)}, got {got[:60]!r}.")
    return pl.DataFrame([*(v for v, _ in typed), pl.Series("line_", lines, dtype=pl.Int64)])


def _typed(text: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """Values of a column, null where missing, and which cells are at fault."""
    missing = (text == "") | text.is_in(sorted(column.missing))
    unfit = missing if column.required else pl.repeat(False, len(text), eager=True)
    if column.kind == "text":
        return text.set(text == "", None), unfit & (text == "")
    if column.kind == "codes":
        listed = text.str.contains(r"^-?[0-9]+( *, *-?[0-9]+)*,?$")
        values = text.str.extract_all(r"-?[0-9]+").list.join(", ")
        return values.set(missing, None), unfit | (~missing & ~listed)
    number = text.cast(pl.Float64, strict=False).set(missing, None)
    low = -_LARGEST if column.low is None else column.low
    high = _LARGEST if column.high is None else column.high
    bad = ~missing & ~number.is_between(low, high).fill_null(False)
    if column.kind == "float":
        return number.alias(column.name), unfit | bad
    whole = (number == number.floor()).fill_null(False)
    return number.set(bad, None).cast(pl.Int64, strict=False), unfit | bad | (~missing & ~whole)


def _width_message(item: Opened, layout: Layout, line: int, width: int, row: list[str]) -> str:
    text = f"{item.label}, line {line}: expected {width} columns, got {len(row)}."
    if len(row) < width:
        return f"{text} The row is cut short: download the file again."
    return f"{text} A text with {layout.delimiter!r} in it is not quoted, or the delimiter changes."


def _expected(column: Column) -> str:
    if column.kind == "text":
        return "a text"
    if column.kind == "codes":
        return "state numbers separated by commas"
    what = "a whole number" if column.kind == "int" else "a number"
    if column.low is None:
        return what
    return f"{what} of at least {column.low:g}" + (
        f" and at most {column.high:g}" if column.high else ""
    )


def _check_key(item: Opened, layout: Layout, frame: pl.DataFrame) -> None:
    if not layout.key:
        return
    repeated = (
        frame.drop_nulls(list(layout.key))
        .group_by(layout.key)
        .agg(pl.len().alias("n_"), pl.col("line_").sort().alias("lines_"))
        .filter(pl.col("n_") > 1)
        .sort(layout.key)
    )
    if repeated.is_empty():
        return
    shown = [
        f"{', '.join(str(row[name]) for name in layout.key)} (lines "
        f"{', '.join(str(line) for line in row['lines_'][:4])})"
        for row in repeated.head(SHOWN).iter_rows(named=True)
    ]
    more = f" and {repeated.height - SHOWN} more" if repeated.height > SHOWN else ""
    msg = (
        f"{item.label}: {', '.join(layout.key)} should occur once, but these repeat: "
        f"{'; '.join(shown)}{more}. The file was probably joined with itself."
    )
    raise InputFileError(msg)
