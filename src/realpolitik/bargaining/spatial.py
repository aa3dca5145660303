"""Spatial bargaining in any number of dimensions, with coalitions and third-party commitment.

One round: 1 the chance that each actor prevails over each other, with the support of third parties;
2 each actor proposes a bargain to the one it gains most from challenging; 3 each actor takes, of
the bargains it is part of and its present position, the one all actors together value most; 4 all
move at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.election import contest_by_distance, election, twins_of
from realpolitik.bargaining.quantity import Array

Kinds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SpatialTrack:
    """Path of the bargaining.  R rounds and the start, N actors, K dimensions, M draws.

    positions : (R + 1, N, K, M)
    outcome : (R + 1, K, M)   mean of the probabilistic Condorcet election over the positions
    chance : (N, M)           probability of each final position, shared among its holders
    settled : (M,)            whether the positions came to rest
    """

    positions: Array
    outcome: Array
    chance: Array
    settled: NDArray[np.bool_]


def distances(position: Array, place: Array, salience: Array, span: Array) -> Array:
    """Distance of each actor's position from each place, weighted by its salience; (N, J, M).

    d_k(y) = sqrt(sum_q s_kq^2 ((y_q - x_kq) / range_q)^2 / sum_q s_kq^2), between 0 and 1.

    Parameters
    ----------
    position, salience : ndarray, shape (N, K, M)
    place : ndarray, shape (J, K, M)
    span : ndarray, shape (K,)
    """
    care = salience**2
    total = care.sum(1)
    gap = np.zeros((position.shape[0], place.shape[0], position.shape[2]))
    for q in range(position.shape[1]):
        step = (place[None, :, q] - position[:, None, q]) / span[q]
        gap += care[:, None, q] * step**2
    return np.asarray(np.sqrt(gap / np.where(total == 0.0, 1.0, total)[:, None]))


def support(distance: Array, weight: Array, commitment: Kinds) -> Array:
    """Strength behind the position of i in its contest with j, third parties included; (N, N, M).

    With utilities a, b of the two positions, 1 of its own, and a > b, a third party backs i with
    its weight times (a - b) / 2 when not committed (it keeps its own position whoever wins),
    (1 + a - 2 b) / 2 when half committed (it loses its own position if its side loses) and a - b
    when fully committed (it ends at the winner's position). The two sides back themselves with
    their weight times their distance.

    Parameters
    ----------
    distance : ndarray, shape (N, N, M)
        Distance of actor k from the position of j.
    weight : ndarray, shape (N, M)
    commitment : ndarray of int, shape (N,)
        0 none, 1 semi, 2 full.
    """
    behind = np.zeros_like(distance)
    for k, (voter, size) in enumerate(zip(distance, weight, strict=True)):
        lead = voter[None] - voter[:, None]
        stake = lead if commitment[k] == 2 else 0.5 * lead
        if commitment[k] == 1:
            stake = stake + 0.5 * voter[None]
        stake = np.where(lead > 0.0, stake, 0.0)
        stake[k] = voter
        behind += size * stake
    return behind


def sides(distance: Array, first: int, second: int) -> Array:
    """Return who backs whom when two actors contend: 1 the first, -1 the second, 0 neither; (N, M).

    Parameters
    ----------
    distance : ndarray, shape (N, N, M)
        Distance of actor k from the position of j.
    first, second : int
        The two contenders.
    """
    return np.asarray(np.sign(distance[:, second] - distance[:, first]))


def prevail(
    position: Array, weight: Array, salience: Array, span: Array, commitment: Kinds
) -> Array:
    """Chance that i prevails over j: strength behind i over the strength behind both; (N, N, M)."""
    behind = support(distances(position, position, salience, span), weight, commitment)
    total = behind + behind.swapaxes(0, 1)
    even = total == 0.0
    return np.where(even, 0.5, behind / np.where(even, 1.0, total))


def bargain(position: Array, weight: Array, salience: Array, span: Array, chance: Array) -> Array:
    """Positions after one round of bargains; (N, K, M).

    i gains E_ij = d_ij / 2 (1 - 2 s_j (1 - P_ij)) from challenging j: it wins j over without a
    fight with chance 1 - s_j, else prevails with chance P. Each challenges its best target when
    E > 0 and proposes, dimension by dimension, x_i and x_j weighted P s_i and (1 - P) s_j: each
    side yields where it cares less. A bargain is worth sum_k w_k (1 - d_k) to all actors together;
    under votes in proportion to distance the position worth most beats every other more often
    than not.

    Parameters
    ----------
    position, salience : ndarray, shape (N, K, M)
    weight : ndarray, shape (N, M)
    span : ndarray, shape (K,)
    chance : ndarray, shape (N, N, M)
    """
    between = distances(position, position, salience, span)
    resist = salience.mean(1)
    hope = 0.5 * between * (1.0 - 2.0 * resist[None] * (1.0 - chance))
    target = hope.argmax(1)
    willing = np.take_along_axis(hope, target[:, None], 1)[:, 0] > 0.0
    offers = _offers(position, salience, chance, target)
    worth = -(weight[:, None] * distances(position, offers, salience, span)).sum(0)
    present = -(weight[:, None] * between).sum(0)
    actor = np.arange(position.shape[0])
    concerned = (target[:, None] == actor[:, None]) | np.eye(actor.size, dtype=bool)[..., None]
    value = np.where(willing[:, None] & concerned, worth[:, None], -np.inf)
    taken = np.take_along_axis(offers, value.argmax(0)[:, None], 0)
    return np.where((value.max(0) > present)[:, None], taken, position)


def _offers(position: Array, salience: Array, chance: Array, target: Kinds) -> Array:
    """Bargain each actor proposes to its target; (N, K, M)."""
    odds = np.take_along_axis(chance, target[:, None], 1)
    theirs_at = np.take_along_axis(position, target[:, None], 0)
    mine = odds * salience
    theirs = (1.0 - odds) * np.take_along_axis(salience, target[:, None], 0)
    total = mine + theirs
    idle = total == 0.0
    met = (mine * position + theirs * theirs_at) / np.where(idle, 1.0, total)
    return np.where(idle, 0.5 * (position + theirs_at), met)


def play_spatial(
    position: Array,
    capability: Array,
    salience: Array,
    span: Array,
    commitment: Kinds,
    *,
    rounds: int = 20,
    tolerance: float = 0.001,
) -> SpatialTrack:
    """Bargain until no position moves by more than `tolerance` of its range, or rounds run out.

    Parameters
    ----------
    position, salience : ndarray, shape (N, K, M)
    capability : ndarray, shape (N, M)
    span : ndarray, shape (K,)
    commitment : ndarray of int, shape (N,)

    References
    ----------
    Wise, Lester and Efird (2015), whose model this follows in outline.
    """
    weight = capability * salience.mean(1)
    path = [position]
    settled = np.zeros(position.shape[2], dtype=bool)
    for _ in range(rounds):
        live = np.flatnonzero(~settled)
        if live.size == 0:
            break
        here, care = path[-1][..., live], salience[..., live]
        chance = prevail(here, weight[:, live], care, span, commitment)
        moved = bargain(here, weight[:, live], care, span, chance)
        shift = (np.abs(moved - here) / span[:, None]).max((0, 1))
        path.append(path[-1].copy())
        path[-1][..., live] = moved
        settled[live] = shift <= tolerance
    odds = [_odds(place, weight, salience, span) for place in path]
    outcome = [(chance[:, None] * place).sum(0) for chance, place in zip(odds, path, strict=True)]
    return SpatialTrack(np.stack(path), np.stack(outcome), odds[-1], settled)


def _odds(position: Array, weight: Array, salience: Array, span: Array) -> Array:
    chance = contest_by_distance(distances(position, position, salience, span), weight)
    return election(chance, twins_of(position))
