"""Trust and reassurance (Kydd), and who could build it: mediators ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.quantity import Array


def trust_threshold(
    reward: Array | float,
    temptation: Array | float,
    punishment: Array | float,
    sucker: Array | float,
) -> Array:
    """Least trust at which cooperation pays: t* = (P - S) / ((R - T) + (P - S)).

    Trust is the probability that the other side prefers to return cooperation. A side whose
    T exceeds R by P - S or more never cooperates: t* is then above 1 or infinite.

    Parameters
    ----------
    reward, temptation, punishment, sucker : float or ndarray
        Payoffs R, T, P and S of the trust game.

    Examples
    --------
    >>> round(float(trust_threshold(1.0, 0.9, 0.0, -1.0)), 4)
    0.9091

    References
    ----------
    Kydd (2000, 2005), textbook form.
    """
    risk = np.asarray(punishment, dtype=np.float64) - sucker
    base = np.asarray(reward, dtype=np.float64) - temptation + risk
    never = base <= 0.0
    return np.where(never, np.inf, risk / np.where(never, 1.0, base))


def update_trust(trust: Array | float, if_trusty: Array | float, if_not: Array | float) -> Array:
    """Trust after an act: t' = t q_s / (t q_s + (1 - t) q_e).

    Parameters
    ----------
    trust : float or ndarray
        Belief before.
    if_trusty, if_not : float or ndarray
        Probability of the act from a trustworthy and from an untrustworthy side. Where both are 0
        the act cannot occur and the belief stays.

    Examples
    --------
    >>> round(float(update_trust(0.6, 0.3, 1.0)), 4)
    0.3103
    """
    before = np.asarray(trust, dtype=np.float64)
    yes, no = before * if_trusty, (1.0 - before) * np.asarray(if_not)
    total = yes + no
    return np.where(total == 0.0, before, yes / np.where(total == 0.0, 1.0, total))


def perceived(prior: Array | float, message: Array | float, precision: Array | float) -> Array:
    """Belief between prior and message: p = prior + K (message - prior), K = k / (k + 1).

    Parameters
    ----------
    precision : float or ndarray
        Precision of the message relative to that of the prior, k = kappa / kappa_0.

    Examples
    --------
    >>> [round(float(perceived(0.0, 1.0, k)), 2) for k in (0.25, 1.0, 4.0)]
    [0.2, 0.5, 0.8]
    """
    gain = np.asarray(precision, dtype=np.float64) / (np.asarray(precision) + 1.0)
    return np.asarray(prior + gain * (np.asarray(message) - prior))


@dataclass(frozen=True, slots=True)
class Mediation:
    """What one mediator does for the parties.  P parties, M draws.

    convenes : (M,)     chance that all parties come
    trust : (P, M)      trust of each party after the mediator vouches for the other side
    threshold : (P, M)  trust each then needs, once cheating costs the mediator's leverage
    clears : (M,)       whether every party has enough trust
    """

    convenes: Array
    trust: Array
    threshold: Array
    clears: NDArray[np.bool_]


def mediate(
    access: Array, credit: Array, leverage: Array, trust: Array, payoffs: Array
) -> Mediation:
    """Effect of a mediator on trust between the parties.

    A mediator that is honest with probability `credit` vouches only for a trustworthy side, else
    for anyone: t' = t / (t + (1 - t)(1 - credit)). Leverage lowers the gain from cheating:
    T' = T - leverage (T - P). It convenes if each party comes, independently, with chance `access`.

    Parameters
    ----------
    access, credit, leverage, trust : ndarray, shape (P, M)
    payoffs : ndarray, shape (P, 4)
        R, T, P, S of each party.

    References
    ----------
    Kydd (2003, 2006) for vouching; the use of leverage and access here is this package's own.
    """
    reward, temptation, punishment, sucker = (payoffs[:, [n]] for n in range(4))
    after = update_trust(trust, 1.0, 1.0 - credit)
    cheat = temptation - leverage * (temptation - punishment)
    threshold = trust_threshold(reward, cheat, punishment, sucker)
    return Mediation(access.prod(0), after, threshold, np.asarray((after >= threshold).all(0)))
