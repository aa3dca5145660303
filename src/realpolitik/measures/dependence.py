"""Dependence of one state on another, by channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.asking import asked_dyads, trade_flows, with_last_year
from realpolitik.measures.channels import LUMPY_YEARS, known_total
from realpolitik.measures.tidy import cube, dyad_rows, matrix, members, present, yearly, years_of
from realpolitik.measures.weighting import rolling_sum, share_of_total
from realpolitik.panel import Panel

Array = NDArray[np.float64]

MILLION = 1e6


def trade_dependence(flow: Array, size: Array) -> Array:
    """Trade of a pair relative to the size of the source.

    d_ij = (imports_ij + exports_ij) / size_i. With the source's total trade as size it is the
    share of j in i's trade; with its gross product it is the weight of that trade in the economy.

    Parameters
    ----------
    flow : ndarray (T, N, N)
        Imports plus exports, source by target, in the unit of `size`.
    size : ndarray (T, N)
        Total trade or gross product of the source.

    Returns
    -------
    ndarray (T, N, N)
        NaN where either is missing or the size is zero.

    References
    ----------
    Hirschman (1945), National Power and the Structure of Foreign Trade (share of trade); Barbieri
    (1996), Journal of Peace Research 33(1), 29-49 (share); Oneal & Russett (1997), International
    Studies Quarterly 41(2), 267-293 (share of product).

    Examples
    --------
    >>> trade_dependence(np.array([[[0.0, 2.0], [2.0, 0.0]]]), np.array([[8.0, 4.0]]))[0, 0, 1]
    np.float64(0.25)
    """
    return share_of_total(flow, size[:, :, None])


def arms_dependence(delivered: Array, years: int = LUMPY_YEARS) -> Array:
    """Share of the target in the arms the source received over several years.

    d_ij = sum_s a_jis / sum_k sum_s a_kis over the last `years` years s, k all known suppliers.

    Parameters
    ----------
    delivered : ndarray (T, N, N)
        Volume delivered by source to target (note the direction); NaN where not known.

    Returns
    -------
    ndarray (T, N, N)
        Recipient by supplier, in [0, 1]; NaN where the window is not known or nothing came.
    """
    window = rolling_sum(delivered, years)
    return share_of_total(window, known_total(window)[:, None, :]).transpose(0, 2, 1)


def asymmetry(dependence: Array) -> Array:
    """How much more the source depends than the target: d_ij - d_ji, (..., N, N).

    References
    ----------
    Keohane & Nye (1977), Power and Interdependence (asymmetry as a source of power).
    """
    return dependence - np.swapaxes(dependence, -1, -2)


def indices(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> dict[str, Array]:
    """Dependence of source on target by channel: dict of ndarray (T, N, N)."""
    dyads = yearly(panel)
    flow = trade_flows(dyads, years, everyone)
    total, product, people = (
        matrix(panel.states, name, years, everyone) for name in ("trade_total", "gdp", "population")
    )
    received = {
        name: cube(dyads, column, years, everyone).transpose(0, 2, 1)
        for name, column in (("aid", "us_aid"), ("finance", "china_finance_recent"))
    }
    return {
        "trade_share": trade_dependence(flow, total),
        "trade_product": trade_dependence(flow * MILLION, product),
        "arms_share": arms_dependence(cube(dyads, "arms", years, everyone)),
        "aid_per_head": share_of_total(received["aid"], people[:, :, None]),
        "finance_per_head": share_of_total(received["finance"], people[:, :, None]),
    }


FACTS = {
    "trade_share": ("share of the source's trade", "cow_trade"),
    "trade_product": ("share of the source's gross product", "cow_trade, worldbank"),
    "arms_share": ("share of arms received in five years", "sipri"),
    "aid_per_head": ("constant USD of fiscal 2022 per head", "us_aid, worldbank"),
    "finance_per_head": ("constant USD of 2021 per head", "aiddata_gcdf, worldbank"),
}


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """How much each state depends on each other: trade, arms, aid and official finance.

    A channel that is not known for a dyad and year has no row with a value: trade ends in 2014,
    arms are held for South Asian recipients, aid only from the United States, official finance
    only from China. `asymmetry` is the dependence less that of the target on the source.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: its dependence on all others; more: that among them; none: all.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index` (channel), `value`, `asymmetry`, `lower`, `upper`
        (null: the sources give no error), `interval`, `unit`, `provider`, `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    there = present(panel.states, years, everyone)
    where = asked_dyads(states, everyone) & there[:, :, None] & there[:, None, :]
    frames = [
        dyad_rows(
            where & ~np.isnan(values).all(axis=0),
            years,
            everyone,
            {"value": values, "asymmetry": asymmetry(values)},
            index=name,
            interval=None,
            unit=FACTS[name][0],
            provider=FACTS[name][1],
        )
        for name, values in indices(panel, years, everyone).items()
    ]
    rows = pl.concat(frames).sort("source", "target", "index", "step")
    return with_last_year(rows, "source", "target", "index")
