"""Hedging between two rival patrons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EVENNESS_FLOOR = 1e-9  # keeps 0/0 out of the evenness term
ENGAGED = 0.2  # |sa| + |sb| below this: ties with both patrons are too weak to call it hedging
STEEPNESS = 2.0  # of the cross-domain term


@dataclass(frozen=True, slots=True)
class Hedging:
    """Hedging index of D cases (states, years, or both; any one shape).

    Attributes
    ----------
    index : ndarray
        H in [0, 1].
    evenness : ndarray
        How equal the security ties with the two patrons are, in [0, 1].
    crossing : ndarray
        How far security leans one way and economy the other, in [0, 1]; .5 if they do not differ.
    engaged : ndarray of bool
        Security ties strong enough to read the index; False also where a posture is missing.
    """

    index: Array
    evenness: Array
    crossing: Array
    engaged: NDArray[np.bool_]


def hedging_index(
    security_a: Array,
    security_b: Array,
    economy_a: Array,
    economy_b: Array,
    rivalry: Array,
    threshold: float = ENGAGED,
) -> Hedging:
    """Measure how far a state keeps both of two rival patrons.

    E = 1 - |sa - sb| / (|sa| + |sb| + eps), C = (1 - tanh(2 (sa - sb) (ea - eb))) / 2,
    H = r (E + C) / 2, with s the security and e the economic posture towards patrons a and b and
    r their rivalry. An indifferent state also has even ties: below `threshold` of |sa| + |sb| it
    is disengaged and `engaged` is False.

    Parameters
    ----------
    security_a, security_b, economy_a, economy_b : ndarray
        Postures in [-1, 1], + = cooperative; NaN where missing.
    rivalry : ndarray
        Rivalry of the two patrons in [0, 1].
    threshold : float
        Smallest |sa| + |sb| of an engaged state.

    Returns
    -------
    Hedging
        NaN wherever an input is missing.

    Examples
    --------
    >>> one = hedging_index(*(np.array(x) for x in (0.6, 0.5, -0.2, 0.6, 1.0)))
    >>> round(float(one.index), 3)
    0.744
    """
    weight = np.abs(security_a) + np.abs(security_b)
    evenness = 1.0 - np.abs(security_a - security_b) / (weight + EVENNESS_FLOOR)
    lean = (security_a - security_b) * (economy_a - economy_b)
    crossing = 0.5 * (1.0 - np.tanh(STEEPNESS * lean))
    index = rivalry * 0.5 * (evenness + crossing)
    return Hedging(index, evenness, crossing, (weight >= threshold) & ~np.isnan(index))


def hedging_label(index: float, engaged: bool) -> str | None:
    """Word for one case: ``hedging`` from .5, ``leaning`` below, ``disengaged``, or None.

    >>> hedging_label(0.744, True), hedging_label(0.008, True), hedging_label(0.9, False)
    ('hedging', 'leaning', 'disengaged')
    """
    if np.isnan(index):
        return None
    if not engaged:
        return "disengaged"
    return "hedging" if index >= 0.5 else "leaning"
