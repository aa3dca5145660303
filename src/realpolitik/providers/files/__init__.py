"""Readers of official files as their publishers ship them, loaded when a file is read."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realpolitik.providers.files.contents import Contents, Format, Rejects
    from realpolitik.providers.files.formats import FORMATS, chosen, read_official

__all__ = ["FORMATS", "Contents", "Format", "Rejects", "chosen", "read_official"]

_HOMES = {
    "Contents": "realpolitik.providers.files.contents",
    "Format": "realpolitik.providers.files.contents",
    "Rejects": "realpolitik.providers.files.contents",
    "FORMATS": "realpolitik.providers.files.formats",
    "chosen": "realpolitik.providers.files.formats",
    "read_official": "realpolitik.providers.files.formats",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
