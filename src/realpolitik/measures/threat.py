"""Balance of threat: power, nearness, offence and intent, kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from realpolitik.measures.asking import asked_dyads, with_last_year
from realpolitik.measures.capabilities import COMPONENT_SHARES, component_shares, composite_index
from realpolitik.measures.tidy import cube, dyad_rows, members, present, yearly, years_of
from realpolitik.measures.weighting import rolling_sum, share_of_total
from realpolitik.panel import Panel

if TYPE_CHECKING:
    from realpolitik.measures.relation import Relation

Array = NDArray[np.float64]

RANGE_KM = 5000.0
"""Distance d0 at which power counts for 1/e. [Our own choice.]"""
RANGES = (2500.0, 10000.0)
"""Half and twice `RANGE_KM`: the bounds of a threat."""
RECORD_YEARS = 5
HIGHEST = 5.0  # top of the hostility scale
INTENT_SLOPE = 1.0
"""Log odds of hostile intent for each standard deviation of the relation. [Our own choice.]"""


def proximity(distance: Array, reach: float = RANGE_KM) -> Array:
    """Nearness of two capitals: exp(-d / d0).

    Parameters
    ----------
    distance : ndarray
        Kilometres.
    reach : float
        d0 in kilometres.

    Examples
    --------
    >>> proximity(np.array([0.0, 5000.0])).round(3)
    array([1.   , 0.368])
    """
    return np.exp(-distance / reach)


def power_at_home(strength: Array, near: Array) -> Array:
    """Share of the strength present at the source's home that would be the target's.

    p_ij = s_j prox_ij / (s_i + s_j prox_ij)

    Parameters
    ----------
    strength : ndarray (T, N)
        Capability in any one unit.
    near : ndarray (T, N, N)
        Proximity in [0, 1].

    Returns
    -------
    ndarray (T, N, N)
        Source (threatened) by target (threatening), in [0, 1].

    Examples
    --------
    >>> power_at_home(np.array([[1.0, 4.0]]), np.full((1, 2, 2), 0.5))[0, 0, 1].round(3)
    np.float64(0.667)
    """
    sent = strength[:, None, :] * near
    return share_of_total(sent, strength[:, :, None] + sent)


def offence(spending: Array, capability: Array) -> Array:
    """Offensive lean of a state: military spending against capability at large.

    off_j = m_j / (m_j + c_j), m the share of world military spending and c the composite index: .5
    where a state spends in proportion to its size, more where it puts more of it into arms. [Our
    own proxy: no source of the panel tells offensive from defensive weapons.]

    Parameters
    ----------
    spending, capability : ndarray (T, N)
        Shares of the world.
    """
    return share_of_total(spending, spending + capability)


def hostile_intent(posture: Array, slope: float = INTENT_SLOPE) -> Array:
    """Intent from the relation of the year before: logistic(-b theta_ji,t-1).

    Parameters
    ----------
    posture : ndarray (T, N, N)
        Relation of source to target, standard deviations, + = cooperative.

    Returns
    -------
    ndarray (T, N, N)
        Intent of the *target* towards the source, in [0, 1]; NaN in the first year.
    """
    result = np.full_like(posture, np.nan)
    result[1:] = expit(-slope * posture[:-1].transpose(0, 2, 1))
    return result


def recorded_intent(hostility: Array, rivalry: Array, years: int = RECORD_YEARS) -> Array:
    """Intent from the record: half rivalry last year, half the hostility of the years before.

    intent_ij,t = (r_ij,t-1 + mean_{s=t-5..t-1} h_ji,s / 5) / 2. [Our own definition.]

    Parameters
    ----------
    hostility : ndarray (T, N, N)
        Highest level that the source reached against the target, 0 to 5.
    rivalry : ndarray (T, N, N)
        1 where the two are strategic rivals.

    Returns
    -------
    ndarray (T, N, N)
        Intent of the *target* towards the source, in [0, 1]; NaN where a year is missing.
    """
    mean = rolling_sum(hostility, years).transpose(0, 2, 1) / (years * HIGHEST)
    result = np.full_like(mean, np.nan)
    result[1:] = 0.5 * (rivalry + mean)[:-1]
    return result


def balance_of_threat(power: Array, offensive: Array, intent: Array) -> Array:
    """Threat of the target to the source: T_ij = p_ij (1 + off_j) intent_ij.

    Walt names the four sources and gives no equation; this product is our own.

    Parameters
    ----------
    power : ndarray (T, N, N)
        From `power_at_home`: aggregate power and nearness.
    offensive : ndarray (T, N)
        Of the target.
    intent : ndarray (T, N, N)

    Returns
    -------
    ndarray (T, N, N)
        In [0, 2].

    References
    ----------
    Walt (1987), The Origins of Alliances, 21-28.
    """
    return power * (1.0 + offensive[:, None, :]) * intent


def common_threat(threat: Array) -> Array:
    """Threats two states share: sum_k sqrt(T_ik T_jk) over third states k with both known.

    Parameters
    ----------
    threat : ndarray (T, N, N)

    Returns
    -------
    ndarray (T, N, N)
        Symmetric; NaN where no third state has both.

    Examples
    --------
    >>> toy = np.array([[[np.nan, 0, 0.5], [0, np.nan, 0.5], [0, 0, np.nan]]])
    >>> round(float(common_threat(toy)[0, 0, 1]), 9)
    0.5
    """
    off_diagonal = ~np.eye(threat.shape[-1], dtype=bool)
    known = ~np.isnan(threat) & off_diagonal
    root = np.sqrt(np.where(known, threat, 0.0))
    count = known.astype(np.float64)
    shared = np.einsum("tik,tjk->tij", count, count)
    total = np.einsum("tik,tjk->tij", root, root)
    return np.where((shared > 0) & off_diagonal, total, np.nan)


def frontline(threat: Array, near: Array) -> Array:
    """Worth of the target's location against the source's threats: F_ij = sum_k T_ik prox_jk.

    The sum runs over third states k with a known threat and distance; access is taken as given.

    Parameters
    ----------
    threat, near : ndarray (T, N, N)

    Returns
    -------
    ndarray (T, N, N)
        Source by target; NaN where nothing is known.
    """
    off_diagonal = ~np.eye(threat.shape[-1], dtype=bool)
    danger = ~np.isnan(threat) & off_diagonal
    close = ~np.isnan(near) & off_diagonal
    count = np.einsum("tik,tjk->tij", danger.astype(float), close.astype(float))
    total = np.einsum("tik,tjk->tij", np.where(danger, threat, 0.0), np.where(close, near, 0.0))
    return np.where((count > 0) & off_diagonal, total, np.nan)


def posture_cube(relation: Relation, years: Sequence[int], everyone: Sequence[str]) -> Array:
    """Lay out the filtered relation (what was known by then) as ndarray (T, N, N)."""
    result = np.full((len(years), len(everyone), len(everyone)), np.nan)
    row = {int(step): t for t, step in enumerate(relation.years)}
    place = {state: number for number, state in enumerate(everyone)}
    kept = [t for t, year in enumerate(years) if year in row]
    taken = [row[years[t]] for t in kept]
    for d, (source, target) in enumerate(zip(relation.sources, relation.targets, strict=True)):
        if source in place and target in place:
            result[kept, place[source], place[target]] = relation.filtered_mean[taken, d]
    return result


def measure(
    panel: Panel, states: Sequence[str] = (), *, relation: Relation | None = None
) -> pl.DataFrame:
    """Threat of each target to each source, and its terms.

    T = power (1 + offence) intent, with power = s_j prox / (s_i + s_j prox) from the composite
    index and the distance of capitals (d0 = 5000 km), and offence from military spending. Intent
    is that of the target in the years before: from rivalry and disputes, which end the threat in
    2015, or from a measured relation where one is given, as it was known then. The bounds are
    those of half and twice d0. `common_threat` sums the threats the two share, `frontline` is what
    the target's location is worth against the source's threats; both run over the other states of
    the region.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: threats to it; more: threats among them; none: all.
    relation : Relation, optional
        Measured relation of the panel; measuring takes longer than all else here.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `power`, `proximity`,
        `offence`, `intent`, `common_threat`, `frontline`, `interval`, `unit`, `provider`,
        `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    numbers, origin = _terms(panel, years, everyone, relation)
    there = present(panel.states, years, everyone)
    rows = dyad_rows(
        asked_dyads(states, everyone) & there[:, :, None] & there[:, None, :],
        years,
        everyone,
        numbers,
        index="threat",
        interval=f"distance scale {RANGES[0]:.0f} to {RANGES[1]:.0f} km",
        unit="0 to 2",
        provider=f"cow_nmc, cepii, {origin}",
    )
    return with_last_year(rows, "source", "target")


def _terms(
    panel: Panel, years: Sequence[int], everyone: Sequence[str], relation: Relation | None
) -> tuple[dict[str, Array], str]:
    """Compute threat and its terms, each ndarray (T, N, N), and name where intent is from."""
    dyads = yearly(panel)
    km, hostility, rivalry = (
        cube(dyads, name, years, everyone) for name in ("distance", "mid_hostility", "rivalry")
    )
    parts = component_shares(panel, everyone)
    strength = composite_index(parts)
    lean = offence(parts[..., COMPONENT_SHARES.index("milex_share")], strength)
    if relation is None:
        intent, origin = recorded_intent(hostility, rivalry), "cow_mid, tss"
    else:
        intent, origin = hostile_intent(posture_cube(relation, years, everyone)), "relation"
    near = proximity(km)
    threat, lower, upper = (
        balance_of_threat(power_at_home(strength, proximity(km, reach)), lean, intent)
        for reach in (RANGE_KM, *RANGES)
    )
    numbers = {
        "value": threat,
        "lower": lower,
        "upper": upper,
        "power": power_at_home(strength, near),
        "proximity": near,
        "offence": np.broadcast_to(lean[:, None, :], threat.shape),
        "intent": intent,
        "common_threat": common_threat(threat),
        "frontline": frontline(threat, near),
    }
    return numbers, origin
