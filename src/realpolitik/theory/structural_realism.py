"""Capability and distance decide; states see them as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import DOMESTIC, DYNAMICS, SLOPES, SOCIAL, Nested, zero


class StructuralRealism(Nested):
    """The set-point is the systemic stimulus, seen whole: K = g̃ = 1, μ = q = 0, ρ = λ = 0.

    θ* = u + β'x,   x1 = -threat   (neither offensive capability nor intent counts)

    References
    ----------
    Waltz (1979), Theory of International Politics.
    """

    name = "structural realism"
    free = (*DYNAMICS, "stimulus_weights")
    fixed: ClassVar[Mapping[str, float]] = {
        "clarity_level": math.inf,
        "gate_level": math.inf,
        "environment_level": 0.0,
        "offence_weight": 0.0,
        **zero("intent_slope", "negativity", *SOCIAL, *SLOPES, *DOMESTIC),
    }
