"""Positions of states towards each other from the panel, and the response they come closest to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.data import system_states
from realpolitik.measures import response
from realpolitik.measures.asking import asked_dyads, trade_flows, with_last_year
from realpolitik.measures.capabilities import (
    component_shares,
    composite_index,
    military_burden,
)
from realpolitik.measures.response import OPTIONS, Settings
from realpolitik.measures.similarity_panel import pledge_codes
from realpolitik.measures.tidy import cube, dyad_rows, matrix, members, present, yearly, years_of
from realpolitik.measures.weighting import (
    BAND,
    DRAWS,
    LOWER,
    UPPER,
    change_over,
    draw_weights,
    rolling_sum,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

ARMING_YEARS = 5
PLEDGED, ARMED = 2.0, float(np.log(1.5))
"""Units: a pledge of defence counts two; a burden of arms that grows by half counts one."""
MILLION = 1e6
STRATEGY_YEARS = 5
"""Years over which responses make a strategy."""
PROVIDER = "atop, tss, cow_trade, cow_nmc, worldbank"
DEFAULT = Settings()


def positions(panel: Panel, years: Sequence[int], states: Sequence[str]) -> Array:
    """Where each state stands towards each other, in units that mean the same in every region.

    security : 2 (pledge code / 3 - rivalry): 2 is a pledge of defence, -2 a rivalry
    economy : log(1 + 1000 trade / product of the source) less its mean over the source's partners
    security_rival : the first towards the target's rivals, weighted by their capability
    arming : change of the log of military spending over product in five years, over log 1.5

    Returns
    -------
    ndarray (T, N, N, 4)
        Source by target, in the order of `response.PARTS`; NaN where a part is not known.
    """
    dyads = yearly(panel)
    rivalry = cube(dyads, "rivalry", years, states)
    shares = component_shares(panel, states)
    product = matrix(panel.states, "gdp", years, states)
    flow = trade_flows(dyads, years, states)
    posture = PLEDGED * response.towards(pledge_codes(panel, years, states), rivalry)
    strength = composite_index(shares)
    burden = military_burden(shares[..., 0], matrix(panel.states, "gdp_real", years, states))
    parts = (
        posture,
        _over_partners(np.log1p(1000.0 * flow * MILLION / product[:, :, None])),
        response.towards_rivals(posture, rivalry, strength),
        np.broadcast_to(change_over(burden, ARMING_YEARS)[:, :, None] / ARMED, rivalry.shape),
    )
    return np.stack(parts, axis=-1)


def evident_policy(panel: Panel, years: Sequence[int], states: Sequence[str]) -> Array:
    """Gap in utility between the best response and the next, a year earlier: ndarray (T, N, N).

    NaN where the position of the year before is not known.
    """
    gap = response.evident(response.utilities(positions(panel, years, states), DEFAULT))
    return np.concatenate([np.full_like(gap[:1], np.nan), gap[:-1]])


def measure(
    panel: Panel,
    states: Sequence[str] = (),
    *,
    settings: Settings = DEFAULT,
    draws: int = DRAWS,
    seed: int = 0,
) -> pl.DataFrame:
    """Probability of each policy option, given where the source stands towards the target.

    `value` is softmax(U / temperature) of the position, `strategy` its mean over this and the last
    four years, `evident` the gap in utility between the best option and the next. The prototypes
    of the options are settings: what comes out is a reading of the position in their terms, not a
    forecast, and has not been checked against coders. The burden of arms starts in 1960 and trade
    ends in 2014.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: its options towards all others; more: among them; none: all.
    settings : Settings
    draws, seed : int
        For the band: Dirichlet weights of the parts around these, one part left out.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index` (the option), `value`, `lower`, `upper`, `strategy`,
        `evident`, one column for each part of the position, `interval`, `unit`, `provider`,
        `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    there = present(system_states(panel), years, everyone)
    where = asked_dyads(states, everyone) & there[:, :, None] & there[:, None, :]
    position = positions(panel, years, everyone)
    utility = response.utilities(position, settings)
    chance = response.choice(utility, settings.temperature)
    strategy = rolling_sum(chance, STRATEGY_YEARS) / STRATEGY_YEARS
    lower, upper = _bands(position, where, settings, rng.stream(seed, "response", "weights"), draws)
    shared = {
        "evident": response.evident(utility),
        **dict(zip(response.PARTS, np.moveaxis(position, -1, 0), strict=True)),
    }
    facts = {"interval": BAND, "unit": "probability", "provider": PROVIDER}
    frames = []
    for place, option in enumerate(OPTIONS):
        columns = (chance, lower, upper, strategy)
        names = ("value", "lower", "upper", "strategy")
        numbers = {name: held[..., place] for name, held in zip(names, columns, strict=True)}
        frames.append(dyad_rows(where, years, everyone, numbers | shared, index=option, **facts))
    rows = pl.concat(frames).sort("source", "target", "step", maintain_order=True)
    return with_last_year(rows, "source", "target", "index")


def _bands(
    position: Array,
    where: NDArray[np.bool_],
    settings: Settings,
    generator: np.random.Generator,
    draws: int,
) -> tuple[Array, Array]:
    """Bounds (T, N, N, 6) of the probabilities for the cells of `where`, a year at a time."""
    drawn = draw_weights(np.array(settings.precision), draws, generator)
    scaled = drawn * np.sum(settings.precision) / drawn.sum(axis=1, keepdims=True)
    bounds: Array = np.full((2, *where.shape, len(OPTIONS)), np.nan)
    known = where & ~np.isnan(position).any(axis=-1)
    for year in np.flatnonzero(known.any(axis=(1, 2))):
        utility = response.utilities_by_weight(position[year][known[year]], settings, scaled)
        chance = response.choice(utility, settings.temperature)
        bounds[:, year, known[year]] = np.quantile(chance, [LOWER, UPPER], axis=0)
    return bounds[0], bounds[1]


def _over_partners(values: Array) -> Array:
    """Take off the mean over the source's partners of the year."""
    known = ~np.isnan(values)
    count = known.sum(axis=2, keepdims=True)
    total = np.nansum(values, axis=2, keepdims=True)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return np.asarray(values - mean)
