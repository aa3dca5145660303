"""The panel record, its variables and its checks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from realpolitik.panel.variables import Variable, variable, variables

if TYPE_CHECKING:
    from realpolitik.panel.checks import Finding, check
    from realpolitik.panel.record import Panel

__all__ = ["Finding", "Panel", "Variable", "check", "variable", "variables"]

_HOMES = {
    "Finding": "realpolitik.panel.checks",
    "check": "realpolitik.panel.checks",
    "Panel": "realpolitik.panel.record",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
