"""Alliance Treaty Obligations and Provisions: the directed dyad-year file."""

from __future__ import annotations

from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import Column, Layout, read_table

_MISSING = frozenset({"NA", ".", "-9"})

ATOP = Layout(
    columns=(
        Column("stateA", "ccode1", "int", 1, 999, required=True),
        Column("stateB", "ccode2", "int", 1, 999, required=True),
        Column("year", "year", "int", 1815, 2100, required=True),
        *(
            Column(name, f"atop_{name}", "int", 0, 1, missing=_MISSING)
            for name in ("defense", "offense", "neutral", "nonagg", "consul")
        ),
    ),
    key=("ccode1", "ccode2", "year"),
)


def read_atop(item: Opened) -> Contents:
    """Pledges of state A to state B by year (``atop5_1ddyr``, with or without missing values).

    References: Leeds, Ritter, Mitchell and Long (2002).
    """
    frame = read_table(item, ATOP)
    return Contents("atop", frame, frame.height)
