"""Expected-utility challenge model (Bueno de Mesquita), as restated by Scholz, Calbert and Smith.

One round, in order: 1 votes and probabilities with r = 1; 2 expected utilities; 3 danger and risk;
4 votes, probabilities and utilities again with each actor's risk; 5 offers; 6 all move at once.
Draws are the last axis M throughout; i is the challenger, j the challenged, k a voter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.means import weighted_mean, weighted_median
from realpolitik.bargaining.quantity import Array

Denominator = Literal["ordered", "unordered", "contested"]
# Two moves of equal length differ by rounding only; as a share of the range of positions.
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Choices:
    """The interpretive choices that the published descriptions leave open.

    denominator : what the votes are divided by: |v| over all ordered pairs of actors, over all
        unordered pairs, or over the contested pair alone
    voter_risk : each voter's own risk exponent in the votes, or r = 1
    compromise : among compromises take the smallest value of the power-weighted point between the
        two (smallest-target), or the least movement
    capitulation : whether an actor that expects to lose more than the other gains gives in
    ties : of two equally short moves take the one to the lower or to the upper position
    stakes : chance Q that the status quo lasts if nobody challenges
    improvement : chance T that, if it does not last, it changes for the better
    outcome : weighted median or weighted mean of the final positions
    rounds, tolerance : stop after so many rounds, or when the outcome moves by less than this share
        of the range of positions
    """

    denominator: Denominator = "ordered"
    voter_risk: Literal["own", "neutral"] = "own"
    compromise: Literal["smallest-target", "least-movement"] = "smallest-target"
    capitulation: Literal["on", "off"] = "off"
    ties: Literal["lower", "upper"] = "lower"
    stakes: float = 1.0
    improvement: float = 0.5
    outcome: Literal["median", "mean"] = "median"
    rounds: int = 10
    tolerance: float = 0.001


@dataclass(frozen=True, slots=True)
class Track:
    """Path of the positions.  R rounds and the start, N actors, M draws.

    positions : (R + 1, N, M)   after each round; a draw that has settled keeps its positions
    outcome : (R + 1, M)        median or mean of the positions
    settled : (M,)              whether the stopping rule was met
    """

    positions: Array
    outcome: Array
    settled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Round:
    """Quantities of one round.  N actors, M draws.

    risk : (N, M)         exponent r in [.5, 2]; above 1 averse, below 1 acceptant
    chance : (N, N, M)    P that i beats j
    own, other : (N, N, M)   E_ij and E_ji, both as seen by i
    moved : (N, M)        positions after the round
    """

    risk: Array
    chance: Array
    own: Array
    other: Array
    moved: Array


def victory(
    position: Array, weight: Array, risk: Array | None, span: Array, over: Denominator
) -> Array:
    """Probability that i prevails over j when every actor votes with its weight.

    v_k(i, j) = w_k [(|x_k - x_j| / D)^r_k - (|x_k - x_i| / D)^r_k];
    P_ij = sum_k max(0, v_k) / total

    Parameters
    ----------
    position, weight : ndarray, shape (N, M)
    risk : ndarray, shape (N, M), or None
        Exponents r; None means r = 1 for all.
    span : ndarray, shape (M,)
        Range D of the positions at the start.
    over : str
        See `Choices.denominator`. Coinciding positions have P = 0.

    Returns
    -------
    ndarray, shape (N, N, M)

    References
    ----------
    Scholz, Calbert and Smith (2011).
    """
    gap = _gaps(position, span)
    loss = weight[:, None] * (gap if risk is None else gap ** risk[:, None])
    clash = np.zeros_like(gap)
    for i in range(len(loss) - 1):
        lead = loss[:, i + 1 :] - loss[:, i : i + 1]
        clash[i, i + 1 :] = np.abs(lead, out=lead).sum(0)
    clash = clash + clash.swapaxes(0, 1)
    total_loss = loss.sum(0)
    won = 0.5 * (clash + total_loss[None] - total_loss[:, None])
    if over == "contested":
        total = clash
    else:
        total = np.broadcast_to(clash.sum((0, 1)), clash.shape)
        total = total if over == "ordered" else total / 2.0
    blank = gap == 0.0
    return np.where(blank, 0.0, won / np.where(blank | (total == 0.0), 1.0, total))


def expected(
    position: Array,
    salience: Array,
    chance: Array,
    risk: Array | None,
    span: Array,
    centre: Array,
    choices: Choices,
) -> tuple[Array, Array]:
    """Return the utility i expects of challenging j, and of being challenged by j.

    E_ij = s_j [P U_s + (1 - P) U_f] + (1 - s_j) U_s - Q U_sq - (1 - Q)[T U_b + (1 - T) U_w]

    U_s = 2 - 4 (.5 - .5 d)^r, U_f = 2 - 4 (.5 + .5 d)^r, U_sq = 2 - 4 (.5)^r, d = |x_i - x_j| / D;
    U_b, U_w: bases .5 -+ .25 (|x_i - centre| + |x_i - x_j|) / D.
    """
    gap = _gaps(position, span)
    power = np.ones_like(position)[:, None] if risk is None else risk[:, None]
    if risk is None:
        gain, drop = 2.0 * gap, 4.0 * gap
    else:
        win = 2.0 - 4.0 * (0.5 - 0.5 * gap) ** power
        drop = win - 2.0 + 4.0 * (0.5 + 0.5 * gap) ** power
        gain = win - choices.stakes * (2.0 - 4.0 * 0.5**power)
    own = gain - salience[None] * (1.0 - chance) * drop
    other = gain - salience[:, None] * (1.0 - chance.swapaxes(0, 1)) * drop
    if choices.stakes < 1.0:
        own -= _drift(position, gap, position[:, None], centre, power, span, choices)
        other -= _drift(position, gap, position[None], centre, power, span, choices)
    return own, other


def _gaps(position: Array, span: Array) -> Array:
    """Distances as shares of the range; moves stay inside it, rounding may not."""
    return np.minimum(np.abs(position[:, None] - position[None]) / span, 1.0)


def _drift(
    position: Array,
    gap: Array,
    mover: Array,
    centre: Array,
    power: Array,
    span: Array,
    choices: Choices,
) -> Array:
    shift = 0.25 * (np.abs(mover - centre) / span + gap)
    better = 2.0 - 4.0 * np.maximum(0.5 - shift, 0.0) ** power
    worse = 2.0 - 4.0 * (0.5 + shift) ** power
    chance = choices.improvement
    return np.asarray((1.0 - choices.stakes) * (chance * better + (1.0 - chance) * worse))


def risk_exponent(own: Array) -> Array:
    """Risk exponent from the danger an actor is in.

    danger_i = sum over j of E_ji;  R = (2 danger - max - min) / (max - min);
    r = (1 - R/3) / (1 + R/3)

    Where all are in equal danger (0/0) R = 0 and r = 1.

    Parameters
    ----------
    own : ndarray, shape (N, N, M)
        E_ij of challenger i against j, each by i.
    """
    count = own.shape[0]
    diagonal = own[np.arange(count), np.arange(count)]
    danger = own.sum(0) - diagonal
    top, bottom = danger.max(0), danger.min(0)
    width = top - bottom
    level = width <= TIE * np.maximum(np.abs(top), 1.0)
    relative = np.where(level, 0.0, (2.0 * danger - top - bottom) / np.where(level, 1.0, width))
    return np.asarray((1.0 - relative / 3.0) / (1.0 + relative / 3.0), dtype=np.float64)


def offers(position: Array, own: Array, other: Array, span: Array, choices: Choices) -> Array:
    """Positions after each actor accepts the best offer it sees; (N, M).

    E_ji > E_ij > 0: i is confronted and moves to j. E_ji > 0 > E_ij with E_ji > |E_ij|: compromise,
    i moves the share |E_ij / E_ji| of the way. E_ji > 0 > E_ij with E_ji < |E_ij|: i gives in.
    Confrontation goes before compromise before capitulation.
    """
    there = np.broadcast_to(position[None], own.shape)
    distance = np.abs(there - position[:, None])
    apart = distance > 0.0
    confronted = apart & (other > own) & (own > 0.0)
    losing = apart & (other > 0.0) & (own < 0.0)
    meet = losing & (other > -own)
    size, back = np.abs(own), np.where(meet, other, 1.0)
    halfway = position[:, None] + (there - position[:, None]) * size / back
    if choices.compromise == "smallest-target":
        key = (size * position[:, None] + back * there) / (size + back)
    else:
        key = np.abs(halfway - position[:, None])
    moved = position
    if choices.capitulation == "on":
        moved = _best(losing & (other < -own), distance, there, moved, span, choices)
    moved = _best(meet, key, halfway, moved, span, choices)
    return _best(confronted, distance, there, moved, span, choices)


def _best(
    open_: NDArray[np.bool_],
    key: Array,
    place: Array,
    default: Array,
    span: Array,
    choices: Choices,
) -> Array:
    ranked = np.where(open_, key, np.inf)
    lowest = ranked.min(1)
    near = ranked <= (lowest + TIE * span)[:, None]
    near &= open_
    if choices.ties == "lower":
        chosen = np.where(near, place, np.inf).min(1)
    else:
        chosen = np.where(near, place, -np.inf).max(1)
    return np.where(np.isfinite(lowest), chosen, default)


def play_round(
    position: Array, capability: Array, salience: Array, span: Array, choices: Choices
) -> Round:
    """Play one round for every draw.

    Parameters
    ----------
    position, capability, salience : ndarray, shape (N, M)
    span : ndarray, shape (M,)
        Range of the positions at the start.
    """
    weight = capability * salience
    centre = weighted_median(position, weight)
    chance = victory(position, weight, None, span, choices.denominator)
    risk = risk_exponent(expected(position, salience, chance, None, span, centre, choices)[0])
    if choices.voter_risk == "own":
        chance = victory(position, weight, risk, span, choices.denominator)
    own, other = expected(position, salience, chance, risk, span, centre, choices)
    return Round(risk, chance, own, other, offers(position, own, other, span, choices))


def play(position: Array, capability: Array, salience: Array, choices: Choices) -> Track:
    """Play until the outcome settles or the rounds are used up; each draw stops by itself.

    Parameters
    ----------
    position, capability, salience : ndarray, shape (N, M)

    References
    ----------
    Bueno de Mesquita (1994); Scholz, Calbert and Smith (2011).
    """
    centre = cast(
        Callable[[Array, Array], Array],
        weighted_median if choices.outcome == "median" else weighted_mean,
    )
    weight = capability * salience
    path, outcome = [position], [centre(position, weight)]
    span = np.ptp(position, axis=0)
    live = np.flatnonzero(span > 0.0)
    for _ in range(choices.rounds):
        if live.size == 0:
            break
        here = path[-1][:, live]
        turn = play_round(here, capability[:, live], salience[:, live], span[live], choices)
        path.append(path[-1].copy())
        path[-1][:, live] = turn.moved
        outcome.append(outcome[-1].copy())
        outcome[-1][live] = centre(turn.moved, weight[:, live])
        shift = np.abs(outcome[-1][live] - outcome[-2][live])
        live = live[~(shift < choices.tolerance * span[live])]
    settled = np.ones(span.size, dtype=bool)
    settled[live] = False
    return Track(np.stack(path), np.stack(outcome), settled)
