"""Stacking: one forecast from many, weighted by how well they foretold together.

K forecasters, R readings, T years, Q probabilities.

References
----------
Yao, Vehtari, Simpson and Gelman (2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from realpolitik.errors import ConvergenceError
from realpolitik.evaluation.scores import LOG_2PI, Array, Whole

SHORTFALL = 1e-6
"""Most that the mean log score of accepted weights can lie below the best, nats a reading."""
STEPS = 100
"""Most Newton steps; ten are usual."""
HALVINGS = 60
"""Of the bracket of a quantile: double precision is reached."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Weights of a mixture of forecasts and what it scores.

    weights : (K,)            non-negative, sum to one
    error : (K,)              jackknife standard error, one year left out at a time
    years : (T,)              years scored, ascending
    without : (T, K)          weights with each year left out
    in_sample : float         mean log score with the weights fitted to the same readings
    held_out : (R,)           log score of each reading with the weights of the other years
    """

    weights: Array
    error: Array
    years: Whole
    without: Array
    in_sample: float
    held_out: Array


def stacking_weights(log_score: Array) -> Array:
    """Weights on the simplex with the best mean log score of the mixture.

    max_w  1/R Σ_r log Σ_k w_k p_kr,   w_k ≥ 0, Σ_k w_k = 1

    The problem is concave, and max_k g_k - 1 with g_k = 1/R Σ_r p_kr / Σ_j w_j p_jr bounds what
    weights lack of the best mean score: it is checked to be below 1e-6 nats.

    Parameters
    ----------
    log_score : ndarray (K, R)
        Log density of each reading under each forecast; none missing.

    Raises
    ------
    ConvergenceError
        If the bound is not reached.

    Examples
    --------
    >>> density = np.log(np.array([[0.8, 0.8, 0.2], [0.2, 0.2, 0.8]]))
    >>> stacking_weights(density).round(3)
    array([0.778, 0.222])
    """
    assert np.isfinite(log_score).all(), "stacking needs every forecast of every reading"
    density = np.exp(log_score - log_score.max(axis=0))
    weights = _interior_point(density)
    shortfall = float((density / (weights @ density)).mean(axis=1).max()) - 1.0
    if not shortfall <= SHORTFALL:
        msg = f"stacking weights did not converge (shortfall up to {shortfall:.1e} nats)"
        raise ConvergenceError(msg)
    return weights


def _interior_point(density: Array) -> Array:
    """Weights close to the best, all above zero, by primal-dual Newton steps.

    The best w satisfies g(w) + s = 1, w s = 0, w ≥ 0, s ≥ 0 (then Σ w = 1 by itself). A step solves
    (Q + diag(s/w)) Δw = g - 1 + b/w with Q = 1/R Σ_r q_r q_r', q_kr = p_kr / Σ_j w_j p_jr and b a
    tenth of the mean of w s.

    References
    ----------
    Koenker and Mizera (2014); Kim, Carbonetto, Stephens and Anitescu (2020), on this problem.
    """
    size, count = density.shape
    weights, slack = np.full(size, 1.0 / size), np.ones(size)
    for _ in range(STEPS):
        ratio = density / (weights @ density)
        pull = ratio.mean(axis=1)
        if weights @ slack < 0.1 * SHORTFALL and np.abs(1.0 - pull - slack).max() < SHORTFALL:
            break
        barrier = 0.1 * float(weights @ slack) / size
        curvature = ratio @ ratio.T / count + np.diag(slack / weights)
        move = np.linalg.solve(curvature, pull - 1.0 + barrier / weights)
        shift = (barrier - slack * (weights + move)) / weights
        weights = weights + _inside(weights, move) * move
        slack = slack + _inside(slack, shift) * shift
    result: Array = weights / weights.sum()
    return result


def _inside(point: Array, move: Array) -> float:
    """Longest step, up to one, that keeps a positive point positive."""
    shrinking = move < 0
    if not shrinking.any():
        return 1.0
    return min(1.0, 0.95 * float(np.min(point[shrinking] / -move[shrinking])))


def stack(log_score: Array, block: Whole) -> Stack:
    """Stack forecasts, judged on years that did not set the weights.

    The weights are fitted to all readings, and once more without each year; every reading is
    scored with the weights of the other years. The jackknife error of a weight is
    √((T - 1)/T Σ_t (w_(t) - mean w_(t))²).

    Parameters
    ----------
    log_score : ndarray (K, R)
        None missing.
    block : ndarray of int (R,)
        Year scored; at least two years.

    Raises
    ------
    ConvergenceError
        If weights did not converge.
    """
    years, group = np.unique(block, return_inverse=True)
    assert len(years) > 1, "a stack is judged on years left out, so it needs two"
    weights = stacking_weights(log_score)
    without = np.stack([stacking_weights(log_score[:, group != t]) for t in range(len(years))])
    count = len(years)
    error = np.sqrt((count - 1) / count * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    return Stack(
        weights=weights,
        error=error,
        years=years,
        without=without,
        in_sample=float(mixture_log_score(weights, log_score).mean()),
        held_out=mixture_log_score(without[group].T, log_score),
    )


def mixture_log_score(weights: Array, log_score: Array) -> Array:
    """Log density of readings under a mixture, log Σ_k w_k exp(l_kr).

    Parameters
    ----------
    weights : ndarray (K,) or (K, R)
        Of all readings, or of each reading.
    log_score : ndarray (K, R)

    Returns
    -------
    ndarray (R,)
    """
    top = log_score.max(axis=0)
    each = weights if weights.ndim == 2 else weights[:, None]
    result: Array = top + np.log(np.sum(each * np.exp(log_score - top), axis=0))
    return result


def mixture_moments(weights: Array, mean: Array, sd: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of a mixture of normals.

    μ = Σ w_k μ_k,   σ² = Σ w_k (σ_k² + (μ_k - μ)²)

    Parameters
    ----------
    weights : ndarray (K,)
    mean, sd : ndarray (K, R)

    Returns
    -------
    mean, sd : ndarray (R,)

    Examples
    --------
    >>> mixture_moments(np.array([0.5, 0.5]), np.array([[-3.0], [3.0]]), np.array([[4.0], [4.0]]))
    (array([0.]), array([5.]))
    """
    centre: Array = weights @ mean
    return centre, np.sqrt(weights @ (sd**2 + (mean - centre) ** 2))


