"""The charts of the report, as Altair objects; every number comes from the record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair

from realpolitik.report import words
from realpolitik.report.record import Assessment, Capability, Flow, Phase, Posture
from realpolitik.report.style import (
    GRID,
    INK,
    MUTED,
    PARTIES,
    WIDTH,
    sign_colour,
)

alt: Any = altair  # its annotations refuse chained encodings that its schema allows

Spec = dict[str, Any]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and the rows it draws, by the name under which the chart asks for them.

    `chart` is an Altair chart. Rows stay outside it, since it copies what it holds many times.
    """

    chart: Any
    rows: dict[str, Rows]


def _on(name: str) -> Any:
    return alt.Chart(alt.NamedData(name=name))


_GUTTER = 34
"""Pixels left of the plot, the same in stacked charts so that their years line up."""
END_LABELS = 100
"""Pixels right of a plot for the names at the ends of its lines."""
_PLAIN_ZERO = "datum.value === 0 ? '0' : datum.label"
_PLAIN_LARGE = "datum.value === 0 ? '0' : replace(replace(datum.label, 'G', ' bn'), 'M', ' m')"
STEPPED = ("sanctions", "disputes")
"""Topics whose values hold for a whole year and jump."""


def year_axis(first: int, last: int, *, labels: bool = True) -> Any:
    """Return an axis of years, one label a decade."""
    step = 5 if last - first <= 25 else 10
    ticks = [year for year in range(first, last + 1) if year % step == 0]
    return alt.Axis(values=ticks, format="d", title=None, labels=labels, labelFlush=False)


def year_scale(first: int, last: int) -> Any:
    """Return a scale on which every year has its whole width."""
    return alt.Scale(domain=[first - 0.5, last + 0.5], nice=False, padding=0)


def _year(first: int, last: int, *, labels: bool = True) -> Any:
    return alt.X(
        "year:Q",
        title=None,
        scale=year_scale(first, last),
        axis=year_axis(first, last, labels=labels),
    )


def posture_chart(
    posture: Posture,
    phases: Sequence[Phase],
    ends: dict[int, list[str]],
    extent: tuple[float, float],
    most: int,
) -> Drawing:
    """Return the smoothed posture with its 90 per cent band, above a strip of indicator counts.

    `ends` names the indicators that end in a year; `extent` and `most` are the limits of the two y
    axes, common to both directions.
    """
    first, last = posture.years[0], posture.years[-1]
    rows = _posture_rows(posture)
    scale = alt.Scale(domain=list(extent), nice=False, zero=False)
    axis = alt.Axis(
        minExtent=_GUTTER, maxExtent=_GUTTER, tickCount=5, format="+.1~f", labelExpr=_PLAIN_ZERO
    )
    base = _on("years").encode(x=_year(first, last, labels=False))
    band = base.mark_area(color=INK, opacity=0.16).encode(
        y=alt.Y("lower:Q", title=None, scale=scale, axis=axis), y2="upper:Q"
    )
    line = base.mark_line(color=INK, strokeWidth=2).encode(
        y=alt.Y("mean:Q", title=None, scale=scale, axis=axis)
    )
    zero = _on("zero").mark_rule(color=MUTED, strokeWidth=1)
    zero = zero.encode(y=alt.datum(0, type="quantitative", scale=scale))
    hover = base.mark_rule(color=INK, strokeWidth=9, opacity=0.001).encode(tooltip=_posture_tips())
    washes = _phase_layers(first, last) if phases else []
    plot = alt.layer(*washes, zero, band, line, hover)
    strip = _indicator_strip(first, last, most)
    stacked = alt.vconcat(plot.properties(width=WIDTH, height=210), strip)
    stopped = [
        {"year": year + 0.5, "last": year, "names": ", ".join(names)}
        for year, names in sorted(ends.items())
    ]
    spans = _phase_rows(phases, first, last)
    return Drawing(
        stacked, {"years": rows, "zero": [{}], "phases": spans, "turns": spans[1:], "ends": stopped}
    )


def _indicator_strip(first: int, last: int, most: int) -> Any:
    """Bars of the number of indicators read each year, with a mark where some end."""
    bars = (
        _on("years")
        .mark_rect(color=MUTED, opacity=0.75)
        .encode(
            x=alt.X(
                "left:Q", scale=year_scale(first, last), axis=year_axis(first, last), title=None
            ),
            x2="right:Q",
            y2=alt.datum(0),
            y=alt.Y(
                "indicators:Q",
                title=None,
                scale=alt.Scale(domain=[0, most], nice=False),
                axis=alt.Axis(
                    values=[0, most], minExtent=_GUTTER, maxExtent=_GUTTER, grid=False, format="d"
                ),
            ),
            tooltip=_posture_tips(),
        )
    )
    stops = (
        _on("ends")
        .mark_rule(color=INK, strokeWidth=1.5)
        .encode(
            x=alt.X("year:Q", scale=year_scale(first, last)),
            tooltip=[
                alt.Tooltip("last:Q", title="Last year", format="d"),
                alt.Tooltip("names:N", title="of"),
            ],
        )
    )
    return alt.layer(bars, stops).properties(width=WIDTH, height=44)


