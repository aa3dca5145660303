"""Readers of official files as their publishers ship them."""

from __future__ import annotations

from realpolitik.providers.files.contents import Contents, Format, Rejects
from realpolitik.providers.files.formats import FORMATS, chosen, read_official

__all__ = ["FORMATS", "Contents", "Format", "Rejects", "chosen", "read_official"]
