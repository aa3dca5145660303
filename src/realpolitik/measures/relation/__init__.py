"""The measured relation: how every state of a region stands towards every other, over time."""

from __future__ import annotations

from realpolitik.measures.relation.measure import fit_parameters, relation
from realpolitik.measures.relation.model import Parameters
from realpolitik.measures.relation.record import Relation

__all__ = ["Parameters", "Relation", "fit_parameters", "relation"]
