"""The chart of one scale of an issue: a dot and a line for every solution concept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair

from realpolitik.report.figures import Drawing
from realpolitik.report.style import COOPERATION, INK, MUTED, WIDTH
from realpolitik.report.talk_record import Settlement, TalkScale

alt: Any = altair  # its annotations refuse chained encodings that its schema allows

LABELS = 146
"""Pixels left of the plot for the names of the concepts."""
MARGIN = 112
"""What these names need beyond the room that every chart has."""
SMALL = 260
"""Pixels of the plot where several stand side by side."""
ROW = 22


def settlement_chart(scale: TalkScale, found: Sequence[Settlement], *, small: bool) -> Drawing:
    """Return the settlements on one scale, the weighted mean first and darkest.

    The wash is the zone of agreement, the dashed line the status quo, the thin one the mean.
    """
    x_scale = alt.Scale(domain=[scale.low, scale.high], nice=False)
    x = alt.X("position:Q", title=None, scale=x_scale, axis=alt.Axis(tickCount=5, format=",.4~r"))
    y = alt.Y(
        "label:N",
        sort=[item.label for item in found],
        title=None,
        axis=alt.Axis(minExtent=LABELS, maxExtent=LABELS, labelLimit=LABELS, labelColor=INK),
    )
    paint = alt.Color("colour:N", scale=None)
    base = _on("settlements").encode(y=y, color=paint, tooltip=_tips())
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("lower:Q", scale=x_scale), x2="upper:Q")
    dots = base.mark_point(filled=True, opacity=1, size=70).encode(x=x)
    wash = _on("zone").mark_rect(color=COOPERATION, opacity=0.13)
    wash = wash.encode(x=alt.X("low:Q", scale=x_scale), x2="high:Q")
    marks = [
        _on(name).mark_rule(color=colour, strokeDash=dash).encode(x=alt.X("at:Q", scale=x_scale))
        for name, colour, dash in (("status_quo", MUTED, [3, 3]), ("baseline", INK, [1, 0]))
    ]
    width = SMALL if small else WIDTH - LABELS
    chart = alt.layer(wash, *marks, lines, dots).properties(width=width, height=ROW * len(found))
    return Drawing(chart, _rows(scale, found))


def _rows(scale: TalkScale, found: Sequence[Settlement]) -> dict[str, list[dict[str, Any]]]:
    zone = (scale.zone_low, scale.zone_high)
    return {
        "settlements": [
            {
                "label": item.label,
                "position": item.position,
                "lower": item.lower,
                "upper": item.upper,
                "deal": item.deal,
                "colour": MUTED if n else INK,
            }
            for n, item in enumerate(found)
        ],
        "zone": [] if None in zone else [{"low": zone[0], "high": zone[1]}],
        "status_quo": [] if scale.status_quo is None else [{"at": scale.status_quo}],
        "baseline": [{"at": found[0].position}],
    }


def _on(name: str) -> Any:
    return alt.Chart(alt.NamedData(name=name))


def _tips() -> list[Any]:
    return [
        alt.Tooltip("label:N", title="Concept"),
        alt.Tooltip("position:Q", title="Settlement", format=".1f"),
        alt.Tooltip("lower:Q", title="90% from", format=".1f"),
        alt.Tooltip("upper:Q", title="to", format=".1f"),
    ]
