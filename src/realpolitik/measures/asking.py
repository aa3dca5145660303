"""Which rows an index was asked for, and what the rows of several indices share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import regions
from realpolitik.errors import RequestError
from realpolitik.measures.concentration import MAJOR_POWERS
from realpolitik.measures.tidy import cube
from realpolitik.panel import Panel


def asked_dyads(states: Sequence[str], everyone: Sequence[str]) -> NDArray[np.bool_]:
    """Directed dyads asked for: ndarray (N, N), source by target.

    No state: all dyads. One state: those of which it is the source. More: those among them.

    >>> asked_dyads(["B"], ["A", "B"]).tolist()
    [[False, False], [True, False]]
    """
    named = np.array([state in states for state in everyone])
    if not len(states):
        where = np.ones((len(everyone),) * 2, dtype=bool)
    elif len(states) == 1:
        where = np.repeat(named[:, None], len(everyone), axis=1)
    else:
        where = named[:, None] & named[None, :]
    return where & ~np.eye(len(everyone), dtype=bool)


def great_powers(panel: Panel, least: int = 1) -> list[str]:
    """Great powers of the panel's region that are in the panel, in the order of its file.

    Raises
    ------
    RequestError
        If the region names fewer than `least`.
    """
    held = set(panel.states["state"].unique())
    powers = [power for power in regions.load(panel.region).great_powers if power in held]
    if len(powers) < least:
        msg = (
            f"region {panel.region!r} names {len(powers)} great powers of {panel.start} to "
            f"{panel.end} and this index needs {least}: add them to great_powers in its file"
        )
        raise RequestError(msg)
    return powers


def possible_patrons(panel: Panel) -> list[str]:
    """States of the panel that may be a patron, in alphabetical order.

    Those that the Correlates of War list as a major power in any year, and the great powers of the
    region, so that a region file may add one.
    """
    listed = {state for state, _, _ in MAJOR_POWERS} | set(regions.load(panel.region).great_powers)
    return sorted(listed & set(panel.states["state"].unique()))


def trade_flows(
    dyads: pl.DataFrame, years: Sequence[int], everyone: Sequence[str]
) -> NDArray[np.float64]:
    """Add imports and exports of each pair: ndarray (T, N, N), million current USD, symmetric."""
    imports, exports = (cube(dyads, name, years, everyone) for name in ("imports", "exports"))
    return imports + exports


def with_last_year(rows: pl.DataFrame, *subject: str) -> pl.DataFrame:
    """Add `last_year`: the last step with a value for the same subject, null if there is none."""
    last = pl.when(pl.col("value").is_not_null()).then(pl.col("step")).max().over(*subject)
    return rows.with_columns(last.alias("last_year"))


def joined(flags: NDArray[np.bool_], names: Sequence[str]) -> list[str]:
    """Names whose flag is set, for each row of `flags` (R, K).

    >>> joined(np.array([[True, True], [False, False]]), ["a", "b"])
    ['a, b', '']
    """
    return [", ".join(n for n, on in zip(names, row, strict=True) if on) for row in flags]
