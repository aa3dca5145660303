"""Shifts of alignment: years after which a state stands elsewhere between two patrons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.alignment import (
    PARTS,
    PROVIDER,
    domain_leans,
    drawn_weights,
    parts_of,
    position,
    read_space,
    rival_patrons,
)
from realpolitik.measures.asking import joined, possible_patrons
from realpolitik.measures.tidy import matrix, members, present, years_of
from realpolitik.measures.weighting import BAND, DRAWS, band
from realpolitik.panel import Panel

Array = NDArray[np.float64]

WINDOW = 3
"""Years before and from a year whose means are compared."""
SMALLEST = 0.25
"""Smallest move of a shift, on the scale from -1 to 1."""
SURE = 0.9
"""Share of the draws that must agree on its sign."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """Move of a position at each of T years, over R sets of weights.

    Attributes
    ----------
    move, lower, upper : ndarray (T,)
        Mean from the year on less mean before it, under equal weights, with its 90% band; NaN
        where fewer than two domains are known throughout.
    agreed : ndarray (T,)
        Share of the draws with the sign of the move.
    shifted : ndarray of bool (T,)
        A move of at least .25, nine draws in ten agree on its sign, and none larger is near.
    common : ndarray of bool (T, K)
        Parts known in all years compared.
    """

    move: Array
    lower: Array
    upper: Array
    agreed: Array
    shifted: NDArray[np.bool_]
    common: NDArray[np.bool_]


def shifts(parts: Array, on_parts: Array, on_domains: Array, window: int = WINDOW) -> Shifts:
    """Find the years after which a state stands elsewhere.

    m_t = mean of the position in t..t+w-1 less its mean in t-w..t-1, on the parts known in all of
    these years, so that a source that starts or ends is no shift.

    Parameters
    ----------
    parts : ndarray (T, K)
        Leans in [-1, 1] as in `alignment.parts_of`; NaN where missing.
    on_parts, on_domains : ndarray (R, K), (R, 3)
        Weights; the first row gives the move, the others its band.

    Returns
    -------
    Shifts
    """
    years = len(parts)
    moves = np.full((len(on_parts), years), np.nan)
    common = np.zeros(parts.shape, dtype=bool)
    for t in range(window, years - window + 1):
        span = parts[t - window : t + window]
        common[t] = ~np.isnan(span).any(axis=0)
        halves = np.stack([span[:window].mean(axis=0), span[window:].mean(axis=0)])
        halves[:, ~common[t]] = np.nan
        place = position(domain_leans(halves, on_parts), on_domains)
        moves[:, t] = place[:, 1] - place[:, 0]
    lower, upper = band(moves[1:])
    move = moves[0]
    known = ~np.isnan(moves[1:])
    same = (known & (np.sign(moves[1:]) == np.sign(move))).sum(axis=0)
    blank = np.full(years, np.nan)
    agreed = np.divide(same, known.sum(axis=0), out=blank, where=known.any(axis=0))
    size = np.nan_to_num(np.abs(move))
    padded = np.pad(size, window)
    nearby = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1).max(axis=1)
    shifted = (size >= SMALLEST) & (agreed >= SURE) & (size == nearby)
    return Shifts(move, lower, upper, agreed, shifted, common)


def measure(
    panel: Panel, states: Sequence[str] = (), *, draws: int = DRAWS, seed: int = 0
) -> pl.DataFrame:
    """Years after which each state stands elsewhere between two rival major powers.

    `value` is the move to the first patron (below zero: to the second) from the three years before
    to the three years from the step on; `agreed` the share of the weight draws with its sign.
    `leader_changes` counts leaders who left office in the step or the year before (null after
    2020): with none, a change of leader is not what moved it.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel; all if empty.
    draws, seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `patron_a`, `patron_b`, `index`, `value`, `lower`, `upper`, `agreed`,
        `leader_changes`, `used`, `interval`, `unit`, `provider`.
    """
    chosen, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    space = read_space(panel, years, everyone)
    weights = drawn_weights(draws, seed)
    there = present(panel.states, years, everyone)
    left = matrix(panel.states, "leader_changes", years, everyone)
    records = []
    for a, b in rival_patrons(space, possible_patrons(panel), everyone):
        rival = (space.rivalry[:, a, b] == 1)[:, None]
        for state in (everyone.index(name) for name in chosen):
            if state in (a, b):
                continue
            valid = rival & there[:, [state]]
            parts = np.where(valid, parts_of(space, state, (a, b)), np.nan)
            found = shifts(parts, *weights)
            keys = (everyone[state], everyone[a], everyone[b])
            records += _records(found, keys, left[:, state], years)
    rows = pl.DataFrame(records, schema=SCHEMA, orient="row")
    return rows.sort("state", "patron_a", "patron_b", "step")


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("state", "patron_a", "patron_b", "index"), pl.String),
    **dict.fromkeys(("value", "lower", "upper", "agreed"), pl.Float64),
    "leader_changes": pl.Int64,
    **dict.fromkeys(("used", "interval", "unit", "provider"), pl.String),
}


def _records(
    found: Shifts, keys: tuple[str, str, str], left: Array, years: Sequence[int]
) -> list[tuple[object, ...]]:
    used = joined(found.common, PARTS)
    rows: list[tuple[object, ...]] = []
    for t in np.flatnonzero(found.shifted).tolist():
        leaders = left[t - 1] + left[t]
        numbers = (found.move[t], found.lower[t], found.upper[t], found.agreed[t])
        rows.append(
            (
                years[t],
                *keys,
                "alignment_shift",
                *(float(number) for number in numbers),
                None if np.isnan(leaders) else int(leaders),
                used[t],
                BAND,
                "-2 to 2",
                f"{PROVIDER}, leaders",
            )
        )
    return rows
