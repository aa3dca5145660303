"""`realpolitik bargain`: where talks on an issue would settle."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
