"""Varieties of Democracy: country-year csv, core or full (more than 4,000 columns)."""

from __future__ import annotations

from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import Column, Layout, read_table

VDEM = Layout(
    columns=(
        Column("country_text_id", "country_text_id", "text", required=True),
        Column("year", "year", "int", 1789, 2100, required=True),
        Column("COWcode", "cown", "int", 1, 999),
        *(
            Column(name, name, "float", 0, 1)
            for name in ("v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh")
        ),
    ),
    key=("country_text_id", "year"),
)


def read_vdem(item: Opened) -> Contents:
    """Electoral democracy index with the bounds of its 68 per cent interval.

    References: Coppedge et al. (2025).
    """
    frame = read_table(item, VDEM)
    return Contents("vdem", frame, frame.height)
