"""The naive rival every claim must beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import DOMESTIC, DYNAMICS, SLOPES, SOCIAL, STIMULUS, Nested, zero


class Inertia(Nested):
    """The relation returns to each dyad's own level and nothing else acts on it.

    θ_ij,t+1 = θ_ij + φ_i (u_ij - θ_ij) + σ ξ_ij,   that is S = p = q = 0 and ρ = λ1 = λ2 = 0.
    """

    name = "inertia"
    free = DYNAMICS
    fixed: ClassVar[Mapping[str, float]] = {
        "gate_level": -math.inf,
        "environment_level": -math.inf,
        "offence_weight": 0.0,
        **zero(*SOCIAL, *STIMULUS, "clarity_level", *SLOPES, *DOMESTIC),
    }
