"""From month to year: the same dynamics at another step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Speed φ, reciprocity ρ and alliance pull λ1 of one step."""

    speed: float
    reciprocity: float
    alliance_pull: float


def yearly_speed(monthly: float) -> float:
    """Share of the gap closed in a year: 1 - (1 - φ)^12.

    Examples
    --------
    >>> round(yearly_speed(0.05), 4)
    0.4596
    """
    return float(1.0 - (1.0 - monthly) ** MONTHS)


def yearly(monthly: Dynamics) -> Dynamics:
    """Parameters of the year whose step is the 12th power of the month's.

    Under uniform weights the linear part has three eigenvalues: 1 - φ (symmetric in a pair),
    1 - φ - 2ρ (antisymmetric) and 1 - φ + λ1 (all relations together); each is raised to the
    12th power and the parameters solved for.

    Examples
    --------
    >>> found = yearly(Dynamics(0.06, 0.03, 0.03))
    >>> [round(value, 3) for value in (found.speed, found.reciprocity, found.alliance_pull)]
    [0.524, 0.13, 0.218]
    """
    shared = (1.0 - monthly.speed) ** MONTHS
    opposed = (1.0 - monthly.speed - 2.0 * monthly.reciprocity) ** MONTHS
    together = (1.0 - monthly.speed + monthly.alliance_pull) ** MONTHS
    return Dynamics(1.0 - shared, (shared - opposed) / 2.0, together - shared)


def yearly_innovation_sd(monthly_sd: float, monthly_speed: float) -> float:
    """Disturbance of a year with the same spread in the long run.

    σ_year² = σ_month² (1 - (1 - φ)^24) / (1 - (1 - φ)²), φ of the month

    Examples
    --------
    >>> round(yearly_innovation_sd(1.0, 0.05), 2)
    2.69
    """
    kept = (1.0 - monthly_speed) ** 2
    return float(monthly_sd * np.sqrt((1.0 - kept**MONTHS) / (1.0 - kept)))