def _posture_rows(posture: Posture) -> Rows:
    columns = (posture.years, posture.mean, posture.lower, posture.upper, posture.indicators)
    names = ("year", "mean", "lower", "upper", "indicators")
    rows: Rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return [row | {"left": row["year"] - 0.3, "right": row["year"] + 0.3} for row in rows]


def _posture_tips() -> list[Any]:
    return [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("mean:Q", title="Posture", format="+.2f"),
        alt.Tooltip("lower:Q", title="90% from", format="+.2f"),
        alt.Tooltip("upper:Q", title="to", format="+.2f"),
        alt.Tooltip("indicators:Q", title="Indicators", format="d"),
    ]


def _phase_rows(phases: Sequence[Phase], first: int, last: int) -> Rows:
    return [
        {
            "year": max(phase.start, first) - 0.5,
            "until": min(phase.end, last) + 0.5,
            "fill": sign_colour(phase.sign),
        }
        for phase in phases
    ]


def _phase_layers(first: int, last: int) -> list[Any]:
    x = alt.X("year:Q", scale=year_scale(first, last))
    fill = alt.Fill("fill:N", scale=None)
    washes = _on("phases").mark_rect(opacity=0.13).encode(x=x, x2="until:Q", fill=fill)
    rules = _on("turns").mark_rule(color=MUTED, strokeDash=[2, 3], strokeWidth=1).encode(x=x)
    return [washes, rules]


def phase_chart(phases: Sequence[Phase], labels: dict[str, str], years: tuple[int, int]) -> Drawing:
    """Return the phases of both directions as bars; the fuller the colour, the surer the sign."""
    first, last = years
    rows = [
        {
            "row": labels[phase.source],
            "year": phase.start - 0.5,
            "until": phase.end + 0.5,
            "middle": (phase.start + phase.end) / 2,
            "fill": sign_colour(phase.sign),
            "sure": 0.1 + 0.85 * phase.probability,
            "level": phase.level,
            "sign": phase.sign,
            "start": phase.start,
            "end": phase.end,
            "probability": words.probability(phase.probability),
            "turn": words.probability(phase.turn) if phase.turn is not None else "first phase",
        }
        for phase in phases
    ]
    scale = year_scale(first, last)
    axis = year_axis(first, last)
    y = alt.Y(
        "row:N",
        sort=list(labels.values()),
        title=None,
        axis=alt.Axis(labelLimit=220, labelFontSize=13, labelColor=INK, orient="left"),
    )
    base = _on("phases").encode(y=y)
    tips = [
        alt.Tooltip("row:N", title="Direction"),
        alt.Tooltip("start:Q", title="From", format="d"),
        alt.Tooltip("end:Q", title="to", format="d"),
        alt.Tooltip("sign:N", title="Sign"),
        alt.Tooltip("probability:N", title="On this side of zero"),
        alt.Tooltip("turn:N", title="Probability of the turn"),
        alt.Tooltip("level:Q", title="Mean posture", format="+.2f"),
    ]
    bars = base.mark_bar(height=30, stroke="var(--paper)", strokeWidth=1.5).encode(
        x=alt.X("year:Q", scale=scale, axis=axis, title=None),
        x2="until:Q",
        fill=alt.Fill("fill:N", scale=None),
        opacity=alt.Opacity("sure:Q", scale=None),
        tooltip=tips,
    )
    starts = base.mark_text(align="left", dx=4, dy=-22, fontSize=11, color=MUTED).encode(
        x=alt.X("year:Q", scale=scale), text=alt.Text("start:Q", format="d")
    )
    chart = alt.layer(bars, starts).properties(width=WIDTH, height=46 * len(labels) + 24)
    return Drawing(chart, {"phases": rows})


