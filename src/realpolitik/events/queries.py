"""The counting, written once as Ibis expressions that run on DuckDB, Spark and BigQuery alike.

`ibis` is an optional part, so this module imports it inside its functions.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from realpolitik.errors import missing_extra
from realpolitik.events.layouts import Layout
from realpolitik.providers.event_codes import QUADS, meanings, sectors

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

Step = Literal["month", "year"]
BAD_WIDTH = "the number of columns is wrong"
BAD_DAY = "the date cannot be read"
BAD_CODE = "the event code is unknown"
STATE_ITSELF = "state"
"""Sector of an actor to whom no role is given: the country itself."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""Other days are misprints: no news archive is older."""
TENTHS = 10
"""Goldstein weights have one decimal: sums of tenths are exact and alike on every engine."""
HALF = 0.5


def require_ibis() -> Any:
    """Return the `ibis` module.

    Raises
    ------
    MissingExtra
        If it is not installed.
    """
    try:
        import ibis
    except ImportError as cause:
        raise missing_extra("counting events at scale", "events") from cause
    return ibis


def rows_of_columns(table: ir.Table, layout: Layout) -> ir.Table:
    """Text fields of a table with one column ``c0``, ``c1`` ... for each column of the file."""
    ibis = require_ibis()
    picked = {name: table[f"c{place}"] for name, place in layout.fields.items()}
    return table.select(**picked, text=ibis.null("string"), fits=ibis.literal(value=True))


def rows_of_lines(table: ir.Table, layout: Layout) -> ir.Table:
    """Text fields of a table whose column ``text`` holds one line of the file in each row."""
    ibis = require_ibis()
    cut = table.text.left(table.text.length() - 1)
    lines = table.select(text=ibis.ifelse(table.text.endswith("\r"), cut, table.text))
    lines = lines.filter(lines.text != "", lines.text != layout.header)
    split = lines.mutate(parts=lines.text.split("\t"))
    fits = split.parts.length() == layout.width
    picked = {
        name: ibis.ifelse(fits, split.parts[place].nullif(""), ibis.null("string"))
        for name, place in layout.fields.items()
    }
    return split.select(**picked, text=split.text, fits=fits)


def marked(rows: ir.Table, layout: Layout, step: Step, chosen: Sequence[str] = ()) -> ir.Table:
    """Give each row its step, class and weight, or what is wrong with it.

    Parameters
    ----------
    rows : ibis Table
        Text fields of `layout`, ``text`` and ``fits``.
    layout : Layout
    step : {"month", "year"}
    chosen : sequence of str
        Sectors that both actors must be of; empty for all.

    Returns
    -------
    ibis Table
        ``source``, ``target`` (as the file names them), ``step`` (first day), ``quad``,
        ``tenths`` (weight in tenths, null without one), ``outside`` (not of the chosen sectors),
        ``fault`` (null for a sound row), ``text``.
    """
    ibis = require_ibis()
    read = _weighted(_classed(_dated(rows, layout, step), layout), layout)
    fault = ibis.cases(
        (~read.fits, BAD_WIDTH),
        (read.step.isnull(), BAD_DAY),
        (read.quad.isnull(), BAD_CODE),
        else_=ibis.null("string"),
    )
    return read.select(
        "source", "target", "step", "quad", "tenths", "text",
        outside=_outside(read, layout, chosen), fault=fault,
    )  # fmt: skip


@functools.cache
def calendar(step: Step, system: str, *, dashed: bool) -> pa.Table:
    """Every day from 1900 to 2100 as a file writes it, with the first day of its step.

    A join with it reads and checks days alike on every engine, and faster than a conversion.
    """
    days = pl.date_range(FIRST_DAY, LAST_DAY, eager=True)
    written = days.dt.strftime("%Y-%m-%d" if dashed else "%Y%m%d")
    step_day = days.dt.truncate("1mo" if step == "month" else "1y")
    return _as_written(pl.DataFrame({"_day": written, "step": step_day}), system)


def _as_written(table: pl.DataFrame, system: str) -> pa.Table:
    """Add the first column in quotation marks, which some releases of ICEWS put around cells."""
    if system != "icews":
        return table.to_arrow()
    name = table.columns[0]
    return pl.concat([table, table.with_columns(pl.format('"{}"', pl.col(name)))]).to_arrow()


def _dated(rows: ir.Table, layout: Layout, step: Step) -> ir.Table:
    days = require_ibis().memtable(calendar(step, layout.system, dashed=layout.dashed))
    day = rows.date.substr(0, 10) if layout.system == "polecat" else rows.date
    return rows.left_join(days, day == days._day).drop("_day")


