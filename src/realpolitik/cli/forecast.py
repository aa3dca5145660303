"""`realpolitik forecast`: a dated forecast of one relation, and the ledger that keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realpolitik.cli.options import AsOfOption, FormatOption, RegionOption, SeedOption
from realpolitik.cli.output import emit, note, on_terminal, progress

LONGEST = 5
SHORT = ("step", "mean", "sd", "q05", "q95", "rise", "no_change", "fall")
"""Columns of the table on a terminal; csv and json have all."""


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(forecast)


def forecast(
    source: Annotated[str, typer.Argument(help="The acting state; or `score`, to grade a ledger.")],
    target: Annotated[str, typer.Argument(help="The state acted towards; or the ledger's path.")],
    horizon: Annotated[
        int, typer.Option("--horizon", min=1, max=LONGEST, help="Years ahead.")
    ] = LONGEST,
    theory: Annotated[
        str | None,
        typer.Option("--theory", help="Theory (default: the one that forecast best so far)."),
    ] = None,
    region: RegionOption = "south-asia",
    as_of: AsOfOption = None,
    seal: Annotated[
        Path | None, typer.Option("--seal", help="Append the forecast, hashed, to this ledger.")
    ] = None,
    form: FormatOption = None,
    seed: SeedOption = 1,
) -> None:
    """Forecast how one state will stand towards another, and seal or grade forecasts.

    Quantiles are of the relation in standard deviations over all dyads and years. `rise`,
    `no_change` and `fall` are against the level at the origin; moves within a quarter of a
    standard deviation are no change.

    Example: `realpolitik forecast USA PAK --horizon 5`; later
    `realpolitik forecast score forecasts.jsonl`
    """
    from realpolitik.cli import forecasting

    if source == "score":
        with progress("grading"):
            frame = forecasting.graded(Path(target), region)
        emit(frame, form, f"Forecasts of {target}")
        return
    with progress("forecasting"):
        made = forecasting.forecast_dyad(
            source, target, region, horizon=horizon, theory=theory, as_of=as_of, seed=seed
        )
    if seal is not None:
        note(made.seal(seal))
    frame = made.table()
    emit(frame.select(SHORT) if on_terminal(form) else frame, form, made.title())
    note(made.told())
