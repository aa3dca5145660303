"""One M-step of the dynamics and of the continuous series, given the smoothed relation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation import model
from realpolitik.measures.relation.indicators import Continuous
from realpolitik.measures.relation.model import TOP_CARRY, Array
from realpolitik.measures.relation.readings import before
from realpolitik.measures.relation.summary import Offset, Read, Totals

SMALLEST = 1e-9
"""Keeps a quotient finite where a series has no memory to learn from."""
USUAL_CORR = 0.8
"""Correlation between directions where no directed continuous series can tell."""
HIGHEST_CORR = 0.98
FEWEST_STEPS = 100
"""Pairs of neighbouring steps that `direction_corr` needs."""


def update_dynamics(totals: Totals, pair_corr: float) -> model.Dynamics:
    """Maximise the expected log density of the paths over all but the correlation.

    Parameters
    ----------
    totals : Totals
    pair_corr : float
        Correlation between the directions, known; see `direction_corr`.

    References
    ----------
    Shumway and Stoffer (1982).
    """
    inverse = np.linalg.inv(np.array([[1.0, pair_corr], [pair_corr, 1.0]]))
    across = totals.across + totals.across.T
    left = 0.5 * float(np.sum(inverse * across) / np.sum(inverse * totals.last))
    left = min(max(left, SMALLEST), TOP_CARRY)
    shocks = totals.now + left**2 * totals.last - left * across
    level_sd, shock_sd = (
        float(np.sqrt(0.5 * np.sum(inverse * total) / size))
        for total, size in ((totals.entry, totals.pairs), (shocks, totals.moves))
    )
    return model.Dynamics(level_sd, shock_sd, left, pair_corr)


def direction_corr(series: Iterable[Continuous]) -> float:
    """Correlation of the two directions of a pair, from directed continuous series.

    The covariance of a reading with the opposite reading of the step before, over that with its
    own: readings of one step share reports and errors, readings of two steps share the relation.

    Parameters
    ----------
    series : iterable of Continuous

    Returns
    -------
    float
        `USUAL_CORR` where fewer than `FEWEST_STEPS` readings can be compared.
    """
    own, other, count = 0.0, 0.0, 0
    for one in series:
        if one.value.shape[2] == 1:
            continue
        centred = one.value - np.nanmean(one.value)
        weight = 1.0 / (1.0 + one.variance)
        now, last = centred[1:] * weight[1:], centred[:-1] * weight[:-1]
        both = np.isfinite(now).all(axis=2) & np.isfinite(last).all(axis=2)
        own += float((now[both] * last[both]).sum())
        other += float((now[both] * last[both][:, ::-1]).sum())
        count += int(both.sum())
    if count < FEWEST_STEPS or own <= 0.0:
        return USUAL_CORR
    return min(max(other / own, 0.0), HIGHEST_CORR)


@dataclass(frozen=True, slots=True)
class Listed:
    """Readings of a continuous series in a list, with the moments of what they read.

    All arrays have shape (R,); `last` is NaN where the step before was not read. The deviation of
    a reading at given level and loading is ``u = value - level - loading * theta - b``.
    """

    value: Array
    last: Array
    variance: Array
    last_variance: Array
    read: Read
    offset: Offset

    @property
    def opening(self) -> NDArray[np.bool_]:
        """Readings without one of the step before."""
        return np.isnan(self.last)


def list_continuous(series: Continuous, read: Read, offset: Offset | None) -> Listed:
    """List the readings of a continuous series with the smoothed relation they read.

    Parameters
    ----------
    series : Continuous
    read : Read
    offset : Offset, optional
        Of the series' lasting deviation.
    """
    pick = np.isfinite(series.value)
    last = before(series.value, np.nan)[pick]
    opening = np.isnan(last)
    zero = np.zeros(len(last))
    return Listed(
        value=series.value[pick],
        last=last,
        variance=series.variance[pick],
        last_variance=np.where(opening, 0.0, before(series.variance, np.nan)[pick]),
        read=read.at(pick),
        offset=offset.at(pick) if offset else Offset(zero, zero, zero, zero),
    )


@dataclass(frozen=True, slots=True)
class Regression:
    """The readings freed of their memory, as a regression on level and loading; shape (R,).

    ``y = level * one + loading * x + noise of variance 1 / weight``; `xx` is the mean square of
    `x` and `xb` the covariance of `x` with the part of the lasting deviation that `y` lost.
    """

    y: Array
    one: Array
    x: Array
    xx: Array
    xb: Array
    weight: Array


def regress(listed: Listed, params: model.Continuous) -> Regression:
    """Free the readings of memory and lasting deviation at given parameters.

    Parameters
    ----------
    listed : Listed
    params : model.Continuous
    """
    opening, read, offset = listed.opening, listed.read, listed.offset
    w = np.where(opening, 0.0, params.carry)
    noise = params.noise**2 * np.where(opening, 1.0 / (1.0 - params.carry**2), 1.0)
    x = read.now - w * read.last
    spread = read.now_var - 2.0 * w * read.cov + w**2 * read.last_var
    y = listed.value - w * np.where(opening, 0.0, listed.last) - (1.0 - w) * offset.mean
    shared = (1.0 - w) * (offset.with_now - w * offset.with_last)
    variance = noise + listed.variance + w**2 * listed.last_variance
    return Regression(y, 1.0 - w, x, x**2 + spread, shared, 1.0 / variance)


def common_loading(lists: Mapping[str, Listed], old: Mapping[str, model.Continuous]) -> float:
    """Weighted least squares for the loading that the core series share.

    Parameters
    ----------
    lists : Mapping of str to Listed
    old : Mapping of str to model.Continuous
        Levels and signs.
    """
    top, bottom = 0.0, 0.0
    for name, listed in lists.items():
        one = regress(listed, old[name])
        sign = float(np.sign(old[name].loading))
        rest = one.y - one.one * old[name].level
        top += sign * float(one.weight @ (one.x * rest - one.xb))
        bottom += float(one.weight @ one.xx)
    return max(top / bottom, SMALLEST)


def update_continuous(listed: Listed, old: model.Continuous, loading: float) -> model.Continuous:
    """Weighted least squares for the level, then memory, then noise, given the loading.

    Parameters
    ----------
    listed : Listed
    old : model.Continuous
    loading : float
        New loading, with its sign.
    """
    freed = regress(listed, old)
    rest = freed.weight * (freed.y - loading * freed.x)
    level = float(freed.one @ rest / (freed.one @ (freed.weight * freed.one)))
    opening, read, offset = listed.opening, listed.read, listed.offset
    here = listed.value - level - loading * read.now - offset.mean
    here_var = loading**2 * read.now_var + 2.0 * loading * offset.with_now + offset.var
    gone = np.where(opening, 0.0, listed.last - level - loading * read.last - offset.mean)
    gone_var = loading**2 * read.last_var + 2.0 * loading * offset.with_last + offset.var
    gone_var = np.where(opening, 0.0, gone_var)
    shared = loading**2 * read.cov + loading * (offset.with_now + offset.with_last) + offset.var
    shared = np.where(opening, 0.0, shared)
    slope = float(
        freed.weight @ (here * gone + shared) / (freed.weight @ (gone**2 + gone_var) + SMALLEST)
    )
    carry = min(max(slope, 0.0), TOP_CARRY)
    w = np.where(opening, 0.0, carry)
    stretch = np.where(opening, 1.0 / (1.0 - carry**2), 1.0)
    square = (here - w * gone) ** 2 + here_var + w**2 * gone_var - 2.0 * w * shared
    known = listed.variance + w**2 * listed.last_variance
    own = old.noise**2 * stretch
    share = own / (own + known)
    noise = np.mean((share**2 * square + share * known) / stretch)
    return replace(old, level=level, loading=loading, carry=carry, noise=float(np.sqrt(noise)))


def lasting_sd(series: Continuous, offset: Offset) -> float:
    """Root mean square of the lasting deviation over the pairs that were read.

    Parameters
    ----------
    series : Continuous
    offset : Offset
        Shape (T, P, C).
    """
    read = np.isfinite(series.value).any(axis=(0, 2))
    square = offset.mean[-1, :, 0] ** 2 + offset.var[-1, :, 0]
    return float(np.sqrt(square[read].mean()))
