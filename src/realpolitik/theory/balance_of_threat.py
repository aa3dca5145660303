"""States answer threat, not capability alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import DOMESTIC, DYNAMICS, SLOPES, SOCIAL, Nested, zero


class BalanceOfThreat(Nested):
    """Structural realism with offensive capability and intent in threat.

    θ* = u + β'x,   x1 = -threat (1 + offence) · 2 logistic(-b_int θ_ji,lagged)

    References
    ----------
    Walt (1987), The Origins of Alliances.
    """

    name = "balance of threat"
    free = (*DYNAMICS, "stimulus_weights", "intent_slope")
    fixed: ClassVar[Mapping[str, float]] = {
        "clarity_level": math.inf,
        "gate_level": math.inf,
        "environment_level": 0.0,
        "offence_weight": 1.0,
        **zero("negativity", *SOCIAL, *SLOPES, *DOMESTIC),
    }
