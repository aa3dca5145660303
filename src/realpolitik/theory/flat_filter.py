"""The matched null: the same filter, the same for everyone at all times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, Nested, without, zero


class FlatFilter(Nested):
    """Neoclassical realism with γ1..γ3 = ω1..ω5 = 0 and constant R; same code, same priors.

    θ* = u + g̃ p + (1 - g̃) δ'q with K, g and R constant.
    """

    name = "flat filter"
    free = without(FULL, "clarity_slopes", "gate_slopes", "environment_slopes")
    fixed: ClassVar[Mapping[str, float]] = {
        "offence_weight": 1.0,
        **zero("clarity_slopes", "gate_slopes", "environment_slopes"),
    }
