"""Clarity of the signals a state gets from another: what is done, and where power is going."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.asking import asked_dyads, with_last_year
from realpolitik.measures.capabilities import component_shares, composite_index
from realpolitik.measures.response_panel import evident_policy
from realpolitik.measures.tidy import cube, dyad_rows, members, present, yearly, years_of
from realpolitik.measures.weighting import NORMAL_90, rolling_sum
from realpolitik.measures.words_deeds import SOURCES, read_counts
from realpolitik.panel import Panel

Array = NDArray[np.float64]

ACT_YEARS = 2
TREND_YEARS = 10
HORIZON = 5
"""Years ahead to which the ratio of capabilities is extrapolated."""


def discernibility(counts: Array) -> tuple[Array, Array]:
    """How far acts keep to one kind: C1 = 1 - H / log K, and its standard error.

    H = -sum_k p_k log p_k + (m - 1) / 2n, the entropy of the acts over K kinds with the correction
    of Miller and Madow for n acts in m kinds seen; C1 is kept in [0, 1]. The error is that of a
    multinomial sample: var H = (sum_k p_k log^2 p_k - (sum_k p_k log p_k)^2) / n.

    Parameters
    ----------
    counts : ndarray (K, ...)
        Acts by kind over the window; NaN where not known.

    Returns
    -------
    value, error : ndarray (...)
        1 where all acts are of one kind, 0 where all kinds are as frequent; NaN where a kind is
        not known or there are fewer than two acts.

    References
    ----------
    Miller (1955), in Quastler (ed.), Information Theory in Psychology (the correction). The use of
    entropy for clarity is our own; the idea of clarity is that of Ripsman, Taliaferro & Lobell
    (2016), Neoclassical Realist Theory of International Politics.

    Examples
    --------
    >>> discernibility(np.array([[8.0, 2.0], [0.0, 2.0]]))[0]
    array([1., 0.])
    """
    total = counts.sum(axis=0)
    seen = total >= 2
    share = np.divide(counts, total, out=np.zeros_like(counts), where=seen)
    log = np.log(share, out=np.zeros_like(share), where=share > 0)
    entropy = -(share * log).sum(axis=0)
    kinds = (counts > 0).sum(axis=0)
    acts = np.where(seen, total, 1.0)
    corrected = entropy + (kinds - 1) / (2.0 * acts)
    spread = np.maximum((share * log**2).sum(axis=0) - entropy**2, 0.0) / acts
    scale = np.log(len(counts))
    value = np.clip(1.0 - corrected / scale, 0.0, 1.0)
    return np.where(seen, value, np.nan), np.where(seen, np.sqrt(spread) / scale, np.nan)


def forecast_error(series: Array, years: int = TREND_YEARS, horizon: int = HORIZON) -> Array:
    """Compute the standard error of a series extrapolated along its local linear trend.

    A line is fitted to the last W values; with residual sd s (W - 2 degrees of freedom) the error
    h years ahead is s sqrt(1 + 1/W + (h + (W - 1)/2)^2 / Sxx), Sxx = W (W^2 - 1) / 12.

    Parameters
    ----------
    series : ndarray (T, ...)
    years, horizon : int
        W and h.

    Returns
    -------
    ndarray (T, ...)
        In the unit of the series; NaN where one of the W values is missing.

    Examples
    --------
    >>> forecast_error(np.arange(4.0), years=3, horizon=1).round(9)
    array([nan, nan,  0.,  0.])
    """
    when = np.arange(years) - (years - 1) / 2.0
    square = years * (years**2 - 1) / 12.0
    result = np.full_like(series, np.nan)
    for t in range(years - 1, len(series)):
        window = series[t - years + 1 : t + 1]
        slope = np.tensordot(when, window, axes=1) / square
        fitted = window.mean(axis=0) + when.reshape(-1, *(1,) * slope.ndim) * slope
        result[t] = np.sqrt(((window - fitted) ** 2).sum(axis=0) / (years - 2))
    ahead = (horizon + (years - 1) / 2.0) ** 2 / square
    return np.asarray(result * np.sqrt(1.0 + 1.0 / years + ahead))


def horizon_precision(error: Array) -> Array:
    """Precision of the extrapolated ratio on a scale from 0 to 1: C2 = 1 / (1 + sd).

    With precision 1/sd it is (1/sd) / (1 + 1/sd); sd in log points, .5 at a factor of e.
    """
    return 1.0 / (1.0 + error)


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Clarity of the signals each source gets from each target.

    `discernible` (C1): how far the target's acts towards the source in this and the last year keep
    to one kind: verbal or material, cooperation or conflict in news reports (`events`), and
    militarised actions, threats or impositions of sanctions, and disputes begun (`coercive_acts`,
    long but rare). `horizon` (C2): precision of the log ratio of the two composite indices
    extrapolated five years ahead from the last ten. `evident` (C3): gap in utility between the best
    response and the next a year before, in the terms of `measure response`. `value` is the mean of
    C1 and C2, null where one is missing; C3 is no share and has no part in it.
    Bounds: 90% over the sample of acts.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: signals it gets from all others; more: among them; none: all.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index` (which acts), `value`, `lower`, `upper`, `discernible`,
        `horizon`, `evident`, `acts`, `interval`, `unit`, `provider`, `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    strength = composite_index(component_shares(panel, everyone))
    log = np.log(strength, out=np.full_like(strength, np.nan), where=strength > 0)
    precise = horizon_precision(forecast_error(log[:, None, :] - log[:, :, None]))
    obvious = evident_policy(panel, years, everyone)
    there = present(panel.states, years, everyone)
    where = asked_dyads(states, everyone) & there[:, :, None] & there[:, None, :]
    frames = []
    for name, (counts, provider) in read_acts(panel, years, everyone).items():
        acts = np.stack([rolling_sum(kind.transpose(0, 2, 1), ACT_YEARS) for kind in counts])
        clear, error = discernibility(acts)
        numbers = {
            "value": 0.5 * (clear + precise),
            "lower": 0.5 * (np.maximum(clear - NORMAL_90 * error, 0.0) + precise),
            "upper": 0.5 * (np.minimum(clear + NORMAL_90 * error, 1.0) + precise),
            "discernible": clear,
            "horizon": precise,
            "evident": obvious,
            "acts": acts.sum(axis=0),
        }
        facts = {"interval": "90% over acts", "unit": "0 to 1", "provider": provider}
        rows = dyad_rows(where, years, everyone, numbers, index=name, **facts)
        frames.append(rows)
    rows = pl.concat(frames).sort("source", "target", "index", "step")
    return with_last_year(rows, "source", "target", "index")


def read_acts(
    panel: Panel, years: Sequence[int], everyone: Sequence[str]
) -> dict[str, tuple[Array, str]]:
    """Acts by kind, source by target, ndarray (K, T, N, N), and provider, of each record held."""
    dyads = yearly(panel)
    names = ("mie_actions", "sanction_threats", "mid_onsets")
    coercive = np.stack([cube(dyads, name, years, everyone) for name in names])
    held = {"coercive_acts": (coercive, "mie, ties, cow_mid, cow_nmc")}
    for provider, counts in read_counts(panel, years, everyone).items():
        held[f"{SOURCES[provider]}events"] = (counts, f"{provider}, cow_nmc")
    return held