def capability_chart(
    states: Sequence[Capability], parties: dict[str, str], others: dict[str, str]
) -> Drawing:
    """Return shares of world capability on a log scale, each line labelled at its end.

    `parties` and `others` are the colours of the two states and of the rest, by code.
    """
    colours = parties | others
    rows: Rows = [
        {"state": s.name, "year": year, "share": share, "key": s.state}
        for s in states
        for year, share in zip(s.years, s.share, strict=True)
        if share
    ]
    first, last = min(row["year"] for row in rows), max(row["year"] for row in rows)
    low, high = min(row["share"] for row in rows), max(row["share"] for row in rows)
    order = [s.name for s in states]
    paint = alt.Color(
        "state:N",
        legend=None,
        scale=alt.Scale(domain=order, range=[colours[s.state] for s in states]),
    )
    height = alt.Scale(type="log", domain=[low * 0.85, high * 1.15], nice=False)
    y = alt.Y(
        "share:Q",
        title=None,
        scale=height,
        axis=alt.Axis(
            values=[
                v for v in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4) if v >= low * 0.85
            ],
            format=".1~%",
            minExtent=_GUTTER,
        ),
    )
    base = _on("shares").encode(x=_year(first, last), color=paint)
    chosen = alt.FieldOneOfPredicate(field="key", oneOf=sorted(parties))
    thick = base.transform_filter(chosen).mark_line(strokeWidth=2.8).encode(y=y)
    thin = base.transform_filter(alt.LogicalNotPredicate(**{"not": chosen}))
    thin = thin.mark_line(strokeWidth=1.2).encode(y=y)
    hover = base.mark_point(size=60, opacity=0.001).encode(
        y=y,
        tooltip=[
            alt.Tooltip("state:N", title="State"),
            alt.Tooltip("year:Q", title="Year", format="d"),
            alt.Tooltip("share:Q", title="Share of world capability", format=".2%"),
        ],
    )
    names = _on("names").mark_text(align="left", dx=6, fontSize=12, clip=False)
    names = names.encode(
        x=alt.X("year:Q"), y=alt.Y("at:Q", scale=height), text="state:N", color=paint
    )
    chart = alt.layer(thin, thick, hover, names).properties(width=WIDTH - END_LABELS, height=320)
    return Drawing(chart, {"shares": rows, "names": _end_labels(states, low, high)})


def _end_labels(states: Sequence[Capability], low: float, high: float) -> Rows:
    """Place a label at the end of each line, pushed apart so that none covers another."""
    ends = []
    for state in states:
        known = [(y, s) for y, s in zip(state.years, state.share, strict=True) if s]
        if known:
            ends.append((math.log(known[-1][1]), state.name, known[-1][0]))
    ends.sort(reverse=True)
    gap = (math.log(high * 1.15) - math.log(low * 0.85)) * 15 / 320
    placed: list[float] = []
    for level, _, _ in ends:
        placed.append(min(level, placed[-1] - gap) if placed else level)
    lift = max(0.0, math.log(low * 0.85) + gap / 3 - placed[-1]) if placed else 0.0
    for i in range(len(placed) - 1, -1, -1):
        below = placed[i + 1] + gap if i + 1 < len(placed) else placed[i] + lift
        placed[i] = max(placed[i], below)
    return [
        {"state": name, "year": year, "at": math.exp(level)}
        for level, (_, name, year) in zip(placed, ends, strict=True)
    ]


def flow_chart(flows: Sequence[Flow], sides: dict[str, str], years: tuple[int, int]) -> Drawing:
    """Return one small multiple: the same quantity in both directions, or of the pair."""
    factor, unit = words.in_units(flows[0].unit)
    rows = [
        {
            "side": f"{flow.source} to {flow.target}" if flow.directed else "both",
            "colour": sides[flow.source] if flow.directed else INK,
            "year": year,
            "value": None if value is None else value * factor,
        }
        for flow in flows
        for year, value in zip(flow.years, flow.values, strict=True)
    ]
    first, last = years
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(
            tickCount=3, format="~s", minExtent=_GUTTER, gridColor=GRID, labelExpr=_PLAIN_LARGE
        ),
    )
    base = _on("values").encode(
        x=_year(first, last), color=alt.Color("colour:N", scale=None), detail="side:N"
    )
    line = base.mark_line(
        strokeWidth=1.8, interpolate="step" if flows[0].topic in STEPPED else "linear"
    ).encode(y=y)
    dots = base.mark_point(size=26, opacity=0.001, filled=True).encode(
        y=y,
        tooltip=[
            alt.Tooltip("side:N", title="Direction"),
            alt.Tooltip("year:Q", title="Year", format="d"),
            alt.Tooltip("value:Q", title=unit, format=",.4~g"),
        ],
    )
    ends = [
        {
            "year": flow.last_year,
            "value": flow.last_value * factor,
            "colour": sides[flow.source] if flow.directed else INK,
        }
        for flow in flows
        if flow.last_year is not None and flow.last_value is not None
    ]
    tips = _on("ends").mark_point(size=30, filled=True, opacity=1)
    tips = tips.encode(x=alt.X("year:Q"), y=y, color=alt.Color("colour:N", scale=None))
    chart = alt.layer(line, dots, tips).properties(width=330, height=120)
    return Drawing(chart, {"values": rows, "ends": ends})


def party_colours(assessment: Assessment) -> dict[str, str]:
    """Return the colours of the two states."""
    request = assessment.request
    return {request.source.code: PARTIES[0], request.target.code: PARTIES[1]}
