"""Alignment between two rival patrons, by domain: balance, bandwagon, hedge or disengaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.measures.asking import joined, possible_patrons, with_last_year
from realpolitik.measures.capabilities import COMPONENT_SHARES, component_shares, composite_index
from realpolitik.measures.channels import CHANNELS, Channels, closeness, read_channels
from realpolitik.measures.hedging import ENGAGED
from realpolitik.measures.threat import (
    hostile_intent,
    offence,
    posture_cube,
    power_at_home,
    proximity,
)
from realpolitik.measures.tidy import cube, matrix, members, present, table, yearly, years_of
from realpolitik.measures.weighting import DRAWS, band, draw_weights, share_of_total, weighted_mean
from realpolitik.panel import Panel

if TYPE_CHECKING:
    from realpolitik.measures.relation import Relation

Array = NDArray[np.float64]

DOMAINS = {
    "security": ("pledges", "arms", "exercises", "disputes"),
    "economy": ("trade", "money"),
    "diplomacy": ("votes",),
}
PARTS = tuple(part for parts in DOMAINS.values() for part in parts)
BOUNDS = np.cumsum([0, *(len(parts) for parts in DOMAINS.values())])
FEWEST = 2
"""Domains that a position needs."""
LEANING = 1.0 / 3.0
"""A position beyond it leans to a patron: ties of two to one."""
CLASSES = ("balance", "bandwagon", "hedge", "disengaged")
PROVIDER = "atop, sipri, mme, cow_mid, cow_trade, us_aid, aiddata_gcdf, un_ideal, tss, cow_nmc"


def lean(first: Array, second: Array) -> Array:
    """Lean to the first of two patrons: (x_a - x_b) / (x_a + x_b).

    Returns
    -------
    ndarray
        In [-1, 1]; NaN where an amount is missing or both are zero.

    Examples
    --------
    >>> lean(np.array([3.0, 0.0]), np.array([1.0, 0.0]))
    array([0.5, nan])
    """
    total = first + second
    blank = np.full(total.shape, np.nan)
    return np.asarray(np.divide(first - second, total, out=blank, where=total > 0))


def domain_leans(parts: Array, weights: Array) -> Array:
    """Weighted mean of the known parts of each domain: (..., K) and (R, K) to (R, ..., 3)."""
    spans = [slice(a, b) for a, b in pairwise(BOUNDS)]
    means = [weighted_mean(parts[..., span], weights[:, span]) for span in spans]
    return np.stack(means, axis=-1)


def position(domains: Array, weights: Array) -> Array:
    """Position between the patrons: weighted mean of the known domains.

    Parameters
    ----------
    domains : ndarray (R, ..., 3)
    weights : ndarray (R, 3)

    Returns
    -------
    ndarray (R, ...)
        -1 wholly with the second patron, 1 wholly with the first; NaN with fewer than two domains.
    """
    known = ~np.isnan(domains)
    heavy = weights.reshape(len(weights), *(1,) * (domains.ndim - 2), 3)
    mass = (heavy * known).sum(axis=-1)
    total = (heavy * np.where(known, domains, 0.0)).sum(axis=-1)
    mean = np.divide(total, mass, out=np.full(mass.shape, np.nan), where=mass > 0)
    return np.where(known.sum(axis=-1) >= FEWEST, mean, np.nan)


def classify(place: Array, domains: Array, engagement: Array, danger: Array) -> NDArray[np.int64]:
    """Class of each draw: number in `CLASSES`, or -1 where the position is not known.

    Disengaged where the ties with both patrons are weak; hedge where the position is within 1/3
    of the middle, or where two domains lean beyond 1/3 to opposite sides; otherwise balance where
    it leans away from the patron that threatens more, and bandwagon where it leans to it.

    Parameters
    ----------
    place : ndarray (R, T)
    domains : ndarray (R, T, 3)
    engagement : ndarray (T,)
        Strongest tie with the two together, in [0, 1].
    danger : ndarray (T,)
        Threat of the first patron less that of the second.

    Returns
    -------
    ndarray of int (R, T)

    References
    ----------
    Walt (1987), The Origins of Alliances, 17-33 (balancing, bandwagoning); Kuik (2008),
    Contemporary Southeast Asia 30(2), 159-185, and Lim & Mukherjee (2019), International Relations
    of the Asia-Pacific 19(3) (hedging). The thresholds are our own.
    """
    high = np.where(np.isnan(domains), -np.inf, domains).max(axis=-1) > LEANING
    low = np.where(np.isnan(domains), np.inf, domains).min(axis=-1) < -LEANING
    hedges = (np.abs(place) <= LEANING) | (high & low)
    to_danger = place * danger > 0
    result = np.where(hedges, 2, np.where(to_danger, 1, 0))
    result = np.where(engagement < ENGAGED, 3, result)
    unknown = np.isnan(place) | np.isnan(engagement) | (~hedges & np.isnan(danger))
    return np.where(unknown, -1, result)


@dataclass(frozen=True, slots=True)
class Space:
    """What all pairs of patrons need: T years, N states.

    `hostility` (T, N, N) is the higher of the two; `vote_sd` (T, N) the sd of an ideal point;
    `danger` (T, N, N) the threat of target to source.
    """

    channels: Channels
    hostility: Array
    rivalry: Array
    distance: Array
    vote_sd: Array
    danger: Array


def read_space(
    panel: Panel,
    years: Sequence[int],
    everyone: Sequence[str],
    relation: Relation | None = None,
) -> Space:
    """Read the ingredients of a yearly panel; with a relation, threat has its intent."""
    dyads = yearly(panel)
    hostility, rivalry, apart, km = (
        cube(dyads, name, years, everyone)
        for name in ("mid_hostility", "rivalry", "ideal_distance", "distance")
    )
    shares = component_shares(panel, everyone)
    strength = composite_index(shares)
    offensive = offence(shares[..., COMPONENT_SHARES.index("milex_share")], strength)
    danger = power_at_home(strength, proximity(km)) * (1.0 + offensive[:, None, :])
    if relation is not None:
        danger = danger * hostile_intent(posture_cube(relation, years, everyone))
    sd = matrix(panel.states, "ideal_point_sd", years, everyone)
    return Space(
        read_channels(panel, years, everyone),
        np.maximum(hostility, hostility.transpose(0, 2, 1)),
        rivalry,
        apart,
        sd,
        danger,
    )


def parts_of(space: Space, state: int, patrons: tuple[int, int]) -> Array:
    """Lean of one state to the first of two patrons by part: ndarray (T, K)."""
    a, b = patrons
    amount = dict(zip(CHANNELS, space.channels.amount[:, :, :, state], strict=True))
    leans = {name: lean(x[:, a], x[:, b]) for name, x in amount.items()}
    leans["disputes"] = lean(space.hostility[:, state, b], space.hostility[:, state, a])
    return np.stack([leans[name] for name in PARTS], axis=-1)


def engagement_of(space: Space, state: int, patrons: tuple[int, int]) -> Array:
    """Strongest tie of a state with the two patrons together: ndarray (T,), in [0, 1].

    The highest of a defence pledge of either, and their share in its arms and in its trade; NaN
    where none is known.
    """
    pair = list(patrons)
    ties = [np.max(_amount(space, "pledges")[:, pair, state], axis=1)]
    for name in ("arms", "trade"):
        total = space.channels.total[CHANNELS.index(name), :, state]
        ties.append(share_of_total(_amount(space, name)[:, pair, state].sum(axis=1), total))
    return np.asarray(np.fmax.reduce(np.stack(ties), axis=0))


def _amount(space: Space, name: str) -> Array:
    return np.asarray(space.channels.amount[CHANNELS.index(name)])


def rival_patrons(
    space: Space, powers: Sequence[str], everyone: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Pairs of powers that are rivals in at least one year of the panel."""
    for a, b in combinations(powers, 2):
        pair = everyone.index(a), everyone.index(b)
        if (space.rivalry[:, pair[0], pair[1]] == 1).any():
            yield pair


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    relation: Relation | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """Place each state between every two major powers that are rivals in the year.

    Leans from -1 (second patron) to 1 (first) by domain: `security` (defence pledges, arms over
    five years, exercises, disputes), `economy` (trade, aid and official finance) and `diplomacy`
    (closeness in the General Assembly). `value` is the mean of the domains; a part counts where it
    is known for both patrons and one of them has a tie. `label` is the most probable class and
    `balance` to `disengaged` are the probabilities, over the weights of parts and domains (one
    part left out) and the error of the ideal points. Balance is leaning away from the patron that
    threatens more, bandwagon leaning to it; the threat is that of power, nearness and offence
    alone unless a relation is given, which adds intent. The great powers that a region file names
    count as major powers, and the index `hedging` takes the same patrons.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel; all if empty.
    relation : Relation, optional
        Measured relation of the panel.
    draws, seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `patron_a`, `patron_b`, `index`, `value`, `lower`, `upper`, `label`,
        `balance`, `bandwagon`, `hedge`, `disengaged`, `security`, `economy`, `diplomacy`,
        `engagement`, `threat_gap`, `used`, `interval`, `unit`, `provider`, `last_year`.
    """
    chosen, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    space = read_space(panel, years, everyone, relation)
    there = present(panel.states, years, everyone)
    frames = []
    for a, b in rival_patrons(space, possible_patrons(panel), everyone):
        rival = space.rivalry[:, a, b] == 1
        for state in (everyone.index(name) for name in chosen):
            where = rival & there[:, state]
            if state not in (a, b) and where.any():
                frames.append(_rows(space, state, (a, b), where, everyone, years, draws, seed))
    if not frames:
        return pl.DataFrame(schema=SCHEMA)
    rows = pl.concat(frames).sort("state", "patron_a", "patron_b", "step")
    return with_last_year(rows, "state", "patron_a", "patron_b").select(list(SCHEMA))


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("state", "patron_a", "patron_b", "index"), pl.String),
    **dict.fromkeys(("value", "lower", "upper"), pl.Float64),
    "label": pl.String,
    **dict.fromkeys((*CLASSES, *DOMAINS, "engagement", "threat_gap"), pl.Float64),
    **dict.fromkeys(("used", "interval", "unit", "provider"), pl.String),
    "last_year": pl.Int64,
}


