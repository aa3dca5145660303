"""The parameters of the measured relation and the matrices of its dynamics.

A pair of states has two directed relations, ``theta_ij`` and ``theta_ji``. Each is a level that
stays plus a part that passes:

    theta_t = l + g_t,    g_t = left * g_{t-1} + u_t

``l`` and ``u`` are Gaussian; their two directions are correlated. The vector that the filter
carries for a pair is ``(l_ij, l_ji, g_ij, g_ji, theta_ij[t-1], theta_ji[t-1])``; the last two give
the deviation of a series its memory and make the move of a step a plain linear function. Behind
them stand the lasting deviations of the pair, one for each series that has them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZE = 6
"""Length of the part of the carried vector that is about the relation."""

TOP_CARRY = 0.995
"""Largest memory of a series: beyond it the stationary variance of an opening is meaningless."""

READ = np.array(
    [[1, 0, 1, 0, 0, 0], [0, 1, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]], dtype=float
)
"""Rows: theta_ij and theta_ji now, theta_ij and theta_ji a step before; shape (4, SIZE)."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How the relation moves, the same for every pair.

    Attributes
    ----------
    level_sd : float
        Spread of the level over dyads.
    shock_sd : float
        Standard deviation of the shock to the passing part.
    left : float
        Share of the passing part that is left after a step, from 0 to below 1.
    pair_corr : float
        Correlation between the two directions of a pair, of both.
    """

    level_sd: float
    shock_sd: float
    left: float
    pair_corr: float


@dataclass(frozen=True, slots=True)
class Continuous:
    """Parameters of a continuous series.

    ``y_t = level + loading * theta_t + b + d_t``, with ``d_t = carry * d_{t-1} + e_t``,
    ``e ~ N(0, noise^2 + v)`` and, of each pair, ``b ~ N(0, lasting^2)``.

    Attributes
    ----------
    level, loading : float
    carry : float
        Memory of the series' own deviation.
    noise : float
        Standard deviation of `e` beyond the known error variance `v` of the reading.
    lasting : float
        Standard deviation over pairs of a deviation that stays; 0 for a series without one.
    """

    level: float
    loading: float
    carry: float
    noise: float
    lasting: float


@dataclass(frozen=True, slots=True)
class Graded:
    """Parameters of an ordinal, binary or censored series.

    ``P(y_t <= k) = Phi(cuts[k] - carry[y_{t-1}] - exposure' x - sign * weight * theta_t)``

    The log weights of all graded series are normal around their mean a priori: a series may pull
    harder than the others, but only as far as its readings insist.

    Attributes
    ----------
    cuts : tuple of float
        Increasing thresholds, one fewer than there are grades.
    sign : int
        1 if a higher grade goes with cooperation, else -1.
    weight : float
        Pull of the relation on the latent reading, above zero.
    exposure : tuple of float
        Pull of fixed traits x of the dyad: sizes and nearness make acts of any sign likelier.
    carry : tuple of float
        Pull of each grade but the lowest of the step before, then of its absence; empty for a
        series without memory.
    """

    cuts: tuple[float, ...]
    sign: int
    weight: float
    exposure: tuple[float, ...]
    carry: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything the filter needs besides the readings.

    Attributes
    ----------
    dynamics : Dynamics
    loading : float
        Pull of the relation on every continuous core series, in units of its own spread.
    continuous : Mapping of str to Continuous
    graded : Mapping of str to Graded
    iterations : int
        Steps of the fit that found them; 0 if they were given.
    residual : float
        Largest change of a parameter in the last step of the fit.
    later : bool
        Whether readings that were not known yet at the panel's `as_of` had a part in the fit.
    """

    dynamics: Dynamics
    loading: float
    continuous: Mapping[str, Continuous]
    graded: Mapping[str, Graded]
    iterations: int = 0
    residual: float = 0.0
    later: bool = False

    @property
    def slots(self) -> dict[str, int]:
        """Place of each series' lasting deviation behind the relation in the carried vector."""
        names = [name for name, p in self.continuous.items() if p.lasting > 0]
        return {name: place for place, name in enumerate(names)}

    def to_json(self) -> str:
        """Write the record as JSON text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Parameters:
        """Read what `to_json` wrote."""
        return cls.from_record(json.loads(text))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Parameters:
        """Build from plain dictionaries and lists."""
        return cls(
            dynamics=Dynamics(**record["dynamics"]),
            loading=record["loading"],
            continuous={k: Continuous(**v) for k, v in record["continuous"].items()},
            graded={
                k: Graded(
                    cuts=tuple(v["cuts"]),
                    sign=v["sign"],
                    weight=v["weight"],
                    exposure=tuple(v["exposure"]),
                    carry=tuple(v["carry"]),
                )
                for k, v in record["graded"].items()
            },
            iterations=record["iterations"],
            residual=record["residual"],
            later=record.get("later", False),
        )


def _pair(sd: float, corr: float) -> Array:
    return sd**2 * np.array([[1.0, corr], [corr, 1.0]])


@dataclass(frozen=True, slots=True)
class Matrices:
    """The dynamics as matrices: x_t = F x_{t-1} + N(0, Q), x at entry ~ N(0, start)."""

    transition: Array
    innovation: Array
    start: Array


def matrices(dynamics: Dynamics, lasting: Sequence[float] = ()) -> Matrices:
    """Write the dynamics as the transition, its noise and the distribution at entry.

    Parameters
    ----------
    dynamics : Dynamics
    lasting : sequence of float, K long
        Standard deviations of the lasting deviations.

    Returns
    -------
    Matrices
        Each array has shape (SIZE + K, SIZE + K). The passing part enters in its stationary state.
    """
    size = SIZE + len(lasting)
    transition = np.zeros((size, size))
    transition[:2, :2] = np.eye(2)
    transition[2:4, 2:4] = dynamics.left * np.eye(2)
    transition[4:6, :SIZE] = READ[:2]
    transition[6:, 6:] = np.eye(len(lasting))
    innovation = np.zeros((size, size))
    innovation[2:4, 2:4] = _pair(dynamics.shock_sd, dynamics.pair_corr)
    start = np.zeros((size, size))
    start[:2, :2] = _pair(dynamics.level_sd, dynamics.pair_corr)
    start[2:4, 2:4] = innovation[2:4, 2:4] / (1.0 - dynamics.left**2)
    start[4:6, 4:6] = start[:2, :2] + start[2:4, 2:4]
    start[6:, 6:] = np.diag(np.square(lasting))
    return Matrices(transition, innovation, start)
