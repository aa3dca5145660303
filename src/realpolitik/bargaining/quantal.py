"""Logit quantal response equilibrium of finite games, its principal branch and the fit of lambda.

Every strategy is played with probability proportional to exp(lambda times its expected payoff).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from realpolitik.bargaining.quantity import Array
from realpolitik.errors import ConvergenceError, RequestError

RESIDUAL = 1e-11
STEPS = 20_000
SMALLEST_STEP = 1e-9
LARGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Branch:
    """Principal branch of the logit correspondence.  B points, S strategies of all players.

    precision : (B,)       lambda, from 0; it may fall again where the branch bends back
    strategy : (B, S)      probabilities, players one after the other
    sizes : tuple of int   number of strategies of each player
    """

    precision: Array
    strategy: Array
    sizes: tuple[int, ...]

    def split(self, point: int) -> tuple[Array, ...]:
        """Mixed strategies of the players at one point."""
        cuts = np.cumsum(self.sizes)[:-1]
        return tuple(np.split(self.strategy[point], cuts))


@dataclass(frozen=True, slots=True)
class LambdaFit:
    """Maximum-likelihood precision.

    precision : float          lambda
    loglik : float             log-likelihood of the counts, nats, without the multinomial constant
    strategy : tuple of (S_p,) equilibrium at that lambda
    """

    precision: float
    loglik: float
    strategy: tuple[Array, ...]


def payoffs_against(payoffs: tuple[Array, ...], strategy: tuple[Array, ...]) -> Array:
    """Return the expected payoff of every pure strategy against the others' mixed ones; (S,).

    Parameters
    ----------
    payoffs : tuple of ndarray, one per player, each of shape (S_1, ..., S_n)
    strategy : tuple of ndarray, one per player, each of shape (S_p,)
    """
    values = []
    for player, table in enumerate(payoffs):
        value = table
        for other in reversed(range(len(strategy))):
            if other != player:
                value = np.tensordot(value, strategy[other], axes=(other, 0))
        values.append(value)
    return np.concatenate(values)


def logit_response(
    payoffs: tuple[Array, ...], strategy: tuple[Array, ...], precision: float
) -> Array:
    """Logit response to the others: p_a = exp(lambda u_a) / sum_b exp(lambda u_b); (S,)."""
    sizes = [len(part) for part in strategy]
    parts = np.split(payoffs_against(payoffs, strategy), np.cumsum(sizes)[:-1])
    return np.concatenate([softmax(precision * part) for part in parts])


def principal_branch(payoffs: tuple[Array, ...], precision: float) -> Branch:
    """Trace the equilibria connected with uniform play, from lambda = 0 up to `precision`.

    Predictor and corrector in (log probability, lambda), parametrised by arc length, so that the
    branch is followed where it bends back.

    Raises
    ------
    RequestError
        If the tables do not share one shape.
    ConvergenceError
        If the branch cannot be followed that far.

    References
    ----------
    McKelvey and Palfrey (1995); Turocy (2005).
    """
    sizes = _checked(payoffs)
    point = np.concatenate([*(np.full(n, -np.log(n)) for n in sizes), [0.0]])
    direction = np.zeros(point.size)
    direction[-1] = 1.0
    path, step = [point], 0.03
    for _ in range(STEPS):
        direction = _tangent(payoffs, sizes, point, direction)
        ahead = point + step * direction
        final = ahead[-1] >= precision
        if final:
            ahead = point + (precision - point[-1]) / direction[-1] * direction
        corrected = _correct(payoffs, sizes, ahead, None if final else direction)
        if corrected is None:
            step /= 2.0
            if step < SMALLEST_STEP:
                break
            continue
        point = corrected
        path.append(point)
        if final:
            table = np.array(path)
            return Branch(table[:, -1], np.exp(table[:, :-1]), sizes)
        step = min(step * 1.3, LARGEST_STEP)
    msg = f"the logit branch was followed to lambda = {point[-1]:.4g} and not to {precision:g}"
    raise ConvergenceError(msg)


def quantal_response(payoffs: tuple[Array, ...], precision: float) -> tuple[Array, ...]:
    """Mixed strategies of the players on the principal branch at lambda = `precision`.

    Examples
    --------
    >>> pennies = np.array([[9.0, 0.0], [0.0, 1.0]])
    >>> row, column = quantal_response((pennies, np.array([[0.0, 1.0], [1.0, 0.0]])), 0.0)
    >>> row
    array([0.5, 0.5])
    """
    if precision == 0.0:
        return tuple(np.full(n, 1.0 / n) for n in _checked(payoffs))
    branch = principal_branch(payoffs, precision)
    return branch.split(-1)


def fit_precision(
    payoffs: tuple[Array, ...], counts: tuple[Array, ...], largest: float = 100.0
) -> LambdaFit:
    """Precision lambda that makes observed choices most likely along the principal branch.

    log L = sum over players and strategies of n_a log p_a(lambda)

    Parameters
    ----------
    payoffs : tuple of ndarray, one per player
    counts : tuple of ndarray, shape (S_p,)
        How often each strategy was played.
    largest : float
        End of the search, in units of one over payoff.

    References
    ----------
    McKelvey and Palfrey (1995).
    """
    branch = principal_branch(payoffs, largest)
    seen = np.concatenate(counts)
    loglik = np.log(branch.strategy) @ seen
    best = int(np.argmax(loglik))
    sizes = branch.sizes
    ends = branch.precision[[max(best - 1, 0), min(best + 1, loglik.size - 1)]]

    def loss(precision: float) -> float:
        return -float(_logs(payoffs, sizes, branch, best, precision) @ seen)

    found = minimize_scalar(loss, bounds=sorted(ends), method="bounded", options={"xatol": 1e-10})
    logs = _logs(payoffs, sizes, branch, best, float(found.x))
    parts = tuple(np.split(np.exp(logs), np.cumsum(sizes)[:-1]))
    return LambdaFit(float(found.x), -float(found.fun), parts)


def _logs(
    payoffs: tuple[Array, ...], sizes: tuple[int, ...], branch: Branch, near: int, precision: float
) -> Array:
    guess = np.concatenate([np.log(branch.strategy[near]), [precision]])
    point = _correct(payoffs, sizes, guess, None)
    if point is None:
        msg = f"no logit equilibrium was found at lambda = {precision:.6g}"
        raise ConvergenceError(msg)
    return point[:-1]


def _checked(payoffs: tuple[Array, ...]) -> tuple[int, ...]:
    shape = payoffs[0].shape
    if any(table.shape != shape for table in payoffs) or len(shape) != len(payoffs):
        shapes = ", ".join(str(table.shape) for table in payoffs)
        msg = (
            f"a game of {len(payoffs)} players needs as many tables of that many axes; got {shapes}"
        )
        raise RequestError(msg)
    return shape


def _tangent(
    payoffs: tuple[Array, ...], sizes: tuple[int, ...], point: Array, before: Array
) -> Array:
    matrix = np.vstack([_jacobian(payoffs, sizes, point), before])
    direction = np.linalg.solve(matrix, np.eye(point.size)[-1])
    return np.asarray(direction / np.linalg.norm(direction))


def _correct(
    payoffs: tuple[Array, ...], sizes: tuple[int, ...], guess: Array, direction: Array | None
) -> Array | None:
    """Newton steps back to the curve, across `direction`, or at fixed lambda when it is None."""
    point = guess.copy()
    extra = np.eye(point.size)[-1] if direction is None else direction
    for _ in range(12):
        gap = np.concatenate([_residual(payoffs, sizes, point), [extra @ (point - guess)]])
        if np.abs(gap).max() < RESIDUAL:
            return point
        matrix = np.vstack([_jacobian(payoffs, sizes, point), extra])
        move = np.linalg.solve(matrix, gap)
        if not np.isfinite(move).all() or np.abs(move).max() > 5.0:
            return None
        point = point - move
    return None


def _parts(sizes: tuple[int, ...], flat: Array) -> tuple[Array, ...]:
    return tuple(np.split(flat, np.cumsum(sizes)[:-1]))


def _residual(payoffs: tuple[Array, ...], sizes: tuple[int, ...], point: Array) -> Array:
    """Zero on the curve: log-odds minus lambda times payoff differences, and sums minus one."""
    logs, precision = point[:-1], point[-1]
    strategy = _parts(sizes, np.exp(logs))
    tilt = _parts(sizes, logs - precision * payoffs_against(payoffs, strategy))
    rows = [
        np.concatenate([part[1:] - part[0], [probability.sum() - 1.0]])
        for part, probability in zip(tilt, strategy, strict=True)
    ]
    return np.concatenate(rows)


def _jacobian(payoffs: tuple[Array, ...], sizes: tuple[int, ...], point: Array) -> Array:
    logs, precision = point[:-1], point[-1]
    flat = np.exp(logs)
    strategy = _parts(sizes, flat)
    value = payoffs_against(payoffs, strategy)
    tilt = np.eye(flat.size) - precision * _cross(payoffs, strategy) * flat
    rows = []
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for first, last in itertools.pairwise(starts):
        odds = tilt[first + 1 : last] - tilt[first]
        slope = -(value[first + 1 : last] - value[first])
        rows.append(np.column_stack([odds, slope]))
        total = np.zeros(flat.size + 1)
        total[first:last] = flat[first:last]
        rows.append(total[None])
    return np.vstack(rows)


def _cross(payoffs: tuple[Array, ...], strategy: tuple[Array, ...]) -> Array:
    """Differentiate the payoff of a strategy by the probability of each of another player."""
    sizes = [len(part) for part in strategy]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    matrix = np.zeros((starts[-1], starts[-1]))
    for player, table in enumerate(payoffs):
        for other in range(len(strategy)):
            if other == player:
                continue
            value = table
            for third in reversed(range(len(strategy))):
                if third not in (player, other):
                    value = np.tensordot(value, strategy[third], axes=(third, 0))
            block = value if player < other else value.T
            rows = slice(starts[player], starts[player + 1])
            matrix[rows, starts[other] : starts[other + 1]] = block
    return matrix
