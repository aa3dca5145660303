"""Main effects and products: interactions of any form, without the theory's form."""

from __future__ import annotations

from typing import ClassVar

from realpolitik.theory import chain
from realpolitik.theory.additive import Additive
from realpolitik.theory.arrays import Array, jnp
from realpolitik.theory.chain import Setpoint
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params


class ReducedForm(Additive):
    """The additive model with products of stimulus parts and conditions.

    θ* = u + β'x + δ'q + μ + η'c + Σ_ab ι_ab x_a c_b,   c = (C, domestic conditions)
    """

    name = "reduced form"
    free: ClassVar[tuple[str, ...]] = (*Additive.free, "interactions")

    def setpoint(self, params: Params, conditions: Conditions, past: Array) -> Setpoint:
        """Return the set-point net of the offset."""
        main = super().setpoint(params, conditions, past)
        parts = chain.stimulus_parts(params, conditions, past)
        products = (parts @ params["interactions"]) * chain.conditioners(conditions)
        return Setpoint(main.constant + jnp.sum(products, axis=1), main.image)
