"""Neoclassical realism held to its word: every slope has the sign that the theory gives it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, SLOPES, Nested
from realpolitik.theory.parameter import Parameter, Prior, Sizes
from realpolitik.theory.table import SLOPE_SD

POSITIVE = Prior("half-normal", 0.0, SLOPE_SD)


class SignedFilter(Nested):
    """Neoclassical realism with γ1..γ3, ω1..ω5, r1, r2 above zero, half-normal.

    Clear signals count for more, strong and united states follow perception further, veto players
    and vulnerable regimes less far, and a threatening environment leaves less choice.

    References
    ----------
    Ripsman, Taliaferro and Lobell (2016).
    """

    name = "signed filter"
    free = FULL
    fixed: ClassVar[Mapping[str, float]] = {"offence_weight": 1.0}

    def parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Return the free parameters, in the order of the vector."""
        return tuple(
            dataclasses.replace(row, prior=POSITIVE) if row.name in SLOPES else row
            for row in super().parameters(sizes)
        )
