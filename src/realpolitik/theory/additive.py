"""Everything counts, nothing depends on anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory import chain
from realpolitik.theory.arrays import Array, jnp
from realpolitik.theory.base import DOMESTIC, DYNAMICS, SOCIAL, Nested
from realpolitik.theory.chain import Setpoint
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params


class Additive(Nested):
    """All main effects, linear.

    θ* = u + β'x + δ'q + μ + η'(C, domestic conditions)
    """

    name = "additive"
    free: ClassVar[tuple[str, ...]] = (
        *DYNAMICS,
        *SOCIAL,
        "stimulus_weights",
        "intent_slope",
        *DOMESTIC,
        "main_effects",
    )
    fixed: ClassVar[Mapping[str, float]] = {"offence_weight": 1.0}

    def setpoint(self, params: Params, conditions: Conditions, past: Array) -> Setpoint:
        """Return the set-point net of the offset."""
        constant = (
            chain.stimulus(params, conditions, past)
            + conditions.preference @ params["preference_weights"]
            + chain.conditioners(conditions) @ params["main_effects"]
        )
        return Setpoint(constant, jnp.ones_like(constant))
