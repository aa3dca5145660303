"""Bargaining points: Nash, Kalai-Smorodinsky, Rubinstein, and Fearon's range.

A party at ideal point x_i with reservation d_i gains g_i(x) = |d_i - x_i| - |x - x_i| from a deal
at x; over linked dimensions gains add up, weighted by salience and divided by the range.
"""

from __future__ import annotations

import numpy as np

from realpolitik.bargaining.quantity import Array

# Halvings of an interval: 2^-60 of any range is below the rounding of a double.
HALVINGS = 60
# A gain of nothing, small enough to outweigh any other and large enough to divide by.
LEAST_GAIN = 1e-200


def zone(ideal: Array, reservation: Array) -> tuple[Array, Array]:
    """Return the ends of the zone of agreement: what no party likes less than no deal.

    Parameters
    ----------
    ideal, reservation : ndarray, shape (P, M)

    Returns
    -------
    low, high : ndarray, shape (M,)
        Empty where low > high.

    Examples
    --------
    >>> low, high = zone(np.array([[40.0], [60.0]]), np.zeros((2, 1)))
    >>> float(low[0]), float(high[0])
    (0.0, 80.0)
    """
    room = np.abs(reservation - ideal)
    return (ideal - room).max(0), (ideal + room).min(0)


def nash_point(ideal: Array, reservation: Array, power: Array, low: Array, high: Array) -> Array:
    """Position with the largest product of gains, sum_i power_i log g_i(x), on [low, high].

    The objective is concave, so its slope is halved down to the point where it changes sign.

    Parameters
    ----------
    ideal, reservation, power : ndarray, shape (P, M)
    low, high : ndarray, shape (M,)
        Where to look, inside the zone of agreement; NaN comes back where low > high.

    References
    ----------
    Nash (1950); with unequal power, Harsanyi and Selten (1972).
    """
    room = np.abs(reservation - ideal)
    left, right = low.copy(), high.copy()
    for _ in range(HALVINGS):
        middle = 0.5 * (left + right)
        gain = np.maximum(room - np.abs(middle - ideal), LEAST_GAIN)
        rising = (power * np.sign(ideal - middle) / gain).sum(0) > 0.0
        left = np.where(rising, middle, left)
        right = np.where(rising, right, middle)
    return np.where(low > high, np.nan, 0.5 * (left + right))


def kalai_smorodinsky_point(ideal: Array, reservation: Array) -> Array:
    """Position where each party gets the same share of the most it could hope for.

    max over x of min_i g_i(x) / G_i, with G_i the largest gain of i inside the zone of agreement.

    Parameters
    ----------
    ideal, reservation : ndarray, shape (P, M)

    References
    ----------
    Kalai and Smorodinsky (1975); for more than two parties the egalitarian extension.
    """
    low, high = zone(ideal, reservation)
    room = np.abs(reservation - ideal)
    hope = room - np.abs(np.clip(ideal, low, np.maximum(low, high)) - ideal)
    least, most = np.zeros_like(low), np.ones_like(low)
    for _ in range(HALVINGS):
        share = 0.5 * (least + most)
        reach = room - share * hope
        possible = (ideal - reach).max(0) <= (ideal + reach).min(0)
        least = np.where(possible, share, least)
        most = np.where(possible, most, share)
    reach = room - least * hope
    point = 0.5 * ((ideal - reach).max(0) + (ideal + reach).min(0))
    return np.where(low > high, np.nan, point)


def nash_split(
    first: Array | float, second: Array | float, power: Array | float = 0.5
) -> Array | float:
    """First party's share of a pie of one: d1 + power (1 - d1 - d2).

    Parameters
    ----------
    first, second : float
        Disagreement shares d1 and d2.
    power : float
        Bargaining power of the first party.

    Examples
    --------
    >>> float(round(nash_split(0.2, 0.4), 12))
    0.4
    """
    return first + power * (1.0 - first - second)


def rubinstein_share(first: Array | float, second: Array | float) -> Array | float:
    """Share of the party that offers first: (1 - delta2) / (1 - delta1 delta2).

    Parameters
    ----------
    first, second : float
        Discount factors of the first and the second party, below 1.

    Examples
    --------
    >>> round(rubinstein_share(0.9, 0.8), 4)
    0.7143

    References
    ----------
    Rubinstein (1982).
    """
    return (1.0 - second) / (1.0 - first * second)


def fearon_range(
    chance: Array | float, first_cost: Array | float, second_cost: Array | float
) -> tuple[Array, Array]:
    """Shares of the first party both prefer to war: [p - c1, p + c2], inside 0 and 1.

    Parameters
    ----------
    chance : float
        p, chance that the first party would win.
    first_cost, second_cost : float
        Costs of war as a share of the stake; the range is never empty when both are positive.

    References
    ----------
    Fearon (1995).
    """
    low = np.clip(np.asarray(chance) - first_cost, 0.0, 1.0)
    high = np.clip(np.asarray(chance) + second_cost, 0.0, 1.0)
    return low, high
