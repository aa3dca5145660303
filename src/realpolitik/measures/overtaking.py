"""Overtaking: who passed whom in influence, where, when, and with what probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.asking import joined
from realpolitik.measures.channels import CHANNELS, PROVIDER, read_channels
from realpolitik.measures.influence import (
    EQUAL,
    FEWEST,
    Links,
    Weights,
    among,
    mean_link,
    targets_and_powers,
    weight_draws,
)
from realpolitik.measures.weighting import DRAWS, check_weights
from realpolitik.panel import Panel

Array = NDArray[np.float64]

WINDOW = 2
"""Years either side in which a draw's passing counts as the same one."""

SEAM = "change_of_channels"


@dataclass(frozen=True, slots=True)
class Leads:
    """Lead of the first of two powers over the second, under R sets of weights in T years.

    Attributes
    ----------
    before, after : ndarray (R, T)
        Influence of the first less that of the second in the year before and in the year, both
        over the channels known in both years; NaN where fewer than two are, and in the first year.
    common : ndarray of bool (K, T)
        Those channels.
    """

    before: Array
    after: Array
    common: NDArray[np.bool_]


def leads(links: Links, weights: Array) -> Leads:
    """Compare two powers year by year on channels that do not change between the years.

    A source that starts or ends must not look like one power passing the other, so each year is
    compared with the year before on the channels known for both powers in both years.

    Parameters
    ----------
    links : Links
        Of exactly two powers.
    weights : ndarray (R, K)
    """
    known = links.comparable | links.idle
    common = np.zeros_like(known)
    common[:, 1:] = known[:, 1:] & known[:, :-1]
    wide, heavy = (
        np.where(links.idle[..., None], 0.0, link) for link in (links.bandwidth, links.dependence)
    )
    enough = (common & (weights[0] > 0)[:, None]).sum(axis=0) >= FEWEST
    lead = []
    for shift in (1, 0):
        b, d = (
            np.where(common[..., None], np.roll(link, shift, axis=1), np.nan)
            for link in (wide, heavy)
        )
        product = mean_link(b, weights) * mean_link(d, weights)
        lead.append(np.where(enough, product[..., 0] - product[..., 1], np.nan))
    return Leads(lead[0], lead[1], common)


def passings(lead: Leads, window: int = WINDOW) -> tuple[NDArray[np.bool_], Array]:
    """Years in which the first power passes the second, and the probability of each.

    It passes in year t under weights r if its lead was below zero in t - 1 and is above zero in t.
    Row 0 are the chosen weights; the probability is the share of the other rows, of those with a
    value in t, in which it passes within `window` years of t.

    Returns
    -------
    passed : ndarray of bool (T,)
        Under the chosen weights.
    probability : ndarray (T,)
        NaN where no draw has a value.

    Examples
    --------
    >>> one = np.array([[np.nan, -1.0, 2.0], [np.nan, -1.0, 1.0], [np.nan, 1.0, 1.0]])
    >>> two = np.array([[np.nan, 2.0, 3.0], [np.nan, 1.0, 2.0], [np.nan, 1.0, 2.0]])
    >>> passings(Leads(one, two, np.ones((1, 3), bool)))[1]
    array([nan, 0.5, 0.5])
    """
    passes = (lead.before < 0) & (lead.after > 0)
    near = passes[1:].copy()
    for shift in range(1, window + 1):
        near[:, shift:] |= passes[1:, :-shift]
        near[:, :-shift] |= passes[1:, shift:]
    known = ~np.isnan(lead.after[1:])
    count = known.sum(axis=0)
    blank = np.full(count.shape, np.nan)
    return passes[0], np.divide((near & known).sum(axis=0), count, out=blank, where=count > 0)


def changed_by_channels(lead: Leads) -> NDArray[np.bool_]:
    """Years in which the first power is behind on the channels so far and ahead on those to come.

    Other channels are known from the next comparison on: the order changes, and no power passed.

    Returns
    -------
    ndarray of bool (T,)
        Under the chosen weights (row 0).
    """
    to_come = np.append(lead.before[0, 1:], np.nan)
    return np.asarray((lead.after[0] < 0) & (to_come > 0))


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    weights: Weights = EQUAL,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """Years in which one great power passed another in influence over a state.

    Each two powers are compared on the channels known for both, so more channels may count here
    than in `influence`, which compares all at once. `value` is the probability of the passing over
    the draws of the weights and the omission of a channel. `ahead_before` and `ahead` are the
    shares of draws in which it led in the year before and in the year; `lasts_to` is the last year
    before it is behind again, be it passed or because other channels are known then; null if it is
    still ahead in the last year compared. Rows with index `change_of_channels` are no passing: the
    power is behind on the channels known so far (`ahead_before`) and ahead on those known from the
    year on (`ahead`, `used`), in the same year.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Targets; all members if empty.
    weights : Weights
    draws, seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `source` (who passed), `target` (where), `passed` (whom), `index`, `value`,
        `ahead_before`, `ahead`, `lasts_to`, `used`, `interval`, `unit`, `provider`.
    """
    targets, powers, everyone, years = targets_and_powers(panel, states)
    channels = read_channels(panel, years, everyone)
    drawn = np.vstack([check_weights(weights), weight_draws(weights, draws, seed)])
    records = []
    for target in targets:
        for pair in combinations([power for power in powers if power != target], 2):
            lead = leads(among(channels, target, pair, everyone)[0], drawn)
            records += _records(lead, pair, target, years)
            turned = Leads(-lead.before, -lead.after, lead.common)
            records += _records(turned, pair[::-1], target, years)
    rows = pl.DataFrame(records, schema=SCHEMA, orient="row")
    return rows.sort("target", "step", "source", "passed")


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("source", "target", "passed", "index"), pl.String),
    **dict.fromkeys(("value", "ahead_before", "ahead"), pl.Float64),
    "lasts_to": pl.Int64,
    **dict.fromkeys(("used", "interval", "unit", "provider"), pl.String),
}


def _records(
    lead: Leads, pair: Sequence[str], target: str, years: Sequence[int]
) -> list[tuple[object, ...]]:
    """Rows of the years in which the first of the pair passed the second, or came out ahead."""
    passed, probability = passings(lead)
    to_come = np.column_stack([lead.before[:, 1:], np.full(len(lead.before), np.nan)])
    behind = np.flatnonzero((lead.after[0] < 0) | (to_come[0] < 0))
    used = joined(lead.common.T, CHANNELS)
    rows: list[tuple[object, ...]] = []

    def add(t: int, index: str, value: float, before: Array, after: Array, channels: str) -> None:
        later = behind[behind > t] if index == SEAM else behind[behind >= t]
        last = years[int(later[0])] - 1 if len(later) else None
        ahead = _share_ahead(before[1:, t]), _share_ahead(after[1:, t])
        keys = (years[t], pair[0], target, pair[1], index)
        number = None if np.isnan(value) else value
        rows.append((*keys, number, *ahead, last, channels, None, "probability", PROVIDER))

    for t in np.flatnonzero(passed).tolist():
        add(t, "overtaking", float(probability[t]), lead.before, lead.after, used[t])
    for t in np.flatnonzero(changed_by_channels(lead)).tolist():
        add(t, SEAM, float("nan"), lead.after, to_come, used[t + 1])
    return rows


def _share_ahead(lead: Array) -> float:
    known = lead[~np.isnan(lead)]
    return float((known > 0).mean()) if len(known) else float("nan")
