"""`realpolitik phases`: episodes of cooperation and friction."""

from __future__ import annotations

from typing import Annotated

import typer

from realpolitik.cli.options import (
    AsOfOption,
    FormatOption,
    NoCacheOption,
    RegionOption,
    SeedOption,
)
from realpolitik.cli.output import emit, progress


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(phases)


def phases(
    source: Annotated[str, typer.Argument(help="The acting state, by code or name.")],
    target: Annotated[str, typer.Argument(help="The state acted towards.")],
    region: RegionOption = "south-asia",
    as_of: AsOfOption = None,
    form: FormatOption = None,
    seed: SeedOption = 0,
    no_cache: NoCacheOption = False,
) -> None:
    """Cut a relation into phases of cooperation and friction.

    `probability` is that of the sign, `turn` that of a turn within a year of the start, and
    `turn_lower`, `turn_upper` bound the year of that turn (90%).

    Example: `realpolitik phases USA PAK`
    """
    from realpolitik.cli.dyads import dyad, measured, note_later
    from realpolitik.measures import phases as method

    asked = dyad(source, target, region)
    with progress("finding phases"):
        result = measured(region, as_of, use_cache=not no_cache)
        found = method.phases(result, asked.source, asked.target, seed=seed)
    emit(found.table(), form, f"{asked.source} towards {asked.target}")
    note_later(result)
