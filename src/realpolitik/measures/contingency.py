"""Similarity from joint tables of two profiles, with standard errors; Kendall's tau-b.

The values equal those of `similarity.py`. A standard error treats the items as a sample, which
suits roll calls (other questions could have been put) and not pledges (every state is there).
It is the delta-method error of a smooth function f of multinomial shares p over n items:
se^2 = (sum_c p_c g_c^2 - (sum_c p_c g_c)^2) / n, with g = df/dp.
"""

from __future__ import annotations

import numpy as np

from realpolitik.measures.similarity import Array, Chance, Profiles, distances


def joint_tables(who: Profiles) -> Array:
    """Joint counts of levels for every pair of profiles.

    Returns
    -------
    ndarray (N, N, L, L)
        Entry (i, j, l, m): items on which i has level l and j has level m.
    """
    states, levels, items = who.indicator.shape
    flat = who.indicator.reshape(states * levels, items)
    counts = (flat @ flat.T).reshape(states, levels, states, levels)
    return np.ascontiguousarray(counts.transpose(0, 2, 1, 3), dtype=np.float64)


def _shares(tables: Array) -> tuple[Array, Array]:
    count = tables.sum(axis=(-2, -1))
    blank = np.full_like(tables, np.nan)
    where = np.broadcast_to((count > 0)[..., None, None], tables.shape)
    return np.divide(tables, count[..., None, None], out=blank, where=where), count


def _ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0))


def _error(share: Array, gradient: Array, count: Array) -> Array:
    mean = (share * gradient).sum(axis=(-2, -1))
    square = (share * gradient**2).sum(axis=(-2, -1))
    spread = np.clip(square - mean**2, 0.0, None)
    return np.sqrt(_ratio(spread, count))


def s_score(tables: Array, levels: Array, power: int = 1) -> tuple[Array, Array]:
    """S and its standard error: see `similarity.s_score`.

    Parameters
    ----------
    tables : ndarray (..., L, L)
        Joint counts.
    levels : ndarray (L,)
    power : int

    Returns
    -------
    value, standard_error : ndarray (...)
    """
    share, count = _shares(tables)
    gradient = -2.0 * distances(levels, power) / float(np.ptp(levels)) ** power
    value = 1.0 + (share * gradient).sum(axis=(-2, -1))
    return value, _error(share, np.broadcast_to(gradient, share.shape), count)


def chance_corrected(
    tables: Array, levels: Array, power: int = 2, chance: Chance = "cohen"
) -> tuple[Array, Array]:
    """Cohen's kappa or Scott's pi and its standard error: see `similarity.chance_corrected`.

    With O = sum d o and E = sum d e the gradient is -(d E - O dE/dp) / E^2; dE/dp_lm is
    (d c)_l + (d' r)_m for Cohen and (d m)_l + (d m)_m for Scott.
    """
    share, count = _shares(tables)
    reach = distances(levels, power)
    row, column = share.sum(axis=-1), share.sum(axis=-2)
    if chance == "scott":
        row = column = 0.5 * (row + column)
    pull_row, pull_column = column @ reach, row @ reach
    expected = (row * pull_row).sum(axis=-1)
    found = (share * reach).sum(axis=(-2, -1))
    slope = pull_row[..., :, None] + pull_column[..., None, :]
    gradient = _ratio(
        found[..., None, None] * slope - reach * expected[..., None, None],
        np.broadcast_to((expected**2)[..., None, None], share.shape),
    )
    return 1.0 - _ratio(found, expected), _error(share, gradient, count)


def tau_b(tables: Array) -> tuple[Array, Array]:
    """Kendall's tau-b and its standard error.

    tau_b = (C - D) / sqrt((n0 - n1)(n0 - n2)): concordant less discordant pairs of items over the
    geometric mean of the pairs untied on either side. In shares: P / sqrt(A B) with
    P = sum p_lm p_l'm' sgn(l - l') sgn(m - m'), A = 1 - sum r^2, B = 1 - sum c^2.

    Parameters
    ----------
    tables : ndarray (..., L, L)
        Joint counts, levels ascending.

    Returns
    -------
    value, standard_error : ndarray (...)
        In [-1, 1]; NaN where either profile uses a single level.

    References
    ----------
    Kendall (1938), Biometrika 30, 81-93; Brown & Benedetti (1977), Journal of the American
    Statistical Association 72, 309-315.

    Examples
    --------
    >>> value, _ = tau_b(np.array([[2.0, 1.0], [0.0, 3.0]]))
    >>> round(float(value), 4)
    0.7071
    """
    share, count = _shares(tables)
    order = np.sign(np.arange(share.shape[-1])[:, None] - np.arange(share.shape[-1])[None])
    turned = order @ share @ order.T.astype(np.float64)
    net = (share * turned).sum(axis=(-2, -1))
    row, column = share.sum(axis=-1), share.sum(axis=-2)
    untied = _untied(tables.sum(axis=-1)), _untied(tables.sum(axis=-2))
    scale = np.sqrt(np.clip(untied[0] * untied[1], 0.0, None))
    value = _ratio(net, scale)
    tie_slope = _ratio(row, np.broadcast_to(untied[0][..., None], row.shape))[..., :, None]
    tie_slope = (
        tie_slope
        + _ratio(column, np.broadcast_to(untied[1][..., None], column.shape))[..., None, :]
    )
    gradient = 2.0 * _ratio(turned, np.broadcast_to(scale[..., None, None], share.shape))
    return value, _error(share, gradient + value[..., None, None] * tie_slope, count)


def _untied(margin: Array) -> Array:
    """Share of pairs of items that differ on one side, from whole counts so that zero is exact."""
    square = margin.sum(axis=-1) ** 2
    return _ratio(square - (margin**2).sum(axis=-1), square)
