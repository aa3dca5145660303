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
    StepOption,
    ToOption,
)
from realpolitik.cli.output import emit, note, progress


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
    step: StepOption = "year",
    filtered: Annotated[
        bool, typer.Option("--filtered", help="Use only what was read by each step.")
    ] = False,
    change: Annotated[bool, typer.Option("--change", help="Add the move of each step.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Add the opposite direction.")] = False,
    form: FormatOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    """Show how one state stands towards another, by year or month, with a 90% interval.

    The unit is a standard deviation over all dyads and years of the region; positive is
    cooperative. `indicators` is the number of series read in the step: by month those of event
    counts, in December also those of the year.

    Example: `realpolitik relation USA PAK --change --from 1980`
    """
    from realpolitik import timeline
    from realpolitik.cli.dyads import dyad, measured, measured_by_month, note_later, shown

    monthly = timeline.check_step(step) == "month"
    asked = dyad(source, target, region, start, end, step=step)
    with progress("measuring the relation"):
        measure = measured_by_month if monthly else measured
        result = measure(region, as_of, use_cache=not no_cache)
        frame = result.table(
            asked.source, asked.target, filtered=filtered, change=change, both=both
        )
    emit(shown(frame, "step", asked.years), form, f"{asked.source} towards {asked.target}")
    if monthly:
        note(_by_month(result.by_month))
    note_later(result)


def _by_month(names: tuple[str, ...]) -> str:
    """Say what was read by month.

    >>> _by_month(())
    'no series is read by month, every one of a year in its December'
    """
    if not names:
        return "no series is read by month, every one of a year in its December"
    return f"read by month: {', '.join(names)} ({len(names)} series); all others in December"
