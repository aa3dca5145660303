"""Where the numbers come from and how far they reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from realpolitik.measures.relation.indicators import SERIES, Series
from realpolitik.panel import Panel, variable
from realpolitik.providers.catalogue import providers
from realpolitik.report.record import Flow, Indicator, Request, VariableSource

LABELS = {
    "verbal_events": "verbal events (ICEWS)",
    "material_events": "material events (ICEWS)",
    "gdelt_verbal": "verbal events (GDELT)",
    "gdelt_material": "material events (GDELT)",
    "polecat_verbal": "verbal events (POLECAT)",
    "polecat_material": "material events (POLECAT)",
    "conflict_volume": "volume of conflict events",
    "gdelt_score": "GDELT pair score",
    "un_votes": "votes in the General Assembly",
    "trade": "trade",
    "shared_igos": "shared organisations",
    "us_aid": "aid of the United States",
    "troops": "troops of the United States",
    "militarised": "militarised disputes",
    "rivalry": "strategic rivalry",
    "atop_defense": "defence pledges",
    "sanctions": "sanctions in force",
    "sanction_threats": "sanction threats",
    "arms": "deliveries of arms",
    "exercises": "military exercises",
    "leader_visits": "visits of Chinese leaders",
    "china_finance": "official finance of China",
}


def indicators(panel: Panel, request: Request) -> tuple[Indicator, ...]:
    """Return the series of the relation with the years in which each was read for the dyad."""
    pair = [request.source.code, request.target.code]
    rows = panel.dyads.filter(
        pl.col("source").is_in(pair)
        & pl.col("target").is_in(pair)
        & pl.col("year").is_between(request.start, request.end)
    )
    return tuple(_indicator(series, rows) for series in SERIES)


def _indicator(series: Series, rows: pl.DataFrame) -> Indicator:
    held = [name for name in series.columns if name in rows.columns]
    complete = len(held) == len(series.columns)
    read = rows.drop_nulls(held)["year"] if complete else pl.Series("year", [], dtype=pl.Int64)
    years = sorted(set(read.to_list()))
    return Indicator(
        name=series.name,
        label=LABELS.get(series.name, series.name.replace("_", " ")),
        provider=variable(series.columns[0]).provider,
        variables=tuple(series.columns),
        first_year=years[0] if years else None,
        last_year=years[-1] if years else None,
    )


def ended_before(found: Iterable[Indicator], end: int) -> tuple[int, int]:
    """Count the indicators ever read, and those of them that had ended before `end`."""
    last = [indicator.last_year for indicator in found if indicator.last_year is not None]
    return len(last), sum(year < end for year in last)


def sources(
    panel: Panel, found: Sequence[Indicator], flows: Sequence[Flow]
) -> tuple[VariableSource, ...]:
    """Return the source of every variable used, in the order of the panel's variables."""
    uses: dict[str, list[str]] = {}
    for indicator in found:
        if indicator.last_year is not None:
            for name in indicator.variables:
                uses.setdefault(name, []).append("relation")
    for flow in flows:
        uses.setdefault(flow.variable, []).append("exchange")
    uses.setdefault("cinc", []).append("capabilities")
    return tuple(
        _source(panel, name, ", ".join(dict.fromkeys(used))) for name, used in uses.items()
    )


def _source(panel: Panel, name: str, used_for: str) -> VariableSource:
    about = variable(name)
    rows = panel.provenance.filter(column=name)
    row = rows.row(0, named=True) if rows.height else None
    listed = providers()[about.provider]
    first, last = panel.spans.get(name, (None, None))
    return VariableSource(
        variable=name,
        label=about.description,
        unit=about.unit,
        used_for=used_for,
        provider=str(row["title"]) if row else listed.title,
        version=str(row["version"]) if row else listed.version,
        citation=str(row["citation"]) if row else listed.citation,
        terms=str(row["terms"]) if row else listed.terms,
        first_year=first,
        last_year=last,
    )


def limits(
    request: Request, found: Sequence[Indicator], *, has_events: bool, later: bool
) -> tuple[str, ...]:
    """Return what a reader must know before using a number.

    Parameters
    ----------
    has_events : bool
        Whether the report shows dated events.
    later : bool
        Whether the relation has parameters that rest on readings after `as_of`.
    """
    read, ended = ended_before(found, request.end)
    lines = [
        "The relation is an estimate of a hidden quantity, not a count. Its unit is a standard "
        "deviation of the scale on which all dyads of the region were fitted together, so numbers "
        "of two regions or two versions of the data cannot be compared.",
        "A smoothed year uses what was observed before and after it. It describes; it does not "
        "forecast, and it does not say why a posture moved.",
        f"Of {len(found)} indicators {read} were ever read for this dyad and {ended} of these had "
        f"ended before {request.end}. Where few are left, the band shows it.",
        "A value past the end of its source is missing, never zero and never carried on.",
        "The composite index of national capability counts people, energy, steel, soldiers and "
        "military spending. It says nothing of technology, reach or will.",
        "Borders on the map are those of the source, by control. Marked disputes are a choice of "
        "those large enough to see.",
    ]
    if request.as_of is not None:
        lines.append(
            f"Only what was known by {request.as_of} is used. When a value became known is a rule "
            "for each kind of source, not the date of each release."
        )
    if later:
        lines.append(
            "What was known by then is too little to fit the measurement of the relation: its "
            "parameters are those of all years. The readings are only those known."
        )
    if has_events:
        lines.append(
            "The dated events are those of a case file, chosen and signed by its authors. They "
            "illustrate; the relation is not computed from them."
        )
    return tuple(lines)
