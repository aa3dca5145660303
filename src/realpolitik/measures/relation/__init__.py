"""The measured relation: how every state of a region stands towards every other, over time."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realpolitik.measures.relation.measure import fit_parameters, relation
    from realpolitik.measures.relation.model import Parameters
    from realpolitik.measures.relation.record import Relation

__all__ = ["Parameters", "Relation", "fit_parameters", "relation"]

_HOMES = {
    "Parameters": "realpolitik.measures.relation.model",
    "Relation": "realpolitik.measures.relation.record",
    "fit_parameters": "realpolitik.measures.relation.measure",
    "relation": "realpolitik.measures.relation.measure",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