def mixture_cdf(weights: Array, mean: Array, sd: Array, value: Array) -> Array:
    """Distribution function of a mixture of normals at `value`: its PIT, Σ_k w_k Φ(z_k).

    Parameters
    ----------
    weights : ndarray (K,)
    mean, sd : ndarray (K, R)
    value : ndarray (..., R)

    Returns
    -------
    ndarray (..., R)
    """
    total: Array = np.zeros(np.shape(value))
    for weight, centre, spread in zip(weights, mean, sd, strict=True):
        total = total + weight * ndtr((value - centre) / spread)
    return total


def mixture_quantiles(weights: Array, mean: Array, sd: Array, probability: Array) -> Array:
    """Quantiles of a mixture of normals, by bisection between those of its components.

    Parameters
    ----------
    weights : ndarray (K,)
    mean, sd : ndarray (K, R)
    probability : ndarray (Q,)
        In (0, 1).

    Returns
    -------
    ndarray (Q, R)

    Examples
    --------
    >>> both = np.array([0.5, 0.5])
    >>> mixture_quantiles(both, np.array([[0.0], [0.0]]), np.ones((2, 1)), np.array([0.5]))
    array([[0.]])
    """
    used = weights > 0
    weights, mean, sd = weights[used], mean[used], sd[used]
    each = mean + sd * ndtri(probability)[:, None, None]
    low, high = each.min(axis=1), each.max(axis=1)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        below = mixture_cdf(weights, mean, sd, middle) < probability[:, None]
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    result: Array = 0.5 * (low + high)
    return result


def mixture_crps(weights: Array, mean: Array, sd: Array, value: Array) -> Array:
    """Continuous ranked probability score of a mixture of normals.

    Σ_k w_k A(y - μ_k, σ_k²) - ½ Σ_jk w_j w_k A(μ_j - μ_k, σ_j² + σ_k²),
    A(m, s²) = E|N(m, s²)| = 2 s φ(m/s) + m (2Φ(m/s) - 1)

    Parameters
    ----------
    weights : ndarray (K,)
    mean, sd : ndarray (K, R)
    value : ndarray (R,)

    Returns
    -------
    ndarray (R,)

    References
    ----------
    Grimit, Gneiting, Berrocal and Johnson (2006), equation 5.
    """
    score: Array = weights @ _absolute(value - mean, sd)
    for weight, centre, spread in zip(weights, mean, sd, strict=True):
        apart = _absolute(centre - mean, np.hypot(spread, sd))
        score = score - 0.5 * weight * (weights @ apart)
    return score


def _absolute(mean: Array, sd: Array) -> Array:
    """Mean absolute value of a normal variable."""
    z = mean / sd
    result: Array = 2.0 * sd * np.exp(-0.5 * (z**2 + LOG_2PI)) + mean * (2.0 * ndtr(z) - 1.0)
    return result
