"""Domestic preferences and leaders decide; the system does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.arrays import Array, jnp
from realpolitik.theory.base import DOMESTIC, DYNAMICS, SOCIAL, Nested
from realpolitik.theory.chain import Setpoint
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params


class LiberalDomestic(Nested):
    """The set-point is what domestic politics prefers: g̃ = 0, so no stimulus.

    θ* = u + δ'q + μ

    References
    ----------
    Moravcsik (1997), Taking Preferences Seriously.
    """

    name = "liberal"
    free = (*DYNAMICS, *SOCIAL, *DOMESTIC)
    fixed: ClassVar[Mapping[str, float]] = {}

    def setpoint(self, params: Params, conditions: Conditions, past: Array) -> Setpoint:
        """Return the set-point net of the offset."""
        preference = conditions.preference @ params["preference_weights"]
        return Setpoint(preference, jnp.ones_like(preference))
