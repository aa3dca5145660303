"""The demand game of two parties, and its logit equilibrium for many draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.quantal import quantal_response
from realpolitik.bargaining.quantity import Array

# Steps of lambda from 0, small enough that a step keeps to its branch; a draw in which a
# probability moves by more than this in one step is followed by arc length instead.
STEPS = 40
LARGEST_MOVE = 0.2
NEWTON = 8
RESIDUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Demands:
    """Logit equilibrium of the demand game.  L levels, M draws.

    first, second : (L, M)   probability of each demand of the two parties
    share : (M,)             expected share of the first party, given a deal; NaN when never
    deal : (M,)              chance that the demands are compatible
    """

    first: Array
    second: Array
    share: Array
    deal: Array


def demand_game(gain: Array, levels: int, precision: float) -> Demands:
    """Logit equilibrium where two parties name the share they want, at once.

    Demands a and b are compatible when a + b <= 1 and then split the difference: the first party
    gets (a + 1 - b) / 2. Incompatible demands leave both with no gain.

    Parameters
    ----------
    gain : ndarray, shape (2, 2, M)
        Gain of each party (rows) when the first party gets nothing and when it gets all; linear in
        between.
    levels : int
        Number of demands from 0 to 1.
    precision : float
        Lambda, per unit of gain.

    References
    ----------
    McKelvey and Palfrey (1995); Nash (1953) for the demand game.
    """
    grid = np.linspace(0.0, 1.0, levels)
    mine, theirs = np.meshgrid(grid, grid, indexing="ij")
    agreed = mine + theirs <= 1.0 + 1e-12
    share = np.where(agreed, 0.5 * (mine + 1.0 - theirs), 0.0)
    tables = gain[:, 0, :, None, None] + (gain[:, 1] - gain[:, 0])[..., None, None] * share
    tables = np.where(agreed, tables, 0.0)
    logs = _follow(tables, precision)
    odds = np.exp(logs)
    first, second = odds[:, :levels], odds[:, levels:]
    joint = first[:, :, None] * second[:, None, :]
    deal = (joint * agreed).sum((1, 2))
    expected = (joint * share).sum((1, 2))
    return Demands(first.T, second.T, expected / deal, deal)


def _follow(tables: Array, precision: float) -> Array:
    """Log probabilities on the principal branch at `precision`; (M, 2 L)."""
    draws, levels = tables.shape[1], tables.shape[2]
    logs = np.full((draws, 2 * levels), -np.log(levels))
    live = np.arange(draws)
    for target in np.linspace(0.0, precision, STEPS + 1)[1:]:
        ahead, close = _newton(tables[:, live], logs[live], target)
        close &= np.abs(np.exp(ahead) - np.exp(logs[live])).max(1) <= LARGEST_MOVE
        live = live[close]
        logs[live] = ahead[close]
    for m in np.setdiff1d(np.arange(draws), live):
        logs[m] = np.log(np.concatenate(quantal_response((tables[0, m], tables[1, m]), precision)))
    return logs


def _newton(tables: Array, logs: Array, precision: float) -> tuple[Array, NDArray[np.bool_]]:
    """Solve log p_a = lambda u_a - log sum_b exp(lambda u_b) for every draw."""
    levels = tables.shape[2]
    close = np.zeros(logs.shape[0], dtype=bool)
    for _ in range(NEWTON):
        odds = np.exp(logs)
        value = np.concatenate(
            [
                np.einsum("mab,mb->ma", tables[0], odds[:, levels:]),
                np.einsum("mab,ma->mb", tables[1], odds[:, :levels]),
            ],
            axis=1,
        )
        best = [_response(precision * part) for part in np.split(value, 2, axis=1)]
        gap = logs - np.concatenate(best, axis=1)
        close = np.asarray(np.abs(gap).max(1) < RESIDUAL)
        if close.all():
            break
        step = _step(gap, *_slopes(tables, odds, best, precision))
        # a step that overshoots would otherwise take a probability above one
        logs = np.minimum(logs - step, 0.0)
    return logs, close


def _response(tilt: Array) -> Array:
    top = tilt.max(1, keepdims=True)
    return np.asarray(tilt - top - np.log(np.exp(tilt - top).sum(1, keepdims=True)))


def _slopes(tables: Array, odds: Array, best: list[Array], precision: float) -> tuple[Array, Array]:
    """Slopes of each party's response in the other's log probabilities; two of (M, L, L)."""
    levels = tables.shape[2]
    found = []
    for reply, table, other in (
        (best[0], tables[0], odds[:, levels:]),
        (best[1], tables[1].swapaxes(1, 2), odds[:, :levels]),
    ):
        centred = table - (np.exp(reply)[:, None] @ table)
        found.append(precision * centred * other[:, None])
    return found[0], found[1]


def _step(gap: Array, first: Array, second: Array) -> Array:
    """Solve [[I, -F], [-S, I]] (x, y) = gap by way of (I - F S) x; (M, 2 L)."""
    levels = first.shape[1]
    mine, theirs = gap[:, :levels, None], gap[:, levels:, None]
    own = np.linalg.solve(np.eye(levels) - first @ second, mine + first @ theirs)
    return np.concatenate([own, theirs + second @ own], axis=1)[..., 0]
