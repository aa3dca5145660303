"""States answer each other and nothing else acts on the relation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import DOMESTIC, DYNAMICS, SLOPES, STIMULUS, Nested, zero


class Reciprocity(Nested):
    """Inertia with a pull towards the other side's posture.

    θ_ij,t+1 = θ_ij + φ_i (u_ij - θ_ij) + ρ (θ_ji - θ_ij) + σ ξ_ij

    References
    ----------
    Axelrod (1984), The Evolution of Cooperation.
    """

    name = "reciprocity"
    free = (*DYNAMICS, "reciprocity")
    fixed: ClassVar[Mapping[str, float]] = {
        "gate_level": -math.inf,
        "environment_level": -math.inf,
        "offence_weight": 0.0,
        **zero("alliance_pull", "triad_pull", *STIMULUS, "clarity_level", *SLOPES, *DOMESTIC),
    }
