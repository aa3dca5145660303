"""Event files, streamed: directed counts by month in four classes, in bounded memory.

The class of an event code is that of `realpolitik.providers.event_codes`.

A file is read in blocks of lines. Each line is split at tabs only: quotation marks are ordinary
characters in all of these files. A malformed line is counted and set aside with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from realpolitik.errors import InputFileError
from realpolitik.providers.event_codes import QUADS
from realpolitik.providers.files.contents import Contents, Rejects, no_rejects
from realpolitik.providers.files.opening import Opened

_ICEWS = {
    "dyad_year": {
        **{quad: quad for quad in QUADS},
        "verbal_conflict_full": "verbal_conflict",
        "material_conflict_full": "material_conflict",
    },
    "dyad_month": {f"{quad}_month": quad for quad in QUADS},
}


def _own_columns(prefix: str) -> dict[str, dict[str, str]]:
    return {
        "dyad_year": {f"{prefix}_{quad}": quad for quad in QUADS},
        "dyad_month": {f"{prefix}_{quad}_month": quad for quad in QUADS},
    }


#: By provider and table of the panel: its columns and their classes. Counts of different coders
#: are never one series.
EVENT_COLUMNS = {
    "icews_events": _ICEWS,
    "gdelt_events": _own_columns("gdelt"),
    "polecat": _own_columns("polecat"),
}
BLOCK = 8 * 2**20
#: Longest line that is still taken for a row; the longest published rows have a few thousand.
MAX_LINE = 2**20
#: Rejected rows kept as text; beyond them only the counts go on.
KEPT_REJECTS = 10_000
#: A file with a larger share of malformed rows than this is not the format it seems to be.
MAX_BAD_SHARE = 0.05
_FIRST_DAY, _LAST_DAY = pl.date(1900, 1, 1), pl.date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class EventLayout:
    """Where an event file keeps what is counted.

    Attributes
    ----------
    provider : str
    widths : frozenset of int
        Allowed numbers of columns.
    header : bool
        Whether the first line names the columns.
    fields : mapping of str to int
        Places of ``date``, ``source``, ``target`` and whatever `clean` needs.
    clean : callable
        From the text columns of `fields` to ``event_day`` and ``file_day`` (dates), ``quad``
        (0 to 3), ``source`` and ``target`` (text or lists of text, null where the file names no
        state); null in the first three means malformed.
    """

    provider: str
    widths: frozenset[int]
    header: bool
    fields: Mapping[str, int]
    clean: Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(slots=True)
class _Tally:
    """What has been counted so far."""

    counts: list[pl.DataFrame] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    rows: int = 0


def read_events(item: Opened, layout: EventLayout) -> Contents:
    """Count the events of a file.

    Returns
    -------
    Contents
        ``frame`` has ``source``, ``target`` (as the file names them), ``month`` (first day) and
        the four classes of `QUADS`; ``days`` are the days the file covers.

    Raises
    ------
    InputFileError
        If no row is well formed, or more than 5 per cent are malformed.
    """
    tally = _Tally()
    for first, lines in _blocks(item):
        skip = 1 if layout.header and first == 1 else 0
        _count(lines[skip:], first + skip, layout, tally)
    bad = sum(tally.reasons.values())
    if bad == tally.rows or (bad > 10 and bad > MAX_BAD_SHARE * tally.rows):
        raise InputFileError(_too_bad(item, layout, tally, bad))
    return Contents(
        layout.provider,
        _summed(tally.counts),
        tally.rows,
        rejects=Rejects(pl.concat(tally.rejects), tally.reasons) if bad else no_rejects(),
        left_out=tally.left_out,
        days=tuple(sorted(tally.days)),
    )


def _too_bad(item: Opened, layout: EventLayout, tally: _Tally, bad: int) -> str:
    if tally.rows == 0:
        return f"{item.label}: has no rows. Download it again."
    reasons = "; ".join(f"{reason}: {n:,}" for reason, n in tally.reasons.items())
    first = tally.rejects[0].row(0, named=True)
    return (
        f"{item.label}: {bad:,} of {tally.rows:,} rows are malformed ({reasons}); first at line "
        f"{first['line']}: expected {_widths(layout)} tab-separated columns, got "
        f"{first['text'][:60]!r}. The file is damaged or not the format it seems to be."
    )


def _widths(layout: EventLayout) -> str:
    return " or ".join(str(width) for width in sorted(layout.widths))


def _blocks(item: Opened) -> Iterator[tuple[int, list[str]]]:
    """Yield blocks of lines with the number of the first."""
    number, rest = 1, b""
    with item.path.open("rb") as file:
        while block := file.read(BLOCK):
            head, found, tail = (rest + block).rpartition(b"\n")
            if not found:
                rest = tail
                if len(rest) > max(MAX_LINE, BLOCK):
                    msg = f"{item.label}, line {number}: is longer than {MAX_LINE:,} bytes."
                    raise InputFileError(msg)
                continue
            rest = tail
            lines = head.decode("utf-8", "replace").split("\n")
            yield number, lines
            number += len(lines)
    if rest.strip():
        yield number, [rest.decode("utf-8", "replace")]


def _count(lines: list[str], first: int, layout: EventLayout, tally: _Tally) -> None:
    table = pl.DataFrame(
        {"line": range(first, first + len(lines)), "text": lines},
        schema={"line": pl.Int64, "text": pl.String},
    ).with_columns(pl.col("text").str.strip_chars_end("\r"))
    table = table.filter(pl.col("text") != "")
    width = pl.col("text").str.count_matches("\t", literal=True) + 1
    table = table.with_columns(width.cast(pl.Int64).alias("width"))
    fits = table.filter(pl.col("width").is_in(sorted(layout.widths)))
    cut = table.filter(~pl.col("width").is_in(sorted(layout.widths)))
    _reject(cut, pl.format(f"expected {_widths(layout)} columns, got {{}}", "width"), tally)
    parts = fits.with_columns(pl.col("text").str.split("\t").alias("parts"))
    places = [
        pl.col("parts").list.get(place).str.strip_chars().alias(name)
        for name, place in layout.fields.items()
    ]
    events = layout.clean(parts.select("line", "text", *places))
    tally.rows += table.height
    _tally(events, tally)


def _tally(events: pl.DataFrame, tally: _Tally) -> None:
    in_range = pl.col("event_day").is_between(_FIRST_DAY, _LAST_DAY)
    bad_day = pl.any_horizontal(pl.col("event_day", "file_day").is_null()) | ~in_range
    bad_quad = ~bad_day & pl.col("quad").is_null()
    _reject(events.filter(bad_day), pl.lit("the date cannot be read"), tally)
    _reject(events.filter(bad_quad), pl.lit("the event code is unknown"), tally)
    good = events.filter(~bad_day & pl.col("quad").is_not_null())
    for side in ("source", "target"):
        good = good.explode(side) if good.schema[side] == pl.List else good
    tally.days |= set(good["file_day"].unique().to_list())
    nobody = pl.any_horizontal(pl.col("source", "target").is_null())
    _leave_out("no state named as source or target", good.filter(nobody).height, tally)
    between = good.filter(~nobody)
    same = between.filter(pl.col("source") == pl.col("target")).height
    _leave_out("source and target are the same state", same, tally)
    between = between.filter(pl.col("source") != pl.col("target"))
    tally.counts.append(
        between.group_by(
            "source", "target", pl.col("event_day").dt.truncate("1mo").alias("month")
        ).agg((pl.col("quad") == i).sum().cast(pl.Int64).alias(q) for i, q in enumerate(QUADS))
    )
    if len(tally.counts) > 16:
        tally.counts = [_summed(tally.counts)]


def _leave_out(reason: str, rows: int, tally: _Tally) -> None:
    if rows:
        tally.left_out[reason] = tally.left_out.get(reason, 0) + rows


def _reject(rows: pl.DataFrame, reason: pl.Expr, tally: _Tally) -> None:
    if rows.is_empty():
        return
    listed = rows.select(
        "line", reason.alias("reason"), pl.col("text").str.slice(0, 200).alias("text")
    )
    for text, n in listed.group_by("reason", maintain_order=True).len().iter_rows():
        tally.reasons[text] = tally.reasons.get(text, 0) + n
    room = KEPT_REJECTS - sum(part.height for part in tally.rejects)
    if room > 0:
        tally.rejects.append(listed.head(room))


def _summed(counts: list[pl.DataFrame]) -> pl.DataFrame:
    schema = {"source": pl.String, "target": pl.String, "month": pl.Date}
    empty = pl.DataFrame(schema=schema | dict.fromkeys(QUADS, pl.Int64))
    return (
        pl.concat([empty, *counts])
        .group_by("source", "target", "month")
        .agg(pl.col(QUADS).sum())
        .sort("source", "target", "month")
    )
