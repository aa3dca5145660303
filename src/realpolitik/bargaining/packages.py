"""Package deals over linked dimensions: gains on one may pay for losses on another.

Gain of party i from a deal x: g_i(x) = sum_k b_ik (|d_ik - x_ik| - |x_k - x_ik|), with
b = salience / range.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog, minimize

from realpolitik.bargaining.quantity import Array

# A product of gains is maximised from the Kalai-Smorodinsky point; a gain below this is none.
NO_GAIN = 1e-12


@dataclass(frozen=True, slots=True)
class Deal:
    """A package.  K dimensions, P parties.

    position : (K,)   NaN when there is no deal that leaves every party better off
    gain : (P,)       gain of each party over no deal, NaN when there is none
    """

    position: Array
    gain: Array


def gains(position: Array, ideal: Array, reservation: Array, stake: Array) -> Array:
    """Gain of each party from a deal.

    Parameters
    ----------
    position : ndarray, shape (K, ...)
    ideal, reservation, stake : ndarray, shape (P, K, ...)

    Returns
    -------
    ndarray, shape (P, ...)
    """
    kept = np.abs(reservation - ideal) - np.abs(position[None] - ideal)
    return np.asarray((stake * kept).sum(1), dtype=np.float64)


def frontier(ideal: Array, reservation: Array, stake: Array) -> tuple[Array, Array]:
    """Corners of the efficient frontier of two parties, from the first's best to the second's.

    Between the two ideal points what one loses the other gains, at the rate of their stakes; so the
    first party gives way first where it cares least relative to the second (logrolling).

    Parameters
    ----------
    ideal, reservation, stake : ndarray, shape (2, K, M)

    Returns
    -------
    position : ndarray, shape (K + 1, K, M)
    gain : ndarray, shape (K + 1, 2, M)
    """
    count = ideal.shape[1]
    length = np.abs(ideal[1] - ideal[0])
    value = stake * length
    appetite = value[1] / (value[0] + value[1] + np.finfo(float).tiny)
    order = np.argsort(-appetite, axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    corners = [np.where(rank < step, ideal[1], ideal[0]) for step in range(count + 1)]
    position = np.stack(corners)
    gain = np.stack([gains(corner, ideal, reservation, stake) for corner in corners])
    return position, gain


def two_party_deal(
    ideal: Array, reservation: Array, stake: Array, *, rule: str, power: Array
) -> tuple[Array, Array]:
    """Exact Nash or Kalai-Smorodinsky package of two parties on their efficient frontier.

    Parameters
    ----------
    ideal, reservation, stake : ndarray, shape (2, K, M)
    rule : {"nash", "kalai-smorodinsky"}
    power : ndarray, shape (2, M)
        Bargaining powers; used by Nash alone.

    Returns
    -------
    position : ndarray, shape (K, M)
        NaN where no package leaves both at least as well off as no deal.
    gain : ndarray, shape (2, M)
    """
    place, gain = frontier(ideal, reservation, stake)
    hope = _hopes(gain)
    best = np.full(place.shape[2], -np.inf)
    position = np.full(place.shape[1:], np.nan)
    got = np.full(gain.shape[1:], np.nan)
    for start in range(place.shape[0] - 1):
        a, slope = gain[start], gain[start + 1] - gain[start]
        step = _nash_step(a, slope, power) if rule == "nash" else _even_step(a, slope, hope)
        here = a + step * slope
        score = np.where((here >= -NO_GAIN).all(0), _score(here, hope, rule, power), -np.inf)
        better = score > best
        best = np.where(better, score, best)
        spot = place[start] + step * (place[start + 1] - place[start])
        position = np.where(better, spot, position)
        got = np.where(better, here, got)
    return position, got


def _score(gain: Array, hope: Array, rule: str, power: Array) -> Array:
    safe = np.maximum(gain, np.finfo(float).tiny)
    if rule == "nash":
        return np.asarray((power * np.log(safe)).sum(0))
    return np.asarray((safe / np.maximum(hope, np.finfo(float).tiny)).min(0))


def _nash_step(start: Array, slope: Array, power: Array) -> Array:
    """Zero of the derivative of sum power log(start + t slope) on a segment, kept in [0, 1]."""
    total = slope[0] * slope[1] * power.sum(0)
    top = -(power[0] * slope[0] * start[1] + power[1] * slope[1] * start[0])
    flat = total == 0.0
    step = np.where(flat, 0.5, top / np.where(flat, 1.0, total))
    return _inside(start, slope, step)


def _even_step(start: Array, slope: Array, hope: Array) -> Array:
    """Point of a segment where both parties have the same share of their hopes."""
    gap = start[0] * hope[1] - start[1] * hope[0]
    rate = slope[1] * hope[0] - slope[0] * hope[1]
    flat = rate == 0.0
    return _inside(start, slope, np.where(flat, 0.5, gap / np.where(flat, 1.0, rate)))


def _inside(start: Array, slope: Array, step: Array) -> Array:
    """Keep a step on its segment and, where possible, where both gains are not negative."""
    bound = np.where(slope != 0.0, -start / np.where(slope == 0.0, 1.0, slope), 0.0)
    low = np.where(slope > 0.0, bound, 0.0).max(0)
    high = np.where(slope < 0.0, bound, 1.0).min(0)
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    return np.clip(step, low, np.maximum(low, high))


def _hopes(gain: Array) -> Array:
    """Most each of two parties can gain while the other is no worse off; (2, M)."""
    hope = np.zeros(gain.shape[1:])
    for start in range(gain.shape[0] - 1):
        a, slope = gain[start], gain[start + 1] - gain[start]
        for extreme in (0.0, 1.0):
            here = a + _inside(a, slope, np.full(a.shape[1], extreme)) * slope
            fine = (here >= -NO_GAIN).all(0)
            hope = np.where(fine, np.maximum(hope, here), hope)
    return hope


def many_party_deal(
    ideal: Array, reservation: Array, stake: Array, *, rule: str, power: Array
) -> Deal:
    """Nash or Kalai-Smorodinsky package of any number of parties, one draw.

    Kalai-Smorodinsky is a linear programme; Nash is a concave one, started from that point.

    Parameters
    ----------
    ideal, reservation, stake : ndarray, shape (P, K)
    power : ndarray, shape (P,)
    """
    parties, count = ideal.shape
    none = Deal(np.full(count, np.nan), np.full(parties, np.nan))
    hopes = []
    for party in range(parties):
        reach = _programme(ideal, reservation, stake, np.eye(parties)[party])
        if reach is None:
            return none
        hopes.append(gains(reach, ideal, reservation, stake)[party])
    even = _programme(ideal, reservation, stake, np.array(hopes), even=True)
    if even is None:
        return none
    if rule == "nash" and (gains(even, ideal, reservation, stake) > NO_GAIN).all():
        even = _product(even, ideal, reservation, stake, power)
    return Deal(even, gains(even, ideal, reservation, stake))


def _programme(
    ideal: Array, reservation: Array, stake: Array, goal: Array, *, even: bool = False
) -> Array | None:
    """Maximise sum goal_i g_i, or the common share t with g_i >= t goal_i, with every g_i >= 0.

    Variables: x (K), losses l (P K) with l >= |x - ideal|, and t.
    """
    parties, count = ideal.shape
    size = count + parties * count + 1
    rows, limits = _loss_rows(ideal, size)
    room = (stake * np.abs(reservation - ideal)).sum(1)
    for party in range(parties):
        row = np.zeros(size)
        first = count + party * count
        row[first : first + count] = stake[party]
        row[-1] = goal[party] if even else 0.0
        rows.append(row)
        limits.append(room[party])
    cost = np.zeros(size)
    if even:
        cost[-1] = -1.0
    else:
        cost[count:-1] = (goal[:, None] * stake).ravel()
    bounds = [(None, None)] * count + [(0, None)] * (parties * count) + [(0, 1)]
    found = linprog(cost, np.array(rows), np.array(limits), bounds=bounds, method="highs")
    return np.asarray(found.x[:count]) if found.success else None


def _loss_rows(ideal: Array, size: int) -> tuple[list[Array], list[float]]:
    parties, count = ideal.shape
    rows: list[Array] = []
    limits: list[float] = []
    for party in range(parties):
        for k in range(count):
            for sign in (1.0, -1.0):
                row = np.zeros(size)
                row[k], row[count + party * count + k] = sign, -1.0
                rows.append(row)
                limits.append(sign * float(ideal[party, k]))
    return rows, limits


def _product(start: Array, ideal: Array, reservation: Array, stake: Array, power: Array) -> Array:
    parties, count = ideal.shape
    room = (stake * np.abs(reservation - ideal)).sum(1)
    size = count + parties * count
    rows, limits = _loss_rows(ideal, size + 1)
    matrix, limit = np.array(rows)[:, :size], np.array(limits)

    def spare(z: Array) -> Array:
        return np.asarray(room - (stake * z[count:].reshape(parties, count)).sum(1))

    def value(z: Array) -> float:
        return -float((power * np.log(np.maximum(spare(z), NO_GAIN))).sum())

    def slope(z: Array) -> Array:
        pull = (power / np.maximum(spare(z), NO_GAIN))[:, None] * stake
        return np.concatenate([np.zeros(count), pull.ravel()])

    begin = np.concatenate([start, np.abs(start[None] - ideal).ravel()])
    found = minimize(
        value,
        begin,
        jac=slope,
        method="SLSQP",
        constraints={"type": "ineq", "fun": lambda z: limit - matrix @ z, "jac": lambda z: -matrix},
        options={"maxiter": 300, "ftol": 1e-12},
    )
    return np.asarray(found.x[:count]) if found.fun < value(begin) else start
