"""Two-level games: a deal must also pass at home (Putnam, 1988)."""

from __future__ import annotations

import numpy as np

from realpolitik.bargaining.quantity import Array


def acceptance(ideal: Array, status_quo: Array | float) -> tuple[Array, Array]:
    """Return the ends of what an actor likes no less than the status quo q: q to 2 x - q."""
    mirror = 2.0 * ideal - status_quo
    return np.minimum(mirror, status_quo), np.maximum(mirror, status_quo)


def win_set(
    ideal: Array, weight: Array, quota: float, status_quo: Array | float
) -> tuple[Array, Array]:
    """Return the ends of the deals that pass: `quota` of the weight likes them no less than none.

    Every acceptance set holds the status quo, so the ends are weighted quantiles of their ends.

    Parameters
    ----------
    ideal : ndarray, shape (H, M)
        Positions of H ratifiers.
    weight : ndarray, shape (H,)
    quota : float
        Share of the weight that must agree, above 0 and at most 1.

    Returns
    -------
    low, high : ndarray, shape (M,)

    Examples
    --------
    >>> low, high = win_set(np.array([[10.0], [30.0], [50.0]]), np.ones(3), 2 / 3, 0.0)
    >>> float(low[0]), float(high[0])
    (0.0, 60.0)

    References
    ----------
    Putnam (1988); Iida (1993).
    """
    low, high = acceptance(ideal, status_quo)
    return -_reached(-low, weight, quota), _reached(high, weight, quota)


def _reached(end: Array, weight: Array, quota: float) -> Array:
    order = np.argsort(-end, axis=0, kind="stable")
    share = np.cumsum(weight[order], axis=0) / weight.sum()
    # a quota such as 2/3 is met when the shares agree to rounding
    enough = np.argmax(share >= quota - 1e-12, axis=0)
    ranked = np.take_along_axis(end, order, 0)
    return np.asarray(np.take_along_axis(ranked, enough[None], 0)[0], dtype=np.float64)
