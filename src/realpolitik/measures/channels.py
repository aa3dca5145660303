"""Channels of a tie: what each state is to each other in trade, money, arms, force and votes.

Every channel is an amount of source towards target, and the total of the target over all sources
that the panel holds. Deliveries and money come in lumps: their amounts are sums over five years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.asking import trade_flows
from realpolitik.measures.tidy import cube, matrix, yearly
from realpolitik.measures.weighting import rolling_sum
from realpolitik.panel import Panel

Array = NDArray[np.float64]

LUMPY_YEARS = 5
FEWEST_SOURCES = 2
COUNTED = ("troops", "visits")
"""Channels known for one state alone: shown as counted, they have no share."""
DOLLARS_2021_TO_2022 = 1.07
"""Price index of US GDP, 2022 over 2021 (Bureau of Economic Analysis, NIPA table 1.1.4)."""

PROVIDERS = {
    "trade": "cow_trade",
    "money": "us_aid, aiddata_gcdf",
    "arms": "sipri",
    "exercises": "mme",
    "pledges": "atop",
    "votes": "un_ideal",
    "troops": "troopdata",
    "visits": "ceias",
}
CHANNELS = tuple(PROVIDERS)
PROVIDER = ", ".join(PROVIDERS.values())


@dataclass(frozen=True, slots=True)
class Channels:
    """Amounts of T years, N states and K channels.

    Attributes
    ----------
    names : tuple of str
        Length K.
    amount : ndarray (K, T, N, N)
        Source by target, zero or more; NaN where not known.
    total : ndarray (K, T, N)
        Of the target, over all sources held; NaN where fewer than two are known.
    """

    names: tuple[str, ...]
    amount: Array
    total: Array


def closeness(distance: Array) -> Array:
    """Turn the distance d of two ideal points into closeness: exp(-d).

    1 for the same position, .37 one standard deviation apart. [Our own definition.]
    """
    return np.exp(-distance)


def known_total(amount: Array) -> Array:
    """Sum over sources (axis -2) of the known amounts; NaN where fewer than two are known.

    A share of the total of one source would be 1 whatever the others did.
    """
    few = (~np.isnan(amount)).sum(axis=-2) < FEWEST_SOURCES
    return np.where(few, np.nan, np.nansum(amount, axis=-2))


def read_channels(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> Channels:
    """Read all channels of a yearly panel, in the order of `CHANNELS`.

    `trade`: imports plus exports, of the target's total trade with the world. `money`: aid
    obligations of the United States and official finance of China in constant dollars of 2022;
    a five-year sum below zero (money taken back) counts as zero; no other source is known. `arms`:
    deliveries of major arms. `exercises`: in which both took part. `pledges`: defence pledges of
    source to target. `votes`: closeness of ideal points. `troops`: of the United States only.
    `visits`: of Chinese leaders only.
    """
    dyads = yearly(panel)
    read = {
        name: cube(dyads, column, years, everyone)
        for name, column in (
            ("aid", "us_aid"),
            ("finance", "china_finance_recent"),
            ("arms", "arms"),
            ("exercises", "exercises"),
            ("pledges", "atop_defense"),
            ("distance", "ideal_distance"),
            ("troops", "troops"),
            ("visits", "leader_visits"),
        )
    }
    finance = rolling_sum(read["finance"], LUMPY_YEARS) * DOLLARS_2021_TO_2022
    aid = np.maximum(rolling_sum(read["aid"], LUMPY_YEARS), 0.0)
    amounts = {
        "trade": trade_flows(dyads, years, everyone),
        "money": np.where(np.isnan(aid), finance, aid),
        "arms": rolling_sum(read["arms"], LUMPY_YEARS),
        "exercises": read["exercises"],
        "pledges": read["pledges"],
        "votes": closeness(read["distance"]),
        "troops": read["troops"],
        "visits": read["visits"],
    }
    amount = np.stack([amounts[name] for name in CHANNELS])
    total = known_total(amount)
    total[CHANNELS.index("trade")] = matrix(panel.states, "trade_total", years, everyone)
    return Channels(CHANNELS, amount, total)
