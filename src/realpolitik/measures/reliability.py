"""Reliability of a partner: one scale for every state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.measures.asking import great_powers, joined, trade_flows, with_last_year
from realpolitik.measures.channels import LUMPY_YEARS
from realpolitik.measures.tidy import cube, matrix, members, present, table, yearly, years_of
from realpolitik.measures.weighting import (
    BAND,
    LOWER,
    UPPER,
    band,
    check_weights,
    draw_weights,
    rolling_sum,
    share_of_total,
    weighted_mean,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

DRAWS = 100
HIGHEST = 5.0  # top of the hostility scale
FEWEST = 3
"""Parts that the index needs."""
FEWEST_VOTES = 5
"""Key votes of a year on which both voted."""
KEY_PATRON = "USA"
"""The list of important votes is that of the United States Department of State."""
PROVIDER = "un_votes, gsdb, sipri, cow_trade, atop, cow_mid, tss"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each part of reliability."""

    votes: float = 1.0
    key_votes: float = 1.0
    sanctions: float = 1.0
    arms: float = 1.0
    trade: float = 1.0
    pledges: float = 1.0
    restraint: float = 1.0


EQUAL = Weights()
PARTS = ("votes", "key_votes", "sanctions", "arms", "trade", "pledges", "restraint")


def lean_to_patron(with_patron: Array, with_all: Array, rivals: NDArray[np.bool_]) -> Array:
    """Ties with the patron as a share of those with the patron and its rivals.

    l_i = x_ip / (x_ip + sum_{r rival of p} x_ir), over the rivals whose amount is known.

    Parameters
    ----------
    with_patron : ndarray (T, N)
        Amount between each partner and the patron.
    with_all : ndarray (T, N, N)
        Amount between each partner (axis 1) and each other state (axis 2).
    rivals : ndarray of bool (T, N)
        Rivals of the patron.

    Returns
    -------
    ndarray (T, N)
        In [0, 1]; NaN where the patron's amount is missing, the patron has no rival other than the
        partner, no rival's amount is known, or all are zero.
    """
    other = rivals[:, None, :] & ~np.eye(rivals.shape[1], dtype=bool)
    known = other & ~np.isnan(with_all)
    amount = np.where(known, with_all, 0.0).sum(axis=-1)
    against = np.where(known.any(axis=-1), amount, np.nan)
    return share_of_total(with_patron, with_patron + against)


def sanctions_joined(sanctions: Array, patron: int) -> Array:
    """Share of the states under the patron's sanctions that the partner sanctions too.

    Third states only: neither the partner nor the patron.

    Parameters
    ----------
    sanctions : ndarray (T, N, N)
        Cases in force, source by target.
    patron : int

    Returns
    -------
    ndarray (T, N)
        In [0, 1]; NaN where the patron sanctions no third state whose case is known.
    """
    by_patron = np.repeat(sanctions[:, patron, None, :], sanctions.shape[1], axis=1)
    third = ~np.eye(sanctions.shape[1], dtype=bool)
    under = (by_patron > 0) & third & ~np.isnan(sanctions)
    joined_in = (under & (sanctions > 0)).sum(axis=-1).astype(np.float64)
    return share_of_total(joined_in, under.sum(axis=-1).astype(np.float64))


def duties(pledge: Array, patron: int, rivals: NDArray[np.bool_]) -> Array:
    """Treaty duties: (1 + d_ip - max_r d_ir) / 2 over the patron's rivals r other than i.

    1 pledged to the patron alone, .5 to neither or to both, 0 to a rival alone.

    Parameters
    ----------
    pledge : ndarray (T, N, N)
        1 where source is pledged to defend target.
    patron : int
    rivals : ndarray of bool (T, N)

    Returns
    -------
    ndarray (T, N)
    """
    other = rivals[:, None, :] & ~np.eye(rivals.shape[1], dtype=bool)
    to_rivals = np.where(other, pledge, 0.0).max(axis=-1)
    return np.asarray(0.5 * (1.0 + pledge[:, :, patron] - to_rivals))


