"""Neoclassical realism: perception and domestic politics filter the stimulus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from realpolitik.theory.base import FULL, Nested


class NeoclassicalRealism(Nested):
    """The full chain, all slopes free; the claim is that they differ from zero.

    θ* = u + g̃ p + (1 - g̃) δ'q
    p  = K [S⁺ - (1 + χ) S⁻] + (1 - K) μ       K = logistic(γ0 + γ'C)
    g̃  = g + (1 - g) R                         g = logistic(ω0 + ω'conditions)
    R  = logistic(r0 + r1 |S| + r2 imminence)

    S  stimulus    C  clarity    p  perceived stimulus    μ  leader's image
    g  gate        R  restrictive environment             q  domestic preference

    References
    ----------
    Rose (1998); Ripsman, Taliaferro and Lobell (2016).
    """

    name = "neoclassical realism"
    free = FULL
    fixed: ClassVar[Mapping[str, float]] = {"offence_weight": 1.0}