def _classed(rows: ir.Table, layout: Layout) -> ir.Table:
    """Join the class of each row: that of the first of its codes that is known."""
    ibis = require_ibis()
    places = []
    for number, field in enumerate(layout.classes):
        classes = meanings(layout.system).select(
            pl.col("code").alias("_code"), pl.col("quad").alias(f"_quad_{number}")
        )
        table = ibis.memtable(_as_written(classes, layout.system))
        code = rows[field].upper() if layout.system == "polecat" else rows[field]
        rows = rows.left_join(table, code == table._code).drop("_code")
        places.append(f"_quad_{number}")
    return rows.mutate(quad=ibis.coalesce(*(rows[place] for place in places)))


def _weighted(rows: ir.Table, layout: Layout) -> ir.Table:
    """Join the Goldstein weight of each row in tenths."""
    ibis = require_ibis()
    if not layout.weight:
        return rows.mutate(tenths=ibis.null("int64"))
    weights = meanings(layout.system).select(
        pl.col("code").alias("_weighed"),
        (pl.col("goldstein") * TENTHS).round().cast(pl.Int64).alias("tenths"),
    )
    table = ibis.memtable(_as_written(weights, layout.system))
    return rows.left_join(table, rows[layout.weight] == table._weighed).drop("_weighed")


def _outside(rows: ir.Table, layout: Layout, chosen: Sequence[str]) -> ir.BooleanValue:
    ibis = require_ibis()
    if not chosen:
        return ibis.literal(value=False)
    inside = [_of_sector(rows, roles, layout.system, chosen) for roles in layout.roles]
    return ~(inside[0] & inside[1])


def _of_sector(
    rows: ir.Table, roles: Sequence[str], system: str, chosen: Sequence[str]
) -> ir.BooleanValue:
    """Whether any role of an actor is of a chosen sector.

    ICEWS lists all labels in one cell, so each is looked for between commas.
    """
    ibis = require_ibis()
    wanted = [label for label, sector in sectors(system).items() if sector in chosen]
    comma = ibis.literal(",")
    cells = [comma + rows[role].fill_null("") + comma for role in roles]
    found = [cell.contains(f",{label},") for cell in cells for label in wanted]
    if STATE_ITSELF in chosen:
        found.append(ibis.and_(*(rows[role].isnull() for role in roles)))
    return ibis.or_(*found)


def tally(rows: ir.Table) -> ir.Table:
    """Count the marked rows by dyad, step and fault.

    Returns
    -------
    ibis Table
        ``source``, ``target``, ``step``, ``fault``, ``outside``; ``n`` rows, the four classes,
        ``tenths`` (sum of weights in tenths) and ``weighted`` (rows with a weight).
    """
    ibis = require_ibis()
    sound = rows.fault.isnull()
    keys = {
        "source": ibis.ifelse(sound, rows.source, ibis.null("string")),
        "target": ibis.ifelse(sound, rows.target, ibis.null("string")),
        "step": ibis.ifelse(sound, rows.step, ibis.null("date")),
    }
    counts = {name: (rows.quad == place).sum() for place, name in enumerate(QUADS)}
    return rows.group_by(**keys, fault=rows.fault, outside=rows.outside).agg(
        n=rows.count(), **counts, tenths=rows.tenths.sum(), weighted=rows.tenths.count()
    )


def readings(pairs: ir.Table) -> ir.Table:
    """Sum the counts by dyad of states and step, with the log odds of cooperation.

    y = log((n+ + 1/2) / (n- + 1/2)), v = 1/(n+ + 1/2) + 1/(n- + 1/2), apart for verbal and
    material events; null where a step has no event of that kind, which says nothing.

    Parameters
    ----------
    pairs : ibis Table
        ``source``, ``target`` (states), ``step``, the four classes, ``tenths``, ``weighted``.
    """
    ibis = require_ibis()
    sums = {name: pairs[name].sum().cast("int64") for name in (*QUADS, "tenths", "weighted")}
    dyads = pairs.group_by("source", "target", "step").agg(**sums)
    odds = {}
    for kind in ("verbal", "material"):
        plus = dyads[f"{kind}_cooperation"] + HALF
        minus = dyads[f"{kind}_conflict"] + HALF
        seen = dyads[f"{kind}_cooperation"] + dyads[f"{kind}_conflict"] > 0
        missing = ibis.null("float64")
        odds[f"{kind}_log_odds"] = ibis.ifelse(seen, (plus / minus).ln(), missing)
        odds[f"{kind}_log_odds_var"] = ibis.ifelse(seen, 1 / plus + 1 / minus, missing)
    goldstein = ibis.ifelse(dyads.weighted > 0, dyads.tenths / TENTHS, ibis.null("float64"))
    return dyads.select(
        "source", "target", "step", *QUADS,
        goldstein=goldstein, goldstein_events=dyads.weighted, **odds,
    )  # fmt: skip
