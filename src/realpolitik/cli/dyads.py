"""What the verbs about one dyad share; imported inside their commands only."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from realpolitik import regions, states, timeline
from realpolitik.cli.output import note
from realpolitik.errors import PeriodError, RequestError
from realpolitik.timeline import Span

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.measures.relation.record import Relation


@dataclass(frozen=True, slots=True)
class Dyad:
    """Two states of a region and the years, or months, asked for."""

    source: str
    target: str
    region: str
    years: Span


def dyad(
    source: str,
    target: str,
    region: str,
    start: str | None = None,
    end: str | None = None,
    step: str = "year",
) -> Dyad:
    """Check a request about one dyad before anything is measured.

    Raises
    ------
    UnknownName
        If a state, a region or the step is not known.
    RequestError
        If both names mean the same state, or one is not in the region.
    NotInSystem
        If a state was not in the system in any of the years.
    PeriodError
        If the period is wrong.
    """
    known_step = timeline.check_step(step)
    bounds = (
        timeline.parse_step(states.FIRST_YEAR, known_step),
        timeline.parse_step(states.LAST_YEAR, known_step, end=True),
    )
    years = timeline.parse_span(start, end, known_step, Span(*bounds, known_step))
    first, last = timeline.year_of(years.start), timeline.year_of(years.end)
    one, other = (states.find_within(name, first, last) for name in (source, target))
    if one.code == other.code:
        msg = f"{source!r} and {target!r} are the same state ({one.code}): name two states"
        raise RequestError(msg)
    chosen = regions.load(region)
    for state in (one, other):
        if state.code not in chosen.states():
            msg = (
                f"{state.name} ({state.code}) is not in the region {chosen.name}: choose another "
                "with --region, or name the state in a region file of your own"
            )
            raise RequestError(msg)
    return Dyad(one.code, other.code, region, years)


def measured(region: str, as_of: str | None, *, use_cache: bool) -> Relation:
    """Measure the relation of a region on all years of its panel.

    The answer is kept under the hash of data, code, members and date, so that the same question is
    answered again without loading the panel.
    """
    from realpolitik import cache
    from realpolitik.data import data_hash
    from realpolitik.measures.relation.record import Relation

    def compute() -> bytes:
        from realpolitik.data import load_panel
        from realpolitik.measures.relation import relation

        return relation(load_panel(region, as_of=as_of), use_cache=use_cache).to_bytes()

    request = {"members": asdict(regions.load(region)), "as_of": as_of}
    name = cache.key("relation-of-region", data_hash(), request) + ".npz"
    return Relation.from_bytes(cache.remember(name, compute, use=use_cache))


def measured_by_month(region: str, as_of: str | None, *, use_cache: bool) -> Relation:
    """Measure the relation of a region by month, on all its years and months.

    Where no month is held, or none had ended by the date, everything is read in December.
    """
    from realpolitik.data import load_panel
    from realpolitik.errors import NothingHeld
    from realpolitik.measures.relation import relation

    panel, months = load_panel(region, as_of=as_of), None
    with contextlib.suppress(PeriodError, NothingHeld):
        months = load_panel(region, as_of=as_of, step="month")
    return relation(panel, step="month", months=months, use_cache=use_cache)


def note_later(measured: Relation) -> None:
    """Say it where parameters of the relation rest on readings that were not known yet."""
    if measured.parameters.later:
        note(
            "what was known by then is too little to fit the measurement: its parameters are those "
            "of all years, the readings only those known"
        )


def shown(frame: pl.DataFrame, column: str, years: Span) -> pl.DataFrame:
    """Keep the rows of a period.

    Raises
    ------
    PeriodError
        If the period holds no row.
    """
    rows = frame.filter(frame[column].is_between(years.start, years.end))
    if rows.is_empty():
        held = frame[column].to_list()
        msg = (
            f"nothing between {timeline.show(years.start)} and {timeline.show(years.end)}: the "
            f"dyad is measured from {timeline.show(held[0])} to {timeline.show(held[-1])}"
        )
        raise PeriodError(msg)
    return rows
