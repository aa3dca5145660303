"""Load the panel: embedded tables, the user's files laid over them, cut to region and period."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from realpolitik import regions, timeline
from realpolitik.data import overlay as added
from realpolitik.errors import NothingHeld, PanelError
from realpolitik.panel.record import Panel
from realpolitik.panel.variables import variables
from realpolitik.providers.catalogue import providers
from realpolitik.regions import Region
from realpolitik.timeline import Span

FIRST_YEAR, LAST_YEAR = 1946, 2023
FIRST_MONTH_YEAR = 1991
FOLDER = Path(__file__).parent

ARMS = "arms"
"""Figures of SIPRI: a file of its own, which a user may delete; `arms` is then null throughout."""
PROVENANCE = "PROVENANCE.csv"


def load_panel(
    region: str | Path = "south-asia",
    start: str | int | date | None = None,
    end: str | int | date | None = None,
    as_of: str | int | date | None = None,
    step: str = "year",
    overlay: bool = True,
) -> Panel:
    """Load the panel of a region.

    Parameters
    ----------
    region : str or Path
        A built-in region or the path of a YAML file.
    start, end : str, int or date, optional
        First and last step; the whole panel where not given.
    as_of : str, int or date, optional
        Keep only what was known at the end of this year or month; see `Panel.known_at`.
    step : {"year", "month"}
        Step of the dyads.
    overlay : bool
        Whether files the user has added are laid over the embedded figures.

    Raises
    ------
    PanelError
        If an embedded or added table is missing or damaged, or no figure between two states of the
        region is held.
    PeriodError
        If a date cannot be read, or the period is empty.

    Examples
    --------
    >>> panel = load_panel("south-asia", start=2018, end=2019)
    >>> panel.dyads.filter(source="USA", target="PAK")["atop_defense"].to_list()
    [1, None]
    """
    known_step = timeline.check_step(step)
    chosen = regions.load(region)
    if chosen.name == regions.WORLD:
        _check_world(overlay)
    span = timeline.parse_span(start, end, known_step, _default_span(known_step))
    members = _members_by_year(chosen, span)
    panel = Panel(
        region=str(region),
        members=chosen.states(),
        step=known_step,
        start=span.start,
        end=span.end,
        as_of=None,
        states=_on_rows(members, "state_year", overlay),
        dyads=_on_rows(_dyads(members, span), f"dyad_{known_step}", overlay),
        spans=_spans(overlay),
        lags=_lags(),
        provenance=provenance(),
        vintage=data_hash(overlay),
        ballots=functools.partial(_ballots, overlay),
    )
    _check_held(panel)
    return panel if as_of is None else panel.known_at(as_of)


def load_votes(overlay: bool = True) -> pl.DataFrame:
    """Load every vote of the United Nations General Assembly from 1946 to 2019.

    Returns
    -------
    pl.DataFrame
        `rcid`, `date`, `session`, `year`, `importantvote`, `unres`, `state`, `vote` (1 yes, 2
        abstain, 3 no; an absence has no row).
    """
    return _ballots(overlay).collect()


def load_bridges() -> pl.DataFrame:
    """Load the pairs of roll calls of the General Assembly on resolutions of the same content.

    Returns
    -------
    pl.DataFrame
        `rcid`, `same_as`.
    """
    return _collect(_scan("un_bridges"), "un_bridges")


def system_states(panel: Panel) -> pl.DataFrame:
    """Return the state rows of all members of the state system in the years of a panel.

    A share of the world needs the whole system, also where the panel is of one region. What the
    panel hides by `as_of` is hidden here too.

    Returns
    -------
    pl.DataFrame
        As `Panel.states`.
    """
    years = Span(timeline.year_of(panel.start), timeline.year_of(panel.end), "year")
    overlay = panel.vintage != data_hash(overlay=False)
    rows = _on_rows(_members_by_year(regions.load(regions.WORLD), years), "state_year", overlay)
    if panel.as_of is None:
        return rows
    whole = replace(panel, as_of=None, states=rows, dyads=panel.dyads.clear())
    return whole.known_at(panel.as_of).states


def provenance() -> pl.DataFrame:
    """Return the record of every embedded column: source, terms, coverage and input hashes.

    Raises
    ------
    PanelError
        If the record is missing or damaged.
    """
    path = FOLDER / PROVENANCE
    try:
        return pl.read_csv(path, infer_schema=False).with_columns(
            pl.col("lag", "first", "last", "cells", "states").cast(pl.Int64)
        )
    except (OSError, pl.exceptions.PolarsError) as cause:
        raise _damaged(path, cause) from cause


def data_hash(overlay: bool = True) -> str:
    """Hash of the embedded tables and of the files the user has added."""
    digest = hashlib.sha256(_embedded_hash(_stamps()).encode())
    if overlay:
        digest.update(_added_digest().encode())
    return digest.hexdigest()


def _added_digest() -> str:
    return added.digest()


def _stamps() -> tuple[tuple[str, int, int], ...]:
    paths = sorted([*FOLDER.glob("*.parquet"), FOLDER / PROVENANCE])
    stats = [(path, path.stat()) for path in paths if path.exists()]
    return tuple((path.name, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


@functools.cache
def _embedded_hash(stamps: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _, _ in stamps:
        digest.update(name.encode())
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()


def _default_span(step: timeline.Step) -> Span:
    if step == "year":
        return Span(FIRST_YEAR, LAST_YEAR, "year")
    return Span(date(FIRST_MONTH_YEAR, 1, 1), date(LAST_YEAR, 12, 1), "month")


def _damaged(path: Path, cause: object) -> PanelError:
    return PanelError(
        f"the embedded file {path.name} is missing or damaged ({cause}). Install the package "
        "again, or rebuild the file with `realpolitik data build`."
    )


def _scan(name: str) -> pl.LazyFrame:
    path = FOLDER / f"{name}.parquet"
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as cause:
        raise _damaged(path, cause) from cause
    return frame


def _base(name: str) -> pl.LazyFrame:
    return _with_arms(_scan(name)) if name == "dyad_year" else _scan(name)


def _with_arms(frame: pl.LazyFrame) -> pl.LazyFrame:
    if not (FOLDER / f"{ARMS}.parquet").exists():
        return frame.with_columns(pl.lit(None, dtype=pl.Float64).alias("arms"))
    return frame.join(
        _scan(ARMS), on=["source", "target", "year"], how="left", maintain_order="left"
    )


def _on_rows(rows: pl.DataFrame, name: str, overlay: bool) -> pl.DataFrame:
    """Return the values of a table on the given rows, with the user's files laid over them."""
    keys = rows.columns
    narrow = [pl.col(key).is_in(rows[key].unique().implode()) for key in keys]
    held = _collect(_base(name).filter(*narrow), name)
    if not held.select(keys).equals(rows):
        held = rows.join(held, on=keys, how="left", maintain_order="left")
    if overlay and added.files():
        held = _collect(added.apply(name, held.lazy(), extend=False), name)
    return held