def rank_on_shared_parts(parts: Array, weights: Array) -> Array:
    """Rank of each partner, any two compared on the parts known for both.

    rank_i = 1 + sum_j ([s_j > s_i] + [s_j = s_i] / 2), with s over the parts that i and j share:
    a part that a source holds for some partners only does not move the others.

    Parameters
    ----------
    parts : ndarray (N, K)
        NaN where missing.
    weights : ndarray (R, K)

    Returns
    -------
    ndarray (R, N)
        1 is the most reliable; NaN for a partner with fewer than three parts.

    Examples
    --------
    >>> two = np.array([[1.0, 0.0, 0.2], [0.0, 0.1, 0.2]])
    >>> rank_on_shared_parts(two, np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    array([[1., 2.],
           [2., 1.]])
    """
    known = ~np.isnan(parts)
    ranked = known.sum(axis=-1) >= FEWEST
    both = (known[:, None, :] & known[None, :, :]).astype(np.float64)
    gap = np.where(known, parts, 0.0)[None, :, :] - np.where(known, parts, 0.0)[:, None, :]
    lead = np.einsum("rk,ijk->rij", weights, both * gap)
    rivals = ranked[None, None, :] & ~np.eye(len(parts), dtype=bool)
    near = np.abs(lead) <= TIE
    ahead = np.where(near, 0.5, lead > 0) * rivals
    rank: Array = np.where(ranked, 1.0 + ahead.sum(axis=-1), np.nan)
    return rank


TIE = 1e-12
"""Differences of rounding that count as a tie."""


