"""Only domestic conditions move the filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, Nested, without, zero


class GateOnly(Nested):
    """The flat filter with ω1..ω5 free: g = logistic(ω0 + ω'conditions)."""

    name = "gate only"
    free = without(FULL, "clarity_slopes", "environment_slopes")
    fixed: ClassVar[Mapping[str, float]] = {
        "offence_weight": 1.0,
        **zero("clarity_slopes", "environment_slopes"),
    }
