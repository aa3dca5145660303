"""The command line: one file per verb, each a thin layer over the package."""

from __future__ import annotations

from realpolitik.cli.app import main

__all__ = ["main"]
