"""Measure, explain, forecast and check relations between states.

Public names load on first use, so ``import realpolitik`` costs almost nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Assessment": "realpolitik.report.record",
    "FlatFilter": "realpolitik.theory",
    "Inertia": "realpolitik.theory",
    "NeoclassicalRealism": "realpolitik.theory",
    "Panel": "realpolitik.panel.record",
    "RealpolitikError": "realpolitik.errors",
    "RequestError": "realpolitik.errors",
    "StructuralRealism": "realpolitik.theory",
    "assess": "realpolitik.assessment",
    "backtest": "realpolitik.evaluation.comparison",
    "fit": "realpolitik.evaluation.comparison",
    "load_panel": "realpolitik.data",
    "measure": "realpolitik.measures.registry",
    "read_issue": "realpolitik.bargaining.reading",
    "solve": "realpolitik.bargaining.solutions",
}

__all__ = [
    "Assessment",
    "FlatFilter",
    "Inertia",
    "NeoclassicalRealism",
    "Panel",
    "RealpolitikError",
    "RequestError",
    "StructuralRealism",
    "__version__",
    "assess",
    "backtest",
    "fit",
    "load_panel",
    "measure",
    "read_issue",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
