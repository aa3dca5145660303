"""Policy responses: which option a state's position towards another comes closest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.errors import RequestError

Array = NDArray[np.float64]

OPTIONS = ("balance", "contain", "hedge", "engage", "accommodate", "bandwagon")
PARTS = ("security", "economy", "security_rival", "arming")
"""Security towards j, economy towards j, security towards j's rivals, own arming."""
PROTOTYPES = (
    (-1.0, 0.0, 1.0, 1.0),
    (-1.0, -1.0, 1.0, 1.0),
    (0.0, 1.0, 1.0, 0.5),
    (1.0, 1.0, 0.0, 0.0),
    (1.0, 1.0, 0.0, -1.0),
    (2.0, 1.0, -1.0, 0.0),
)
"""Position of each option in `PARTS`. [Our own; a setting, not a finding.]"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an option is and what it costs.  O = 6 options, P = 4 parts.

    prototypes : (O, P)        position of each option
    precision : (P,)           weight of each part, Λ
    cost : (O,)                of each option, in units of utility
    risk_attitude : float      above 0 accepts risk, below 0 averse
    temperature : float        above 0; the higher, the more alike the probabilities
    """

    prototypes: tuple[tuple[float, ...], ...] = PROTOTYPES
    precision: tuple[float, ...] = (1.0,) * len(PARTS)
    cost: tuple[float, ...] = (0.0,) * len(OPTIONS)
    risk_attitude: float = 0.0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        shapes = np.shape(self.prototypes), np.shape(self.precision), np.shape(self.cost)
        if shapes != ((len(OPTIONS), len(PARTS)), (len(PARTS),), (len(OPTIONS),)):
            msg = (
                f"prototypes need {len(OPTIONS)} rows of {len(PARTS)} numbers, precision "
                f"{len(PARTS)} and cost {len(OPTIONS)}; shapes given: {shapes}"
            )
            raise RequestError(msg)
        if not (self.temperature > 0 and min(self.precision) >= 0):
            msg = "temperature must be above zero and precisions not below"
            raise RequestError(msg)


def utilities(position: Array, settings: Settings, variance: float | Array = 0.0) -> Array:
    """Compute the utility of each option: U_o = -½ (z - z_o)' Λ (z - z_o) - cost_o + risk · Var_o.

    Parameters
    ----------
    position : ndarray (..., P)
        z, in the order of `PARTS`.
    settings : Settings
    variance : float or ndarray (..., O)
        Variance of what each option leads to.

    Returns
    -------
    ndarray (..., O)
        NaN where a part of the position is.
    """
    weights = np.array(settings.precision)[None]
    risk = settings.risk_attitude * np.asarray(variance)
    return np.asarray(utilities_by_weight(position, settings, weights)[0] + risk)


def utilities_by_weight(position: Array, settings: Settings, weights: Array) -> Array:
    """Compute `utilities` without risk under R sets of weights (R, P): ndarray (R, ..., O)."""
    away = position[..., None, :] - np.array(settings.prototypes)
    return np.asarray(-0.5 * np.moveaxis(away**2 @ weights.T, -1, 0) - np.array(settings.cost))


def choice(utility: Array, temperature: float) -> Array:
    """Probability of each option: softmax(U / temperature), over the last axis."""
    scaled = utility / temperature
    weight = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def evident(utility: Array) -> Array:
    """Gap in utility between the best option and the next: how evident the best policy is.

    Examples
    --------
    >>> evident(np.array([[0.0, -3.0, -1.0]]))
    array([1.])
    """
    second, best = np.moveaxis(np.sort(utility, axis=-1), -1, 0)[-2:]
    return np.asarray(best - second)


def towards(pledge: Array, rivalry: Array) -> Array:
    """Security posture of each state to each: pledge / 3 - rivalry, from -1 to 1.

    Parameters
    ----------
    pledge : ndarray (T, N, N)
        Code 0 to 3 of `similarity.pledge_code`.
    rivalry : ndarray (T, N, N)
        0 or 1.
    """
    return pledge / 3.0 - rivalry


def towards_rivals(posture: Array, rivalry: Array, strength: Array) -> Array:
    """Security posture of i to the rivals of j, weighted by what they weigh.

    Σ_k r_jk s_k posture_ik / Σ_k r_jk s_k over k other than i and j; 0 where j has no other rival.

    Parameters
    ----------
    posture, rivalry : ndarray (T, N, N)
    strength : ndarray (T, N)
        Capability; a state without a known one has no weight.

    Returns
    -------
    ndarray (T, N, N)
        Source i by target j; NaN in a year without any known rivalry or posture.
    """
    weight = np.swapaxes(np.nan_to_num(rivalry) * np.nan_to_num(strength)[:, None, :], 1, 2)
    others = np.where(np.eye(rivalry.shape[1], dtype=bool), np.nan, posture)
    total = np.nan_to_num(others) @ weight
    size = (~np.isnan(others)).astype(float) @ weight
    found = np.divide(total, size, out=np.zeros_like(total), where=size > 0)
    known = [(~np.isnan(part)).any(axis=(1, 2), keepdims=True) for part in (rivalry, posture)]
    return np.where(known[0] & known[1], found, np.nan)
