"""Only clarity moves the filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, Nested, without, zero


class ClarityOnly(Nested):
    """The flat filter with γ1..γ3 free: K = logistic(γ0 + γ'C)."""

    name = "clarity only"
    free = without(FULL, "gate_slopes", "environment_slopes")
    fixed: ClassVar[Mapping[str, float]] = {
        "offence_weight": 1.0,
        **zero("gate_slopes", "environment_slopes"),
    }
