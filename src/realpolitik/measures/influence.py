"""Influence of each great power on each state: bandwidth times dependence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.measures.asking import great_powers, joined, with_last_year
from realpolitik.measures.channels import (
    CHANNELS,
    COUNTED,
    PROVIDER,
    Channels,
    read_channels,
)
from realpolitik.measures.tidy import members, present, table, years_of
from realpolitik.measures.weighting import (
    BAND,
    DRAWS,
    band,
    check_weights,
    draw_weights,
    share_of_total,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

FEWEST = 2
"""Channels that an index needs: with one, it is that channel and has no sensitivity."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each channel in the index, in the order of `channels.CHANNELS`."""

    trade: float = 1.0
    money: float = 1.0
    arms: float = 1.0
    exercises: float = 1.0
    pledges: float = 1.0
    votes: float = 1.0
    troops: float = 1.0
    visits: float = 1.0


EQUAL = Weights()


@dataclass(frozen=True, slots=True)
class Links:
    """How wide and how heavy the links of P powers with one target are, over T years.

    Attributes
    ----------
    bandwidth : ndarray (K, T, P)
        Amount over the largest of the powers compared, in [0, 1].
    dependence : ndarray (K, T, P)
        Amount over the target's total, in [0, 1].
    comparable : ndarray of bool (K, T)
        The amount is known for every power compared, and some power has a link.
    idle : ndarray of bool (K, T)
        Known for every power, and no power has a link.
    """

    bandwidth: Array
    dependence: Array
    comparable: NDArray[np.bool_]
    idle: NDArray[np.bool_]


def compare(amount: Array, total: Array) -> Links:
    """Bandwidth and dependence of a target's links with the powers that are compared.

    b_kp = x_kp / max_q x_kq and d_kp = x_kp / X_k, with x the amount and X the target's total over
    all sources. A channel that is not known for one of the powers is not comparable and stays out:
    a source that covers one power alone would count as zero for the others.

    Parameters
    ----------
    amount : ndarray (K, T, P)
        Of each power towards the target; NaN where not known.
    total : ndarray (K, T)

    Returns
    -------
    Links
    """
    covered = ~np.isnan(amount).any(axis=-1) & ~np.isnan(total)
    largest = np.where(covered, np.max(amount, axis=-1), np.nan)
    comparable = covered & (np.nan_to_num(largest) > 0)
    blank = np.where(comparable, largest, np.nan)[..., None]
    whole = np.where(comparable, total, np.nan)[..., None]
    return Links(
        share_of_total(amount, blank),
        share_of_total(amount, whole),
        comparable,
        covered & ~comparable,
    )


def influence(links: Links, weights: Array) -> Array:
    """Influence of each power under each set of weights, as a share among the powers compared.

    I_p = (sum_k w_k b_kp / sum_k w_k) (sum_k w_k d_kp / sum_k w_k) over comparable channels,
    and s_p = I_p / sum_q I_q.

    The form, bandwidth times dependence, is that of the Formal Bilateral Influence Capacity index;
    its indicators and weights are not rebuilt here: channels and normalisation are our own.

    Parameters
    ----------
    links : Links
    weights : ndarray (R, K)

    Returns
    -------
    ndarray (R, T, P)
        Shares that add up to one; NaN where no comparable channel has weight.

    References
    ----------
    Moyer, Sweijs, Burrows & Van Manen (2018), Power and Influence in a Globalized World.
    """
    product = mean_link(links.bandwidth, weights) * mean_link(links.dependence, weights)
    return share_of_total(product, product.sum(axis=-1, keepdims=True))


def mean_link(link: Array, weights: Array) -> Array:
    """Weighted mean over channels: (K, T, P) and (R, K) to (R, T, P), comparable ones only."""
    known = ~np.isnan(link)
    mass = np.einsum("rk,ktp->rtp", weights, known.astype(np.float64))
    total = np.einsum("rk,ktp->rtp", weights, np.where(known, link, 0.0))
    return np.asarray(np.divide(total, mass, out=np.full_like(total, np.nan), where=mass > 0))


def weight_draws(weights: Weights, draws: int, seed: int) -> Array:
    """Draws of the weights, the same for every target: ndarray (draws, K)."""
    return draw_weights(check_weights(weights), draws, rng.stream(seed, "influence", "weights"))


