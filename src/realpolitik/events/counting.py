"""Raw event files or tables to counts by directed dyad and step, with every row accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from realpolitik.errors import InputFileError, RequestError, unknown
from realpolitik.events import queries
from realpolitik.events.engines import embedded
from realpolitik.events.layouts import Layout, layout_of
from realpolitik.events.pairs import Paired, pair
from realpolitik.events.queries import STATE_ITSELF, Step
from realpolitik.events.scanning import Scan, scan
from realpolitik.providers.event_codes import sectors as sectors_of
from realpolitik.providers.files.contents import Rejects
from realpolitik.providers.files.opening import Opened, opened

if TYPE_CHECKING:
    import ibis.expr.types as ir

STEPS = ("month", "year")
MAX_BAD_SHARE = 0.05
"""A file with a larger share of malformed rows is damaged or not what it seems to be."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by directed dyad and step, and what became of every row.

    ``rows == counted + rejects.total + sum(left_out.values())``.

    Attributes
    ----------
    frame : pl.DataFrame
        ``source``, ``target``, ``month`` (first day) or ``year``; the four classes; ``goldstein``
        (sum of weights), ``goldstein_events`` (events with a weight); ``verbal_log_odds``,
        ``material_log_odds`` and their ``_var``. Sorted by key. A dyad and step without an event
        has no row: whether that means zero depends on what the files cover.
    rows : int
        Rows of the files.
    counted : int
        Rows that count for at least one directed dyad of states.
    rejects : Rejects
        Malformed rows.
    left_out : dict of str to int
        Sound rows without a pair of states, by reason.
    unknown : dict of str to int
        Names or codes that are no state of the system, with their rows.
    """

    frame: pl.DataFrame
    rows: int
    counted: int
    rejects: Rejects
    left_out: dict[str, int]
    unknown: dict[str, int]


def read(
    source: str | Path | Sequence[str | Path], step: Step = "month", sectors: Sequence[str] = ()
) -> Counted:
    """Count the events of one file, or of several of one format, in bounded memory.

    Parameters
    ----------
    source : path or sequence of paths
        ICEWS, GDELT 1.0 or 2.0 or POLECAT files, plain or packed.
    step : {"month", "year"}
    sectors : sequence of str
        Count only events whose two actors are of these sectors, e.g. ``("state", "government",
        "military")``, where ``state`` is the country itself without a role. Empty for all.

    Raises
    ------
    InputFileError
        If a file cannot be read, is no event file, or more than 5 per cent is malformed.
    UnknownName
        If there is no such step or sector.
    MissingExtra
        If `ibis` is not installed.
    """
    paths = [source] if isinstance(source, str | Path) else list(source)
    _check_step(step)
    with ExitStack() as stack:
        items = [x for path in paths for x in stack.enter_context(opened(Path(path)))]
        connection = stack.enter_context(embedded())
        layout = _one_layout(items)
        _check_sectors(sectors, layout)
        found = scan(connection, items, layout, step, sectors)
        _check_share(items, found)
        return _counted(connection, found, layout, step)


def counts(
    source: str | Path | Sequence[str | Path] | ir.Table,
    step: Step = "month",
    layout: Layout | None = None,
) -> pl.DataFrame:
    """Return the counts by directed dyad and step.

    Parameters
    ----------
    source : path, sequence of paths, or ibis Table
        Files, or rows of text fields already opened on any engine, see
        `realpolitik.events.spark_rows` and `realpolitik.events.gdelt_rows`.
    step : {"month", "year"}
    layout : Layout, optional
        What the rows of a table are; a file is recognised.

    Returns
    -------
    pl.DataFrame
        See `Counted`.
    """
    if isinstance(source, str | Path | Sequence):
        return read(source, step).frame
    if layout is None:
        msg = "a table does not tell its format. Pass layout=, e.g. events.gdelt(61)."
        raise RequestError(msg)
    return read_table(source, layout, step).frame


def read_table(
    rows: ir.Table, layout: Layout, step: Step = "month", sectors: Sequence[str] = ()
) -> Counted:
    """Count the rows of a table on the engine that holds it.

    Parameters
    ----------
    rows : ibis Table
        Text fields of `layout`, ``text`` and ``fits``.
    layout : Layout
    step : {"month", "year"}
    sectors : sequence of str

    Raises
    ------
    UnknownName
        If there is no such step or sector.
    """
    _check_step(step)
    _check_sectors(sectors, layout)
    connection = rows.get_backend()
    tallied = connection.to_polars(queries.tally(queries.marked(rows, layout, step, sectors)))
    bad = tallied.filter(pl.col("fault").is_not_null()).group_by("fault").agg(pl.col("n").sum())
    reasons: dict[str, int] = dict(bad.sort("fault").iter_rows())
    found = Scan(tallied, Rejects(pl.DataFrame(schema={"reason": pl.String}), reasons))
    return _counted(connection, found, layout, step)


def _counted(connection: Any, found: Scan, layout: Layout, step: Step) -> Counted:
    paired = pair(found.tallied.filter(pl.col("fault").is_null()), layout)
    left_out = sum(paired.left_out.values())
    sound = int(found.tallied.filter(pl.col("fault").is_null())["n"].sum())
    assert sound == paired.counted + left_out, "a sound row was lost"
    return Counted(
        _dyads(connection, paired, step),
        sound + found.rejects.total,
        paired.counted,
        found.rejects,
        paired.left_out,
        paired.unknown,
    )


def _dyads(connection: Any, paired: Paired, step: Step) -> pl.DataFrame:
    ibis = queries.require_ibis()
    table = ibis.memtable(paired.frame.to_arrow())
    frame: pl.DataFrame = connection.to_polars(queries.readings(table))
    day = pl.col("step").cast(pl.Date)
    key = day if step == "month" else day.dt.year()
    return (
        frame.with_columns(key.alias("step")).rename({"step": step}).sort("source", "target", step)
    )


def _one_layout(items: Sequence[Opened]) -> Layout:
    layouts = [layout_of(item) for item in items]
    for item, layout in zip(items, layouts, strict=True):
        if (layout.system, layout.width, layout.header) != (
            layouts[0].system, layouts[0].width, layouts[0].header,
        ):  # fmt: skip
            msg = (
                f"{item.label}: has other columns than {items[0].label}. Count files of different "
                "formats one after the other; their counts are never one series."
            )
            raise InputFileError(msg)
    return layouts[0]


def _check_step(step: str) -> None:
    if step not in STEPS:
        raise unknown("step", str(step), STEPS)


def _check_sectors(chosen: Sequence[str], layout: Layout) -> None:
    known = sorted({STATE_ITSELF, *sectors_of(layout.system).values()})
    for sector in chosen:
        if sector not in known or not layout.roles[0]:
            raise unknown(f"sector of {layout.system} files", sector, known)


def _check_share(items: Sequence[Opened], found: Scan) -> None:
    bad = found.rejects.total
    rows = bad + int(found.tallied.filter(pl.col("fault").is_null())["n"].sum())
    label = items[0].label if len(items) == 1 else f"{items[0].label} and {len(items) - 1} more"
    if rows == 0:
        raise InputFileError(f"{label}: has no rows. Download it again.")
    if bad == rows or (bad > 10 and bad > MAX_BAD_SHARE * rows):
        reasons = "; ".join(f"{reason}: {n:,}" for reason, n in found.rejects.counts.items())
        raise InputFileError(
            f"{label}: {bad:,} of {rows:,} rows are malformed ({reasons}). "
            "The file is damaged or not the format it seems to be."
        )
