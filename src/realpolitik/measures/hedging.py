"""Hedging between two rival patrons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.asking import possible_patrons
from realpolitik.measures.tidy import (
    cube,
    matrix,
    members,
    present,
    state_rows,
    yearly,
    years_of,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

EVENNESS_FLOOR = 1e-9  # keeps 0/0 out of the evenness term
ENGAGED = 0.2  # |sa| + |sb| below this: ties with both patrons are too weak to call it hedging
STEEPNESS = 2.0  # of the cross-domain term
ARMS_YEARS = 5  # deliveries come in lumps: a supplier's share is taken over five years
WAR = 5.0  # top of the hostility scale
PROVIDER = "atop, sipri, cow_mid, cow_trade, tss"


@dataclass(frozen=True, slots=True)
class Hedging:
    """Hedging index of D cases (states, years, or both; any one shape).

    Attributes
    ----------
    index : ndarray
        H in [0, 1].
    evenness : ndarray
        How equal the security ties with the two patrons are, in [0, 1].
    crossing : ndarray
        How far security leans one way and economy the other, in [0, 1]; .5 if they do not differ.
    engaged : ndarray of bool
        Security ties strong enough to read the index; False also where a posture is missing.
    """

    index: Array
    evenness: Array
    crossing: Array
    engaged: NDArray[np.bool_]


def hedging_index(
    security_a: Array,
    security_b: Array,
    economy_a: Array,
    economy_b: Array,
    rivalry: Array,
    threshold: float = ENGAGED,
) -> Hedging:
    """Measure how far a state keeps both of two rival patrons.

    E = 1 - |sa - sb| / (|sa| + |sb| + eps), C = (1 - tanh(2 (sa - sb) (ea - eb))) / 2,
    H = r (E + C) / 2, with s the security and e the economic posture towards patrons a and b and
    r their rivalry. An indifferent state also has even ties: below `threshold` of |sa| + |sb| it
    is disengaged and `engaged` is False.

    Parameters
    ----------
    security_a, security_b, economy_a, economy_b : ndarray
        Postures in [-1, 1], + = cooperative; NaN where missing.
    rivalry : ndarray
        Rivalry of the two patrons in [0, 1].
    threshold : float
        Smallest |sa| + |sb| of an engaged state.

    Returns
    -------
    Hedging
        NaN wherever an input is missing.

    Examples
    --------
    >>> one = hedging_index(*(np.array(x) for x in (0.6, 0.5, -0.2, 0.6, 1.0)))
    >>> round(float(one.index), 3)
    0.744
    """
    weight = np.abs(security_a) + np.abs(security_b)
    evenness = 1.0 - np.abs(security_a - security_b) / (weight + EVENNESS_FLOOR)
    lean = (security_a - security_b) * (economy_a - economy_b)
    crossing = 0.5 * (1.0 - np.tanh(STEEPNESS * lean))
    index = rivalry * 0.5 * (evenness + crossing)
    return Hedging(index, evenness, crossing, (weight >= threshold) & ~np.isnan(index))


def hedging_label(index: float, engaged: bool) -> str | None:
    """Word for one case: ``hedging`` from .5, ``leaning`` below, ``disengaged``, or None.

    >>> hedging_label(0.744, True), hedging_label(0.008, True), hedging_label(0.9, False)
    ('hedging', 'leaning', 'disengaged')
    """
    if np.isnan(index):
        return None
    if not engaged:
        return "disengaged"
    return "hedging" if index >= 0.5 else "leaning"


def security_posture(pledge: Array, arms: Array, hostility: Array) -> Array:
    """Security tie of each state with each other: pledges and arms, less hostility.

    s_ij = (d_ij + a_ij) / 2 - h_ij / 5, with d a defence pledge in either direction, a_ij the share
    of j in the arms i received over five years and h the higher hostility of the two. A state that
    received nothing has no arms tie (a = 0).

    Parameters
    ----------
    pledge, arms, hostility : ndarray (T, N, N)
        Source by target: pledge 0 or 1, volume delivered by source to target, hostility 0 to 5.

    Returns
    -------
    ndarray (T, N, N)
        In [-1, 1], NaN where an ingredient is missing; rows are the states, columns the patrons.
    """
    window = np.full_like(arms, np.nan)
    for t in range(ARMS_YEARS - 1, len(arms)):
        window[t] = arms[t - ARMS_YEARS + 1 : t + 1].sum(axis=0)
    received = window.transpose(0, 2, 1)
    total = np.nansum(received, axis=2, keepdims=True)
    share = np.where(total > 0, received / np.where(total > 0, total, 1.0), received)
    defended = np.maximum(pledge, pledge.transpose(0, 2, 1))
    worst = np.maximum(hostility, hostility.transpose(0, 2, 1))
    return 0.5 * (defended + share) - worst / WAR


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Hedging of each state between every two major powers that are rivals in the year.

    Security posture: defence pledges and share of arms received over five years, less hostility in
    disputes. Economic posture: the patron's share of the state's trade. A year is null where an
    ingredient is missing: arms are held for South Asian recipients, trade and disputes end in
    2014, and the first four years of the panel lack the arms of the years before. `label` is
    hedging (H of .5 or more), leaning or disengaged.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel; all if empty.

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `patron_a`, `patron_b`, `index`, `value`, `lower`, `upper`, `label`,
        `security_a`, `security_b`, `economy_a`, `economy_b`, `interval`, `unit`, `provider`.
    """
    chosen, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    dyads = yearly(panel)
    pledge, arms, hostility, bought, sold, rivalry = (
        cube(dyads, name, years, everyone)
        for name in ("atop_defense", "arms", "mid_hostility", "imports", "exports", "rivalry")
    )
    security = security_posture(pledge, arms, hostility)
    trade = matrix(panel.states, "trade_total", years, everyone)[:, :, None]
    economy = np.divide(bought + sold, trade, out=np.full_like(bought, np.nan), where=trade > 0)
    there = present(panel.states, years, everyone)
    frames = []
    for a, b in combinations(possible_patrons(panel), 2):
        i, j = everyone.index(a), everyone.index(b)
        rival = np.nan_to_num(rivalry[:, i, j]) == 1
        where = there & rival[:, None] & _third(chosen, everyone, (a, b))
        if where.any():
            parts = (security[:, :, i], security[:, :, j], economy[:, :, i], economy[:, :, j])
            frames.append(_rows(where, years, everyone, parts, (a, b)))
    if not frames:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat(frames).select(list(SCHEMA)).sort("state", "patron_a", "patron_b", "step")


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("state", "patron_a", "patron_b", "index"), pl.String),
    **dict.fromkeys(("value", "lower", "upper"), pl.Float64),
    "label": pl.String,
    **dict.fromkeys(("security_a", "security_b", "economy_a", "economy_b"), pl.Float64),
    **dict.fromkeys(("interval", "unit", "provider"), pl.String),
}


def _third(
    chosen: Sequence[str], everyone: Sequence[str], patrons: tuple[str, str]
) -> NDArray[np.bool_]:
    return np.array([[state in chosen and state not in patrons for state in everyone]])


def _rows(
    where: NDArray[np.bool_],
    years: Sequence[int],
    states: Sequence[str],
    parts: tuple[Array, Array, Array, Array],
    patrons: tuple[str, str],
) -> pl.DataFrame:
    """Rows of one pair of rival patrons."""
    result = hedging_index(*parts, rivalry=np.ones(parts[0].shape))
    names = ("security_a", "security_b", "economy_a", "economy_b")
    rows = state_rows(
        where,
        years,
        states,
        {"value": result.index, **dict(zip(names, parts, strict=True))},
        index="hedging",
        interval=None,
        unit="0 to 1",
        provider=PROVIDER,
        patron_a=patrons[0],
        patron_b=patrons[1],
    )
    state, year = np.nonzero(where.T)
    cells = zip(result.index[year, state], result.engaged[year, state], strict=True)
    labels = [hedging_label(float(value), bool(engaged)) for value, engaged in cells]
    return rows.with_columns(pl.Series("label", labels, pl.String))
