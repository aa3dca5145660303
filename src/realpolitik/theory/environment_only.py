"""Only the restrictiveness of the environment moves the filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, Nested, without, zero


class EnvironmentOnly(Nested):
    """The flat filter with r1, r2 free: R = logistic(r0 + r1 |S| + r2 imminence)."""

    name = "environment only"
    free = without(FULL, "clarity_slopes", "gate_slopes")
    fixed: ClassVar[Mapping[str, float]] = {
        "offence_weight": 1.0,
        **zero("clarity_slopes", "gate_slopes"),
    }
