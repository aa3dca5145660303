"""Readers of official files as their publishers ship them."""

from __future__ import annotations

from realpolitik.providers.files.formats import FORMATS, chosen, read_official
from realpolitik.providers.files.reading import Format, Reading, Rejects

__all__ = ["FORMATS", "Format", "Reading", "Rejects", "chosen", "read_official"]
