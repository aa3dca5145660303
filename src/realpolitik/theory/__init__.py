"""Theories as code: neoclassical realism, its matched null and its rivals."""

from __future__ import annotations

from realpolitik.theory.additive import Additive
from realpolitik.theory.balance_of_threat import BalanceOfThreat
from realpolitik.theory.base import Nested, Theory
from realpolitik.theory.clarity_only import ClarityOnly
from realpolitik.theory.environment_only import EnvironmentOnly
from realpolitik.theory.flat_filter import FlatFilter
from realpolitik.theory.gate_only import GateOnly
from realpolitik.theory.inertia import Inertia
from realpolitik.theory.inputs import Conditions, Inputs
from realpolitik.theory.liberal import LiberalDomestic
from realpolitik.theory.neoclassical import NeoclassicalRealism
from realpolitik.theory.reciprocity import Reciprocity
from realpolitik.theory.reduced_form import ReducedForm
from realpolitik.theory.signed_filter import SignedFilter
from realpolitik.theory.social_influence import SocialInfluence
from realpolitik.theory.structural_realism import StructuralRealism

THEORIES: tuple[Nested, ...] = (
    Inertia(),
    StructuralRealism(),
    BalanceOfThreat(),
    LiberalDomestic(),
    SocialInfluence(),
    Reciprocity(),
    Additive(),
    FlatFilter(),
    ClarityOnly(),
    GateOnly(),
    EnvironmentOnly(),
    NeoclassicalRealism(),
    SignedFilter(),
    ReducedForm(),
)

__all__ = [
    "THEORIES",
    "Additive",
    "BalanceOfThreat",
    "ClarityOnly",
    "Conditions",
    "EnvironmentOnly",
    "FlatFilter",
    "GateOnly",
    "Inertia",
    "Inputs",
    "LiberalDomestic",
    "NeoclassicalRealism",
    "Nested",
    "Reciprocity",
    "ReducedForm",
    "SignedFilter",
    "SocialInfluence",
    "StructuralRealism",
    "Theory",
]