def drawn_weights(draws: int, seed: int) -> tuple[Array, Array]:
    """Weights of parts (draws + 1, K) and domains (draws + 1, 3); the first rows are equal."""
    parts = draw_weights(np.ones(len(PARTS)), draws, rng.stream(seed, "alignment", "parts"))
    generator = rng.stream(seed, "alignment", "domains")
    domains = draw_weights(np.ones(len(DOMAINS)), draws, generator, omit=False)
    return np.vstack([np.ones(len(PARTS)), parts]), np.vstack([np.ones(len(DOMAINS)), domains])


def _votes(space: Space, state: int, patrons: tuple[int, int], noise: Array) -> Array:
    """Drawn lean in votes, from the error of the ideal points: (R, T); noise (R, T, 2)."""
    close = []
    for k, patron in enumerate(patrons):
        sd = np.hypot(space.vote_sd[:, state], space.vote_sd[:, patron])
        close.append(closeness(np.abs(space.distance[:, state, patron] + sd * noise[..., k])))
    return lean(close[0], close[1])


def _probabilities(classes: NDArray[np.int64]) -> tuple[dict[str, Array], list[str | None]]:
    """Share of the draws (R, T) in each class, of those with one, and the most probable class."""
    count = np.stack([(classes == k).sum(axis=0) for k in range(len(CLASSES))]).astype(np.float64)
    shares = share_of_total(count, count.sum(axis=0))
    best, known = count.argmax(axis=0), count.sum(axis=0) > 0
    labels = [CLASSES[k] if some else None for k, some in zip(best, known, strict=True)]
    return dict(zip(CLASSES, shares, strict=True)), labels


