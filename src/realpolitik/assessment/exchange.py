"""What each state gives the other, and the balance between them, read off the panel."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from realpolitik import states
from realpolitik.panel import Panel, variable
from realpolitik.report.record import Balance, Capability, Flow, Request

MAIN_STATES = 8
"""States in the chart of capabilities, the two of the dyad included."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column shown as a flow."""

    topic: str
    variable: str
    label: str


QUANTITIES = (
    Quantity("aid", "us_aid", "Aid obligations"),
    Quantity("aid", "china_finance_recent", "Official finance committed"),
    Quantity("arms", "arms", "Deliveries of major arms"),
    Quantity("troops", "troops", "Active-duty troops stationed"),
    Quantity("trade", "exports", "Exports"),
    Quantity("trade", "us_trade_goods", "Goods trade"),
    Quantity("votes", "un_agreement", "Agreement in roll calls"),
    Quantity("votes", "ideal_distance", "Distance of ideal points"),
    Quantity("sanctions", "sanctions", "Sanction cases in force"),
    Quantity("disputes", "mid_hostility", "Highest hostility in a dispute"),
)


def flows(panel: Panel, request: Request) -> tuple[Flow, ...]:
    """Return every quantity with values for the dyad, and one line for a topic without any."""
    kept: list[Flow] = []
    for topic in dict.fromkeys(quantity.topic for quantity in QUANTITIES):
        found = [
            flow
            for quantity in QUANTITIES
            if quantity.topic == topic
            for flow in _flow(panel, request, quantity)
        ]
        known = [flow for flow in found if flow.last_year is not None]
        kept += known or found[:1]
    return tuple(kept)


def _flow(panel: Panel, request: Request, quantity: Quantity) -> list[Flow]:
    about = variable(quantity.variable)
    ways = [(request.source.code, request.target.code)]
    if about.directed:
        ways.append((request.target.code, request.source.code))
    made = []
    for source, target in ways:
        frame = _dyad(panel, request, source, target)
        years = tuple(frame["year"].to_list())
        values = tuple(_number(value) for value in frame[quantity.variable].to_list())
        known = [(y, v) for y, v in zip(years, values, strict=True) if v is not None]
        last_year, last_value = known[-1] if known else (None, None)
        made.append(
            Flow(
                topic=quantity.topic,
                variable=quantity.variable,
                label=quantity.label,
                unit=about.unit,
                provider=title_of(panel, quantity.variable),
                source=source,
                target=target,
                directed=about.directed,
                years=years,
                values=values,
                last_year=last_year,
                last_value=last_value,
                remark=_remark(
                    last_year, request.end, panel.last_year(quantity.variable), about.missing
                ),
            )
        )
    return made


def _remark(last: int | None, end: int, source_end: int | None, missing: str) -> str:
    if last is None:
        return f"no data for this dyad: {missing}"
    if last >= end:
        return ""
    if source_end is not None and source_end > last:
        return f"no data for this dyad after {last}; the source runs to {source_end}"
    return f"no data after {last}"


def title_of(panel: Panel, name: str) -> str:
    """Return the title of a column's source."""
    rows = panel.provenance.filter(column=name)
    return str(rows["title"][0]) if rows.height else variable(name).provider


def _dyad(panel: Panel, request: Request, source: str, target: str) -> pl.DataFrame:
    return panel.dyads.filter(
        (pl.col("source") == source)
        & (pl.col("target") == target)
        & pl.col("year").is_between(request.start, request.end)
    ).sort("year")


def _number(value: float | int | None) -> float | None:
    return None if value is None else float(value)


def capabilities(panel: Panel, request: Request) -> tuple[Capability, ...]:
    """Return the shares of world capability of the two states and the largest others.

    The others are those with the largest share in the last year in which any state has one.
    """
    rows = panel.states.filter(pl.col("year").is_between(request.start, request.end))
    known = rows.filter(pl.col("cinc").is_not_null())
    if known.is_empty():
        return ()
    latest = known.filter(pl.col("year") == known["year"].max()).sort(
        ["cinc", "state"], descending=[True, False]
    )
    parties = (request.source.code, request.target.code)
    others = [code for code in latest["state"].to_list() if code not in parties]
    chosen = [*parties, *others[: MAIN_STATES - len(parties)]]
    made = []
    for code in chosen:
        own = rows.filter(state=code).sort("year")
        made.append(
            Capability(
                state=code,
                name=states.get(code).name,
                party=code in parties,
                years=tuple(own["year"].to_list()),
                share=tuple(_number(value) for value in own["cinc"].to_list()),
            )
        )
    return tuple(sorted(made, key=lambda item: (-_last(item), item.state)))


def _last(item: Capability) -> float:
    return next((value for value in reversed(item.share) if value is not None), -1.0)


def balance(found: tuple[Capability, ...], request: Request) -> Balance | None:
    """Compare the two states in the first and last year in which both have a share."""
    shares = {item.state: dict(zip(item.years, item.share, strict=True)) for item in found}
    one, other = shares.get(request.source.code, {}), shares.get(request.target.code, {})
    both = [year for year in sorted(one) if one[year] and other.get(year)]
    if not both:
        return None
    pairs = [(one[year] or 0.0, other[year] or 0.0) for year in (both[0], both[-1])]
    return Balance(
        first_year=both[0],
        first_ratio=pairs[0][0] / pairs[0][1],
        year=both[-1],
        source_share=pairs[1][0],
        target_share=pairs[1][1],
        ratio=pairs[1][0] / pairs[1][1],
    )
