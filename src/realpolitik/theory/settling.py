"""Which speeds and pulls let the network of relations settle: part of the prior."""

from __future__ import annotations

from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.inputs import dyad_order

MARGIN_SCALE = 0.02  # at a margin of .1 the log prior loses .007, at 0 it loses .7
PULL_ROUNDING = 0.01  # of λ1 at 0, where its positive part has a kink


def margins(speed: Array, reciprocity: Array, alliance_pull: Array) -> Array:
    """Return how far each way of running away is off; relations settle if all are positive.

    h = mean of 1 / (φ_k + λ1⁺ / (N - 1)),   λ1⁺ = max(λ1, 0), rounded
    pair ij grows        1 + ρ (1 / φ_i + 1 / φ_j)
    pair ij swings       1 - ρ (1 / (2 - φ_i) + 1 / (2 - φ_j))
    all grow together    1 - λ1 h
    targets drift apart  1 + 2 ρ h - λ1 h (1 + ρ h)

    Each is zero where an eigenvalue of the linear part reaches ±1. The pairs' are exact where
    λ1 = 0; the third under uniform weights where ρ = 0 and speeds are equal, and nearly so where
    they are not; the last under uniform weights in a large network of equal speeds.

    Parameters
    ----------
    speed : (N,)
        φ, between 0 and 1.
    reciprocity, alliance_pull : ()
        ρ and λ1.

    Returns
    -------
    array (N (N - 1) + 2,)

    Examples
    --------
    >>> found = margins(jnp.array([0.5, 0.25, 0.25]), -0.1, 0.1)
    >>> [round(float(margin), 2) for margin in found]
    [0.4, 0.4, 0.2, 1.12, 1.12, 1.11, 0.72, 0.23]
    """
    states = len(speed)
    first, second = (half[: len(half) // 2] for half in dyad_order(states))
    slow, fast = 1.0 / speed, 1.0 / (2.0 - speed)
    positive = PULL_ROUNDING * jax.nn.softplus(alliance_pull / PULL_ROUNDING)
    held = jnp.mean(1.0 / (speed + positive / max(states - 1, 1)))
    answer, gain = reciprocity * held, alliance_pull * held
    return jnp.concatenate(
        [
            1.0 + reciprocity * (slow[first] + slow[second]),
            1.0 - reciprocity * (fast[first] + fast[second]),
            jnp.stack([1.0 - gain, 1.0 + 2.0 * answer - gain * (1.0 + answer)]),
        ]
    )


def log_settling(speed: Array, reciprocity: Array, alliance_pull: Array) -> Array:
    """Return Σ log logistic(margin / s), s = .02: near 0 where relations settle, else far below.

    Parameters are those of `margins`.

    Examples
    --------
    >>> speed = jnp.array([0.5, 0.5, 0.5, 0.5])
    >>> [round(float(log_settling(speed, 0.0, pull)), 2) for pull in (0.1, 0.6, 0.75, 1.0)]
    [-0.0, -0.0, -1.39, -20.0]
    """
    found = margins(speed, reciprocity, alliance_pull)
    return jnp.sum(jax.nn.log_sigmoid(found / MARGIN_SCALE))
