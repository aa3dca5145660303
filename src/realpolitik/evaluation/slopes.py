"""Slopes of the filter as each theory finds them on the whole panel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from realpolitik.conditions.gathering import ABSENT
from realpolitik.inference.fitting import Fit
from realpolitik.theory.inputs import CLARITY, GATE


@dataclass(frozen=True, slots=True)
class Slope:
    """A free parameter of the filter on the whole panel: estimate and standard error."""

    theory: str
    name: str
    estimate: float
    error: float


def slopes_of(fits: Mapping[str, Fit]) -> tuple[Slope, ...]:
    """Collect the slopes of every theory that has them; terms without data have none."""
    gone = {
        f"{parameter}[{place}]"
        for parameter, terms in (("clarity_slopes", CLARITY), ("gate_slopes", GATE))
        for place, term in enumerate(terms)
        if term in ABSENT
    }
    return tuple(
        Slope(name, parameter, *_estimate(fit, parameter))
        for name, fit in fits.items()
        for parameter in fit.names
        if "_slopes[" in parameter and parameter not in gone
    )


def _estimate(fit: Fit, name: str) -> tuple[float, float]:
    """Estimate and standard error on the slope's own scale, the error by the delta method."""
    value, error = fit.estimate(name)
    rows = {row.name: row for row in fit.theory.parameters(fit.sizes)}
    if rows[name.split("[")[0]].prior.family == "half-normal":
        return math.exp(value), math.exp(value) * error
    return value, error
