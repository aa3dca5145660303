"""Colours and chart settings, once for all charts.

Colours are CSS variables of the page, so that one chart serves the light and the dark theme. The
diverging pair (teal for cooperation, orange for friction) can be told apart with every common
form of colour blindness.
"""

from __future__ import annotations

from typing import Any, Final

FONT: Final = "'Source Sans 3', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDTH: Final = 760
"""Pixels of a full-width chart before the page stretches it."""

INK, MUTED, GRID, PAPER = "var(--ink)", "var(--muted)", "var(--grid)", "var(--paper)"
COOPERATION, FRICTION, NEITHER = "var(--coop-3)", "var(--fric-3)", "var(--mid)"
PARTIES: Final = ("var(--party-a)", "var(--party-b)")
NO_DATA: Final = "var(--nodata)"

CUTS: Final = (-1.5, -0.75, -0.25, 0.25, 0.75, 1.5)
"""Class limits of the map, in standard deviations."""
CLASSES: Final = (
    "var(--fric-3)",
    "var(--fric-2)",
    "var(--fric-1)",
    "var(--mid)",
    "var(--coop-1)",
    "var(--coop-2)",
    "var(--coop-3)",
)

CONFIG: Final[dict[str, Any]] = {
    "font": FONT,
    "background": None,
    "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": GRID,
        "domainColor": MUTED,
        "tickColor": MUTED,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "axisX": {"grid": False, "domain": True, "ticks": True, "tickSize": 4, "labelPadding": 4},
    "text": {"color": INK, "fontSize": 12},
    "concat": {"spacing": 6},
}


def shade(value: float | None) -> str:
    """Return the map colour of a posture.

    >>> shade(0.1), shade(-2.0), shade(None)
    ('var(--mid)', 'var(--fric-3)', 'var(--nodata)')
    """
    if value is None:
        return NO_DATA
    return CLASSES[sum(value >= cut for cut in CUTS)]


def sign_colour(sign: str) -> str:
    """Return the colour of cooperation, friction or neither."""
    return {"cooperation": COOPERATION, "friction": FRICTION}.get(sign, NEITHER)
