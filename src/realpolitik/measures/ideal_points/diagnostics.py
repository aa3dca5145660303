"""Whether the sampler converged, and how many independent draws its draws are worth."""

from __future__ import annotations

import numpy as np

from realpolitik.measures.ideal_points.design import Floats


def split_rhat(draws: Floats) -> Floats:
    r"""Compute the potential scale reduction of half chains.

    .. math:: \hat R = \sqrt{((n - 1) W / n + B / n) / W}

    with W the mean variance within the half chains of n draws and B / n the variance of their
    means.

    Parameters
    ----------
    draws : ndarray, shape (C, K, N)
        K draws of N quantities in each of C chains.

    Returns
    -------
    ndarray, shape (N,)

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 11.4.
    """
    chains, length, size = draws.shape
    half = length // 2
    parts = draws[:, : 2 * half].reshape(2 * chains, half, size)
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    return np.asarray(np.sqrt((half - 1) / half + between / within))


def effective_draws(draws: Floats) -> Floats:
    r"""Compute the number of independent draws worth as much: :math:`C K / (1 + 2 \sum_k \rho_k)`.

    The sum stops where the sum of two neighbouring autocorrelations turns negative, and these
    sums never rise. Values above C K mean draws that compensate each other.

    Parameters
    ----------
    draws : ndarray, shape (C, K, N)
        K draws of N quantities in each of C chains.

    Returns
    -------
    ndarray, shape (N,)

    References
    ----------
    Geyer (1992); Gelman et al. (2013), section 11.5.
    """
    chains, length, _ = draws.shape
    centred = draws - draws.mean(axis=1, keepdims=True)
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    means = draws.mean(axis=1)
    between = means.var(axis=0, ddof=1) if chains > 1 else np.zeros_like(within)
    total = within * (length - 1) / length + between
    pairs = np.full_like(total, np.inf)
    ahead, running = np.zeros_like(total), np.ones(len(total), dtype=bool)
    for lag in range(0, length - 1, 2):
        pair = sum(1.0 - (within - _covariance(centred, step)) / total for step in (lag, lag + 1))
        running &= pair > 0.0
        if not running.any():
            break
        pairs = np.minimum(pairs, pair)
        ahead += np.where(running, pairs, 0.0)
    return np.asarray(chains * length / np.maximum(2.0 * ahead - 1.0, 0.2))


def _covariance(centred: Floats, lag: int) -> Floats:
    length = centred.shape[1]
    products = centred[:, : length - lag] * centred[:, lag:]
    return np.asarray(products.sum(axis=1).mean(axis=0) / (length - 1 if lag == 0 else length))
