"""The charts of the sections on theories; every number comes from the record."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import altair

from realpolitik.report import words
from realpolitik.report.figures import Drawing, Rows, Spec, year_axis, year_scale
from realpolitik.report.style import COOPERATION, FRICTION, INK, MUTED, WIDTH
from realpolitik.report.theory_record import Binding, Fan, SplitMove

alt: Any = altair  # its annotations refuse chained encodings that its schema allows

LABELS = 150
"""Pixels left of the plot for the names of layers and components."""
MARGIN = 116
"""What these names need beyond the room that every chart has."""
SMALL = 250
"""Pixels of the plot where several stand side by side."""
ROW = 22
COMPONENTS = {
    "clarity": "Clarity",
    "image": "Leader's image",
    "gate": "Domestic gate",
    "environment": "Environment",
}
MOVE = "The move"
_ZERO = "datum.value === 0 ? '0' : datum.label"


def _on(name: str) -> Any:
    return alt.Chart(alt.NamedData(name=name))


def _names(labels: Sequence[str]) -> Any:
    axis = alt.Axis(minExtent=LABELS, maxExtent=LABELS, labelLimit=LABELS, labelColor=INK)
    return alt.Y("label:N", sort=list(labels), title=None, axis=axis)


def layer_label(name: str) -> str:
    """Return the name of a layer as it begins a line.

    >>> layer_label("history")
    'Its own past level'
    """
    text = words.LAYERS[name]
    return text[0].upper() + text[1:]


def layer_chart(move: SplitMove, extent: tuple[float, float]) -> Drawing:
    """Return one bar for each layer with its interval, and the move they add up to.

    `extent` holds the limits of the axis, common to all moves of a direction.
    """
    rows: Rows = [
        {
            "label": layer_label(layer.name),
            "contribution": layer.contribution,
            "lower": layer.lower,
            "upper": layer.upper,
            "colour": COOPERATION if layer.contribution > 0 else FRICTION,
        }
        for layer in move.layers
    ]
    whole: Spec = {"contribution": move.move, "lower": move.lower, "upper": move.upper}
    rows.append({"label": MOVE, "colour": MUTED} | whole)
    scale = alt.Scale(domain=list(extent), nice=False)
    axis = alt.Axis(tickCount=5, format="+.1~f", labelExpr=_ZERO, grid=True)
    x = alt.X("contribution:Q", title=None, scale=scale, axis=axis)
    base = _on("layers").encode(y=_names([row["label"] for row in rows]), tooltip=_layer_tips())
    paint = alt.Color("colour:N", scale=None)
    bars = base.mark_bar(height=13, opacity=0.75).encode(x=x, color=paint)
    lines = base.mark_rule(strokeWidth=1.4, color=INK).encode(
        x=alt.X("lower:Q", scale=scale), x2="upper:Q"
    )
    zero = _on("zero").mark_rule(color=MUTED).encode(x=alt.datum(0, type="quantitative"))
    chart = alt.layer(bars, zero, lines).properties(width=SMALL, height=ROW * len(rows))
    return Drawing(chart, {"layers": rows, "zero": [{}]})


def _layer_tips() -> list[Any]:
    return [
        alt.Tooltip("label:N", title="Layer"),
        alt.Tooltip("contribution:Q", title="Adds", format="+.2f"),
        alt.Tooltip("lower:Q", title="90% from", format="+.2f"),
        alt.Tooltip("upper:Q", title="to", format="+.2f"),
    ]


def binding_chart(binding: Binding, years: tuple[int, int]) -> Drawing:
    """Return a strip for each component; the darker a year, the likelier it changed the response.

    `years` are the first and last year shown, common to both directions.
    """
    rows = [
        {"label": label, "year": year - 0.5, "until": year + 0.5, "at": year, "chance": chance}
        for name, label in COMPONENTS.items()
        for year, chance in zip(binding.years, getattr(binding, name), strict=True)
        if chance is not None
    ]
    x = alt.X("year:Q", title=None, scale=year_scale(*years), axis=year_axis(*years))
    chart = (
        _on("chances")
        .mark_rect(height=ROW - 4, color=INK)
        .encode(
            x=x,
            x2="until:Q",
            y=_names(list(COMPONENTS.values())),
            opacity=alt.Opacity(
                "chance:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.04, 1])
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Component"),
                alt.Tooltip("at:Q", title="Year", format="d"),
                alt.Tooltip("chance:Q", title="Probability", format=".2f"),
            ],
        )
        .properties(width=WIDTH - LABELS, height=ROW * len(COMPONENTS))
    )
    return Drawing(chart, {"chances": rows})


def fan_chart(fan: Fan, levels: Sequence[float], extent: tuple[float, float]) -> Drawing:
    """Return the filtered years with their band, then the quantiles of each forecast year.

    `levels` are those of the quantiles; `extent` holds the limits of the axis, common to both
    directions.
    """
    past = [
        {"year": year, "mean": mean, "lower": lower, "upper": upper}
        for year, mean, lower, upper in zip(fan.years, fan.mean, fan.lower, fan.upper, strict=True)
    ]
    names = [f"q{round(100 * level):02d}" for level in levels]
    ahead = [
        {"year": step.year, "rise": step.rise, "no_change": step.no_change, "fall": step.fall}
        | dict(zip(names, step.quantiles, strict=True))
        for step in fan.steps
    ]
    first, last = fan.years[0], fan.steps[-1].year
    scale = alt.Scale(domain=list(extent), nice=False, zero=False)
    axis = alt.Axis(tickCount=5, format="+.1~f", labelExpr=_ZERO, minExtent=34, maxExtent=34)

    def y(name: str) -> Any:
        return alt.Y(f"{name}:Q", title=None, scale=scale, axis=axis)

    x = alt.X("year:Q", title=None, scale=year_scale(first, last), axis=year_axis(first, last))
    before, after = _on("past").encode(x=x), _on("ahead").encode(x=x)
    wash = before.mark_area(color=INK, opacity=0.16).encode(y=y("lower"), y2="upper:Q")
    line = before.mark_line(color=INK, strokeWidth=2).encode(y=y("mean"))
    fans = [
        after.mark_area(color=MUTED, opacity=0.24).encode(y=y(low), y2=f"{high}:Q")
        for low, high in (("q05", "q95"), ("q10", "q90"), ("q25", "q75"))
    ]
    middle = after.mark_line(color=INK, strokeWidth=2, strokeDash=[4, 3]).encode(y=y("q50"))
    hover = after.mark_rule(strokeWidth=14, opacity=0.001, color=INK).encode(tooltip=_fan_tips())
    zero = _on("zero").mark_rule(color=MUTED).encode(y=alt.datum(0, type="quantitative"))
    chart = alt.layer(zero, wash, *fans, line, middle, hover).properties(width=330, height=220)
    return Drawing(
        chart, {"past": past, "ahead": [_start(fan, levels, names), *ahead], "zero": [{}]}
    )


def _start(fan: Fan, levels: Sequence[float], names: Sequence[str]) -> dict[str, Any]:
    """Begin the fan with what is known of the level at the origin."""
    known = [fan.level + fan.level_sd * NormalDist().inv_cdf(level) for level in levels]
    return {"year": fan.years[-1]} | dict(zip(names, known, strict=True))


def _fan_tips() -> list[Any]:
    return [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("q50:Q", title="Middle", format="+.2f"),
        alt.Tooltip("q05:Q", title="90% from", format="+.2f"),
        alt.Tooltip("q95:Q", title="to", format="+.2f"),
        alt.Tooltip("rise:Q", title="Rise", format=".2f"),
        alt.Tooltip("no_change:Q", title="No change", format=".2f"),
        alt.Tooltip("fall:Q", title="Fall", format=".2f"),
    ]