def targets_and_powers(
    panel: Panel, states: Sequence[str]
) -> tuple[list[str], list[str], list[str], list[int]]:
    """Targets asked for, great powers of the region, all members, years."""
    return members(panel, states), great_powers(panel, 2), members(panel, ()), years_of(panel)


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    weights: Weights = EQUAL,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """Influence of the region's great powers on each state named, as shares of their sum.

    A channel enters the index of a year only where it is known for all great powers (less the
    target itself); `used` lists those, `idle` those in which no power has a link, `left_out` those
    known for some powers only. The columns `trade` to `votes` are each power's share of the
    target's total in that channel, also where it is left out of the index; `troops` (persons) and
    `visits` are known for one power and shown as counted. The index needs two channels. It moves
    when a source ends: compare years with the same `used`.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Targets; all members if empty.
    weights : Weights
        Zero leaves a channel out.
    draws, seed : int
        For the sensitivity band: Dirichlet weights around these, one channel left out.

    Returns
    -------
    pl.DataFrame
        `step`, `source` (power), `target`, `index`, `value`, `lower`, `upper`, `bandwidth`,
        `dependence`, one column for each channel, `used`, `idle`, `left_out`, `interval`, `unit`,
        `provider`, `last_year`.
    """
    targets, powers, everyone, years = targets_and_powers(panel, states)
    channels = read_channels(panel, years, everyone)
    drawn = np.vstack([check_weights(weights), weight_draws(weights, draws, seed)])
    there = present(panel.states, years, everyone)
    frames = [
        _target_rows(channels, drawn, there, target, powers, everyone, years) for target in targets
    ]
    return with_last_year(pl.concat(frames), "source", "target")


def among(
    channels: Channels, target: str, powers: Sequence[str], everyone: Sequence[str]
) -> tuple[Links, Array]:
    """Links of some powers with one target, and their amounts (K, T, P)."""
    place = [everyone.index(power) for power in powers]
    j = everyone.index(target)
    amount = channels.amount[:, :, place, j]
    return compare(amount, channels.total[:, :, j]), amount


def _shown(channels: Channels, amount: Array, target: int) -> dict[str, Array]:
    """Share of the target's total by channel, or the amount where there is no share: (T, P)."""
    parts = share_of_total(amount, channels.total[:, :, target, None])
    return {
        name: amount[k] if name in COUNTED else parts[k] for k, name in enumerate(channels.names)
    }


def _target_rows(
    channels: Channels,
    drawn: Array,
    there: NDArray[np.bool_],
    target: str,
    powers: Sequence[str],
    everyone: Sequence[str],
    years: Sequence[int],
) -> pl.DataFrame:
    others = [power for power in powers if power != target]
    links, amount = among(channels, target, others, everyone)
    used = links.comparable & (drawn[0] > 0)[:, None]
    enough = (used.sum(axis=0) >= FEWEST)[None, :, None]
    shares = np.where(enough, influence(links, drawn), np.nan)
    lower, upper = band(shares[1:])
    numbers = {
        "value": shares[0],
        "lower": lower,
        "upper": upper,
        "bandwidth": mean_link(links.bandwidth, drawn[:1])[0],
        "dependence": mean_link(links.dependence, drawn[:1])[0],
        **_shown(channels, amount, everyone.index(target)),
    }
    partial = ~np.isnan(amount).all(axis=-1) & ~links.comparable & ~links.idle
    flags = {"used": used, "idle": links.idle, "left_out": partial}
    year, size = np.flatnonzero(there[:, everyone.index(target)]), len(others)
    keys = {
        "step": np.repeat(np.asarray(years)[year], size),
        "source": np.tile(np.array(others), len(year)),
        "target": np.repeat(np.array([target]), size * len(year)),
        **{n: np.repeat(joined(f.T[year], CHANNELS), size) for n, f in flags.items()},
    }
    facts = {"index": "influence", "interval": BAND, "unit": "share among the great powers"}
    cells = {name: values[year].ravel() for name, values in numbers.items()}
    rows = table(keys, cells, {**facts, "provider": PROVIDER})
    return rows.sort("source", "step", maintain_order=True)
