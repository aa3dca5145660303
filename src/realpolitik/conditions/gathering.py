"""Panel columns -> the raw terms of every theory, by name, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from realpolitik.conditions import terms
from realpolitik.conditions.terms import Array
from realpolitik.measures import similarity
from realpolitik.measures.capabilities import (
    component_shares,
    composite_index,
    military_burden,
)
from realpolitik.measures.clarity import forecast_error, horizon_precision
from realpolitik.measures.response_panel import evident_policy
from realpolitik.measures.similarity_panel import pledge_codes
from realpolitik.measures.threat import (
    common_threat,
    frontline,
    offence,
    power_at_home,
    proximity,
)
from realpolitik.measures.tidy import cube, matrix, present, yearly, years_of
from realpolitik.measures.transition import parity
from realpolitik.measures.weighting import change_over
from realpolitik.panel import Panel
from realpolitik.regions import GREAT_POWERS

PARTS = (
    "common_threat",
    "frontline",
    "transition",
    "capability_shift",
    "great_power_rivalry",
    "trade",
    "violence_spillover",
)
"""Parts of the stimulus after threat, in the order of the weights β."""
PREFERENCE = ("regime_likeness",)
SHIFT_YEARS, CULTURE_YEARS, TURNOVER_YEARS = 5, 20, 10
PLEDGE_LEVELS = (0.0, 1.0, 2.0, 3.0)
MILLION = 1e6
ABSENT = {
    "civil_military": "no published series on civil-military relations in the panel",
}
"""Terms of the theory for which the panel holds no variable, and why."""
SOURCES = {
    "threat": "cinc, distance",
    "offence": "milex_share, cinc",
    "common_threat": "cinc, distance, rivalry",
    "frontline": "cinc, distance, rivalry",
    "transition": "cinc, atop pledges",
    "capability_shift": "cinc",
    "great_power_rivalry": "rivalry, atop_defense",
    "trade": "imports, exports, gdp",
    "violence_spillover": "battle_deaths, distance",
    "discernible": "shares of capability",
    "horizon": "cinc",
    "evident": "atop pledges, rivalry, trade, milex_share, gdp_real (prototypes of options)",
    "imminence": "conflict_intensity",
    "extraction": "milex_share, gdp_real (proxy: military burden)",
    "cohesion": "battle_deaths (proxy: armed conflict on own soil, with minus)",
    "veto_players": "polyarchy (proxy)",
    "vulnerability": "leader_changes (proxy: turnover of leaders)",
    "regime_likeness": "polyarchy",
    "culture": "atop_defense, rivalry of twenty years",
    "leader": "leader",
    "influence": "atop_defense",
}
"""Panel variables behind each term; proxies are named as such."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Raw terms, before standardising.  T years, N states.

    years : (T,) list of int
    states : tuple of str
    dyads : mapping of str to (T, N, N)
    by_state : mapping of str to (T, N)
    leader : (T, N)                numbers of leaders in office, from 0
    influence : (T, N, N)          row-normalised
    member : (T, N) of bool
    strength : (T, N)              composite capability, carried forward
    """

    years: list[int]
    states: tuple[str, ...]
    dyads: Mapping[str, Array]
    by_state: Mapping[str, Array]
    leader: Array
    influence: Array
    member: np.ndarray
    strength: Array


def gather(panel: Panel, states: tuple[str, ...]) -> Terms:
    """Compute the raw terms from what the panel holds; a year without data has NaN."""
    years, chosen = years_of(panel), list(states)
    dyads = yearly(panel)

    def dyad(name: str) -> Array:
        return cube(dyads, name, years, chosen)

    def state(name: str) -> Array:
        return matrix(panel.states, name, years, chosen)

    shares = component_shares(panel, chosen)
    strength = composite_index(shares)
    rivalry, pledged = dyad("rivalry"), dyad("atop_defense")
    great = [chosen.index(power) for power in GREAT_POWERS if power in chosen]
    near = proximity(terms.last_known(dyad("distance")))
    power = power_at_home(strength, near)
    danger = terms.rival_threat(power, rivalry)
    deaths, spending = np.log1p(state("battle_deaths")), shares[..., 0]
    found = {
        "threat": power,
        "common_threat": terms.known_years(common_threat(danger), danger),
        "frontline": terms.known_years(frontline(danger, near), danger),
        "great_power_rivalry": terms.rivalry_exposure(rivalry, pledged, great),
        "trade": _trade(dyad("imports") + dyad("exports"), state("gdp")),
        "violence_spillover": -near * deaths[:, None, :],
        "culture": terms.standing(pledged, CULTURE_YEARS) - terms.standing(rivalry, CULTURE_YEARS),
        "evident": evident_policy(panel, years, chosen),
        **_power_terms(shares, strength),
        **_regime_terms(panel, years, chosen),
    }
    return Terms(
        years=years,
        states=states,
        dyads=found,
        by_state={
            "offence": offence(spending, strength),
            "extraction": military_burden(spending, state("gdp_real")),
            "cohesion": -deaths,
            "veto_players": state("polyarchy"),
            "vulnerability": terms.standing(state("leader_changes"), TURNOVER_YEARS),
            "imminence": state("conflict_intensity"),
        },
        leader=_leaders(panel, years, chosen),
        influence=terms.row_normalised(terms.last_known(pledged)),
        member=present(panel.states, years, chosen),
        strength=terms.last_known(strength),
    )


def _trade(flow: Array, product: Array) -> Array:
    """Log of the pair's trade in thousandths of the source's product, one added."""
    share = flow * MILLION / product[:, :, None]
    return np.log1p(1000.0 * share)


def _power_terms(shares: Array, strength: Array) -> dict[str, Array]:
    log = np.log(strength, out=np.full_like(strength, np.nan), where=strength > 0)
    ratio = log[:, None, :] - log[:, :, None]
    return {
        "capability_shift": -change_over(ratio, SHIFT_YEARS),
        "discernible": terms.agreement_of_indicators(shares),
        "horizon": horizon_precision(forecast_error(ratio)),
    }


def _regime_terms(panel: Panel, years: list[int], chosen: list[str]) -> dict[str, Array]:
    """Likeness of regimes, and the pressure of a rising state whose pledges differ."""
    rule = matrix(panel.states, "polyarchy", years, chosen)
    codes = pledge_codes(panel, years, chosen)
    strength = composite_index(component_shares(panel, chosen))
    close = parity(
        np.broadcast_to(strength[:, :, None], codes.shape),
        np.broadcast_to(strength[:, None, :], codes.shape),
    )
    return {
        "regime_likeness": -np.abs(rule[:, :, None] - rule[:, None, :]),
        "transition": -close * pledge_distance(codes),
    }


def pledge_distance(codes: Array) -> Array:
    """Mean distance of two states' pledges over all partners, 0 to 1: (1 - S) / 2.

    Parameters
    ----------
    codes : ndarray (T, N, N)
        Pledge of the row's state to the column's, 0 to 3.

    References
    ----------
    Signorino & Ritter (1999), International Studies Quarterly 43(1), 115-144.
    """
    result = np.full_like(codes, np.nan)
    for step, one in enumerate(codes):
        total, count = similarity.observed(similarity.profiles(one, PLEDGE_LEVELS), 1)
        whole = count * PLEDGE_LEVELS[-1]
        result[step] = np.divide(total, whole, out=result[step], where=count > 0)
    return result


def _leaders(panel: Panel, years: list[int], chosen: list[str]) -> Array:
    """Give each state's leaders numbers; a year without a name has the number of the last one."""
    rows = panel.states.select(
        "state",
        "year",
        pl.col("leader").rank("dense").over("state").cast(pl.Float64).alias("number"),
    )
    numbers = terms.last_known(matrix(rows, "number", years, chosen))
    return np.nan_to_num(numbers)
