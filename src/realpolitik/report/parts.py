"""What a section of the page is made of: tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from realpolitik.report.figures import Drawing


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text, first column the row's heading; `caption` names it for a reader."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its title, its text alternative and its numbers.

    Attributes
    ----------
    key : str
        Fixed id in the page.
    title, subtitle, alt : str
    drawing : Drawing
    table : Table
    fluid : bool
        Whether the page may stretch the width.
    margin : int
        Pixels right of the plot that its labels need.
    """

    key: str
    title: str
    subtitle: str
    alt: str
    drawing: Drawing
    table: Table
    fluid: bool = True
    margin: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its template is ``templates/KEY.html.j2``."""

    key: str
    title: str
    context: dict[str, Any]
    charts: tuple[Chart, ...] = ()