def _collect(frame: pl.LazyFrame, name: str) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as cause:
        raise _damaged(FOLDER / f"{name}.parquet", cause) from cause


def _ballots(overlay: bool) -> pl.LazyFrame:
    votes, calls = _scan("un_votes"), _scan("un_roll_calls")
    if overlay:
        votes, calls = added.apply("un_votes", votes), added.apply("un_roll_calls", calls)
    return calls.join(votes, on="rcid", how="inner", maintain_order="left_right")


def _members_by_year(region: Region, span: Span) -> pl.DataFrame:
    rows = [(state, year) for year in span.years() for state in region.states(year)]
    schema = {"state": pl.String, "year": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("state", "year")


def _dyads(members: pl.DataFrame, span: Span) -> pl.DataFrame:
    sides = members.rename({"state": "source"}), members.rename({"state": "target"})
    years = sides[0].join(sides[1], on="year").filter(pl.col("source") != pl.col("target"))
    if span.step == "year":
        return years.select("source", "target", "year").sort("source", "target", "year")
    months = pl.DataFrame({"month": span.steps()}, schema={"month": pl.Date})
    dated = months.with_columns(pl.col("month").dt.year().alias("year"))
    rows = years.join(dated, on="year").select("source", "target", "month")
    return rows.sort("source", "target", "month")


def _spans(overlay: bool) -> dict[str, tuple[int, int]]:
    """First and last year of each variable's source, widened by the user's files."""
    spans = {
        name: (providers()[v.provider].first_year, providers()[v.provider].last_year)
        for name, v in variables().items()
    }
    for record in added.files() if overlay else ():
        for columns in record.columns.values():
            for name in columns:
                first, last = spans.get(name, (record.first, record.last))
                spans[name] = (min(first, record.first), max(last, record.last))
    return spans


def _lags() -> dict[str, int]:
    return {name: providers()[v.provider].lag for name, v in variables().items()}


def _check_world(overlay: bool) -> None:
    if overlay and added.has_world(_scan("dyad_year")):
        return
    msg = (
        "region 'world' needs dyads of all states, and the embedded panel holds those of the "
        "built-in regions. Add official files with `realpolitik data add FILE`, or choose one of "
        f"{', '.join(name for name in regions.names() if name != regions.WORLD)}."
    )
    raise PanelError(msg)


def _check_held(panel: Panel) -> None:
    """Refuse a region for which no figure between two of its states is held."""
    values = [name for name in panel.dyads.columns if name in variables()]
    if panel.dyads.height and panel.dyads.select(pl.col(values).count()).sum_horizontal().sum():
        return
    span = f"{timeline.show(panel.start)} to {timeline.show(panel.end)}"
    held = ", ".join(name for name in regions.names() if name != regions.WORLD)
    msg = (
        f"no figure between states of region {panel.region!r} is held for {span}. The embedded "
        f"panel covers the dyads of {held}; add official files for others with "
        "`realpolitik data add FILE`, or choose another period."
    )
    raise NothingHeld(msg)
