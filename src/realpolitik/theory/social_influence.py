"""Relations move each other and nothing else acts on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import DOMESTIC, DYNAMICS, SLOPES, SOCIAL, STIMULUS, Nested, zero


class SocialInfluence(Nested):
    """Reciprocity, partners' relations and structural balance; S = p = q = 0.

    θ_ij,t+1 = θ_ij + φ_i (u_ij - θ_ij) + ρ (θ_ji - θ_ij)
             + λ1 Σ_k w_ik θ_kj + λ2 tanh(Σ_k θ_ik θ_kj / (n - 2)) + σ ξ_ij

    References
    ----------
    Heider (1946); Minhas and Hoff (2025), social influence regression.
    """

    name = "social influence"
    free = (*DYNAMICS, *SOCIAL)
    fixed: ClassVar[Mapping[str, float]] = {
        "gate_level": -math.inf,
        "environment_level": -math.inf,
        "offence_weight": 0.0,
        **zero(*STIMULUS, "clarity_level", *SLOPES, *DOMESTIC),
    }
