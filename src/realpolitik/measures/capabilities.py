"""National capability: the composite index and its rivals, from counts or from shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.data import system_states
from realpolitik.measures.tidy import matrix, members, present, state_rows, years_of
from realpolitik.panel import Panel

Array = NDArray[np.float64]

COMPONENT_SHARES = (
    "milex_share",
    "milper_share",
    "irst_share",
    "pec_share",
    "tpop_share",
    "upop_share",
)
PROVIDERS = {"cinc": "cow_nmc", "net_resources": "poldat, cow_nmc", "milex_share": "cow_nmc"}


def shares(amounts: Array) -> Array:
    """Share of each state in the yearly total of the states that report.

    s_it = x_it / sum_j x_jt over the states j with a value in year t.

    Parameters
    ----------
    amounts : ndarray (T, N)
        Any non-negative quantity by year and state; NaN where missing.

    Returns
    -------
    ndarray (T, N)
        Shares in [0, 1]; NaN where the amount is missing or the year's total is zero.

    Examples
    --------
    >>> shares(np.array([[3.0, 1.0, np.nan]]))
    array([[0.75, 0.25,  nan]])
    """
    total = np.nansum(amounts, axis=1, keepdims=True)
    return np.asarray(np.divide(amounts, total, out=np.full_like(amounts, np.nan), where=total > 0))


def composite_index(component_shares: Array) -> Array:
    """Composite index of national capability (CINC): the mean share over available components.

    c_it = (1 / |K_it|) sum_{k in K_it} s_itk, where K_it are the components with a share.

    The mean runs over *available* components, so the states of a year need not sum to one.

    Parameters
    ----------
    component_shares : ndarray (..., K)
        Shares of the system by component; COW uses military expenditure, military personnel, iron
        and steel, primary energy, total and urban population (K = 6). NaN where missing.

    Returns
    -------
    ndarray (...)
        Share of world capability in [0, 1]; NaN where every component is missing.

    References
    ----------
    Singer, Bremer & Stuckey (1972), in Russett (ed.), Peace, War, and Numbers, 19-48.

    Examples
    --------
    >>> round(float(composite_index(np.array([.4, .1, .1, .2, .04, np.nan]))), 3)
    0.168
    """
    known = ~np.isnan(component_shares)
    count = known.sum(axis=-1)
    total = np.where(known, component_shares, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def leave_one_out_range(component_shares: Array) -> tuple[Array, Array]:
    """Smallest and largest composite index when any one component is left out.

    lower_it = min_k c_it without k, upper_it = max_k c_it without k. It says how much the index
    rests on one ingredient; it is a sensitivity range, not a sampling interval.

    Parameters
    ----------
    component_shares : ndarray (..., K)
        As in `composite_index`.

    Returns
    -------
    lower, upper : ndarray (...)
        Shares of world; NaN where fewer than two components are known.
    """
    count = component_shares.shape[-1]
    without = np.stack(
        [composite_index(np.delete(component_shares, k, axis=-1)) for k in range(count)], axis=-1
    )
    known = (~np.isnan(component_shares)).sum(axis=-1) > 1
    lower = np.where(known, np.min(without, axis=-1), np.nan)
    return lower, np.where(known, np.max(without, axis=-1), np.nan)


def net_resources(product: Array, population: Array) -> Array:
    """Gross product times product per head, a measure of resources net of the cost of people.

    r = GDP * GDP / population. Only ratios of r mean something, so population may be in any unit.

    Parameters
    ----------
    product : ndarray (...)
        Real gross domestic product.
    population : ndarray (...)
        Persons, or a share of world population; NaN or zero gives NaN.

    References
    ----------
    Beckley (2018), International Security 43(2), 7-44.

    Examples
    --------
    >>> net_resources(np.array([4.0, 4.0]), np.array([1.0, 4.0]))
    array([16.,  4.])
    """
    return np.divide(
        product * product, population, out=np.full_like(product, np.nan), where=population > 0
    )


def military_burden(spending: Array, product: Array) -> Array:
    """Log of military spending over gross product, in an arbitrary unit.

    Parameters
    ----------
    spending, product : ndarray
        Of one shape; NaN results where either is missing or not above zero.
    """
    positive = (spending > 0) & (product > 0)
    share = np.divide(spending, product, out=np.full_like(spending, np.nan), where=positive)
    return np.log(share, out=np.full_like(share, np.nan), where=positive)


def ratio(first: Array, second: Array) -> Array:
    """Capability of the first state in units of the second; NaN where the second has none."""
    return np.divide(first, second, out=np.full_like(first, np.nan), where=second > 0)


def component_shares(panel: Panel, states: Sequence[str]) -> Array:
    """Shares of the world by component, in the order of `COMPONENT_SHARES`: ndarray (T, N, 6)."""
    system, years = system_states(panel), years_of(panel)
    return np.stack([matrix(system, name, years, states) for name in COMPONENT_SHARES], axis=-1)


def indices(panel: Panel, states: Sequence[str]) -> dict[str, dict[str, Array]]:
    """Capability of the states by three measures, as shares of the world.

    Returns
    -------
    dict of dict of ndarray (T, N)
        Under `cinc`, `net_resources` and `milex_share`: `value`, and for `cinc` also `lower` and
        `upper`, its range when a component is left out.
    """
    years, system = years_of(panel), system_states(panel)
    everyone = sorted(system["state"].unique())
    resources = net_resources(
        matrix(system, "gdp_real", years, everyone), matrix(system, "tpop_share", years, everyone)
    )
    parts = component_shares(panel, states)
    lower, upper = leave_one_out_range(parts)
    return {
        "cinc": {"value": composite_index(parts), "lower": lower, "upper": upper},
        "net_resources": {"value": shares(resources)[:, [everyone.index(s) for s in states]]},
        "milex_share": {"value": parts[..., COMPONENT_SHARES.index("milex_share")]},
    }


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Capability of each state and year: the composite index and two rivals.

    `cinc` is recomputed from the component shares and carries its range when one component is
    left out; `net_resources` is GDP times GDP per head (population by its share of the world);
    `milex_share` is military expenditure. All are shares of the world, over the states that have
    the ingredients, and null after their source ends.

    Parameters
    ----------
    panel : Panel
        Gives the years, and the states if none are named.
    states : sequence of str
        Keys of any members of the state system.

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `index`, `value`, `lower`, `upper`, `interval`, `unit`, `provider`.
    """
    chosen = list(states) or members(panel, ())
    years = years_of(panel)
    found = indices(panel, chosen)
    where = present(system_states(panel), years, chosen)
    frames = [
        state_rows(
            where,
            years,
            chosen,
            numbers,
            index=name,
            interval="range when one component is left out" if "lower" in numbers else None,
            unit="share of world",
            provider=PROVIDERS[name],
        )
        for name, numbers in found.items()
    ]
    return pl.concat(frames).sort("state", "index", "step")
