"""Probabilistic Condorcet election: every position has a chance, set by pairwise contests."""

from __future__ import annotations

from typing import Literal

import numpy as np

from realpolitik.bargaining.quantity import Array

Rule = Literal["conditional", "markov"]
# The chain is averaged until no probability moves more than this.
CHAIN_TOLERANCE = 1e-12
CHAIN_STEPS = 10_000


def contest(position: Array, weight: Array, vote: str = "proportional") -> Array:
    """Chance that the position of i beats that of j when all actors vote; (N, N, M).

    P_ij = s_ij / (s_ij + s_ji), with s_ij the weight of the votes for i: each voter gives its
    weight times the difference of its distances (proportional), or its whole weight (binary).

    Parameters
    ----------
    position, weight : ndarray, shape (N, M)
    vote : {"proportional", "binary"}

    Returns
    -------
    ndarray, shape (N, N, M)
        One half where two positions coincide or nobody cares.
    """
    gap = np.abs(position[:, None] - position[None])
    return contest_by_distance(gap, weight, vote)


def contest_by_distance(distance: Array, weight: Array, vote: str = "proportional") -> Array:
    """As :func:`contest`, from the distance of voter k to position j, (N, J, M)."""
    shape = (distance.shape[1], *distance.shape[1:])
    support = np.zeros(shape)
    for voter, size in zip(distance, weight, strict=True):
        lead = voter[None] - voter[:, None]
        support += size * ((lead > 0.0) if vote == "binary" else np.maximum(lead, 0.0))
    total = support + support.swapaxes(0, 1)
    tied = total == 0.0
    return np.where(tied, 0.5, support / np.where(tied, 1.0, total))


def election(chance: Array, twins: Array, rule: Rule = "conditional") -> Array:
    """Probability that the position of each actor is chosen.

    conditional: p_i proportional to the product over j of P_ij, the chance that i beats all others
    given that some position does. markov: p_i = sum_j (p_i + p_j) P_ij / J, a standing position
    meeting each challenger with equal chance. Positions held by several actors count once.

    Parameters
    ----------
    chance : ndarray, shape (N, N, M)
    twins : ndarray, shape (N, M)
        Number of actors at the position of i, itself included.

    Returns
    -------
    ndarray, shape (N, M)
        Twins share the probability of their position equally.

    References
    ----------
    Wise, Lester and Efird (2015), for the election; Condorcet (1785).
    """
    if rule == "markov":
        return _markov(chance, twins)
    with np.errstate(divide="ignore"):
        beats = np.log(2.0 * chance) / twins[None]
    score = beats.sum(1)
    score = score - score.max(0)
    raw = np.exp(score) / twins
    return np.asarray(raw / raw.sum(0), dtype=np.float64)


def _markov(chance: Array, twins: Array) -> Array:
    share = 1.0 / twins
    count = share.sum(0)
    held = share / count
    for _ in range(CHAIN_STEPS):
        wins = (chance * share[None]).sum(1)
        gained = share * (chance * held[None]).sum(1)
        after = (held * wins + gained) / count
        after = after / after.sum(0)
        if float(np.abs(after - held).max()) < CHAIN_TOLERANCE:
            return np.asarray(after)
        held = after
    return np.asarray(held)


def twins_of(position: Array) -> Array:
    """Count of actors at the position of each, itself included.

    Parameters
    ----------
    position : ndarray, shape (N, M) or (N, K, M)
    """
    same = position[:, None] == position[None]
    if position.ndim == 3:
        same = same.all(2)
    return np.asarray(same.sum(1), dtype=np.float64)
