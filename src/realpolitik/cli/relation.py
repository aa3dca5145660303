"""`realpolitik relation`: the measured relation of two states over time."""

from __future__ import annotations

from typing import Annotated

import typer

from realpolitik.cli.options import (
    AsOfOption,
    FormatOption,
    FromOption,
    NoCacheOption,
    RegionOption,
    ToOption,
)
from realpolitik.cli.output import emit, progress


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(relation)


def relation(
    source: Annotated[str, typer.Argument(help="The acting state, by code or name.")],
    target: Annotated[str, typer.Argument(help="The state acted towards.")],
    region: RegionOption = "south-asia",
    start: FromOption = None,
    end: ToOption = None,
    as_of: AsOfOption = None,
    filtered: Annotated[
        bool, typer.Option("--filtered", help="Use only what was read by each step.")
    ] = False,
    change: Annotated[bool, typer.Option("--change", help="Add the move of each step.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Add the opposite direction.")] = False,
    form: FormatOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """Show how one state stands towards another, by year, with a 90% interval.

    The unit is a standard deviation over all dyads and years of the region; positive is
    cooperative. `indicators` is the number of series read in the year.

    Example: `realpolitik relation USA PAK --change --from 1980`
    """
    from realpolitik.cli.dyads import dyad, measured, shown

    asked = dyad(source, target, region, start, end)
    with progress("measuring the relation"):
        result = measured(region, as_of, use_cache=not no_cache)
        frame = result.table(
            asked.source, asked.target, filtered=filtered, change=change, both=both
        )
    emit(shown(frame, "step", asked.years), form, f"{asked.source} towards {asked.target}")