def key_vote_agreement(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> Array:
    """Agreement of each state with the United States on the votes it calls important: (T, N).

    1 - mean |v_i - v_p| / 2 with yes 1, abstain 2, no 3; NaN with fewer than five such votes.
    """
    votes = panel.votes().filter(
        (pl.col("importantvote") == 1) & pl.col("state").is_in(list(everyone))
    )
    own = votes.filter(state=KEY_PATRON).select("rcid", pl.col("vote").alias("own"))
    apart = (pl.col("vote").cast(pl.Float64) - pl.col("own")).abs()
    rows = (
        votes.join(own, on="rcid")
        .group_by("state", "year")
        .agg((1.0 - apart.mean() / 2.0).alias("key"), pl.len().alias("shared"))
        .filter(pl.col("shared") >= FEWEST_VOTES)
    )
    return matrix(rows, "key", years, everyone)


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What the panel holds for all patrons: ndarrays (T, N, N), source by target.

    `arms` is recipient by supplier over five years; `key_votes` is (T, N), for one patron.
    """

    agreement: Array
    sanctions: Array
    arms: Array
    trade: Array
    pledge: Array
    hostility: Array
    rivalry: Array
    key_votes: Array


def read_ingredients(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> Ingredients:
    """Read the ingredients of a yearly panel."""
    dyads = yearly(panel)
    names = ("un_agreement", "sanctions", "arms", "atop_defense", "mid_hostility", "rivalry")
    read = {name: cube(dyads, name, years, everyone) for name in names}
    return Ingredients(
        read["un_agreement"],
        read["sanctions"],
        rolling_sum(read["arms"], LUMPY_YEARS).transpose(0, 2, 1),
        trade_flows(dyads, years, everyone),
        read["atop_defense"],
        read["mid_hostility"],
        read["rivalry"],
        key_vote_agreement(panel, years, everyone),
    )


def parts_for(held: Ingredients, patron: int, *, key: bool) -> Array:
    """Parts of reliability towards one patron: ndarray (T, N, K) in the order of `PARTS`.

    Every part is in [0, 1] and the same rule serves every partner and patron.
    """
    rivals = held.rivalry[:, patron, :] == 1
    none = np.full_like(held.key_votes, np.nan)
    return np.stack(
        [
            held.agreement[:, :, patron],
            held.key_votes if key else none,
            sanctions_joined(held.sanctions, patron),
            lean_to_patron(held.arms[:, :, patron], held.arms, rivals),
            lean_to_patron(held.trade[:, :, patron], held.trade, rivals),
            duties(held.pledge, patron, rivals),
            1.0 - held.hostility[:, :, patron] / HIGHEST,
        ],
        axis=-1,
    )


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    weights: Weights = EQUAL,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """Reliability of each state named as a partner of each great power of the region.

    Parts, all from 0 to 1: `votes` agreement in the General Assembly; `key_votes` agreement on the
    votes the United States calls important (its list is the only one held); `sanctions` share of
    the third states under the patron's sanctions that the partner sanctions too; `arms` and
    `trade` with the patron as a share of those with the patron and its rivals; `pledges` defence
    duties to the patron, not to its rivals; `restraint` absence of hostility in disputes. A part
    that is not known is null and is left out of the mean of the others (`used`). The rank is
    among all states of the region but the patron, any two compared on the parts known for both.
    The scale says how far a partner goes along with a patron, not whether it should.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Partners; all members if empty.
    weights : Weights
    draws, seed : int
        For the bands: Dirichlet weights around these, one part left out.

    Returns
    -------
    pl.DataFrame
        `step`, `source` (partner), `target` (patron), `index`, `value`, `lower`, `upper`, `rank`,
        `rank_lower`, `rank_upper`, `ranked` (partners), one column for each part, `used`,
        `interval`, `unit`, `provider`, `last_year`.
    """
    partners, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    held = read_ingredients(panel, years, everyone)
    base = check_weights(weights)
    drawn = np.vstack([base, draw_weights(base, draws, rng.stream(seed, "reliability", "weights"))])
    there = present(panel.states, years, everyone)
    frames = []
    for patron in great_powers(panel):
        place = everyone.index(patron)
        parts = parts_for(held, place, key=patron == KEY_PATRON)
        parts[:, place] = np.nan
        chosen = [everyone.index(state) for state in partners if state != patron]
        frames.append(_rows(parts, drawn, there, chosen, patron, everyone, years))
    rows = pl.concat(frames).sort("source", "target", "step")
    return with_last_year(rows, "source", "target")


def _rows(
    parts: Array,
    drawn: Array,
    there: NDArray[np.bool_],
    chosen: Sequence[int],
    patron: str,
    everyone: Sequence[str],
    years: Sequence[int],
) -> pl.DataFrame:
    year, partner = np.nonzero(there[:, chosen])
    partner = np.asarray(chosen, dtype=np.intp)[partner]
    enough = (~np.isnan(parts)).sum(axis=-1) >= FEWEST
    rank = np.full((3, *enough.shape), np.nan)
    for t in np.unique(year):
        each = rank_on_shared_parts(parts[t], drawn)
        ranked = ~np.isnan(each[0])
        rank[0, t] = each[0]
        rank[1:, t, ranked] = np.quantile(each[1:, ranked], [LOWER, UPPER], axis=0)
    cells = np.where(enough[year, partner, None], parts[year, partner], np.nan)
    value = weighted_mean(cells, drawn)
    lower, upper = band(value[1:])
    numbers = {
        "value": value[0],
        "lower": lower,
        "upper": upper,
        **dict(zip(("rank", "rank_lower", "rank_upper"), rank[:, year, partner], strict=True)),
        "ranked": np.where(enough, enough.sum(axis=1, keepdims=True), np.nan)[year, partner],
        **dict(zip(PARTS, parts[year, partner].T, strict=True)),
    }
    names = np.asarray(everyone)
    used = ~np.isnan(parts[year, partner]) & (drawn[0] > 0)
    keys = {
        "step": np.asarray(years)[year],
        "source": names[partner],
        "target": np.repeat(np.array([patron]), len(year)),
        "used": joined(used, PARTS),
    }
    facts = {"index": "reliability", "interval": BAND, "unit": "0 to 1", "provider": PROVIDER}
    return table(keys, numbers, facts)