def _rows(
    space: Space,
    state: int,
    patrons: tuple[int, int],
    where: NDArray[np.bool_],
    everyone: Sequence[str],
    years: Sequence[int],
    draws: int,
    seed: int,
) -> pl.DataFrame:
    parts = parts_of(space, state, patrons)
    on_parts, on_domains = drawn_weights(draws, seed)
    domains = domain_leans(parts, on_parts)
    noise = rng.stream(seed, "alignment", "votes").standard_normal((draws, len(years), 2))
    some = ~np.isnan(domains[1:, :, 2])
    domains[1:, :, 2] = np.where(some, _votes(space, state, patrons, noise), np.nan)
    place = position(domains, on_domains)
    engagement = engagement_of(space, state, patrons)
    danger = space.danger[:, state, patrons[0]] - space.danger[:, state, patrons[1]]
    shares, labels = _probabilities(classify(place[1:], domains[1:], engagement, danger))
    lower, upper = band(place[1:])
    numbers = {
        "value": place[0],
        "lower": lower,
        "upper": upper,
        **shares,
        **dict(zip(DOMAINS, domains[0].T, strict=True)),
        "engagement": engagement,
        "threat_gap": danger,
    }
    count = int(where.sum())
    keys = {
        "step": np.asarray(years)[where],
        **{
            name: np.repeat(np.array([everyone[k]]), count)
            for name, k in (("state", state), ("patron_a", patrons[0]), ("patron_b", patrons[1]))
        },
        "label": pl.Series(labels, dtype=pl.String).filter(pl.Series(where)),
        "used": joined(~np.isnan(parts[where]), PARTS),
    }
    facts = {"index": "alignment", "interval": "90% over weights and error of votes"}
    cells = {name: values[where] for name, values in numbers.items()}
    return table(keys, cells, {**facts, "unit": "-1 to 1", "provider": PROVIDER})
